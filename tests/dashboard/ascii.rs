//! Every screen with ASCII characters only.

use std::collections::BTreeSet;

use bytewatch::event::{ConnectionEvent, ConnectionId, Direction, Event, Side};
use bytewatch::ui;
use bytewatch::ui::guard::{Charset, Guard};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;

use crate::harness::Harness;

fn ascii(harness: &Harness) -> Buffer {
    let unicode = harness.buffer();
    let backend = TestBackend::new(unicode.area.width, unicode.area.height);
    let mut terminal = Terminal::new(Guard::for_charset(backend, Charset::Ascii)).unwrap();
    terminal.draw(|frame| ui::draw(frame, &harness.app, &harness.logs, &harness.themes)).unwrap();
    terminal.backend().inner().buffer().clone()
}

/// Keys that lead through all panes, views, overlays and prompts.
const SCREENS: [&str; 18] =
    ["1", "2", "x", "x", "x", "x", "s", "A", "3", "z", "z", "4", "t", "?", "GG", "q/a", "\u{1b}", "F"];

#[test]
fn no_screen_has_other_characters() {
    // Payload has no sign of its own in ASCII: it is the only thing that may become a question mark.
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
                if symbol.starts_with('?') && !drawn.symbol().starts_with('?') {
                    lost.insert(drawn.symbol().to_owned());
                }
            }
            assert_eq!(unicode.area, plain.area);
        }
    }
    let known: BTreeSet<String> = ["\u{fffd}", "€", "é", "▯"].map(str::to_owned).into();
    let unknown: Vec<_> = lost.difference(&known).collect();
    assert!(unknown.is_empty(), "they have no sign in ASCII: {unknown:?}");
}
