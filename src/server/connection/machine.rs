//! The state machine of a connection: everything but its sockets, and identical for both backends.
//!
//! It makes no I/O and reads no clock. The backends make the calls: [`Machine::next`] says what comes next, and they
//! report what happened. Bytes are read only while the side that they go to has no pending bytes, so a connection
//! keeps at most one answer or one read for each direction, and a peer that does not read is not read for: TCP's own
//! flow control does the rest.

use std::io;
use std::time::Instant;

use bytes::Bytes;

use crate::event::{Address, BackendKind, Call, CloseReason, ConnectionId, Direction, Side};
use crate::server::connection::close_timeouts::CloseTimeouts;
use crate::server::connection::endpoint::{Backpressure, InputState, OutputState};
use crate::server::connection::ends::Ends;
use crate::server::connection::lifecycle::Lifecycle;
use crate::server::connection::read_buffer::ReadBytes;
use crate::server::connection::tap::{CloseCause, Tap};
use crate::server::connection::wants::Next;
use crate::server::net::call_error::{is_transient, reason};
use crate::server::net::latency_sampler::{CoarseInstant, LatencySample};
use crate::server::service::{Answer, Service};

/// What to do with the bytes of a read.
#[must_use]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::server) enum Reply {
    /// Nothing.
    Nothing,
    /// Nothing: the service has dealt with them and does not answer.
    Taken,
    /// Write them to this side, unchanged, as far as its socket takes them.
    Forward(Side),
    /// Write the pending bytes of this side, as far as its socket takes them.
    Write(Side),
}

/// The state machine of a connection.
pub(in crate::server) struct Machine {
    tap: Tap,
    id: ConnectionId,
    service: Box<dyn Service>,
    ends: Ends,
    lifecycle: Lifecycle,
}

impl Machine {
    /// The machine of an accepted client that the service answers itself, and may greet.
    pub(in crate::server) fn new(
        id: ConnectionId,
        tap: Tap,
        mut service: Box<dyn Service>,
        now: CoarseInstant,
    ) -> Self {
        let mut ends = Ends::client_only();
        let client = ends.get_mut(Side::Client);
        (client.outgoing, client.blocked_since) = (Bytes::from(service.opened()), now);
        Self { tap, id, service, ends, lifecycle: Lifecycle::serving() }
    }

    /// The machine of an accepted client whose bytes go to an upstream, which is still to be connected.
    pub(in crate::server) fn relayed(id: ConnectionId, tap: Tap, service: Box<dyn Service>) -> Self {
        Self { tap, id, service, ends: Ends::relayed(), lifecycle: Lifecycle::connecting() }
    }

    /// The number of the connection.
    pub(in crate::server) const fn id(&self) -> ConnectionId {
        self.id
    }

    /// Whether there is a consumer, which may keep the bytes of a read.
    pub(in crate::server) fn is_watched(&self) -> bool {
        self.tap.is_watched()
    }

    /// The most bytes that one read may take.
    pub(in crate::server) fn max_read(&self) -> usize {
        self.service.max_read()
    }

    /// What the backend does next.
    pub(in crate::server) fn next(&self) -> Next {
        self.lifecycle.next(&self.ends)
    }

    /// Processes the bytes of one read; there is at least one.
    pub(in crate::server) fn received(&mut self, side: Side, chunk: &ReadBytes<'_>) -> Reply {
        if side == Side::Client {
            self.tap.record(Direction::Received, chunk);
        }
        self.lifecycle.progress();
        if !self.lifecycle.serves(side) {
            return Reply::Nothing;
        }
        match self.service.received(side, chunk) {
            Answer::Nothing => Reply::Taken,
            Answer::Same(to) => Reply::Forward(to),
            Answer::Bytes(to, bytes) => {
                self.ends.get_mut(to).outgoing = Bytes::from(bytes);
                Reply::Write(to)
            }
        }
    }

    /// Records the latency of an answer, now that the peer has it.
    pub(in crate::server) fn record_latency(&self, sample: Option<LatencySample>) {
        self.tap.record_latency(sample);
    }

