//! Problems that users of comparable tools reported, tried on the dashboard.

use bytewatch::app::AppEvent;
use bytewatch::event::ConnectionId;
use bytewatch::event::Direction::{Received, Sent};
use bytewatch::event::Utf8Scanner;
use bytewatch::event::{Event, Origin, StreamEvent, StreamId};
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseEventKind};

use crate::harness::Harness;

/// Returns the lines of text in the Stream pane, without offsets, times and the scroll bar.
fn lines_of_text(harness: &Harness) -> Vec<String> {
    let screen = harness.screen();
    let text = screen.lines().filter_map(|line| line.split_once("│line ")?.1.split_once('␊'));
    text.map(|(number, _)| number.to_owned()).collect()
}

#[test]
fn offsets_beyond_four_gibibytes_are_whole_and_can_be_gone_to() {
    let mut harness = Harness::new(80, 24);
    harness.open(1);
    let far = 1_u64 << 32;
    let mut scanner = Utf8Scanner::default();
    harness.event(Event::Stream(
        StreamId::client(ConnectionId(1), Received),
        StreamEvent::Trimmed {
            offset: 0,
            bytes: far,
            summary: scanner.scan(0, b""),
            origin: Origin::of(Received),
            forwarded: None,
        },
    ));
    let data = b"beyond four gibibytes\n";
    let summary = scanner.scan(far, data);
    harness.event(Event::Stream(
        StreamId::client(ConnectionId(1), Received),
        StreamEvent::Bytes {
            offset: far,
            data: data.to_vec().into(),
            summary,
            origin: Origin::of(Received),
            forwarded: None,
            place: None,
        },
    ));
    harness.keys("2g");
    harness.sees("100000000");
    harness.sees("offset 4,294,967,296 (0x100000000) · 62  b");
    harness.keys("o0x100000007");
    harness.press(KeyCode::Enter);
    harness.sees("offset 4,294,967,303 (0x100000007) · 66  f");
    for refused in ["o99999999999999999999999", "o-5", "o12", "o4294967400"] {
        harness.keys(refused);
        harness.press(KeyCode::Enter);
        harness.press(KeyCode::Esc);
        harness.sees("offset 4,294,967,303 (0x100000007)");
    }
}

#[test]
fn new_bytes_do_not_move_a_page_that_was_scrolled_up() {
    let mut harness = Harness::new(80, 24);
    harness.open(1);
    for line in 0..60 {
        harness.bytes(1, Received, format!("line {line:02}\n").as_bytes());
        harness.pass(1);
    }
    harness.keys("2");
    harness.press(KeyCode::PageUp);
    let before = lines_of_text(&harness);
    assert!(before.len() > 3, "{}", harness.screen());
    for line in 60..70 {
        harness.bytes(1, Received, format!("line {line:02}\n").as_bytes());
        harness.pass(1);
    }
    assert_eq!(lines_of_text(&harness), before, "the page stays");
    harness.sees("below");
    harness.keys("G");
    harness.sees("↓ follow");
    harness.bytes(1, Received, b"the newest line\n");
    harness.sees("74 68 65 20 6e 65 77 65");
}

#[test]
fn keys_and_pastes_are_text_while_a_filter_is_typed() {
    let mut harness = Harness::with_clients(120, 24);
    let effects = harness.keys("/qbd23?Dz");
    assert!(effects.is_empty(), "{effects:?}");
    harness.sees("/qbd23?Dz");
    harness.press(KeyCode::Esc);
    harness.keys("/");
    let pasted = AppEvent::Pasted("50001\nq\t\u{202e}\u{1b}[2J".into());
    assert!(harness.app.update(pasted).is_empty());
    harness.sees("/50001");
    harness.press(KeyCode::Esc);
    // Outside of a prompt a paste does nothing.
    assert!(harness.app.update(AppEvent::Pasted("q\nb".into())).is_empty());
    for letter in ['s', 'q'] {
        let key = KeyEvent::new(KeyCode::Char(letter), KeyModifiers::CONTROL);
        assert!(harness.app.update(AppEvent::Key(key)).is_empty(), "^{letter} ends nothing");
        let key = KeyEvent::new(KeyCode::Char(letter), KeyModifiers::ALT);
        assert!(harness.app.update(AppEvent::Key(key)).is_empty(), "M-{letter} ends nothing");
    }
    harness.sees("127.0.0.1:50001");
}

#[test]
fn a_line_end_cut_between_two_reads_makes_no_empty_line_without_a_read() {
    let mut harness = Harness::new(80, 24);
    harness.open(1);
    harness.bytes(1, Received, b"one\r");
    harness.pass(1);
    harness.bytes(1, Received, b"\ntwo\r\n");
    harness.keys("2x");
    harness.sees("one␍");
    harness.sees("two␍␊");
    let screen = harness.screen();
    let alone =
        screen.lines().find(|line| line.contains('␊') && !line.contains("two")).expect("the line feed");
    assert!(alone.contains("12:00:01"), "it has the time of its read: {alone}");
}

#[test]
fn every_pane_survives_shrinking_to_one_row_and_growing_again() {
    let mut harness = Harness::with_clients(200, 60);
    harness.bytes(1, Sent, &[b'x'; 5_000]);
    let sizes = [(25, 24), (10, 10), (80, 2), (80, 1), (1, 1), (3, 40), (200, 4), (80, 24)];
    for key in ["1", "2", "3", "4", "?"] {
        harness.keys(key);
        for (width, height) in sizes {
            harness.resize(width, height);
            let _ = harness.buffer();
            harness.mouse(MouseEventKind::ScrollDown, width / 2, height / 2);
            let _ = harness.buffer();
        }
        harness.press(KeyCode::Esc);
    }
    harness.keys("1");
    harness.sees("127.0.0.1:50001");
}
