//! The heartbeat of a publisher.

use minicbor::{Decode, Encode};

use super::connection::Backend;
use super::list::List;
use super::order::Action;
use super::text::Text;

/// How much a publisher tells.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Encode, Decode)]
#[cbor(index_only)]
pub enum Published {
    /// Counters and the life of connections, without addresses and other texts about them.
    #[n(0)]
    Counts,
    /// Addresses, too.
    #[n(1)]
    Peers,
    /// The bytes of connections, too, while a watcher has a lease on them.
    #[n(2)]
    Bytes,
}

/// Sums over all connections of a publisher, those that are over included.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Encode, Decode)]
pub struct Totals {
    /// Connections that were accepted.
    #[n(0)]
    pub opened: u64,
    /// Connections that are over.
    #[n(1)]
    pub closed: u64,
    /// Clients that were refused.
    #[n(2)]
    pub refused: u64,
    /// Bytes received from clients.
    #[n(3)]
    pub received: u64,
    /// Bytes sent to clients.
    #[n(4)]
    pub sent: u64,
    /// Malformed parts on the side of the clients.
    #[n(5)]
    pub malformed: u64,
}

/// That a publisher is there, and how it is. Published each second, and once when it ends.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub struct Here {
    /// The run of the publisher: when it began, in microseconds since 1970.
    #[n(0)]
    pub epoch: u64,
    /// The number that the next event will have: as many have happened.
    #[n(1)]
    pub next: u64,
    /// The clock of the host: microseconds since 1970.
    #[n(2)]
    pub at: u64,
    /// Whether the publisher ends now.
    #[n(3)]
    pub is_bye: bool,
    /// The name of the machine, as it calls itself.
    #[n(4)]
    pub machine: Text,
    /// The version of the program.
    #[n(5)]
    pub version: Text,
    /// How connections are served now.
    #[n(6)]
    pub backend: Option<Backend>,
    /// What the server does.
    #[n(7)]
    pub service: Option<Text>,
    /// The addresses that it listens on, if they are told.
    #[n(8)]
    pub addresses: List<Text, 16>,
    /// Live connections.
    #[n(9)]
    pub live: u64,
    /// Sums over all connections.
    #[n(10)]
    pub totals: Totals,
    /// How many events were shed so far.
    #[n(11)]
    pub shed: u64,
    /// How many bytes of them.
    #[n(12)]
    pub shed_bytes: u64,
    /// How much is told.
    #[n(13)]
    pub publishes: Option<Published>,
    /// Which actions are obeyed.
    #[n(14)]
    pub obeys: List<Action, 16>,
}
