//! What happened in the server, as facts with a time.
//!
//! Facts are the only way in which `app` learns about connections from `server`. Facts of one connection arrive in the
//! order in which they happened; facts of different connections are ordered by time within a batch.
//!
//! The NDJSON event `decoded` is not a fact: consumers that show characters decode [`Fact::Bytes`] themselves. The path
//! from the socket only counts characters.

pub mod activity;
pub mod address;
pub mod fault;
pub mod ids;
pub mod per;
pub mod utf8_scanner;

use std::net::SocketAddr;

use bytes::Bytes;

use activity::BackendActivity;
pub use address::{Address, ProcessCredentials, UnixAddress};
pub use fault::{Fault, FaultKind};
pub use ids::{BackendKind, CloseMode, ConnectionId, Direction, Origin, Side, StreamId, Timestamp};
pub use per::{PerBackend, PerDirection, PerSide};
pub use utf8_scanner::{Utf8Scanner, Utf8Summary};

/// A fact and when it happened.
#[derive(Clone, PartialEq, Debug)]
pub struct Stamped {
    /// When it happened, by the server's clock; never earlier than the fact that caused it.
    pub at: Timestamp,
    /// What happened.
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
    /// One read or write moved these bytes. `offset` counts from the start of the stream of that direction. `summary` is
    /// the UTF-8 summary of the bytes, if the consumer demanded it. `echoed` is set for a read whose bytes one write
    /// sent unchanged at the same offset of the other stream, and says when; it is reported only to a consumer that
    /// demanded the newest bytes.
    Bytes {
        connection: ConnectionId,
        direction: Direction,
        offset: u64,
        data: Bytes,
        summary: Utf8Summary,
        echoed: Option<Timestamp>,
    },
    /// Like `Bytes`, but only the length: the bytes are older than the history that the consumer keeps.
    Trimmed {
        connection: ConnectionId,
        direction: Direction,
        offset: u64,
        bytes: u64,
        summary: Utf8Summary,
        echoed: Option<Timestamp>,
    },
    /// The client sent FIN: it will send no more, but may still read.
    InputEnded { connection: ConnectionId },
    /// A write has been blocked so long that the client is called a slow reader.
    Slow { connection: ConnectionId },
    /// All bytes queued for the slow reader have been sent.
    Flowing { connection: ConnectionId },
    /// The connection is closed. `received` and `sent` are exact, even if bytes were not observed. `failed_call` is the
    /// system call that failed, if one did.
    Closed {
        connection: ConnectionId,
        reason: CloseReason,
        detail: Option<String>,
        failed_call: Option<Call>,
        received: u64,
        sent: u64,
    },
    /// Bytes that were moved but not observed, since the last such fact. Without a connection: bytes of connections
    /// that were opened and closed unobserved (`events` then counts connections, reads and writes).
    Missed { connection: Option<ConnectionId>, direction: Direction, events: u64, bytes: u64 },
    /// A switch has begun; `connections` is the number of connections to hand over.
    Switching { from: BackendKind, to: BackendKind, connections: u64 },
    /// A connection is now served by `to`.
    HandedOver { connection: ConnectionId, to: BackendKind },
    /// The switch is complete: `connections` connections were handed over in `micros` microseconds.
    Switched { from: BackendKind, to: BackendKind, connections: u64, micros: u64, outage: Outage },
    /// The switch failed and was rolled back: `from` keeps serving, and `moved_back` is the number of connections that
    /// returned to it.
    SwitchFailed { from: BackendKind, to: BackendKind, moved_back: u64, detail: String },
    /// What a backend did since the last such fact. It is reported only to a consumer that demanded the newest bytes.
    Worked { backend: BackendKind, work: Box<BackendActivity> },
    /// The event loop has been blocked for `micros` microseconds, because the handler of this connection does not
    /// yield. Reported once for each stall, while it lasts.
    Blocked { connection: Option<ConnectionId>, micros: u64 },
    /// The event loop runs again, after it was blocked for `micros` microseconds in all.
    Unblocked { connection: Option<ConnectionId>, micros: u64 },
    /// `clients` clients were refused; `detail` is the reason.
    Refused { clients: u64, detail: String },
    /// An accept or a listener failed; the server keeps running.
    Failed { detail: String },
    /// The wall clock was set forward (or back, if negative) by `micros` microseconds; for `suspended` of them the
    /// machine was suspended. The times of facts do not follow such steps: their wall-clock time is off by the sum of
    /// all steps before them.
    ClockStepped { micros: i64, suspended: u64 },
    /// The server has stopped; no fact follows.
    Stopped,
}

/// How long a connection was not served during its handover, in microseconds: percentiles over all connections of a
/// switch.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Outage {
    /// The median.
    pub p50: u64,
    /// The 99th percentile.
    pub p99: u64,
    /// The longest outage.
    pub max: u64,
}

impl Outage {
    /// The percentiles of these outages; all 0 if there are none.
    #[must_use]
    pub fn of(mut micros: Vec<u64>) -> Self {
        micros.sort_unstable();
        let Some(last) = micros.len().checked_sub(1) else { return Self::default() };
        let at = |part: usize| micros[last * part / 100];
        Self { p50: at(50), p99: at(99), max: at(100) }
    }
}

/// The kind of a system call on a connection.
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
    /// The name of the call, on screen and in JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::ShutDown => "shutdown",
        }
    }
}

/// Why a connection was closed, in the terms of TCP.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum CloseReason {
    /// The client sent FIN first, all queued bytes were sent to it, and both sides have finished.
    PeerFinished,
    /// The client sent RST.
    PeerReset,
    /// We sent FIN first.
    WeFinished,
    /// We sent RST.
    WeReset,
    /// The peer did not respond within the time allowed.
    Timeout,
    /// No byte was received or sent during the idle timeout, so we sent FIN.
    IdleTimeout,
    /// The connection was accepted and then refused.
    Refused,
    /// A system call failed with the error in `detail`.
    Error,
}

impl CloseReason {
    /// Whether the reason is an error.
    #[must_use]
    pub const fn is_error(self) -> bool {
        matches!(self, Self::PeerReset | Self::Timeout | Self::Refused | Self::Error)
    }

    /// The name of the reason on screen.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::IdleTimeout => "idle timeout",
            _ => self.word(),
        }
    }

    /// The name of the reason in JSON.
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
