//! The threads and tasks that wait for one thing, such as room in the event queue.

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tokio::sync::Notify;

/// The threads and tasks that wait for room.
///
/// Threads that wait are admitted in the order in which they came, each for the bytes that it brings. So if thousands
/// wait and there is room for hundreds, none wakes up in vain, and none waits for ever because others are quicker.
/// Tasks all wake up and check again; the runtime runs them in turn.
#[derive(Default)]
pub(super) struct Waiters {
    threads: Mutex<WaitingThreads>,
    /// The bytes of admitted threads that have not inserted them yet.
    admitted: AtomicUsize,
    /// The number of threads that wait.
    waiting: AtomicUsize,
    tasks: Notify,
}

#[derive(Default)]
struct WaitingThreads {
    /// The threads that wait, by the order of their arrival.
    waiting: BTreeMap<u64, Arc<WaitingThread>>,
    arrivals: u64,
}

struct WaitingThread {
    thread: Thread,
    /// The number of bytes that it will insert.
    bytes: usize,
    admitted: AtomicBool,
}

impl Waiters {
    /// Blocks this thread until it is admitted, the deadline passes, or `go_on` returns false, which is called again
    /// at every [`wake_threads`](Self::wake_threads). Returns whether it was admitted; its bytes count as admitted
    /// until they are [released](Self::release).
    ///
    /// `fits` tells whether there is room beside this number of admitted bytes.
    pub(super) fn wait(
        &self,
        bytes: usize,
        until: Option<Instant>,
        fits: impl Fn(usize) -> bool,
        go_on: impl Fn() -> bool,
    ) -> bool {
        let this =
            Arc::new(WaitingThread { thread: thread::current(), bytes, admitted: AtomicBool::new(false) });
        let mut threads = self.threads.lock();
        let arrival = threads.arrivals;
        threads.arrivals += 1;
        threads.waiting.insert(arrival, Arc::clone(&this));
        // Before the check for room below: a thread that makes room either sees this one, or this one sees the room.
        self.waiting.fetch_add(1, Ordering::SeqCst);
        drop(threads);
        // There may be room already: it was made before this thread was among those that wait.
        self.admit_threads(fits);
        loop {
            if this.admitted.load(Ordering::Acquire) {
                return true;
            }
            let left = until.map_or(Duration::MAX, |until| until.saturating_duration_since(Instant::now()));
            if left.is_zero() || !go_on() {
                break;
            }
            if left == Duration::MAX { thread::park() } else { thread::park_timeout(left) }
        }
        if self.threads.lock().waiting.remove(&arrival).is_some() {
            self.waiting.fetch_sub(1, Ordering::SeqCst);
        }
        this.admitted.load(Ordering::Acquire)
    }

    /// Admits threads in their order, as many as there is room for.
    pub(super) fn admit_threads(&self, fits: impl Fn(usize) -> bool) {
        let mut admitted = Vec::new();
        let mut threads = self.threads.lock();
        while fits(self.admitted()) {
            let Some((_, next)) = threads.waiting.pop_first() else { break };
            self.waiting.fetch_sub(1, Ordering::SeqCst);
            self.admitted.fetch_add(next.bytes, Ordering::AcqRel);
            next.admitted.store(true, Ordering::Release);
            admitted.push(next);
        }
        drop(threads);
        for next in admitted {
            next.thread.unpark();
        }
    }

    /// The number of threads that wait.
    pub(super) fn waiting_threads(&self) -> usize {
        self.waiting.load(Ordering::SeqCst)
    }

    /// The bytes of admitted threads that have not inserted them yet.
    pub(super) fn admitted(&self) -> usize {
        self.admitted.load(Ordering::Acquire)
    }

    /// Says that bytes of an admitted thread were inserted.
    pub(super) fn release(&self, bytes: usize) {
        self.admitted.fetch_sub(bytes, Ordering::AcqRel);
    }

    /// Wakes all threads that wait, to check whether to go on.
    pub(super) fn wake_threads(&self) {
        for waiting in self.threads.lock().waiting.values() {
            waiting.thread.unpark();
        }
    }

    /// Wakes all tasks that wait.
    pub(super) fn wake_tasks(&self) {
        self.tasks.notify_waiters();
    }

    /// Waits, as a task, until the condition holds.
    pub(super) async fn wait_as_task(&self, condition: impl Fn() -> bool) {
        while !condition() {
            let mut woken = pin!(self.tasks.notified());
            // Registered before the second check, so that a wake-up in between is not missed.
            woken.as_mut().enable();
            if !condition() {
                woken.await;
            }
        }
    }
}
