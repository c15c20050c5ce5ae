//! What became of one connection.

use crate::event::ConnectionId;

/// What became of one connection.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Played {
    pub(super) connection: ConnectionId,
    /// The number of places where the bytes of the other side differ.
    pub(super) found: u64,
    /// The number of those that were told one by one.
    pub(super) told: u64,
    /// What else was not as in the recording.
    pub(super) deviation: Option<Deviation>,
}

/// Something that was not as in the recording, beside bytes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Deviation {
    /// The number of bytes that the other side had sent.
    pub(super) offset: u64,
    /// What happened, as a sentence.
    pub(super) detail: String,
}

impl Played {
    /// The number of differences.
    pub(super) fn differences(&self) -> u64 {
        self.found + u64::from(self.deviation.is_some())
    }
}
