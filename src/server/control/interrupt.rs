//! Interrupts a thread in a blocking system call, by a signal whose handler does nothing.
//!
//! Installed without `SA_RESTART`, it makes `recv`, `send` and `poll` return `EINTR` or a short count, at no cost per
//! message. The crates that install handlers safely all set `SA_RESTART`, so this one call is ours. `SIGURG` is
//! ignored by default, and nothing else in this program uses it.

use std::io;
use std::sync::OnceLock;

use nix::errno::Errno;
use nix::sys::pthread::{Pthread, pthread_kill, pthread_self};
use nix::sys::signal::Signal;

use crate::server::net::c_library::install_empty_handler;

/// A handle to interrupt a thread. It is only valid while that thread lives: see `Control`.
#[derive(Clone, Copy, Debug)]
pub(in crate::server) struct InterruptHandle(Pthread);

impl InterruptHandle {
    /// The handle of the calling thread.
    pub(in crate::server) fn this_thread() -> Self {
        Self(pthread_self())
    }

    /// Makes the thread's blocking call return. Harmless while the thread is not in one.
    pub(in crate::server) fn interrupt(self) {
        // The only error is a thread that has ended, and then there is no thread to interrupt.
        let _ = pthread_kill(self.0, Signal::SIGURG);
    }
}

/// Installs the handler, once for the process.
///
/// # Errors
/// The error of `sigaction`.
pub(in crate::server) fn install() -> io::Result<()> {
    static INSTALLED: OnceLock<Result<(), Errno>> = OnceLock::new();
    let installed = INSTALLED.get_or_init(|| install_empty_handler(Signal::SIGURG));
    installed.map_err(io::Error::from)
}
