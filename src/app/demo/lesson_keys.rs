//! The keys that pause a lesson, resume it, and go on to its next caption.

use crate::app::demo::lesson::{LessonClock, LessonProgress};
use crate::app::demo::state::Demo;
use crate::app::effect::{Effect, LessonControl};
use crate::app::outcome::{Outcome, Request};

impl Demo {
    /// Updates the progress of the lesson; `None` means that it has ended.
    pub(crate) fn lesson_is_at(&mut self, place: Option<LessonProgress>) {
        self.lesson = place;
    }

    /// Pauses the lesson and freezes the display, or resumes both. `is_frozen` says whether the display is frozen now.
    pub(crate) fn pause_lesson(&mut self, is_frozen: bool) -> Outcome {
        let Some(place) = &mut self.lesson else { return Outcome::default() };
        let (playing, control, freeze) = match place.playing {
            LessonClock::Running => (LessonClock::Paused, LessonControl::Pause, true),
            LessonClock::Paused => (LessonClock::Running, LessonControl::Resume, false),
        };
        place.playing = playing;
        let outcome = Outcome::effect(Effect::Lesson(control));
        if is_frozen == freeze { outcome } else { outcome.and(Request::ToggleFreeze) }
    }
}

/// Jumps to the next caption. A frozen display is resumed, because the caption's subject has to be visible.
pub(crate) fn next_caption(is_frozen: bool) -> Outcome {
    let outcome = Outcome::effect(Effect::Lesson(LessonControl::Next));
    if is_frozen { outcome.and(Request::ToggleFreeze) } else { outcome }
}
