//! How far a lesson is, and the keys that hold it, let it go on, and take it to its next caption.

use ratatui::crossterm::event::KeyEvent;

use super::command::Command;
use super::effect::{Effect, LessonControl};
use super::keymap::{self, Context};
use super::{App, Mode};

/// How far a lesson is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place {
    /// The number of the caption that is told; 0 before the first one.
    pub caption: usize,
    /// How many captions the lesson has.
    pub captions: usize,
    /// Whether its time goes on.
    pub playing: Playing,
}

/// Whether the time of a lesson goes on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Playing {
    /// It does.
    Running,
    /// It does not: no step is taken, and the talking clients send nothing.
    Paused,
}

impl Place {
    /// What stands before the caption.
    pub(super) fn words(self) -> String {
        let paused = if self.playing == Playing::Paused { " PAUSED" } else { "" };
        format!("{}/{}{paused} ", self.caption, self.captions)
    }
}

impl App {
    /// The keys of a lesson, where they mean something now: before those of the panes.
    #[must_use]
    pub fn lesson_contexts(&self) -> &'static [Context] {
        match (self.presenting.lesson, self.mode) {
            (Some(_), Mode::Panes) => &[Context::Lesson],
            _ => &[],
        }
    }

    /// What a key means to the lesson that is played, if anything. The keys that a lesson presses itself do not hold it.
    pub(super) fn lesson_command(&self, key: KeyEvent) -> Option<Command> {
        keymap::command(self.lesson_contexts(), key)
    }

    /// A lesson has come to this place; with `None` it is over.
    pub(super) fn lesson_is_at(&mut self, place: Option<Place>) {
        self.presenting.lesson = place;
        self.fit();
    }

    /// Holds the lesson, and the display with it; or lets both go on.
    pub(super) fn pause_lesson(&mut self) -> Vec<Effect> {
        let Some(place) = &mut self.presenting.lesson else { return Vec::new() };
        let (playing, control, frozen) = match place.playing {
            Playing::Running => (Playing::Paused, LessonControl::Pause, true),
            Playing::Paused => (Playing::Running, LessonControl::Resume, false),
        };
        place.playing = playing;
        if self.frozen.is_some() != frozen {
            self.freeze();
        }
        self.fit();
        vec![Effect::Lesson(control)]
    }

    /// Asks for the next caption at once. What it speaks of has to be seen, so a frozen display goes on.
    pub(super) fn next_caption(&mut self) -> Vec<Effect> {
        if self.frozen.is_some() {
            self.freeze();
        }
        vec![Effect::Lesson(LessonControl::Next)]
    }
}
