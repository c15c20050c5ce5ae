//! Memory that was freed goes back to the system.
//!
//! The C library gives each thread an arena of its own, up to eight for each core, and keeps what was freed in them: what
//! the thread of a connection allocates, the thread of the dashboard frees. So there is one arena, and a thread that
//! returns its free pages. One arena alone returns next to nothing. Mimalloc, which has a heap for each thread, took
//! 4.9 GiB with 9,000 threads in one run.

use std::fs;
use std::io;
use std::thread;
use std::time::Duration;

use crate::server::{return_free_pages, use_one_arena};

/// How often resident memory is looked at.
const INTERVAL: Duration = Duration::from_secs(1);
/// Free pages are returned when resident memory has changed by more than this since the last time, in KiB.
const CHANGE: u64 = 4 * 1024;

/// Limits the C library to one arena, and starts the thread that returns free pages. To be called before there are other
/// threads. Does nothing where the C library has no such calls.
///
/// # Errors
/// The system gave us no thread.
pub(super) fn keep_small() -> io::Result<()> {
    if cfg!(not(all(target_os = "linux", target_env = "gnu"))) {
        return Ok(());
    }
    use_one_arena();
    thread::Builder::new().name("heap".to_owned()).stack_size(64 * 1024).spawn(|| {
        let mut after = resident();
        loop {
            thread::sleep(INTERVAL);
            if is_worth_it(after, resident()) {
                return_free_pages();
                after = resident();
            }
        }
    })?;
    Ok(())
}

/// Whether much has been allocated or freed since resident memory was `after` KiB.
const fn is_worth_it(after: u64, now: u64) -> bool {
    now.abs_diff(after) > CHANGE
}

/// Resident memory in KiB; 0 if that cannot be read.
fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_returned_after_much_was_allocated_or_freed() {
        assert!(!is_worth_it(100_000, 100_000 + CHANGE));
        assert!(is_worth_it(100_000, 100_001 + CHANGE));
        assert!(is_worth_it(100_000, 99_999 - CHANGE));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn resident_memory_is_known() {
        assert!(resident() > 0);
    }
}
