//! The rows of the key table. A description is one line, begins with a capital and says what the command does, not
//! which key it has.

use ratatui::crossterm::event::KeyCode;

use crate::app::command::{ClientsCommand, Command, Edit, LogsCommand, Motion, StreamCommand};
use crate::app::focus::Pane;
use crate::app::keymap::binding::{Binding, Context, Hint, Key};
use crate::app::stream::Seek;
use crate::event::{CloseMode, FaultKind};

const fn row(context: Context, keys: &'static [Key], command: Command, what: &'static str) -> Binding {
    Binding { context, keys, command, what, hint: None }
}

const fn hinted(binding: Binding, rank: u8, label: &'static str) -> Binding {
    Binding { hint: Some(Hint { rank, label }), ..binding }
}

const fn c(letter: char) -> Key {
    Key::char(letter)
}

const fn ctrl(letter: char) -> Key {
    Key::ctrl(letter)
}

const fn k(code: KeyCode) -> Key {
    Key::code(code)
}

use Context::{
    Always, Backends, Clients, Confirm, Everywhere, Filter, Help, Lesson, Logs, Moving, Offset, Prompt,
    Stream,
};
use KeyCode::{
    BackTab, Backspace, Delete, Down, End, Enter, Esc, F, Home, Left, PageDown, PageUp, Right, Tab, Up,
};

