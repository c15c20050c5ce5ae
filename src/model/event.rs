//! What happened in the server, as facts with a time.
//!
//! This is the only thing that `server` says and that `app` hears about connections. Facts of one connection arrive in
//! the order in which they happened; facts of different connections are ordered by their time within a batch.
//!
//! `Decoded` of the NDJSON is no fact of its own: it follows from [`Fact::Bytes`], and the part that shows characters decodes
//! them. The path from the socket only counts.

use std::net::SocketAddr;

use bytes::Bytes;

use super::found::Found;
use super::ids::{BackendKind, ConnectionId, Direction, Moment};
use super::work::Work;

/// A fact and when it happened.
#[derive(Clone, PartialEq, Debug)]
pub struct Stamped {
    /// When, by the server's clock; never earlier than a fact that caused it.
    pub at: Moment,
    /// What.
    pub fact: Fact,
}

/// What happened.
#[expect(missing_docs, reason = "each variant says what its fields are")]
#[derive(Clone, PartialEq, Debug)]
pub enum Fact {
    /// The server listens on one more address.
    Listening { address: SocketAddr, backend: BackendKind, service: String },
    /// A client was accepted.
    Opened { connection: ConnectionId, peer: SocketAddr, local: SocketAddr, backend: BackendKind },
    /// One read or write moved these bytes. `offset` counts from the start of that direction's stream.
    /// `found` is what they are as UTF-8, if the consumer asked for it. `echoed`: a read whose bytes one write sent as they
    /// are, at the same offset of the other stream, and when; only a consumer that asked for the newest is told so.
    Bytes {
        connection: ConnectionId,
        direction: Direction,
        offset: u64,
        data: Bytes,
        found: Found,
        echoed: Option<Moment>,
    },
    /// The same, of which only the number of bytes is told: newer bytes of that direction have come since, and the
    /// consumer would not keep these.
    Trimmed {
        connection: ConnectionId,
        direction: Direction,
        offset: u64,
        bytes: u64,
        found: Found,
        echoed: Option<Moment>,
    },
    /// The client sent its FIN: it will send no more, but may still read.
    InputEnded { connection: ConnectionId },
    /// A write has waited so long that the client is called a slow reader.
    Slow { connection: ConnectionId },
    /// What the slow reader was owed has gone out.
    Flowing { connection: ConnectionId },
    /// The connection is over. `received` and `sent` are exact, whatever was missed. `caught`: the call that met the error,
    /// if there was one and a call met it.
    Closed {
        connection: ConnectionId,
        reason: CloseReason,
        detail: Option<String>,
        caught: Option<Call>,
        received: u64,
        sent: u64,
    },
    /// Bytes that were moved but not observed, since the last such fact. Without a connection: of connections that
    /// came and went without being observed at all (`events` then counts connections and reads and writes).
    Missed { connection: Option<ConnectionId>, direction: Direction, events: u64, bytes: u64 },
    /// A switch has begun; `connections` counts those that are to be handed over.
    Switching { from: BackendKind, to: BackendKind, connections: u64 },
    /// A connection is now served by `to`.
    HandedOver { connection: ConnectionId, to: BackendKind },
    /// The switch is complete; `connections` were handed over in `micros` microseconds.
    Switched { from: BackendKind, to: BackendKind, connections: u64, micros: u64, outage: Outage },
    /// The switch could not be completed: `from` serves on, and `moved_back` counts the connections that returned to it.
    SwitchFailed { from: BackendKind, to: BackendKind, moved_back: u64, detail: String },
    /// What a backend did; only a consumer that asked for the newest is told so.
    Worked { backend: BackendKind, work: Box<Work> },
    /// The event loop has done nothing else for `micros` microseconds: the handler of this connection does not give way.
    /// Told once, while it goes on.
    Blocked { connection: Option<ConnectionId>, micros: u64 },
    /// The event loop goes on, after it was blocked for `micros` microseconds in all.
    Unblocked { connection: Option<ConnectionId>, micros: u64 },
    /// This number of clients was turned away, for this reason.
    Refused { clients: u64, detail: String },
    /// Something of the server itself failed and it goes on: an accept, a listener.
    Failed { detail: String },
    /// The wall clock was set forward (or back, if negative) by `micros` microseconds; for `suspended` of them the machine was
    /// suspended. Moments do not follow it: what they are on the wall clock is off by the sum of all steps before them.
    ClockStepped { micros: i64, suspended: u64 },
    /// The server has ended; no fact follows.
    Stopped,
}

/// For how long nobody served a connection that was handed over, in microseconds: of all that a switch moved.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Outage {
    /// Half of them were out for this long or shorter.
    pub p50: u64,
    /// 99 of 100 of them.
    pub p99: u64,
    /// All of them.
    pub max: u64,
}

impl Outage {
    /// That of these; all 0 if there are none.
    #[must_use]
    pub fn of(mut micros: Vec<u64>) -> Self {
        micros.sort_unstable();
        let Some(last) = micros.len().checked_sub(1) else { return Self::default() };
        let at = |part: usize| micros[last * part / 100];
        Self { p50: at(50), p99: at(99), max: at(100) }
    }
}

/// A system call, by what it is for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Call {
    /// `recv`.
    Read,
    /// `send`.
    Write,
    /// `shutdown`.
    ShutDown,
}

impl Call {
    /// The word for it, on screen and in JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::ShutDown => "shutdown",
        }
    }
}

/// Why a connection ended, in TCP's words.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum CloseReason {
    /// The client sent FIN first, was given what it was owed, and both sides are done.
    PeerFinished,
    /// The client sent RST.
    PeerReset,
    /// We sent FIN first.
    WeFinished,
    /// We sent RST.
    WeReset,
    /// Nothing came within the time allowed.
    Timeout,
    /// No byte was received or sent for the idle timeout, so we sent FIN.
    IdleTimeout,
    /// It was accepted and turned away.
    Refused,
    /// A call failed with the error in `detail`.
    Error,
}

impl CloseReason {
    /// Whether something went wrong.
    #[must_use]
    pub const fn is_error(self) -> bool {
        matches!(self, Self::PeerReset | Self::Timeout | Self::Refused | Self::Error)
    }

    /// The words for it on screen.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::IdleTimeout => "idle timeout",
            _ => self.word(),
        }
    }

    /// The word for it in JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::PeerFinished => "peer-finished",
            Self::PeerReset => "peer-reset",
            Self::WeFinished => "we-finished",
            Self::WeReset => "we-reset",
            Self::Timeout => "timeout",
            Self::IdleTimeout => "idle-timeout",
            Self::Refused => "refused",
            Self::Error => "error",
        }
    }
}
