//! Histograms of durations: percentiles, and logarithmic buckets for drawing.

use crate::event::ids::Timestamp;

/// Number of buckets of a [`Buckets`]: four per decade, from 1 µs to 10 s.
pub const BUCKETS: usize = 28;
/// Number of buckets per decade.
pub const BUCKETS_PER_DECADE: usize = 4;
/// Length of the window of a [`WindowedHistogram`], in seconds.
pub const WINDOW_SECONDS: u64 = 10;
/// Significant digits with which a value is recorded unless the caller chooses.
const DIGITS: u8 = 2;

/// Counts by logarithmic bucket: bucket `c` counts values from `10^(c / 4)` µs on; the first bucket counts shorter ones
/// too, the last one longer ones.
pub type Buckets = [u64; BUCKETS];

/// A histogram of durations in a unit that the caller chooses.
#[derive(Clone, Debug)]
pub struct Histogram(hdrhistogram::Histogram<u64>);

impl Default for Histogram {
    fn default() -> Self {
        Self::new(DIGITS)
    }
}

impl Histogram {
    /// An empty histogram that keeps this number of significant digits of each value, 1 to 5.
    #[must_use]
    pub fn new(digits: u8) -> Self {
        let histogram = hdrhistogram::Histogram::new(digits.clamp(1, 5));
        Self(histogram.unwrap_or_else(|_| unreachable!("one to five digits are allowed")))
    }

    /// Records `times` occurrences of `time`.
    pub fn record(&mut self, time: u64, times: u64) {
        // Recording fails only for values above the maximum of an auto-resizing histogram, which no duration reaches.
        let _ = self.0.record_n(time, times);
    }

    /// Adds all values of another histogram.
    pub fn merge(&mut self, other: &Self) {
        // Adding fails only if the histogram may not resize, and it may.
        let _ = self.0.add(&other.0);
    }

    /// Number of recorded values.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.0.len()
    }

    /// The value at this percentile; `None` if the histogram is empty.
    #[must_use]
    pub fn percentile(&self, percent: f64) -> Option<u64> {
        (self.count() > 0).then(|| self.0.value_at_percentile(percent).min(self.0.max()))
    }

    /// The largest value; `None` if the histogram is empty.
    #[must_use]
    pub fn max(&self) -> Option<u64> {
        (self.count() > 0).then(|| self.0.max())
    }

    /// The counts by logarithmic bucket; the unit must be the microsecond.
    #[must_use]
    pub fn buckets(&self) -> Buckets {
        let mut buckets = [0; BUCKETS];
        for step in self.0.iter_recorded() {
            let decades = (step.value_iterated_to().max(1) as f64).log10();
            let column = (decades * BUCKETS_PER_DECADE as f64) as usize;
            buckets[column.min(BUCKETS - 1)] += step.count_since_last_iteration();
        }
        buckets
    }
}

/// A histogram of the last [`WINDOW_SECONDS`] seconds, in microseconds.
#[derive(Clone, Debug, Default)]
pub struct WindowedHistogram {
    /// One histogram per second, unordered.
    seconds: Vec<(u64, Histogram)>,
}

impl WindowedHistogram {
    /// Records `times` occurrences of `micros` at `at`.
    pub fn record(&mut self, at: Timestamp, micros: u64, times: u64) {
        let second = at.second();
        let place = self.seconds.iter().position(|&(kept, _)| kept == second);
        let place = place.unwrap_or_else(|| {
            self.seconds.retain(|&(kept, _)| kept + WINDOW_SECONDS > second);
            self.seconds.push((second, Histogram::default()));
            self.seconds.len() - 1
        });
        self.seconds[place].1.record(micros, times);
    }

    /// The values of the last [`WINDOW_SECONDS`] seconds before `now`, the current second included.
    #[must_use]
    pub fn at(&self, now: Timestamp) -> Histogram {
        let mut all = Histogram::default();
        for (_, of_second) in self.seconds.iter().filter(|(kept, _)| kept + WINDOW_SECONDS > now.second()) {
            all.merge(of_second);
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_and_shape_count_every_time() {
        let mut histogram = Histogram::default();
        assert_eq!((histogram.percentile(50.0), histogram.max()), (None, None));
        histogram.record(20, 98);
        histogram.record(200_000, 2);
        assert_eq!((histogram.count(), histogram.percentile(50.0)), (100, Some(20)));
        assert_eq!(histogram.max(), histogram.percentile(99.0));
        let buckets = histogram.buckets();
        // 10^(5/4) is 17.8 and 10^(21/4) is 177,828.
        assert_eq!((buckets[5], buckets[21], buckets.iter().sum()), (98, 2, 100_u64));
    }

    #[test]
    fn what_is_out_of_the_shape_is_in_its_ends() {
        let mut histogram = Histogram::default();
        histogram.record(0, 1);
        histogram.record(3_600_000_000, 1);
        assert_eq!((histogram.buckets()[0], histogram.buckets()[BUCKETS - 1]), (1, 1));
    }

    #[test]
    fn old_seconds_are_forgotten() {
        let at = |second: u64| Timestamp(second * 1_000_000 + 1);
        let mut recent = WindowedHistogram::default();
        recent.record(at(100), 50, 1);
        recent.record(at(105), 60, 2);
        assert_eq!(recent.at(at(105)).count(), 3);
        assert_eq!(recent.at(at(110)).count(), 2);
        assert_eq!(recent.at(at(115)).count(), 0);
        recent.record(at(200), 70, 1);
        assert_eq!((recent.at(at(200)).count(), recent.seconds.len()), (1, 1));
    }
}
