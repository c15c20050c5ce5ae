//! What a backend did in all, and how long it lately took.

use std::collections::BTreeMap;

use super::event::{Call, CloseReason};
use super::ids::Moment;
use super::spread::Recent;
use super::work::Work;

/// What a backend did since the program began, and how long it lately took.
#[derive(Clone, Debug, Default)]
pub struct Performance {
    /// Connections accepted.
    pub accepted: u64,
    /// As in [`Work`].
    pub reads: u64,
    /// As in [`Work`].
    pub read_bytes: u64,
    /// As in [`Work`].
    pub writes: u64,
    /// As in [`Work`].
    pub partial: u64,
    /// As in [`Work`].
    pub owing_micros: u64,
    /// How its connections ended.
    pub closed: BTreeMap<CloseReason, u64>,
    /// Which of those ends were errors, and which call met them; `None` if none did.
    pub caught: BTreeMap<(CloseReason, Option<Call>), u64>,
    /// Clients turned away while it accepted.
    pub refused: u64,
    /// How long clients waited for answers, lately.
    pub answers: Recent,
    /// From when a client was accepted until its first bytes were read, lately.
    pub first_bytes: Recent,
    /// How late its pulse was, lately.
    pub lags: Recent,
    /// How often it was blocked, and for how long at most, in microseconds.
    pub blocked: (u64, u64),
}

impl Performance {
    pub(super) fn worked(&mut self, at: Moment, work: &Work) {
        self.reads += work.reads;
        self.read_bytes += work.read_bytes;
        self.writes += work.writes;
        self.partial += work.partial;
        self.owing_micros += work.owing_micros;
        for answer in &work.answers {
            self.answers.note(at, answer.micros.into(), answer.stands_for.into());
        }
        for &lag in &work.lags {
            self.lags.note(at, lag.into(), 1);
        }
    }

    pub(super) fn closed(&mut self, reason: CloseReason, caught: Option<Call>) {
        *self.closed.entry(reason).or_default() += 1;
        if reason.is_error() {
            *self.caught.entry((reason, caught)).or_default() += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_that_are_errors_are_counted_by_call() {
        let mut done = Performance::default();
        done.closed(CloseReason::PeerFinished, None);
        done.closed(CloseReason::PeerReset, Some(Call::Read));
        done.closed(CloseReason::PeerReset, Some(Call::Read));
        assert_eq!(done.closed[&CloseReason::PeerReset], 2);
        assert_eq!(
            done.caught.into_iter().collect::<Vec<_>>(),
            [((CloseReason::PeerReset, Some(Call::Read)), 2)]
        );
    }
}
