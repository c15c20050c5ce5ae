//! Timestamps as text.

use std::fmt::Write as _;

use jiff::Timestamp;

/// The last time that has a text of its own, in microseconds after the Unix epoch: 9999-12-30T22:00:00Z.
const LAST: u64 = 253_402_207_200_000_000;

/// The time `micros` microseconds after the Unix epoch; the end of the year 9999 for later times, which RFC 3339 cannot
/// express.
#[must_use]
pub fn stamp(micros: u64) -> Timestamp {
    let micros = i64::try_from(micros).unwrap_or(i64::MAX);
    Timestamp::from_microsecond(micros).unwrap_or(Timestamp::MAX)
}

/// The texts of times, always with microseconds, so that they sort as text.
///
/// Times that follow each other mostly differ only in their microseconds, and then only these are written again.
#[derive(Debug, Default)]
pub struct StampText {
    /// The microseconds since the Unix epoch of the text, if there is one.
    micros: Option<u64>,
    text: String,
}

impl StampText {
    /// The text of the time `micros` microseconds after the Unix epoch, see [`stamp`].
    pub fn of(&mut self, micros: u64) -> &str {
        let second = |micros: u64| micros / 1_000_000;
        let is_same_second = self.micros.is_some_and(|shown| second(shown) == second(micros));
        if self.micros != Some(micros) {
            self.micros = Some(micros);
            if is_same_second && micros <= LAST {
                // What stands before the microseconds, and behind them the `Z`.
                self.text.truncate("2023-11-14T22:13:20.".len());
                // A text cannot refuse to be written to.
                let _ = write!(self.text, "{:06}Z", micros % 1_000_000);
            } else {
                self.text = format!("{:.6}", stamp(micros));
            }
        }
        &self.text
    }
}

/// Reads a time as microseconds after the Unix epoch; `None` if it is none, or an earlier one.
#[must_use]
pub fn parse(text: &str) -> Option<u64> {
    u64::try_from(text.parse::<Timestamp>().ok()?.as_microsecond()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read() {
        assert_eq!(parse("2023-11-14T22:13:20.000007Z"), Some(1_700_000_000_000_007));
        assert_eq!((parse("1969-12-31T23:59:59Z"), parse("noon")), (None, None));
    }

    #[test]
    fn texts_are_the_same_in_any_order() {
        let mut text = StampText::default();
        let micros =
            [0, 999_999, 1_000_000, 1_000_000, 1_000_001, 1_000_000, 1_700_000_000_000_007, LAST - 1];
        for micros in
            micros.into_iter().chain([LAST, LAST + 1, LAST + 999_999, LAST + 1_000_000, u64::MAX, 5])
        {
            assert_eq!(text.of(micros), format!("{:.6}", stamp(micros)), "{micros}");
        }
    }

    #[test]
    fn what_cannot_be_expressed_is_the_last_that_can() {
        assert_eq!(stamp(1_700_000_000_000_000).to_string(), "2023-11-14T22:13:20Z");
        for micros in [253_402_300_800_000_000, 1 << 63, u64::MAX] {
            let text = format!("{:.6}", stamp(micros));
            assert!(text.starts_with("9999-12-30T22:00:00"), "{text}");
        }
    }
}
