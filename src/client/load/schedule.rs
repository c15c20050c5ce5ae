//! The send schedule of an open loop.

use std::time::{Duration, Instant};

/// Which of the steady clients sends when, whether or not earlier messages have come back.
#[derive(Debug)]
pub(super) struct Schedule {
    every: Duration,
    next: Instant,
    /// The indexes of the steady clients, and which of them sends next.
    steady: Vec<usize>,
    turn: usize,
}

/// A message that has to be sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Due {
    /// The index of the client.
    pub(super) index: usize,
    /// The scheduled time.
    pub(super) at: Instant,
}

/// What the schedule says at some time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum NextMessage {
    /// The message with this number is due.
    Message(Due),
    /// Nothing is due yet.
    Later,
    /// No client is left that could send.
    Never,
}

impl Schedule {
    /// Creates the schedule of `rate` messages per second, which the clients of these indexes send in turn.
    pub(super) fn new(rate: f64, steady: Vec<usize>, now: Instant) -> Self {
        Self { every: Duration::from_secs_f64(1.0 / rate), next: now, steady, turn: 0 }
    }

    /// The time of the next message.
    pub(super) const fn next_time(&self) -> Instant {
        self.next
    }

    /// Takes the next message, if it is due at `now`, for the next client that `can_send`.
    pub(super) fn take(&mut self, now: Instant, can_send: impl Fn(usize) -> bool) -> NextMessage {
        if self.next > now {
            return NextMessage::Later;
        }
        let many = self.steady.len();
        let here = |at: &usize| can_send(self.steady[at % many]);
        let Some(at) = (self.turn..self.turn + many).find(here) else { return NextMessage::Never };
        let due = Due { index: self.steady[at % many], at: self.next };
        (self.turn, self.next) = ((at + 1) % many, self.next + self.every);
        NextMessage::Message(due)
    }
}
