//! Timestamps as text.

use jiff::Timestamp;

/// The time `micros` microseconds after the Unix epoch; the end of the year 9999 for later times, which RFC 3339 cannot
/// express.
#[must_use]
pub fn stamp(micros: u64) -> Timestamp {
    let micros = i64::try_from(micros).unwrap_or(i64::MAX);
    Timestamp::from_microsecond(micros).unwrap_or(Timestamp::MAX)
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
    fn what_cannot_be_expressed_is_the_last_that_can() {
        assert_eq!(stamp(1_700_000_000_000_000).to_string(), "2023-11-14T22:13:20Z");
        for micros in [253_402_300_800_000_000, 1 << 63, u64::MAX] {
            let text = format!("{:.6}", stamp(micros));
            assert!(text.starts_with("9999-12-30T22:00:00"), "{text}");
        }
    }
}
