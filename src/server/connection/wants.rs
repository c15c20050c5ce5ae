//! What the state machine of a connection wants from its backend.

use std::time::Duration;

/// The call that the backend makes next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::server) enum Wants {
    /// Read what the client sends.
    Read,
    /// Write the pending bytes.
    Write,
    /// Send FIN.
    ShutDown,
    /// After our FIN: keep reading for at most this long, so that closing destroys no answer.
    Drain(Duration),
    /// Close: drop the connection.
    Close,
}

/// What the executor of a connection does after it has applied the requests.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::server) enum ControlAction {
    /// Continue to serve.
    Continue,
    /// Release the connection for the other backend.
    HandOver,
    /// Close with RST.
    Reset,
}
