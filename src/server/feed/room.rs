//! How many bytes wait for the consumer, whether there is room for more, and which threads and tasks wait for that.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Instant;

use crate::server::feed::arena::OWN_BUFFER;
use crate::server::feed::waiters::Waiters;

/// What to do when the consumer cannot keep up.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Overload {
    /// The server waits for room; nothing is missed.
    #[default]
    Slow,
    /// The server never waits; it counts what was not observed.
    Shed,
}

/// Whether there is room for an event.
#[must_use]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::server) enum Admission {
    /// The consumer will get it.
    Admitted,
    /// The event is shed: only counted.
    Shed,
}

/// The room for bytes that wait for the consumer.
pub(in crate::server) struct Room {
    queued: AtomicUsize,
    /// The bytes that threads which did not wait will insert next.
    reserved: AtomicUsize,
    /// At most this many bytes wait for the consumer, and one read of each connection beyond that.
    limit: usize,
    overload: Overload,
    /// Whether the consumer is gone; then no thread and no task waits.
    abandoned: AtomicBool,
    reads: Waiters,
    connections: Waiters,
}

/// Room for some bytes, to be dropped when they were inserted.
#[must_use]
pub(in crate::server) struct Reservation<'a> {
    room: &'a Room,
    bytes: usize,
    /// Whether the thread had to wait for it.
    waited: bool,
}

impl Room {
    pub(super) fn new(limit: usize, overload: Overload) -> Self {
        Self {
            queued: AtomicUsize::new(0),
            reserved: AtomicUsize::new(0),
            limit,
            overload,
            abandoned: AtomicBool::new(false),
            reads: Waiters::default(),
            connections: Waiters::default(),
        }
    }

    /// The number of bytes that wait for the consumer.
    pub(super) fn queued(&self) -> usize {
        self.queued.load(Ordering::Acquire)
    }

    /// Takes room for these bytes. Returns whether that crossed the mark above which the consumer is woken instead of
    /// waiting for its next frame.
    pub(super) fn take(&self, bytes: usize) -> bool {
        let before = self.queued.fetch_add(bytes, Ordering::AcqRel);
        let high_water = self.limit / 4;
        before < high_water && before + bytes >= high_water
    }

    /// Gives back the room of these bytes.
    pub(super) fn give_back(&self, bytes: usize) {
        self.queued.fetch_sub(bytes, Ordering::AcqRel);
    }

    pub(super) fn is_full(&self) -> bool {
        self.queued() >= self.limit
    }

    pub(super) fn is_abandoned(&self) -> bool {
        self.abandoned.load(Ordering::Acquire)
    }

    /// Says that the consumer is gone.
    pub(super) fn abandon(&self) {
        self.abandoned.store(true, Ordering::Release);
        self.wake();
    }

    /// Whether a read or write is admitted: not if there is no room and the policy is to shed.
    pub(super) fn admission(&self) -> Admission {
        match self.overload {
            Overload::Shed if self.is_full() => Admission::Shed,
            _ => Admission::Admitted,
        }
    }

    /// Whether a producer may continue now. Under `shed` it always may.
    pub(in crate::server) fn is_free(&self) -> bool {
        self.overload == Overload::Shed || !self.is_full() || self.is_abandoned()
    }

