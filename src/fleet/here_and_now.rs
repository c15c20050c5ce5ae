//! What this process alone knows: the time by its clock, and a number by which it differs from others, and who
//! runs it.

use std::env;
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

/// The name under which something is asked for: the user and the machine. Nothing proves it.
#[must_use]
pub fn claimed_name() -> String {
    let user = ["USER", "LOGNAME"].into_iter().find_map(|name| env::var(name).ok());
    let machine = nix::unistd::gethostname().unwrap_or_default();
    format!("{}@{}", user.as_deref().unwrap_or("unknown"), machine.to_string_lossy())
}
