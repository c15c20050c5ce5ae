//! The rows of the key table for the comparison of two connections.

use ratatui::crossterm::event::KeyCode::{Esc, F, Tab};

use crate::app::action::{Action, CompareAction, HelpAction};
use crate::app::keymap::binding::{Key, Row};
use crate::app::keymap::key_context::KeyContext::{self, Clients, Compare, Stream};
use crate::app::keymap::table::{c, hinted, k, row};
use crate::app::stream::Seek;

const fn compare(
    context: KeyContext,
    keys: &'static [Key],
    action: CompareAction,
    what: &'static str,
) -> Row {
    row(context, keys, Action::Compare(action), what)
}

const START: &str = "Compare two connections: first one, then other";

/// The key bindings.
pub(super) const COMPARING_TABLE: &[Row] = &[
    hinted(compare(Clients, &[c('=')], CompareAction::Start, START), 13, "compare"),
    hinted(compare(Stream, &[c('=')], CompareAction::Start, START), 13, "compare"),
    hinted(
        compare(Compare, &[c('n'), k(F(3))], CompareAction::Go(Seek::Forward), "To the next difference"),
        1,
        "next",
    ),
    hinted(
        compare(Compare, &[c('N')], CompareAction::Go(Seek::Backward), "To the previous difference"),
        2,
        "previous",
    ),
    hinted(
        compare(Compare, &[k(Tab), c('>')], CompareAction::OtherDirection, "Compare the other direction"),
        3,
        "direction",
    ),
    hinted(compare(Compare, &[c('x')], CompareAction::OtherFormat, "Hex, or text"), 4, "view"),
    hinted(
        compare(
            Compare,
            &[c('a')],
            CompareAction::OtherAlignment,
            "Pair bytes by offset, or align what is the same",
        ),
        5,
        "align",
    ),
    hinted(
        compare(
            Compare,
            &[c(']')],
            CompareAction::OtherConnection(Seek::Forward),
            "Next connection on the right",
        ),
        6,
        "other one",
    ),
    compare(
        Compare,
        &[c('[')],
        CompareAction::OtherConnection(Seek::Backward),
        "Previous connection on the right",
    ),
    hinted(row(Compare, &[c('?'), k(F(1))], Action::Help(HelpAction::Open), "Help"), 0, "help"),
    hinted(
        compare(Compare, &[k(Esc), c('='), c('q')], CompareAction::Close, "Close the comparison"),
        0,
        "close",
    ),
];
