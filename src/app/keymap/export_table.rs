//! The rows of the key table for selecting, copying, saving and recording bytes.

use ratatui::crossterm::event::KeyCode::{Down, Enter, Esc, Tab, Up};

use crate::app::action::{Action, ExportAction, PipeAction, RecordAction, StreamAction};
use crate::app::keymap::binding::{Key, Row};
use crate::app::keymap::key_context::KeyContext::{Copy, Everywhere, Output, Pipe, Record, Save, Stream};
use crate::app::keymap::table::{c, hinted, k, row};
use crate::bytes::export::Form;

const fn copy(keys: &'static [Key], action: ExportAction, what: &'static str) -> Row {
    row(Copy, keys, Action::Export(action), what)
}

const fn take(keys: &'static [Key], form: Form, what: &'static str) -> Row {
    row(Copy, keys, Action::Export(ExportAction::TakeAs(form)), what)
}

const fn save(keys: &'static [Key], action: ExportAction, what: &'static str) -> Row {
    row(Save, keys, Action::Export(action), what)
}

const fn pipe(keys: &'static [Key], action: PipeAction, what: &'static str) -> Row {
    row(Pipe, keys, Action::Pipe(action), what)
}

/// The key bindings.
pub(super) const EXPORT_TABLE: &[Row] = &[
    hinted(
        row(Stream, &[c('v')], Action::Stream(StreamAction::Select), "Select bytes from here on, or none"),
        6,
        "select",
    ),
    row(
        Stream,
        &[c('V')],
        Action::Stream(StreamAction::SelectMore),
        "Select messages, lines, reads, or bytes again",
    ),
    hinted(
        row(
            Stream,
            &[c('y')],
            Action::Export(ExportAction::Copy),
            "Copy the selection, or the message or read here",
        ),
        6,
        "copy",
    ),
    hinted(
        row(
            Stream,
            &[c('W')],
            Action::Export(ExportAction::Save),
            "Save the selection, the stream, or both directions",
        ),
        7,
        "save",
    ),
    row(
        Stream,
        &[c('|')],
        Action::Pipe(PipeAction::Open),
        "Pipe the selection, or the stream here, to a command",
    ),
    hinted(copy(&[k(Enter)], ExportAction::Take, "Copy in the chosen form"), 1, "copy"),
    hinted(
        copy(&[k(Tab)], ExportAction::OtherPiece, "The read, or the character or malformed part here"),
        2,
        "read or part",
    ),
    copy(&[k(Down), c('j')], ExportAction::Next, "The next form"),
    copy(&[k(Up), c('k')], ExportAction::Previous, "The previous form"),
    take(&[c('t')], Form::Text, "As text"),
    take(&[c('h')], Form::Hex, "As hex digits"),
    take(&[c('x')], Form::Dump, "As a hex dump"),
    take(&[c('c')], Form::C, "As an array in C"),
    take(&[c('r')], Form::Rust, "As a byte string of Rust"),
    take(&[c('p')], Form::Python, "As bytes of Python"),
    take(&[c('g')], Form::Go, "As a slice of Go"),
    take(&[c('J')], Form::Json, "As JSON"),
    take(&[c('b')], Form::Base64, "As Base64"),
    take(&[c('n')], Form::Netcat, "As a command with printf and nc"),
    take(&[c('u')], Form::Curl, "As a command with curl"),
    hinted(copy(&[k(Esc)], ExportAction::Close, "Copy nothing"), 0, "close"),
    hinted(save(&[k(Enter)], ExportAction::Write, "Write the file"), 1, "save"),
    hinted(
        save(&[k(Tab)], ExportAction::OtherFormat, "Raw, hex dump, or the conversation as dump or NDJSON"),
        3,
        "format",
    ),
    hinted(save(&[k(Esc)], ExportAction::Close, "Save nothing"), 2, "cancel"),
    hinted(pipe(&[k(Enter)], PipeAction::Run, "Run the command"), 1, "run"),
    hinted(pipe(&[k(Up)], PipeAction::Earlier, "The command before"), 3, "earlier"),
    pipe(&[k(Down)], PipeAction::Later, "The command after"),
    hinted(pipe(&[k(Esc)], PipeAction::Cancel, "Run nothing"), 2, "cancel"),
    hinted(
        row(
            Output,
            &[k(Esc), c('q')],
            Action::Pipe(PipeAction::Back),
            "Stop the command, or close its output",
        ),
        0,
        "close",
    ),
    row(
        Everywhere,
        &[c('R')],
        Action::Record(RecordAction::Toggle),
        "Record to a file (pcapng), or end the recording",
    ),
    hinted(row(Record, &[k(Enter)], Action::Record(RecordAction::Start), "Record to the file"), 1, "record"),
    hinted(row(Record, &[k(Esc)], Action::Record(RecordAction::Cancel), "Record nothing"), 2, "cancel"),
];
