//! Sizes, durations and counts as short text, for the screen and for reports.

const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

/// Formats a number of bytes in at most 8 cells: `0 B`, `1.2 KiB`, `99.9 MiB`, `1023 GiB`. Rounds down, so that a
/// figure never claims more than there is.
#[must_use]
pub fn size(bytes: u64) -> String {
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let power = (bytes.ilog2() / 10) as usize;
    let tenths = (u128::from(bytes) * 10) >> (10 * power);
    let (whole, tenth) = (tenths / 10, tenths % 10);
    let unit = UNITS[power - 1];
    if whole >= 100 { format!("{whole} {unit}") } else { format!("{whole}.{tenth} {unit}") }
}

/// Formats a size beside its limit, in the unit of the limit: `3.1 of 256 MiB`.
#[must_use]
pub fn size_within(bytes: usize, most: usize) -> String {
    let power = (most.max(1024).ilog2() / 10) as usize;
    let tenths = |bytes: usize| (bytes as u128 * 10) >> (10 * power);
    let plain = |tenths: u128| {
        if tenths.is_multiple_of(10) || tenths >= 1000 {
            format!("{}", tenths / 10)
        } else {
            format!("{}.{}", tenths / 10, tenths % 10)
        }
    };
    format!("{} of {} {}", plain(tenths(bytes)), plain(tenths(most)), UNITS[power - 1])
}

/// Formats an age in at most 6 cells up to 99 days: `7s`, `2m14s`, `3h05m`, `12d03h`.
#[must_use]
pub fn age(micros: u64) -> String {
    let seconds = micros / 1_000_000;
    let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400);
    if minutes == 0 {
        format!("{seconds}s")
    } else if hours == 0 {
        format!("{minutes}m{:02}s", seconds % 60)
    } else if days == 0 {
        format!("{hours}h{:02}m", minutes % 60)
    } else {
        format!("{days}d{:02}h", hours % 24)
    }
}

/// Formats a duration in three digits: `850 µs`, `1.88 ms`, `34.2 ms`, `310 ms`, `1.23 s`. Rounds down.
#[must_use]
pub fn duration(micros: u64) -> String {
    let (unit, thousandths) = match micros {
        0..1_000 => return format!("{micros} µs"),
        1_000..1_000_000 => ("ms", micros),
        _ => ("s", micros / 1_000),
    };
    let (whole, rest) = (thousandths / 1_000, thousandths % 1_000);
    match whole {
        0..10 => format!("{whole}.{:02} {unit}", rest / 10),
        10..100 => format!("{whole}.{} {unit}", rest / 100),
        _ => format!("{whole} {unit}"),
    }
}

/// Formats a duration in three digits without a space, in at most 6 cells up to 999 s: `850µs`, `1.88ms`.
#[must_use]
pub fn duration_compact(micros: u64) -> String {
    duration(micros).replace(' ', "")
}

/// Formats a duration in two digits, in at most 5 cells up to 99 s: `850µs`, `1.8ms`, `34ms`.
#[must_use]
pub fn duration_coarse(micros: u64) -> String {
    let (unit, tenths) = match micros {
        0..1_000 => return duration_compact(micros),
        1_000..1_000_000 => ("ms", micros / 100),
        _ => ("s", micros / 100_000),
    };
    if tenths < 100 {
        format!("{}.{}{unit}", tenths / 10, tenths % 10)
    } else {
        format!("{}{unit}", tenths / 10)
    }
}

/// Formats a count in at most 5 cells below 10¹²: `9,999`, `12.3k`, `4.56M`. Rounds down.
#[must_use]
pub fn count_compact(number: u64) -> String {
    let (unit, thousandths) = match number {
        0..10_000 => return count(number),
        10_000..1_000_000 => ("k", number),
        1_000_000..1_000_000_000 => ("M", number / 1_000),
        _ => ("G", number / 1_000_000),
    };
    let (whole, rest) = (thousandths / 1_000, thousandths % 1_000);
    match whole {
        0..10 => format!("{whole}.{:02}{unit}", rest / 10),
        10..100 => format!("{whole}.{}{unit}", rest / 100),
        _ => format!("{whole}{unit}"),
    }
}

/// Formats a count with separated thousands: `84,210`.
#[must_use]
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Formats a count with its noun, in the plural unless the count is 1: `1 connection`, `84,210 connections`.
#[must_use]
pub fn plural(number: u64, one: &str) -> String {
    format!("{} {one}{}", count(number), if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_short_and_never_too_large() {
        let cases = [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.0 KiB"),
            (1024 * 1024 - 1, "1023 KiB"),
            (1_258_291, "1.1 MiB"),
            (99 * 1024 * 1024 + 1024 * 1023, "99.9 MiB"),
            (u64::MAX, "15.9 EiB"),
        ];
        assert_eq!(cases.map(|(bytes, _)| size(bytes)), cases.map(|(_, text)| text));
        assert_eq!(size_within(3_250_586, 256 << 20), "3.1 of 256 MiB");
        assert_eq!(size_within(0, 100), "0 of 0 KiB");
    }

    #[test]
    fn times_are_read_at_a_glance() {
        let second = 1_000_000;
        let cases = [(7, "7s"), (134, "2m14s"), (11_100, "3h05m"), (86_400 * 12 + 3 * 3_600, "12d03h")];
        assert_eq!(cases.map(|(seconds, _)| age(seconds * second)), cases.map(|(_, text)| text));
        assert_eq!([850, 310_211, 1_250_000].map(duration), ["850 µs", "310 ms", "1.25 s"]);
        assert_eq!([850, 2_480, 12_300, 1_250_000].map(duration_coarse), ["850µs", "2.4ms", "12ms", "1.2s"]);
        assert_eq!([850, 12_300, 1_250_000].map(duration_compact), ["850µs", "12.3ms", "1.25s"]);
        assert_eq!(
            [9_999, 12_345, 123_456, 4_567_890].map(count_compact),
            ["9,999", "12.3k", "123k", "4.56M"]
        );
        assert_eq!(
            [0, 999, 1_000, 84_210, 1_234_567].map(count),
            ["0", "999", "1,000", "84,210", "1,234,567"]
        );
    }

    #[test]
    fn one_is_one() {
        assert_eq!(plural(1, "connection"), "1 connection");
        assert_eq!(plural(0, "connection"), "0 connections");
        assert_eq!(plural(12_000, "line"), "12,000 lines");
    }
}
