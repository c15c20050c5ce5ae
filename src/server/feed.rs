//! The queue of events from the backends to the one consumer: batches behind a few locks, bounded in bytes.
//!
//! Each shard is a batch of positions (a time, and an event or the first entry of a run), events, runs (linked entries of
//! one read or write each, with an arena for short ones) and counters. The consumer swaps the batches for empty ones.
//!
//! Short reads are copied into the batch; a long read moves as its buffer. Bytes that are written exactly as they
//! were read are stored once. The consumer takes all shards at one moment and sorts, so an effect never comes out
//! before its cause.
//!
//! When the consumer cannot keep up, either the server waits for room and nothing is missed, or the server continues
//! and counts, to the byte, what was not observed. Events about the lifecycle of a connection are small and are never
//! shed, except for connections that were accepted while the queue was full: these are counted as a whole, until
//! there is room to report them.
//!
//! What profiles showed, with an echo under a closed loop of clients on two CPUs:
//!
//! - A consumer that inspects every byte costs most, wherever it does that: so each byte is inspected once, where it
//!   is still in the cache, and for an echo not twice.
//! - At 64 bytes a put takes 0.4 µs of the 7 µs of a message: the lock and the entry 0.15, two reads of the clock
//!   0.06, UTF-8 counting 0.05. A cache line that the other CPU wrote last costs 0.1, so entries are short.
//! - At 16 KiB a put takes 2.5 µs of 13: half because the buffer is a different one each time, no longer in the
//!   cache, as the newest 64 KiB of each stream have to be somewhere; a third for UTF-8 counting, where the text is
//!   not ASCII.
//! - Draining four times a frame did not pay: with both CPUs busy, each wake-up of the consumer stops the client or
//!   the server, and the other one soon has nothing to do either.

mod arena;
mod batch;
mod clock;
pub(super) mod consumer_waker;
mod counters;
mod demand;
mod room;
mod runs;
mod shard;
mod waiters;
mod wall_clock;

use std::mem;
use std::sync::Arc;

use parking_lot::{Mutex, MutexGuard};

pub(super) use self::arena::OWN_BUFFER;
use self::batch::{Batch, Position, TimedPosition};
use self::clock::{Clock, MonotonicNanos};
use self::counters::ShardCounters;
use self::demand::AtomicDemand;
pub use self::room::Overload;
pub(super) use self::room::{Admission, Reservation, Room};
pub(super) use self::runs::{Payload, Run, Slot, Transfer};
use self::shard::SHARDS;
pub(super) use self::shard::Shard;
use self::wall_clock::WallClockMonitor;
use crate::event::{
    ConnectionEvent, ConnectionId, Demand, Direction, Event, EventOrder, PerBackend, ServerEvent, Stamped,
    Timestamp,
};
use crate::server::feed::consumer_waker::ConsumerWaker;
use crate::server::net::latency_sampler::LatencySample;

/// The default limit of the bytes that wait for the consumer.
pub const FEED_LIMIT: usize = 32 << 20;

/// The producers' end of the queue, shared by all of them.
pub(super) struct EventQueue {
    shards: [Mutex<Batch>; SHARDS],
    demand: AtomicDemand,
    waker: Arc<ConsumerWaker>,
    room: Room,
    clock: Clock,
}

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

/// Creates a queue: the producers' end and the consumer's end.
pub(super) fn event_channel(
    limit: usize,
    overload: Overload,
    demand: Demand,
) -> (Arc<EventQueue>, EventReceiver) {
    let queue = Arc::new(EventQueue {
        shards: Default::default(),
        demand: AtomicDemand::new(demand),
        waker: Arc::default(),
        room: Room::new(limit, overload),
        clock: Clock::start(),
    });
    let wall = WallClockMonitor::new(queue.clock.began_at().0);
    let feed = EventReceiver {
        queue: Arc::clone(&queue),
        batches: Default::default(),
        order: Vec::new(),
        counters: PerBackend::default(),
        wall,
        epoch: 0,
    };
    (queue, feed)
}

impl EventQueue {
    /// The time now, by a clock that never goes back.
    fn now(&self) -> MonotonicNanos {
        self.clock.now()
    }

    fn timestamp(&self, nanos: MonotonicNanos) -> Timestamp {
        self.clock.timestamp(nanos)
    }

    /// What the consumer demands; `None` if there is no consumer.
    pub(super) fn demand(&self) -> Option<Demand> {
        (!self.room.is_abandoned()).then(|| self.demand.get())
    }

    /// The room for bytes that wait for the consumer.
    pub(super) const fn room(&self) -> &Room {
        &self.room
    }

    /// Ends an insertion, then wakes the consumer if it waits for events.
    fn commit(&self, batch: MutexGuard<'_, Batch>, cost: usize) {
        self.adjust_room(batch, cost);
        self.waker.event_arrived();
    }

    /// Adjusts the room by the change of `batch.cost` since it was `cost`. Wakes the consumer if that fills much of it.
    /// The lock of the batch is still held, so a drain, which holds all locks, subtracts exactly what was
    /// added.
    fn adjust_room(&self, batch: MutexGuard<'_, Batch>, cost: usize) {
        let after = batch.cost;
        if after >= cost {
            let crossed = self.room.take(after - cost);
            drop(batch);
            if crossed {
                self.waker.wake();
            }
        } else {
            self.room.give_back(cost - after);
            drop(batch);
        }
    }

