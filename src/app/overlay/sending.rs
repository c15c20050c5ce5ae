//! What the keys of the prompt for bytes to send do, and those that pause reads.

use bytes::Bytes;

use crate::app::action::{Action, SendAction};
use crate::app::context::Context;
use crate::app::effect::Effect;
use crate::app::format;
use crate::app::outcome::{Outcome, Request};
use crate::app::overlay::entry::Overlay;
use crate::app::overlay::send_prompt::{Scope, SendPrompt};
use crate::app::status::Severity;
use crate::bytes::content::{self, Content};
use crate::event::{Command, ConnectionCommand, ConnectionId, MOST_TO_SEND, Side};

/// The connections that the table shows and that are open.
fn live<'a>(listed: &'a [ConnectionId], context: Context<'a>) -> impl Iterator<Item = ConnectionId> + 'a {
    listed.iter().copied().filter(move |&id| context.is_live(id))
}

impl SendPrompt {
    /// Executes an action. `listed` are the connections in the table.
    pub(crate) fn act(
        &mut self,
        action: SendAction,
        context: Context<'_>,
        listed: &[ConnectionId],
    ) -> Outcome {
        match action {
            SendAction::Open => return self.open_selected(context),
            SendAction::Send => return self.send(context, listed),
            SendAction::Cancel => return Outcome::request(Request::Close),
            SendAction::OtherSide => self.switch_side(),
            SendAction::OtherScope => self.switch_scope(),
            SendAction::Earlier => self.earlier(),
            SendAction::Later => self.later(),
            SendAction::EndRepeat => return self.end_repeat(),
            SendAction::TogglePause(side) => return toggle_pause(side, context),
        }
        Outcome::default()
    }

    fn open_selected(&mut self, context: Context<'_>) -> Outcome {
        let known = match context.live_connection() {
            Ok(known) => known,
            Err(why) => return why,
        };
        self.open(known.id, known.upstream.is_some());
        // The client of the prompt stays selected, even if other rows take its place.
        Outcome::request(Request::Pin).and(Request::Open(Overlay::Send))
    }

    /// Returns the words before the text of the prompt: who gets it.
    #[must_use]
    pub(crate) fn name(&self, context: Context<'_>, listed: &[ConnectionId]) -> String {
        let count = || format::count(live(listed, context).count() as u64);
        let all = || format::count(context.model().live());
        let to = match (self.scope(), self.to()) {
            (Scope::One, Side::Client) => context.label_of(self.connection()),
            (Scope::One, Side::Upstream) => format!("the upstream of {}", self.connection()),
            (Scope::Listed, Side::Client) => format!("{} listed clients", count()),
            (Scope::Listed, Side::Upstream) => format!("{} listed upstreams", count()),
            (Scope::All, Side::Client) => format!("all {} clients", all()),
            (Scope::All, Side::Upstream) => format!("all {} upstreams", all()),
        };
        format!("send to {to}: ")
    }

    /// Sends what was typed; an error leaves the prompt open.
    fn send(&mut self, context: Context<'_>, listed: &[ConnectionId]) -> Outcome {
        let typed = self.input().text().to_owned();
        let parsed = content::repeated(&typed).and_then(|repeated| {
            let content = content::parse(repeated.text)?;
            self.check(&content, repeated.every, context, listed)?;
            Ok((content, repeated.every))
        });
        let (content, every) = match parsed {
            Ok(parsed) => parsed,
            Err(why) => return Outcome::error(&why),
        };
        self.keep();
        let (to, targets) = (self.to(), self.targets(context, listed));
        let outcome = match content {
            Content::File(path) => {
                let file = |connection| Effect::SendFile { path: path.clone(), to, connection };
                let effects = targets.into_iter().map(file).collect();
                Outcome { effects, ..Outcome::info(&format!("Reading {path}")) }
            }
            Content::Bytes(bytes) => self.send_bytes(&Bytes::from(bytes), every, &targets, context),
        };
        outcome.and(Request::Close)
    }

    fn send_bytes(
        &mut self,
        bytes: &Bytes,
        every: Option<u64>,
        targets: &[Option<ConnectionId>],
        context: Context<'_>,
    ) -> Outcome {
        let to = self.to();
        let length = format::plural(bytes.len() as u64, "byte");
        let command =
            |connection| Command::on(connection, ConnectionCommand::Send { to, bytes: bytes.clone() });
        let commands = targets.iter().copied().map(command);
        let Some(every) = every else {
            let effects = commands.map(Effect::Server).collect();
            let text = format!("Sending {length} to the {to}{}", without_newline(bytes));
            return Outcome { effects, ..Outcome::info(&text) };
        };
        let commands = commands.collect();
        self.begin_repeat(targets.iter().copied().flatten().next());
        let key = context.keymap().way_to(Action::Send(SendAction::EndRepeat));
        let text = format!("Sending {length} to the {to} again and again; {key} ends it");
        Outcome::effect(Effect::Repeat { commands, every }).say(Severity::Info, &text)
    }

    /// Returns who gets what is sent: connections, or all of them.
    fn targets(&self, context: Context<'_>, listed: &[ConnectionId]) -> Vec<Option<ConnectionId>> {
        match self.scope() {
            Scope::One => vec![Some(self.connection())],
            Scope::Listed => live(listed, context).map(Some).collect(),
            Scope::All => vec![None],
        }
    }

    fn check(
        &self,
        content: &Content,
        every: Option<u64>,
        context: Context<'_>,
        listed: &[ConnectionId],
    ) -> Result<(), String> {
        match (content, self.scope()) {
            (Content::Bytes(bytes), _) if bytes.len() > MOST_TO_SEND => Err("more than 1 MiB".to_owned()),
            (Content::File(_), _) if every.is_some() => Err("a file is sent once only".to_owned()),
            (_, Scope::Listed) if every.is_some() => {
                Err("only to one connection, or to all, is something sent again and again".to_owned())
            }
            (_, Scope::Listed) if live(listed, context).next().is_none() => {
                Err("no open connection is in the table".to_owned())
            }
            (_, Scope::One) if !context.is_live(self.connection()) => {
                Err(format!("{} is closed", context.label_of(self.connection())))
            }
            (_, Scope::One | Scope::Listed | Scope::All) => Ok(()),
        }
    }

    fn end_repeat(&mut self) -> Outcome {
        if self.take_repeat().is_none() {
            return Outcome::info("Nothing is sent again and again");
        }
        Outcome::effect(Effect::EndRepeat).say(Severity::Info, "Nothing is sent again any more")
    }
}

/// Says that text has no end of a line, which a server for lines may wait for. Nothing is added to what is typed.
fn without_newline(bytes: &[u8]) -> &'static str {
    let is_text = bytes.iter().all(|byte| (b' '..=b'~').contains(byte));
    if is_text && !bytes.is_empty() { r" as typed, without a line end (\n)" } else { "" }
}

fn toggle_pause(side: Side, context: Context<'_>) -> Outcome {
    let known = match context.live_connection() {
        Ok(known) => known,
        Err(why) => return why,
    };
    let id = known.id;
    if side == Side::Upstream && known.upstream.is_none() {
        return Outcome::info(&format!("{} has no upstream", context.label_of(id)));
    }
    let (text, command) = if known.is_paused(side) {
        (format!("Reading from the {side} of {id} again"), ConnectionCommand::Resume(side))
    } else {
        (format!("Pausing the reads from the {side} of {id}"), ConnectionCommand::Pause(side))
    };
    Outcome::command(id, command).say_about(id, &text)
}
