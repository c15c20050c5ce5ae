//! Wakes the one consumer: at once for what is urgent, at leisure for facts.
//!
//! A futex call per fact would cost more than the fact, so producers only look at two atomics while the consumer is
//! busy or paces its frames.

use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::time::Instant;

use parking_lot::{Condvar, Mutex};

/// What the consumer wants to be woken for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Patience {
    /// For the first fact, and for anything urgent.
    Any,
    /// Only for what is urgent: a ring, or a feed that fills up.
    Urgent,
}

const AWAKE: u8 = 0;
const WAITS_FOR_URGENT: u8 = 1;
const WAITS_FOR_ANY: u8 = 2;

/// One bell for one consumer; any number of threads ring it.
#[derive(Debug, Default)]
pub struct Bell {
    /// What the consumer waits for now.
    waits: AtomicU8,
    /// Whether facts have come since the consumer last took them.
    facts: AtomicBool,
    rung: Mutex<bool>,
    condvar: Condvar,
}

impl Bell {
    /// Wakes the consumer, or keeps it from falling asleep the next time.
    pub fn ring(&self) {
        *self.rung.lock() = true;
        self.condvar.notify_one();
    }

    /// Waits until something worth the patience has come, or the deadline has passed.
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

    /// A fact has come. Two loads, unless the consumer sleeps for it.
    pub(super) fn fact(&self) {
        if !self.facts.load(Ordering::Relaxed) {
            // Sequentially consistent with `wait`: either it sees the flag, or we see that it waits.
            self.facts.store(true, Ordering::SeqCst);
        }
        if self.waits.load(Ordering::SeqCst) == WAITS_FOR_ANY {
            self.ring();
        }
    }

    /// The consumer is about to take all facts.
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
