//! Actions on connections: close, reset or half-close after a confirmation, send bytes, pause reads, copy an address.

use super::effect::Effect;
use super::{App, Clipboard, Mode, Question};
use crate::app::action::SendAction;
use crate::app::chrome::line_layout::Severity;
use crate::app::chrome::status::Status;
use crate::app::format;
use crate::app::overlay::send_prompt::Scope;
use crate::bytes::content::{self, Content};
use crate::event::{
    CloseMode, Command, ConnectionCommand, ConnectionEvent, ConnectionId, Event, MOST_TO_SEND, Side,
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
        }
    }

    /// Closes the client of the question: the answer is yes.
    pub(super) fn confirm(&mut self) -> Vec<Effect> {
        let Mode::Confirm(id, question) = self.mode else { return Vec::new() };
        self.mode = Mode::Panes;
        let called = self.label_of(id);
        let text = match question {
            Question::Close(CloseMode::Finish) => format!("Closing {called} (FIN)"),
            Question::Close(CloseMode::Reset) => format!("Resetting {called} (RST)"),
            Question::HalfClose(side) => format!("Ending what is sent to the {side} of {called} (FIN)"),
        };
        let command = match question {
            Question::Close(mode) => ConnectionCommand::Close(mode),
            Question::HalfClose(side) => ConnectionCommand::HalfClose(side),
        };
        self.status = Some(Status::new(Severity::Info, &text, self.now).about(id));
        vec![Effect::Server(Command::Connection(id, command))]
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

/// Bytes to send, and pauses.
impl App {
    pub(super) fn dispatch_in_send(&mut self, action: SendAction) -> Vec<Effect> {
        match action {
            SendAction::Open => self.open_send_prompt(),
            SendAction::Send => return self.send(),
            SendAction::Cancel => self.mode = Mode::Panes,
            SendAction::OtherSide => self.send_prompt.switch_side(),
            SendAction::OtherScope => self.send_prompt.switch_scope(),
            SendAction::Earlier => self.send_prompt.earlier(),
            SendAction::Later => self.send_prompt.later(),
            SendAction::TogglePause(side) => return self.toggle_pause(side),
        }
        Vec::new()
    }

    fn open_send_prompt(&mut self) {
        let Some(known) = self.live_selected() else { return };
        let (id, is_relayed) = (known.id, known.upstream.is_some());
        // The client of the prompt stays selected, even if other rows take its place.
        self.clients.pin();
        self.send_prompt.open(id, is_relayed);
        self.mode = Mode::Send;
    }

    /// Returns the selected connection if it is live, or says why there is none.
    fn live_selected(&mut self) -> Option<&Connection> {
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

    /// Returns the words before the text of the prompt: who gets it.
    #[must_use]
    pub(super) fn send_prompt_name(&self) -> String {
        let prompt = &self.send_prompt;
        let to = match (prompt.scope(), prompt.to()) {
            (Scope::One, Side::Client) => self.label_of(prompt.connection()),
            (Scope::One, Side::Upstream) => format!("the upstream of {}", prompt.connection()),
            (Scope::All, Side::Client) => format!("all {} clients", format::count(self.model.live())),
            (Scope::All, Side::Upstream) => format!("all {} upstreams", format::count(self.model.live())),
        };
        format!("send to {to}: ")
    }

    /// Sends what was typed; an error leaves the prompt open.
    fn send(&mut self) -> Vec<Effect> {
        let parsed = content::parse(self.send_prompt.input().text()).and_then(|content| match content {
            Content::Bytes(bytes) if bytes.len() > MOST_TO_SEND => Err("more than 1 MiB".to_owned()),
            content => self.check_target().map(|()| content),
        });
        let content = match parsed {
            Ok(content) => content,
            Err(why) => {
                self.set_status(Severity::Error, &why);
                return Vec::new();
            }
        };
        self.mode = Mode::Panes;
        let (to, connection) = self.send_prompt.keep();
        let effect = match content {
            Content::File(path) => {
                self.set_status(Severity::Info, &format!("Reading {path}"));
                Effect::SendFile { path, to, connection }
            }
            Content::Bytes(bytes) => {
                let text = format!("Sending {} to the {to}", format::plural(bytes.len() as u64, "byte"));
                self.status = Some(Status::new(Severity::Info, &text, self.now));
                let command = ConnectionCommand::Send { to, bytes: bytes.into() };
                Effect::Server(Command::on(connection, command))
            }
        };
        vec![effect]
    }

    fn check_target(&self) -> Result<(), String> {
        let prompt = &self.send_prompt;
        let is_live = |id| self.model.connection(id).is_some_and(|known| known.closed.is_none());
        match prompt.scope() {
            Scope::One if !is_live(prompt.connection()) => {
                Err(format!("{} is closed", self.label_of(prompt.connection())))
            }
            Scope::One | Scope::All => Ok(()),
        }
    }

    /// Says what came of a file that was to be sent, if it could not be read.
    pub(super) fn file_not_sent(&mut self, why: &str) {
        self.set_status(Severity::Error, why);
    }

    fn toggle_pause(&mut self, side: Side) -> Vec<Effect> {
        let Some(known) = self.live_selected() else { return Vec::new() };
        let (id, is_paused) = (known.id, known.user(side).is_paused);
        if side == Side::Upstream && known.upstream.is_none() {
            self.set_status(Severity::Info, &format!("{} has no upstream", self.label_of(id)));
            return Vec::new();
        }
        let (text, command) = if is_paused {
            (format!("Reading from the {side} of {id} again"), ConnectionCommand::Resume(side))
        } else {
            (format!("Pausing the reads from the {side} of {id}"), ConnectionCommand::Pause(side))
        };
        self.status = Some(Status::new(Severity::Info, &text, self.now).about(id));
        vec![Effect::Server(Command::Connection(id, command))]
    }
}
