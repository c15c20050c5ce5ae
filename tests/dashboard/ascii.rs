//! Every screen with ASCII characters only, and with a theme that paints its background.

use std::collections::BTreeSet;

use bytewatch::app::Clipboard;
use bytewatch::app::keymap::Keymap;
use bytewatch::bytes::safe::{self, Charset};
use bytewatch::event::{ConnectionEvent, ConnectionId, Direction, Event, Side};
use bytewatch::ui;
use bytewatch::ui::guard::Guard;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Size;
use ratatui::style::Color;

use ratatui::crossterm::event::{MouseButton, MouseEventKind};
use ratatui::style::Modifier;

use crate::harness::{CHARSET, Harness, LOOPBACK};

impl Harness {
    /// Returns a server whose terminal shows only ASCII.
    pub(crate) fn in_ascii(width: u16, height: u16) -> Self {
        let size = Size { width, height };
        Self::showing(Charset::Ascii, Keymap::default(), &[], LOOPBACK, size, Clipboard::Terminal)
    }
}

/// Makes a dashboard whose terminal shows only ASCII.
pub(crate) fn in_ascii(make: impl FnOnce() -> Harness) -> Harness {
    CHARSET.set(Charset::Ascii);
    let harness = make();
    CHARSET.set(Charset::Unicode);
    harness
}

pub(crate) fn ascii(harness: &Harness) -> Buffer {
    let unicode = harness.buffer();
    let backend = TestBackend::new(unicode.area.width, unicode.area.height);
    let mut terminal = Terminal::new(Guard::for_charset(backend, Charset::Ascii)).unwrap();
    terminal.draw(|frame| ui::draw(frame, &harness.app, &harness.logs, &harness.themes)).unwrap();
    terminal.backend().inner().buffer().clone()
}

/// Keys that lead through all panes, views, overlays and prompts.
const SCREENS: [&str; 25] = [
    "1",
    "2",
    "x",
    "x",
    "x",
    "x",
    "s",
    "A",
    "3",
    "z",
    "z",
    "4",
    "t",
    "?",
    "GG",
    "q/a",
    "\u{1b}",
    "F",
    "\u{1b}:",
    "\u{1b}2/o",
    "\n",
    "A",
    "\u{1b}v",
    "y",
    "\u{1b}|",
];

#[test]
fn no_screen_has_other_characters() {
    // Payload has no sign of its own in ASCII: it is the only thing that may become a question mark. Arrows, lines and
    // shapes are the program's own.
    let is_own = |symbol: &str| symbol.chars().any(|letter| ('\u{2190}'..='\u{2bff}').contains(&letter));
    let payload = "\0\t\u{1b} ok € é \u{202e} ?";
    let mut lost = BTreeSet::new();
    for (width, height) in [(40, 10), (80, 24), (120, 40), (200, 60)] {
        let mut harness = Harness::with_clients(width, height);
        harness.bytes(1, Direction::Received, payload.as_bytes());
        harness.bytes(1, Direction::Received, b"\xff broken \xe2\x82");
        harness.bytes(1, Direction::Sent, payload.as_bytes());
        harness.switch(3);
        harness.pass(5);
        let ended = ConnectionEvent::InputEnded { side: Side::Client };
        harness.event(Event::Connection(ConnectionId(2), ended));
        for keys in SCREENS {
            harness.keys(keys);
            let (unicode, plain) = (harness.buffer(), ascii(&harness));
            for (drawn, cell) in unicode.content.iter().zip(&plain.content) {
                let symbol = cell.symbol();
                assert!(symbol.is_ascii(), "{symbol:?} in {width}x{height} after {keys}");
                if symbol.starts_with('?') && is_own(drawn.symbol()) {
                    lost.insert(drawn.symbol().to_owned());
                }
            }
            assert_eq!(unicode.area, plain.area);
        }
    }
    // What stands for a payload character that is not drawn itself, or that has no width.
    let unknown: Vec<_> = lost.iter().filter(|symbol| !symbol.starts_with(['▯', '◌'])).collect();
    assert!(unknown.is_empty(), "they have no sign in ASCII: {unknown:?}");
}

