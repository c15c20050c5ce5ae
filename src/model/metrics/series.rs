//! The counters of one listener on one backend.

use std::collections::BTreeMap;

use crate::event::{Address, BackendKind, Direction, PerDirection, Side, TrafficFaultKind, Utf8Summary};
use crate::model::metrics::latencies::Latencies;

/// What tells series apart.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) struct SeriesKey {
    pub(super) listener: Address,
    pub(super) backend: BackendKind,
}

/// The counters of one listener on one backend.
#[derive(Debug, Default)]
pub(super) struct Series {
    pub(super) opened: u64,
    /// Connections that are open now.
    pub(super) open: u64,
    /// Bytes of the client's side; what a relay forwards is on the other one, too.
    pub(super) bytes: PerDirection<u64>,
    pub(super) malformed: PerDirection<u64>,
    pub(super) faults: BTreeMap<TrafficFaultKind, u64>,
    pub(super) latency: Latencies,
}

impl Series {
    /// Counts the bytes of one read or write of the client's side.
    pub(super) fn count(
        &mut self,
        side: Side,
        direction: Direction,
        bytes: u64,
        summary: Option<&Utf8Summary>,
    ) {
        if side == Side::Client {
            self.bytes[direction] += bytes;
            let malformed = summary.and_then(|summary| summary.malformed.as_ref());
            self.malformed[direction] += malformed.map_or(0, |counts| counts.by_reason.iter().sum());
        }
    }
}
