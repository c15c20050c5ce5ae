//! The options of a replay.

use std::path::PathBuf;
use std::time::Duration;

use crate::bytes::pattern::Pattern;
use crate::event::codec::{LineKind, LineKinds};
use crate::event::{Address, ConnectionId};
use crate::model::Budget;
use crate::recording::replay::Party;
use crate::shell::LookOptions;
use crate::shell::open::PlaySpeed;

/// What to play, to whom, and how to print the results.
#[derive(Debug)]
pub struct ReplayOptions {
    /// The recording; `None` is standard input.
    pub file: Option<PathBuf>,
    /// Only this connection, if any.
    pub connection: Option<ConnectionId>,
    /// The side that is played.
    pub role: ReplayRole,
    /// How fast it is played; `None` is as fast as the other side goes.
    pub speed: Option<PlaySpeed>,
    /// How long to wait for the other side.
    pub timeout: Duration,
    /// What is left out of the comparison.
    pub ignored: Vec<Pattern>,
    /// What becomes of a recording with gaps.
    pub gaps: GapPolicy,
    /// Where it is shown.
    pub output: ReplayOutput,
}

/// Where a replay is shown.
#[derive(Debug)]
pub enum ReplayOutput {
    /// In the dashboard; as text if standard output is no terminal.
    Dashboard {
        /// How many bytes are kept of it.
        budget: Budget,
        /// How the dashboard looks.
        looks: Box<LookOptions>,
    },
    /// On standard output.
    Print(ReplayForm),
}

/// The side that is played.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ReplayRole {
    /// The client, to the server at this address.
    To(Address),
    /// The server, to the clients that connect to this address.
    Listen(Address),
}

/// What becomes of a recording in which bytes are missing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum GapPolicy {
    /// It is an error.
    Refuse,
    /// It is played without them.
    Allow,
}

/// The output format.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReplayForm {
    /// Text for people.
    Text,
    /// One JSON object a line, of these kinds.
    Lines(ReplayKinds),
}

/// A kind of lines that a replay prints.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReplayLineKind {
    /// An event of the connections, as a server prints it.
    Event(LineKind),
    /// Bytes differ.
    Difference,
    /// Something else differs.
    Deviation,
    /// The summary.
    Replayed,
}

impl ReplayLineKind {
    /// All kinds with their names.
    #[must_use]
    pub fn all() -> Vec<(&'static str, Self)> {
        let own =
            [("difference", Self::Difference), ("deviation", Self::Deviation), ("replayed", Self::Replayed)];
        LineKind::ALL.map(|kind| (kind.word(), Self::Event(kind))).into_iter().chain(own).collect()
    }
}

/// A set of kinds of lines.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ReplayKinds {
    /// The kinds of events.
    pub events: LineKinds,
    /// Whether differences are printed.
    pub differences: bool,
    /// Whether everything else that differs is printed.
    pub deviations: bool,
    /// Whether the summary is printed.
    pub summary: bool,
}

impl ReplayKinds {
    /// The kinds that are printed unless some are chosen.
    pub const DEFAULT: Self =
        Self { events: LineKinds::DEFAULT, differences: true, deviations: true, summary: true };
}

impl FromIterator<ReplayLineKind> for ReplayKinds {
    fn from_iter<I: IntoIterator<Item = ReplayLineKind>>(kinds: I) -> Self {
        let (mut events, mut own) = (Vec::new(), Vec::new());
        for kind in kinds {
            match kind {
                ReplayLineKind::Event(kind) => events.push(kind),
                ReplayLineKind::Difference | ReplayLineKind::Deviation | ReplayLineKind::Replayed => {
                    own.push(kind);
                }
            }
        }
        Self {
            events: events.into_iter().collect(),
            differences: own.contains(&ReplayLineKind::Difference),
            deviations: own.contains(&ReplayLineKind::Deviation),
            summary: own.contains(&ReplayLineKind::Replayed),
        }
    }
}

/// The outcome of a replay.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReplayOutcome {
    /// Everything was as in the recording.
    Same,
    /// Something was not; the output says what.
    Different,
}

impl ReplayRole {
    /// The side.
    pub(super) const fn party(&self) -> Party {
        match self {
            Self::To(_) => Party::Client,
            Self::Listen(_) => Party::Server,
        }
    }
}
