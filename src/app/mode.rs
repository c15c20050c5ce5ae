//! Choices of the user that concern more than one pane.

use crate::event::{CloseMode, ConnectionId, Side};

/// Which colour theme is in effect; the themes themselves are defined in `ui`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Palette {
    number: usize,
    count: usize,
}

impl Palette {
    /// The theme of this number, of so many.
    #[must_use]
    pub const fn new(number: usize, count: usize) -> Self {
        Self { number, count }
    }

    /// The number of the theme.
    #[must_use]
    pub const fn number(self) -> usize {
        self.number
    }

    /// The next theme; the last one is followed by the first.
    #[must_use]
    pub const fn next(self) -> Self {
        let next = self.number + 1;
        Self { number: if next < self.count { next } else { 0 }, ..self }
    }
}

/// The input mode: which part of the screen receives keys.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Mode {
    /// The focused pane.
    #[default]
    Panes,
    /// The filter prompt.
    Filter,
    /// The offset prompt.
    Offset,
    /// The prompt for bytes to send.
    Send,
    /// What is held of a connection.
    Hold,
    /// A prompt about what is held.
    HoldInput(HoldInput),
    /// The question whether to do this to a connection.
    Confirm(ConnectionId, Question),
    /// The faults of the traffic, and the prompt that changes them.
    Faults,
    /// The help.
    Help,
}

/// What is typed about held bytes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum HoldInput {
    /// The bytes that take the place of those of the range.
    Replace,
    /// The bytes that go in before the cursor.
    Insert,
    /// The offset from which bytes are held.
    From,
}

/// What is done to a connection only after a question.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Question {
    /// To close it.
    Close(CloseMode),
    /// To end what is sent to this side.
    HalfClose(Side),
    /// To drop the range of held bytes.
    Drop,
}

impl Question {
    /// Returns the mode to which an answer leads.
    #[must_use]
    pub const fn mode_behind(self) -> Mode {
        match self {
            Self::Close(_) | Self::HalfClose(_) => Mode::Panes,
            Self::Drop => Mode::Hold,
        }
    }
}

/// Whether the program or the terminal handles the mouse.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum MouseOwner {
    /// The dashboard handles clicks and the wheel.
    #[default]
    App,
    /// The terminal selects text with the mouse.
    Terminal,
}

/// What stands between the program and the user's clipboard.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Clipboard {
    /// Only the terminal.
    #[default]
    Terminal,
    /// A tmux, which forwards clipboard sequences only if it is configured to.
    Tmux,
}

/// What the log pane shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct LogsView {
    /// Whether the list of targets is visible.
    pub targets: Targets,
    /// The lines that are shown.
    pub lines: Lines,
}

/// Whether the list of targets is visible.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Targets {
    /// The list is hidden.
    #[default]
    Hidden,
    /// The list is visible.
    Shown,
}

/// Which log lines are shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Lines {
    /// The lines of all targets.
    #[default]
    All,
    /// The lines of the selected target.
    Selected,
}
