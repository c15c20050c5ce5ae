//! The calls of the C library that no crate wraps safely: the only unsafe code of the program.

use std::os::fd::{AsRawFd as _, BorrowedFd};

use nix::errno::Errno;
use nix::libc::c_int;
use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, sigaction};

extern "C" fn do_nothing(_signal: c_int) {}

/// Installs a handler that does nothing, without `SA_RESTART`: blocking calls then return `EINTR` when the signal
/// arrives.
///
/// # Errors
/// The error of `sigaction`.
pub(in crate::server) fn install_empty_handler(signal: Signal) -> Result<(), Errno> {
    let action = SigAction::new(SigHandler::Handler(do_nothing), SaFlags::empty(), SigSet::empty());
    #[expect(unsafe_code, reason = "the handler does nothing, so it is safe in a signal context")]
    let before = unsafe { sigaction(signal, &action) };
    before.map(|_| ())
}

/// The size of a socket's send queue: what its peer has not acknowledged (TCP), or has not read (Unix domain).
///
/// # Errors
/// The error of `ioctl`.
pub(in crate::server) fn send_queue(socket: BorrowedFd<'_>) -> Result<usize, Errno> {
    let mut size: c_int = 0;
    #[expect(
        unsafe_code,
        reason = "the descriptor is open, and the kernel writes one `int` to where `size` lives"
    )]
    let result = unsafe { nix::libc::ioctl(socket.as_raw_fd(), nix::libc::TIOCOUTQ, &raw mut size) };
    Errno::result(result)?;
    Ok(usize::try_from(size).unwrap_or(0))
}

/// Limits the allocator to one arena for all threads. Call it before there are other threads. It does nothing with
/// other C libraries than the GNU one.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub fn use_one_arena() {
    #[expect(unsafe_code, reason = "it sets a number within the allocator, which takes its own lock")]
    // `mallopt` refuses negative numbers only.
    let _ = unsafe { nix::libc::mallopt(nix::libc::M_ARENA_MAX, 1) };
}

/// Returns the free pages of the allocator to the system. It does nothing with other C libraries than the GNU one.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub fn return_free_pages() {
    #[expect(unsafe_code, reason = "it touches free memory only, under the allocator's own lock")]
    // The result only says whether there were free pages.
    let _ = unsafe { nix::libc::malloc_trim(0) };
}

/// The number of bytes that the program has allocated, modulo 2³²: only the difference of two values means something.
/// 0 with other C libraries than the GNU one.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub fn allocated() -> u32 {
    #[expect(unsafe_code, reason = "it reads the allocator's counters under the allocator's own lock")]
    let counters = unsafe { nix::libc::mallinfo() };
    counters.uordblks.wrapping_add(counters.hblkhd).cast_unsigned()
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub fn use_one_arena() {}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub fn allocated() -> u32 {
    0
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub fn return_free_pages() {}
