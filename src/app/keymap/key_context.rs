//! The parts of the screen in which keys have a meaning, and how they enclose each other.

use crate::app::focus::Pane;

/// A part of the screen or a mode in which a key has a meaning.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum KeyContext {
    /// Always, prompts and the help included.
    Always,
    /// In every pane.
    Everywhere,
    /// In every pane while a lesson runs.
    Lesson,
    /// In every pane while a recording is looked into.
    Recording,
    /// In every pane while a recording is played to a real program.
    Replay,
    /// In every pane and in the help.
    Moving,
    /// In the table of connections.
    Clients,
    /// In the stream.
    Stream,
    /// In the pane of backends.
    Backends,
    /// In the pane of hosts, which takes the place of that of backends where many machines are watched.
    Hosts,
    /// In the log.
    Logs,
    /// In the filter prompt.
    Filter,
    /// In the offset prompt.
    Offset,
    /// In the prompt for a search pattern.
    Find,
    /// In the prompt for the rule that tells messages apart.
    Frame,
    /// In the list of the hits in all connections.
    Hits,
    /// Where the letter for a mark is asked for.
    SetMark,
    /// Where the letter of the mark to go to is asked for.
    GoToMark,
    /// In the list of marks.
    Marks,
    /// In the comparison of two connections.
    Compare,
    /// In the list of the differences of a replay.
    Differences,
    /// In the prompt for a note.
    Note,
    /// In the menu of the forms in which bytes can be copied.
    Copy,
    /// In the prompt for the name of a file.
    Save,
    /// In the prompt for the name of a recording.
    Record,
    /// In the prompt for a time on the timeline.
    Time,
    /// In the prompt for a command that is given bytes.
    Pipe,
    /// In the overlay of what that command wrote.
    Output,
    /// In the prompt for bytes to send.
    Send,
    /// In the overlay that shows what is held.
    Hold,
    /// In a prompt about what is held.
    HoldInput,
    /// While a confirmation is open.
    Confirm,
    /// In the overlay of the faults.
    Faults,
    /// In any prompt.
    Prompt,
    /// In the help.
    Help,
    /// In the prompt that searches the help.
    HelpSearch,
    /// In the palette.
    Palette,
}

impl KeyContext {
    /// All contexts, in the order of the help.
    pub const ALL: [Self; 37] = [
        Self::Clients,
        Self::Stream,
        Self::Backends,
        Self::Hosts,
        Self::Logs,
        Self::Lesson,
        Self::Recording,
        Self::Replay,
        Self::Everywhere,
        Self::Moving,
        Self::Filter,
        Self::Offset,
        Self::Frame,
        Self::Find,
        Self::Hits,
        Self::SetMark,
        Self::GoToMark,
        Self::Marks,
        Self::Note,
        Self::Compare,
        Self::Differences,
        Self::Copy,
        Self::Save,
        Self::Record,
        Self::Time,
        Self::Pipe,
        Self::Output,
        Self::Send,
        Self::Hold,
        Self::HoldInput,
        Self::Confirm,
        Self::Faults,
        Self::Prompt,
        Self::Help,
        Self::HelpSearch,
        Self::Palette,
        Self::Always,
    ];

    /// Returns the title of the context in the help.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Always => "Always",
            Self::Everywhere => "In every pane",
            Self::Lesson => "Lesson",
            Self::Recording => "Timeline",
            Self::Replay => "Replay",
            Self::Moving => "Moving",
            Self::Clients => "Clients",
            Self::Stream => "Stream",
            Self::Backends => "Backends",
            Self::Hosts => "Hosts",
            Self::Logs => "Logs",
            Self::Filter => "Filter",
            Self::Offset => "Offset",
            Self::Frame => "Messages",
            Self::Find => "Finding",
            Self::Hits => "Hits",
            Self::SetMark => "Marking",
            Self::GoToMark => "Going to a mark",
            Self::Marks => "Marks",
            Self::Note => "Noting",
            Self::Compare => "Comparing",
            Self::Differences => "Differences",
            Self::Copy => "Copying",
            Self::Save => "Saving",
            Self::Record => "Recording",
            Self::Time => "Going to a time",
            Self::Pipe => "Piping",
            Self::Output => "Output",
            Self::Send => "Sending",
            Self::Hold => "Holding",
            Self::HoldInput => "Editing",
            Self::Confirm => "Closing",
            Self::Faults => "Faults",
            Self::Prompt => "Typing",
            Self::Help => "Help",
            Self::HelpSearch => "Help search",
            Self::Palette => "Palette",
        }
    }

    /// Returns the pane whose context this is.
    #[must_use]
    pub fn pane(self) -> Option<Pane> {
        let of_pane = Pane::ALL.into_iter().find(|&pane| Self::of_pane(pane) == self);
        of_pane.or((self == Self::Hosts).then_some(Pane::Backends))
    }

    /// Returns the contexts that apply where this one is the innermost, this one first.
    #[must_use]
    pub const fn chain(self) -> &'static [Self] {
        use KeyContext::{
            Always, Backends, Clients, Compare, Confirm, Copy, Differences, Everywhere, Faults, Filter, Find,
            Frame, GoToMark, Help, HelpSearch, Hits, Hold, HoldInput, Hosts, Lesson, Logs, Marks, Moving,
            Note, Offset, Output, Palette, Pipe, Prompt, Record, Recording, Replay, Save, Send, SetMark,
            Stream, Time,
        };
        match self {
            Clients => &[Clients, Everywhere, Moving, Always],
            Stream => &[Stream, Everywhere, Moving, Always],
            Backends => &[Backends, Everywhere, Moving, Always],
            Hosts => &[Hosts, Everywhere, Moving, Always],
            Logs => &[Logs, Everywhere, Moving, Always],
            Lesson => &[Lesson, Everywhere, Moving, Always],
            Recording => &[Recording, Everywhere, Moving, Always],
            Replay => &[Replay, Everywhere, Moving, Always],
            Everywhere => &[Everywhere, Moving, Always],
            Moving => &[Moving, Always],
            Filter => &[Filter, Prompt, Always],
            Offset => &[Offset, Prompt, Always],
            Frame => &[Frame, Prompt, Always],
            Find => &[Find, Prompt, Always],
            Hits => &[Hits, Moving, Always],
            SetMark => &[SetMark, Prompt, Always],
            GoToMark => &[GoToMark, Prompt, Always],
            Marks => &[Marks, Moving, Always],
            Note => &[Note, Prompt, Always],
            Compare => &[Compare, Moving, Always],
            Differences => &[Differences, Moving, Always],
            Copy => &[Copy, Always],
            Save => &[Save, Prompt, Always],
            Record => &[Record, Prompt, Always],
            Time => &[Time, Prompt, Always],
            Pipe => &[Pipe, Prompt, Always],
            Output => &[Output, Moving, Always],
            Send => &[Send, Prompt, Always],
            Hold => &[Hold, Always],
            HoldInput => &[HoldInput, Prompt, Always],
            Confirm => &[Confirm, Always],
            Faults => &[Faults, Prompt, Always],
            Prompt => &[Prompt, Always],
            Help => &[Help, Moving, Always],
            HelpSearch => &[HelpSearch, Prompt, Always],
            Palette => &[Palette, Prompt, Always],
            Always => &[Always],
        }
    }

    /// Returns the context of the keys that work while this pane has the focus.
    #[must_use]
    pub const fn of_pane(pane: Pane) -> Self {
        match pane {
            Pane::Clients => Self::Clients,
            Pane::Stream => Self::Stream,
            Pane::Backends => Self::Backends,
            Pane::Logs => Self::Logs,
        }
    }
}
