//! Actions on connections: close, reset or half-close after a confirmation, copy an address, change the faults of the
//! traffic.

use bytes::Bytes;

use super::action::{Edit, FaultsAction};
use super::effect::Effect;
use super::{App, Clipboard, Mode, Question};
use crate::app::chrome::line_layout::Severity;
use crate::app::chrome::status::Status;
use crate::app::format;
use crate::app::overlay::fault_prompt::{FaultPrompt, FaultScope, FaultView};
use crate::event::{
    CloseMode, Command, ConnectionCommand, ConnectionEvent, ConnectionId, Event, FaultEdit, Side,
};
use crate::model::Connection;

impl App {
    /// Asks for confirmation before a connection is closed or half-closed; the question names the client that is selected
    /// now.
    pub(super) fn ask(&mut self, question: Question) {
        let Some(known) = self.selected() else {
            self.set_status(Severity::Info, "No client is selected");
            return;
        };
        let (id, over) = (known.id, known.closed.is_some());
        let is_without_side = question == Question::HalfClose(Side::Upstream) && known.upstream.is_none();
        // The client of the question stays selected, even if other rows take its place.
        self.clients.pin();
        if over {
            self.set_status(Severity::Info, &format!("{} is already closed", self.label_of(id)));
        } else if is_without_side {
            self.set_status(Severity::Info, &format!("{} has no upstream", self.label_of(id)));
        } else {
            self.mode = Mode::Confirm(id, question);
        }
    }

    /// Returns the text of the question, without its answers.
    pub(super) fn question(&self, id: ConnectionId, question: Question) -> String {
        let called = self.label_of(id);
        match question {
            Question::Close(CloseMode::Finish) => format!("Close {called} (FIN)?"),
            Question::Close(CloseMode::Reset) => format!("Reset {called} (RST)?"),
            Question::HalfClose(side) => format!("End what is sent to the {side} of {called} (FIN)?"),
            Question::Drop => {
                let range = self.held_range().unwrap_or_default();
                let bytes = format::plural(range.end - range.start, "held byte");
                format!("Drop {bytes} of {called}, from position {}?", range.start)
            }
        }
    }

    /// Closes the client of the question: the answer is yes.
    pub(super) fn confirm(&mut self) -> Vec<Effect> {
        let Mode::Confirm(id, question) = self.mode else { return Vec::new() };
        self.mode = question.mode_behind();
        let called = self.label_of(id);
        let text = match question {
            Question::Close(CloseMode::Finish) => format!("Closing {called} (FIN)"),
            Question::Close(CloseMode::Reset) => format!("Resetting {called} (RST)"),
            Question::HalfClose(side) => format!("Ending what is sent to the {side} of {called} (FIN)"),
            Question::Drop => return self.replace_held(Bytes::new()),
        };
        let command = match question {
            Question::Close(mode) => ConnectionCommand::Close(mode),
            Question::HalfClose(side) => ConnectionCommand::HalfClose(side),
            Question::Drop => return Vec::new(),
        };
        self.status = Some(Status::new(Severity::Info, &text, self.now).about(id));
        vec![Effect::Server(Command::Connection(id, command))]
    }

    /// Drops the question: any other answer means no.
    pub(super) fn decline(&mut self) {
        if let Mode::Confirm(_, question) = self.mode {
            self.mode = question.mode_behind();
        }
    }

    /// Drops a question about a client that has disconnected, and a message about that client; and ends what is sent to
    /// it again and again.
    pub(super) fn withdraw(&mut self, event: &Event) -> Option<Effect> {
        let &Event::Connection(connection, ConnectionEvent::Closed { .. }) = event else { return None };
        self.status.take_if(|status| status.about == Some(connection));
        let is_about = match self.mode {
            Mode::Confirm(id, _) => id == connection,
            Mode::Hold | Mode::HoldInput(_) => self.acting.hold.connection() == connection,
            Mode::Panes | Mode::Filter | Mode::Offset | Mode::Send | Mode::Faults | Mode::Help => false,
        };
        if is_about {
            self.mode = Mode::Panes;
            self.set_status(Severity::Info, &format!("{} disconnected", self.label_of(connection)));
        }
        self.acting.repeating.take_if(|repeating| repeating.connection == Some(connection))?;
        Some(Effect::EndRepeat)
    }

