//! Measuring candidates in turns, so that a disturbance of the machine affects all of them; and the statistics of the
//! figures: the median and the spread.
//!
//! Only ratios within a round are worth reporting. Absolute figures depend on the machine and the minute.

use std::fmt;
use std::io;

/// Runs each candidate once per round and returns the results by candidate. Each round starts with another candidate,
/// so that none always runs after the same one.
///
/// # Errors
/// The first error of a candidate; none runs after it.
pub(crate) fn in_turns<T>(
    rounds: usize,
    candidates: usize,
    mut run: impl FnMut(usize) -> io::Result<T>,
) -> io::Result<Vec<Vec<T>>> {
    let mut results: Vec<Vec<T>> = (0..candidates).map(|_| Vec::with_capacity(rounds)).collect();
    for round in 0..rounds {
        for turn in 0..candidates {
            let candidate = (round + turn) % candidates;
            results[candidate].push(run(candidate)?);
        }
    }
    Ok(results)
}

/// The ratios of one candidate's figures to another's, round by round.
pub(crate) fn ratios(ours: &[f64], other: &[f64]) -> MedianRange {
    let ratios: Vec<f64> = ours.iter().zip(other).map(|(ours, other)| ours / other).collect();
    MedianRange::of(&ratios)
}

/// The median, the smallest and the largest of some figures.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MedianRange {
    /// The median.
    pub(crate) median: f64,
    /// The smallest figure.
    pub(crate) min: f64,
    /// The largest figure.
    pub(crate) max: f64,
}

impl MedianRange {
    /// The spread of these figures; NaN without figures.
    pub(crate) fn of(figures: &[f64]) -> Self {
        let mut sorted = figures.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        let at = |index: usize| sorted.get(index).copied().unwrap_or(f64::NAN);
        let last = sorted.len().saturating_sub(1);
        Self { median: f64::midpoint(at(last / 2), at(sorted.len() / 2)), min: at(0), max: at(last) }
    }
}

impl fmt::Display for MedianRange {
    /// Writes two decimals, for ratios: `0.97 (0.93..1.02)`. Small figures would be zero, so they have four.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places = if self.median < 0.1 { 4 } else { 2 };
        f.pad(&format!("{:.places$} ({:.places$}..{:.places$})", self.median, self.min, self.max))
    }
}
