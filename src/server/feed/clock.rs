//! The clock that stamps the facts. It never goes back, whatever happens to the wall clock.

use std::time::{Instant, SystemTime};

use crate::model::Moment;

/// Nanoseconds since the queue was created. They are finer than a timestamp of the model, because an effect may follow
/// its cause within a microsecond and must not be sorted before it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Tick(pub(super) u64);

/// Counts from the creation of the queue, and knows the wall clock of that moment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    began: Instant,
    began_at: Moment,
}

impl Clock {
    /// Starts the clock.
    pub(super) fn start() -> Self {
        let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let began_at = Moment(u64::try_from(since_epoch.as_micros()).unwrap_or(0));
        Self { began: Instant::now(), began_at }
    }

    /// The time now.
    pub(super) fn now(&self) -> Tick {
        Tick(u64::try_from(self.began.elapsed().as_nanos()).unwrap_or(u64::MAX))
    }

    /// The timestamp of the model at this time.
    pub(super) fn moment(&self, tick: Tick) -> Moment {
        self.began_at.plus_micros(tick.0 / 1_000)
    }

    /// When the clock started.
    pub(super) const fn began(&self) -> Instant {
        self.began
    }

    /// The wall clock when this clock started.
    pub(super) const fn began_at(&self) -> Moment {
        self.began_at
    }
}
