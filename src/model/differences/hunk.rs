//! Where two streams are not equal.

use std::ops::Range;

/// How the bytes of two streams are paired.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Alignment {
    /// By their offsets.
    #[default]
    Offset,
    /// By what they are: bytes that one of the streams has in addition shift those behind them.
    Content,
}

impl Alignment {
    /// The other one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Offset => Self::Content,
            Self::Content => Self::Offset,
        }
    }
}

/// Why bytes are not equal.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum HunkKind {
    /// They are different, or only one of the streams has them.
    Different,
    /// Those of one of the streams are not known: they are trimmed, or were missed.
    Unknown,
}

/// A part of both streams that is not equal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hunk {
    /// Why.
    pub kind: HunkKind,
    /// Its first position.
    pub at: u64,
    /// Its offsets on the left.
    pub left: Range<u64>,
    /// Its offsets on the right.
    pub right: Range<u64>,
    /// The number of differences up to this hunk, which is the number of this one if it is a difference.
    pub nth: u64,
}

impl Hunk {
    /// The number of its positions.
    #[must_use]
    pub fn len(&self) -> u64 {
        (self.left.end - self.left.start).max(self.right.end - self.right.start)
    }

    /// Whether it has no position; it always has one.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The position behind it.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.at + self.len()
    }
}

/// What stands at one position.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place {
    /// The offset of the byte on the left, if there is one.
    pub left: Option<u64>,
    /// The offset of the byte on the right, if there is one.
    pub right: Option<u64>,
    /// Why they are not equal; `None` if they are.
    pub difference: Option<HunkKind>,
}
