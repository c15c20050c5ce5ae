//! Returns freed memory to the system.
//!
//! glibc gives each thread an arena of its own, up to eight per core, and keeps freed memory in them; but the thread
//! of the dashboard frees what the thread of a connection has allocated. So this module limits glibc to one arena and
//! starts a thread that returns free pages. The single arena alone returns next to nothing. Mimalloc, which has a
//! heap per thread, took 4.9 GiB with 9,000 threads in one run.

use std::time::Duration;
use std::{fs, io, thread};

use crate::server::{allocated, return_free_pages, use_one_arena};

/// The interval between checks of the memory usage.
const INTERVAL: Duration = Duration::from_secs(1);
/// Free pages are returned when the memory usage has changed by more than this many bytes.
const THRESHOLD: u32 = 4 << 20;

/// Limits glibc to one arena, and starts the thread that returns free pages. To be called before other threads are
/// started. Does nothing with another C library.
///
/// # Errors
/// When the thread cannot be started.
pub(crate) fn start() -> io::Result<()> {
    if cfg!(not(all(target_os = "linux", target_env = "gnu"))) {
        return Ok(());
    }
    use_one_arena();
    thread::Builder::new().name("heap".to_owned()).stack_size(64 * 1024).spawn(|| {
        let mut after = Memory::now();
        loop {
            thread::sleep(INTERVAL);
            if after.differs_from(&Memory::now()) {
                return_free_pages();
                after = Memory::now();
            }
        }
    })?;
    Ok(())
}

/// The memory usage of the process.
#[derive(Clone, Copy, Debug)]
struct Memory {
    /// Resident bytes; 0 if that cannot be read.
    resident: u64,
    /// See [`allocated`].
    allocated: u32,
}

impl Memory {
    fn now() -> Self {
        Self { resident: resident(), allocated: allocated() }
    }

    /// Whether there may be new free pages since. Freeing does not change resident memory, so both figures are
    /// compared.
    const fn differs_from(&self, now: &Self) -> bool {
        let allocated = now.allocated.wrapping_sub(self.allocated).cast_signed();
        now.resident.abs_diff(self.resident) > THRESHOLD as u64 || allocated.unsigned_abs() > THRESHOLD
    }
}

fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kibibytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kibibytes.unwrap_or(0) * 1024
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_returned_after_much_was_allocated_or_freed() {
        let after = Memory { resident: 100 << 20, allocated: 1 << 20 };
        let change = u64::from(THRESHOLD);
        assert!(!after.differs_from(&after));
        assert!(!after.differs_from(&Memory { resident: after.resident + change, ..after }));
        assert!(after.differs_from(&Memory { resident: after.resident + change + 1, ..after }));
        assert!(after.differs_from(&Memory { resident: after.resident - change - 1, ..after }));
        assert!(!after.differs_from(&Memory { allocated: after.allocated.wrapping_sub(THRESHOLD), ..after }));
        assert!(
            after.differs_from(&Memory { allocated: after.allocated.wrapping_sub(THRESHOLD + 1), ..after })
        );
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn resident_memory_is_known() {
        assert!(resident() > 0);
    }

    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    #[test]
    fn what_is_freed_is_seen() {
        let block = vec![1_u8; 64 << 20];
        let before = Memory::now();
        drop(block);
        assert!(before.differs_from(&Memory::now()));
    }
}
