//! The consumer's end of the queue.

use std::mem;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::{Mutex, MutexGuard};

use crate::event::{BackendKind, Demand, Event, PerBackend, ServerEvent, Stamped, Timestamp};
use crate::server::feed::batch::{Batch, Position, TimedPosition};
use crate::server::feed::clock::MonotonicNanos;
use crate::server::feed::consumer_waker::ConsumerWaker;
use crate::server::feed::counters::ShardCounters;
use crate::server::feed::queue::EventQueue;
use crate::server::feed::shard::{SHARDS, Shard};
use crate::server::feed::wall_clock::WallClockMonitor;

/// How long [`EventReceiver::drain_soon`] waits for producers.
const PATIENCE: Duration = Duration::from_millis(2);

/// The consumer's end of the queue. When it is dropped, the server continues unobserved.
pub struct EventReceiver {
    queue: Arc<EventQueue>,
    /// Empty batches, to be swapped with the full ones.
    batches: [Batch; SHARDS],
    /// The positions of runs and events, sorted by time, while a drain emits them; empty in between but for its
    /// capacity.
    order: Vec<Ordered>,
    /// The I/O counters of each backend.
    counters: PerBackend<ShardCounters>,
    wall: WallClockMonitor,
    /// When the last drain was.
    drained: MonotonicNanos,
    /// The number of drains so far.
    epoch: u64,
}

/// The position of an event or run among those of all shards; sorted by time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Ordered {
    at: MonotonicNanos,
    shard: usize,
    position: Position,
}

impl EventReceiver {
    /// The receiver of a queue, which has only one.
    pub(super) fn new(queue: Arc<EventQueue>) -> Self {
        let wall = WallClockMonitor::new(queue.clock.began_at().0);
        let drained = queue.now();
        Self {
            queue,
            batches: Default::default(),
            order: Vec::new(),
            counters: PerBackend::default(),
            wall,
            drained,
            epoch: 0,
        }
    }

    /// Takes all events so far, in the order of their time. Returns the time of the drain: everything that happened
    /// before it has been emitted, except what a producer was just inserting.
    pub fn drain(&mut self, into: &mut Vec<Stamped>) -> Timestamp {
        self.queue.waker.events_taken();
        let queue = Arc::clone(&self.queue);
        let now = self.take(queue.shards.iter().map(Mutex::lock).collect());
        self.emit(now, into)
    }

    /// Like [`drain`](Self::drain), but waits no longer than some milliseconds for producers that are just inserting:
    /// one that lost the processor may keep its lock for long. Then it takes nothing, and returns the time of the drain before.
    pub fn drain_soon(&mut self, into: &mut Vec<Stamped>) -> Timestamp {
        self.queue.waker.events_taken();
        let queue = Arc::clone(&self.queue);
        let Some(locked) = lock_all(&queue.shards) else {
            // They are still there.
            self.queue.waker.event_arrived();
            return self.queue.timestamp(self.drained);
        };
        let now = self.take(locked);
        self.emit(now, into)
    }

    /// Exchanges the batches for empty ones. All locks are held at once: the batches are a snapshot of one moment.
    fn take(&mut self, mut shards: Vec<MutexGuard<'_, Batch>>) -> MonotonicNanos {
        self.epoch += 1;
        for (shard, batch) in shards.iter_mut().zip(&mut self.batches) {
            batch.start_epoch(self.epoch);
            mem::swap(&mut **shard, batch);
        }
        let taken: usize = self.batches.iter().map(|batch| batch.cost).sum();
        self.queue.room.give_back(taken);
        self.drained = self.queue.now();
        self.drained
    }

    /// Emits the events of the batches, which were taken at this time.
    fn emit(&mut self, now: MonotonicNanos, into: &mut Vec<Stamped>) -> Timestamp {
        self.queue.room.wake();
        for (shard, batch) in self.batches.iter_mut().enumerate() {
            self.order.extend(batch.seal(now).iter().map(|&TimedPosition { at, position }| Ordered {
                at,
                shard,
                position,
            }));
        }
        // Already in order if one shard holds everything.
        if !self.order.is_sorted() {
            self.order.sort_unstable();
        }
        let timestamp = |nanos| self.queue.timestamp(nanos);
        // Before the other events of this drain: the step came after those of the last drain.
        if let Some(event) = self.wall.step(self.queue.clock.began()) {
            let at = timestamp(self.order.first().map_or(now, |first| first.at));
            into.push(Stamped { at, event });
        }
        for Ordered { at, shard, position } in self.order.drain(..) {
            let emit = |at, event| into.push(Stamped { at: timestamp(at), event });
            self.batches[shard].emit(TimedPosition { at, position }, timestamp, emit);
        }
        self.batches.iter_mut().for_each(Batch::recycle);
        self.emit_counters(now, into);
        self.queue.timestamp(now)
    }

    /// Changes what the consumer needs. Every read and write that is reported after this has returned follows the new
    /// demand: from a time of [`now`](Self::now) on, every byte is there if every byte is demanded.
    pub fn set_demand(&self, demand: Demand) {
        self.queue.demand.set(demand);
        // A producer that held a lock may have seen the old demand; one that takes a lock after this sees the new one.
        self.queue.shards.iter().for_each(|shard| drop(shard.lock()));
    }

    /// The time now, by the clock that stamps the events.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.queue.timestamp(self.queue.now())
    }

    /// What wakes the consumer of this queue.
    #[must_use]
    pub fn waker(&self) -> Arc<ConsumerWaker> {
        Arc::clone(&self.queue.waker)
    }

    /// Emits the counters of each backend, if the consumer demands them.
    fn emit_counters(&mut self, now: MonotonicNanos, into: &mut Vec<Stamped>) {
        for (shard, batch) in self.batches.iter_mut().enumerate() {
            self.counters[Shard::backend(shard)].merge(&mut batch.counters);
        }
        let stopped = into.pop_if(|last| last.event == Event::Server(ServerEvent::Stopped));
        for backend in BackendKind::ALL {
            let work = self.counters[backend].take();
            if let Some(work) = work.filter(|_| self.queue.demand.get().activity) {
                let event = Event::Server(ServerEvent::Worked { backend, work: Box::new(work) });
                into.push(Stamped { at: self.queue.timestamp(now), event });
            }
        }
        // `Stopped` stays the last event.
        into.extend(stopped);
    }
}

/// Locks all shards. Meanwhile none of them is kept locked, so that the producers of the others go on.
fn lock_all(shards: &[Mutex<Batch>]) -> Option<Vec<MutexGuard<'_, Batch>>> {
    let until = Instant::now() + PATIENCE;
    loop {
        if let Some(locked) = shards.iter().map(Mutex::try_lock).collect() {
            return Some(locked);
        }
        match shards.iter().find(|shard| shard.is_locked()) {
            Some(held) => drop(held.try_lock_until(until)?),
            None if Instant::now() >= until => return None,
            None => {}
        }
    }
}

impl Drop for EventReceiver {
    fn drop(&mut self) {
        self.queue.room.abandon();
    }
}
