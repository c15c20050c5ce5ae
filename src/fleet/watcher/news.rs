//! What is new of a publisher.

use crate::fleet::watcher::event_counts::{EventCounts, Gap};
use crate::fleet::wire::{ConnectionState, Event};
use crate::model::host_state::HostState;

/// What is new.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum News {
    /// The publisher is in another state than before.
    State(HostState),
    /// Something happened.
    Event(Event),
    /// A connection was found in the state of the publisher.
    Listed(Box<ConnectionState>),
    /// A connection is over, and nothing was told of its end.
    Unseen {
        /// Its number.
        connection: u64,
    },
    /// Events are missing.
    Gap(Gap),
    /// The program of before is over, and another has its name. This is what became of the events of the one before.
    Restarted {
        /// The counts of the one before.
        counts: EventCounts,
    },
}
