//! Classifies the errors of system calls on a connection.

use std::io;

use crate::event::CloseReason;

/// Whether the caller should repeat the call: it was interrupted, or it would have blocked.
pub(in crate::server) fn is_transient(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::Interrupted | io::ErrorKind::WouldBlock)
}

/// The close reason for an error, and the error's text where the reason does not say it all.
pub(in crate::server) fn reason(error: &io::Error) -> (CloseReason, Option<String>) {
    match error.kind() {
        // `NotConnected`: `shutdown` after an earlier call has reported the client's reset.
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::NotConnected => (CloseReason::PeerReset, None),
        io::ErrorKind::TimedOut => (CloseReason::Timeout, None),
        _ => (CloseReason::Error, Some(error.to_string())),
    }
}
