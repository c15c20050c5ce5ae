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
}

/// What became of the bus.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum BusNews {
    /// It is connected.
    Connected,
    /// It is not, for this reason if one is known.
    Lost(Option<String>),
}