    /// Processes the result of [`Reply::Forward`], if the socket took all bytes. `sample` is the latency of the read.
    pub(in crate::server) fn forwarded(
        &mut self,
        to: Side,
        chunk: &ReadBytes<'_>,
        sample: Option<LatencySample>,
    ) {
        self.lifecycle.progress();
        if !self.ends.are_relayed() {
            self.tap.echoed(chunk, chunk.len(), sample);
        } else {
            self.record_sent(to, chunk);
            self.tap.record_latency(sample);
        }
    }

    /// Processes the result of [`Reply::Forward`], if the socket took `length` bytes, fewer than there were: the others
    /// become pending. They are blocked since the read.
    pub(in crate::server) fn forwarded_in_part(
        &mut self,
        to: Side,
        chunk: &ReadBytes<'_>,
        length: usize,
        since: CoarseInstant,
        now: CoarseInstant,
    ) {
        if length > 0 {
            self.lifecycle.progress();
            if !self.ends.are_relayed() {
                self.tap.echoed(chunk, length, None);
            } else {
                self.record_sent(to, &chunk.slice(..length));
            }
        }
        let end = self.ends.get_mut(to);
        end.outgoing = chunk.slice(length..).into_bytes();
        end.blocked_since = since;
        self.tap.record_partial_write();
        self.record_write_stall(to, now);
    }

    /// Says since when the pending bytes of this side wait.
    pub(in crate::server) fn pending_since(&mut self, side: Side, since: CoarseInstant) {
        self.ends.get_mut(side).blocked_since = since;
    }

    /// What was written to the client is told. What was written to the upstream was told when it was read.
    fn record_sent(&mut self, to: Side, chunk: &ReadBytes<'_>) {
        if to == Side::Client {
            self.tap.record(Direction::Sent, chunk);
        }
    }

    fn record_write_stall(&mut self, side: Side, now: CoarseInstant) {
        let time = now.since(std::mem::replace(&mut self.ends.get_mut(side).blocked_since, now));
        if !time.is_zero() {
            self.tap.add_write_stall(time);
        }
    }

    /// The pending bytes of a side.
    pub(in crate::server) fn outgoing(&self, side: Side) -> &[u8] {
        &self.ends.get(side).outgoing
    }

    /// Processes a write of `length` [pending](Self::outgoing) bytes. Returns whether none are left.
    pub(in crate::server) fn sent(&mut self, side: Side, length: usize, now: CoarseInstant) -> bool {
        self.lifecycle.write_progress();
        let sent = self.ends.get_mut(side).outgoing.split_to(length);
        // The slice makes the consumer copy what it keeps: a shared part of an answer would keep all of the answer
        // alive.
        self.record_sent(side, &ReadBytes::Slice(&sent));
        self.record_write_stall(side, now);
        let end = self.ends.get_mut(side);
        let is_flushed = end.outgoing.is_empty();
        if !is_flushed {
            self.tap.record_partial_write();
            return false;
        }
        // Not an empty slice of a large buffer, which would keep the buffer.
        end.outgoing = Bytes::new();
        if std::mem::replace(&mut end.backpressure, Backpressure::None) == Backpressure::Slow {
            self.tap.flowing(side);
        }
        true
    }

    /// Records that a write was blocked for `SLOW_AFTER`, if there are pending bytes still.
    pub(in crate::server) fn write_blocked(&mut self, side: Side, now: CoarseInstant) {
        if self.ends.get(side).outgoing.is_empty() {
            return;
        }
        self.record_write_stall(side, now);
        if std::mem::replace(&mut self.ends.get_mut(side).backpressure, Backpressure::Slow)
            == Backpressure::None
        {
            self.tap.slow(side);
        }
        self.lifecycle.write_blocked();
    }

    /// Processes that the upstream is connected, after this number of microseconds.
    pub(in crate::server) fn connected(&mut self, upstream: Address, micros: u64) {
        self.lifecycle.connected();
        self.tap.connected(upstream, micros);
    }

    /// Processes that the upstream cannot be connected, for this reason.
    pub(in crate::server) fn not_connected(&mut self, detail: String) {
        self.lifecycle.not_connected(detail);
    }

