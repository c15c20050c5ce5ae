//! What the connections of a shard did, and how long their clients waited, until the consumer comes.

use std::time::Duration;

use super::{Detail, Feed, Hub, Shard, Tick};
use crate::model::event::{Fact, Stamped};
use crate::model::work::Work;
use crate::model::{BackendKind, ConnectionId};
use crate::server::waits::Waited;

/// The most answers that are told one by one.
const MOST_ANSWERS: usize = 8_192;

/// Where nothing else is done, this number of lags is told at a time, about once a second: a consumer looks for more as
/// soon as it is told something, and would never come to rest.
const LAGS_ALONE: usize = 50;

/// See [`Work`].
#[derive(Debug, Default)]
pub(super) struct Deeds {
    work: Work,
    owing_nanos: u64,
}

impl Deeds {
    pub(super) const fn read(&mut self, bytes: usize) {
        self.work.reads += 1;
        self.work.read_bytes += bytes as u64;
    }

    pub(super) const fn wrote(&mut self) {
        self.work.writes += 1;
    }

    /// A write left something.
    pub(super) const fn left_something(&mut self) {
        self.work.partial += 1;
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

    /// Adds what another one holds, which then holds nothing.
    pub(super) fn take_in(&mut self, other: &mut Self) {
        let (work, from) = (&mut self.work, &mut other.work);
        work.reads += std::mem::take(&mut from.reads);
        work.read_bytes += std::mem::take(&mut from.read_bytes);
        work.writes += std::mem::take(&mut from.writes);
        work.partial += std::mem::take(&mut from.partial);
        self.owing_nanos += std::mem::take(&mut other.owing_nanos);
        work.answers.append(&mut from.answers);
        work.lags.append(&mut from.lags);
    }

    /// All of it, if there is enough. Parts of a microsecond stay for the next time.
    pub(super) fn take(&mut self) -> Option<Work> {
        self.work.owing_micros = self.owing_nanos / 1_000;
        let quiet = self.work.reads + self.work.writes + self.work.partial + self.work.owing_micros == 0
            && self.work.answers.is_empty();
        if quiet && self.work.lags.len() < LAGS_ALONE {
            return None;
        }
        self.owing_nanos %= 1_000;
        Some(std::mem::take(&mut self.work))
    }
}

impl Hub {
    /// A client has what it waited for.
    pub(in crate::server) fn waited(&self, shard: Shard, id: ConnectionId, waited: Waited) {
        self.shards[shard.index()].lock().deeds.waited(id, waited);
    }

    /// A write left something.
    pub(in crate::server) fn left_something(&self, shard: Shard) {
        self.shards[shard.index()].lock().deeds.left_something();
    }

    /// A connection owed something for so long.
    pub(in crate::server) fn owed_for(&self, shard: Shard, time: Duration) {
        self.shards[shard.index()].lock().deeds.owed_for(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX));
    }

    /// The pulse of a backend was so late. Wakes nobody.
    pub(in crate::server) fn lagged(&self, backend: BackendKind, late: Duration) {
        let micros = u32::try_from(late.as_micros()).unwrap_or(u32::MAX);
        self.shards[Shard::any_of(backend).index()].lock().deeds.lagged(micros);
    }
}

impl Feed {
    /// Tells what each backend did, if the consumer wants to know.
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
        // After which nothing follows.
        into.extend(stopped);
    }
}
