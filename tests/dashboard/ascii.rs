//! Every screen with ASCII characters only, and with a theme that paints its background.

use std::collections::BTreeSet;

use bytewatch::bytes::safe;
use bytewatch::event::{ConnectionEvent, ConnectionId, Direction, Event, Side};
use bytewatch::ui;
use bytewatch::ui::guard::{Charset, Guard};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::style::Color;

use crate::harness::Harness;

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
