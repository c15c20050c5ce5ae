//! What the user has chosen that is more than one pane's business.

use crate::model::{Closing, ConnectionId};

/// Which colours; what they are is not known here.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Palette {
    /// The terminal's own.
    #[default]
    Terminal,
    /// None.
    Mono,
}

/// What the keys are for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Mode {
    /// The pane that has the keys.
    #[default]
    Panes,
    /// The line of the filter.
    Filter,
    /// The line of an offset to go to.
    Offset,
    /// The question whether to close this client.
    Confirm(ConnectionId, Closing),
    /// The help.
    Help,
}

/// Whether the program or the terminal has the mouse.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Pointer {
    /// The dashboard: clicks and the wheel act on it.
    #[default]
    Here,
    /// The terminal, which selects text with it.
    Terminal,
}

/// What stands between the program and the user's clipboard.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Clipboard {
    /// The terminal alone.
    #[default]
    Terminal,
    /// A tmux, which passes text on only if it is told to.
    Tmux,
}

/// What is shown of the log.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct LogsView {
    /// The list of targets.
    pub targets: Targets,
    /// The lines.
    pub lines: Lines,
}

/// Whether the list of targets is there.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Targets {
    /// It is not.
    #[default]
    Hidden,
    /// It is.
    Shown,
}

/// Whose lines are shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Lines {
    /// Those of all targets.
    #[default]
    All,
    /// Those of the selected target.
    Selected,
}
