//! What the user has chosen that is more than one pane's business.

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
    /// The help.
    Help,
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
