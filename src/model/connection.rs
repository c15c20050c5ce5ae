//! The state of one connection, folded from its facts.

use std::net::SocketAddr;

use super::stream::Stream;
use crate::event::activity::WaitTimeline;
use crate::event::ids::{BackendKind, ConnectionId, Direction, Timestamp};
use crate::event::{Call, CloseReason};

/// One accepted socket. It is kept for a while after it was closed.
#[derive(Clone, Debug)]
pub struct Connection {
    /// The number of the connection.
    pub id: ConnectionId,
    /// The client's address.
    pub peer: SocketAddr,
    /// The address that the client connected to.
    pub local: SocketAddr,
    /// The backend that serves the connection now.
    pub backend: BackendKind,
    /// When the connection was accepted.
    pub opened: Timestamp,
    /// When bytes last moved or the state last changed.
    pub active: Timestamp,
    /// The bytes received from the client.
    pub received: Stream,
    /// The bytes sent to the client.
    pub sent: Stream,
    /// Number of handovers to another backend.
    pub handovers: u64,
    /// How the connection ended; `None` while it is live.
    pub closed: Option<CloseRecord>,
    /// Whether a write has been blocked so long that the client is called a slow reader.
    pub slow: bool,
    /// Whether this program started the client: for a lesson, or as a load.
    pub built_in: bool,
    /// How long the client waited for its answers during the last seconds.
    pub waits: WaitTimeline,
    /// Sequence number of the next chunk; both directions share the count.
    pub(super) next_seq: u64,
}

/// How a connection ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CloseRecord {
    /// When the connection was closed.
    pub at: Timestamp,
    /// The reason of the close.
    pub reason: CloseReason,
    /// The text of the error, if there was one.
    pub detail: Option<String>,
    /// The system call that failed, if one did.
    pub failed_call: Option<Call>,
}

/// The state of a connection.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ConnectionState {
    /// Both directions are open.
    Open,
    /// A write waits for the client to read.
    Slow,
    /// The client sent FIN; queued bytes are still being sent to it.
    HalfClosed,
    /// The connection is closed.
    Closed,
}

impl ConnectionState {
    /// The name of the state on screen.
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
    /// The state of the connection. If several apply: closed before slow, slow before half-closed.
    #[must_use]
    pub const fn state(&self) -> ConnectionState {
        if self.closed.is_some() {
            ConnectionState::Closed
        } else if self.slow {
            ConnectionState::Slow
        } else if self.received.ended {
            ConnectionState::HalfClosed
        } else {
            ConnectionState::Open
        }
    }

    /// The stream of one direction.
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

    /// The age at `now` in microseconds; the lifetime, if the connection is closed.
    #[must_use]
    pub fn age_micros(&self, now: Timestamp) -> u64 {
        self.closed.as_ref().map_or(now, |closed| closed.at).micros_since(self.opened)
    }

    /// Number of chunks of both directions so far. They are numbered from 0 in the order in which they happened.
    #[must_use]
    pub const fn chunks(&self) -> u64 {
        self.next_seq
    }

    /// Number of malformed parts that were received. Sent ones are not counted: an echo repeats those of the client,
    /// and every other service sends well-formed text.
    #[must_use]
    pub const fn malformed(&self) -> u64 {
        self.received.characters.malformed
    }

    /// Bytes of both directions that were not observed.
    #[must_use]
    pub const fn missed(&self) -> u64 {
        self.received.missed_bytes + self.sent.missed_bytes
    }

    /// Memory that the connection takes, in bytes.
    #[must_use]
    pub fn cost(&self) -> usize {
        size_of::<Self>() + self.received.cost() + self.sent.cost()
    }
}
