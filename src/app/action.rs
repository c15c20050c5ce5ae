//! The actions of the dashboard, whichever key, click, hint or lesson they come from.

mod finding;
mod help;
mod hosts;
mod stream;
mod timeline;

pub use finding::{
    CompareAction, ExportAction, FindAction, MarkAction, PipeAction, RecordAction, ReplayAction,
};
pub use help::{HelpAction, PaletteAction};
pub use hosts::HostsAction;
pub use stream::{MessageAction, StreamAction};
pub use timeline::{TimelineAction, TimelineStep};

use crate::app::focus::Pane;
use crate::event::{BackendKind, CloseMode, FaultKind, Side};

/// An action, whichever key, click, hint or lesson it comes from.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Action {
    /// Shut the program down.
    Quit,
    /// Shut the program down, from every prompt and overlay too.
    Interrupt,
    /// An action for the help.
    Help(HelpAction),
    /// An action for the palette.
    Palette(PaletteAction),
    /// Answer the question that is open.
    Answer(Answer),
    /// Focus this pane.
    Focus(Pane),
    /// Focus the next pane.
    NextPane,
    /// Focus the previous pane.
    PreviousPane,
    /// Let the focused pane fill the screen, or end that.
    Zoom,
    /// Freeze or resume the display.
    Freeze,
    /// Pause or resume a lesson together with the display.
    PauseLesson,
    /// Jump to the next caption of a lesson.
    NextCaption,
    /// Follow the newest line or byte, or stop following.
    Follow,
    /// Serve on the other backend.
    SwitchBackend,
    /// Serve on this backend.
    SwitchTo(BackendKind),
    /// Start a fault or end it.
    ToggleFault(FaultKind),
    /// More CPU work per message, for [`FaultKind::Work`].
    MoreWork,
    /// Less CPU work per message, for [`FaultKind::Work`].
    LessWork,
    /// Use the next palette.
    Theme,
    /// Give the mouse to the terminal, or take it back.
    Mouse,
    /// Redraw every cell.
    Repaint,
    /// Suspend the program.
    Suspend,
    /// Go one step back.
    Back,
    /// Move within the focused pane, or within the help.
    Move(Motion),
    /// Change the text of the open prompt.
    Edit(Edit),
    /// An action for the table of connections and the selected one.
    Clients(ClientsAction),
    /// An action on connections besides their close.
    Send(SendAction),
    /// An action on what is held of the selected connection.
    Hold(HoldAction),
    /// An action for the stream pane.
    Stream(StreamAction),
    /// An action for the messages in the stream.
    Message(MessageAction),
    /// An action for the search in the stream.
    Find(FindAction),
    /// An action for marks and notes.
    Mark(MarkAction),
    /// An action for the comparison of two connections.
    Compare(CompareAction),
    /// An action that copies or saves bytes.
    Export(ExportAction),
    /// An action that gives bytes to a command.
    Pipe(PipeAction),
    /// An action for the recording.
    Record(RecordAction),
    /// An action for the faults of the traffic.
    Faults(FaultsAction),
    /// A step on the timeline of a recording.
    Timeline(TimelineAction),
    /// An action for a replay.
    Replay(ReplayAction),
    /// An action for the hosts that are watched.
    Hosts(HostsAction),
    /// An action for the log pane.
    Logs(LogsAction),
}

/// An answer to a question.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Answer {
    /// Yes.
    Yes,
    /// No.
    No,
}

/// An action for the table of connections and the selected one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ClientsAction {
    /// Show the bytes of the selected connection.
    Open,
    /// Open the filter prompt.
    Filter,
    /// Keep the filter and close its prompt.
    KeepFilter,
    /// Complete the term of the filter before the cursor.
    CompleteFilter,
    /// Remove the filter and close its prompt.
    ClearFilter,
    /// Sort by the next column.
    NextSort,
    /// Sort by the previous column.
    PreviousSort,
    /// Reverse the sort direction.
    InvertSort,
    /// Let like connections that have ended share a row, or show each of them.
    Group,
    /// Show each connection of the selected group, or let them share a row again.
    Unfold,
    /// Ask whether to close the selected connection.
    Close(CloseMode),
    /// Ask whether to end what is sent to this side of the selected connection.
    HalfClose(Side),
    /// Copy the peer's address to the clipboard.
    CopyPeer,
    /// Select the connection in the row below; from the last row, the first one.
    Next,
    /// Select the connection in the row above; from the first row, the last one.
    Previous,
}

