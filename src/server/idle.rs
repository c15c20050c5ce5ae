//! When a byte last moved on a connection, for `--idle-timeout`.
//!
//! Each read and each write of at least one byte is progress, and nothing else is: not a FIN, and not a client that takes
//! nothing of what it is owed. (That a client reads shows when the system has room for our next write; Linux says so when
//! a third of the socket's send buffer is free.) The time of the last progress travels with the connection, so a handover
//! does not restart it. While the feed is full the server reads from no connection; for one that waits for that, the
//! clock stands still.

use std::net::TcpStream;
use std::os::fd::AsFd as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use super::waits::Coarse;
use crate::model::Direction;

/// The clock of one connection.
#[derive(Debug)]
pub(super) struct IdleClock {
    timeout: Duration,
    /// A [`Coarse`] time, or [`PAUSED`], or [`STOPPED`].
    progress_at: AtomicU64,
}

/// Stands for a time: the connection waits for the server.
const PAUSED: u64 = u64::MAX - 1;
/// Stands for a time: the connection ends already.
const STOPPED: u64 = u64::MAX;

impl IdleClock {
    pub(super) fn new(timeout: Duration) -> Self {
        Self { timeout, progress_at: AtomicU64::new(Coarse::now().number()) }
    }

    /// A byte moved.
    pub(super) fn progress(&self) {
        self.set(Coarse::now().number());
    }

    /// Stands still until the result is dropped, then goes on where it was.
    pub(super) fn pause(&self) -> Paused<'_> {
        let idle = self.timeout.saturating_sub(self.remaining(Coarse::now()));
        self.set(PAUSED);
        Paused { clock: self, idle }
    }

    /// The connection ends: other limits apply from here on.
    pub(super) fn stop(&self) {
        self.set(STOPPED);
    }

    /// How long it takes until the timeout has passed.
    pub(super) fn remaining(&self, now: Coarse) -> Duration {
        match self.progress_at.load(Ordering::Relaxed) {
            PAUSED | STOPPED => self.timeout,
            at => self.timeout.saturating_sub(now.since(Coarse::of(at))),
        }
    }

    /// Whether the timeout has passed and the next call, in this direction, would have to wait. A server that was stopped,
    /// or whose loop was blocked, finds what came in that time, and its client was not idle.
    pub(super) fn is_idle(&self, next: Direction, socket: &TcpStream) -> bool {
        let awaited = match next {
            Direction::Received => PollFlags::POLLIN,
            Direction::Sent => PollFlags::POLLOUT,
        };
        let mut polled = [PollFd::new(socket.as_fd(), awaited)];
        self.remaining(Coarse::now()).is_zero() && poll(&mut polled, PollTimeout::ZERO) == Ok(0)
    }

    /// Only the thread or task that serves the connection sets it, so nothing comes between the two accesses.
    fn set(&self, at: u64) {
        if self.progress_at.load(Ordering::Relaxed) != STOPPED {
            self.progress_at.store(at, Ordering::Relaxed);
        }
    }
}

/// A clock that stands still.
pub(super) struct Paused<'a> {
    clock: &'a IdleClock,
    /// How long it had been running since the last progress.
    idle: Duration,
}

impl Drop for Paused<'_> {
    fn drop(&mut self) {
        self.clock.set(Coarse::now().before(self.idle).number());
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::net::TcpListener;

    use super::*;

    const HOUR: Duration = Duration::from_secs(3_600);

    #[test]
    fn the_clock_stands_still_while_the_connection_waits_for_the_server() {
        let clock = IdleClock::new(HOUR);
        let now = Coarse::now().number();
        let remaining = |hours: u64| clock.remaining(Coarse::of(now + hours * 3_600_000));
        assert!(!remaining(0).is_zero() && remaining(2).is_zero());
        clock.progress_at.store(now - 1_800_000, Ordering::Relaxed);
        let paused = clock.pause();
        assert!(!remaining(100).is_zero());
        drop(paused);
        assert!(remaining(1).is_zero(), "it goes on where it was");
        clock.progress();
        assert!(!remaining(0).is_zero());
        clock.stop();
        clock.progress();
        assert!(!remaining(100).is_zero(), "it ends already");
    }

    #[test]
    fn a_client_whose_bytes_are_here_is_not_idle() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (socket, _) = listener.accept().unwrap();
        let clock = IdleClock::new(Duration::ZERO);
        assert!(clock.is_idle(Direction::Received, &socket));
        assert!(!clock.is_idle(Direction::Sent, &socket), "there is room for what it is owed");
        client.write_all(b"x").unwrap();
        socket.peek(&mut [0]).unwrap();
        assert!(!clock.is_idle(Direction::Received, &socket));
        assert!(!IdleClock::new(HOUR).is_idle(Direction::Received, &socket));
    }
}
