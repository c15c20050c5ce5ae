//! The rows of the key table. A description is one line, begins with a capital and says what the action does, not
//! which key it has.

use ratatui::crossterm::event::KeyCode;

use crate::app::action::{
    Action, ClientsAction, FaultsAction, HelpAction, LogsAction, Motion, PaletteAction, StreamAction,
};
use crate::app::focus::Pane;
use crate::app::keymap::binding::{Hint, Key, Row};
use crate::app::keymap::key_context::KeyContext;
use crate::app::stream::Seek;
use crate::event::{CloseMode, FaultKind};

pub(super) const fn row(
    context: KeyContext,
    keys: &'static [Key],
    action: Action,
    what: &'static str,
) -> Row {
    Row { context, keys, action, what, hint: None }
}

pub(super) const fn hinted(row: Row, rank: u8, label: &'static str) -> Row {
    Row { hint: Some(Hint { rank, label }), ..row }
}

pub(super) const fn c(letter: char) -> Key {
    Key::char(letter)
}

pub(super) const fn ctrl(letter: char) -> Key {
    Key::ctrl(letter)
}

pub(super) const fn k(code: KeyCode) -> Key {
    Key::code(code)
}

use KeyCode::{BackTab, Down, End, Enter, Esc, F, Home, Left, PageDown, PageUp, Right, Tab, Up};
use KeyContext::{Always, Backends, Clients, Everywhere, Lesson, Logs, Moving, Stream};

