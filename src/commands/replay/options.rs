//! The options of a replay.

use std::path::PathBuf;
use std::time::Duration;

use crate::bytes::pattern::Pattern;
use crate::event::{Address, ConnectionId};
use crate::recording::replay::Party;
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
    /// The output format.
    pub form: ReplayForm,
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
    /// One JSON object a line.
    Lines,
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