    /// Copies the client's address. The clipboard sequence (OSC 52) has no reply, so the message states what was
    /// sent.
    pub(super) fn copy_peer(&mut self) -> Vec<Effect> {
        let Some(known) = self.selected() else { return Vec::new() };
        let peer = known.peer.to_string();
        let text = match self.setup.clipboard {
            Clipboard::Terminal => format!("sent to the terminal's clipboard (OSC 52): {peer}"),
            Clipboard::Tmux => format!("OSC 52 sent; tmux needs set -g set-clipboard on: {peer}"),
        };
        self.set_status(Severity::Info, &text);
        vec![Effect::Copy(peer)]
    }

    /// Returns the selected connection if it is live, or says why there is none.
    pub(super) fn live_selected(&mut self) -> Option<&Connection> {
        let selected = self.selected().map(|known| (known.id, known.closed.is_some()));
        match selected {
            None => {
                self.set_status(Severity::Info, "No client is selected");
                None
            }
            Some((id, true)) => {
                self.set_status(Severity::Info, &format!("{} is already closed", self.label_of(id)));
                None
            }
            Some((id, false)) => self.model.connection(id),
        }
    }
}

/// The faults of the traffic.
impl App {
    /// Executes an action of the overlay of the faults.
    pub(super) fn dispatch_in_faults(&mut self, action: FaultsAction) -> Vec<Effect> {
        match action {
            FaultsAction::Open => self.mode = Mode::Faults,
            FaultsAction::Close => self.mode = Mode::Panes,
            FaultsAction::NextScope => {
                self.acting.faults.scope = self.acting.faults.scope.next();
                if self.acting.faults.scope == FaultScope::Selected {
                    // The connection that is named stays selected, even if other rows take its place.
                    self.clients.pin();
                }
            }
            FaultsAction::NextFault => self.on_faults(|prompt, view| prompt.step(1, view)),
            FaultsAction::PreviousFault => self.on_faults(|prompt, view| prompt.step(-1, view)),
            FaultsAction::Set => return self.order_faults(|edit| edit),
            FaultsAction::End => return self.order_faults(FaultEdit::ended),
        }
        Vec::new()
    }

    /// Changes what is typed in the overlay of the faults.
    pub(super) fn on_faults(&mut self, act: impl FnOnce(&mut FaultPrompt, FaultView<'_>)) {
        let mut prompt = self.acting.faults.clone();
        act(&mut prompt, self.fault_view());
        self.acting.faults = prompt;
    }

    fn order_faults(&mut self, change: fn(FaultEdit) -> FaultEdit) -> Vec<Effect> {
        let Some(order) = self.acting.faults.order(change, self.fault_view()) else { return Vec::new() };
        if !order.commands.is_empty() {
            self.acting.faults.edit(Edit::Clear);
        }
        self.set_status(Severity::Info, &order.status);
        order.commands.into_iter().map(Effect::Server).collect()
    }

    /// Returns what is typed in the overlay of the faults.
    #[must_use]
    pub const fn fault_prompt(&self) -> &FaultPrompt {
        &self.acting.faults
    }

    /// Returns what the overlay of the faults is about.
    #[must_use]
    pub fn fault_view(&self) -> FaultView<'_> {
        let sides: &[_] = if self.upstreams().is_empty() { &[Side::Client] } else { &Side::ALL };
        let (_, table) = self.clients.window(self.clients.len());
        FaultView { model: &self.model, sides, table, selected: self.clients.selected() }
    }
}
