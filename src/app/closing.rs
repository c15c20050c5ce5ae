//! Actions on the selected client: close or reset after a confirmation, and copy its address.

use super::effect::Effect;
use super::{App, Clipboard, Mode};
use crate::app::chrome::line_layout::Severity;
use crate::app::chrome::status::Status;
use crate::event::{CloseMode, Command, ConnectionCommand, ConnectionEvent, ConnectionId, Event};

impl App {
    /// Asks for confirmation before a client is closed; the question names the client that is selected now.
    pub(super) fn ask_to_close(&mut self, closing: CloseMode) {
        let Some(known) = self.selected() else {
            self.set_status(Severity::Info, "No client is selected");
            return;
        };
        let (id, over) = (known.id, known.closed.is_some());
        // The client of the question stays selected, even if other rows take its place.
        self.clients.pin();
        if over {
            self.set_status(Severity::Info, &format!("{} is already closed", self.label_of(id)));
        } else {
            self.mode = Mode::Confirm(id, closing);
        }
    }

    /// Returns the text of the question, without its answers.
    pub(super) fn question(&self, id: ConnectionId, closing: CloseMode) -> String {
        let called = self.label_of(id);
        match closing {
            CloseMode::Finish => format!("Close {called} (FIN)?"),
            CloseMode::Reset => format!("Reset {called} (RST)?"),
        }
    }

    /// Closes the client of the question: the answer is yes.
    pub(super) fn confirm(&mut self) -> Vec<Effect> {
        let Mode::Confirm(id, closing) = self.mode else { return Vec::new() };
        self.mode = Mode::Panes;
        let called = self.label_of(id);
        let text = match closing {
            CloseMode::Finish => format!("Closing {called} (FIN)"),
            CloseMode::Reset => format!("Resetting {called} (RST)"),
        };
        self.status = Some(Status::new(Severity::Info, &text, self.now).about(id));
        vec![Effect::Server(Command::Connection(id, ConnectionCommand::Close(closing)))]
    }

    /// Drops the question: any other answer means no.
    pub(super) fn decline(&mut self) {
        if let Mode::Confirm(..) = self.mode {
            self.mode = Mode::Panes;
        }
    }

    /// Drops a question about a client that has disconnected, and a message about that client.
    pub(super) fn withdraw(&mut self, event: &Event) {
        let &Event::Connection(connection, ConnectionEvent::Closed { .. }) = event else { return };
        self.status.take_if(|status| status.about == Some(connection));
        if matches!(self.mode, Mode::Confirm(id, _) if id == connection) {
            self.mode = Mode::Panes;
            self.set_status(Severity::Info, &format!("{} disconnected", self.label_of(connection)));
        }
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
}
