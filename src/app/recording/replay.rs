//! A recording that is played to a real program: what was recorded of it, how far it is, and what differs.

use std::collections::HashMap;
use std::ops::Range;

use crate::app::format;
use crate::event::{ConnectionId, Direction, Stamped, StreamId};
use crate::model::{Budget, Connection, Model};

/// Why a command is refused that would change a replay.
pub(crate) const AS_RECORDED: &str = "this is a replay: each connection does what was recorded of it";

/// Why a step on the timeline is refused.
pub(crate) const NO_STEPS: &str = "a replay goes on in real time: it can only be paused";

/// The largest number of findings that are kept to be listed.
const MOST_FINDINGS: usize = 10_000;

/// Of a longer difference, only this number of its first bytes is kept.
const MOST_KEPT: usize = 1_024;

/// What became of a replay.
#[derive(Clone, PartialEq, Debug)]
pub enum ReplayNews {
    /// This was recorded of the connections that are played.
    Recorded(Vec<Stamped>),
    /// Something differs.
    Found(Finding),
    /// So far it is.
    Progress(ReplayProgress),
}

/// How far a replay is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ReplayProgress {
    /// The number of connections that are to be played.
    pub connections: u64,
    /// The number of those that were.
    pub played: u64,
    /// The number of differences.
    pub differences: u64,
    /// Whether it waits for the user.
    pub is_paused: bool,
    /// Whether it has ended.
    pub is_over: bool,
}

/// Something that is not as it was recorded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// The connection.
    pub connection: ConnectionId,
    /// The offset in the recorded stream.
    pub offset: u64,
    /// What it is.
    pub what: FindingKind,
}

/// What is not as it was recorded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FindingKind {
    /// Bytes.
    Bytes {
        /// The first bytes that were recorded there; nothing if the recorded stream ends there.
        expected: Vec<u8>,
        /// The first bytes that are there now; nothing if the stream ends there.
        got: Vec<u8>,
        /// Where they are in the stream of now.
        at: Range<u64>,
    },
    /// Something else, in words.
    Other(String),
}

/// A recording that is played.
#[derive(Debug)]
pub struct Replay {
    /// What was recorded.
    recorded: Model,
    /// The direction whose bytes are compared.
    compared: Direction,
    progress: ReplayProgress,
    findings: Vec<Finding>,
    /// The indexes of those of each connection.
    of: HashMap<ConnectionId, Vec<usize>>,
}

impl Replay {
    /// A replay of which nothing is known, whose bytes of this direction are compared.
    pub(crate) fn new(compared: Direction, budget: Budget) -> Self {
        let recorded = Model::new(budget).with_all_closed();
        Self {
            recorded,
            compared,
            progress: ReplayProgress::default(),
            findings: Vec::new(),
            of: HashMap::new(),
        }
    }

    /// Takes what became of it.
    pub(crate) fn hear(&mut self, news: ReplayNews) {
        match news {
            ReplayNews::Recorded(events) => events.iter().for_each(|stamped| self.recorded.apply(stamped)),
            ReplayNews::Progress(progress) => self.progress = progress,
            ReplayNews::Found(finding) => self.found(finding),
        }
    }

    fn found(&mut self, finding: Finding) {
        let indexes = self.of.entry(finding.connection).or_default();
        let is_bytes = |finding: &Finding| matches!(finding.what, FindingKind::Bytes { .. });
        // What was found of a difference before it was whole is replaced.
        let last = indexes.last().copied();
        if let Some(last) = last.and_then(|index| self.findings.get_mut(index))
            && last.offset == finding.offset
            && is_bytes(last)
            && is_bytes(&finding)
        {
            *last = finding;
        } else if self.findings.len() < MOST_FINDINGS {
            indexes.push(self.findings.len());
            self.findings.push(finding);
        }
    }

    /// Returns what differs in a connection.
    fn of(&self, connection: ConnectionId) -> impl Iterator<Item = &Finding> {
        let indexes = self.of.get(&connection).map(Vec::as_slice).unwrap_or_default();
        indexes.iter().map(|&index| &self.findings[index])
    }

    /// Returns what was recorded of a connection.
    #[must_use]
    pub fn recorded(&self, id: ConnectionId) -> Option<&Connection> {
        self.recorded.connection(id)
    }

    /// Returns the direction whose bytes are compared.
    #[must_use]
    pub const fn compared(&self) -> Direction {
        self.compared
    }

    /// Returns the stream in which a difference of this connection is.
    #[must_use]
    pub const fn stream(&self, connection: ConnectionId) -> StreamId {
        StreamId::client(connection, self.compared)
    }

    /// Returns how far it is.
    #[must_use]
    pub const fn progress(&self) -> ReplayProgress {
        self.progress
    }

