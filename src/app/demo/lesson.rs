//! The progress of a lesson.

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
