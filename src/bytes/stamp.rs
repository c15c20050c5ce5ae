//! Timestamps as text.

use jiff::Timestamp;

/// The time `micros` microseconds after the Unix epoch; the end of the year 9999 for later times, which RFC 3339 cannot
/// express.
#[must_use]
pub fn stamp(micros: u64) -> Timestamp {
    let micros = i64::try_from(micros).unwrap_or(i64::MAX);
    Timestamp::from_microsecond(micros).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_expressed_is_the_last_that_can() {
        assert_eq!(stamp(1_700_000_000_000_000).to_string(), "2023-11-14T22:13:20Z");
        for micros in [253_402_300_800_000_000, 1 << 63, u64::MAX] {
            let text = format!("{:.6}", stamp(micros));
            assert!(text.starts_with("9999-12-30T22:00:00"), "{text}");
        }
    }
}
