//! What one step of a decoder finds at the start of some bytes.

use crate::bytes::encoding::reason::Reason;

/// Whether the stream has ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum End {
    Open,
    Reached,
}

/// The unit at the start of some bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum CodeUnit {
    /// Not decided yet.
    Open,
    Characters {
        len: usize,
        first: char,
        second: Option<char>,
    },
    Malformed {
        len: usize,
        reason: Reason,
    },
    Shift {
        len: usize,
    },
}

impl CodeUnit {
    /// A character of `len` bytes.
    pub(super) const fn character(len: usize, ch: char) -> Self {
        Self::Characters { len, first: ch, second: None }
    }

    pub(super) const fn malformed(len: usize, reason: Reason) -> Self {
        Self::Malformed { len, reason }
    }

    /// The start of a character: not decided, or the end of the stream cuts it.
    pub(super) const fn cut(bytes: &[u8], end: End) -> Self {
        match end {
            End::Open => Self::Open,
            End::Reached => Self::malformed(bytes.len(), Reason::Incomplete),
        }
    }
}
