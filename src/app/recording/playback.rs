//! How the events of a recording are passed on: all at once, or as time goes by.

use std::fmt;

use crate::event::Timestamp;

/// How a recording is played.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Playback {
    /// Whether it is.
    pub pace: Pace,
    /// How fast.
    pub speed: PlaySpeed,
    /// The time up to which it is shown.
    pub at: Timestamp,
}

/// Whether a recording is played.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Pace {
    /// Everything is shown as soon as it has been read.
    #[default]
    Whole,
    /// It is shown up to some time.
    Paused,
    /// It is shown as time goes by.
    Playing,
}

/// How fast a recording is played, in hundredths of its own speed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PlaySpeed(u32);

impl PlaySpeed {
    /// As fast as it was recorded.
    pub const NORMAL: Self = Self(100);
    const SLOWEST: u32 = 1;
    const FASTEST: u32 = 1_000_000;

    /// Reads a number like `2` or `0.25`; `None` if it is none between 0.01 and 10000.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let hundredths = (text.parse::<f64>().ok()? * 100.0).round();
        let range = f64::from(Self::SLOWEST)..=f64::from(Self::FASTEST);
        range.contains(&hundredths).then_some(Self(hundredths as u32))
    }

    /// Returns twice the speed.
    #[must_use]
    pub fn faster(self) -> Self {
        Self((self.0 * 2).min(Self::FASTEST))
    }

    /// Returns half the speed.
    #[must_use]
    pub fn slower(self) -> Self {
        Self((self.0 / 2).max(Self::SLOWEST))
    }

    /// Returns how far a recording goes in so many microseconds.
    #[must_use]
    pub fn distance(self, micros: u64) -> u64 {
        let distance = u128::from(micros) * u128::from(self.0) / 100;
        u64::try_from(distance).unwrap_or(u64::MAX)
    }

    /// Returns how many microseconds a recording takes for such a distance.
    #[must_use]
    pub fn time_for(self, distance: u64) -> u64 {
        let micros = (u128::from(distance) * 100).div_ceil(u128::from(self.0));
        u64::try_from(micros).unwrap_or(u64::MAX)
    }
}

impl Default for PlaySpeed {
    fn default() -> Self {
        Self::NORMAL
    }
}

/// `2x`, `0.25x`.
impl fmt::Display for PlaySpeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x", f64::from(self.0) / 100.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speeds_are_read_and_shown() {
        for (text, shown) in [("1", "1x"), ("2.5", "2.5x"), ("0.25", "0.25x"), ("10000", "10000x")] {
            assert_eq!(PlaySpeed::parse(text).unwrap().to_string(), shown);
        }
        for text in ["0", "-1", "NaN", "inf", "10001", "fast", ""] {
            assert_eq!(PlaySpeed::parse(text), None, "{text}");
        }
        let fastest = PlaySpeed::parse("10000").unwrap();
        assert_eq!((fastest.faster(), PlaySpeed(1).slower()), (fastest, PlaySpeed(1)));
        assert_eq!(PlaySpeed::NORMAL.faster().slower(), PlaySpeed::NORMAL);
    }

    #[test]
    fn time_and_distance_fit_together() {
        let speed = PlaySpeed::parse("2.5").unwrap();
        assert_eq!((speed.distance(10), speed.time_for(25)), (25, 10));
        assert_eq!(speed.time_for(1), 1, "never too early");
        assert_eq!(PlaySpeed::parse("10000").unwrap().distance(u64::MAX), u64::MAX);
    }
}
