//! What `update` asks the shell to do. Only the runtime carries effects out.

use bytes::Bytes;

use super::action::{LogsAction, TimelineStep};
use crate::app::display::MouseOwner;
use crate::app::hosts::HostId;
use crate::event::{BackendKind, Command, ConnectionId, Side, Timestamp};

/// An action outside of the app.
#[must_use]
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Effect {
    /// Pass this command to the server. Faults that clients make are started and ended here instead.
    Server(Command),
    /// Ask this host to serve on this backend.
    SwitchHost {
        /// The host.
        host: HostId,
        /// The backend.
        to: BackendKind,
    },
    /// Read this file, and send what is in it to this side of the connection, or of all connections.
    SendFile {
        /// The path of the file.
        path: String,
        /// The side that gets the bytes.
        to: Side,
        /// The connection; `None` for all.
        connection: Option<ConnectionId>,
    },
    /// Write this file, and say what became of it.
    Save(SavedFile),
    /// Pass these commands to the server now, and again each time this number of microseconds has passed. It takes the
    /// place of what was repeated before.
    Repeat {
        /// The commands.
        commands: Vec<Command>,
        /// The time between two, in microseconds.
        every: u64,
    },
    /// Repeat nothing any more.
    EndRepeat,
    /// Shut the program down.
    Quit,
    /// Restore the terminal and stop the process (Ctrl-Z).
    Suspend,
    /// Give the mouse to the terminal, or take it back.
    Mouse(MouseOwner),
    /// Redraw every cell.
    Repaint,
    /// Control the log pane, whose state is outside of the app.
    Logs(LogsAction),
    /// Take this step on the timeline of the recording.
    Timeline(TimelineStep),
    /// Show the recording up to this time.
    GoToTime(Timestamp),
    /// Put text on the user's clipboard. If tmux is given it, say what became of it.
    Copy(CopiedText),
    /// Give bytes to this command, and say when it has ended.
    Pipe(PipedBytes),
    /// Stop that command.
    StopPipe,
    /// Record what happens from now on, and say what comes of it.
    Record(RecordedFile),
    /// End the recording.
    EndRecording,
    /// Pause, resume or advance a lesson.
    Lesson(LessonControl),
}

/// Text that is put on the clipboard.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CopiedText {
    /// The text.
    pub text: String,
    /// What it is, as the user is told.
    pub what: String,
}

/// Bytes that are given to a command.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PipedBytes {
    /// The command, for a shell.
    pub command: String,
    /// What it reads from its standard input.
    pub bytes: Bytes,
}

/// A file that is to be written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SavedFile {
    /// The path.
    pub path: String,
    /// The bytes.
    pub bytes: Bytes,
    /// Whether a file of this name may be overwritten.
    pub overwrite: bool,
}

/// A file, or a directory, that is recorded to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RecordedFile {
    /// The path.
    pub path: String,
    /// Whether what exists there may be replaced.
    pub replace: bool,
}

/// A control action for a lesson.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum LessonControl {
    /// Stop the lesson's clock.
    Pause,
    /// Let the lesson's clock run.
    Resume,
    /// Jump to the next caption.
    Next,
}
