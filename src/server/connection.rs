//! A connection as a plain struct that either backend can serve, and that moves between them.
//!
//! The backends make the socket calls; the state machine decides what they mean: [`Machine::wants`] says which call comes
//! next, and the backend reports its result. A connection reads only while it has no pending bytes, so its memory is
//! bounded by one answer, and a client that does not read is not read from: TCP's own flow control does the rest.

pub(super) mod close_timeouts;
pub(super) mod read_buffer;
pub(super) mod tap;
pub(super) mod wants;

use std::io;
use std::net::TcpStream;
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use bytes::Bytes;
use socket2::SockRef;

use super::control::{Control, Request};
use super::service::{Answer, Service};
use crate::event::{BackendKind, Call, CloseReason, ConnectionEvent, ConnectionId, Direction, Event, Side};
use crate::server::connection::close_timeouts::{CloseTimeouts, DrainDeadline};
use crate::server::connection::read_buffer::{ReadBuffer, ReadBytes};
use crate::server::connection::tap::{CloseCause, Tap};
pub(super) use crate::server::connection::wants::{ControlAction, Wants};
use crate::server::control::registry::Registration;
use crate::server::net::call_error::{is_transient, reason};
use crate::server::net::latency_sampler::{CoarseInstant, LatencySampler};

/// A connection whose write is blocked for longer than this is slow.
pub(super) const SLOW_AFTER: Duration = Duration::from_millis(500);

/// An accepted socket and everything that belongs to it. Dropping it anywhere ends the connection and emits the
/// close.
///
/// The order of the fields is the order of the end, even in a panic: first the socket closes, then the close is
/// emitted, then the registration is removed.
pub(super) struct Connection<S = TcpStream> {
    pub(super) socket: S,
    pub(super) machine: Machine,
    pub(super) registration: Registration,
}

impl Connection {
    /// Reassigns the connection to this backend, which has to confirm the adoption if it did not serve the connection
    /// before.
    pub(super) fn reassign(&mut self, to: BackendKind) {
        if self.registration.reassign(to) != to {
            self.machine.tap.handed_over(to);
        }
    }
}

impl<S: AsFd> Connection<S> {
    /// Closes the socket, emits the close and removes the registration, in this order. Pending bytes are lost then, so
    /// the client gets RST: a FIN would tell it that it has all of them.
    pub(super) fn close(self) {
        if !self.machine.outgoing().is_empty() {
            reset_on_close(&self.socket);
        }
        drop(self);
    }
}

