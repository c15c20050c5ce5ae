//! The panes, and which of them has the keys.

/// A part of the screen that can have the keys.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Pane {
    /// The table of connections.
    #[default]
    Clients,
    /// The bytes of the selected connection.
    Stream,
    /// Throughput, and both backends side by side.
    Backends,
    /// The log.
    Logs,
}

impl Pane {
    /// All, in the order of their numbers.
    pub const ALL: [Self; 4] = [Self::Clients, Self::Stream, Self::Backends, Self::Logs];

    /// Its name on the tab.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Clients => "Clients",
            Self::Stream => "Stream",
            Self::Backends => "Backends",
            Self::Logs => "Logs",
        }
    }

    /// Its number, which is its key too.
    #[must_use]
    pub const fn number(self) -> usize {
        self as usize + 1
    }

    /// The one after it, in a circle.
    #[must_use]
    pub const fn next(self) -> Self {
        Self::ALL[(self as usize + 1) % Self::ALL.len()]
    }

    /// The one before it, in a circle.
    #[must_use]
    pub const fn previous(self) -> Self {
        Self::ALL[(self as usize + Self::ALL.len() - 1) % Self::ALL.len()]
    }
}

/// Whether the pane that has the keys takes the whole screen.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Zoom {
    /// It has its place among the others.
    #[default]
    Off,
    /// It has all.
    On,
}

impl Zoom {
    /// The other one.
    #[must_use]
    pub const fn toggled(self) -> Self {
        match self {
            Self::Off => Self::On,
            Self::On => Self::Off,
        }
    }
}
