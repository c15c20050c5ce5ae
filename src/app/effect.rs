//! What `update` asks the shell to do. Only the runtime carries these out.

use super::mode::Pointer;
use crate::model::{BackendKind, Closing, ConnectionId, Hurt, Pain};

/// Something to do, outside.
#[must_use]
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Effect {
    /// Serve on this backend from now on.
    Switch(BackendKind),
    /// Close a connection.
    Close(ConnectionId, Closing),
    /// Begin to hurt in this way; one that goes on already changes to this.
    Hurt(Pain),
    /// End it.
    Heal(Hurt),
    /// End the program in order.
    Quit,
    /// Give the terminal back and stop (Ctrl-Z).
    Suspend,
    /// Give the mouse to the terminal, or take it back.
    Mouse(Pointer),
    /// Draw every cell anew.
    Repaint,
    /// Move in the log pane, whose state belongs to the logger.
    Logs(LogsCommand),
    /// Put text on the terminal's clipboard (OSC 52).
    Copy(String),
    /// Hold a lesson, or let it go on.
    Lesson(LessonControl),
}

/// What a lesson can be told.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum LessonControl {
    /// Hold its time.
    Pause,
    /// Let its time go on.
    Resume,
    /// Go on to the next caption at once.
    Next,
}

/// What the log pane can be told.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum LogsCommand {
    /// Show or hide the list of targets.
    ToggleTargets,
    /// Only the selected target, or all again.
    FocusTarget,
    /// Next target down or up.
    TargetDown,
    /// Next target up.
    TargetUp,
    /// Show less of the selected target.
    ShowLess,
    /// Show more of it.
    ShowMore,
    /// Record less of the selected target.
    CaptureLess,
    /// Record more of it.
    CaptureMore,
    /// This number of lines towards the newest, or towards the oldest when negative.
    Scroll(i32),
    /// To the oldest line that is kept.
    Oldest,
    /// Follow the newest again.
    Follow,
}
