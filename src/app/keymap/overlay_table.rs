//! The rows of the key table for what lies over the panes: prompts, questions, faults, help, palette.

use ratatui::crossterm::event::KeyCode::{
    Backspace, Delete, Down, End, Enter, Esc, F, Home, Left, PageDown, PageUp, Right, Tab, Up,
};

use crate::app::action::{
    Action, Answer, ClientsAction, Edit, FaultsAction, HelpAction, PaletteAction, StreamAction,
};
use crate::app::keymap::binding::Row;
use crate::app::keymap::key_context::KeyContext::{
    Confirm, Faults, Filter, Help, HelpSearch, Offset, Palette, Prompt,
};
use crate::app::keymap::table::{c, ctrl, hinted, k, row};

/// The key bindings.
pub(super) const OVERLAY_TABLE: &[Row] = &[
    // The filter prompt.
    hinted(
        row(Filter, &[k(Enter)], Action::Clients(ClientsAction::KeepFilter), "Keep the filter"),
        1,
        "keep",
    ),
    hinted(row(Filter, &[k(Esc)], Action::Clients(ClientsAction::ClearFilter), "No filter"), 2, "no filter"),
    // The offset prompt.
    hinted(row(Offset, &[k(Enter)], Action::Stream(StreamAction::GoToOffset), "Go there"), 1, "go there"),
    hinted(row(Offset, &[k(Esc)], Action::Stream(StreamAction::CancelOffset), "Stay here"), 2, "cancel"),
    // The confirmation before a client is closed.
    hinted(row(Confirm, &[c('y')], Action::Answer(Answer::Yes), "Yes, close it"), 1, "yes"),
    hinted(
        row(Confirm, &[c('n'), k(Esc)], Action::Answer(Answer::No), "No; any other key means no, too"),
        1,
        "no",
    ),
    // The faults of the traffic.
    hinted(
        row(Faults, &[k(Enter)], Action::Faults(FaultsAction::Set), "Set what is typed; off ends it"),
        1,
        "set",
    ),
    hinted(row(Faults, &[ctrl('x')], Action::Faults(FaultsAction::End), "End what is typed"), 3, "end"),
    hinted(
        row(Faults, &[k(Tab)], Action::Faults(FaultsAction::NextScope), "For all, the table, or one"),
        2,
        "for",
    ),
    hinted(
        row(Faults, &[k(Down)], Action::Faults(FaultsAction::NextFault), "Take the next fault"),
        4,
        "take",
    ),
    row(Faults, &[k(Up)], Action::Faults(FaultsAction::PreviousFault), "Take the previous fault"),
    hinted(row(Faults, &[k(Esc)], Action::Faults(FaultsAction::Close), "Close this overlay"), 0, "close"),
    // Any prompt.
    row(Prompt, &[k(Backspace)], Action::Edit(Edit::Backspace), "Delete the character before the cursor"),
    row(Prompt, &[k(Delete)], Action::Edit(Edit::Delete), "Delete the character at the cursor"),
    row(Prompt, &[ctrl('w')], Action::Edit(Edit::DeleteWord), "Delete the word before the cursor"),
    row(Prompt, &[ctrl('u')], Action::Edit(Edit::Clear), "Delete all"),
    row(Prompt, &[k(Left)], Action::Edit(Edit::Left), "One character to the left"),
    row(Prompt, &[k(Right)], Action::Edit(Edit::Right), "One character to the right"),
    row(Prompt, &[k(Home)], Action::Edit(Edit::Home), "To the start of the line"),
    row(Prompt, &[k(End)], Action::Edit(Edit::End), "To the end of the line"),
    // The help.
    hinted(
        row(Help, &[k(Esc)], Action::Help(HelpAction::Back), "Show all lines again, or close the help"),
        0,
        "close help",
    ),
    row(Help, &[c('q'), c('?'), k(F(1))], Action::Help(HelpAction::Close), "Close the help"),
    hinted(
        row(Help, &[c('/')], Action::Help(HelpAction::Search), "Show only the lines with some text"),
        1,
        "search",
    ),
    hinted(row(HelpSearch, &[k(Enter)], Action::Help(HelpAction::Keep), "Keep these lines"), 1, "keep"),
    hinted(
        row(HelpSearch, &[k(Esc)], Action::Help(HelpAction::Clear), "Show all lines again"),
        2,
        "all lines",
    ),
    // The palette.
    hinted(
        row(Palette, &[k(Enter)], Action::Palette(PaletteAction::Run), "Run the chosen command"),
        1,
        "run",
    ),
    hinted(
        row(Palette, &[k(Down), ctrl('n')], Action::Palette(PaletteAction::Next), "Choose the next command"),
        2,
        "choose",
    ),
    row(
        Palette,
        &[k(Up), ctrl('p')],
        Action::Palette(PaletteAction::Previous),
        "Choose the previous command",
    ),
    row(Palette, &[k(PageDown)], Action::Palette(PaletteAction::NextPage), "Choose a page further down"),
    row(Palette, &[k(PageUp)], Action::Palette(PaletteAction::PreviousPage), "Choose a page further up"),
    hinted(row(Palette, &[k(Esc)], Action::Palette(PaletteAction::Close), "Close the palette"), 0, "close"),
];
