//! Parsing of durations, sizes and numbers, on the command line and in lessons. Every error message says what would be
//! valid.

// Not by `humantime`, `jiff` or `bytesize`: they accept more (`0s`, `1h 30min`, `1.5k`), and their errors list other units.

use std::num::IntErrorKind;

/// A hundred years in milliseconds.
const LONGEST_TIME: u64 = 100 * 365 * 24 * 3_600_000;

/// The largest size of a read. A larger one would exceed the history, and each connection would need a buffer of that
/// size.
pub const LARGEST_READ: u64 = 16 * 1024 * 1024;

/// The error of a duration that is too long.
pub const TOO_LONG: &str = "it has to be less than a century";

const NOTHING: &str = "it has to be more than nothing";

/// Parses a duration greater than zero, and returns its milliseconds: `500ms`, `2s`, `1m`, `1h`.
///
/// # Errors
///
/// The syntax of a duration, or why this one is out of range.
pub fn millis(text: &str) -> Result<u64, &'static str> {
    let (number, unit) = split(text);
    let unit = match unit {
        "ms" => Some(1),
        "s" => Some(1_000),
        "m" => Some(60_000),
        "h" => Some(3_600_000),
        _ => None,
    };
    let Some(unit) = unit.filter(|_| !number.is_empty()) else {
        return Err("a time is a number and ms, s, m or h, like 500ms or 2s");
    };
    // The number consists of digits only, so it is too large if it does not parse.
    match number.parse::<u64>().ok().and_then(|number| number.checked_mul(unit)) {
        Some(0) => Err(NOTHING),
        Some(millis) if millis <= LONGEST_TIME => Ok(millis),
        _ => Err(TOO_LONG),
    }
}

/// Parses a size greater than zero, in bytes: `512`, `512B`, `64KiB`, `1GiB`.
///
/// # Errors
///
/// The syntax of a size, or why this one is out of range.
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

/// Parses a count of 1 or more.
///
/// # Errors
///
/// Either the text is not a number, or the number is out of range.
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
