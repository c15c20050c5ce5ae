//! What the dashboard is given when it starts, and never changes.

use ratatui::layout::Size;

use crate::app::display::Palette;
use crate::app::keymap::Keymap;
use crate::event::Timestamp;
use crate::model::Budget;

/// The fixed values that the dashboard is given when it starts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Setup {
    /// The memory limits for the histories.
    pub budget: Budget,
    /// The offset of local time from UTC, in seconds.
    pub utc_offset_seconds: i32,
    /// The colour palette to begin with.
    pub theme: Palette,
    /// The time at which the dashboard starts.
    pub now: Timestamp,
    /// The terminal's size, in cells.
    pub size: Size,
    /// What limits the number of connections, one text per line; may be empty.
    pub capacity: Vec<String>,
    /// The addresses of the servers that connections are relayed to, without repetition; none unless they are relayed.
    pub upstreams: Vec<String>,
    /// The program's version.
    pub version: String,
    /// How text reaches the user's clipboard.
    pub clipboard: Clipboard,
    /// Which keys run which commands.
    pub keymap: Keymap,
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
