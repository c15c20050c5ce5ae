//! Where the output goes, and in which colours.

use std::env;
use std::fmt::Display;

use ratatui::backend::IntoCrossterm;

use crate::ui::theme::{Role, Theme};

/// Where the output goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Surface {
    /// To a terminal.
    Terminal(Paint),
    /// To a file or a pipe.
    File,
}

/// How a terminal's lines are coloured.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Paint {
    /// In the colours of the dashboard.
    Coloured,
    /// Without colours.
    Bare,
}

/// The user's choice: no colours with `NO_COLOR` (<https://no-color.org>) or on a terminal that calls itself dumb.
pub(super) fn wanted() -> Paint {
    let unwanted = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let dumb = env::var_os("TERM").is_some_and(|value| value == "dumb");
    if unwanted || dumb { Paint::Bare } else { Paint::Coloured }
}

impl Paint {
    /// The text in the colour of its role.
    pub(super) fn text(self, role: Role, text: impl Display) -> String {
        match self {
            Self::Coloured => Theme::Terminal.style(role).into_crossterm().apply(text).to_string(),
            Self::Bare => text.to_string(),
        }
    }
}
