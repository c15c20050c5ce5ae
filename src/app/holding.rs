//! Actions on what is held of a connection.

use std::ops::Range;

use bytes::Bytes;

use super::effect::Effect;
use super::{App, Mode, Question};
use crate::app::action::{HoldAction, HoldInput};
use crate::app::chrome::line_layout::Severity;
use crate::app::format;
use crate::app::overlay::hold_view::{HoldLayout, HoldView};
use crate::bytes::content::{self, Content};
use crate::event::{Command, ConnectionCommand, Release};
use crate::model::user_actions::Held;

impl App {
    /// Returns what the overlay shows, if it is open.
    #[must_use]
    pub fn hold_view(&self) -> Option<&HoldView> {
        let is_open = matches!(self.mode, Mode::Hold | Mode::HoldInput(_) | Mode::Confirm(_, Question::Drop));
        is_open.then_some(&self.acting.hold)
    }

    /// Returns what is held of the side that the overlay shows.
    #[must_use]
    pub fn held(&self) -> Option<&Held> {
        self.model.connection(self.acting.hold.connection())?.held(self.acting.hold.side())
    }

    pub(super) fn held_range(&self) -> Option<Range<u64>> {
        self.held().map(|held| self.acting.hold.range(&held.bytes))
    }

    pub(super) fn dispatch_in_hold(&mut self, action: HoldAction) -> Vec<Effect> {
        match action {
            HoldAction::Open => self.open_hold(),
            HoldAction::Close => self.mode = Mode::Panes,
            HoldAction::Cancel => self.mode = Mode::Hold,
            HoldAction::OtherSide => self.acting.hold.switch_side(),
            HoldAction::Toggle => return self.toggle_hold(),
            HoldAction::ReleaseToCursor => return self.release_to_cursor(),
            HoldAction::ReleaseLine => return self.release(Release::Line),
            HoldAction::ReleaseAll => return self.release(Release::All),
            HoldAction::Enter => return self.enter_held(),
            HoldAction::Ask(HoldInput::From) => self.begin_hold_input(HoldInput::From),
            HoldAction::Move(_) | HoldAction::Mark | HoldAction::Drop | HoldAction::Ask(_) => {
                self.dispatch_on_held(action);
            }
        }
        Vec::new()
    }

    /// Executes an action that needs held bytes.
    fn dispatch_on_held(&mut self, action: HoldAction) {
        let per_row = HoldLayout::new(self.area()).per_row;
        let id = self.acting.hold.connection();
        let Some(held) = self.model.connection(id).and_then(|known| known.held(self.acting.hold.side()))
        else {
            return self.set_status(Severity::Info, "Nothing is held");
        };
        let is_empty = self.acting.hold.range(&held.bytes).is_empty();
        match action {
            HoldAction::Move(motion) => self.acting.hold.go(motion, &held.bytes, per_row),
            HoldAction::Mark => self.acting.hold.toggle_mark(&held.bytes),
            HoldAction::Drop | HoldAction::Ask(HoldInput::Replace) if is_empty => {
                self.set_status(Severity::Info, "There is no byte under the cursor");
            }
            HoldAction::Drop => self.mode = Mode::Confirm(id, Question::Drop),
            HoldAction::Ask(input) => self.begin_hold_input(input),
            HoldAction::Open
            | HoldAction::Close
            | HoldAction::OtherSide
            | HoldAction::Toggle
            | HoldAction::ReleaseToCursor
            | HoldAction::ReleaseLine
            | HoldAction::ReleaseAll
            | HoldAction::Enter
            | HoldAction::Cancel => {}
        }
    }

    fn open_hold(&mut self) {
        let Some(known) = self.live_selected() else { return };
        let (id, is_relayed) = (known.id, known.upstream.is_some());
        // The client of the overlay stays selected, even if other rows take its place.
        self.clients.pin();
        self.acting.hold.open(id, is_relayed);
        self.mode = Mode::Hold;
    }

