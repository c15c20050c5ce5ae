//! The speed of a lesson.

use std::time::Duration;

/// The smallest and the largest speed, in hundredths.
const BOUNDS: (u32, u32) = (25, 100 * 100);

/// A factor from 0.25 to 100 by which the times of a lesson are divided.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Speed {
    hundredths: u32,
}

impl Speed {
    /// The speed at which the lesson's times are as written.
    pub const AS_WRITTEN: Self = Self { hundredths: 100 };

    /// Parses a number with at most two decimals: `4`, `0.5`, `1.25`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (whole, behind) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |text: &str| !text.is_empty() && text.chars().all(|digit| digit.is_ascii_digit());
        if !digits(whole) || !digits(behind) || behind.len() > 2 {
            return None;
        }
        let part: u32 = format!("{behind:0<2}").parse().ok()?;
        let hundredths = whole.parse::<u32>().ok()?.checked_mul(100)?.checked_add(part)?;
        (BOUNDS.0..=BOUNDS.1).contains(&hundredths).then_some(Self { hundredths })
    }

    /// The duration of a lesson's `time` at this speed.
    pub(super) fn shorten(self, time: Duration) -> Duration {
        time.saturating_mul(100) / self.hundredths
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_speed_is_a_number_between_a_quarter_and_a_hundred() {
        for (text, millis) in [("1", 1_000), ("0.25", 4_000), ("0.5", 2_000), ("1.25", 800), ("100", 10)] {
            let speed = Speed::parse(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(speed.shorten(Duration::from_secs(1)), Duration::from_millis(millis), "{text}");
        }
        for text in ["", "0", "0.2", "0.24", "100.01", "101", "-1", "+1", "1.", ".5", "1.234", "1e1", "x"] {
            assert_eq!(Speed::parse(text), None, "{text}");
        }
        assert_eq!(Speed::parse("1"), Some(Speed::AS_WRITTEN));
    }

    #[test]
    fn the_longest_time_is_not_too_long() {
        let century = Duration::from_secs(100 * 365 * 24 * 3_600);
        assert_eq!(Speed::parse("0.25").unwrap().shorten(century), century * 4);
    }
}
