//! Wakes the one consumer of events: at once for urgent events, and for plain events only while it waits for them.
//!
//! A futex call per event would cost more than the event, so producers only load two atomics while the consumer is busy
//! or paces its frames.

use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::time::Instant;

use parking_lot::{Condvar, Mutex};

/// What wakes the consumer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WakeOn {
    /// The first event, and anything urgent.
    Event,
    /// Only urgent events: an explicit wake, or an event queue that fills up.
    Urgent,
}

const AWAKE: u8 = 0;
const WAITS_FOR_URGENT: u8 = 1;
const WAITS_FOR_EVENT: u8 = 2;

/// Wakes one consumer; any number of threads may call it.
#[derive(Debug, Default)]
pub struct ConsumerWaker {
    /// What the consumer waits for now: one of the constants above.
    waits: AtomicU8,
    /// Whether events have arrived since the consumer last took them.
    events: AtomicBool,
    woken: Mutex<bool>,
    condvar: Condvar,
}

impl ConsumerWaker {
    /// Wakes the consumer, or makes its next wait return at once.
    pub fn wake(&self) {
        *self.woken.lock() = true;
        self.condvar.notify_one();
    }

    /// Waits until an event that `wake_on` includes, or until the deadline.
    pub fn wait(&self, wake_on: WakeOn, deadline: Instant) {
        let waits = if wake_on == WakeOn::Event { WAITS_FOR_EVENT } else { WAITS_FOR_URGENT };
        self.waits.store(waits, Ordering::SeqCst);
        let mut woken = self.woken.lock();
        if wake_on == WakeOn::Urgent || !self.events.load(Ordering::SeqCst) {
            while !*woken && !self.condvar.wait_until(&mut woken, deadline).timed_out() {}
        }
        *woken = false;
        self.waits.store(AWAKE, Ordering::SeqCst);
    }

    /// Reports a new event. This costs two loads, unless the consumer sleeps until the next event.
    pub fn event_arrived(&self) {
        if !self.events.load(Ordering::Relaxed) {
            // Sequentially consistent with `wait`: either it sees the flag, or this thread sees that it waits.
            self.events.store(true, Ordering::SeqCst);
        }
        if self.waits.load(Ordering::SeqCst) == WAITS_FOR_EVENT {
            self.wake();
        }
    }

    /// Reports that the consumer is about to take all events.
    pub fn events_taken(&self) {
        self.events.store(false, Ordering::SeqCst);
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
    fn a_wake_before_the_wait_is_not_lost() {
        let waker = ConsumerWaker::default();
        waker.wake();
        let started = Instant::now();
        waker.wait(WakeOn::Urgent, far());
        assert!(started.elapsed() < Duration::from_secs(10));
    }

    #[test]
    fn events_wake_only_a_consumer_that_waits_for_them() {
        let waker = Arc::new(ConsumerWaker::default());
        let producer = Arc::clone(&waker);
        let thread = std::thread::spawn(move || {
            for _ in 0..10_000 {
                producer.event_arrived();
                std::thread::yield_now();
            }
        });
        let started = Instant::now();
        for _ in 0..100 {
            waker.wait(WakeOn::Event, far());
        }
        assert!(started.elapsed() < Duration::from_secs(10));
        thread.join().unwrap();
        let deadline = Instant::now() + Duration::from_millis(5);
        waker.event_arrived();
        waker.wait(WakeOn::Urgent, deadline);
        assert!(Instant::now() >= deadline, "an event is not urgent");
    }
}
