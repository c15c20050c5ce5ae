//! What the error of a system call on a connection means.

use std::io;

use crate::model::event::CloseReason;

/// A call that was interrupted, or would have blocked, has not failed: it is made again.
pub(super) fn is_to_be_made_again(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::Interrupted | io::ErrorKind::WouldBlock)
}

/// Why the connection ends, and what more there is to say.
pub(super) fn reason(error: &io::Error) -> (CloseReason, Option<String>) {
    match error.kind() {
        // Not connected: shut down after the client's reset was delivered to an earlier call.
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::NotConnected => (CloseReason::PeerReset, None),
        io::ErrorKind::TimedOut => (CloseReason::Timeout, None),
        _ => (CloseReason::Error, Some(error.to_string())),
    }
}
