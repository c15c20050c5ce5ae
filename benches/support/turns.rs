//! Contenders measured in turns, so that what slows the machine for a while slows them all; and what can be said of
//! the figures: the median and how far they spread.
//!
//! Ratios within a round are what is worth telling. Absolute figures belong to the machine and the minute.

use std::fmt;
use std::io;

/// Lets each contender run once a round and gives what came of it, by contender. Each round begins with another one, so
/// that nobody always runs behind the same.
///
/// # Errors
/// The first that a contender has; nobody runs after it.
pub(crate) fn in_turns<T>(
    rounds: usize,
    contenders: usize,
    mut run: impl FnMut(usize) -> io::Result<T>,
) -> io::Result<Vec<Vec<T>>> {
    let mut came: Vec<Vec<T>> = (0..contenders).map(|_| Vec::with_capacity(rounds)).collect();
    for round in 0..rounds {
        for turn in 0..contenders {
            let who = (round + turn) % contenders;
            came[who].push(run(who)?);
        }
    }
    Ok(came)
}

/// The figures of one contender by those of another, round by round.
pub(crate) fn ratios(ours: &[f64], other: &[f64]) -> Spread {
    let ratios: Vec<f64> = ours.iter().zip(other).map(|(ours, other)| ours / other).collect();
    Spread::of(&ratios)
}

/// The median of some figures, the least and the greatest.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spread {
    /// Half of the figures are no greater.
    pub(crate) median: f64,
    /// The least.
    pub(crate) min: f64,
    /// The greatest.
    pub(crate) max: f64,
}

impl Spread {
    /// Of no figures: not a number.
    pub(crate) fn of(figures: &[f64]) -> Self {
        let mut sorted = figures.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        let at = |index: usize| sorted.get(index).copied().unwrap_or(f64::NAN);
        let last = sorted.len().saturating_sub(1);
        Self { median: f64::midpoint(at(last / 2), at(sorted.len() / 2)), min: at(0), max: at(last) }
    }
}

impl fmt::Display for Spread {
    /// To two places, for ratios: `0.97 (0.93..1.02)`. Small ones would be nothing: they have four.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places = if self.median < 0.1 { 4 } else { 2 };
        f.pad(&format!("{:.places$} ({:.places$}..{:.places$})", self.median, self.min, self.max))
    }
}