    /// Reserves room for a thread that need not wait: thousands of threads may find room at the same time, and each
    /// copies what it has read before it inserts it.
    pub(in crate::server) fn try_reserve(&self, bytes: usize) -> Option<Reservation<'_>> {
        if self.overload == Overload::Shed || self.is_abandoned() {
            return Some(Reservation { room: self, bytes: 0, waited: false });
        }
        let taken = |reserved| self.queued() + self.reads.admitted() + reserved;
        // Short reads are not worth the atomic operations.
        if bytes < OWN_BUFFER {
            let is_free = taken(self.reserved.load(Ordering::Acquire)) < self.limit;
            return is_free.then(|| Reservation { room: self, bytes: 0, waited: false });
        }
        let reserve = |reserved| (taken(reserved) < self.limit).then_some(reserved + bytes);
        let reserved = self.reserved.fetch_update(Ordering::AcqRel, Ordering::Acquire, reserve);
        reserved.is_ok().then(|| Reservation { room: self, bytes, waited: false })
    }

    /// Blocks this thread until there is room for `bytes`, the deadline passes, or `go_on` returns false; it is called
    /// again at every [`wake_threads`](Self::wake_threads). Returns the room, which is reserved until it is dropped.
    pub(in crate::server) fn reserve(
        &self,
        bytes: usize,
        until: Option<Instant>,
        go_on: impl Fn() -> bool,
    ) -> Option<Reservation<'_>> {
        self.try_reserve(bytes).or_else(|| {
            let is_admitted = self.reads.wait(bytes, until, |admitted| self.fits(admitted), go_on);
            is_admitted.then(|| Reservation { room: self, bytes, waited: true })
        })
    }

    /// Waits, as a task, until there is room.
    pub(in crate::server) async fn wait_as_task(&self) {
        self.reads.wait_as_task(|| self.is_free()).await;
    }

    /// Blocks this thread until another client may be accepted, or `go_on` returns false, as in
    /// [`reserve`](Self::reserve). Returns whether one may.
    pub(in crate::server) fn wait_for_connection(&self, go_on: impl Fn() -> bool) -> bool {
        self.fits_connection() || self.connections.wait(0, None, |_| self.fits_connection(), go_on)
    }

    /// Waits, as a task, until another client may be accepted.
    pub(in crate::server) async fn wait_for_connection_as_task(&self) {
        self.connections.wait_as_task(|| self.fits_connection()).await;
    }

    /// Lets threads that wait check whether to go on: a signal does not end that wait.
    pub(in crate::server) fn wake_threads(&self) {
        self.reads.wake_threads();
        self.connections.wake_threads();
    }

    /// Wakes those that wait, as far as there is room.
    pub(super) fn wake(&self) {
        self.connections.admit_threads(|_| self.fits_connection());
        self.connections.wake_tasks();
        self.reads.admit_threads(|admitted| self.fits(admitted));
        self.reads.wake_tasks();
    }

    /// Whether there is room for a thread that waits, beside those that were admitted and have not inserted these
    /// bytes yet. Those that wait get a part of the room, so that threads with bytes at hand also go on: to serve all
    /// strictly in turn was measured at half the throughput.
    fn fits(&self, admitted: usize) -> bool {
        let taken = self.queued() + self.reserved.load(Ordering::SeqCst) + admitted;
        (admitted <= self.limit / 8 && taken < self.limit) || self.is_abandoned()
    }

    /// Whether there is room for another connection. That is a small event, and gets more room than reads do: else
    /// thousands of busy connections, which take all room as soon as there is any, would keep new clients out.
    fn fits_connection(&self) -> bool {
        self.queued() < self.limit + self.limit / 4 || self.overload == Overload::Shed || self.is_abandoned()
    }

    /// The number of threads that wait for room for what they have read.
    #[cfg(test)]
    pub(super) fn waiting_threads(&self) -> usize {
        self.reads.waiting_threads()
    }
}

impl Drop for Reservation<'_> {
    fn drop(&mut self) {
        if self.waited {
            self.room.reads.release(self.bytes);
            self.room.reads.admit_threads(|admitted| self.room.fits(admitted));
        } else if self.bytes > 0 {
            self.room.reserved.fetch_sub(self.bytes, Ordering::SeqCst);
            // The drain of these bytes may have been before, when they were still reserved, and woken no thread.
            if self.room.reads.waiting_threads() > 0 {
                self.room.reads.admit_threads(|admitted| self.room.fits(admitted));
            }
        }
    }
}
