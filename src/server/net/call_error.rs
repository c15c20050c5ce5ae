//! Classifies the errors of system calls on a connection.

use std::io;

use crate::event::{CloseReason, Side};

/// Whether the caller should repeat the call: it was interrupted, or it would have blocked.
pub(in crate::server) fn is_transient(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::Interrupted | io::ErrorKind::WouldBlock)
}

/// The close reason for an error on a side, and the error's text where the reason does not say it all.
pub(in crate::server) fn reason(side: Side, error: &io::Error) -> (CloseReason, Option<String>) {
    let upstream = side == Side::Upstream;
    match error.kind() {
        // `NotConnected`: `shutdown` after an earlier call has reported the client's reset.
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::NotConnected => match side {
            Side::Client => (CloseReason::PeerReset, None),
            Side::Upstream => (CloseReason::UpstreamReset, None),
        },
        io::ErrorKind::TimedOut => {
            (CloseReason::Timeout, upstream.then(|| "the upstream does not respond".to_owned()))
        }
        _ if upstream => (CloseReason::Error, Some(format!("upstream: {error}"))),
        _ => (CloseReason::Error, Some(error.to_string())),
    }
}
