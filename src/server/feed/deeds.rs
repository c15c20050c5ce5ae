//! I/O counters and latency samples of a shard, collected until the next drain.

use std::time::Duration;

use super::clock::Tick;
use super::{Detail, Feed, Hub, Shard};
use crate::model::event::{Fact, Stamped};
use crate::model::work::{IoCounters, Work};
use crate::model::{BackendKind, ConnectionId};
use crate::server::waits::Waited;

/// The most latency samples that are kept; the rest is dropped.
const MOST_ANSWERS: usize = 8_192;

/// While there is no I/O, lags are emitted in groups of this number, about once a second: a consumer checks for more
/// after every fact, and would never come to rest.
const LAGS_ALONE: usize = 50;

/// The counters of one shard, or of one backend; see [`Work`].
#[derive(Debug, Default)]
pub(super) struct Deeds {
    work: Work,
    owing_nanos: u64,
}

impl Deeds {
    pub(super) const fn read(&mut self, bytes: usize) {
        self.work.io.reads += 1;
        self.work.io.read_bytes += bytes as u64;
    }

    pub(super) const fn wrote(&mut self) {
        self.work.io.writes += 1;
    }

    /// Counts a write that took only a part of the bytes.
    pub(super) const fn left_something(&mut self) {
        self.work.io.partial_writes += 1;
    }

    pub(super) const fn owed_for(&mut self, nanos: u64) {
        self.owing_nanos += nanos;
    }

    pub(super) fn waited(&mut self, connection: ConnectionId, waited: Waited) {
        if self.work.answers.len() < MOST_ANSWERS {
            self.work.answers.push(waited.answer(connection));
        }
    }

    pub(super) fn lagged(&mut self, micros: u32) {
        self.work.lags.push(micros);
    }

    /// Adds the counters of `other` and resets `other`.
    pub(super) fn take_in(&mut self, other: &mut Self) {
        let (work, from) = (&mut self.work, &mut other.work);
        work.io.merge(&std::mem::take(&mut from.io));
        self.owing_nanos += std::mem::take(&mut other.owing_nanos);
        work.answers.append(&mut from.answers);
        work.lags.append(&mut from.lags);
    }

    /// Takes the counters, if there is enough to report. Fractions of a microsecond stay for the next time.
    pub(super) fn take(&mut self) -> Option<Work> {
        self.work.io.blocked_micros = self.owing_nanos / 1_000;
        let quiet = self.work.io == IoCounters::default() && self.work.answers.is_empty();
        if quiet && self.work.lags.len() < LAGS_ALONE {
            return None;
        }
        self.owing_nanos %= 1_000;
        Some(std::mem::take(&mut self.work))
    }
}

impl Hub {
    /// Records the latency of an answer.
    pub(in crate::server) fn waited(&self, shard: Shard, id: ConnectionId, waited: Waited) {
        self.shards[shard.index()].lock().deeds.waited(id, waited);
    }

    /// Counts a write that took only a part of the bytes.
    pub(in crate::server) fn left_something(&self, shard: Shard) {
        self.shards[shard.index()].lock().deeds.left_something();
    }

    /// Adds a time for which a write of a connection was blocked.
    pub(in crate::server) fn owed_for(&self, shard: Shard, time: Duration) {
        self.shards[shard.index()].lock().deeds.owed_for(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX));
    }

    /// Records how late a wake-up of the backend was. Wakes no consumer.
    pub(in crate::server) fn lagged(&self, backend: BackendKind, late: Duration) {
        let micros = u32::try_from(late.as_micros()).unwrap_or(u32::MAX);
        self.shards[Shard::any_of(backend).index()].lock().deeds.lagged(micros);
    }
}

impl Feed {
    /// Emits the counters of each backend, if the consumer demands them.
    pub(super) fn tell_deeds(&mut self, now: Tick, into: &mut Vec<Stamped>) {
        for (shard, batch) in self.batches.iter_mut().enumerate() {
            self.deeds[Shard::backend(shard) as usize].take_in(&mut batch.deeds);
        }
        let stopped = into.pop_if(|last| last.fact == Fact::Stopped);
        for backend in BackendKind::ALL {
            let work = self.deeds[backend as usize].take();
            if let (Some(work), Detail::Newest(_)) = (work, self.hub.detail) {
                let fact = Fact::Worked { backend, work: Box::new(work) };
                into.push(Stamped { at: self.hub.moment(now), fact });
            }
        }
        // `Stopped` stays the last fact.
        into.extend(stopped);
    }
}
