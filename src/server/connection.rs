//! A connection as a plain struct that either backend can serve, and that moves between them.
//!
//! The backends make the socket calls; the state machine decides what they mean: [`Core::next`] says which call comes
//! next, and the backend reports its result. A connection reads only while it has no pending bytes, so its memory is
//! bounded by one answer, and a client that does not read is not read from either: TCP's own flow control does the
//! rest.

use std::io;
use std::net::TcpStream;
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use bytes::Bytes;
use socket2::SockRef;

use super::call_error::{is_to_be_made_again, reason};
use super::control::{Control, Request};
use super::end_limits::{EndLimits, Lingering};
use super::read_buffer::{Chunk, ReadBuffer};
use super::registry::Membership;
use super::service::{Answer, Service};
pub(super) use super::step::{Heeded, Step};
use super::tap::{Ending, Tap};
use super::waits::{Coarse, Waits};
use crate::model::event::{Call, CloseReason, Fact};
use crate::model::{BackendKind, ConnectionId, Direction};

/// A connection whose write is blocked for longer than this is slow.
pub(super) const SLOW_AFTER: Duration = Duration::from_millis(500);

/// An accepted socket and everything that belongs to it. Dropping it anywhere ends the connection and emits the
/// close.
///
/// The order of the fields is the order of the end, even in a panic: first the socket closes, then the close is
/// emitted, then the registration is removed.
pub(super) struct Connection<S = TcpStream> {
    pub(super) socket: S,
    pub(super) core: Core,
    pub(super) membership: Membership,
}

impl Connection {
    /// Reassigns the connection to this backend, which has to confirm the adoption if it did not serve the connection
    /// before.
    pub(super) fn redirect(&mut self, to: BackendKind) {
        if self.membership.move_to(to) != to {
            self.core.tap.handed_over(to);
        }
    }
}

