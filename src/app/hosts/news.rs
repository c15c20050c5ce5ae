//! What a source tells of hosts.

use crate::app::hosts::facts::{HostFacts, HostId};
use crate::event::RunId;

/// What became of hosts.
#[derive(Clone, PartialEq, Debug)]
pub enum HostNews {
    /// Something became of the bus.
    Bus(BusNews),
    /// So much is known of a host.
    Facts(HostId, Box<HostFacts>),
    /// Connections of this run are those of this host.
    Run(RunId, HostId),
    /// Something has come of an action.
    Answered(HostAnswer),
}

/// What has come of an action.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HostAnswer {
    /// The host that was asked.
    pub host: HostId,
    /// What it was asked for.
    pub what: String,
    /// What has come of it.
    pub outcome: HostOutcome,
}

/// What has come of an action.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum HostOutcome {
    /// The host does it.
    Accepted,
    /// The host does not do it, for this reason.
    Refused(String),
    /// The host has no such live connection.
    UnknownConnection,
    /// There was no answer, so it may be done or not.
    NoAnswer,
    /// Nobody listens to actions for the host, so it was not done.
    Nobody,
    /// The host was not asked, because that was done too often.
    TooMany,
}

/// What became of the bus.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum BusNews {
    /// It is connected.
    Connected,
    /// It is not, for this reason if one is known.
    Lost(Option<String>),
}
