//! How times, sizes and numbers are written, on the command line and in lessons. Every error says what would have been
//! right.

use std::num::IntErrorKind;
use std::time::Duration;

/// Milliseconds of a hundred years.
const LONGEST_TIME: u64 = 100 * 365 * 24 * 3_600_000;

/// More would be a whole history in one read, and a buffer that size for each connection.
pub const LARGEST_READ: u64 = 16 * 1024 * 1024;

/// Why a time is refused that is none of less than a century.
pub const TOO_LONG: &str = "it has to be less than a century";

const NOTHING: &str = "it has to be more than nothing";

/// `500ms`, `2s`, `1m`, `1h`; more than nothing.
///
/// # Errors
///
/// What a time looks like, or why this one cannot be.
pub fn time(text: &str) -> Result<Duration, &'static str> {
    let (number, unit) = split(text);
    let millis = match unit {
        "ms" => Some(1),
        "s" => Some(1_000),
        "m" => Some(60_000),
        "h" => Some(3_600_000),
        _ => None,
    };
    let Some(unit) = millis.filter(|_| !number.is_empty()) else {
        return Err("a time is a number and ms, s, m or h, like 500ms or 2s");
    };
    // Only digits: what does not parse is too large.
    match number.parse::<u64>().ok().and_then(|number| number.checked_mul(unit)) {
        Some(0) => Err(NOTHING),
        Some(millis) if millis <= LONGEST_TIME => Ok(Duration::from_millis(millis)),
        _ => Err(TOO_LONG),
    }
}

/// `512`, `512B`, `64KiB`, `1GiB`, in bytes; more than nothing.
///
/// # Errors
///
/// What a size looks like, or why this one cannot be.
pub fn size(text: &str) -> Result<u64, &'static str> {
    let (number, unit) = split(text);
    let shift = match unit {
        "" | "B" => Some(0),
        "KiB" => Some(10),
        "MiB" => Some(20),
        "GiB" => Some(30),
        _ => None,
    };
    let Some(shift) = shift.filter(|_| !number.is_empty()) else {
        return Err("a size is a number with an optional B, KiB, MiB or GiB, like 512 or 64KiB");
    };
    match number.parse::<u64>().ok().and_then(|number| number.checked_mul(1 << shift)) {
        Some(0) => Err(NOTHING),
        Some(bytes) => Ok(bytes),
        None => Err("it is more than any machine has"),
    }
}

/// How many of something; 1 or more.
///
/// # Errors
///
/// That it is no number, or why this one cannot be.
pub fn number(text: &str) -> Result<usize, &'static str> {
    match text.parse::<u32>() {
        Ok(0) => Err("it has to be 1 or more"),
        Ok(number) => Ok(number as usize),
        Err(error) if *error.kind() == IntErrorKind::PosOverflow => Err("that is too many"),
        Err(_) => Err("it is a number, like 1000"),
    }
}

fn split(text: &str) -> (&str, &str) {
    text.split_at(text.find(|ch: char| !ch.is_ascii_digit()).unwrap_or(text.len()))
}
