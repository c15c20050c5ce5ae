//! Questions about connections.

use crate::event::{CloseMode, ConnectionId, Side};

/// A question about a connection.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Confirm {
    /// The connection.
    pub connection: ConnectionId,
    /// What is asked.
    pub question: Question,
}

/// What is done to a connection only after a question.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Question {
    /// To close it.
    Close(CloseMode),
    /// To end what is sent to this side.
    HalfClose(Side),
    /// To drop the range of held bytes.
    Drop,
}
