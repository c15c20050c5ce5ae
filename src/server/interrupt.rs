//! Takes a thread out of a blocking system call: a signal whose handler does nothing.
//!
//! Installed without `SA_RESTART`, it makes `recv`, `send` and `poll` return `EINTR` or a short count, at no cost per
//! message. The crates that install handlers safely all set `SA_RESTART`, so this one call is ours. `SIGURG` is
//! ignored by default, and nothing else in this program uses it.

use std::io;
use std::sync::OnceLock;

use nix::errno::Errno;
use nix::sys::pthread::{Pthread, pthread_kill, pthread_self};
use nix::sys::signal::Signal;

use super::c_library::install_empty_handler;

/// A thread that can be interrupted. Only valid while that thread lives: see `Control`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Target(Pthread);

impl Target {
    /// The thread that calls this.
    pub(super) fn this_thread() -> Self {
        Self(pthread_self())
    }

    /// Makes its blocking call return. Harmless while it is not in one.
    pub(super) fn interrupt(self) {
        // The only error is a thread that is gone, and then there is nobody to wake.
        let _gone = pthread_kill(self.0, Signal::SIGURG);
    }
}

/// Installs the handler, once for the process.
///
/// # Errors
/// What `sigaction` says.
pub(super) fn install() -> io::Result<()> {
    static INSTALLED: OnceLock<Result<(), Errno>> = OnceLock::new();
    let installed = INSTALLED.get_or_init(|| install_empty_handler(Signal::SIGURG));
    installed.map_err(io::Error::from)
}
