//! What is counted of the messages of clients.

use std::time::{Duration, Instant};

/// What is recorded of each message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Keep {
    /// Only that it came back.
    Count,
    /// When it was sent, and how long its round trip took.
    RoundTrips,
}

/// The round trip of a message.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RoundTrip {
    /// When it was sent, in nanoseconds since the start.
    pub(crate) sent: u64,
    /// The time to its last byte in nanoseconds; longer than four seconds counts as four seconds.
    pub(crate) took: u32,
    pub(crate) client: u32,
}

/// The counts and times of a run.
#[derive(Debug)]
pub(crate) struct Stats {
    pub(crate) began: Instant,
    pub(crate) messages: u64,
    pub(crate) round_trips: Vec<RoundTrip>,
    /// Connections that broke, or echoed other bytes.
    pub(crate) failures: Vec<String>,
    /// The number of clients that have had no message back yet.
    pub(crate) silent: usize,
    keep: Keep,
}

impl Stats {
    /// The counts of this number of clients, before the first message.
    pub(crate) fn new(began: Instant, clients: usize) -> Self {
        Self {
            began,
            messages: 0,
            round_trips: Vec::new(),
            failures: Vec::new(),
            silent: clients,
            keep: Keep::Count,
        }
    }

    /// Restarts the counts.
    pub(crate) fn restart(&mut self, keep: Keep) {
        self.messages = 0;
        self.round_trips = Vec::with_capacity(if keep == Keep::RoundTrips { 1 << 18 } else { 0 });
        self.keep = keep;
    }

    /// Counts a message that came back.
    pub(crate) fn note(&mut self, client: usize, sent: Instant, now: Instant) {
        self.messages += 1;
        if self.keep == Keep::RoundTrips {
            let nanos = |time: Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
            self.round_trips.push(RoundTrip {
                sent: nanos(sent - self.began),
                took: u32::try_from(nanos(now - sent)).unwrap_or(u32::MAX),
                client: u32::try_from(client).unwrap_or(u32::MAX),
            });
        }
    }
}
