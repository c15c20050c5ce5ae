//! What the dashboard is given when it starts, and never changes.

use ratatui::layout::Size;

use crate::app::display::Palette;
use crate::app::keymap::Keymap;
use crate::bytes::safe::Charset;
use crate::event::{Direction, Timestamp};
use crate::model::Budget;
use crate::model::payload::PayloadFiles;

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
    /// The names of the recordings that are looked into, if it is not a server.
    pub opened: Option<OpenedFiles>,
    /// What is watched, if it is many machines and not a server.
    pub watching: Option<Watching>,
    /// The program's version.
    pub version: String,
    /// How text reaches the user's clipboard.
    pub clipboard: Clipboard,
    /// The characters that the terminal can show.
    pub charset: Charset,
    /// Which keys run which commands.
    pub keymap: Keymap,
}

/// What is watched of many machines.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Watching {
    /// The address of the broker.
    pub bus: String,
    /// Whether hosts may be asked for actions.
    pub acting: Acting,
}

/// Whether hosts may be asked for actions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Acting {
    /// They are only looked at.
    ReadOnly,
    /// They may be asked.
    Allowed,
}

/// The names of the recordings that are looked into.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct OpenedFiles {
    /// The recording, or the first of two.
    pub first: String,
    /// The second of two that are compared.
    pub second: Option<String>,
    /// What reads their bytes again, if they are files that can be read again.
    pub payload: Option<PayloadFiles>,
    /// What it is played to, if it is played to a real program.
    pub replay: Option<ReplayTo>,
}

/// What a recording is played to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReplayTo {
    /// The server that its clients are played to; `None` if its server is played to clients.
    pub server: Option<String>,
    /// The direction whose bytes are compared.
    pub compared: Direction,
}

impl OpenedFiles {
    /// Returns the names of two recordings, each with the letter that tells them apart where only their start is shown.
    #[must_use]
    pub fn both(&self) -> Option<[String; 2]> {
        let second = self.second.as_ref()?;
        Some([format!("A {}", self.first), format!("B {second}")])
    }

    /// Returns all of it as a title.
    #[must_use]
    pub fn title(&self) -> String {
        self.both().map_or_else(|| self.first.clone(), |both| both.join(", "))
    }
}

/// What stands between the program and the user's clipboard.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Clipboard {
    /// Only the terminal.
    #[default]
    Terminal,
    /// A tmux, which is given the text as a buffer, and passes it on itself.
    Tmux,
    /// A screen, which passes sequences on in short pieces.
    Screen,
}

impl Clipboard {
    /// Returns the length of the longest text that is sent, in bytes. Nothing tells when less arrives.
    #[must_use]
    pub const fn longest(self) -> usize {
        match self {
            // In Base64, that is the longest sequence that tmux reads.
            Self::Terminal | Self::Tmux => 750_000,
            // More was never seen to pass.
            Self::Screen => 100_000,
        }
    }

    /// Returns the words for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Terminal => "the terminal's clipboard",
            Self::Tmux => "tmux",
            Self::Screen => "screen",
        }
    }
}
