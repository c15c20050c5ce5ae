//! What the user wants, whichever key, click or hint said so.

use super::focus::Pane;
use super::payload::Way;
use crate::model::{BackendKind, Closing, Hurt};

/// What the user wants.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Command {
    /// End the program.
    Quit,
    /// Show or hide the help.
    Help,
    /// Give this pane the keys.
    Focus(Pane),
    /// Give the next pane the keys.
    NextPane,
    /// Give the previous pane the keys.
    PreviousPane,
    /// Let the pane that has the keys take the whole screen, or give it back.
    Zoom,
    /// Hold rows and pages still, or let them go on.
    Freeze,
    /// Hold a lesson and the display, or let both go on.
    PauseLesson,
    /// Go on to the next caption of a lesson.
    NextCaption,
    /// Follow the newest, or stay.
    Follow,
    /// Serve on the other backend.
    SwitchBackend,
    /// Serve on this backend.
    SwitchTo(BackendKind),
    /// The next theme.
    Theme,
    /// Let the terminal have the mouse, or take it back.
    Mouse,
    /// Draw every cell anew.
    Repaint,
    /// Give the terminal back for a while.
    Suspend,
    /// One step back.
    Back,
    /// Move within what has the keys.
    Move(Motion),
    /// Look into the selected connection.
    Open,
    /// Edit the filter.
    Filter,
    /// Sort by the next column.
    NextSort,
    /// Sort by the previous column.
    PreviousSort,
    /// Sort the other way round.
    InvertSort,
    /// Ask whether to close the selected connection.
    Close(Closing),
    /// Close the connection that was asked about.
    Confirm,
    /// Do not close it.
    Decline,
    /// Put the peer's address on the clipboard.
    CopyPeer,
    /// Select the connection in the row above or below.
    NextConnection,
    /// Select the connection in the row above.
    PreviousConnection,
    /// The next way to show the stream.
    NextView,
    /// The previous way to show it.
    PreviousView,
    /// The next choice of directions.
    NextShown,
    /// The previous choice of directions.
    PreviousShown,
    /// More bytes a row.
    Denser,
    /// Fewer bytes a row.
    Sparser,
    /// The cursor one byte or character on or back.
    Step(Way),
    /// The cursor to the next malformed part.
    Malformed(Way),
    /// In the split view, move on the other side.
    OtherSide,
    /// The next readings, or the ones before.
    Readings(Way),
    /// Type an offset to go to.
    Offset,
    /// Go to the offset that was typed.
    GoToOffset,
    /// Leave the line of the offset.
    LeaveOffset,
    /// Show or hide the targets of the log.
    Targets,
    /// Only the selected target, or all.
    OnlyTarget,
    /// Show more levels of the selected target.
    ShowMore,
    /// Show fewer.
    ShowLess,
    /// Record more levels of the selected target.
    CaptureMore,
    /// Record fewer.
    CaptureLess,
    /// Make it hurt in this way, or end that.
    Hurt(Hurt),
    /// More work a message, for [`Hurt::Work`].
    MoreWork,
    /// Less.
    LessWork,
    /// Change the line that is being typed.
    Edit(Edit),
    /// Keep the filter and leave its line.
    KeepFilter,
    /// Leave the filter's line without a filter.
    ClearFilter,
}

/// A move within a list, a page or a text.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Motion {
    /// One row up.
    RowUp,
    /// One row down.
    RowDown,
    /// One page up.
    PageUp,
    /// One page down.
    PageDown,
    /// Half a page up.
    HalfUp,
    /// Half a page down.
    HalfDown,
    /// To the first row.
    Start,
    /// To the last row.
    End,
    /// This number of rows down, or up when negative, without selecting.
    Rows(i32),
}

impl Motion {
    /// Where this leads from `position`, in a range of `0..=last` that is looked at in pages of `page`.
    #[must_use]
    pub fn apply(self, position: usize, last: usize, page: usize) -> usize {
        let (page, half) = (page.max(1), (page / 2).max(1));
        let to = match self {
            Self::RowUp => position.saturating_sub(1),
            Self::RowDown => position.saturating_add(1),
            Self::PageUp => position.saturating_sub(page),
            Self::PageDown => position.saturating_add(page),
            Self::HalfUp => position.saturating_sub(half),
            Self::HalfDown => position.saturating_add(half),
            Self::Start => 0,
            Self::End => last,
            Self::Rows(rows) => position.saturating_add_signed(rows as isize),
        };
        to.min(last)
    }
}

/// A change of a line of text.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Edit {
    /// Puts a character at the cursor.
    Insert(char),
    /// Removes the character before the cursor.
    Backspace,
    /// Removes the character at the cursor.
    Delete,
    /// Removes the word before the cursor.
    DeleteWord,
    /// Removes everything.
    Clear,
    /// Moves the cursor one character to the left.
    Left,
    /// Moves it one character to the right.
    Right,
    /// Moves it to the start.
    Home,
    /// Moves it to the end.
    End,
}
