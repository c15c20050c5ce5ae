//! The line that is typed in the footer, whichever overlay it belongs to.

use crate::app::context::Context;
use crate::app::overlay::entry::Overlay;
use crate::app::overlay::stack::Overlays;
use crate::app::overlay::text_input::TextInput;
use crate::app::status::Message;
use crate::event::ConnectionId;

/// A line that is typed: the words before it, and the text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PromptLine<'a> {
    /// The words before the text.
    pub name: String,
    /// The text.
    pub input: &'a TextInput,
    /// What is said about the text while it is typed.
    pub note: Option<&'a Message>,
}

/// The texts of the prompts that panes keep.
#[derive(Clone, Copy, Debug)]
pub struct PaneTexts<'a> {
    /// The filter of the table.
    pub filter: &'a TextInput,
    /// What is said about the filter.
    pub filter_note: Option<&'a Message>,
    /// The words before the offset.
    pub offset_name: &'a str,
    /// The offset.
    pub offset: &'a TextInput,
    /// The words before the name of a file.
    pub path_name: &'a str,
    /// The name of a file.
    pub path: &'a TextInput,
    /// The name of a recording.
    pub recording: &'a TextInput,
    /// A time on the timeline.
    pub time: &'a TextInput,
    /// The words before a command.
    pub command_name: &'a str,
    /// A command.
    pub command: &'a TextInput,
    /// The words before the letter of a mark, or before a note.
    pub mark_name: &'a str,
    /// A note.
    pub mark: &'a TextInput,
    /// The words before the search pattern.
    pub pattern_name: &'a str,
    /// The search pattern.
    pub pattern: &'a TextInput,
    /// What is said about the search pattern.
    pub pattern_note: Option<&'a Message>,
    /// The rule that tells messages apart.
    pub rule: &'a TextInput,
    /// What is said about that rule.
    pub rule_note: Option<&'a Message>,
    /// The connections in the table.
    pub listed: &'a [ConnectionId],
}

impl Overlays {
    /// Returns the line that is typed in the footer, if the topmost overlay has one.
    #[must_use]
    pub fn prompt<'a>(&'a self, panes: PaneTexts<'a>, context: Context<'_>) -> Option<PromptLine<'a>> {
        let mut note = None;
        let (name, input) = match self.top()? {
            Overlay::Filter => {
                note = panes.filter_note;
                ("/".to_owned(), panes.filter)
            }
            Overlay::Find => {
                note = panes.pattern_note;
                (panes.pattern_name.to_owned(), panes.pattern)
            }
            Overlay::Frame => {
                note = panes.rule_note;
                ("messages by ".to_owned(), panes.rule)
            }
            Overlay::Offset => (panes.offset_name.to_owned(), panes.offset),
            Overlay::Save => (panes.path_name.to_owned(), panes.path),
            Overlay::Record => ("record to ".to_owned(), panes.recording),
            Overlay::Time => ("go to 12:34:56 or +90s: ".to_owned(), panes.time),
            Overlay::Pipe => (panes.command_name.to_owned(), panes.command),
            Overlay::SetMark | Overlay::GoToMark | Overlay::Note => (panes.mark_name.to_owned(), panes.mark),
            Overlay::Send => (self.send().name(context, panes.listed), self.send().input()),
            Overlay::HoldInput(input) => (self.hold().prompt_name(input, context), self.hold().input()),
            Overlay::HelpSearch => ("search the help: ".to_owned(), self.help().input()),
            // The palette and the faults show their own.
            Overlay::Hits
            | Overlay::Marks
            | Overlay::Compare
            | Overlay::Differences
            | Overlay::Copy
            | Overlay::Output
            | Overlay::Overwrite
            | Overlay::ReplaceRecording
            | Overlay::Hold
            | Overlay::Confirm(_)
            | Overlay::SwitchHost(_)
            | Overlay::Faults
            | Overlay::Help
            | Overlay::Palette => {
                return None;
            }
        };
        Some(PromptLine { name, input, note })
    }
}