/// The key bindings, but for those for acting on a connection and for what lies over the panes.
pub(super) const TABLE: &[Row] = &[
    // The table of connections.
    hinted(
        row(Clients, &[k(Enter)], Action::Clients(ClientsAction::Open), "Open the selected connection"),
        2,
        "open",
    ),
    hinted(
        row(
            Clients,
            &[c('/')],
            Action::Clients(ClientsAction::Filter),
            "Filter rows by words and fields, like age<5m",
        ),
        3,
        "filter",
    ),
    hinted(
        row(
            Clients,
            &[c('s'), k(Right)],
            Action::Clients(ClientsAction::NextSort),
            "Sort by the next column",
        ),
        4,
        "sort",
    ),
    row(Clients, &[k(Left)], Action::Clients(ClientsAction::PreviousSort), "Sort by the previous column"),
    hinted(
        row(
            Clients,
            &[c('S'), c('i')],
            Action::Clients(ClientsAction::InvertSort),
            "Reverse the order of the sort",
        ),
        10,
        "invert",
    ),
    hinted(
        row(
            Clients,
            &[c('o')],
            Action::Clients(ClientsAction::Group),
            "Group equal connections that ended, or show each",
        ),
        12,
        "group",
    ),
    row(Clients, &[c('+')], Action::Clients(ClientsAction::Unfold), "Unfold the selected group, or fold it"),
    hinted(
        row(
            Clients,
            &[c('d')],
            Action::Clients(ClientsAction::Close(CloseMode::Finish)),
            "Close the selected client (FIN), after a question",
        ),
        7,
        "close",
    ),
    hinted(
        row(
            Clients,
            &[c('D')],
            Action::Clients(ClientsAction::Close(CloseMode::Reset)),
            "Reset the selected client (RST), after a question",
        ),
        11,
        "reset",
    ),
    hinted(
        row(
            Clients,
            &[c('y')],
            Action::Clients(ClientsAction::CopyPeer),
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
            Action::Stream(StreamAction::NextView),
            "View: hex, text, split, anatomy, readings, numbers",
        ),
        2,
        "view",
    ),
    row(Stream, &[c('X')], Action::Stream(StreamAction::PreviousView), "Previous view"),
    hinted(
        row(Stream, &[c(']')], Action::Clients(ClientsAction::Next), "Next connection"),
        10,
        "next client",
    ),
    row(Stream, &[c('[')], Action::Clients(ClientsAction::Previous), "Previous connection"),
    hinted(
        row(
            Stream,
            &[c('>')],
            Action::Stream(StreamAction::NextDirections),
            "Next direction: both, received, sent",
        ),
        3,
        "in/out",
    ),
    row(Stream, &[c('<')], Action::Stream(StreamAction::PreviousDirections), "Previous direction"),
    hinted(row(Stream, &[c('}')], Action::Stream(StreamAction::MoreBytes), "More bytes a row"), 13, "wider"),
    row(Stream, &[c('{')], Action::Stream(StreamAction::FewerBytes), "Fewer bytes a row"),
    hinted(
        row(
            Stream,
            &[c('l'), k(Right)],
            Action::Stream(StreamAction::Step(Seek::Forward)),
            "Cursor one byte on; in text, one character",
        ),
        5,
        "cursor",
    ),
    row(
        Stream,
        &[c('h'), k(Left)],
        Action::Stream(StreamAction::Step(Seek::Backward)),
        "Cursor one byte or character back",
    ),
    hinted(
        row(
            Stream,
            &[c('m')],
            Action::Stream(StreamAction::Malformed(Seek::Forward)),
            "To the next malformed part",
        ),
        4,
        "malformed",
    ),
    row(
        Stream,
        &[c('B')],
        Action::Stream(StreamAction::Malformed(Seek::Backward)),
        "To the previous malformed part",
    ),
    hinted(
        row(Stream, &[c('o')], Action::Stream(StreamAction::Offset), "Go to an offset, like 1024 or 0x400"),
        4,
        "offset",
    ),
    hinted(
        row(
            Stream,
            &[c('w')],
            Action::Stream(StreamAction::OtherFormat),
            "Split: move focus to the other half",
        ),
        12,
        "other side",
    ),
    row(
        Stream,
        &[c('.')],
        Action::Stream(StreamAction::Readings(Seek::Forward)),
        "Anatomy, readings, numbers: more of them",
    ),
    row(
        Stream,
        &[c(',')],
        Action::Stream(StreamAction::Readings(Seek::Backward)),
        "Anatomy, readings, numbers: back to the first",
    ),
    // The backends.
    hinted(
        row(
            Backends,
            &[c('h')],
            Action::ToggleFault(FaultKind::Hang),
            "Toggle: selected client's handler sleeps 200 ms",
        ),
        2,
        "hang",
    ),
    hinted(
        row(Backends, &[c('w')], Action::ToggleFault(FaultKind::Work), "Toggle: CPU work per message"),
        2,
        "work",
    ),
    hinted(row(Backends, &[c('+')], Action::MoreWork, "More CPU work per message"), 10, "more work"),
    row(Backends, &[c('-')], Action::LessWork, "Less CPU work per message"),
    hinted(
        row(
            Backends,
            &[c('r')],
            Action::ToggleFault(FaultKind::SlowReader),
            "Toggle: one client sends nonstop and barely reads",
        ),
        3,
        "slow reader",
    ),
    hinted(
        row(Backends, &[c('i')], Action::ToggleFault(FaultKind::Idle), "Toggle: a thousand silent clients"),
        3,
        "idle",
    ),
    hinted(
        row(
            Backends,
            &[c('u')],
            Action::ToggleFault(FaultKind::Burst),
            "Toggle: fifty clients that send bursts",
        ),
        3,
        "burst",
    ),
    // The log.
    hinted(
        row(Logs, &[c('t')], Action::Logs(LogsAction::ToggleTargets), "Show or hide the list of targets"),
        2,
        "targets",
    ),
    hinted(
        row(Logs, &[c('o')], Action::Logs(LogsAction::FocusTarget), "Only the selected target, or all"),
        4,
        "only this",
    ),
    hinted(
        row(Logs, &[k(Right)], Action::Logs(LogsAction::ShowMore), "Show more levels of the selected target"),
        3,
        "show more",
    ),
    row(Logs, &[k(Left)], Action::Logs(LogsAction::ShowLess), "Show fewer levels of it"),
    hinted(
        row(
            Logs,
            &[c('+')],
            Action::Logs(LogsAction::CaptureMore),
            "Record more levels of the selected target",
        ),
        10,
        "record more",
    ),
    row(Logs, &[c('-')], Action::Logs(LogsAction::CaptureLess), "Record fewer levels of it"),
    // A lesson.
    hinted(
        row(Lesson, &[c(' ')], Action::PauseLesson, "Pause the lesson and freeze the display; go on"),
        1,
        "pause",
    ),
    hinted(row(Lesson, &[c('n')], Action::NextCaption, "Next caption at once"), 1, "next"),
    // Every pane.
    hinted(row(Everywhere, &[c('?'), k(F(1))], Action::Help(HelpAction::Open), "Help"), 0, "help"),
    hinted(
        row(
            Everywhere,
            &[c(':'), ctrl('p')],
            Action::Palette(PaletteAction::Open),
            "Palette: find a command by a few letters",
        ),
        8,
        "commands",
    ),
    hinted(row(Everywhere, &[c('q'), c('Q')], Action::Quit, "Quit"), 0, "quit"),
    hinted(
        row(Everywhere, &[c('b')], Action::SwitchBackend, "Serve on the other backend: async, threads"),
        1,
        "backend",
    ),
    row(Everywhere, &[c('1')], Action::Focus(Pane::Clients), "Clients: who is connected"),
    row(Everywhere, &[c('2')], Action::Focus(Pane::Stream), "Stream: the bytes of the selected connection"),
    row(
        Everywhere,
        &[c('3')],
        Action::Focus(Pane::Backends),
        "Backends: threads vs async, with stress tests",
    ),
    row(Everywhere, &[c('4')], Action::Focus(Pane::Logs), "Logs: what the program says of itself"),
    hinted(row(Everywhere, &[k(Tab)], Action::NextPane, "Next pane"), 6, "pane"),
    row(Everywhere, &[k(BackTab)], Action::PreviousPane, "Previous pane"),
    hinted(row(Everywhere, &[c('z')], Action::Zoom, "Zoom this pane in or out"), 5, "zoom"),
    hinted(
        row(Everywhere, &[c(' ')], Action::Freeze, "Freeze rows and bytes (the server goes on)"),
        4,
        "freeze",
    ),
    hinted(
        row(Everywhere, &[c('f')], Action::Follow, "Follow the newest, or stay where you are"),
        9,
        "follow",
    ),
    hinted(
        row(
            Everywhere,
            &[c('F')],
            Action::Faults(FaultsAction::Open),
            "Faults of the traffic: see, set and end them",
        ),
        11,
        "faults",
    ),
    hinted(row(Everywhere, &[c('T')], Action::Theme, "Next colour theme"), 13, "theme"),
    hinted(
        row(Everywhere, &[c('U')], Action::Mouse, "Let the terminal select with the mouse, or stop it"),
        14,
        "release mouse",
    ),
    row(Everywhere, &[k(Esc)], Action::Back, "One step back; never quits"),
    // Moving.
    row(Moving, &[c('j'), k(Down), ctrl('n')], Action::Move(Motion::RowDown), "One row down"),
    row(Moving, &[c('k'), k(Up)], Action::Move(Motion::RowUp), "One row up"),
    row(Moving, &[k(PageDown), ctrl('f')], Action::Move(Motion::PageDown), "One page down"),
    row(Moving, &[k(PageUp), ctrl('b')], Action::Move(Motion::PageUp), "One page up"),
    row(Moving, &[ctrl('d')], Action::Move(Motion::HalfDown), "Half a page down"),
    row(Moving, &[ctrl('u')], Action::Move(Motion::HalfUp), "Half a page up"),
    row(Moving, &[c('g'), k(Home)], Action::Move(Motion::Start), "To the first row"),
    row(Moving, &[c('G'), k(End)], Action::Move(Motion::End), "To the last row, and follow it"),
    // Always.
    row(Always, &[ctrl('c')], Action::Interrupt, "Quit, from a prompt too"),
    row(Always, &[ctrl('l')], Action::Repaint, "Redraw the screen"),
    row(Always, &[ctrl('z')], Action::Suspend, "Back to the shell; fg comes back here"),
];
