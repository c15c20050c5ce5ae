//! The clock that stamps the events. It never goes back, whatever happens to the wall clock.

use std::time::{Instant, SystemTime};

use crate::event::Timestamp;

/// Nanoseconds since the queue was created. They are finer than a timestamp of the model, because an effect may follow
/// its cause within a microsecond and must not be sorted before it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct MonotonicNanos(pub(super) u64);

/// Counts from the creation of the queue, and knows the wall clock of that moment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    began: Instant,
    began_at: Timestamp,
}

impl Clock {
    /// Starts the clock.
    pub(super) fn start() -> Self {
        let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let began_at = Timestamp(u64::try_from(since_epoch.as_micros()).unwrap_or(0));
        Self { began: Instant::now(), began_at }
    }

    /// The time now.
    pub(super) fn now(&self) -> MonotonicNanos {
        MonotonicNanos(u64::try_from(self.began.elapsed().as_nanos()).unwrap_or(u64::MAX))
    }

    /// The timestamp of the model at this time.
    pub(super) fn timestamp(&self, nanos: MonotonicNanos) -> Timestamp {
        self.began_at.plus_micros(nanos.0 / 1_000)
    }

    /// When the clock started.
    pub(super) const fn began(&self) -> Instant {
        self.began
    }

    /// The wall clock when this clock started.
    pub(super) const fn began_at(&self) -> Timestamp {
        self.began_at
    }
}