    /// Returns what differs, in the order in which it was found.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Returns where the bytes of a connection differ.
    #[must_use]
    pub fn different_in(&self, connection: ConnectionId) -> Vec<Range<u64>> {
        let of_bytes = |finding: &Finding| match &finding.what {
            FindingKind::Bytes { at, .. } => Some(at.clone()),
            FindingKind::Other(_) => None,
        };
        self.of(connection).filter_map(of_bytes).collect()
    }

    /// Returns what was recorded in the place of a byte that differs: `Some(None)` if that was nothing.
    #[must_use]
    pub fn expected_at(&self, stream: StreamId, offset: u64) -> Option<Option<u8>> {
        let mut of_stream =
            self.of(stream.connection).filter(|found| self.stream(found.connection) == stream);
        of_stream.find_map(|finding| match &finding.what {
            FindingKind::Bytes { expected, at, .. } if at.contains(&offset) => {
                let index = usize::try_from(offset - at.start).ok()?;
                // Only the first bytes of a long difference are kept.
                (index < MOST_KEPT).then(|| expected.get(index).copied())
            }
            FindingKind::Bytes { .. } | FindingKind::Other(_) => None,
        })
    }

    /// Returns how far it is, in several wordings, the longest first.
    #[must_use]
    pub fn progress_words(&self) -> Vec<String> {
        let ReplayProgress { connections, played, is_paused, is_over, .. } = self.progress;
        let [all, done] = [connections, played].map(format::count);
        let share = format!("{done} of {all}");
        match (is_over, is_paused) {
            (false, true) => vec![format!("paused, {share} played"), "paused".to_owned()],
            (false, false) => vec![format!("{share} played"), share],
            (true, _) if self.differences() == 0 && played == connections => {
                vec![format!("{share} played: no difference"), "no difference".to_owned()]
            }
            (true, _) => vec![format!("{share} played"), share],
        }
    }

    /// Returns the number of differences so far, with those that may go on with the next bytes.
    #[must_use]
    pub fn differences(&self) -> u64 {
        self.progress.differences.max(self.findings.len() as u64)
    }

    /// Returns whether anything of a connection differs.
    #[must_use]
    pub fn differs(&self, connection: ConnectionId) -> bool {
        self.of.contains_key(&connection)
    }

    /// Returns the number of differences in words; `None` if there is none.
    #[must_use]
    pub fn differences_words(&self) -> Option<String> {
        let differences = self.differences();
        (differences > 0).then(|| format::plural(differences, "difference"))
    }

    /// Returns what it came to.
    #[must_use]
    pub fn summary(&self) -> String {
        let ReplayProgress { connections, played, .. } = self.progress;
        let connections = format::plural(connections, "connection");
        let differences = self.differences_words().unwrap_or_else(|| "no difference".to_owned());
        format!("{} of {connections} replayed: {differences}", format::count(played))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(offset: u64, got: &[u8]) -> ReplayNews {
        let at = offset..offset + got.len() as u64;
        let what = FindingKind::Bytes { expected: b"x".to_vec(), got: got.to_vec(), at };
        ReplayNews::Found(Finding { connection: ConnectionId(1), offset, what })
    }

    #[test]
    fn a_difference_that_grows_is_listed_once() {
        let mut replay = Replay::new(Direction::Sent, Budget { history: 64, memory: 1 << 20 });
        replay.hear(found(4, b"a"));
        replay.hear(found(4, b"ab"));
        replay.hear(found(9, b"c"));
        let other = FindingKind::Other("the server finished too early".to_owned());
        replay.hear(ReplayNews::Found(Finding { connection: ConnectionId(1), offset: 9, what: other }));
        assert_eq!(replay.findings().len(), 3);
        assert_eq!(replay.different_in(ConnectionId(1)), [4..6, 9..10]);
        assert!(replay.different_in(ConnectionId(2)).is_empty());
    }

    #[test]
    fn the_words_follow_the_progress() {
        let mut replay = Replay::new(Direction::Sent, Budget { history: 64, memory: 1 << 20 });
        let progress = ReplayProgress { connections: 3, played: 1, ..ReplayProgress::default() };
        replay.hear(ReplayNews::Progress(progress));
        assert_eq!(replay.progress_words(), ["1 of 3 played", "1 of 3"]);
        replay.hear(ReplayNews::Progress(ReplayProgress { is_paused: true, ..progress }));
        assert_eq!(replay.progress_words()[0], "paused, 1 of 3 played");
        let over = ReplayProgress { played: 3, is_over: true, ..progress };
        replay.hear(ReplayNews::Progress(over));
        assert_eq!(replay.progress_words()[0], "3 of 3 played: no difference");
        assert_eq!(replay.summary(), "3 of 3 connections replayed: no difference");
        replay.hear(ReplayNews::Progress(ReplayProgress { differences: 2, ..over }));
        assert_eq!(replay.summary(), "3 of 3 connections replayed: 2 differences");
    }
}
