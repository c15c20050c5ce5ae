//! App events: the inputs of the dashboard.

use std::net::{IpAddr, SocketAddr};

use bytes::Bytes;
use ratatui::crossterm::event::{KeyEvent, MouseEvent};

use crate::app::action::Action;
use crate::app::demo::lesson::LessonProgress;
use crate::app::hosts::HostNews;
use crate::app::recording::RecordingNews;
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
    /// What became of a text that tmux was given for the clipboard.
    Copied(CopyResult),
    /// A command that bytes were given to has ended.
    Piped(PipeResult),
    /// Something became of the recording that is looked into.
    Reading(RecordingNews),
    /// Something became of the hosts that are watched.
    Hosts(HostNews),
    /// A file that was to be sent could not be read; the text says why.
    FileNotSent(String),
    /// How far a recording is.
    Recording(RecordingReport),
}

/// What is said about a recording.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RecordingReport {
    /// It has begun.
    Started {
        /// Its path.
        path: String,
    },
    /// It goes on.
    Running(RecordingProgress),
    /// It is over.
    Ended {
        /// How far it came.
        progress: RecordingProgress,
        /// Why it is not complete, if it is not.
        failure: Option<String>,
    },
    /// Something with this name exists already, and was not to be replaced.
    Exists,
    /// It could not begin.
    NotStarted {
        /// Its path.
        path: String,
        /// The error.
        why: String,
    },
}

/// How far a recording is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RecordingProgress {
    /// Its path.
    pub path: String,
    /// The number of bytes that are written.
    pub written: u64,
    /// The number of reads and writes that are not in it.
    pub missed: u64,
}

/// What became of a text that tmux was given for the clipboard.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum CopyResult {
    /// It took the text.
    GivenToTmux {
        /// What the text is.
        what: String,
    },
    /// It did not; the text was sent to the terminal instead.
    SentInstead {
        /// What the text is.
        what: String,
        /// The reason.
        why: String,
    },
}

/// The end of a command that bytes were given to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PipeResult {
    /// How it ended.
    pub end: PipeEnd,
    /// What it wrote to its standard output.
    pub output: PipeText,
    /// What it wrote to its standard error.
    pub errors: PipeText,
}

/// How a command ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PipeEnd {
    /// With this status.
    Exited(i32),
    /// By this signal.
    Signalled(i32),
    /// The user stopped it.
    Stopped,
    /// It could not be started, for this reason.
    NotStarted(String),
}

/// What a command wrote, as far as it is kept.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PipeText {
    /// The first bytes.
    pub bytes: Bytes,
    /// The number of all bytes.
    pub length: u64,
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
