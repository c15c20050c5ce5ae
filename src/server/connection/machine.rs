//! The state machine of a connection: everything but its sockets, and identical for both backends.
//!
//! It makes no I/O and reads no clock. The backends make the calls: [`Machine::next`] says what comes next, and they
//! report what happened. Bytes are read only while the side that they go to has no pending bytes, so a connection
//! keeps at most one answer or one read for each direction, and a peer that does not read is not read for: TCP's own
//! flow control does the rest.

use std::io;
use std::time::Instant;

use bytes::Bytes;

use crate::event::held_bytes::Taken;
use crate::event::{Address, BackendKind, Call, CloseReason, ConnectionId, FaultChange, Faults, Side};
use crate::server::connection::close_cause::CloseCause;
use crate::server::connection::close_timeouts::CloseTimeouts;
use crate::server::connection::deliveries::Deliveries;
use crate::server::connection::endpoint::OutputState;
use crate::server::connection::ends::{Ends, TlsFailure};
use crate::server::connection::injection::Injection;
use crate::server::connection::lifecycle::Lifecycle;
use crate::server::connection::piece::Piece;
use crate::server::connection::proxying::Proxying;
use crate::server::connection::read_buffer::ReadBytes;
use crate::server::connection::tap::Tap;
use crate::server::connection::tls_steps::TlsSteps;
use crate::server::connection::transport::Tls;
use crate::server::connection::wants::{Delivery, Next, Reply};
use crate::server::connection::writes::Writes;
use crate::server::control::orders::Order;
use crate::server::net::call_error::{is_transient, reason};
use crate::server::net::latency_sampler::{CoarseInstant, LatencySample};
use crate::server::net::tls::{ServerTls, UpstreamTls};
use crate::server::service::Service;

/// The state machine of a connection.
pub(in crate::server) struct Machine {
    pub(super) tap: Tap,
    id: ConnectionId,
    service: Box<dyn Service>,
    pub(super) ends: Ends,
    pub(super) lifecycle: Lifecycle,
    /// The PROXY headers, if there are any.
    pub(super) proxying: Option<Box<Proxying>>,
}

impl Machine {
    /// The machine of an accepted client that the service answers itself.
    pub(in crate::server) fn new(
        id: ConnectionId,
        tap: Tap,
        service: Box<dyn Service>,
        tls: Option<&ServerTls>,
    ) -> Self {
        let ends = Ends::client_only(tls.map(Tls::of_client));
        Self { tap, id, service, ends, lifecycle: Lifecycle::serving(), proxying: None }
    }

    /// The machine of an accepted client whose bytes go to an upstream, which is still to be connected.
    pub(in crate::server) fn relayed(
        id: ConnectionId,
        tap: Tap,
        service: Box<dyn Service>,
        tls: Option<&ServerTls>,
        upstream: Option<&UpstreamTls>,
    ) -> Self {
        let ends = Ends::relayed(tls.map(Tls::of_client), upstream.map(Tls::of_upstream));
        Self { tap, id, service, ends, lifecycle: Lifecycle::connecting(), proxying: None }
    }

    /// Queues what the service says first. To be called once, before anything is read.
    pub(in crate::server) fn greet(&mut self) {
        let greeting = self.service.opened();
        if !greeting.is_empty() {
            self.ends.get_mut(Side::Client).queue(Piece::of_service(Bytes::from(greeting)));
        }
    }

    /// The number of the connection.
    pub(in crate::server) const fn id(&self) -> ConnectionId {
        self.id
    }

    /// Whether there is a consumer, which may keep the bytes of a read.
    pub(in crate::server) fn is_watched(&self) -> bool {
        self.tap.is_watched()
    }

    /// The most bytes that one read of the client may take. Of what is decrypted, the service is given less at once.
    pub(in crate::server) fn max_read(&mut self) -> usize {
        if self.is_encrypted(Side::Client) { usize::MAX } else { self.service.max_read() }
    }

