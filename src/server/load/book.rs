//! What the clients measure and count.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::model::spread::Spread;

/// Longer times are recorded as this value.
const LONGEST: Duration = Duration::from_secs(3_600);
/// The number of significant digits that a recorded time keeps.
const DIGITS: u8 = 3;
/// The share of a core from which the clients' thread may be what limits the measurement.
pub const BUSY: f64 = 0.9;
/// The schedule delay (99th percentile, open loop only) from which the clients may be what limits the measurement.
const LATE: Duration = Duration::from_millis(1);

/// The first byte of a stream that is not the byte that was sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Difference {
    /// The number of the connection, counted from 1 in the order of the connects.
    pub connection: u64,
    /// The offset in the stream that came back, counted from 0.
    pub offset: u64,
    /// The byte that was sent; `None` if more came back than was sent.
    pub expected: Option<u8>,
    /// The byte that came back; `None` if none did.
    pub found: Option<u8>,
}

/// Why a connection failed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Trouble {
    /// No server listens there, or the server rejects clients at once.
    Refused,
    /// The server, or the network, reset the connection.
    Reset,
    /// The server closed the connection with bytes outstanding.
    ClosedEarly,
    /// The connect timed out, or outstanding bytes did not come back in time.
    TimedOut,
    /// Other bytes came back than were sent.
    Different,
    /// This machine has no ports, descriptors or memory left for the connection.
    NoRoom,
    /// Any other error of the system.
    Other,
}

impl Trouble {
    /// The name of the error, as output writes it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Reset => "reset",
            Self::ClosedEarly => "closed-early",
            Self::TimedOut => "timed-out",
            Self::Different => "different",
            Self::NoRoom => "no-room",
            Self::Other => "other",
        }
    }
}

/// A distribution of times.
#[derive(Clone, Debug)]
pub struct Latency(Spread);

impl Latency {
    fn new() -> Self {
        Self(Spread::new(DIGITS))
    }

    fn note(&mut self, time: Duration) {
        self.0.note(u64::try_from(time.min(LONGEST).as_nanos()).unwrap_or(u64::MAX), 1);
    }

    /// The number of recorded times.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.0.count()
    }

    /// The time that `percent` of the recorded times do not exceed; `None` without any.
    #[must_use]
    pub fn percentile(&self, percent: f64) -> Option<Duration> {
        self.0.percentile(percent).map(Duration::from_nanos)
    }

    /// The longest recorded time; `None` without any.
    #[must_use]
    pub fn longest(&self) -> Option<Duration> {
        self.0.longest().map(Duration::from_nanos)
    }
}

/// The counts and times of a run so far. They start when all clients are connected; mismatches and errors are those of
/// the whole run.
#[derive(Clone, Debug)]
pub struct Book {
    /// When counting started.
    pub(super) since: Instant,
    /// The number of connections that are open now.
    pub open: usize,
    /// The number of messages that have come back completely.
    pub messages: u64,
    /// The number of bytes sent.
    pub sent: u64,
    /// The number of bytes that came back, each compared with the byte sent.
    pub compared: u64,
    /// Round-trip times: from the send of a message, or in an open loop from its scheduled time, to its last byte.
    pub latency: Latency,
    /// The times that connects took.
    pub connects: Latency,
    /// Schedule delays of an open loop: from a message's scheduled time to the first attempt to send it.
    pub lateness: Latency,
    /// The number of connections that failed, by error.
    pub troubles: BTreeMap<Trouble, u64>,
    /// The first mismatch of the run.
    pub first_difference: Option<Difference>,
}

impl Book {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            since: now,
            open: 0,
            messages: 0,
            sent: 0,
            compared: 0,
            latency: Latency::new(),
            connects: Latency::new(),
            lateness: Latency::new(),
            troubles: BTreeMap::new(),
            first_difference: None,
        }
    }

    /// Restarts the counts and the round-trip times. The connect times stay.
    pub(super) fn begin(&mut self, now: Instant) {
        (self.since, self.messages, self.sent, self.compared) = (now, 0, 0, 0);
        (self.latency, self.lateness) = (Latency::new(), Latency::new());
    }

    pub(super) fn back(&mut self, took: Duration) {
        self.messages += 1;
        self.latency.note(took);
    }

    pub(super) fn connected(&mut self, took: Duration) {
        self.open += 1;
        self.connects.note(took);
    }

    pub(super) fn went_out_late(&mut self, by: Duration) {
        self.lateness.note(by);
    }

    pub(super) fn met(&mut self, trouble: Trouble) {
        *self.troubles.entry(trouble).or_default() += 1;
    }

    pub(super) fn differs(&mut self, difference: Difference) {
        self.first_difference.get_or_insert(difference);
    }

    /// The time since counting started.
    #[must_use]
    pub fn time(&self) -> Duration {
        self.since.elapsed()
    }
}

/// The results of a whole run.
#[derive(Clone, Debug)]
pub struct Summary {
    /// The counts and times of the measurement.
    pub book: Book,
    /// The length of the measurement.
    pub time: Duration,
    /// The share of one core that the clients' thread used during the measurement, if the system reports it.
    pub own_share: Option<f64>,
}

impl Summary {
    /// Whether all bytes came back as they were sent and no connection failed.
    #[must_use]
    pub fn is_flawless(&self) -> bool {
        self.book.first_difference.is_none() && self.book.troubles.is_empty()
    }

    /// Whether the clients, not the server, may be what limited the measurement or lengthened its times.
    #[must_use]
    pub fn is_limited_by_itself(&self) -> bool {
        self.is_busy() || self.lateness().is_some()
    }

    /// Whether the clients' thread used nearly a whole core.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.own_share.is_some_and(|share| share >= BUSY)
    }

    /// The 99th percentile of the schedule delays of an open loop, if it is large enough to matter.
    #[must_use]
    pub fn lateness(&self) -> Option<Duration> {
        self.book.lateness.percentile(99.0).filter(|&late| late >= LATE)
    }
}
