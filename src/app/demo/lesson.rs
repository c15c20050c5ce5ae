//! The progress of a lesson, and the keys that pause it, resume it, and go on to its next caption.

use ratatui::crossterm::event::KeyEvent;

use crate::app::action::Action;
use crate::app::effect::{Effect, LessonControl};
use crate::app::keymap::KeyContext;
use crate::app::{App, Mode};

/// The progress of a lesson.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LessonProgress {
    /// The number of the caption that is shown; 0 before the first one.
    pub caption: usize,
    /// The number of captions in the lesson.
    pub captions: usize,
    /// Whether the lesson's clock runs.
    pub playing: LessonClock,
}

/// Whether the clock of a lesson runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LessonClock {
    /// The clock runs.
    Running,
    /// The clock is stopped: no step is taken, and the scripted clients send nothing.
    Paused,
}

impl LessonProgress {
    /// Returns the text before the caption: the progress, and whether the lesson is paused.
    pub(crate) fn words(self) -> String {
        let paused = if self.playing == LessonClock::Paused { " PAUSED" } else { "" };
        format!("{}/{}{paused} ", self.caption, self.captions)
    }
}

impl App {
    /// Returns the key context of a lesson while its keys work: they take precedence over those of the panes.
    #[must_use]
    pub fn lesson_contexts(&self) -> &'static [KeyContext] {
        match (self.demo.lesson, self.mode) {
            (Some(_), Mode::Panes) => &[KeyContext::Lesson],
            _ => &[],
        }
    }

    /// Returns the lesson action of a key, if it has one. Keys that a lesson presses itself never pause it.
    pub(crate) fn lesson_action(&self, key: KeyEvent) -> Option<Action> {
        self.keymap().action(self.lesson_contexts(), key)
    }

    /// Updates the progress of the lesson; `None` means that it has ended.
    pub(crate) fn lesson_is_at(&mut self, place: Option<LessonProgress>) {
        self.demo.lesson = place;
        self.fit();
    }

    /// Pauses the lesson and freezes the display, or resumes both.
    pub(crate) fn pause_lesson(&mut self) -> Vec<Effect> {
        let Some(place) = &mut self.demo.lesson else { return Vec::new() };
        let (playing, control, frozen) = match place.playing {
            LessonClock::Running => (LessonClock::Paused, LessonControl::Pause, true),
            LessonClock::Paused => (LessonClock::Running, LessonControl::Resume, false),
        };
        place.playing = playing;
        if self.frozen.is_some() != frozen {
            self.freeze();
        }
        self.fit();
        vec![Effect::Lesson(control)]
    }

    /// Jumps to the next caption. A frozen display is resumed, because the caption's subject has to be visible.
    pub(crate) fn next_caption(&mut self) -> Vec<Effect> {
        if self.frozen.is_some() {
            self.freeze();
        }
        vec![Effect::Lesson(LessonControl::Next)]
    }
}
