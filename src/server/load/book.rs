//! What the clients write down.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::model::spread::Spread;

/// Times that are longer are taken for this long.
const LONGEST: Duration = Duration::from_secs(3_600);
/// The number of significant digits of a time that are kept.
const DIGITS: u8 = 3;
/// From so much of a core on, the clients' thread may be what limits the measurement.
pub const BUSY: f64 = 0.9;
/// The same of an open loop whose messages go out so long after they were due, one of a hundred of them.
const LATE: Duration = Duration::from_millis(1);

/// A byte that is not the one that was sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Difference {
    /// Which of the connections that were made, counted from 1.
    pub connection: u64,
    /// Where in the stream that came back, counted from 0.
    pub offset: u64,
    /// What should be there; `None` if more came back than was sent.
    pub expected: Option<u8>,
    /// What is there; `None` if it never came.
    pub found: Option<u8>,
}

/// What can become of a connection.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Trouble {
    /// Nobody listens there, or the server turns clients away at once.
    Refused,
    /// The server, or something on the way, broke it off.
    Reset,
    /// The server ended it with bytes still owed.
    ClosedEarly,
    /// It was not there in time, or the rest of what was sent did not come back in time.
    TimedOut,
    /// Something else came back than was sent.
    Different,
    /// This machine has no more ports, descriptors or memory for it.
    NoRoom,
    /// Any other error of the system.
    Other,
}

impl Trouble {
    /// The word for it.
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

/// How long something took, many times.
#[derive(Clone, Debug)]
pub struct Latency(Spread);

impl Latency {
    fn new() -> Self {
        Self(Spread::new(DIGITS))
    }

    fn note(&mut self, time: Duration) {
        self.0.note(u64::try_from(time.min(LONGEST).as_nanos()).unwrap_or(u64::MAX), 1);
    }

    /// So often.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.0.count()
    }

    /// The time within which this percentage stayed; nothing if there are no times.
    #[must_use]
    pub fn percentile(&self, percent: f64) -> Option<Duration> {
        self.0.percentile(percent).map(Duration::from_nanos)
    }

    /// The longest.
    #[must_use]
    pub fn longest(&self) -> Option<Duration> {
        self.0.longest().map(Duration::from_nanos)
    }
}

/// What has happened so far. Counts and times are those since all clients were connected, differences and troubles those
/// of the whole run.
#[derive(Clone, Debug)]
pub struct Book {
    /// When counting began.
    pub(super) since: Instant,
    /// Connections that are open now.
    pub open: usize,
    /// Messages that came back whole.
    pub messages: u64,
    /// Bytes that went out.
    pub sent: u64,
    /// Bytes that came back, each compared with what was sent.
    pub compared: u64,
    /// From when a message was sent, or due, until the last byte of it was back.
    pub latency: Latency,
    /// From when a connection was asked for until it was there.
    pub connects: Latency,
    /// In an open loop: how long after it was due a message was first tried to be sent.
    pub lateness: Latency,
    /// How often which trouble was met.
    pub troubles: BTreeMap<Trouble, u64>,
    /// The first byte that was wrong.
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

    /// Forgets how much there was, and how long it took. How long the first connections took stays.
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

    /// How long has been counted.
    #[must_use]
    pub fn time(&self) -> Duration {
        self.since.elapsed()
    }
}

/// What came of a whole run.
#[derive(Clone, Debug)]
pub struct Summary {
    /// What was written down.
    pub book: Book,
    /// How long was counted.
    pub time: Duration,
    /// What part of one core the clients' thread took in that time, if the system tells.
    pub own_share: Option<f64>,
}

impl Summary {
    /// Whether all came back as it was sent and no connection failed.
    #[must_use]
    pub fn is_flawless(&self) -> bool {
        self.book.first_difference.is_none() && self.book.troubles.is_empty()
    }

    /// Whether the clients, not the server, may be what limited the measurement, or made times longer than they were.
    #[must_use]
    pub fn is_limited_by_itself(&self) -> bool {
        self.is_busy() || self.lateness().is_some()
    }

    /// Whether the clients' thread had nearly all of a core to do.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.own_share.is_some_and(|share| share >= BUSY)
    }

    /// In an open loop: how long after they were due one of a hundred messages went out, if that is long.
    #[must_use]
    pub fn lateness(&self) -> Option<Duration> {
        self.book.lateness.percentile(99.0).filter(|&late| late >= LATE)
    }
}
