//! What is known of one connection.

use std::net::SocketAddr;

use super::event::{Call, CloseReason};
use super::ids::{BackendKind, ConnectionId, Direction, Moment};
use super::stream::Stream;
use super::work::Lane;

/// One accepted socket, from its first fact to its last, and a while beyond.
#[derive(Clone, Debug)]
pub struct Connection {
    /// Its number.
    pub id: ConnectionId,
    /// The client's address.
    pub peer: SocketAddr,
    /// The address that it connected to.
    pub local: SocketAddr,
    /// The backend that serves it now.
    pub backend: BackendKind,
    /// When it was accepted.
    pub opened: Moment,
    /// When something last moved or changed.
    pub active: Moment,
    /// What was received.
    pub received: Stream,
    /// What was sent.
    pub sent: Stream,
    /// How often it was handed over.
    pub handovers: u64,
    /// How it ended, once it has.
    pub closed: Option<Closed>,
    /// Whether the client waits for less than we have for it.
    pub slow: bool,
    /// Whether its client is one that this program started: of a lesson, or of a stress test.
    pub built_in: bool,
    /// How long it waited for its answers, lately.
    pub waits: Lane,
    /// Number of the next chunk of either direction.
    pub(super) next_seq: u64,
}

/// How a connection ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Closed {
    /// When.
    pub at: Moment,
    /// Why.
    pub reason: CloseReason,
    /// The error, where there was one.
    pub detail: Option<String>,
    /// The call that met the error, if one did.
    pub caught: Option<Call>,
}

/// The state of a connection in one word.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum State {
    /// Both directions are open.
    Open,
    /// A write waits for the client to read.
    Slow,
    /// The client sent FIN; what it is owed still goes out.
    HalfClosed,
    /// Over.
    Closed,
}

impl State {
    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Slow => "slow",
            Self::HalfClosed => "half",
            Self::Closed => "closed",
        }
    }
}

impl Connection {
    /// The state in one word; the most telling one where several hold.
    #[must_use]
    pub const fn state(&self) -> State {
        if self.closed.is_some() {
            State::Closed
        } else if self.slow {
            State::Slow
        } else if self.received.ended {
            State::HalfClosed
        } else {
            State::Open
        }
    }

    /// One of its two streams.
    #[must_use]
    pub const fn stream(&self, direction: Direction) -> &Stream {
        match direction {
            Direction::Received => &self.received,
            Direction::Sent => &self.sent,
        }
    }

    pub(super) const fn stream_mut(&mut self, direction: Direction) -> &mut Stream {
        match direction {
            Direction::Received => &mut self.received,
            Direction::Sent => &mut self.sent,
        }
    }

    /// How long it has lived until `now`, or lived in all, in microseconds.
    #[must_use]
    pub fn age_micros(&self, now: Moment) -> u64 {
        self.closed.as_ref().map_or(now, |closed| closed.at).micros_since(self.opened)
    }

    /// Chunks of both directions so far; they are numbered from 0 in the order in which they happened.
    #[must_use]
    pub const fn chunks(&self) -> u64 {
        self.next_seq
    }

    /// Malformed parts that were received. What is sent is not counted: an echo has them from the client, and what is
    /// our own is well-formed.
    #[must_use]
    pub const fn malformed(&self) -> u64 {
        self.received.characters.malformed
    }

    /// Bytes missed in both directions.
    #[must_use]
    pub const fn missed(&self) -> u64 {
        self.received.missed_bytes + self.sent.missed_bytes
    }

    /// Memory it takes, in bytes.
    #[must_use]
    pub fn cost(&self) -> usize {
        size_of::<Self>() + self.received.cost() + self.sent.cost()
    }
}
