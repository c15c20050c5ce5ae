//! What this process alone knows: the time by its clock, and a number by which it differs from others.

use std::process;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::event::Timestamp;

/// The time by the clock of this machine.
#[must_use]
pub fn wall_clock() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(u64::try_from(since.as_micros()).unwrap_or(u64::MAX))
}

/// A number that processes of one machine that begin together do not share, spread over all numbers, so that not all of
/// them do the same at the same time.
#[must_use]
pub fn spread() -> u32 {
    process::id().wrapping_mul(2_654_435_761)
}
