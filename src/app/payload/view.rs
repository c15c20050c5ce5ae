//! What one can choose about the pane: how bytes are shown, which of them, and how many a row.

use crate::model::Direction;

/// What is shown of the bytes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum View {
    /// Hex, and a text column in which each byte has its cell.
    #[default]
    Hex,
    /// Flowing text.
    Text,
    /// Both, side by side.
    Split,
    /// Hex above, and below it how the bits of the character under the cursor make it.
    Anatomy,
    /// Hex above, and below it what other encodings and programs make of the same bytes.
    Readings,
}

impl View {
    const ALL: [Self; 5] = [Self::Hex, Self::Text, Self::Split, Self::Anatomy, Self::Readings];

    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Hex => "hex",
            Self::Text => "text",
            Self::Split => "split",
            Self::Anatomy => "anatomy",
            Self::Readings => "readings",
        }
    }

    /// The one that is `steps` further on, in a circle.
    pub(super) const fn step(self, steps: usize) -> Self {
        Self::ALL[(self as usize + steps) % Self::ALL.len()]
    }

    pub(super) const COUNT: usize = Self::ALL.len();
}

/// One of the two ways to show bytes; in the split view, the half that one moves in.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Side {
    /// Rows of a fixed number of bytes.
    #[default]
    Hex,
    /// Rows of text.
    Text,
}

impl Side {
    /// The other one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Hex => Self::Text,
            Self::Text => Self::Hex,
        }
    }
}

/// Which directions are shown.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Shown {
    /// Both, in the order in which they happened.
    #[default]
    Both,
    /// What was received.
    Received,
    /// What was sent.
    Sent,
}

impl Shown {
    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Both => "both",
            Self::Received => "received",
            Self::Sent => "sent",
        }
    }

    /// Whether a direction is shown.
    #[must_use]
    pub const fn includes(self, direction: Direction) -> bool {
        matches!(
            (self, direction),
            (Self::Both, _) | (Self::Received, Direction::Received) | (Self::Sent, Direction::Sent)
        )
    }

    /// The directions, in their order.
    pub(super) fn directions(self) -> impl Iterator<Item = Direction> {
        Direction::ALL.into_iter().filter(move |direction| self.includes(*direction))
    }

    pub(super) const fn next(self) -> Self {
        match self {
            Self::Both => Self::Received,
            Self::Received => Self::Sent,
            Self::Sent => Self::Both,
        }
    }
}

/// How many bytes make a row of hex, at most; a row that does not fit is halved.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Density {
    /// As many as fit beside the time and the offset.
    #[default]
    Fit,
    /// 8.
    Eight,
    /// 16, if need be without time and offset.
    Sixteen,
    /// 32, if need be without time and offset.
    ThirtyTwo,
}

impl Density {
    /// What one can choose, fewest first.
    pub(super) const CHOICES: [Self; 3] = [Self::Eight, Self::Sixteen, Self::ThirtyTwo];

    pub(super) const fn bytes(self) -> Option<u16> {
        match self {
            Self::Fit => None,
            Self::Eight => Some(8),
            Self::Sixteen => Some(16),
            Self::ThirtyTwo => Some(32),
        }
    }
}