/// An action on connections besides their close.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum SendAction {
    /// Open the prompt for bytes to send to the selected connection.
    Open,
    /// Send what was typed.
    Send,
    /// Close the prompt.
    Cancel,
    /// Send to the other side of a relayed connection.
    OtherSide,
    /// Send to those in the table, to all connections, or to the selected one again.
    OtherScope,
    /// Stop what is sent again and again.
    EndRepeat,
    /// Show the text that was sent before.
    Earlier,
    /// Show the text that was sent after.
    Later,
    /// Read nothing from this side of the selected connection, or read again.
    TogglePause(Side),
}

/// An action on what is held of a connection.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum HoldAction {
    /// Show what is held of the selected connection.
    Open,
    /// Close the overlay.
    Close,
    /// Show the other side of a relayed connection.
    OtherSide,
    /// Hold what comes from now on; or let everything go on, and hold nothing any more.
    Toggle,
    /// Hold from the next border between messages on; or at once, if that is waited for.
    FromBorder,
    /// Move the cursor.
    Move(HoldMotion),
    /// Begin a range at the cursor, or end it.
    Mark,
    /// Let the bytes up to the cursor go on, and with them the one under it.
    ReleaseToCursor,
    /// Let the bytes up to the next line feed go on.
    ReleaseLine,
    /// Let the bytes up to the end of the first message go on.
    ReleaseMessage,
    /// Let everything that is held go on.
    ReleaseAll,
    /// Ask whether to drop the bytes of the range.
    Drop,
    /// Open this prompt.
    Ask(HoldInput),
    /// Do what the prompt asks for.
    Enter,
    /// Close the prompt.
    Cancel,
}

/// What is typed about held bytes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum HoldInput {
    /// The bytes that take the place of those of the range.
    Replace,
    /// The bytes that go in before the cursor.
    Insert,
    /// The offset from which bytes are held.
    From,
}

/// A move of the cursor among held bytes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum HoldMotion {
    /// One byte back.
    Back,
    /// One byte on.
    On,
    /// One row up.
    RowUp,
    /// One row down.
    RowDown,
    /// To the first byte.
    Start,
    /// Behind the last byte.
    End,
}

/// An action for the faults of the traffic, and for the overlay that shows them.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum FaultsAction {
    /// Open the overlay.
    Open,
    /// Close the overlay.
    Close,
    /// Set or end what is typed.
    Set,
    /// End the faults that are typed.
    End,
    /// Change the faults of other connections.
    NextScope,
    /// Take the next fault of the list.
    NextFault,
    /// Take the previous fault of the list.
    PreviousFault,
}

/// An action for the log pane. Its records are global to the process, so its state is outside of the app, and these
/// actions leave the app as an effect.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum LogsAction {
    /// Show or hide the list of targets.
    ToggleTargets,
    /// Show only the selected target, or all targets again.
    FocusTarget,
    /// Select the next target down.
    TargetDown,
    /// Select the next target up.
    TargetUp,
    /// Show fewer levels of the selected target.
    ShowLess,
    /// Show more levels of the selected target.
    ShowMore,
    /// Record fewer levels of the selected target.
    CaptureLess,
    /// Record more levels of the selected target.
    CaptureMore,
    /// Scroll by this number of lines towards the newest, or towards the oldest if negative.
    Scroll(i32),
    /// Scroll to the oldest line that is kept.
    Oldest,
    /// Follow the newest line.
    Follow,
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
    /// This number of rows down, or up if negative, without a change of the selection.
    Rows(i32),
}

impl Motion {
    /// Returns the position that this leads to from `position`, in a range of `0..=last` with pages of `page` rows.
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

/// A change of the text of a prompt.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Edit {
    /// Inserts a character at the cursor.
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
    /// Moves the cursor one character to the right.
    Right,
    /// Moves the cursor to the start.
    Home,
    /// Moves the cursor to the end.
    End,
}
