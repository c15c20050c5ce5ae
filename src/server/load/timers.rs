//! What is to happen at some time, the earliest first.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Instant;

/// Things to do later, each once.
#[derive(Debug)]
pub(super) struct Timers<T>(BinaryHeap<Reverse<(Instant, T)>>);

impl<T: Ord> Timers<T> {
    pub(super) const fn new() -> Self {
        Self(BinaryHeap::new())
    }

    /// To be done at this time, or soon after.
    pub(super) fn at(&mut self, when: Instant, what: T) {
        self.0.push(Reverse((when, what)));
    }

    /// The next one that is due.
    pub(super) fn due(&mut self, now: Instant) -> Option<T> {
        let Reverse((when, _)) = self.0.peek()?;
        if *when > now {
            return None;
        }
        self.0.pop().map(|Reverse((_, what))| what)
    }

    /// When the next one is due.
    pub(super) fn next(&self) -> Option<Instant> {
        self.0.peek().map(|Reverse((when, _))| *when)
    }

    /// Nothing is to be done any more.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}
