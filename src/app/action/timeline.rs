//! The actions on the timeline of a recording.

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
