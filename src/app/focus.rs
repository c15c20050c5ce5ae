//! The panes, and which of them is focused.

/// A part of the screen that can be focused.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Pane {
    /// The table of connections.
    #[default]
    Clients,
    /// The bytes of the selected connection.
    Stream,
    /// Throughput, and the comparison of the backends.
    Backends,
    /// The log.
    Logs,
}

impl Pane {
    /// All panes, in the order of their numbers.
    pub const ALL: [Self; 4] = [Self::Clients, Self::Stream, Self::Backends, Self::Logs];

    /// Returns the name on the tab.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Clients => "Clients",
            Self::Stream => "Stream",
            Self::Backends => "Backends",
            Self::Logs => "Logs",
        }
    }

    /// Returns the pane's number, which is also its key.
    #[must_use]
    pub const fn number(self) -> usize {
        self as usize + 1
    }

    /// Returns the next pane; the last one is followed by the first.
    #[must_use]
    pub const fn next(self) -> Self {
        Self::ALL[(self as usize + 1) % Self::ALL.len()]
    }

    /// Returns the previous pane; the first one is preceded by the last.
    #[must_use]
    pub const fn previous(self) -> Self {
        Self::ALL[(self as usize + Self::ALL.len() - 1) % Self::ALL.len()]
    }
}

/// Whether the focused pane fills the screen.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Zoom {
    /// The focused pane has its place among the others.
    #[default]
    Off,
    /// The focused pane fills the screen.
    On,
}

impl Zoom {
    /// Returns the other value.
    #[must_use]
    pub const fn toggled(self) -> Self {
        match self {
            Self::Off => Self::On,
            Self::On => Self::Off,
        }
    }
}
