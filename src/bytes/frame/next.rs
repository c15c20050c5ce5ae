//! What lines of text say about what follows them.

use crate::bytes::frame::mark::Reason;

/// What follows a line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Next {
    /// Another line of this message.
    Line,
    /// The next message.
    Message,
    /// This many bytes, then another line of this message.
    Skip(u64),
    /// This many bytes, then the next message.
    Ends(u64),
    /// Bytes up to NUL, then the next message.
    Nul,
    /// Everything up to the end of the stream.
    Rest,
    Fault(Reason),
}

/// What comes behind a message that says so.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Behind {
    /// Anything, without borders.
    Anything,
    /// Frames of WebSocket.
    Frames,
}
