//! The rows of the key table for finding bytes.

use ratatui::crossterm::event::KeyCode::{BackTab, Down, Enter, Esc, F, Tab, Up};

use crate::app::action::{Action, ClientsAction, FindAction};
use crate::app::keymap::binding::{Key, Row};
use crate::app::keymap::key_context::KeyContext::{Everywhere, Filter, Find, Hits, Stream};
use crate::app::keymap::table::{c, hinted, k, row};
use crate::app::stream::Seek;

const fn find(keys: &'static [Key], action: FindAction, what: &'static str) -> Row {
    row(Find, keys, Action::Find(action), what)
}

/// The key bindings.
pub(super) const FINDING_TABLE: &[Row] = &[
    hinted(
        row(
            Stream,
            &[c('/')],
            Action::Find(FindAction::Open),
            "Find text, re: and a regex, or hex: and bytes",
        ),
        6,
        "find",
    ),
    hinted(
        row(Stream, &[c('n'), k(F(3))], Action::Find(FindAction::Go(Seek::Forward)), "To the next hit"),
        1,
        "next hit",
    ),
    row(Stream, &[c('N')], Action::Find(FindAction::Go(Seek::Backward)), "To the previous hit"),
    row(Everywhere, &[c('A')], Action::Find(FindAction::List), "Hits in all connections, as a list"),
    hinted(row(Hits, &[k(Enter)], Action::Find(FindAction::Show), "Show this hit"), 1, "show"),
    hinted(row(Hits, &[k(Esc), c('q')], Action::Find(FindAction::CloseList), "Close the list"), 0, "close"),
    hinted(
        row(
            Filter,
            &[k(Tab)],
            Action::Clients(ClientsAction::CompleteFilter),
            "Complete a field or its value",
        ),
        3,
        "complete",
    ),
    hinted(find(&[k(Enter)], FindAction::Start, "Find it; an empty pattern ends the search"), 1, "find"),
    hinted(find(&[k(Esc)], FindAction::Cancel, "Find nothing else"), 2, "cancel"),
    find(&[k(Up)], FindAction::Earlier, "The pattern before it"),
    find(&[k(Down)], FindAction::Later, "The pattern after it"),
    hinted(
        find(
            &[k(Tab)],
            FindAction::Encoding(Seek::Forward),
            "Find text in another encoding, the likely one first",
        ),
        3,
        "encoding",
    ),
    find(&[k(BackTab)], FindAction::Encoding(Seek::Backward), "Find text in the encoding before"),
];
