//! The overlays that are open, one over the other. The topmost one gets the keys and what is pasted.

use crate::app::action::{Edit, HelpAction, HoldInput, Motion};
use crate::app::context::Context;
use crate::app::outcome::Outcome;
use crate::app::overlay::entry::Overlay;
use crate::app::overlay::fault_prompt::FaultPrompt;
use crate::app::overlay::help::HelpView;
use crate::app::overlay::hold_view::HoldView;
use crate::app::overlay::palette::PaletteView;
use crate::app::overlay::send_prompt::SendPrompt;
use crate::event::ConnectionId;

/// The overlays that are open, and what each of them keeps between two times.
#[derive(Debug, Default)]
pub struct Overlays {
    stack: Vec<Overlay>,
    /// The help.
    pub(crate) help: HelpView,
    /// The prompt for bytes to send.
    pub(crate) send: SendPrompt,
    /// What is held.
    pub(crate) hold: HoldView,
    /// What is typed in the overlay of the faults.
    pub(crate) faults: FaultPrompt,
    /// The palette.
    pub(crate) palette: PaletteView,
}

impl Overlays {
    /// Returns the overlay that gets keys and pastes, if one is open.
    #[must_use]
    pub fn top(&self) -> Option<Overlay> {
        self.stack.last().copied()
    }

