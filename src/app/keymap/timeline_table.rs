//! The rows of the key table for the timeline of a recording.

use crate::app::action::{Action, TimelineStep};
use crate::app::keymap::binding::{Key, Row};
use crate::app::keymap::key_context::KeyContext;
use crate::app::keymap::table::{c, hinted, row};

const fn step(keys: &'static [Key], step: TimelineStep, what: &'static str) -> Row {
    row(KeyContext::Recording, keys, Action::Timeline(step), what)
}

/// The key bindings.
pub(super) const TIMELINE_TABLE: &[Row] = &[
    hinted(step(&[c('p')], TimelineStep::Play, "Play the recording, or pause"), 1, "play"),
    step(&[c('+')], TimelineStep::Faster, "Play twice as fast"),
    step(&[c('-')], TimelineStep::Slower, "Play half as fast"),
    step(&[c('J')], TimelineStep::Ahead, "Jump ahead: ten seconds of playing"),
    step(&[c('K')], TimelineStep::Back, "Jump back: ten seconds of playing"),
    step(&[c('L')], TimelineStep::Whole, "Show the whole recording at once"),
];
