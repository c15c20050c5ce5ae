//! What can lie over the panes.

use crate::app::action::HoldInput;
use crate::app::hosts::SwitchQuestion;
use crate::app::keymap::KeyContext;
use crate::app::overlay::confirm::Confirm;

/// Something that lies over the panes, or takes their keys.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Overlay {
    /// The filter prompt; its text is the filter of the table.
    Filter,
    /// The offset prompt; its text belongs to the stream.
    Offset,
    /// The prompt for a search pattern; its text belongs to the search.
    Find,
    /// The prompt for the rule that tells messages apart.
    Frame,
    /// The list of the hits in all connections; it belongs to the search.
    Hits,
    /// The question for the letter for a mark.
    SetMark,
    /// The question for the letter of the mark to go to.
    GoToMark,
    /// The list of marks.
    Marks,
    /// The prompt for a note.
    Note,
    /// The comparison of two connections.
    Compare,
    /// The list of the differences of a replay.
    Differences,
    /// The menu of the forms in which bytes can be copied.
    Copy,
    /// The prompt for the name of a file.
    Save,
    /// The prompt for a command that is given bytes.
    Pipe,
    /// What that command wrote.
    Output,
    /// The question whether to overwrite a file.
    Overwrite,
    /// The prompt for the name of a recording.
    Record,
    /// The prompt for a time on the timeline.
    Time,
    /// The question whether to record over what exists.
    ReplaceRecording,
    /// The prompt for bytes to send.
    Send,
    /// What is held of a connection.
    Hold,
    /// A prompt about what is held.
    HoldInput(HoldInput),
    /// A question about a connection.
    Confirm(Confirm),
    /// The question whether a host is to switch its backend.
    SwitchHost(SwitchQuestion),
    /// The faults of the traffic, and the prompt that changes them.
    Faults,
    /// The help.
    Help,
    /// The prompt that searches the help.
    HelpSearch,
    /// The list of all commands.
    Palette,
}

impl Overlay {
    /// Returns the context of the overlay's keys.
    #[must_use]
    pub const fn key_context(self) -> KeyContext {
        match self {
            Self::Filter => KeyContext::Filter,
            Self::Offset => KeyContext::Offset,
            Self::Find => KeyContext::Find,
            Self::Frame => KeyContext::Frame,
            Self::Hits => KeyContext::Hits,
            Self::SetMark => KeyContext::SetMark,
            Self::GoToMark => KeyContext::GoToMark,
            Self::Marks => KeyContext::Marks,
            Self::Note => KeyContext::Note,
            Self::Compare => KeyContext::Compare,
            Self::Differences => KeyContext::Differences,
            Self::Copy => KeyContext::Copy,
            Self::Save => KeyContext::Save,
            Self::Pipe => KeyContext::Pipe,
            Self::Output => KeyContext::Output,
            Self::Record => KeyContext::Record,
            Self::Time => KeyContext::Time,
            Self::Overwrite | Self::ReplaceRecording => KeyContext::Confirm,
            Self::Send => KeyContext::Send,
            Self::Hold => KeyContext::Hold,
            Self::HoldInput(_) => KeyContext::HoldInput,
            Self::Confirm(_) | Self::SwitchHost(_) => KeyContext::Confirm,
            Self::Faults => KeyContext::Faults,
            Self::Help => KeyContext::Help,
            Self::HelpSearch => KeyContext::HelpSearch,
            Self::Palette => KeyContext::Palette,
        }
    }

    /// Returns whether the overlay covers panes: it is drawn over them and takes the clicks on them.
    #[must_use]
    pub const fn is_drawn(self) -> bool {
        match self {
            Self::Hits
            | Self::Marks
            | Self::Compare
            | Self::Differences
            | Self::Copy
            | Self::Output
            | Self::Hold
            | Self::Faults
            | Self::Help
            | Self::Palette => true,
            Self::Filter
            | Self::Offset
            | Self::Find
            | Self::Frame
            | Self::SetMark
            | Self::GoToMark
            | Self::Note
            | Self::Save
            | Self::Pipe
            | Self::Overwrite
            | Self::Record
            | Self::Time
            | Self::ReplaceRecording
            | Self::Send
            | Self::HoldInput(_)
            | Self::Confirm(_)
            | Self::SwitchHost(_)
            | Self::HelpSearch => false,
        }
    }
}
