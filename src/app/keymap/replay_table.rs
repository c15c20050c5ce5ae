//! The rows of the key table for a recording that is played to a real program.

use ratatui::crossterm::event::KeyCode::{Enter, Esc};

use crate::app::action::{Action, ReplayAction};
use crate::app::keymap::binding::{Key, Row};
use crate::app::keymap::key_context::KeyContext::{self, Differences, Replay};
use crate::app::keymap::table::{c, hinted, k, row};

const fn replay(context: KeyContext, keys: &'static [Key], action: ReplayAction, what: &'static str) -> Row {
    row(context, keys, Action::Replay(action), what)
}

/// The key bindings.
pub(super) const REPLAY_TABLE: &[Row] = &[
    hinted(replay(Replay, &[c('D')], ReplayAction::List, "Differences as a list"), 1, "differences"),
    hinted(replay(Replay, &[c('p')], ReplayAction::Pause, "Pause the replay, or go on"), 2, "pause"),
    hinted(
        replay(Differences, &[k(Enter)], ReplayAction::Show, "Show it in the stream of its connection"),
        1,
        "show",
    ),
    hinted(
        replay(Differences, &[c('=')], ReplayAction::Compare, "Show what was recorded beside it"),
        2,
        "compare",
    ),
    hinted(replay(Differences, &[k(Esc), c('D')], ReplayAction::CloseList, "Close the list"), 0, "close"),
];