    /// Whether a read or write is admitted: not if there is no room and the policy is to shed.
    pub(super) fn admission(&self) -> Admission {
        self.room.admission()
    }

    /// Counts a read or write that was [shed](Self::admission).
    pub(super) fn record_missed(&self, shard: Shard, id: ConnectionId, direction: Direction, bytes: u64) {
        self.shards[shard.index()].lock().record_missed(Some(id), direction, 1, bytes);
        self.waker.event_arrived();
    }

    /// Inserts one read or write of a connection whose entries in the batch are `run`.
    pub(super) fn insert(&self, shard: Shard, transfer: Transfer<'_>, run: &mut Run) -> Slot {
        let at = self.now();
        let mut batch = self.shards[shard.index()].lock();
        // Read under the lock, so that a change of the demand has an exact border; see `EventReceiver::set_demand`.
        let demand = self.demand.get();
        if demand.order == EventOrder::Time {
            // Emitted in the order of time, even if other connections moved bytes in between.
            run.end();
        }
        let before = batch.cost;
        let slot = batch.insert(at, transfer, run, demand);
        if demand.only_counts() {
            // A sum can wait until something else wakes the consumer: there is nothing to show.
            self.adjust_room(batch, before);
        } else {
            self.commit(batch, before);
        }
        slot
    }

    /// Marks the read in this slot as written unchanged. Returns whether it did: not if the slot is no longer in the
    /// queue, or if reads and writes are demanded in the order of their time.
    pub(super) fn echoed(
        &self,
        shard: Shard,
        id: ConnectionId,
        slot: Slot,
        sample: Option<LatencySample>,
    ) -> bool {
        let at = self.now();
        let mut batch = self.shards[shard.index()].lock();
        if let Some(sample) = sample {
            batch.counters.record_latency(id, sample);
        }
        self.demand.get().order == EventOrder::Grouped && batch.echoed(slot, at)
    }

    /// Flushes the counts of a connection before it goes to another shard.
    pub(super) fn flush(&self, shard: Shard, id: ConnectionId) {
        let at = self.now();
        let mut batch = self.shards[shard.index()].lock();
        let before = batch.cost;
        batch.flush_connection(at, Some(id));
        self.commit(batch, before);
    }

    /// Counts a connection that was never observed: `events` are its reads, its writes and the connection itself.
    pub(super) fn record_unobserved(&self, direction: Direction, events: u64, bytes: u64) {
        self.shards[Shard::COMMON.index()].lock().record_missed(None, direction, events, bytes);
        self.waker.event_arrived();
    }

    /// Counts refused clients by reason until the next drain, so that a flood of them is one event.
    pub(super) fn record_refused(&self, clients: u64, detail: &str) {
        let mut batch = self.shards[Shard::COMMON.index()].lock();
        batch.refuse(clients, detail);
        drop(batch);
        self.waker.event_arrived();
    }

    /// Emits the opening of a connection. If there is no room and the policy is to shed, the whole connection is
    /// unobserved.
    pub(super) fn opened(&self, shard: Shard, id: ConnectionId, event: Event) -> Admission {
        let admission = self.admission();
        if admission == Admission::Admitted {
            self.emit_for(shard, Some(id), event);
        }
        admission
    }

    /// Emits an event about the server as a whole. It is never shed.
    pub(super) fn emit(&self, event: Event) {
        self.emit_for(Shard::COMMON, None, event);
    }

    /// Emits an event about one connection, or about none. It is never shed.
    pub(super) fn emit_for(&self, shard: Shard, id: Option<ConnectionId>, event: Event) {
        if self.room.is_abandoned() {
            return;
        }
        let at = self.now();
        let mut batch = self.shards[shard.index()].lock();
        let before = batch.cost;
        match &event {
            Event::Connection(_, ConnectionEvent::Closed { .. }) => batch.flush_connection(at, id),
            Event::Server(ServerEvent::Stopped) => batch.flush_counters(at),
            _ => {}
        }
        if let Some(event) = if self.room.is_full() { batch.keep_latest(event) } else { Some(event) } {
            batch.event(at, event);
        }
        self.commit(batch, before);
    }
}

impl EventReceiver {
    /// Takes all events so far, in the order of their time. Returns the time of the drain: everything that happened
    /// before it has been emitted, except what a producer was just inserting.
    pub fn drain(&mut self, into: &mut Vec<Stamped>) -> Timestamp {
        self.queue.waker.events_taken();
        let now = {
            // All locks at once: the batches are a snapshot of one moment.
            let mut shards = self.queue.shards.each_ref().map(Mutex::lock);
            self.epoch += 1;
            for (shard, batch) in shards.iter_mut().zip(&mut self.batches) {
                batch.start_epoch(self.epoch);
                mem::swap(&mut **shard, batch);
            }
            let taken: usize = self.batches.iter().map(|batch| batch.cost).sum();
            self.queue.room.give_back(taken);
            self.queue.now()
        };
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
        // Who held a lock may have seen the old demand; whoever takes one after this sees the new one.
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
}

impl Drop for EventReceiver {
    fn drop(&mut self) {
        self.queue.room.abandon();
    }
}

#[cfg(test)]
mod tests;