/// All key bindings.
pub const TABLE: &[Binding] = &[
    // The table of connections.
    hinted(
        row(Clients, &[k(Enter)], Command::Clients(ClientsCommand::Open), "Open the selected connection"),
        2,
        "open",
    ),
    hinted(
        row(
            Clients,
            &[c('/')],
            Command::Clients(ClientsCommand::Filter),
            "Filter rows (all words must match)",
        ),
        3,
        "filter",
    ),
    hinted(
        row(
            Clients,
            &[c('s'), k(Right)],
            Command::Clients(ClientsCommand::NextSort),
            "Sort by the next column",
        ),
        4,
        "sort",
    ),
    row(Clients, &[k(Left)], Command::Clients(ClientsCommand::PreviousSort), "Sort by the previous column"),
    hinted(
        row(
            Clients,
            &[c('S'), c('i')],
            Command::Clients(ClientsCommand::InvertSort),
            "Reverse the order of the sort",
        ),
        10,
        "invert",
    ),
    hinted(
        row(
            Clients,
            &[c('d')],
            Command::Clients(ClientsCommand::Close(CloseMode::Finish)),
            "Close the selected client (FIN), after a question",
        ),
        7,
        "close",
    ),
    hinted(
        row(
            Clients,
            &[c('D')],
            Command::Clients(ClientsCommand::Close(CloseMode::Reset)),
            "Reset the selected client (RST), after a question",
        ),
        11,
        "reset",
    ),
    hinted(
        row(
            Clients,
            &[c('y')],
            Command::Clients(ClientsCommand::CopyPeer),
            "Send the client's address to the clipboard",
        ),
        12,
        "copy",
    ),
    // The stream.
    hinted(
        row(
            Stream,
            &[c('x')],
            Command::Stream(StreamCommand::NextView),
            "Next view: hex, text, split, anatomy, readings",
        ),
        2,
        "view",
    ),
    row(Stream, &[c('X')], Command::Stream(StreamCommand::PreviousView), "Previous view"),
    hinted(
        row(Stream, &[c(']')], Command::Clients(ClientsCommand::Next), "Next connection"),
        10,
        "next client",
    ),
    row(Stream, &[c('[')], Command::Clients(ClientsCommand::Previous), "Previous connection"),
    hinted(
        row(
            Stream,
            &[c('>')],
            Command::Stream(StreamCommand::NextDirections),
            "Next direction: both, received, sent",
        ),
        3,
        "in/out",
    ),
    row(Stream, &[c('<')], Command::Stream(StreamCommand::PreviousDirections), "Previous direction"),
    hinted(
        row(Stream, &[c('}')], Command::Stream(StreamCommand::MoreBytes), "More bytes a row"),
        13,
        "wider",
    ),
    row(Stream, &[c('{')], Command::Stream(StreamCommand::FewerBytes), "Fewer bytes a row"),
    hinted(
        row(
            Stream,
            &[c('l'), k(Right)],
            Command::Stream(StreamCommand::Step(Seek::Forward)),
            "Cursor one byte on; in text, one character",
        ),
        5,
        "cursor",
    ),
    row(
        Stream,
        &[c('h'), k(Left)],
        Command::Stream(StreamCommand::Step(Seek::Backward)),
        "Cursor one byte or character back",
    ),
    hinted(
        row(
            Stream,
            &[c('m')],
            Command::Stream(StreamCommand::Malformed(Seek::Forward)),
            "To the next malformed part",
        ),
        4,
        "malformed",
    ),
    row(
        Stream,
        &[c('M')],
        Command::Stream(StreamCommand::Malformed(Seek::Backward)),
        "To the previous malformed part",
    ),
    hinted(
        row(Stream, &[c('o')], Command::Stream(StreamCommand::Offset), "Go to an offset, like 1024 or 0x400"),
        4,
        "offset",
    ),
    hinted(
        row(
            Stream,
            &[c('w')],
            Command::Stream(StreamCommand::OtherFormat),
            "Split: move focus to the other half",
        ),
        12,
        "other side",
    ),
    row(
        Stream,
        &[c('.')],
        Command::Stream(StreamCommand::Readings(Seek::Forward)),
        "Readings: more encodings and programs",
    ),
    row(
        Stream,
        &[c(',')],
        Command::Stream(StreamCommand::Readings(Seek::Backward)),
        "Readings: back to the first ones",
    ),
    // The backends.
    hinted(
        row(
            Backends,
            &[c('h')],
            Command::ToggleFault(FaultKind::Hang),
            "Toggle: selected client's handler sleeps 200 ms",
        ),
        2,
        "hang",
    ),
    hinted(
        row(Backends, &[c('w')], Command::ToggleFault(FaultKind::Work), "Toggle: CPU work per message"),
        2,
        "work",
    ),
    hinted(row(Backends, &[c('+')], Command::MoreWork, "More CPU work per message"), 10, "more work"),
    row(Backends, &[c('-')], Command::LessWork, "Less CPU work per message"),
    hinted(
        row(
            Backends,
            &[c('r')],
            Command::ToggleFault(FaultKind::SlowReader),
            "Toggle: one client sends nonstop and barely reads",
        ),
        3,
        "slow reader",
    ),
    hinted(
        row(Backends, &[c('i')], Command::ToggleFault(FaultKind::Idle), "Toggle: a thousand silent clients"),
        3,
        "idle",
    ),
    hinted(
        row(
            Backends,
            &[c('u')],
            Command::ToggleFault(FaultKind::Burst),
            "Toggle: fifty clients that send bursts",
        ),
        3,
        "burst",
    ),
    // The log.
    hinted(
        row(Logs, &[c('t')], Command::Logs(LogsCommand::ToggleTargets), "Show or hide the list of targets"),
        2,
        "targets",
    ),
    hinted(
        row(Logs, &[c('o')], Command::Logs(LogsCommand::FocusTarget), "Only the selected target, or all"),
        4,
        "only this",
    ),
    hinted(
        row(
            Logs,
            &[k(Right)],
            Command::Logs(LogsCommand::ShowMore),
            "Show more levels of the selected target",
        ),
        3,
        "show more",
    ),
    row(Logs, &[k(Left)], Command::Logs(LogsCommand::ShowLess), "Show fewer levels of it"),
    hinted(
        row(
            Logs,
            &[c('+')],
            Command::Logs(LogsCommand::CaptureMore),
            "Record more levels of the selected target",
        ),
        10,
        "record more",
    ),
    row(Logs, &[c('-')], Command::Logs(LogsCommand::CaptureLess), "Record fewer levels of it"),
    // A lesson.
    hinted(
        row(Lesson, &[c(' ')], Command::PauseLesson, "Pause the lesson and freeze the display; go on"),
        1,
        "pause",
    ),
    hinted(row(Lesson, &[c('n')], Command::NextCaption, "Next caption at once"), 1, "next"),
    // Every pane.
    hinted(row(Everywhere, &[c('?'), k(F(1))], Command::Help, "Help"), 0, "help"),
    hinted(row(Everywhere, &[c('q'), c('Q')], Command::Quit, "Quit"), 0, "quit"),
    hinted(
        row(Everywhere, &[c('b')], Command::SwitchBackend, "Serve on the other backend: async, threads"),
        1,
        "backend",
    ),
    row(Everywhere, &[c('1')], Command::Focus(Pane::Clients), "Clients: who is connected"),
    row(Everywhere, &[c('2')], Command::Focus(Pane::Stream), "Stream: the bytes of the selected connection"),
    row(
        Everywhere,
        &[c('3')],
        Command::Focus(Pane::Backends),
        "Backends: threads vs async, with stress tests",
    ),
    row(Everywhere, &[c('4')], Command::Focus(Pane::Logs), "Logs: what the program says of itself"),
    hinted(row(Everywhere, &[k(Tab)], Command::NextPane, "Next pane"), 6, "pane"),
    row(Everywhere, &[k(BackTab)], Command::PreviousPane, "Previous pane"),
    hinted(row(Everywhere, &[c('z')], Command::Zoom, "Zoom this pane in or out"), 5, "zoom"),
    hinted(
        row(Everywhere, &[c(' ')], Command::Freeze, "Freeze the display (the server keeps running)"),
        4,
        "freeze",
    ),
    hinted(
        row(Everywhere, &[c('f')], Command::Follow, "Follow the newest, or stay where you are"),
        9,
        "follow",
    ),
    hinted(row(Everywhere, &[c('T')], Command::Theme, "Toggle colours"), 13, "theme"),
    hinted(
        row(Everywhere, &[c('R')], Command::Mouse, "Let the terminal select with the mouse, or stop it"),
        14,
        "release mouse",
    ),
    row(Everywhere, &[k(Esc)], Command::Back, "One step back; never quits"),
    // Moving.
    row(Moving, &[c('j'), k(Down), ctrl('n')], Command::Move(Motion::RowDown), "One row down"),
    row(Moving, &[c('k'), k(Up), ctrl('p')], Command::Move(Motion::RowUp), "One row up"),
    row(Moving, &[k(PageDown), ctrl('f')], Command::Move(Motion::PageDown), "One page down"),
    row(Moving, &[k(PageUp), ctrl('b')], Command::Move(Motion::PageUp), "One page up"),
    row(Moving, &[ctrl('d')], Command::Move(Motion::HalfDown), "Half a page down"),
    row(Moving, &[ctrl('u')], Command::Move(Motion::HalfUp), "Half a page up"),
    row(Moving, &[c('g'), k(Home)], Command::Move(Motion::Start), "To the first row"),
    row(Moving, &[c('G'), k(End)], Command::Move(Motion::End), "To the last row, and follow it"),
    // The filter prompt.
    hinted(
        row(Filter, &[k(Enter)], Command::Clients(ClientsCommand::KeepFilter), "Keep the filter"),
        1,
        "keep",
    ),
    hinted(
        row(Filter, &[k(Esc)], Command::Clients(ClientsCommand::ClearFilter), "No filter"),
        2,
        "no filter",
    ),
    // The offset prompt.
    hinted(row(Offset, &[k(Enter)], Command::Stream(StreamCommand::GoToOffset), "Go there"), 1, "go there"),
    hinted(row(Offset, &[k(Esc)], Command::Stream(StreamCommand::CancelOffset), "Stay here"), 2, "stay here"),
    // The confirmation before a client is closed.
    hinted(row(Confirm, &[c('y')], Command::Clients(ClientsCommand::Confirm), "Yes, close it"), 1, "yes"),
    hinted(
        row(
            Confirm,
            &[c('n'), k(Esc)],
            Command::Clients(ClientsCommand::Decline),
            "No; any other key means no, too",
        ),
        2,
        "or any other key: no",
    ),
    // Any prompt.
    row(Prompt, &[k(Backspace)], Command::Edit(Edit::Backspace), "Delete the character before the cursor"),
    row(Prompt, &[k(Delete)], Command::Edit(Edit::Delete), "Delete the character at the cursor"),
    row(Prompt, &[ctrl('w')], Command::Edit(Edit::DeleteWord), "Delete the word before the cursor"),
    row(Prompt, &[ctrl('u')], Command::Edit(Edit::Clear), "Delete all"),
    row(Prompt, &[k(Left)], Command::Edit(Edit::Left), "One character to the left"),
    row(Prompt, &[k(Right)], Command::Edit(Edit::Right), "One character to the right"),
    row(Prompt, &[k(Home)], Command::Edit(Edit::Home), "To the start of the line"),
    row(Prompt, &[k(End)], Command::Edit(Edit::End), "To the end of the line"),
    // The help.
    hinted(row(Help, &[k(Esc), c('q'), c('?'), k(F(1))], Command::Help, "Close the help"), 0, "close help"),
    // Always.
    row(Always, &[ctrl('c')], Command::Quit, "Quit"),
    row(Always, &[ctrl('l')], Command::Repaint, "Redraw the screen"),
    row(Always, &[ctrl('z')], Command::Suspend, "Back to the shell; fg comes back here"),
];
