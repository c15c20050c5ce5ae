//! Totals of one backend, and its recent latencies.

use std::collections::BTreeMap;

use super::histogram::WindowedHistogram;
use crate::event::activity::{BackendActivity, IoCounters};
use crate::event::ids::Timestamp;
use crate::event::{Call, CloseReason};

/// Totals of one backend since the start of the program, and its latencies of the last seconds.
#[derive(Clone, Debug, Default)]
pub struct BackendTotals {
    /// Number of accepted connections.
    pub accepted: u64,
    /// Reads and writes.
    pub io: IoCounters,
    /// Number of closed connections by reason.
    pub closed: BTreeMap<CloseReason, u64>,
    /// Number of connections closed by an error, by reason and failed call; the call is `None` if no call failed.
    pub errors_by_call: BTreeMap<(CloseReason, Option<Call>), u64>,
    /// Number of clients refused while this backend accepted.
    pub refused: u64,
    /// How long clients waited for answers.
    pub answers: WindowedHistogram,
    /// Time from the accept of a connection to the read of its first bytes.
    pub first_bytes: WindowedHistogram,
    /// Scheduling delay: how late a periodic timer of the backend fired.
    pub scheduling_delays: WindowedHistogram,
    /// Number of stalls of the event loop, and the longest in microseconds.
    pub blocked: (u64, u64),
}

impl BackendTotals {
    pub(super) fn worked(&mut self, at: Timestamp, work: &BackendActivity) {
        self.io.merge(&work.io);
        for answer in &work.answers {
            self.answers.record(at, answer.micros.into(), answer.weight.into());
        }
        for &lag in &work.scheduling_delays {
            self.scheduling_delays.record(at, lag.into(), 1);
        }
    }

    pub(super) fn closed(&mut self, reason: CloseReason, failed_call: Option<Call>) {
        *self.closed.entry(reason).or_default() += 1;
        if reason.is_error() {
            *self.errors_by_call.entry((reason, failed_call)).or_default() += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_that_are_errors_are_counted_by_call() {
        let mut done = BackendTotals::default();
        done.closed(CloseReason::PeerFinished, None);
        done.closed(CloseReason::PeerReset, Some(Call::Read));
        done.closed(CloseReason::PeerReset, Some(Call::Read));
        assert_eq!(done.closed[&CloseReason::PeerReset], 2);
        assert_eq!(
            done.errors_by_call.into_iter().collect::<Vec<_>>(),
            [((CloseReason::PeerReset, Some(Call::Read)), 2)]
        );
    }
}
