//! What a connection tells the backend that serves it.

use std::time::Duration;

/// The call that comes next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Step {
    /// Read what the client sends.
    Read,
    /// Write what is owed.
    Write,
    /// Send FIN.
    ShutDown,
    /// After our FIN: read on for at most this long, so that closing destroys nothing.
    Drain(Duration),
    /// Close: drop the connection.
    Close,
}

/// What the requests that came in mean for who serves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Heeded {
    /// Go on.
    GoOn,
    /// Give the connection back.
    HandOver,
    /// Make the close that follows a reset.
    Reset,
}
