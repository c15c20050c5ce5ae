//! What is known of one host. Texts are as they came: they are shown as safe text only.

use std::fmt;

use crate::event::{BackendKind, PerDirection, Timestamp};
use crate::model::host_state::HostState;

/// Number of a program that publishes, in the order in which they were heard of.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct HostId(pub u32);

/// What a program that publishes is called.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct HostName {
    /// The host that it runs on.
    pub host: String,
    /// Which one of that host it is.
    pub instance: String,
}

impl fmt::Display for HostName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.host, self.instance)
    }
}

/// What a host may be asked for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum HostAction {
    /// To switch the backend.
    Switch,
    /// To close a connection.
    Close,
    /// To reset a connection.
    Reset,
}

impl HostAction {
    /// The name of the action, as `--obey` spells it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Switch => "switch",
            Self::Close => "close",
            Self::Reset => "reset",
        }
    }
}

/// How much a host tells.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Published {
    /// No addresses.
    Counts,
    /// Addresses, too.
    Peers,
    /// The bytes of connections, too, while they are asked for.
    Bytes,
    /// Something that this version does not know.
    Unknown,
}

/// What is known of one host.
#[derive(Clone, PartialEq, Debug)]
pub struct HostFacts {
    /// What it is called.
    pub name: HostName,
    /// How it is.
    pub state: HostState,
    /// When it was last heard of.
    pub heard: Timestamp,
    /// What it says of itself, once it has.
    pub here: Option<HostHere>,
    /// Bytes that its clients have moved in the last second, while it is heard of.
    pub rates: Option<PerDirection<u64>>,
    /// Events that the host did not publish.
    pub shed: u64,
    /// Events that were lost on the way.
    pub lost: u64,
    /// How its clock differs from the one here.
    pub clock: Option<Clock>,
    /// Messages of it that do not fit those before.
    pub refused: u64,
    /// Connections that are not shown, because there are too many, or because of their numbers.
    pub not_kept: u64,
    /// How often another run has taken the name.
    pub restarts: u64,
}

/// What a host says of itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HostHere {
    /// What the machine calls itself.
    pub machine: String,
    /// The version of its program.
    pub version: String,
    /// How it serves connections.
    pub backend: Option<BackendKind>,
    /// What its server does.
    pub service: Option<String>,
    /// The addresses that it listens on.
    pub addresses: Vec<String>,
    /// How long it has run, in microseconds.
    pub uptime: u64,
    /// Live connections.
    pub live: u64,
    /// Connections since its start.
    pub opened: u64,
    /// Clients that it has refused.
    pub refused: u64,
    /// Bytes of its clients since its start.
    pub bytes: PerDirection<u64>,
    /// Malformed parts of its clients since its start.
    pub malformed: u64,
    /// How much it tells.
    pub publishes: Published,
    /// What it may be asked for.
    pub obeys: Vec<HostAction>,
}

/// How the clock of a host differs from the one here, in microseconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Clock {
    /// How far it is ahead.
    pub ahead: i64,
    /// How long question and answer took: the difference is known to half of it.
    pub round_trip: u64,
}

impl Clock {
    /// The least difference that is worth telling.
    const NOTICEABLE: u64 = 50_000;

    /// Returns how far the clock is ahead, if that is certain and worth telling.
    #[must_use]
    pub const fn noticeable(self) -> Option<i64> {
        let by = self.ahead.unsigned_abs();
        if by >= Self::NOTICEABLE && by > self.round_trip / 2 { Some(self.ahead) } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_told_to_be_off_only_if_that_is_certain() {
        let noticeable = |ahead, round_trip| Clock { ahead, round_trip }.noticeable();
        assert_eq!(noticeable(1_200_000, 300), Some(1_200_000));
        assert_eq!(noticeable(-50_000, 300), Some(-50_000));
        assert_eq!(noticeable(49_999, 300), None);
        assert_eq!(noticeable(60_000, 120_000), None, "it may be the way");
        assert_eq!(noticeable(i64::MIN, 0), Some(i64::MIN));
    }
}
