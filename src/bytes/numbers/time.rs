//! Points in time that are stored as numbers.

use jiff::Timestamp;

use super::number::Number;

/// Seconds from the epoch of NTP, 1900, to that of Unix, 1970.
const NTP_EPOCH: u64 = 2_208_988_800;

/// Times before the year 2100 are told, in seconds since 1970.
const END: u64 = 4_102_444_800;

/// Times from 2000 to 2050 are likely.
const LIKELY: std::ops::Range<u64> = 946_684_800..2_524_608_000;

/// Seconds since 1970.
pub(super) fn unix_seconds(seconds: u64) -> Option<Number> {
    told(seconds, |time| time.strftime("%Y-%m-%d %H:%M:%SZ").to_string(), 0)
}

/// Milliseconds since 1970.
pub(super) fn unix_millis(millis: u64) -> Option<Number> {
    let nanos = (millis % 1_000 * 1_000_000) as i32;
    told(millis / 1_000, |time| time.strftime("%Y-%m-%d %H:%M:%S.%3fZ").to_string(), nanos)
}

/// A time stamp of NTP: seconds since 1900 in the upper half, the fraction of a second in the lower half. A number of
/// seconds that is smaller than a half counts from 2036 on (RFC 4330, section 3).
pub(super) fn ntp(stamp: u64) -> Option<Number> {
    let (seconds, fraction) = (stamp >> 32, stamp & 0xffff_ffff);
    let era = if seconds >> 31 == 1 { 0 } else { 1 << 32 };
    let nanos = ((fraction * 1_000_000_000) >> 32) as i32;
    let seconds = (seconds + era).checked_sub(NTP_EPOCH)?;
    told(seconds, |time| time.strftime("%Y-%m-%d %H:%M:%S.%3fZ").to_string(), nanos)
}

fn told(seconds: u64, text: impl Fn(Timestamp) -> String, nanos: i32) -> Option<Number> {
    let known = Some(seconds).filter(|seconds| *seconds < END)?;
    let time = Timestamp::new(known.cast_signed(), nanos).ok()?;
    Some(Number { text: text(time), is_likely: LIKELY.contains(&known) })
}
