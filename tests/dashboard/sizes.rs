//! Every screen at the four sizes, as text of ASCII characters. Themes change styles only, which a test holds.

use bytewatch::event::{BackendKind, CloseReason, ConnectionEvent, ConnectionId, Direction, Event, Side};
use bytewatch::ui::theme::Themes;
use ratatui::buffer::Buffer;
use ratatui::style::Color;

use crate::ascii::ascii;
use crate::harness::Harness;

const SIZES: [(u16, u16); 4] = [(40, 10), (80, 24), (120, 40), (200, 60)];

/// The screens: the name, and the keys that lead there from the start.
const SCREENS: [(&str, &str); 17] = [
    ("clients", "1"),
    ("filter", "1/open"),
    ("filter_without_a_match", "1/zz"),
    ("close", "1d"),
    ("hex", "2"),
    ("text", "2x"),
    ("split", "2xx"),
    ("anatomy", "2xxxm"),
    ("readings", "2xxxx"),
    ("offset", "2o0x1"),
    ("send", "2ehello"),
    ("hold", "2H"),
    ("backends", "3"),
    ("backends_zoomed", "3z"),
    ("faults", "1Flatency=10ms"),
    ("help", "1?"),
    ("palette", "1:"),
];

fn traffic(width: u16, height: u16) -> Harness {
    let mut harness = Harness::with_clients(width, height);
    for round in 1..=12_usize {
        harness.pass(1);
        let text = format!("request {round}: caf\u{e9} \u{20ac}\r\n");
        harness.bytes(1, Direction::Received, text.as_bytes());
        harness.bytes(1, Direction::Sent, &text.as_bytes()[..text.len() - 4]);
        harness.bytes(2, Direction::Received, &vec![b'x'; 1_000 * round]);
    }
    harness.bytes(1, Direction::Received, b"\xc0\xaf \xe2\x82");
    harness.event(Event::Connection(ConnectionId(2), ConnectionEvent::Slow { side: Side::Client }));
    harness.close(3, CloseReason::PeerReset);
    harness.switch(2);
    harness.pass(2);
    harness
}

fn text(buffer: &Buffer) -> String {
    let width = usize::from(buffer.area.width);
    let line = |row: &[ratatui::buffer::Cell]| {
        row.iter().map(ratatui::buffer::Cell::symbol).collect::<String>().trim_end().to_owned()
    };
    buffer.content.chunks(width).map(line).collect::<Vec<_>>().join("\n")
}

/// Returns a screen at all sizes, each under its size.
fn at_all_sizes(keys: &str, start: fn(u16, u16) -> Harness) -> String {
    let one = |(width, height)| {
        let mut harness = start(width, height);
        harness.keys(keys);
        format!("{width}x{height}\n{}", text(&ascii(&harness)))
    };
    SIZES.map(one).join("\n\n")
}

#[test]
fn every_screen_at_every_size() {
    for (name, keys) in SCREENS {
        insta::assert_snapshot!(name, at_all_sizes(keys, traffic));
    }
}

#[test]
fn a_dashboard_without_clients_at_every_size() {
    insta::assert_snapshot!("no_client", at_all_sizes("", Harness::new));
    insta::assert_snapshot!("no_client_backends_zoomed", at_all_sizes("3z", Harness::new));
}

#[test]
fn a_theme_changes_no_character_and_hides_none() {
    for (name, keys) in SCREENS {
        for (width, height) in SIZES {
            let mut shown = Vec::new();
            for theme in 0..Themes::default().names().len() {
                let mut harness = traffic(width, height);
                harness.keys(&"T".repeat(theme));
                // The name of the theme is said until the next key.
                harness.keys("k");
                harness.keys(keys);
                let mut buffer = harness.buffer();
                shown.push(text(&buffer));
                buffer
                    .content
                    .retain(|cell| cell.symbol() != " " && cell.fg == cell.bg && cell.fg != Color::Reset);
                assert!(buffer.content.is_empty(), "{name} {width}x{height}: {:?}", buffer.content);
            }
            assert!(shown.windows(2).all(|two| two[0] == two[1]), "{name} {width}x{height}");
        }
    }
}

#[test]
fn a_click_on_a_stress_test_begins_it() {
    let mut harness = traffic(200, 60);
    harness.keys("3z");
    harness.sees("stress tests, each begun and ended by its key");
    assert!(harness.click("1,000 clients connect").is_empty());
    harness.sees("idle clients soon: ");
    harness.sees("soon: 1,000 IDLE CLIENTS");
    assert_eq!(harness.app.context().model().backend, Some(BackendKind::Threads));
}
