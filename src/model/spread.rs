//! Histograms of durations: percentiles, and logarithmic buckets for drawing.

use super::ids::Moment;

/// Number of buckets of a [`Shape`]: four per decade, from 1 µs to 10 s.
pub const COLUMNS: usize = 28;
/// Number of buckets per decade.
pub const COLUMNS_A_DECADE: usize = 4;
/// Length of the window of a [`Recent`], in seconds.
pub const RECENT_SECONDS: u64 = 10;
/// Significant digits with which a value is recorded unless the caller chooses.
const DIGITS: u8 = 2;

/// Counts by logarithmic bucket: bucket `c` counts values from `10^(c / 4)` µs on; the first bucket counts shorter ones
/// too, the last one longer ones.
pub type Shape = [u64; COLUMNS];

/// A histogram of durations in a unit that the caller chooses.
#[derive(Clone, Debug)]
pub struct Spread(hdrhistogram::Histogram<u64>);

impl Default for Spread {
    fn default() -> Self {
        Self::new(DIGITS)
    }
}

impl Spread {
    /// An empty histogram that keeps this number of significant digits of each value, 1 to 5.
    #[must_use]
    pub fn new(digits: u8) -> Self {
        let histogram = hdrhistogram::Histogram::new(digits.clamp(1, 5));
        Self(histogram.unwrap_or_else(|_| unreachable!("one to five digits are allowed")))
    }

    /// Records `times` occurrences of `time`.
    pub fn note(&mut self, time: u64, times: u64) {
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
    pub fn longest(&self) -> Option<u64> {
        (self.count() > 0).then(|| self.0.max())
    }

    /// The counts by logarithmic bucket; the unit must be the microsecond.
    #[must_use]
    pub fn shape(&self) -> Shape {
        let mut shape = [0; COLUMNS];
        for step in self.0.iter_recorded() {
            let decades = (step.value_iterated_to().max(1) as f64).log10();
            let column = (decades * COLUMNS_A_DECADE as f64) as usize;
            shape[column.min(COLUMNS - 1)] += step.count_since_last_iteration();
        }
        shape
    }
}

/// A histogram of the last [`RECENT_SECONDS`] seconds, in microseconds.
#[derive(Clone, Debug, Default)]
pub struct Recent {
    /// One histogram per second, unordered.
    seconds: Vec<(u64, Spread)>,
}

impl Recent {
    /// Records `times` occurrences of `micros` at `at`.
    pub fn note(&mut self, at: Moment, micros: u64, times: u64) {
        let second = at.second();
        let place = self.seconds.iter().position(|&(kept, _)| kept == second);
        let place = place.unwrap_or_else(|| {
            self.seconds.retain(|&(kept, _)| kept + RECENT_SECONDS > second);
            self.seconds.push((second, Spread::default()));
            self.seconds.len() - 1
        });
        self.seconds[place].1.note(micros, times);
    }

    /// The values of the last [`RECENT_SECONDS`] seconds before `now`, the current second included.
    #[must_use]
    pub fn until(&self, now: Moment) -> Spread {
        let mut all = Spread::default();
        for (_, of_second) in self.seconds.iter().filter(|(kept, _)| kept + RECENT_SECONDS > now.second()) {
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
        let mut spread = Spread::default();
        assert_eq!((spread.percentile(50.0), spread.longest()), (None, None));
        spread.note(20, 98);
        spread.note(200_000, 2);
        assert_eq!((spread.count(), spread.percentile(50.0)), (100, Some(20)));
        assert_eq!(spread.longest(), spread.percentile(99.0));
        let shape = spread.shape();
        // 10^(5/4) is 17.8 and 10^(21/4) is 177,828.
        assert_eq!((shape[5], shape[21], shape.iter().sum()), (98, 2, 100_u64));
    }

    #[test]
    fn what_is_out_of_the_shape_is_in_its_ends() {
        let mut spread = Spread::default();
        spread.note(0, 1);
        spread.note(3_600_000_000, 1);
        assert_eq!((spread.shape()[0], spread.shape()[COLUMNS - 1]), (1, 1));
    }

    #[test]
    fn old_seconds_are_forgotten() {
        let at = |second: u64| Moment(second * 1_000_000 + 1);
        let mut recent = Recent::default();
        recent.note(at(100), 50, 1);
        recent.note(at(105), 60, 2);
        assert_eq!(recent.until(at(105)).count(), 3);
        assert_eq!(recent.until(at(110)).count(), 2);
        assert_eq!(recent.until(at(115)).count(), 0);
        recent.note(at(200), 70, 1);
        assert_eq!((recent.until(at(200)).count(), recent.seconds.len()), (1, 1));
    }
}
