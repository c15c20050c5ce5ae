//! Where producers wait until the queue has room.

use std::time::Instant;

use parking_lot::{Condvar, Mutex};
use tokio::sync::Notify;

/// Wakes the threads and tasks that wait for room. Whether there is room is the queue's to decide.
#[derive(Default)]
pub(super) struct Room {
    lock: Mutex<()>,
    threads: Condvar,
    tasks: Notify,
}

impl Room {
    /// Blocks this thread while `condition` holds, until the deadline at most. The condition is checked again at every
    /// wake-up.
    pub(super) fn wait_while(&self, until: Option<Instant>, condition: impl Fn() -> bool) {
        let mut guard = self.lock.lock();
        while condition() {
            match until {
                None => self.threads.wait(&mut guard),
                Some(until) => {
                    if self.threads.wait_until(&mut guard, until).timed_out() {
                        break;
                    }
                }
            }
        }
    }

    /// Wakes all threads that wait.
    pub(super) fn wake_threads(&self) {
        // A thread that checked its condition too early is waiting once this lock is free, and is notified.
        drop(self.lock.lock());
        self.threads.notify_all();
    }

    /// Wakes all tasks that wait.
    pub(super) fn wake_tasks(&self) {
        self.tasks.notify_waiters();
    }

    /// What tasks wait for.
    pub(super) const fn for_tasks(&self) -> &Notify {
        &self.tasks
    }
}
