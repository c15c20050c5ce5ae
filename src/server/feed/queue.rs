//! The producers' end of the queue.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Mutex, MutexGuard};

use crate::event::{
    BackendKind, ConnectionEvent, ConnectionId, Demand, Direction, Event, EventOrder, ServerEvent, Timestamp,
};
use crate::server::feed::batch::Batch;
use crate::server::feed::clock::{Clock, MonotonicNanos};
use crate::server::feed::consumer_waker::ConsumerWaker;
use crate::server::feed::demand::AtomicDemand;
use crate::server::feed::room::{Admission, Overload, Room};
use crate::server::feed::runs::{Run, Slot, Transfer};
use crate::server::feed::shard::{SHARDS, Shard};
use crate::server::net::latency_sampler::LatencySample;

/// The producers' end of the queue, shared by all of them.
pub(in crate::server) struct EventQueue {
    pub(super) shards: [Mutex<Batch>; SHARDS],
    pub(super) demand: AtomicDemand,
    pub(super) waker: Arc<ConsumerWaker>,
    pub(super) room: Room,
    pub(super) clock: Clock,
}

impl EventQueue {
    /// An empty queue with room for `limit` bytes.
    pub(super) fn new(limit: usize, overload: Overload, demand: Demand) -> Self {
        Self {
            shards: Default::default(),
            demand: AtomicDemand::new(demand),
            waker: Arc::default(),
            room: Room::new(limit, overload),
            clock: Clock::start(),
        }
    }

    /// The time now, by a clock that never goes back.
    pub(super) fn now(&self) -> MonotonicNanos {
        self.clock.now()
    }

    pub(super) fn timestamp(&self, nanos: MonotonicNanos) -> Timestamp {
        self.clock.timestamp(nanos)
    }

    /// What the consumer demands; `None` if there is no consumer.
    pub(in crate::server) fn demand(&self) -> Option<Demand> {
        (!self.room.is_abandoned()).then(|| self.demand.get())
    }

    /// The room for bytes that wait for the consumer.
    pub(in crate::server) const fn room(&self) -> &Room {
        &self.room
    }

    /// Ends an insertion, then wakes the consumer if it waits for events.
    fn commit(&self, batch: MutexGuard<'_, Batch>, cost: usize) {
        self.adjust_room(batch, cost);
        self.waker.event_arrived();
    }

    /// Adjusts the room by the change of `batch.cost` since it was `cost`. Wakes the consumer if that fills much of it.
    /// The lock of the batch is still held, so a drain, which holds all locks, subtracts exactly what was added.
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
    pub(in crate::server) fn admission(&self) -> Admission {
        self.room.admission()
    }

    /// Counts a read or write that was [shed](Self::admission).
    pub(in crate::server) fn record_missed(
        &self,
        shard: Shard,
        id: ConnectionId,
        direction: Direction,
        bytes: u64,
    ) {
        self.shards[shard.index()].lock().record_missed(Some(id), direction, 1, bytes);
        self.waker.event_arrived();
    }

    /// Inserts one read or write of a connection whose entries in the batch are `run`.
    pub(in crate::server) fn insert(&self, shard: Shard, transfer: Transfer<'_>, run: &mut Run) -> Slot {
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
    pub(in crate::server) fn echoed(
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
    pub(in crate::server) fn flush(&self, shard: Shard, id: ConnectionId) {
        let at = self.now();
        let mut batch = self.shards[shard.index()].lock();
        let before = batch.cost;
        batch.flush_connection(at, Some(id));
        self.commit(batch, before);
    }

    /// Counts a connection that was never observed: `events` are its reads, its writes and the connection itself.
    pub(in crate::server) fn record_unobserved(&self, direction: Direction, events: u64, bytes: u64) {
        self.shards[Shard::COMMON.index()].lock().record_missed(None, direction, events, bytes);
        self.waker.event_arrived();
    }

    /// Counts a refused client, by the reason, until the next drain, so that a flood of them is one event. If the reason
    /// is about its address, `peer` is the address.
    pub(in crate::server) fn record_refused(&self, reason: &str, peer: Option<IpAddr>) {
        let mut batch = self.shards[Shard::COMMON.index()].lock();
        batch.refuse(reason, peer);
        drop(batch);
        self.waker.event_arrived();
    }

    /// Emits the opening of a connection. If there is no room and the policy is to shed, the whole connection is
    /// unobserved.
    pub(in crate::server) fn opened(&self, shard: Shard, id: ConnectionId, event: Event) -> Admission {
        let admission = self.admission();
        if admission == Admission::Admitted {
            self.emit_for(shard, Some(id), event);
        }
        admission
    }

    /// Emits an event about the server as a whole. It is never shed.
    pub(in crate::server) fn emit(&self, event: Event) {
        self.emit_for(Shard::COMMON, None, event);
    }

    /// Emits an event about one connection, or about none. It is never shed.
    pub(in crate::server) fn emit_for(&self, shard: Shard, id: Option<ConnectionId>, event: Event) {
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

    /// Records the latency of an answer.
    pub(in crate::server) fn record_latency(&self, shard: Shard, id: ConnectionId, sample: LatencySample) {
        self.shards[shard.index()].lock().counters.record_latency(id, sample);
    }

    /// Counts a write that took only a part of the bytes.
    pub(in crate::server) fn record_partial_write(&self, shard: Shard) {
        self.shards[shard.index()].lock().counters.record_partial_write();
    }

    /// Adds a time for which a write of a connection was blocked.
    pub(in crate::server) fn add_write_stall(&self, shard: Shard, time: Duration) {
        self.shards[shard.index()]
            .lock()
            .counters
            .add_write_stall(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX));
    }

    /// Records how late a wake-up of the backend was. Wakes no consumer.
    pub(in crate::server) fn record_lag(&self, backend: BackendKind, late: Duration) {
        let micros = u32::try_from(late.as_micros()).unwrap_or(u32::MAX);
        self.shards[Shard::any_of(backend).index()].lock().counters.record_lag(micros);
    }
}
