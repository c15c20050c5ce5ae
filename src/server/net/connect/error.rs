//! Why a connect failed.

use std::fmt;
use std::io;

use nix::errno::Errno;

use crate::bytes::safe;

/// No address of an upstream could be connected to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::server) struct ConnectError {
    /// What was tried, in this order.
    pub(in crate::server) attempts: Vec<FailedAttempt>,
}

/// One address that could not be connected to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::server) struct FailedAttempt {
    /// The address, or the host whose name could not be resolved.
    pub(in crate::server) address: String,
    /// Why, in words that are safe to print.
    pub(in crate::server) why: String,
}

impl ConnectError {
    pub(super) const fn new(attempts: Vec<FailedAttempt>) -> Self {
        Self { attempts }
    }
}

impl FailedAttempt {
    pub(super) fn new(address: &impl fmt::Display, why: &str) -> Self {
        Self { address: address.to_string(), why: safe::line(why) }
    }

    pub(super) fn of(address: &impl fmt::Display, error: &io::Error) -> Self {
        Self::new(address, &words(error))
    }

    pub(super) fn timed_out(address: &impl fmt::Display) -> Self {
        Self::new(address, "no answer in time")
    }

    pub(super) fn full_backlog(address: &impl fmt::Display) -> Self {
        Self::new(address, "its backlog stayed full")
    }

    pub(super) fn unresolved(host: &impl fmt::Display) -> Self {
        Self::new(host, "its name was not resolved in time")
    }
}

/// The error as the system words it, within a sentence.
fn words(error: &io::Error) -> String {
    let Some(code) = error.raw_os_error() else { return error.to_string() };
    let words = Errno::from_raw(code).desc();
    let mut rest = words.chars();
    rest.next().map(|first| first.to_lowercase().chain(rest).collect()).unwrap_or_default()
}

/// `127.0.0.1:1: connection refused; [::1]:1: connection refused`.
impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, FailedAttempt { address, why, .. }) in self.attempts.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}{address}: {why}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ConnectError {}