    fn begin_hold_input(&mut self, input: HoldInput) {
        let id = self.acting.hold.connection();
        let held = self.model.connection(id).and_then(|known| known.held(self.acting.hold.side()));
        self.acting.hold.begin_input(input, held.map(|held| &held.bytes));
        self.mode = Mode::HoldInput(input);
    }

    /// Returns the words before the text of a prompt about what is held.
    #[must_use]
    pub(super) fn hold_prompt_name(&self, input: HoldInput) -> String {
        let side = self.acting.hold.side();
        match input {
            HoldInput::From => format!("hold the {side} from offset: "),
            HoldInput::Insert => "put in: ".to_owned(),
            HoldInput::Replace => {
                let range = self.held_range().unwrap_or_default();
                format!("{} from {}: ", format::plural(range.end - range.start, "byte"), range.start)
            }
        }
    }

    fn hold_command(&self, command: ConnectionCommand) -> Vec<Effect> {
        vec![Effect::Server(Command::Connection(self.acting.hold.connection(), command))]
    }

    fn toggle_hold(&self) -> Vec<Effect> {
        let from = self.acting.hold.side();
        self.hold_command(match self.held() {
            None => ConnectionCommand::Hold { from, at: None },
            Some(_) => ConnectionCommand::Release { from, what: Release::End },
        })
    }

    fn release(&mut self, what: Release) -> Vec<Effect> {
        self.acting.hold.clear_mark();
        self.hold_command(ConnectionCommand::Release { from: self.acting.hold.side(), what })
    }

    fn release_to_cursor(&mut self) -> Vec<Effect> {
        let bytes = self.held().map_or(0, |held| {
            let behind = (self.acting.hold.cursor(&held.bytes) + 1).min(held.bytes.end());
            behind - held.bytes.start()
        });
        self.release(Release::Bytes(bytes))
    }

    /// Does what the prompt asks for; an error leaves it open.
    fn enter_held(&mut self) -> Vec<Effect> {
        let Mode::HoldInput(input) = self.mode else { return Vec::new() };
        let text = self.acting.hold.input().text();
        let from = self.acting.hold.side();
        let done = match (input, self.held_range()) {
            (HoldInput::From, _) => match format::offset(text.trim()) {
                Some(at) => Ok(ConnectionCommand::Hold { from, at: Some(at) }),
                None => Err("an offset is a number, like 1024 or 0x400".to_owned()),
            },
            (HoldInput::Replace | HoldInput::Insert, None) => Err("nothing is held".to_owned()),
            (HoldInput::Replace | HoldInput::Insert, Some(range)) => {
                let cursor = self.held().map_or(0, |held| self.acting.hold.cursor(&held.bytes));
                let is_insert = input == HoldInput::Insert;
                let (position, length) =
                    if is_insert { (cursor, 0) } else { (range.start, range.end - range.start) };
                content::parse(text).and_then(|content| match content {
                    Content::Bytes(bytes) => {
                        Ok(ConnectionCommand::Replace { from, position, length, bytes: bytes.into() })
                    }
                    Content::File(_) => Err("a file can be sent, but not put in here".to_owned()),
                })
            }
        };
        match done {
            Ok(command) => {
                self.mode = Mode::Hold;
                self.acting.hold.clear_mark();
                self.hold_command(command)
            }
            Err(why) => {
                self.set_status(Severity::Error, &why);
                Vec::new()
            }
        }
    }

    /// Puts bytes in the place of those of the range.
    pub(super) fn replace_held(&mut self, bytes: Bytes) -> Vec<Effect> {
        let (from, range) = (self.acting.hold.side(), self.held_range().unwrap_or_default());
        self.acting.hold.clear_mark();
        let (position, length) = (range.start, range.end - range.start);
        self.hold_command(ConnectionCommand::Replace { from, position, length, bytes })
    }
}
