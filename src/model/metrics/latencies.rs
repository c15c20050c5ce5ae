//! The histogram of latencies.

/// The upper bounds, in microseconds.
pub(super) const BOUNDS: [u32; 15] = [
    50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000,
    5_000_000,
];

/// A histogram.
#[derive(Debug, Default)]
pub(super) struct Latencies {
    /// For each bound, the number of values above the bound before it and up to this one.
    pub(super) counts: [u64; BOUNDS.len()],
    /// Values above the last bound.
    pub(super) above: u64,
    pub(super) sum_micros: u64,
}

impl Latencies {
    /// Adds a value that stands for `weight` of them.
    pub(super) fn record(&mut self, micros: u32, weight: u32) {
        let place = BOUNDS.partition_point(|&bound| bound < micros);
        *self.counts.get_mut(place).unwrap_or(&mut self.above) += u64::from(weight);
        self.sum_micros += u64::from(micros) * u64::from(weight);
    }
}
