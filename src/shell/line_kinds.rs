//! The kinds of lines of the headless output.

use crate::event::Fact;

/// The kind of a line of the headless output.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[expect(
    missing_docs,
    reason = "each is the fact of the same name, `Clock` is `ClockStepped`; `Decoded` follows from `Bytes`, `Ended` is last"
)]
pub enum LineKind {
    Listening,
    Opened,
    Bytes,
    Decoded,
    InputEnded,
    Slow,
    Flowing,
    Closed,
    Missed,
    Switching,
    HandedOver,
    Switched,
    SwitchFailed,
    Blocked,
    Unblocked,
    Refused,
    Failed,
    Clock,
    Ended,
}

impl LineKind {
    /// All kinds.
    pub const ALL: [Self; 19] = [
        Self::Listening,
        Self::Opened,
        Self::Bytes,
        Self::Decoded,
        Self::InputEnded,
        Self::Slow,
        Self::Flowing,
        Self::Closed,
        Self::Missed,
        Self::Switching,
        Self::HandedOver,
        Self::Switched,
        Self::SwitchFailed,
        Self::Blocked,
        Self::Unblocked,
        Self::Refused,
        Self::Failed,
        Self::Clock,
        Self::Ended,
    ];

    /// The name of the kind, on the command line and in JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Listening => "listening",
            Self::Opened => "opened",
            Self::Bytes => "bytes",
            Self::Decoded => "decoded",
            Self::InputEnded => "input-ended",
            Self::Slow => "slow",
            Self::Flowing => "flowing",
            Self::Closed => "closed",
            Self::Missed => "missed",
            Self::Switching => "switching",
            Self::HandedOver => "handed-over",
            Self::Switched => "switched",
            Self::SwitchFailed => "switch-failed",
            Self::Blocked => "blocked",
            Self::Unblocked => "unblocked",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::Clock => "clock",
            Self::Ended => "ended",
        }
    }

    /// The kind of the line that reports `fact`; `None` for facts that are not printed.
    pub(crate) const fn of(fact: &Fact) -> Option<Self> {
        Some(match fact {
            Fact::Listening { .. } => Self::Listening,
            Fact::Opened { .. } => Self::Opened,
            Fact::Bytes { .. } | Fact::Trimmed { .. } => Self::Bytes,
            Fact::InputEnded { .. } => Self::InputEnded,
            Fact::Slow { .. } => Self::Slow,
            Fact::Flowing { .. } => Self::Flowing,
            Fact::Closed { .. } => Self::Closed,
            Fact::Missed { .. } => Self::Missed,
            Fact::Switching { .. } => Self::Switching,
            Fact::HandedOver { .. } => Self::HandedOver,
            Fact::Switched { .. } => Self::Switched,
            Fact::SwitchFailed { .. } => Self::SwitchFailed,
            Fact::Blocked { .. } => Self::Blocked,
            Fact::Unblocked { .. } => Self::Unblocked,
            Fact::Refused { .. } => Self::Refused,
            Fact::Failed { .. } => Self::Failed,
            Fact::ClockStepped { .. } => Self::Clock,
            Fact::Stopped => Self::Ended,
            Fact::Worked { .. } => return None,
        })
    }
}

/// A set of kinds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct LineKinds(u32);

impl LineKinds {
    /// Every kind.
    pub const ALL: Self = Self(u32::MAX);

    /// Whether the set contains `kind`.
    #[must_use]
    pub const fn has(self, kind: LineKind) -> bool {
        self.0 & (1 << kind as u32) != 0
    }
}

impl FromIterator<LineKind> for LineKinds {
    fn from_iter<I: IntoIterator<Item = LineKind>>(kinds: I) -> Self {
        Self(kinds.into_iter().fold(0, |set, kind| set | 1 << kind as u32))
    }
}
