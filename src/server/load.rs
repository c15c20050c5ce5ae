//! The load generator: many clients of any echo server on one thread, and every byte that comes back compared.
//!
//! What a client sends is one endless stream, cut into messages; the same position of the same connection always has the
//! same byte, so a byte that is lost, doubled, altered or out of place is found where it stands. Nothing is asked of the
//! server but that it echoes.
//!
//! In a closed loop each client sends as soon as its last message is back, so a server that stalls is asked less. In an
//! open loop messages have times at which they are due, whether or not the server keeps up, and a latency counts from
//! there: what a stall does to those who would have come in the meantime is in the figures (the literature calls the
//! mistake of leaving them out *coordinated omission*).
//!
//! One thread with two system calls a message is light, but not nothing: [`Summary::own_share`] says when it was busy
//! enough to be what limited the measurement.

mod book;
mod client;
mod crowd;
mod pattern;
mod timers;

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

pub use book::{BUSY, Book, Difference, Latency, Summary, Trouble};
pub use pattern::Pattern;

use self::crowd::Crowd;

/// What a client does. All but the idle ones compare what comes back.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Kind {
    /// Messages one after another, as the pace says.
    Steady,
    /// Sixteen times as many messages at once, then a fifth of a second of silence.
    Bursty,
    /// Always sends, and reads 4 KiB ten times a second: the server cannot get rid of what it owes.
    SlowReader,
    /// Fifty times a second a fiftieth of a message, but a byte at least.
    SlowSender,
    /// Connected, and silent.
    Idle,
    /// Connects, has one message echoed, closes; again and again.
    Churn,
    /// Sends one message and its FIN, reads to the end; again and again.
    HalfClose,
    /// Sends one message, resets the connection before it has all of it back; again and again.
    Reset,
}

impl Kind {
    /// All there are.
    pub const ALL: [Self; 8] = [
        Self::Steady,
        Self::Bursty,
        Self::SlowReader,
        Self::SlowSender,
        Self::Idle,
        Self::Churn,
        Self::HalfClose,
        Self::Reset,
    ];

    /// Its name.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Steady => "steady",
            Self::Bursty => "bursty",
            Self::SlowReader => "slow-reader",
            Self::SlowSender => "slow-sender",
            Self::Idle => "idle",
            Self::Churn => "churn",
            Self::HalfClose => "half-close",
            Self::Reset => "reset",
        }
    }

    /// Whether it connects again when it is done.
    const fn comes_back(self) -> bool {
        matches!(self, Self::Churn | Self::HalfClose | Self::Reset)
    }

    /// Whether the time that its messages take says something about the server.
    const fn is_timed(self) -> bool {
        matches!(self, Self::Steady | Self::Bursty | Self::Churn | Self::HalfClose)
    }
}

/// When steady clients send.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Pace {
    /// As soon as a message is back, the next.
    Closed,
    /// This number of messages a second in all, whether or not earlier ones have come back.
    Open(f64),
}

/// What to do.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The server.
    pub target: SocketAddr,
    /// The address that clients connect from; without one, the system chooses.
    pub source: Option<IpAddr>,
    /// How many clients of which kind.
    pub groups: Vec<(Kind, usize)>,
    /// Bytes of a message, at least 1.
    pub size: usize,
    /// Messages of a steady client that are under way at once, at least 1; in a closed loop.
    pub pipeline: usize,
    /// When steady clients send.
    pub pace: Pace,
    /// What is sent.
    pub pattern: Pattern,
    /// Until the last client connects.
    pub ramp: Duration,
    /// How long is measured, from the moment when all clients are connected.
    pub time: Duration,
}

/// Whether to go on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// Until the time is over.
    GoOn,
    /// Bring it to an end now.
    Stop,
}

/// Runs the plan on this thread, ends all connections and says what came of it. `watch` sees the book several times a
/// second.
///
/// # Errors
///
/// The first connections could not be made, or the system has no means to watch sockets. What happens to connections
/// later is counted, not an error.
pub fn run(plan: &Plan, watch: &mut dyn FnMut(&Book) -> Verdict) -> io::Result<Summary> {
    Crowd::new(plan)?.run(watch)
}
