//! The rows of the key table for acting on a connection: what is sent, paused, ended and held.

use ratatui::crossterm::event::KeyCode::{BackTab, Down, End, Enter, Esc, Home, Left, Right, Tab, Up};

use crate::app::action::{Action, ClientsAction, HoldAction, HoldInput, HoldMotion, SendAction};
use crate::app::keymap::binding::{Key, Row};
use crate::app::keymap::key_context::KeyContext;
use crate::app::keymap::table::{c, hinted, k, row};
use crate::event::Side;

const fn hold(keys: &'static [Key], action: HoldAction, what: &'static str) -> Row {
    row(KeyContext::Hold, keys, Action::Hold(action), what)
}

const fn input(keys: &'static [Key], action: HoldAction, what: &'static str) -> Row {
    row(KeyContext::HoldInput, keys, Action::Hold(action), what)
}

const fn pause(context: KeyContext, keys: &'static [Key], side: Side, what: &'static str) -> Row {
    row(context, keys, Action::Send(SendAction::TogglePause(side)), what)
}

const fn half_close(context: KeyContext, keys: &'static [Key], side: Side, what: &'static str) -> Row {
    row(context, keys, Action::Clients(ClientsAction::HalfClose(side)), what)
}

/// The key bindings.
pub(super) const ACTING_TABLE: &[Row] = &[
    row(
        KeyContext::Clients,
        &[c('e')],
        Action::Send(SendAction::Open),
        "Send bytes, once or again and again",
    ),
    row(
        KeyContext::Clients,
        &[c('E')],
        Action::Send(SendAction::EndRepeat),
        "End what is sent again and again",
    ),
    row(
        KeyContext::Clients,
        &[c('H')],
        Action::Hold(HoldAction::Open),
        "Hold what comes, edit it, let it go on",
    ),
    pause(KeyContext::Clients, &[c('p')], Side::Client, "Pause the reads from the client, or go on"),
    pause(KeyContext::Clients, &[c('P')], Side::Upstream, "Pause the reads from the upstream, or go on"),
    half_close(KeyContext::Clients, &[c('c')], Side::Client, "End what is sent to the client (FIN)"),
    half_close(KeyContext::Clients, &[c('C')], Side::Upstream, "End what is sent to the upstream (FIN)"),
    row(KeyContext::Stream, &[c('e')], Action::Send(SendAction::Open), "Send bytes, once or again and again"),
    row(
        KeyContext::Stream,
        &[c('E')],
        Action::Send(SendAction::EndRepeat),
        "End what is sent again and again",
    ),
    row(
        KeyContext::Stream,
        &[c('H')],
        Action::Hold(HoldAction::Open),
        "Hold what comes, edit it, let it go on",
    ),
    pause(KeyContext::Stream, &[c('p')], Side::Client, "Pause the reads from the client, or go on"),
    pause(KeyContext::Stream, &[c('P')], Side::Upstream, "Pause the reads from the upstream, or go on"),
    half_close(KeyContext::Stream, &[c('c')], Side::Client, "End what is sent to the client (FIN)"),
    half_close(KeyContext::Stream, &[c('C')], Side::Upstream, "End what is sent to the upstream (FIN)"),
    // The prompt for bytes to send.
    hinted(row(KeyContext::Send, &[k(Enter)], Action::Send(SendAction::Send), "Send it"), 1, "send"),
    hinted(row(KeyContext::Send, &[k(Esc)], Action::Send(SendAction::Cancel), "Send nothing"), 2, "cancel"),
    hinted(
        row(
            KeyContext::Send,
            &[k(Tab)],
            Action::Send(SendAction::OtherSide),
            "To the client, or to the upstream",
        ),
        3,
        "client/upstream",
    ),
    hinted(
        row(
            KeyContext::Send,
            &[k(BackTab)],
            Action::Send(SendAction::OtherScope),
            "To this one, to those in the table, or to all",
        ),
        4,
        "one/listed/all",
    ),
    row(KeyContext::Send, &[k(Up)], Action::Send(SendAction::Earlier), "What was sent before"),
    row(KeyContext::Send, &[k(Down)], Action::Send(SendAction::Later), "What was sent after that"),
    // What is held.
    hinted(hold(&[c('t')], HoldAction::Toggle, "Hold from the next byte on, or end the hold"), 1, "hold/end"),
    hinted(
        hold(&[c('b')], HoldAction::FromBorder, "Hold from the end of the message that has begun"),
        8,
        "at border",
    ),
    hold(&[c('o')], HoldAction::Ask(HoldInput::From), "Hold from an offset on"),
    hinted(
        hold(&[c('r')], HoldAction::ReleaseToCursor, "Let the bytes up to the cursor go on"),
        2,
        "release",
    ),
    hinted(
        hold(&[c('n')], HoldAction::ReleaseLine, "Let the bytes up to the next line feed go on"),
        3,
        "line",
    ),
    hinted(
        hold(&[c('m')], HoldAction::ReleaseMessage, "Let the bytes up to the end of the message go on"),
        3,
        "message",
    ),
    hinted(hold(&[c('a')], HoldAction::ReleaseAll, "Let everything that is held go on"), 3, "all"),
    hinted(hold(&[c('v')], HoldAction::Mark, "Begin a range at the cursor, or end it"), 6, "range"),
    hinted(
        hold(&[c('e')], HoldAction::Ask(HoldInput::Replace), "Put other bytes in the place of the range"),
        4,
        "edit",
    ),
    hinted(
        hold(&[c('i')], HoldAction::Ask(HoldInput::Insert), "Put bytes in before the cursor"),
        5,
        "insert",
    ),
    hinted(hold(&[c('d')], HoldAction::Drop, "Drop the bytes of the range, after a question"), 4, "drop"),
    hinted(
        hold(&[k(Tab), k(BackTab)], HoldAction::OtherSide, "What comes from the other side"),
        7,
        "other side",
    ),
    hold(&[c('h'), k(Left)], HoldAction::Move(HoldMotion::Back), "Cursor one byte back"),
    hold(&[c('l'), k(Right)], HoldAction::Move(HoldMotion::On), "Cursor one byte on"),
    hold(&[c('k'), k(Up)], HoldAction::Move(HoldMotion::RowUp), "Cursor one row up"),
    hold(&[c('j'), k(Down)], HoldAction::Move(HoldMotion::RowDown), "Cursor one row down"),
    hold(&[c('g'), k(Home)], HoldAction::Move(HoldMotion::Start), "Cursor to the first byte"),
    hold(&[c('G'), k(End)], HoldAction::Move(HoldMotion::End), "Cursor behind the last byte"),
    hinted(
        hold(&[k(Esc), c('H'), c('q')], HoldAction::Close, "Close the overlay; what is held stays held"),
        0,
        "close",
    ),
    hinted(input(&[k(Enter)], HoldAction::Enter, "Do it"), 1, "do it"),
    hinted(input(&[k(Esc)], HoldAction::Cancel, "Change nothing"), 2, "cancel"),
];
