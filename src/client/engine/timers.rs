//! A timer queue, the earliest timer first.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Instant;

/// Timers that expire once each.
#[derive(Debug)]
pub(in crate::client) struct Timers<T>(BinaryHeap<Reverse<(Instant, T)>>);

impl<T: Ord> Timers<T> {
    pub(in crate::client) const fn new() -> Self {
        Self(BinaryHeap::new())
    }

    /// Adds a timer that expires at `when`.
    pub(in crate::client) fn add(&mut self, when: Instant, what: T) {
        self.0.push(Reverse((when, what)));
    }

    /// Removes and returns the earliest timer that has expired.
    pub(in crate::client) fn pop_expired(&mut self, now: Instant) -> Option<T> {
        let Reverse((when, _)) = self.0.peek()?;
        if *when > now {
            return None;
        }
        self.0.pop().map(|Reverse((_, what))| what)
    }

    /// When the earliest timer expires.
    pub(in crate::client) fn next_expiry(&self) -> Option<Instant> {
        self.0.peek().map(|Reverse((when, _))| *when)
    }

    /// Removes all timers.
    pub(in crate::client) fn clear(&mut self) {
        self.0.clear();
    }
}
