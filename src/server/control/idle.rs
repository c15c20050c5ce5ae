//! Tracks when a byte last moved on a connection, for `--idle-timeout`.
//!
//! Each read and each write of at least one byte is progress, and nothing else is: a FIN is not, and neither is a
//! client that takes none of its pending bytes. (Progress of a reading client shows when the system has room for our
//! next write; Linux reports that when a third of the socket's send buffer is free.) The time of the last progress
//! moves with the connection, so a handover does not restart it. While the event queue is full the server reads from
//! no connection; the clock of a connection that waits for room is paused.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::server::net::latency_sampler::CoarseInstant;

/// The idle clock of one connection.
#[derive(Debug)]
pub(in crate::server) struct IdleClock {
    timeout: Duration,
    /// The time of the last progress as a [`CoarseInstant`], or [`PAUSED`], or [`STOPPED`].
    progress_at: AtomicU64,
}

/// In place of a time: the connection waits for the server.
const PAUSED: u64 = u64::MAX - 1;
/// In place of a time: the connection is closing already.
const STOPPED: u64 = u64::MAX;

impl IdleClock {
    pub(in crate::server) fn new(timeout: Duration) -> Self {
        Self { timeout, progress_at: AtomicU64::new(CoarseInstant::now().as_millis()) }
    }

    /// Records progress: a byte was received or sent.
    pub(in crate::server) fn progress(&self) {
        self.set(CoarseInstant::now().as_millis());
    }

    /// Pauses the clock until the result is dropped. Then it continues with the idle time that it had.
    pub(in crate::server) fn pause(&self) -> Paused<'_> {
        let idle = self.timeout.saturating_sub(self.remaining(CoarseInstant::now()));
        self.set(PAUSED);
        Paused { clock: self, idle }
    }

    /// Stops the clock for good: the connection is closing, and the close timeouts apply.
    pub(in crate::server) fn stop(&self) {
        self.set(STOPPED);
    }

    /// The time until the timeout expires.
    pub(in crate::server) fn remaining(&self, now: CoarseInstant) -> Duration {
        match self.progress_at.load(Ordering::Relaxed) {
            PAUSED | STOPPED => self.timeout,
            at => self.timeout.saturating_sub(now.since(CoarseInstant::from_millis(at))),
        }
    }

    /// Whether the timeout has expired. A connection whose next call would not block is nevertheless not idle: its
    /// bytes arrived while the program was stopped, or its event loop was blocked.
    pub(in crate::server) fn has_expired(&self) -> bool {
        self.remaining(CoarseInstant::now()).is_zero()
    }

    /// Only the thread or task that serves the connection writes the value, so no write comes between the two
    /// accesses.
    fn set(&self, at: u64) {
        if self.progress_at.load(Ordering::Relaxed) != STOPPED {
            self.progress_at.store(at, Ordering::Relaxed);
        }
    }
}

/// Pauses an [`IdleClock`] while it lives.
pub(in crate::server) struct Paused<'a> {
    clock: &'a IdleClock,
    /// The idle time before the pause.
    idle: Duration,
}

impl Drop for Paused<'_> {
    fn drop(&mut self) {
        self.clock.set(CoarseInstant::now().before(self.idle).as_millis());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3_600);

    #[test]
    fn the_clock_stands_still_while_the_connection_waits_for_the_server() {
        let clock = IdleClock::new(HOUR);
        let now = CoarseInstant::now().as_millis();
        let remaining = |hours: u64| clock.remaining(CoarseInstant::from_millis(now + hours * 3_600_000));
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
}
