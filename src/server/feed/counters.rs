//! I/O counters and latency samples of a shard, collected until the next drain.

use crate::event::ConnectionId;
use crate::event::activity::{BackendActivity, IoCounters};
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
    blocked_nanos: u64,
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
        self.blocked_nanos += nanos;
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
        self.blocked_nanos += std::mem::take(&mut other.blocked_nanos);
        work.answers.append(&mut from.answers);
        work.scheduling_delays.append(&mut from.scheduling_delays);
    }

    /// Takes the counters, if there is enough to report. Fractions of a microsecond stay for the next time.
    pub(super) fn take(&mut self) -> Option<BackendActivity> {
        self.work.io.blocked_micros = self.blocked_nanos / 1_000;
        let quiet = self.work.io == IoCounters::default() && self.work.answers.is_empty();
        if quiet && self.work.scheduling_delays.len() < IDLE_LAG_GROUP {
            return None;
        }
        self.blocked_nanos %= 1_000;
        Some(std::mem::take(&mut self.work))
    }
}
