//! How a connection that is being served is told something: a few bits, and a way to wake who serves it.
//!
//! Both backends look at the bits before they wait, and are woken after a bit is set. For a thread the wake-up is a signal,
//! which can arrive after the look and before the wait; a caller that must be sure wakes it again.

use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::Waker;

use parking_lot::Mutex;

use super::idle::{IdleClock, Paused};
use super::interrupt::Target;
use crate::model::Direction;

/// What a connection can be told. Bits: several may be set.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub(super) enum Request {
    /// Give the connection back, as it is, so that the other backend can serve it.
    HandOver = 1,
    /// Send what is owed, then FIN.
    Finish = 2,
    /// As `Finish`, and do not wait long for the client: the program ends.
    Leave = 4,
    /// Send RST, now.
    Reset = 8,
    /// Say that you serve: set on the way from one backend to the other.
    Arrive = 16,
    /// As `Finish`, if nothing has moved for the idle timeout.
    EndIdle = 32,
}

/// A set of requests.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Requests(u8);

impl Requests {
    pub(super) const fn has(self, request: Request) -> bool {
        self.0 & request as u8 != 0
    }

    /// Whether there is nothing that who serves has to look at.
    pub(super) const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// The thread or task that serves the connection, to be woken.
#[derive(Debug)]
pub(super) enum Server {
    /// Nobody yet, or nobody any more: between two backends.
    Nobody,
    /// A thread that blocks in a system call.
    Thread(Target),
    /// A task of the event loop.
    Task(Waker),
    /// It is over; no request reaches it.
    Ended,
}

/// The bits and the way to wake, shared by who serves and who asks.
#[derive(Debug)]
pub(super) struct Control {
    requests: AtomicU8,
    /// Signals are sent under this lock only, and a thread takes itself out under it before it ends, so no signal goes
    /// to a thread that is gone.
    server: Mutex<Server>,
    /// `None` without an idle timeout.
    idle_clock: Option<Arc<IdleClock>>,
}

impl Control {
    pub(super) const fn new(idle_clock: Option<Arc<IdleClock>>) -> Self {
        Self { requests: AtomicU8::new(0), server: Mutex::new(Server::Nobody), idle_clock }
    }

    /// When a byte last moved, if there is an idle timeout.
    pub(super) fn idle_clock(&self) -> Option<&IdleClock> {
        self.idle_clock.as_deref()
    }

    /// Whether the idle timeout has passed and the next call, a read or a write, would have to wait.
    pub(super) fn is_idle(&self, next: Direction, socket: &TcpStream) -> bool {
        self.idle_clock().is_some_and(|clock| clock.is_idle(next, socket))
    }

    /// The connection ends: the idle timeout does not apply from here on.
    pub(super) fn stop_idle_clock(&self) {
        self.idle_clock().into_iter().for_each(IdleClock::stop);
    }

    /// The connection waits for the server until the result is dropped: that does not count as idle.
    pub(super) fn pause_idle_clock(&self) -> Option<Paused<'_>> {
        self.idle_clock().map(IdleClock::pause)
    }

    /// What has been asked so far.
    pub(super) fn requests(&self) -> Requests {
        Requests(self.requests.load(Ordering::Acquire))
    }

    /// Takes one request off the list, once it is being answered.
    pub(super) fn answered(&self, request: Request) {
        self.requests.fetch_and(!(request as u8), Ordering::AcqRel);
    }

    /// Asks, and wakes who serves. Says whether somebody will hear it.
    pub(super) fn ask(&self, request: Request) -> Heard {
        let server = self.server.lock();
        if matches!(*server, Server::Ended) {
            return Heard::Never;
        }
        self.requests.fetch_or(request as u8, Ordering::AcqRel);
        server.wake();
        Heard::Soon
    }

    /// Whether somebody still has to answer this.
    pub(super) fn awaits(&self, request: Request) -> bool {
        !matches!(*self.server.lock(), Server::Ended) && self.requests().has(request)
    }

    /// Wakes again who has not heard.
    pub(super) fn wake(&self) {
        self.server.lock().wake();
    }

    /// Somebody else serves from now on.
    pub(super) fn served_by(&self, server: Server) {
        *self.server.lock() = server;
    }

    /// The connection is over. Returns what was asked and will not be answered.
    pub(super) fn end(&self) -> Requests {
        let mut server = self.server.lock();
        *server = Server::Ended;
        self.requests()
    }
}

impl Server {
    fn wake(&self) {
        match self {
            Self::Thread(target) => target.interrupt(),
            Self::Task(waker) => waker.wake_by_ref(),
            Self::Nobody | Self::Ended => {}
        }
    }
}

/// Whether a request reaches anybody.
#[must_use]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Heard {
    /// It does.
    Soon,
    /// The connection is over.
    Never,
}
