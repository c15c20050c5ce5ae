//! How a publisher is, as a watcher sees it.

/// How a publisher is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HostState {
    /// The first pages of its state are on their way.
    Joining,
    /// What is known of it is right.
    Live,
    /// It was not heard of for some seconds.
    Stale,
    /// It has ended, or was not heard of for long.
    Gone,
    /// Events are missing, and new pages of its state are on their way.
    Behind,
    /// Two programs publish under one name.
    Clash,
    /// The bus is gone, so nothing is known.
    Unknown,
}

impl HostState {
    /// The name of the state, on screen and in JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Joining => "joining",
            Self::Live => "live",
            Self::Stale => "stale",
            Self::Gone => "gone",
            Self::Behind => "behind",
            Self::Clash => "clash",
            Self::Unknown => "unknown",
        }
    }
}
