//! Wakes the one consumer of facts: at once for urgent events, and for plain facts only while it waits for them.
//!
//! A futex call per fact would cost more than the fact, so producers only load two atomics while the consumer is busy
//! or paces its frames.

use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::time::Instant;

use parking_lot::{Condvar, Mutex};

/// What wakes the consumer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Patience {
    /// The first fact, and anything urgent.
    Any,
    /// Only urgent events: an explicit wake, or a fact queue that fills up.
    Urgent,
}

const AWAKE: u8 = 0;
const WAITS_FOR_URGENT: u8 = 1;
const WAITS_FOR_ANY: u8 = 2;

/// Wakes one consumer; any number of threads may call it.
#[derive(Debug, Default)]
pub struct Bell {
    /// What the consumer waits for now: one of the constants above.
    waits: AtomicU8,
    /// Whether facts have arrived since the consumer last took them.
    facts: AtomicBool,
    rung: Mutex<bool>,
    condvar: Condvar,
}

impl Bell {
    /// Wakes the consumer, or makes its next wait return at once.
    pub fn ring(&self) {
        *self.rung.lock() = true;
        self.condvar.notify_one();
    }

    /// Waits until an event that `patience` includes, or until the deadline.
    pub fn wait(&self, patience: Patience, deadline: Instant) {
        let waits = if patience == Patience::Any { WAITS_FOR_ANY } else { WAITS_FOR_URGENT };
        self.waits.store(waits, Ordering::SeqCst);
        let mut rung = self.rung.lock();
        if patience == Patience::Urgent || !self.facts.load(Ordering::SeqCst) {
            while !*rung && !self.condvar.wait_until(&mut rung, deadline).timed_out() {}
        }
        *rung = false;
        self.waits.store(AWAKE, Ordering::SeqCst);
    }

    /// Reports a new fact. This costs two loads, unless the consumer sleeps until the next fact.
    pub(super) fn fact(&self) {
        if !self.facts.load(Ordering::Relaxed) {
            // Sequentially consistent with `wait`: either it sees the flag, or this thread sees that it waits.
            self.facts.store(true, Ordering::SeqCst);
        }
        if self.waits.load(Ordering::SeqCst) == WAITS_FOR_ANY {
            self.ring();
        }
    }

    /// Reports that the consumer is about to take all facts.
    pub(super) fn facts_are_taken(&self) {
        self.facts.store(false, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;

    fn far() -> Instant {
        Instant::now() + Duration::from_secs(20)
    }

    #[test]
    fn a_ring_before_the_wait_is_not_lost() {
        let bell = Bell::default();
        bell.ring();
        let started = Instant::now();
        bell.wait(Patience::Urgent, far());
        assert!(started.elapsed() < Duration::from_secs(10));
    }

    #[test]
    fn facts_wake_only_who_waits_for_them() {
        let bell = Arc::new(Bell::default());
        let ringer = Arc::clone(&bell);
        let thread = std::thread::spawn(move || {
            for _ in 0..10_000 {
                ringer.fact();
                std::thread::yield_now();
            }
        });
        let started = Instant::now();
        for _ in 0..100 {
            bell.wait(Patience::Any, far());
        }
        assert!(started.elapsed() < Duration::from_secs(10));
        thread.join().unwrap();
        let deadline = Instant::now() + Duration::from_millis(5);
        bell.fact();
        bell.wait(Patience::Urgent, deadline);
        assert!(Instant::now() >= deadline, "a fact is not urgent");
    }
}
