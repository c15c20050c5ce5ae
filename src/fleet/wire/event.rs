//! What happened, as it is told to watchers.

use minicbor::{Decode, Encode};

use super::connection::{Backend, Counters, Side};
use super::text::Text;

/// What happened. Times are microseconds since 1970, by the clock of the host. Texts about addresses are left out where
/// only counts are published.
#[expect(missing_docs, reason = "each variant says what its fields are")]
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub enum Event {
    /// The publisher had to drop this number of events at this place, because they were not taken in time.
    #[n(0)]
    Shed {
        #[n(0)]
        events: u64,
    },
    /// A client was accepted.
    #[n(1)]
    Opened {
        #[n(0)]
        connection: u64,
        #[n(1)]
        at: u64,
        #[n(2)]
        peer: Option<Text>,
        #[n(3)]
        local: Option<Text>,
        #[n(4)]
        upstream: Option<Text>,
        #[n(5)]
        backend: Option<Backend>,
    },
    /// A connection has moved bytes, or is served by another backend.
    #[n(2)]
    Moved {
        #[n(0)]
        connection: u64,
        #[n(1)]
        counters: Counters,
        #[n(2)]
        backend: Option<Backend>,
    },
    /// The peer of this side reads slowly.
    #[n(3)]
    Slow {
        #[n(0)]
        connection: u64,
        #[n(1)]
        at: u64,
        #[n(2)]
        side: Side,
    },
    /// The peer of this side has read what waited for it.
    #[n(4)]
    Flowing {
        #[n(0)]
        connection: u64,
        #[n(1)]
        at: u64,
        #[n(2)]
        side: Side,
    },
    /// A connection is closed: the reason, as in NDJSON, and what it has moved in all.
    #[n(5)]
    Closed {
        #[n(0)]
        connection: u64,
        #[n(1)]
        at: u64,
        #[n(2)]
        reason: Text,
        #[n(3)]
        detail: Option<Text>,
        #[n(4)]
        counters: Counters,
    },
    /// A switch of the backend has begun, with this number of connections.
    #[n(6)]
    Switching {
        #[n(0)]
        at: u64,
        #[n(1)]
        to: Backend,
        #[n(2)]
        connections: u64,
    },
    /// A switch is complete.
    #[n(7)]
    Switched {
        #[n(0)]
        at: u64,
        #[n(1)]
        to: Backend,
        #[n(2)]
        connections: u64,
        #[n(3)]
        micros: u64,
    },
    /// A switch has failed, and all connections stay where they were.
    #[n(8)]
    SwitchFailed {
        #[n(0)]
        at: u64,
        #[n(1)]
        to: Backend,
        #[n(2)]
        moved_back: u64,
        #[n(3)]
        detail: Option<Text>,
    },
    /// Clients were refused.
    #[n(9)]
    Refused {
        #[n(0)]
        at: u64,
        #[n(1)]
        clients: u64,
        #[n(2)]
        detail: Option<Text>,
    },
    /// An accept or a listener has failed.
    #[n(10)]
    Failed {
        #[n(0)]
        at: u64,
        #[n(1)]
        detail: Option<Text>,
    },
    /// The event loop has been blocked for this time, by the handler of this connection.
    #[n(11)]
    Blocked {
        #[n(0)]
        at: u64,
        #[n(1)]
        connection: Option<u64>,
        #[n(2)]
        micros: u64,
    },
    /// The event loop runs again, after it was blocked for this time in all.
    #[n(12)]
    Unblocked {
        #[n(0)]
        at: u64,
        #[n(1)]
        connection: Option<u64>,
        #[n(2)]
        micros: u64,
    },
}
