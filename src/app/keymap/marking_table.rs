//! The rows of the key table for marks, and for notes on them and on connections.

use ratatui::crossterm::event::KeyCode::{Enter, Esc, Tab};

use crate::app::action::{Action, MarkAction};
use crate::app::keymap::binding::{Key, Row};
use crate::app::keymap::key_context::KeyContext::{
    self, Clients, Everywhere, GoToMark, Marks, Note, SetMark, Stream,
};
use crate::app::keymap::table::{c, hinted, k, row};

const fn mark(context: KeyContext, keys: &'static [Key], action: MarkAction, what: &'static str) -> Row {
    row(context, keys, Action::Mark(action), what)
}

const WRITE: &str = "Write a note on the connection";

/// The key bindings.
pub(super) const MARKING_TABLE: &[Row] = &[
    hinted(mark(Stream, &[c('M')], MarkAction::Set, "Mark the byte here with a letter"), 8, "mark"),
    mark(Everywhere, &[c('\'')], MarkAction::GoTo, "Go to a mark by its letter, or list them"),
    mark(Everywhere, &[c('"')], MarkAction::List, "Marks as a list, with their notes"),
    mark(Stream, &[c('a')], MarkAction::NoteOnConnection, WRITE),
    hinted(mark(Clients, &[c('a')], MarkAction::NoteOnConnection, WRITE), 13, "note"),
    hinted(mark(SetMark, &[k(Esc)], MarkAction::Cancel, "Mark nothing"), 0, "cancel"),
    hinted(mark(GoToMark, &[k(Tab)], MarkAction::ListInstead, "The marks as a list"), 1, "list"),
    hinted(mark(GoToMark, &[k(Esc)], MarkAction::Cancel, "Go nowhere"), 0, "cancel"),
    hinted(mark(Marks, &[k(Enter)], MarkAction::Show, "Go to this mark"), 1, "go"),
    hinted(mark(Marks, &[c('e')], MarkAction::Note, "Write a note on this mark"), 2, "note"),
    hinted(mark(Marks, &[c('d')], MarkAction::Delete, "Delete this mark"), 3, "delete"),
    hinted(mark(Marks, &[k(Esc)], MarkAction::CloseList, "Close the list"), 0, "close"),
    hinted(
        mark(Note, &[k(Enter)], MarkAction::KeepNote, "Keep the note; an empty one removes it"),
        1,
        "keep",
    ),
    hinted(mark(Note, &[k(Esc)], MarkAction::CancelNote, "Change nothing"), 2, "cancel"),
];