    /// Returns the open overlays, the lowest first.
    pub fn open_ones(&self) -> impl DoubleEndedIterator<Item = Overlay> + '_ {
        self.stack.iter().copied()
    }

    /// Returns the prompt about held bytes, if it gets the keys.
    #[must_use]
    pub(crate) fn hold_input(&self) -> Option<HoldInput> {
        match self.top()? {
            Overlay::HoldInput(input) => Some(input),
            Overlay::Filter
            | Overlay::Offset
            | Overlay::Find
            | Overlay::Frame
            | Overlay::Hits
            | Overlay::SetMark
            | Overlay::GoToMark
            | Overlay::Marks
            | Overlay::Note
            | Overlay::Compare
            | Overlay::Differences
            | Overlay::Copy
            | Overlay::Save
            | Overlay::Pipe
            | Overlay::Output
            | Overlay::Overwrite
            | Overlay::Record
            | Overlay::Time
            | Overlay::ReplaceRecording
            | Overlay::Send
            | Overlay::Hold
            | Overlay::Confirm(_)
            | Overlay::SwitchHost(_)
            | Overlay::Faults
            | Overlay::Help
            | Overlay::HelpSearch
            | Overlay::Palette => None,
        }
    }

    /// Returns the topmost overlay that covers panes.
    #[must_use]
    pub fn drawn(&self) -> Option<Overlay> {
        self.open_ones().rev().find(|overlay| overlay.is_drawn())
    }

    /// Returns the state of the help.
    #[must_use]
    pub const fn help(&self) -> &HelpView {
        &self.help
    }

    /// Returns the prompt for bytes to send.
    #[must_use]
    pub const fn send(&self) -> &SendPrompt {
        &self.send
    }

    /// Returns what the overlay of held bytes shows.
    #[must_use]
    pub const fn hold(&self) -> &HoldView {
        &self.hold
    }

    /// Returns what is typed in the overlay of the faults.
    #[must_use]
    pub const fn faults(&self) -> &FaultPrompt {
        &self.faults
    }

    /// Returns what is typed in the palette.
    #[must_use]
    pub const fn palette(&self) -> &PaletteView {
        &self.palette
    }

    /// Opens an overlay over the others. One that is open already comes to the top.
    pub(crate) fn open(&mut self, overlay: Overlay) {
        self.stack.retain(|&open| open != overlay);
        self.stack.push(overlay);
    }

    /// Closes the topmost overlay.
    pub(crate) fn close(&mut self) {
        self.stack.pop();
    }

    /// Closes all overlays.
    pub(crate) fn close_all(&mut self) {
        self.stack.clear();
    }

    /// Moves the rows of the topmost overlay. Returns whether it has any.
    pub(crate) fn scroll(&mut self, motion: Motion, context: Context<'_>) -> bool {
        match self.top() {
            Some(Overlay::Help) => self.help.scroll(motion, context),
            Some(
                Overlay::Filter
                | Overlay::Offset
                | Overlay::Find
                | Overlay::Frame
                | Overlay::Hits
                | Overlay::SetMark
                | Overlay::GoToMark
                | Overlay::Marks
                | Overlay::Note
                | Overlay::Compare
                | Overlay::Differences
                | Overlay::Copy
                | Overlay::Save
                | Overlay::Pipe
                | Overlay::Output
                | Overlay::Overwrite
                | Overlay::Record
                | Overlay::Time
                | Overlay::ReplaceRecording
                | Overlay::Send
                | Overlay::Hold
                | Overlay::HoldInput(_)
                | Overlay::Confirm(_)
                | Overlay::SwitchHost(_)
                | Overlay::Faults
                | Overlay::HelpSearch
                | Overlay::Palette,
            )
            | None => return false,
        }
        true
    }

    /// Executes an action of the help, in which the keys of the overlay below it come first.
    pub(crate) fn act_on_help(&mut self, action: HelpAction) -> Outcome {
        let over = self.top().map(|overlay| overlay.key_context());
        self.help.act(action, over)
    }

    /// Changes the text of the topmost overlay, if it keeps it.
    pub(crate) fn edit(&mut self, edit: Edit) {
        match self.top() {
            Some(Overlay::Send) => self.send.edit(edit),
            Some(Overlay::HoldInput(_)) => self.hold.edit(edit),
            Some(Overlay::Faults) => self.faults.edit(edit),
            Some(Overlay::HelpSearch) => self.help.edit(edit),
            Some(Overlay::Palette) => self.palette.edit(edit),
            Some(
                Overlay::Filter
                | Overlay::Offset
                | Overlay::Find
                | Overlay::Frame
                | Overlay::Hits
                | Overlay::SetMark
                | Overlay::GoToMark
                | Overlay::Marks
                | Overlay::Note
                | Overlay::Compare
                | Overlay::Differences
                | Overlay::Copy
                | Overlay::Save
                | Overlay::Pipe
                | Overlay::Output
                | Overlay::Overwrite
                | Overlay::Record
                | Overlay::Time
                | Overlay::ReplaceRecording
                | Overlay::Hold
                | Overlay::Confirm(_)
                | Overlay::SwitchHost(_)
                | Overlay::Help,
            )
            | None => {}
        }
    }

    /// Adds text that was pasted to that of the topmost overlay, if it keeps it.
    pub(crate) fn paste(&mut self, text: &str) {
        match self.top() {
            Some(Overlay::Send) => self.send.paste(text),
            Some(Overlay::HoldInput(_)) => self.hold.paste(text),
            Some(Overlay::Faults) => self.faults.input.paste(text),
            Some(Overlay::HelpSearch) => self.help.paste(text),
            Some(Overlay::Palette) => self.palette.paste(text),
            Some(
                Overlay::Filter
                | Overlay::Offset
                | Overlay::Find
                | Overlay::Frame
                | Overlay::Hits
                | Overlay::SetMark
                | Overlay::GoToMark
                | Overlay::Marks
                | Overlay::Note
                | Overlay::Compare
                | Overlay::Differences
                | Overlay::Copy
                | Overlay::Save
                | Overlay::Pipe
                | Overlay::Output
                | Overlay::Overwrite
                | Overlay::Record
                | Overlay::Time
                | Overlay::ReplaceRecording
                | Overlay::Hold
                | Overlay::Confirm(_)
                | Overlay::SwitchHost(_)
                | Overlay::Help,
            )
            | None => {}
        }
    }

    /// Closes what is about a connection that has closed. Returns whether anything was.
    pub(crate) fn withdraw(&mut self, connection: ConnectionId) -> bool {
        let held = self.hold.connection();
        let is_about = |overlay: &Overlay| match overlay {
            Overlay::Confirm(confirm) => confirm.connection == connection,
            Overlay::Hold | Overlay::HoldInput(_) => held == connection,
            Overlay::Filter | Overlay::Offset | Overlay::Send | Overlay::Faults => false,
            Overlay::SwitchHost(_) => false,
            Overlay::SetMark | Overlay::GoToMark | Overlay::Marks | Overlay::Note => false,
            Overlay::Find
            | Overlay::Frame
            | Overlay::Hits
            | Overlay::Copy
            | Overlay::Save
            | Overlay::Overwrite => false,
            // What a closed connection has is still compared.
            Overlay::Compare | Overlay::Differences => false,
            Overlay::Pipe | Overlay::Output | Overlay::Record | Overlay::ReplaceRecording => false,
            Overlay::Time | Overlay::Help | Overlay::HelpSearch | Overlay::Palette => false,
        };
        let before = self.stack.len();
        self.stack.retain(|overlay| !is_about(overlay));
        self.stack.len() < before
    }
}
