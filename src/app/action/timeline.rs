//! The actions on the timeline of a recording.

/// An action on the timeline of a recording.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum TimelineAction {
    /// Take a step.
    Step(TimelineStep),
    /// Open the prompt for a time.
    AskTime,
    /// Go to the time that is typed.
    GoToTime,
    /// Close the prompt.
    Cancel,
}

/// A step on the timeline of a recording.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum TimelineStep {
    /// Play from here on, or from the start if everything is shown; or pause.
    Play,
    /// Play twice as fast.
    Faster,
    /// Play half as fast.
    Slower,
    /// Jump ahead: ten seconds of playing.
    Ahead,
    /// Jump back: ten seconds of playing.
    Back,
    /// Show everything at once.
    Whole,
}