/// Makes the close of this socket send RST.
pub(super) fn reset_on_close(socket: &impl AsFd) {
    // With a linger time of 0, close sends RST. If this fails, the close sends FIN.
    let _ = SockRef::from(socket).set_linger(Some(Duration::ZERO));
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum InputState {
    Open,
    /// The client's FIN has arrived.
    Ended,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Phase {
    Serving,
    /// Nothing is read any more; the pending bytes go out, then FIN. `waits` counts the waits of [`SLOW_AFTER`] since
    /// the last progress.
    Flushing {
        limits: CloseTimeouts,
        waits: u32,
    },
    Draining(DrainDeadline),
    Closed(CloseCause),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Backpressure {
    None,
    Slow,
}

/// The state machine of a connection: everything but its socket, and identical for both backends.
pub(super) struct Machine {
    tap: Tap,
    id: ConnectionId,
    service: Box<dyn Service>,
    outgoing: Bytes,
    sampler: LatencySampler,
    /// Up to when blocked time has been recorded.
    blocked_since: CoarseInstant,
    input: InputState,
    phase: Phase,
    /// The close reason if the server closes with FIN.
    close_reason: CloseReason,
    backpressure: Backpressure,
}

impl Machine {
    pub(super) fn new(id: ConnectionId, tap: Tap, service: Box<dyn Service>) -> Self {
        Self {
            tap,
            id,
            service,
            outgoing: Bytes::new(),
            sampler: LatencySampler::default(),
            blocked_since: CoarseInstant::default(),
            input: InputState::Open,
            phase: Phase::Serving,
            close_reason: CloseReason::WeFinished,
            backpressure: Backpressure::None,
        }
    }

    /// The number of the connection.
    pub(super) const fn id(&self) -> ConnectionId {
        self.id
    }

    /// The call that the backend makes next.
    pub(super) fn wants(&self) -> Wants {
        match self.phase {
            Phase::Closed(_) => Wants::Close,
            _ if !self.outgoing.is_empty() => Wants::Write,
            Phase::Serving if self.input == InputState::Open => Wants::Read,
            Phase::Serving | Phase::Flushing { .. } => Wants::ShutDown,
            Phase::Draining(drain) => Wants::Drain(drain.remaining(Instant::now())),
        }
    }

    /// Applies the pending requests.
    pub(super) fn apply_requests(&mut self, control: &Control, socket: &TcpStream) -> ControlAction {
        let requests = control.requests();
        if requests.is_empty() {
            return ControlAction::Continue;
        }
        if requests.has(Request::Reset) {
            self.close(CloseReason::WeReset, None);
            return ControlAction::Reset;
        }
        let ends = [
            (Request::Finish, CloseTimeouts::CLOSE),
            (Request::Shutdown, CloseTimeouts::STOP),
            (Request::EndIdle, CloseTimeouts::IDLE),
        ];
        for (request, limits) in ends.into_iter().filter(|(request, _)| requests.has(*request)) {
            control.acknowledge(request);
            if request != Request::EndIdle || self.closes_idle(control, socket) {
                control.stop_idle_clock();
                match &mut self.phase {
                    phase @ Phase::Serving => *phase = Phase::Flushing { limits, waits: 0 },
                    Phase::Flushing { limits: earlier, .. } => *earlier = earlier.shortest(limits),
                    Phase::Draining(drain) => drain.shorten(Instant::now(), limits),
                    Phase::Closed(_) => {}
                }
            }
        }
        // A closed connection is dropped by the backend that it is on.
        let leaves = requests.has(Request::HandOver) && !matches!(self.phase, Phase::Closed(_));
        if leaves { ControlAction::HandOver } else { ControlAction::Continue }
    }

    /// Whether the connection is still idle; the idle timeout is the close reason then.
    fn closes_idle(&mut self, control: &Control, socket: &TcpStream) -> bool {
        let next = if self.outgoing.is_empty() { Direction::Received } else { Direction::Sent };
        let is_idle = self.phase == Phase::Serving && control.is_idle(next, socket);
        if is_idle {
            self.close_reason = CloseReason::IdleTimeout;
        }
        is_idle
    }

    /// The most bytes that one read may take.
    pub(super) fn max_read(&self) -> usize {
        self.service.max_read()
    }

    /// Reads from the socket.
    ///
    /// # Errors
    /// The errors of `recv`.
    pub(super) fn receive(&mut self, socket: &TcpStream, space: &mut [u8]) -> io::Result<usize> {
        self.sampler.receive(socket, space)
    }

    /// Processes the result of a read. The answer is written at once, as far as `write` takes it.
    pub(super) fn read(
        &mut self,
        result: io::Result<usize>,
        buffer: &mut ReadBuffer<'_>,
        write: impl FnOnce(&[u8]) -> io::Result<usize>,
    ) {
        match result {
            Ok(0) => self.input_ended(),
            Ok(length) => {
                let chunk = if self.tap.is_watched() { buffer.take(length) } else { buffer.peek(length) };
                self.tap.record(Direction::Received, &chunk);
                match self.phase {
                    Phase::Serving => self.answer(&chunk, write),
                    // A client that never stops sending does not keep its connection for ever.
                    Phase::Draining(drain) if drain.has_elapsed(Instant::now()) => self.drain_elapsed(),
                    _ => {}
                }
            }
            Err(error) => self.failed(Call::Read, &error),
        }
    }

    fn answer(&mut self, chunk: &ReadBytes<'_>, write: impl FnOnce(&[u8]) -> io::Result<usize>) {
        match self.service.answer(chunk) {
            Answer::Nothing => {
                let sample = self.sampler.finish();
                self.tap.record_latency(sample);
            }
            Answer::Same => match write(chunk) {
                Ok(length) if length == chunk.len() => {
                    let sample = self.sampler.finish();
                    self.tap.echoed(chunk, length, sample);
                }
                Ok(length) => {
                    self.tap.echoed(chunk, length, None);
                    self.queue(chunk.slice(length..).into_bytes());
                }
                Err(error) if is_transient(&error) => self.queue(chunk.slice(..).into_bytes()),
                Err(error) => self.failed(Call::Write, &error),
            },
            Answer::Bytes(bytes) => {
                self.outgoing = Bytes::from(bytes);
                self.blocked_since = self.sampler.read_at();
                let result = write(&self.outgoing);
                self.wrote(result);
            }
        }
    }

    /// Queues what the first write of an answer left.
    fn queue(&mut self, outgoing: Bytes) {
        self.outgoing = outgoing;
        self.tap.record_partial_write();
        self.blocked_since = self.sampler.read_at();
        self.record_write_stall();
    }

    fn record_write_stall(&mut self) {
        let now = CoarseInstant::now();
        let time = now.since(self.blocked_since);
        self.blocked_since = now;
        if !time.is_zero() {
            self.tap.add_write_stall(time);
        }
    }

    /// The pending bytes: the part of the answer that is not written yet.
    pub(super) fn outgoing(&self) -> &[u8] {
        &self.outgoing
    }

    /// Processes the result of a write of [`outgoing`](Self::outgoing).
    pub(super) fn wrote(&mut self, result: io::Result<usize>) {
        match result {
            Ok(length) => {
                if let Phase::Flushing { waits, .. } = &mut self.phase {
                    *waits = 0;
                }
                let sent = self.outgoing.split_to(length);
                // The slice makes the consumer copy what it keeps: a shared part of an answer would keep all of the
                // answer alive.
                self.tap.record(Direction::Sent, &ReadBytes::Slice(&sent));
                self.record_write_stall();
                if self.outgoing.is_empty() {
                    self.flushed();
                } else {
                    self.tap.record_partial_write();
                }
            }
            Err(error) => self.failed(Call::Write, &error),
        }
    }

    fn flushed(&mut self) {
        // Not an empty slice of a large buffer, which would keep the buffer.
        self.outgoing = Bytes::new();
        let sample = self.sampler.finish();
        self.tap.record_latency(sample);
        if self.backpressure == Backpressure::Slow {
            self.backpressure = Backpressure::None;
            self.tap.emit(Event::Connection(self.id, ConnectionEvent::Flowing { side: Side::Client }));
        }
    }

    /// Records that a write was blocked for [`SLOW_AFTER`], if there are pending bytes still.
    pub(super) fn write_blocked(&mut self) {
        if self.outgoing.is_empty() {
            return;
        }
        self.record_write_stall();
        if self.backpressure == Backpressure::None {
            self.backpressure = Backpressure::Slow;
            self.tap.emit(Event::Connection(self.id, ConnectionEvent::Slow { side: Side::Client }));
        }
        if let Phase::Flushing { limits, waits } = &mut self.phase {
            *waits += 1;
            if SLOW_AFTER * *waits >= limits.flush {
                let reason = match self.close_reason {
                    CloseReason::IdleTimeout => CloseReason::IdleTimeout,
                    _ => CloseReason::Timeout,
                };
                let detail = "it was being closed and did not read what it was owed";
                self.close(reason, Some(detail.to_owned()));
            }
        }
    }

    /// Processes the result of `shutdown`.
    pub(super) fn shut_down(&mut self, result: io::Result<()>) {
        match (result, &self.phase) {
            (Err(error), _) => self.failed(Call::ShutDown, &error),
            (Ok(()), _) if self.input == InputState::Ended => self.close(CloseReason::PeerFinished, None),
            (Ok(()), Phase::Flushing { limits, .. }) => {
                self.phase = Phase::Draining(DrainDeadline::start(Instant::now(), *limits));
            }
            (Ok(()), _) => self.close(self.close_reason, None),
        }
    }

    /// Ends draining: nothing arrived in the time of [`Wants::Drain`], or the drain timeout expired.
    pub(super) fn drain_elapsed(&mut self) {
        self.close(self.close_reason, None);
    }

    /// Closes a connection that no backend could serve.
    pub(super) fn refuse(&mut self, why: &str) {
        self.close(CloseReason::Refused, Some(why.to_owned()));
    }

    fn input_ended(&mut self) {
        if self.input == InputState::Open {
            self.input = InputState::Ended;
            self.tap.emit(Event::Connection(self.id, ConnectionEvent::InputEnded { side: Side::Client }));
        }
        if matches!(self.phase, Phase::Draining(_)) {
            self.close(self.close_reason, None);
        }
    }

    /// Processes the error of a call. Transient errors are ignored: the call is repeated.
    pub(super) fn failed(&mut self, call: Call, error: &io::Error) {
        if is_transient(error) {
            return;
        }
        let (reason, detail) = reason(error);
        self.set_closed(CloseCause { reason, detail, failed_call: Some(call) });
    }

    fn close(&mut self, reason: CloseReason, detail: Option<String>) {
        self.set_closed(CloseCause { reason, detail, failed_call: None });
    }

    fn set_closed(&mut self, cause: CloseCause) {
        if !matches!(self.phase, Phase::Closed(_)) {
            self.phase = Phase::Closed(cause);
        }
    }

    /// The fact queue of this connection.
    pub(super) fn fact_queue(&self) -> &super::feed::FactQueue {
        self.tap.fact_queue()
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        let cause = match std::mem::replace(&mut self.phase, Phase::Serving) {
            Phase::Closed(cause) => cause,
            _ if std::thread::panicking() => {
                let detail = Some("the code that served it panicked".to_owned());
                CloseCause { reason: CloseReason::Error, detail, failed_call: None }
            }
            _ => CloseCause { reason: CloseReason::WeReset, detail: None, failed_call: None },
        };
        tracing::debug!(target: "bytewatch::connection", "{} closed: {}", self.id, cause.reason.word());
        self.tap.close(cause);
    }
}