    /// Processes the FIN of a peer.
    pub(in crate::server) fn ended(&mut self, side: Side) {
        let end = self.ends.get_mut(side);
        if end.input == InputState::Open {
            end.input = InputState::Ended;
            // Behind a reset that was told already, the socket reports the end of the stream.
            if !self.lifecycle.is_broken(side) {
                self.tap.input_ended(side);
            }
        }
        if self.lifecycle.ended(side, &self.ends)
            && let Some(to) = self.service.ended(side)
        {
            self.ends.get_mut(to).finish();
        }
    }

    /// Processes the result of `shutdown`.
    pub(in crate::server) fn shut_down(&mut self, side: Side, result: io::Result<()>, now: Instant) {
        if let Err(error) = result {
            return self.failed(side, Call::ShutDown, &error);
        }
        self.ends.get_mut(side).output = OutputState::Ended;
        self.lifecycle.shut_down(&self.ends, now);
    }

    /// Processes the error of a call. Transient errors are ignored: the call is repeated.
    pub(in crate::server) fn failed(&mut self, side: Side, call: Call, error: &io::Error) {
        if is_transient(error) {
            return;
        }
        let (reason, detail) = reason(side, error);
        let cause = CloseCause { reason, detail, failed_call: Some(call) };
        self.lifecycle.failed(side, Some(call), cause, &mut self.ends);
    }

    /// Processes that the peer of a side, which `Wants::watch` names, has reset the connection. What it sent
    /// before can still be read.
    pub(in crate::server) fn was_reset(&mut self, side: Side) {
        let (reason, detail) = reason(side, &io::ErrorKind::ConnectionReset.into());
        let cause = CloseCause { reason, detail, failed_call: None };
        self.lifecycle.failed(side, None, cause, &mut self.ends);
    }

    /// Processes that the peer has everything that was written to it, as `Wants::delivery` asked.
    pub(in crate::server) fn delivered(&mut self) {
        self.lifecycle.delivered();
    }

    /// Whether the machine wants to be told the [time](Self::timeout) before [`next`](Self::next).
    pub(in crate::server) const fn has_timer(&self) -> bool {
        self.lifecycle.has_timer()
    }

    /// Tells the machine the time.
    pub(in crate::server) fn timeout(&mut self, now: Instant) {
        self.lifecycle.timeout(now);
    }

    /// Ends the connection with FIN, after its pending bytes.
    pub(in crate::server) fn finish(&mut self, limits: CloseTimeouts, now: Instant) {
        self.lifecycle.finish(limits, &mut self.ends, now);
    }

    /// As [`finish`](Self::finish), because of the idle timeout, unless the connection is being closed.
    pub(in crate::server) fn finish_idle(&mut self, now: Instant) {
        if self.is_serving() {
            self.lifecycle.set_idle();
            self.finish(CloseTimeouts::IDLE, now);
        }
    }

    /// Whether the connection is open and not closing.
    pub(in crate::server) const fn is_serving(&self) -> bool {
        self.lifecycle.is_serving()
    }

    /// Ends the connection with RST.
    pub(in crate::server) fn reset(&mut self) {
        self.lifecycle.reset();
    }

    /// Closes a connection that no backend could serve.
    pub(in crate::server) fn refuse(&mut self, why: &str) {
        self.lifecycle.refuse(why);
    }

    /// Records a handover: this backend serves the connection from now on.
    pub(in crate::server) fn handed_over(&mut self, to: BackendKind) {
        self.tap.handed_over(to);
    }

    /// Whether the connection is closed, but for its sockets.
    pub(in crate::server) const fn is_closed(&self) -> bool {
        self.lifecycle.is_closed()
    }

    /// Whether closing the sockets sends RST. Pending bytes are lost then, and a FIN would tell the peer that it has
    /// all of them.
    pub(in crate::server) fn resets(&self) -> bool {
        self.lifecycle.resets() || self.ends.has_outgoing()
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        let cause = match self.lifecycle.take_cause() {
            Some(cause) => cause,
            None if std::thread::panicking() => {
                let detail = Some("the code that served it panicked".to_owned());
                CloseCause { reason: CloseReason::Error, detail, failed_call: None }
            }
            None => CloseCause { reason: CloseReason::WeReset, detail: None, failed_call: None },
        };
        tracing::debug!(target: "bytewatch::connection", "{} closed: {}", self.id, cause.reason.word());
        self.tap.close(cause);
    }
}

#[cfg(test)]
mod tests;
