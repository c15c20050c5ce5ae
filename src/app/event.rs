//! App events: the inputs of the dashboard.

use std::net::{IpAddr, SocketAddr};

use ratatui::crossterm::event::{KeyEvent, MouseEvent};

use crate::app::action::Action;
use crate::app::demo::lesson::LessonProgress;
use crate::event::{FaultKind, Stamped, Timestamp};
use crate::model::process::Sample;

/// An input of the dashboard. Everything that `update` knows of the world arrives in one of these.
#[derive(Clone, PartialEq, Debug)]
pub enum AppEvent {
    /// Events that the server has reported.
    Reported(Vec<Stamped>),
    /// A key press or repeat; releases never get here.
    Key(KeyEvent),
    /// A mouse action.
    Mouse(MouseEvent),
    /// Pasted text.
    Pasted(String),
    /// The terminal has a new size, in cells.
    Resized {
        /// Columns.
        width: u16,
        /// Rows.
        height: u16,
    },
    /// The current time; everything that happened before it has been reported. Comes about once a second while the
    /// dashboard runs, so that ages and rates advance.
    Ticked(Timestamp),
    /// The operating system's figures of the process: about once a second, or more often between fast switches.
    Sampled(Sample),
    /// A lesson runs an action that a key could run.
    ActionRequested(Action),
    /// A lesson presses this key.
    Pressed(KeyEvent),
    /// A lesson has come to this caption; `None` means that it has ended.
    Lesson(Option<LessonProgress>),
    /// A lesson sets the caption; an empty text removes it.
    CaptionChanged(String),
    /// The client at this address is a built-in client with this name.
    ClientNamed(SocketAddr, String),
    /// Clients that connect from this address are built-in load clients with this name.
    GroupNamed(IpAddr, String),
    /// A lesson selects the client at this address.
    ClientSelected(SocketAddr),
    /// A fault could not be started, or has ended by itself; the text says why.
    FaultEnded(FaultKind, String),
    /// Nothing else is to be done, so about this number of bytes can be searched. Comes while
    /// [`App::is_searching`](crate::app::App::is_searching).
    Idle(usize),
    /// What became of a file that was to be written.
    Saved(SaveResult),
    /// A file that was to be sent could not be read; the text says why.
    FileNotSent(String),
}

/// What became of a file that was to be written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SaveResult {
    /// It was written.
    Written {
        /// Its path.
        path: String,
        /// The number of bytes in it.
        bytes: u64,
    },
    /// There is a file with this name already, and it was not to be overwritten.
    Exists,
    /// It could not be written.
    Failed {
        /// Its path.
        path: String,
        /// The error.
        why: String,
    },
}