impl<S: AsFd> Connection<S> {
    /// Closes the socket, emits the close and removes the registration, in this order. Pending bytes are lost then, so
    /// the client gets RST: a FIN would tell it that it has all of them.
    pub(super) fn close(self) {
        if !self.core.unsent().is_empty() {
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
enum Input {
    Open,
    /// The client's FIN has arrived.
    Ended,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Phase {
    Serving,
    /// Nothing is read any more; the pending bytes go out, then FIN. `waits` counts the waits of [`SLOW_AFTER`] since
    /// the last progress.
    Finishing {
        limits: EndLimits,
        waits: u32,
    },
    Lingering(Lingering),
    Over(Ending),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Pace {
    Flowing,
    Slow,
}

/// The state machine of a connection: everything but its socket, and identical for both backends.
pub(super) struct Core {
    tap: Tap,
    id: ConnectionId,
    service: Box<dyn Service>,
    unsent: Bytes,
    waits: Waits,
    /// Up to when blocked time has been recorded.
    owes_since: Coarse,
    input: Input,
    phase: Phase,
    /// The close reason if the server closes with FIN.
    ends: CloseReason,
    pace: Pace,
}

impl Core {
    pub(super) fn new(id: ConnectionId, tap: Tap, service: Box<dyn Service>) -> Self {
        Self {
            tap,
            id,
            service,
            unsent: Bytes::new(),
            waits: Waits::default(),
            owes_since: Coarse::default(),
            input: Input::Open,
            phase: Phase::Serving,
            ends: CloseReason::WeFinished,
            pace: Pace::Flowing,
        }
    }

    /// The number of the connection.
    pub(super) const fn id(&self) -> ConnectionId {
        self.id
    }

    /// The call that the backend makes next.
    pub(super) fn next(&self) -> Step {
        match self.phase {
            Phase::Over(_) => Step::Close,
            _ if !self.unsent.is_empty() => Step::Write,
            Phase::Serving if self.input == Input::Open => Step::Read,
            Phase::Serving | Phase::Finishing { .. } => Step::ShutDown,
            Phase::Lingering(lingering) => Step::Drain(lingering.patience(Instant::now())),
        }
    }

    /// Applies the pending requests.
    pub(super) fn heed(&mut self, control: &Control, socket: &TcpStream) -> Heeded {
        let requests = control.requests();
        if requests.is_empty() {
            return Heeded::GoOn;
        }
        if requests.has(Request::Reset) {
            self.over(CloseReason::WeReset, None);
            return Heeded::Reset;
        }
        let ends = [
            (Request::Finish, EndLimits::CLOSE),
            (Request::Leave, EndLimits::STOP),
            (Request::EndIdle, EndLimits::IDLE),
        ];
        for (request, limits) in ends.into_iter().filter(|(request, _)| requests.has(*request)) {
            control.answered(request);
            if request != Request::EndIdle || self.ends_idle(control, socket) {
                control.stop_idle_clock();
                match &mut self.phase {
                    phase @ Phase::Serving => *phase = Phase::Finishing { limits, waits: 0 },
                    Phase::Finishing { limits: earlier, .. } => *earlier = earlier.shortest(limits),
                    Phase::Lingering(lingering) => lingering.shorten(Instant::now(), limits),
                    Phase::Over(_) => {}
                }
            }
        }
        // A closed connection is dropped by the backend that it is on.
        let leaves = requests.has(Request::HandOver) && !matches!(self.phase, Phase::Over(_));
        if leaves { Heeded::HandOver } else { Heeded::GoOn }
    }

    /// Whether the connection is still idle; the idle timeout is the close reason then.
    fn ends_idle(&mut self, control: &Control, socket: &TcpStream) -> bool {
        let next = if self.unsent.is_empty() { Direction::Received } else { Direction::Sent };
        let is_idle = self.phase == Phase::Serving && control.is_idle(next, socket);
        if is_idle {
            self.ends = CloseReason::IdleTimeout;
        }
        is_idle
    }

    /// The most bytes that one read may take.
    pub(super) fn most_read(&self) -> usize {
        self.service.most_read()
    }

    /// Reads from the socket.
    ///
    /// # Errors
    /// The errors of `recv`.
    pub(super) fn receive(&mut self, socket: &TcpStream, space: &mut [u8]) -> io::Result<usize> {
        self.waits.receive(socket, space)
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
                let chunk = if self.tap.is_watched() { buffer.take(length) } else { buffer.look(length) };
                self.tap.moved(Direction::Received, &chunk);
                match self.phase {
                    Phase::Serving => self.answer(&chunk, write),
                    // A client that never stops sending does not keep its connection for ever.
                    Phase::Lingering(lingering) if lingering.is_over(Instant::now()) => self.stayed_quiet(),
                    _ => {}
                }
            }
            Err(error) => self.failed(Call::Read, &error),
        }
    }

    fn answer(&mut self, chunk: &Chunk<'_>, write: impl FnOnce(&[u8]) -> io::Result<usize>) {
        match self.service.answer(chunk) {
            Answer::Nothing => {
                let waited = self.waits.over();
                self.tap.waited(waited);
            }
            Answer::Same => match write(chunk) {
                Ok(length) if length == chunk.len() => {
                    let waited = self.waits.over();
                    self.tap.echoed(chunk, length, waited);
                }
                Ok(length) => {
                    self.tap.echoed(chunk, length, None);
                    self.owe(chunk.slice(length..).into_bytes());
                }
                Err(error) if is_to_be_made_again(&error) => self.owe(chunk.slice(..).into_bytes()),
                Err(error) => self.failed(Call::Write, &error),
            },
            Answer::Bytes(bytes) => {
                self.unsent = Bytes::from(bytes);
                self.owes_since = self.waits.read_at();
                let result = write(&self.unsent);
                self.wrote(result);
            }
        }
    }

    /// Queues what the first write of an answer left.
    fn owe(&mut self, unsent: Bytes) {
        self.unsent = unsent;
        self.tap.left_something();
        self.owes_since = self.waits.read_at();
        self.book_owing();
    }

    fn book_owing(&mut self) {
        let now = Coarse::now();
        let time = now.since(self.owes_since);
        self.owes_since = now;
        if !time.is_zero() {
            self.tap.owed_for(time);
        }
    }

    /// The pending bytes: the part of the answer that is not written yet.
    pub(super) fn unsent(&self) -> &[u8] {
        &self.unsent
    }

    /// Processes the result of a write of [`unsent`](Self::unsent).
    pub(super) fn wrote(&mut self, result: io::Result<usize>) {
        match result {
            Ok(length) => {
                if let Phase::Finishing { waits, .. } = &mut self.phase {
                    *waits = 0;
                }
                let sent = self.unsent.split_to(length);
                // The slice makes the consumer copy what it keeps: a shared part of an answer would keep all of the
                // answer alive.
                self.tap.moved(Direction::Sent, &Chunk::Slice(&sent));
                self.book_owing();
                if self.unsent.is_empty() {
                    self.all_is_out();
                } else {
                    self.tap.left_something();
                }
            }
            Err(error) => self.failed(Call::Write, &error),
        }
    }

    fn all_is_out(&mut self) {
        // Not an empty slice of a large buffer, which would keep the buffer.
        self.unsent = Bytes::new();
        let waited = self.waits.over();
        self.tap.waited(waited);
        if self.pace == Pace::Slow {
            self.pace = Pace::Flowing;
            self.tap.tell(Fact::Flowing { connection: self.id });
        }
    }

    /// Records that a write was blocked for [`SLOW_AFTER`], if there are pending bytes still.
    pub(super) fn write_waits(&mut self) {
        if self.unsent.is_empty() {
            return;
        }
        self.book_owing();
        if self.pace == Pace::Flowing {
            self.pace = Pace::Slow;
            self.tap.tell(Fact::Slow { connection: self.id });
        }
        if let Phase::Finishing { limits, waits } = &mut self.phase {
            *waits += 1;
            if SLOW_AFTER * *waits >= limits.flush {
                let reason = match self.ends {
                    CloseReason::IdleTimeout => CloseReason::IdleTimeout,
                    _ => CloseReason::Timeout,
                };
                let detail = "it was being closed and did not read what it was owed";
                self.over(reason, Some(detail.to_owned()));
            }
        }
    }

    /// Processes the result of `shutdown`.
    pub(super) fn shut_down(&mut self, result: io::Result<()>) {
        match (result, &self.phase) {
            (Err(error), _) => self.failed(Call::ShutDown, &error),
            (Ok(()), _) if self.input == Input::Ended => self.over(CloseReason::PeerFinished, None),
            (Ok(()), Phase::Finishing { limits, .. }) => {
                self.phase = Phase::Lingering(Lingering::begin(Instant::now(), *limits));
            }
            (Ok(()), _) => self.over(self.ends, None),
        }
    }

    /// Ends draining: nothing arrived in the time of [`Step::Drain`], or the drain timeout expired.
    pub(super) fn stayed_quiet(&mut self) {
        self.over(self.ends, None);
    }

    /// Closes a connection that no backend could serve.
    pub(super) fn refuse(&mut self, why: &str) {
        self.over(CloseReason::Refused, Some(why.to_owned()));
    }

    fn input_ended(&mut self) {
        if self.input == Input::Open {
            self.input = Input::Ended;
            self.tap.tell(Fact::InputEnded { connection: self.id });
        }
        if matches!(self.phase, Phase::Lingering(_)) {
            self.over(self.ends, None);
        }
    }

    /// Processes the error of a call. Transient errors are ignored: the call is repeated.
    pub(super) fn failed(&mut self, call: Call, error: &io::Error) {
        if is_to_be_made_again(error) {
            return;
        }
        let (reason, detail) = reason(error);
        self.end(Ending { reason, detail, caught: Some(call) });
    }

    fn over(&mut self, reason: CloseReason, detail: Option<String>) {
        self.end(Ending { reason, detail, caught: None });
    }

    fn end(&mut self, ending: Ending) {
        if !matches!(self.phase, Phase::Over(_)) {
            self.phase = Phase::Over(ending);
        }
    }

    /// The fact queue of this connection.
    pub(super) fn hub(&self) -> &super::feed::Hub {
        self.tap.hub()
    }
}

impl Drop for Core {
    fn drop(&mut self) {
        let ending = match std::mem::replace(&mut self.phase, Phase::Serving) {
            Phase::Over(ending) => ending,
            _ if std::thread::panicking() => {
                let detail = Some("the code that served it panicked".to_owned());
                Ending { reason: CloseReason::Error, detail, caught: None }
            }
            _ => Ending { reason: CloseReason::WeReset, detail: None, caught: None },
        };
        tracing::debug!(target: "bytewatch::connection", "{} closed: {}", self.id, ending.reason.word());
        self.tap.close(ending);
    }
}
