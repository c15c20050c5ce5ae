//! I/O counters and latency samples of a shard, collected until the next drain.

use std::time::Duration;

use super::clock::MonotonicNanos;
use super::{EventQueue, EventReceiver, Shard};
use crate::event::activity::{BackendActivity, IoCounters};
use crate::event::{BackendKind, ConnectionId, Event, ServerEvent, Stamped};
use crate::server::net::latency_sampler::LatencySample;

/// The most latency samples that are kept; the rest is dropped.
const MAX_LATENCY_SAMPLES: usize = 8_192;

/// While there is no I/O, lags are emitted in groups of this number, about once a second: a consumer checks for more
/// after every event, and would never come to rest.
const IDLE_LAG_GROUP: usize = 50;

/// The counters of one shard, or of one backend; see [`BackendActivity`].
#[derive(Debug, Default)]
pub(super) struct ShardCounters {
    work: BackendActivity,
    owing_nanos: u64,
}

impl ShardCounters {
    pub(super) const fn read(&mut self, bytes: usize) {
        self.work.io.reads += 1;
        self.work.io.read_bytes += bytes as u64;
    }

    pub(super) const fn wrote(&mut self) {
        self.work.io.writes += 1;
    }

    /// Counts a write that took only a part of the bytes.
    pub(super) const fn record_partial_write(&mut self) {
        self.work.io.partial_writes += 1;
    }

    pub(super) const fn add_write_stall(&mut self, nanos: u64) {
        self.owing_nanos += nanos;
    }

    pub(super) fn record_latency(&mut self, connection: ConnectionId, sample: LatencySample) {
        if self.work.answers.len() < MAX_LATENCY_SAMPLES {
            self.work.answers.push(sample.answer(connection));
        }
    }

    pub(super) fn record_lag(&mut self, micros: u32) {
        self.work.scheduling_delays.push(micros);
    }

    /// Adds the counters of `other` and resets `other`.
    pub(super) fn merge(&mut self, other: &mut Self) {
        let (work, from) = (&mut self.work, &mut other.work);
        work.io.merge(&std::mem::take(&mut from.io));
        self.owing_nanos += std::mem::take(&mut other.owing_nanos);
        work.answers.append(&mut from.answers);
        work.scheduling_delays.append(&mut from.scheduling_delays);
    }

    /// Takes the counters, if there is enough to report. Fractions of a microsecond stay for the next time.
    pub(super) fn take(&mut self) -> Option<BackendActivity> {
        self.work.io.blocked_micros = self.owing_nanos / 1_000;
        let quiet = self.work.io == IoCounters::default() && self.work.answers.is_empty();
        if quiet && self.work.scheduling_delays.len() < IDLE_LAG_GROUP {
            return None;
        }
        self.owing_nanos %= 1_000;
        Some(std::mem::take(&mut self.work))
    }
}

impl EventQueue {
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

impl EventReceiver {
    /// Emits the counters of each backend, if the consumer demands them.
    pub(super) fn emit_counters(&mut self, now: MonotonicNanos, into: &mut Vec<Stamped>) {
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