    /// Whether this side is encrypted. Its handshake needs reads and writes that its streams do not.
    pub(in crate::server) fn is_encrypted(&self, side: Side) -> bool {
        self.ends.get(side).tls.is_some()
    }

    /// What the backend does next.
    pub(in crate::server) fn next(&mut self) -> Next {
        if let Some(proxying) = &self.proxying
            && self.is_held_up_by_header()
        {
            return proxying.next(&self.ends);
        }
        if self.ends.are_encrypted() && !self.lifecycle.is_connecting() {
            self.tls_steps().advance();
        }
        self.lifecycle.next(&self.ends)
    }

    const fn tls_steps(&mut self) -> TlsSteps<'_> {
        TlsSteps { tap: &mut self.tap, ends: &mut self.ends, lifecycle: &mut self.lifecycle }
    }

    /// Processes the bytes of one read of an encrypted side, which are decrypted where they are.
    pub(in crate::server) fn decrypt(&mut self, side: Side, ciphertext: &mut [u8]) {
        self.tls_steps().decrypt(side, ciphertext);
    }

    /// What is [to be delivered](Next::Deliver); `None` if the end of the stream was.
    pub(in crate::server) fn take_delivery(&mut self, side: Side) -> Option<Delivery> {
        self.deliveries().take(side)
    }

    /// Processes the bytes of one read; there is at least one.
    pub(in crate::server) fn received(&mut self, side: Side, chunk: &ReadBytes<'_>) -> Reply {
        self.deliveries().received(side, chunk)
    }

    /// Gives the service bytes that were held.
    pub(in crate::server) fn released(&mut self, side: Side, taken: Taken) -> Reply {
        self.deliveries().released(side, taken)
    }

    fn deliveries(&mut self) -> Deliveries<'_> {
        let Self { tap, service, ends, lifecycle, .. } = self;
        Deliveries { tap, service: &mut **service, ends, lifecycle }
    }

    /// Replaces the faults of its traffic, and tells what changes.
    pub(in crate::server) fn set_faults(&mut self, faults: &Faults, now: Instant) {
        if self.lifecycle.is_connecting() || self.lifecycle.is_serving() {
            let seed = faults.seed.wrapping_add(self.id.0);
            for change in self.ends.set_faults(faults, seed, now) {
                self.tap.fault(change);
            }
        }
    }

    /// Whether its traffic has faults, or had some that have kept bytes back. They need waits that end at a deadline.
    pub(in crate::server) fn has_faults(&self) -> bool {
        self.ends.have_lanes()
    }

    /// Refuses a client for the sake of a fault: it is reset.
    pub(in crate::server) fn refuse_by_fault(&mut self) {
        self.tap.fault(FaultChange::refuse(true));
        self.lifecycle.reset_by_fault("the fault refuse");
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
        self.writes().forwarded(to, chunk, sample);
    }

    const fn writes(&mut self) -> Writes<'_> {
        Writes { tap: &mut self.tap, ends: &mut self.ends }
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
        }
        self.writes().forwarded_in_part(to, chunk, length, since, now);
    }

    /// Says since when the pending bytes of this side wait.
    pub(in crate::server) fn pending_since(&mut self, side: Side, since: CoarseInstant) {
        self.ends.get_mut(side).blocked_since = Some(since);
    }

    /// What the socket of a side has to take: its pending bytes, encrypted if the side is.
    pub(in crate::server) fn outgoing(&self, side: Side) -> &[u8] {
        self.ends.get(side).to_write()
    }

    /// Processes a write of `length` [outgoing](Self::outgoing) bytes. Returns whether pending bytes were among them and
    /// none are left.
    pub(in crate::server) fn sent(&mut self, side: Side, length: usize, now: CoarseInstant) -> bool {
        self.lifecycle.write_progress();
        self.writes().sent(side, length, now)
    }

    /// Records that a write was blocked for `SLOW_AFTER`, if there are pending bytes still.
    pub(in crate::server) fn write_blocked(&mut self, side: Side, now: CoarseInstant) {
        if !self.ends.get(side).is_pending() {
            return;
        }
        self.writes().blocked(side, now);
        self.lifecycle.write_blocked();
    }

    /// Processes that the upstream is connected, after this number of microseconds.
    pub(in crate::server) fn connected(&mut self, upstream: Address, micros: u64) {
        self.lifecycle.connected();
        self.tap.connected(upstream, micros);
        if let Some(mut steps) = self.header_steps() {
            steps.connected();
        }
    }

    /// Processes that the upstream cannot be connected, for this reason.
    pub(in crate::server) fn not_connected(&mut self, detail: String) {
        self.lifecycle.give_up(CloseReason::UpstreamUnreachable, detail);
    }

    /// Processes the FIN of a peer. On an encrypted side it ends the stream only behind what is still to be delivered.
    pub(in crate::server) fn ended(&mut self, side: Side) {
        if side == Side::Client
            && self.is_held_up_by_header()
            && let Some(mut steps) = self.header_steps()
        {
            return steps.ended();
        }
        if let Some(tls) = &mut self.ends.get_mut(side).tls {
            let Err(error) = tls.socket_ended() else { return };
            self.tls_steps().failed(TlsFailure { side, error });
        }
        self.deliveries().input_ended(side);
    }

    /// Processes the result of `shutdown`.
    pub(in crate::server) fn shut_down(&mut self, side: Side, result: io::Result<()>, now: Instant) {
        let end = self.ends.get_mut(side);
        if let Err(error) = result
            && !end.needs_no_end()
        {
            return self.failed(side, Call::ShutDown, &error);
        }
        if let Some(tls) = end.tls.as_mut().filter(|tls| tls.is_handshaking()) {
            tls.give_up();
        }
        end.output = OutputState::Ended;
        self.lifecycle.shut_down(&self.ends, now);
    }

    /// Processes the error of a call. Transient errors are ignored: the call is repeated.
    pub(in crate::server) fn failed(&mut self, side: Side, call: Call, error: &io::Error) {
        if is_transient(error) {
            return;
        }
        let end = self.ends.get_mut(side);
        let needs_no_end = end.needs_no_end();
        if let Some(tls) = end.tls.as_mut().filter(|_| call == Call::Write && needs_no_end) {
            return tls.give_up();
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
        self.lifecycle.delivered(&self.ends);
    }

    /// Whether the TLS handshake of a side is not complete.
    pub(in crate::server) fn is_handshaking(&self) -> bool {
        self.ends.are_handshaking()
    }

    /// Whether the machine wants to be told the [time](Self::timeout) before [`next`](Self::next).
    pub(in crate::server) fn has_timer(&self) -> bool {
        let is_timed = self.lifecycle.has_timer() || self.is_held_up_by_header();
        is_timed || self.ends.are_handshaking() || self.has_faults()
    }

    /// Tells the machine the time.
    pub(in crate::server) fn timeout(&mut self, now: Instant) {
        if self.is_held_up_by_header()
            && let Some(mut steps) = self.header_steps()
        {
            return steps.timeout(now);
        }
        if !self.lifecycle.is_connecting()
            && let Err(failure) = self.ends.check_handshakes(now)
        {
            self.tls_steps().failed(failure);
        }
        self.lifecycle.advance_faults(&mut self.ends, now);
        self.lifecycle.timeout(&self.ends, now);
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

    /// Does what the user wants, or tells why not.
    pub(in crate::server) fn order(&mut self, order: Order, now: CoarseInstant) {
        let Self { tap, ends, lifecycle, .. } = self;
        Injection { tap, ends, lifecycle, now }.apply(order);
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
        let cause = self.lifecycle.take_cause().unwrap_or_else(CloseCause::of_drop);
        tracing::debug!(target: "bytewatch::connection", "{} closed: {}", self.id, cause.reason.word());
        self.tap.close(cause);
    }
}

#[cfg(test)]
mod tests;
