//! Actions that send bytes to connections, and pause their reads.

use bytes::Bytes;

use super::effect::Effect;
use super::{App, Mode};
use crate::app::action::{Action, SendAction};
use crate::app::chrome::line_layout::Severity;
use crate::app::chrome::status::Status;
use crate::app::format;
use crate::app::overlay::Repeating;
use crate::app::overlay::send_prompt::Scope;
use crate::bytes::content::{self, Content};
use crate::event::{Command, ConnectionCommand, ConnectionId, MOST_TO_SEND, Side};

impl App {
    pub(super) fn dispatch_in_send(&mut self, action: SendAction) -> Vec<Effect> {
        match action {
            SendAction::Open => self.open_send_prompt(),
            SendAction::Send => return self.send(),
            SendAction::Cancel => self.mode = Mode::Panes,
            SendAction::OtherSide => self.acting.send.switch_side(),
            SendAction::OtherScope => self.acting.send.switch_scope(),
            SendAction::Earlier => self.acting.send.earlier(),
            SendAction::Later => self.acting.send.later(),
            SendAction::EndRepeat => return self.end_repeat(),
            SendAction::TogglePause(side) => return self.toggle_pause(side),
        }
        Vec::new()
    }

    fn open_send_prompt(&mut self) {
        let Some(known) = self.live_selected() else { return };
        let (id, is_relayed) = (known.id, known.upstream.is_some());
        // The client of the prompt stays selected, even if other rows take its place.
        self.clients.pin();
        self.acting.send.open(id, is_relayed);
        self.mode = Mode::Send;
    }

    /// Returns the words before the text of the prompt: who gets it.
    #[must_use]
    pub(super) fn send_prompt_name(&self) -> String {
        let prompt = &self.acting.send;
        let to = match (prompt.scope(), prompt.to()) {
            (Scope::One, Side::Client) => self.label_of(prompt.connection()),
            (Scope::One, Side::Upstream) => format!("the upstream of {}", prompt.connection()),
            (Scope::Listed, Side::Client) => {
                format!("{} listed clients", format::count(self.listed().count() as u64))
            }
            (Scope::Listed, Side::Upstream) => {
                format!("{} listed upstreams", format::count(self.listed().count() as u64))
            }
            (Scope::All, Side::Client) => format!("all {} clients", format::count(self.model.live())),
            (Scope::All, Side::Upstream) => format!("all {} upstreams", format::count(self.model.live())),
        };
        format!("send to {to}: ")
    }

    /// Sends what was typed; an error leaves the prompt open.
    fn send(&mut self) -> Vec<Effect> {
        let typed = self.acting.send.input().text().to_owned();
        let parsed = content::repeated(&typed).and_then(|repeated| {
            let content = content::parse(repeated.text)?;
            self.check(&content, repeated.every)?;
            Ok((content, repeated.every))
        });
        let (content, every) = match parsed {
            Ok(parsed) => parsed,
            Err(why) => {
                self.set_status(Severity::Error, &why);
                return Vec::new();
            }
        };
        self.mode = Mode::Panes;
        self.acting.send.keep();
        let (to, targets) = (self.acting.send.to(), self.targets());
        match content {
            Content::File(path) => {
                self.set_status(Severity::Info, &format!("Reading {path}"));
                let file = |connection| Effect::SendFile { path: path.clone(), to, connection };
                targets.into_iter().map(file).collect()
            }
            Content::Bytes(bytes) => {
                let bytes = Bytes::from(bytes);
                let length = format::plural(bytes.len() as u64, "byte");
                let command = |connection| {
                    Command::on(connection, ConnectionCommand::Send { to, bytes: bytes.clone() })
                };
                let commands = targets.iter().copied().map(command);
                let (text, effects) = match every {
                    None => {
                        let all = format!("Sending {length} to the {to}");
                        (all, commands.map(Effect::Server).collect())
                    }
                    Some(every) => {
                        let commands = commands.collect();
                        let connection = targets.into_iter().flatten().next();
                        self.acting.repeating = Some(Repeating { connection });
                        let key = self.keymap().label(Action::Send(SendAction::EndRepeat));
                        let text = format!("Sending {length} to the {to} again and again; {key} ends it");
                        (text, vec![Effect::Repeat { commands, every }])
                    }
                };
                self.status = Some(Status::new(Severity::Info, &text, self.now));
                effects
            }
        }
    }

    /// Returns who gets what is sent: connections, or all of them.
    fn targets(&self) -> Vec<Option<ConnectionId>> {
        match self.acting.send.scope() {
            Scope::One => vec![Some(self.acting.send.connection())],
            Scope::Listed => self.listed().map(Some).collect(),
            Scope::All => vec![None],
        }
    }

    /// Returns the open connections in the table.
    fn listed(&self) -> impl Iterator<Item = ConnectionId> + '_ {
        let (_, rows) = self.clients.window(self.clients.len());
        rows.iter().copied().filter(|&id| self.is_live(id))
    }

    fn is_live(&self, id: ConnectionId) -> bool {
        self.model.connection(id).is_some_and(|known| known.closed.is_none())
    }

    fn check(&self, content: &Content, every: Option<u64>) -> Result<(), String> {
        let prompt = &self.acting.send;
        match (content, prompt.scope()) {
            (Content::Bytes(bytes), _) if bytes.len() > MOST_TO_SEND => Err("more than 1 MiB".to_owned()),
            (Content::File(_), _) if every.is_some() => Err("a file is sent once only".to_owned()),
            (_, Scope::Listed) if every.is_some() => {
                Err("only to one connection, or to all, is something sent again and again".to_owned())
            }
            (_, Scope::Listed) if self.listed().next().is_none() => {
                Err("no open connection is in the table".to_owned())
            }
            (_, Scope::One) if !self.is_live(prompt.connection()) => {
                Err(format!("{} is closed", self.label_of(prompt.connection())))
            }
            (_, Scope::One | Scope::Listed | Scope::All) => Ok(()),
        }
    }

    fn end_repeat(&mut self) -> Vec<Effect> {
        if self.acting.repeating.take().is_none() {
            self.set_status(Severity::Info, "Nothing is sent again and again");
            return Vec::new();
        }
        self.set_status(Severity::Info, "Nothing is sent again any more");
        vec![Effect::EndRepeat]
    }

    /// Says what came of a file that was to be sent, if it could not be read.
    pub(super) fn file_not_sent(&mut self, why: &str) {
        self.set_status(Severity::Error, why);
    }

    fn toggle_pause(&mut self, side: Side) -> Vec<Effect> {
        let Some(known) = self.live_selected() else { return Vec::new() };
        let (id, is_paused) = (known.id, known.is_paused(side));
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
