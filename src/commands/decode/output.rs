//! Where the output goes, and in which colours.

use std::env;
use std::fmt::Display;

use ratatui::backend::IntoCrossterm;

use crate::ui::theme::{Role, Theme};

/// Where the output goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum OutputTarget {
    /// To a terminal.
    Terminal(ColourMode),
    /// To a file or a pipe.
    File,
}

/// How a terminal's lines are coloured.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum ColourMode {
    /// In the colours of the dashboard.
    Coloured,
    /// Without colours.
    Plain,
}

/// The user's choice: no colours with `NO_COLOR` (<https://no-color.org>) or on a terminal that calls itself dumb.
pub(super) fn colour_mode() -> ColourMode {
    let unwanted = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let dumb = env::var_os("TERM").is_some_and(|value| value == "dumb");
    if unwanted || dumb { ColourMode::Plain } else { ColourMode::Coloured }
}

impl ColourMode {
    /// The text in the colour of its role.
    pub(super) fn text(self, role: Role, text: impl Display) -> String {
        match self {
            Self::Coloured => Theme::default().style(role).into_crossterm().apply(text).to_string(),
            Self::Plain => text.to_string(),
        }
    }
}
