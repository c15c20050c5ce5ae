//! What is typed and pasted: it goes to the prompt that is on top, and a key that means nothing says where it would.

use ratatui::crossterm::event::KeyEvent;

use crate::app::action::{Action, Answer, Edit};
use crate::app::context::Context;
use crate::app::effect::Effect;
use crate::app::outcome::Outcome;
use crate::app::overlay::Overlay;
use crate::app::state::App;

impl App {
    /// Adds text that was pasted to what is typed.
    pub(super) fn paste(&mut self, text: &str) -> Outcome {
        match self.overlays.top() {
            Some(Overlay::Filter) => {
                self.clients.paste(text, Context::new(&self.world, self.clients.selected()));
            }
            Some(Overlay::Offset) => self.stream.paste_offset(text),
            Some(Overlay::Find) => self.find.paste(text),
            Some(Overlay::Frame) => self.framing.paste(text),
            Some(Overlay::Save) => self.export.paste(text),
            Some(Overlay::Pipe) => self.pipe.paste(text),
            Some(Overlay::Note) => self.marks.paste(text),
            Some(Overlay::Record) => self.record.paste(text),
            Some(Overlay::Time) => self.time.paste(text),
            _ => self.overlays.paste(text),
        }
        Outcome::default()
    }

    /// Changes the text of the prompt that is on top.
    pub(super) fn edit(&mut self, edit: Edit) -> Outcome {
        match self.overlays.top() {
            Some(Overlay::Filter) => {
                self.clients.edit_filter(edit, Context::new(&self.world, self.clients.selected()));
            }
            Some(Overlay::Offset) => return self.stream.edit_offset(edit),
            Some(Overlay::Find) => return self.find.edit(edit),
            Some(Overlay::Frame) => return self.framing.edit(edit),
            Some(Overlay::Save) => return self.export.edit(edit),
            Some(Overlay::Pipe) => return self.pipe.edit(edit),
            Some(Overlay::Note) => self.marks.edit(edit),
            top @ Some(Overlay::SetMark | Overlay::GoToMark) => {
                let context = Context::new(&self.world, self.clients.selected());
                return self.marks.take_letter(edit, top, &self.stream, context);
            }
            Some(Overlay::Record) => return self.record.edit(edit),
            Some(Overlay::Time) => return self.time.edit(edit),
            _ => self.overlays.edit(edit),
        }
        Outcome::default()
    }

    /// Takes a key that means nothing here: to a question, that is no.
    pub(super) fn decline(&mut self, key: KeyEvent) -> Vec<Effect> {
        match self.overlays.top() {
            Some(
                Overlay::Confirm(_) | Overlay::SwitchHost(_) | Overlay::Overwrite | Overlay::ReplaceRecording,
            ) => self.dispatch(Action::Answer(Answer::No)),
            Some(_) => Vec::new(),
            None => self.follow_up(
                self.keymap().elsewhere(key).map_or_else(Outcome::default, |text| Outcome::info(&text)),
            ),
        }
    }
}
