//! What an engine says about the next bytes of a message.

use crate::bytes::frame::mark::Reason;

/// Places are counted from the beginning of the bytes that were given. They may be negative, if the border is among
/// bytes that were given before.
#[derive(Debug)]
pub(super) enum Step {
    /// The message goes on behind all of the bytes.
    More,
    /// The bytes before `at` are a message or lie outside. The engine has looked at everything before `resume`.
    Border { kind: Kind, at: i64, resume: usize },
    /// The message ends this many bytes from the beginning of the bytes, perhaps behind all of them. The field that says
    /// so is at `field`, and `shown` bytes were needed to know it.
    Ends { length: u64, field: i64, shown: usize },
    /// Something is wrong. If the fault does not stop the framing, it goes on at `resume`.
    Fault { at: i64, resume: usize, reason: Reason, stops: bool },
}

/// What lies before a border.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Message,
    Outside,
}

/// What the first bytes of a message say about its length.
#[derive(PartialEq, Eq, Debug)]
pub(super) enum Size {
    /// The bytes do not suffice yet.
    More,
    /// The length of the whole message, and where in it the field is that says so.
    Total { length: u64, field: usize },
    /// A field that cannot be.
    Fault { field: usize, reason: Reason },
}

impl Step {
    /// The same, counted from a place that is `before` bytes earlier.
    pub(super) fn behind(self, before: usize) -> Self {
        match self {
            Self::More => Self::More,
            Self::Border { kind, at, resume } => {
                Self::Border { kind, at: at + offset(before), resume: resume + before }
            }
            Self::Ends { length, field, shown } => Self::Ends {
                length: length.saturating_add(before as u64),
                field: field + offset(before),
                shown: shown + before,
            },
            Self::Fault { at, resume, reason, stops } => {
                Self::Fault { at: at + offset(before), resume: resume + before, reason, stops }
            }
        }
    }

    /// The message ends before `at`, which is among the bytes or right behind them.
    pub(super) fn message(at: usize) -> Self {
        Self::Border { kind: Kind::Message, at: offset(at), resume: at }
    }
}

/// A length of a slice as a signed number.
pub(super) fn offset(at: usize) -> i64 {
    i64::try_from(at).unwrap_or(i64::MAX)
}
