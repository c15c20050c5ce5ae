//! What the clients measure and count.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::model::histogram::Histogram;

/// Longer times are recorded as this value.
const MAX_TIME: Duration = Duration::from_secs(3_600);
/// The number of significant digits that a recorded time keeps.
const SIGNIFICANT_DIGITS: u8 = 3;
/// The share of a core from which the clients' thread may be what limits the measurement.
pub const BUSY_SHARE: f64 = 0.9;
/// The schedule delay (99th percentile, open loop only) from which the clients may be what limits the measurement.
const MIN_REPORTED_DELAY: Duration = Duration::from_millis(1);

/// The first byte of a stream that is not the byte that was sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Mismatch {
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
pub enum ClientError {
    /// No server listens there, or the server rejects clients at once.
    Refused,
    /// The server, or the network, reset the connection.
    Reset,
    /// The server closed the connection with bytes outstanding.
    ClosedEarly,
    /// The connect timed out, or outstanding bytes did not come back in time.
    TimedOut,
    /// Other bytes came back than were sent.
    Mismatch,
    /// This machine has no ports, descriptors or memory left for the connection.
    OutOfResources,
    /// Any other error of the system.
    Other,
}

impl ClientError {
    /// The name of the error, as output writes it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Reset => "reset",
            Self::ClosedEarly => "closed-early",
            Self::TimedOut => "timed-out",
            Self::Mismatch => "different",
            Self::OutOfResources => "no-room",
            Self::Other => "other",
        }
    }
}

/// A distribution of times.
#[derive(Clone, Debug)]
pub struct Latency(Histogram);

impl Latency {
    fn new() -> Self {
        Self(Histogram::new(SIGNIFICANT_DIGITS))
    }

    fn record(&mut self, time: Duration) {
        self.0.record(u64::try_from(time.min(MAX_TIME).as_nanos()).unwrap_or(u64::MAX), 1);
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
    pub fn max(&self) -> Option<Duration> {
        self.0.max().map(Duration::from_nanos)
    }
}

/// The counts and times of a run so far. They start when all clients are connected; mismatches and errors are those of
/// the whole run.
#[derive(Clone, Debug)]
pub struct Stats {
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
    pub schedule_delay: Latency,
    /// The number of connections that failed, by error.
    pub errors: BTreeMap<ClientError, u64>,
    /// The first mismatch of the run.
    pub first_mismatch: Option<Mismatch>,
}

impl Stats {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            since: now,
            open: 0,
            messages: 0,
            sent: 0,
            compared: 0,
            latency: Latency::new(),
            connects: Latency::new(),
            schedule_delay: Latency::new(),
            errors: BTreeMap::new(),
            first_mismatch: None,
        }
    }

    /// Restarts the counts and the round-trip times. The connect times stay.
    pub(super) fn restart(&mut self, now: Instant) {
        (self.since, self.messages, self.sent, self.compared) = (now, 0, 0, 0);
        (self.latency, self.schedule_delay) = (Latency::new(), Latency::new());
    }

    pub(super) fn record_round_trip(&mut self, took: Duration) {
        self.messages += 1;
        self.latency.record(took);
    }

    pub(super) fn record_connect(&mut self, took: Duration) {
        self.open += 1;
        self.connects.record(took);
    }

    pub(super) fn record_schedule_delay(&mut self, by: Duration) {
        self.schedule_delay.record(by);
    }

    pub(super) fn record_error(&mut self, error: ClientError) {
        *self.errors.entry(error).or_default() += 1;
    }

    pub(super) fn record_mismatch(&mut self, mismatch: Mismatch) {
        self.first_mismatch.get_or_insert(mismatch);
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
    pub stats: Stats,
    /// The length of the measurement.
    pub time: Duration,
    /// The share of one core that the clients' thread used during the measurement, if the system reports it.
    pub own_share: Option<f64>,
}

impl Summary {
    /// Whether all bytes came back as they were sent and no connection failed.
    #[must_use]
    pub fn is_flawless(&self) -> bool {
        self.stats.first_mismatch.is_none() && self.stats.errors.is_empty()
    }

    /// Whether the clients, not the server, may be what limited the measurement or lengthened its times.
    #[must_use]
    pub fn is_limited_by_itself(&self) -> bool {
        self.is_busy() || self.schedule_delay().is_some()
    }

    /// Whether the clients' thread used nearly a whole core.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.own_share.is_some_and(|share| share >= BUSY_SHARE)
    }

    /// The 99th percentile of the schedule delays of an open loop, if it is large enough to matter.
    #[must_use]
    pub fn schedule_delay(&self) -> Option<Duration> {
        self.stats.schedule_delay.percentile(99.0).filter(|&late| late >= MIN_REPORTED_DELAY)
    }
}
