//! The rows of the key table for the timeline of a recording.

use ratatui::crossterm::event::KeyCode::{Enter, Esc};

use crate::app::action::{Action, TimelineAction, TimelineStep};
use crate::app::keymap::binding::{Key, Row};
use crate::app::keymap::key_context::KeyContext;
use crate::app::keymap::table::{c, hinted, k, row};

const fn step(keys: &'static [Key], step: TimelineStep, what: &'static str) -> Row {
    timeline(KeyContext::Recording, keys, TimelineAction::Step(step), what)
}

const fn timeline(
    context: KeyContext,
    keys: &'static [Key],
    action: TimelineAction,
    what: &'static str,
) -> Row {
    row(context, keys, Action::Timeline(action), what)
}

/// The key bindings.
pub(super) const TIMELINE_TABLE: &[Row] = &[
    hinted(step(&[c('p')], TimelineStep::Play, "Play the recording, or pause"), 1, "play"),
    step(&[c('+')], TimelineStep::Faster, "Play twice as fast"),
    step(&[c('-')], TimelineStep::Slower, "Play half as fast"),
    step(&[c('J')], TimelineStep::Ahead, "Jump ahead: ten seconds of playing"),
    step(&[c('K')], TimelineStep::Back, "Jump back: ten seconds of playing"),
    timeline(KeyContext::Recording, &[c('@')], TimelineAction::AskTime, "Go to a time"),
    step(&[c('L')], TimelineStep::Whole, "Show the whole recording at once"),
    hinted(timeline(KeyContext::Time, &[k(Enter)], TimelineAction::GoToTime, "Go there"), 1, "go there"),
    hinted(timeline(KeyContext::Time, &[k(Esc)], TimelineAction::Cancel, "Go nowhere"), 2, "cancel"),
];
