//! What `update` asks the shell to do. Only the runtime carries effects out.

use super::command::LogsCommand;
use super::mode::MouseOwner;
use crate::event::{BackendKind, CloseMode, ConnectionId, Fault, FaultKind};

/// An action outside of the app.
#[must_use]
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Effect {
    /// Serve on this backend from now on.
    Switch(BackendKind),
    /// Close a connection.
    Close(ConnectionId, CloseMode),
    /// Start this fault, or change its parameters if it is active.
    StartFault(Fault),
    /// End a fault.
    EndFault(FaultKind),
    /// Shut the program down.
    Quit,
    /// Restore the terminal and stop the process (Ctrl-Z).
    Suspend,
    /// Give the mouse to the terminal, or take it back.
    Mouse(MouseOwner),
    /// Redraw every cell.
    Repaint,
    /// Control the log pane, whose state belongs to the logger.
    Logs(LogsCommand),
    /// Put text on the terminal's clipboard (OSC 52).
    Copy(String),
    /// Pause, resume or advance a lesson.
    Lesson(LessonControl),
}

/// A control command for a lesson.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum LessonControl {
    /// Stop the lesson's clock.
    Pause,
    /// Let the lesson's clock run.
    Resume,
    /// Jump to the next caption.
    Next,
}
