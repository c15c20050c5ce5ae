//! What the keys of the overlay of held bytes do.

use std::ops::Range;

use bytes::Bytes;

use crate::app::action::{Action, HoldAction, HoldInput, MessageAction};
use crate::app::context::Context;
use crate::app::format;
use crate::app::outcome::{Outcome, Request};
use crate::app::overlay::confirm::{Confirm, Question};
use crate::app::overlay::entry::Overlay;
use crate::app::overlay::held_message;
use crate::app::overlay::hold_view::{HoldLayout, HoldView};
use crate::bytes::content::{self, Content};
use crate::event::{ConnectionCommand, Release};
use crate::model::user_actions::Held;

impl HoldView {
    /// Returns what is held of the side that the overlay shows.
    #[must_use]
    pub fn held<'a>(&self, context: Context<'a>) -> Option<&'a Held> {
        context.model().connection(self.connection())?.held(self.side())
    }

    pub(crate) fn held_range(&self, context: Context<'_>) -> Option<Range<u64>> {
        self.held(context).map(|held| self.range(&held.bytes))
    }

    /// Executes an action; `input` is the prompt that is open.
    pub(crate) fn act(
        &mut self,
        action: HoldAction,
        input: Option<HoldInput>,
        context: Context<'_>,
    ) -> Outcome {
        match action {
            HoldAction::Open => return self.open_selected(context),
            HoldAction::Close | HoldAction::Cancel => return Outcome::request(Request::Close),
            HoldAction::OtherSide => self.switch_side(),
            HoldAction::Toggle => return self.toggle(context),
            HoldAction::FromBorder => return self.hold_from_border(context),
            HoldAction::ReleaseToCursor => return self.release_to_cursor(context),
            HoldAction::ReleaseLine => return self.release(Release::Line),
            HoldAction::ReleaseMessage => return self.release_message(context),
            HoldAction::ReleaseAll => return self.release(Release::All),
            HoldAction::Enter => return input.map(|input| self.enter(input, context)).unwrap_or_default(),
            HoldAction::Ask(HoldInput::From) => return self.ask(HoldInput::From, context),
            HoldAction::Move(motion) => {
                let per_row = HoldLayout::new(context.display().area()).per_row;
                return self.on_held(context, |view, held| {
                    view.go(motion, &held.bytes, per_row);
                    Outcome::default()
                });
            }
            HoldAction::Mark => {
                return self.on_held(context, |view, held| {
                    view.toggle_mark(&held.bytes);
                    Outcome::default()
                });
            }
            HoldAction::Drop => {
                return self.on_held(context, |view, held| {
                    let confirm = Confirm { connection: view.connection(), question: Question::Drop };
                    let ask = Outcome::request(Request::Open(Overlay::Confirm(confirm)));
                    if view.range(&held.bytes).is_empty() { nothing_under_the_cursor() } else { ask }
                });
            }
            HoldAction::Ask(input @ HoldInput::Replace) => {
                return self.on_held(context, |view, held| {
                    let is_empty = view.range(&held.bytes).is_empty();
                    if is_empty { nothing_under_the_cursor() } else { view.ask(input, context) }
                });
            }
            HoldAction::Ask(input @ HoldInput::Insert) => {
                return self.on_held(context, |view, _| view.ask(input, context));
            }
        }
        Outcome::default()
    }

    /// Does what needs held bytes.
    fn on_held(&mut self, context: Context<'_>, act: impl FnOnce(&mut Self, &Held) -> Outcome) -> Outcome {
        match self.held(context) {
            Some(held) => act(self, held),
            None => Outcome::info("Nothing is held"),
        }
    }

    fn open_selected(&mut self, context: Context<'_>) -> Outcome {
        let known = match context.live_connection() {
            Ok(known) => known,
            Err(why) => return why,
        };
        self.open(known.id, known.upstream.is_some());
        // The client of the overlay stays selected, even if other rows take its place.
        Outcome::request(Request::Pin).and(Request::Open(Overlay::Hold))
    }

    fn ask(&mut self, input: HoldInput, context: Context<'_>) -> Outcome {
        let held = self.held(context);
        self.begin_input(input, held.map(|held| &held.bytes));
        Outcome::request(Request::Open(Overlay::HoldInput(input)))
    }

    /// Returns the words before the text of a prompt about what is held.
    #[must_use]
    pub(crate) fn prompt_name(&self, input: HoldInput, context: Context<'_>) -> String {
        let side = self.side();
        match input {
            HoldInput::From => format!("hold the {side} from offset: "),
            HoldInput::Insert => "put in: ".to_owned(),
            HoldInput::Replace => {
                let range = self.held_range(context).unwrap_or_default();
                format!("{} from {}: ", format::plural(range.end - range.start, "byte"), range.start)
            }
        }
    }

    /// Sends a command, which ends the wait for a border: from here on the user decides what goes on.
    fn command(&mut self, command: ConnectionCommand) -> Outcome {
        self.waits.end(self.connection(), self.side());
        Outcome::command(self.connection(), command)
    }

    fn toggle(&mut self, context: Context<'_>) -> Outcome {
        let from = self.side();
        self.command(match self.held(context) {
            None => ConnectionCommand::Hold { from, at: None },
            Some(_) => ConnectionCommand::Release { from, what: Release::End },
        })
    }

    /// Holds from the next border between messages on. What waits for one holds at once.
    fn hold_from_border(&mut self, context: Context<'_>) -> Outcome {
        let (connection, from) = (self.connection(), self.side());
        if self.waits.end(connection, from) {
            return Outcome::default();
        }
        if self.held(context).is_some() {
            return Outcome::info("Its bytes are held already");
        }
        let known = context.model().connection(connection);
        if known.and_then(|known| held_message::messages(known, from)).is_none() {
            return no_rule(context);
        }
        let outcome = self.command(ConnectionCommand::Hold { from, at: None });
        self.waits.begin(connection, from);
        outcome
    }

    fn release(&mut self, what: Release) -> Outcome {
        self.clear_mark();
        self.command(ConnectionCommand::Release { from: self.side(), what })
    }

    fn release_to_cursor(&mut self, context: Context<'_>) -> Outcome {
        let bytes = self.held(context).map_or(0, |held| {
            let behind = (self.cursor(&held.bytes) + 1).min(held.bytes.end());
            behind - held.bytes.start()
        });
        self.release(Release::Bytes(bytes))
    }

    /// Lets the first message go on.
    fn release_message(&mut self, context: Context<'_>) -> Outcome {
        let known = context.model().connection(self.connection());
        let Some((known, held)) = known.and_then(|known| Some((known, known.held(self.side())?))) else {
            return Outcome::info("Nothing is held");
        };
        if held_message::messages(known, self.side()).is_none() {
            return no_rule(context);
        }
        match held_message::bytes_of_first(known, self.side(), &held.bytes) {
            Ok(bytes) => self.release(Release::Bytes(bytes)),
            Err(why) => Outcome::info(why),
        }
    }

    /// Does what the prompt asks for; an error leaves it open.
    fn enter(&mut self, input: HoldInput, context: Context<'_>) -> Outcome {
        match self.entered(input, context) {
            Ok(command) => {
                self.clear_mark();
                self.command(command).and(Request::Close)
            }
            Err(why) => Outcome::error(&why),
        }
    }

    fn entered(&self, input: HoldInput, context: Context<'_>) -> Result<ConnectionCommand, String> {
        let (text, from) = (self.input().text(), self.side());
        let held = || self.held(context).ok_or_else(|| "nothing is held".to_owned());
        let (position, length) = match input {
            HoldInput::From => {
                return match format::offset(text.trim()) {
                    Some(at) => Ok(ConnectionCommand::Hold { from, at: Some(at) }),
                    None => Err("an offset is a number, like 1024 or 0x400".to_owned()),
                };
            }
            HoldInput::Insert => (self.cursor(&held()?.bytes), 0),
            HoldInput::Replace => {
                let range = self.range(&held()?.bytes);
                (range.start, range.end - range.start)
            }
        };
        match content::parse(text)? {
            Content::Bytes(bytes) => {
                Ok(ConnectionCommand::Replace { from, position, length, bytes: bytes.into() })
            }
            Content::File(_) => Err("a file can be sent, but not put in here".to_owned()),
        }
    }

    /// Puts bytes in the place of those of the range.
    pub(crate) fn replace(&mut self, bytes: Bytes, context: Context<'_>) -> Outcome {
        let (from, range) = (self.side(), self.held_range(context).unwrap_or_default());
        self.clear_mark();
        let (position, length) = (range.start, range.end - range.start);
        self.command(ConnectionCommand::Replace { from, position, length, bytes })
    }
}

fn no_rule(context: Context<'_>) -> Outcome {
    let key = context.keymap().label(Action::Message(MessageAction::Ask));
    Outcome::info(&format!("No rule tells its messages apart; {key} in a stream asks for one"))
}

fn nothing_under_the_cursor() -> Outcome {
    Outcome::info("There is no byte under the cursor")
}
