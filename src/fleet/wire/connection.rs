//! What is known of one connection.

use minicbor::{Decode, Encode};

use super::text::Text;
use crate::event;

/// How a connection is served.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Encode, Decode)]
#[cbor(index_only)]
pub enum Backend {
    /// By the event loop.
    #[n(0)]
    Async,
    /// By a thread of its own.
    #[n(1)]
    Threads,
}

impl From<event::BackendKind> for Backend {
    fn from(kind: event::BackendKind) -> Self {
        match kind {
            event::BackendKind::Async => Self::Async,
            event::BackendKind::Threads => Self::Threads,
        }
    }
}

impl From<Backend> for event::BackendKind {
    fn from(backend: Backend) -> Self {
        match backend {
            Backend::Async => Self::Async,
            Backend::Threads => Self::Threads,
        }
    }
}

/// Which socket of a connection.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Encode, Decode)]
#[cbor(index_only)]
pub enum Side {
    /// The one of the client.
    #[n(0)]
    Client,
    /// The one to the upstream.
    #[n(1)]
    Upstream,
}

impl From<event::Side> for Side {
    fn from(side: event::Side) -> Self {
        match side {
            event::Side::Client => Self::Client,
            event::Side::Upstream => Self::Upstream,
        }
    }
}

impl From<Side> for event::Side {
    fn from(side: Side) -> Self {
        match side {
            Side::Client => Self::Client,
            Side::Upstream => Self::Upstream,
        }
    }
}

/// What a connection has moved since it was opened.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Encode, Decode)]
pub struct Counters {
    /// Bytes received from the client.
    #[n(0)]
    pub received: u64,
    /// Bytes sent to the client.
    #[n(1)]
    pub sent: u64,
    /// Characters of both directions.
    #[n(2)]
    pub characters: u64,
    /// Malformed parts of both directions.
    #[n(3)]
    pub malformed: u64,
    /// Bytes of both directions that were moved and not observed. They are part of the bytes received and sent.
    #[n(4)]
    pub missed: u64,
    /// Bytes received from the upstream, if the connection is relayed.
    #[n(5)]
    pub upstream_received: Option<u64>,
    /// Bytes sent to the upstream, if the connection is relayed.
    #[n(6)]
    pub upstream_sent: Option<u64>,
    /// Those of the malformed parts that the client sent, if there are any.
    #[n(7)]
    pub malformed_received: Option<u64>,
}

/// A live connection, as a page tells it.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub struct ConnectionState {
    /// Its number.
    #[n(0)]
    pub connection: u64,
    /// When it was opened, by the clock of its host: microseconds since 1970.
    #[n(1)]
    pub opened: u64,
    /// The address of the client, if it is told.
    #[n(2)]
    pub peer: Option<Text>,
    /// The address that the client connected to, if it is told.
    #[n(3)]
    pub local: Option<Text>,
    /// What the connection is relayed to, if it is and that is told.
    #[n(4)]
    pub upstream: Option<Text>,
    /// How it is served.
    #[n(5)]
    pub backend: Option<Backend>,
    /// What it has moved.
    #[n(6)]
    pub counters: Counters,
    /// Whether its client reads slowly.
    #[n(7)]
    pub is_slow: bool,
    /// Whether its upstream reads slowly.
    #[n(8)]
    pub is_upstream_slow: bool,
}
