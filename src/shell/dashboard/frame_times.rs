//! The time that the newest frames took to draw.

use std::collections::VecDeque;
use std::time::Duration;

use crate::model::process::FrameTime;

/// The number of frames that are remembered: ten seconds at the highest frame rate without keys.
const CAPACITY: usize = 300;

/// The drawing times of the newest frames, in microseconds.
#[derive(Debug, Default)]
pub(super) struct FrameTimes(VecDeque<u64>);

impl FrameTimes {
    /// Records the drawing time of a frame.
    pub(super) fn record(&mut self, took: Duration) {
        if self.0.len() == CAPACITY {
            self.0.pop_front();
        }
        self.0.push_back(u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
    }

    /// Percentiles of the drawing times.
    pub(super) fn percentiles(&self) -> FrameTime {
        let mut sorted: Vec<_> = self.0.iter().copied().collect();
        sorted.sort_unstable();
        let at = |part: usize| sorted.get(sorted.len().saturating_sub(1) * part / 100).copied().unwrap_or(0);
        FrameTime { p50: at(50), p99: at(99) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_count() {
        let mut frames = FrameTimes::default();
        assert_eq!(frames.percentiles(), FrameTime::default());
        (0..1_000).for_each(|_| frames.record(Duration::from_secs(9)));
        (1..=300).for_each(|micros| frames.record(Duration::from_micros(micros)));
        assert_eq!(frames.percentiles(), FrameTime { p50: 150, p99: 297 });
    }
}
