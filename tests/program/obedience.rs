//! A terminal emulator that records every action other than showing characters.

use std::num::NonZero;

use vt100::{Callbacks, MouseProtocolEncoding, MouseProtocolMode, Parser, Screen};

/// The recorded actions of a terminal.
#[derive(Debug, Default)]
pub(crate) struct TerminalActions(pub(crate) Vec<String>);

impl TerminalActions {
    fn record(&mut self, what: &str, detail: &[u8]) {
        self.0.push(format!("{what} {}", detail.escape_ascii()));
    }
}

impl Callbacks for TerminalActions {
    fn audible_bell(&mut self, _: &mut Screen) {
        self.record("bell", b"");
    }

    fn visual_bell(&mut self, _: &mut Screen) {
        self.record("visual bell", b"");
    }

    fn resize(&mut self, _: &mut Screen, size: (u16, u16)) {
        self.record("size", format!("{size:?}").as_bytes());
    }

    fn set_window_icon_name(&mut self, _: &mut Screen, name: &[u8]) {
        self.record("icon name", name);
    }

    fn set_window_title(&mut self, _: &mut Screen, title: &[u8]) {
        self.record("title", title);
    }

    fn copy_to_clipboard(&mut self, _: &mut Screen, _: &[u8], data: &[u8]) {
        self.record("copy", data);
    }

    fn paste_from_clipboard(&mut self, _: &mut Screen, which: &[u8]) {
        self.record("paste", which);
    }

    fn unhandled_char(&mut self, _: &mut Screen, ch: char) {
        self.record("character", format!("{ch:?}").as_bytes());
    }

    fn unhandled_control(&mut self, _: &mut Screen, control: u8) {
        self.record("control", &[control]);
    }

    fn unhandled_escape(&mut self, _: &mut Screen, _: Option<u8>, _: Option<u8>, last: u8) {
        self.record("escape", &[last]);
    }

    fn unhandled_csi(
        &mut self,
        _: &mut Screen,
        first: Option<u8>,
        _: Option<u8>,
        all: &[&[u16]],
        last: char,
    ) {
        // Synchronized updates, bidirectional modes, underline colours: the emulator does not know them.
        let ours = matches!(
            (first, all, last),
            (Some(b'?'), [[2026]], 'h' | 'l') | (None, [[8]], 'h' | 'l') | (None, [[59]], 'm')
        );
        if !ours {
            self.record("sequence", format!("{first:?} {all:?} {last}").as_bytes());
        }
    }

    fn unhandled_osc(&mut self, _: &mut Screen, all: &[&[u8]]) {
        self.record("command", &all.join(&b';'));
    }
}

/// A terminal of this size.
pub(crate) fn terminal((columns, rows): (u16, u16)) -> Parser<TerminalActions> {
    let [rows, columns] = [rows, columns].map(|cells| NonZero::new(cells).unwrap());
    Parser::new_with_callbacks(rows, columns, 0, TerminalActions::default())
}

/// The modes of a terminal that programs and people can change, in one line.
pub(crate) fn modes(screen: &Screen) -> String {
    let mouse = match (screen.mouse_protocol_mode(), screen.mouse_protocol_encoding()) {
        (MouseProtocolMode::None, MouseProtocolEncoding::Default) => "none",
        (MouseProtocolMode::ButtonMotion, MouseProtocolEncoding::Sgr) => "buttons and drags",
        other => panic!("{other:?}"),
    };
    let on = [
        ("alternate", screen.alternate_screen()),
        ("hidden", screen.hide_cursor()),
        ("pastes", screen.bracketed_paste()),
        ("keypad", screen.application_keypad()),
        ("arrows", screen.application_cursor()),
    ];
    let on: Vec<_> = on.into_iter().filter_map(|(name, on)| on.then_some(name)).collect();
    format!(
        "{}; mouse: {mouse}; cursor: {:?}; size: {:?}",
        on.join(", "),
        screen.cursor_style(),
        screen.size()
    )
}