#[test]
fn a_theme_that_paints_a_background_paints_every_cell() {
    for (width, height) in [(40, 10), (80, 24), (120, 40)] {
        let mut harness = Harness::with_clients(width, height);
        harness.bytes(1, Direction::Received, "\0\t\u{1b} ok € 好 \u{202e}".as_bytes());
        harness.bytes(1, Direction::Received, b"\xff broken \xe2\x82");
        harness.pass(5);
        for _ in 0..harness.themes.find("high-contrast").unwrap() {
            harness.keys("T");
        }
        for keys in SCREENS {
            harness.keys(keys);
            let buffer = harness.buffer();
            for (at, cell) in buffer.content.iter().enumerate() {
                // The second half of a wide character is not drawn by itself.
                if at > 0 && safe::width(buffer.content[at - 1].symbol()) > 1 {
                    continue;
                }
                let place = (at % usize::from(width), at / usize::from(width));
                let symbol = cell.symbol();
                // The background of the theme, of a hit, of a selection.
                let painted = [Color::Rgb(0, 0, 0), Color::Indexed(220), Color::Indexed(24)];
                assert!(
                    painted.contains(&cell.bg),
                    "{symbol:?} at {place:?} in {width}x{height} after {keys}"
                );
            }
        }
    }
}

/// The cells of the screen that are drawn in this way, as text.
fn drawn(harness: &Harness, is_meant: impl Fn(&Cell) -> bool) -> String {
    let screen = ascii(harness);
    // Only the rows of the stream, not the lines above and below it.
    let width = usize::from(screen.area.width);
    let rows = screen.content.chunks(width).skip(3).take(screen.content.len() / width - 5).flatten();
    rows.filter(|cell| is_meant(cell)).map(Cell::symbol).collect()
}

/// A client that sent characters of one to four bytes, and some that have no glyph; in the text view.
fn texts(width: u16, height: u16) -> Harness {
    let mut harness = Harness::in_ascii(width, height);
    harness.open(1);
    harness.bytes(1, Direction::Received, "h\u{e9} \u{20ac}\u{597d} e\u{301} \u{202e}\u{1f600}.".as_bytes());
    harness.keys("2zxg");
    harness
}

#[test]
fn characters_beyond_ascii_are_escaped_in_the_text_and_marked_whole() {
    let mut harness = texts(100, 12);
    harness.sees("h\\u{e9} \\u{20ac}\\u{597d} e\\u{301} <RLO U+202E>\\u{1f600}.");
    let cursor = |harness: &Harness| drawn(harness, |cell| cell.modifier.contains(Modifier::REVERSED));
    let mut seen = Vec::new();
    for _ in 0..12 {
        seen.push(cursor(&harness));
        harness.keys("l");
    }
    let expected = [
        "h",
        "\\u{e9}",
        " ",
        "\\u{20ac}",
        "\\u{597d}",
        " ",
        "e",
        "\\u{301}",
        " ",
        "<RLO U+202E>",
        "\\u{1f600}",
        ".",
    ];
    assert_eq!(seen, expected);
    harness.keys("glvll");
    harness.sees("selected 4 bytes in · offsets 1 to 4");
    let selected = drawn(&harness, |cell| cell.bg == Color::Indexed(24));
    assert_eq!(selected, "\\u{e9} ");
    let under_cursor = drawn(&harness, |cell| cell.bg == Color::Indexed(220));
    assert_eq!(under_cursor, "\\u{20ac}", "it is seen within the selection");
    // A click on any cell of an escape is one on its character.
    let screen = harness.screen();
    let (row, line) = screen.lines().enumerate().find(|(_, line)| line.contains("\\u{597d}")).unwrap();
    let column = line[..line.find("597d").unwrap()].chars().count() as u16;
    harness.keys("\u{1b}");
    harness.mouse(MouseEventKind::Down(MouseButton::Left), column + 2, row as u16);
    assert_eq!(cursor(&harness), "\\u{597d}");
    harness.sees("offset 7 (0x7)");
}

#[test]
fn an_escape_is_not_cut_and_a_narrow_row_shows_a_sign_instead() {
    let mut harness = texts(40, 12);
    let screen = harness.screen();
    for whole in ["\\u{e9}", "\\u{20ac}", "\\u{597d}", "\\u{1f600}"] {
        assert!(screen.contains(whole), "{whole} is whole on\n{screen}");
    }
    harness.keys("X");
    // Beside hex there is one cell for each byte.
    harness.sees_not("\\u{e9}");
    for width in 1..40 {
        harness.resize(width, 12);
        for keys in ["X", "x"] {
            harness.keys(keys);
            assert!(ascii(&harness).content.iter().all(|cell| cell.symbol().is_ascii()), "{width}");
        }
    }
}
