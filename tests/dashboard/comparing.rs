//! Two connections side by side.

use bytewatch::app::AppEvent;
use bytewatch::app::overlay::Overlay;
use bytewatch::event::utf8_scanner::Utf8Summary;
use bytewatch::event::{CloseReason, ConnectionId, Direction, Event, Origin, StreamEvent, StreamId};
use ratatui::crossterm::event::{KeyCode, MouseEventKind};

use crate::harness::Harness;

/// Compares everything, as while nothing else is to be done.
fn idle(harness: &mut Harness) {
    while harness.app.is_searching() {
        harness.app_event(AppEvent::Idle(65_536));
    }
}

/// Two connections with these bytes from their clients, which are compared.
fn compared(width: u16, height: u16, left: &[u8], right: &[u8]) -> Harness {
    let mut harness = Harness::new(width, height);
    for (number, bytes) in [(1, left), (2, right)] {
        harness.open(number);
        if !bytes.is_empty() {
            harness.bytes(number, Direction::Received, bytes);
        }
    }
    harness.keys("g=j=");
    idle(&mut harness);
    harness
}

#[test]
fn the_second_connection_is_compared_with_the_first_one() {
    let mut harness = Harness::new(100, 24);
    harness.keys("=");
    harness.sees("No connection is selected");
    harness.open(1);
    harness.keys("g=");
    harness.sees("#1: select the other one, then = again");
    harness.keys("=");
    harness.sees("There is no other connection to compare with");
    harness.open(2);
    harness.open(3);
    harness.bytes(1, Direction::Received, b"one");
    harness.bytes(3, Direction::Received, b"one");
    harness.keys("g=jj=");
    assert_eq!(harness.app.overlay(), Some(Overlay::Compare));
    harness.sees("#1 and #3 · received · by offset");
    harness.sees("No difference in 3 bytes");
    // Only its number is needed to show another one.
    harness.keys("]");
    harness.sees("#1 and #2 · received");
    harness.keys("]");
    harness.sees("#1 and #3 · received");
    harness.keys("[");
    harness.sees("#1 and #2 · received");
    harness.press(KeyCode::Esc);
    harness.sees_not("#1 and #2");
    // Without another choice, the next connection is taken.
    harness.keys("==");
    harness.sees("#3 and #1");
}

#[test]
fn different_bytes_are_marked_counted_and_gone_to() {
    let left = [&b"GET /index HTTP/1.1\r\n"[..], &[b'x'; 500], b"end"].concat();
    let mut right = left.clone();
    right[5..8].copy_from_slice(b"INS");
    right[300] = b'y';
    let mut harness = compared(100, 24, &left, &right);
    harness.sees("First difference at 0x5 · 4 of 524 bytes differ");
    harness.sees("≠69≠6e≠64");
    harness.sees("≠49≠4e≠53");
    harness.keys("n");
    harness.sees("Difference 1 of 2 at 0x5");
    harness.keys("n");
    harness.sees("Difference 2 of 2 at 0x12c");
    harness.sees("≠78");
    harness.sees("≠79");
    harness.sees_not("≠69≠6e≠64");
    harness.keys("n");
    harness.sees("Wrapped to the top: no difference further down");
    harness.sees("Difference 1 of 2");
    harness.keys("N");
    harness.sees("Wrapped to the bottom: no difference further up");
    harness.keys("NN");
    harness.sees("Difference 2 of 2");
    harness.keys("x");
    harness.sees("≠");
    harness.sees_not("≠78");
}

#[test]
fn both_halves_scroll_in_step() {
    let left: Vec<u8> = (0..4_096_u32).map(|at| (at / 16) as u8).collect();
    let mut harness = compared(80, 24, &left, &left);
    harness.sees("0000 00 00 00 00");
    harness.sees("No difference in 4,096 bytes");
    harness.keys("n");
    harness.sees("There is no difference");
    harness.keys("G");
    harness.sees("0ff8 ff ff");
    harness.press(KeyCode::PageUp);
    harness.sees_not("0ff8");
    harness.keys("g");
    harness.sees("0000 00");
    harness.mouse(MouseEventKind::ScrollDown, 9, 9);
    harness.sees_not("0000 00");
    harness.keys("k");
    harness.sees("0010");
}

#[test]
fn what_was_added_can_be_aligned() {
    let mut harness =
        compared(100, 24, b"Host: a\r\nAccept: text/plain\r\n", b"Host: abcd\r\nAccept: text/plain\r\n");
    harness.sees("First difference at 0x7");
    harness.sees("of 32 bytes differ");
    harness.keys("a");
    harness.sees("aligned");
    harness.sees("First difference at 0x7 · 3 of 32 bytes differ");
    harness.sees("61≠-- Host: a");
    harness.sees("0007≠--≠-- 0d 0a");
    harness.keys("n");
    harness.sees("Difference 1 of 1 at 0x7");
    harness.keys("a");
    harness.sees("by offset");
}

#[test]
fn bytes_that_one_stream_does_not_have_are_said_so() {
    let mut harness = compared(100, 24, b"abcd", b"ab");
    harness.sees("First difference at 0x2 · 2 of 4 bytes differ");
    harness.sees("≠--≠--");
    harness.bytes(2, Direction::Received, b"cd");
    idle(&mut harness);
    harness.sees("No difference in 4 bytes");
    // Of the first one, bytes were not observed.
    let stream = StreamId::client(ConnectionId(1), Direction::Received);
    harness.event(Event::Stream(stream, StreamEvent::Missed { events: 1, bytes: 40 }));
    let (data, summary) = (b"!".to_vec().into(), Utf8Summary::default());
    let origin = Origin::Peer;
    harness.event(Event::Stream(
        stream,
        StreamEvent::Bytes { offset: 44, data, summary, origin, forwarded: None, place: None },
    ));
    harness.bytes(2, Direction::Received, &[b'.'; 40]);
    harness.bytes(2, Direction::Received, b"?");
    idle(&mut harness);
    harness.sees("First difference at 0x2c · 1 of 5 bytes differs · 40 bytes trimmed or missed");
    harness.sees("… trimmed or missed");
    harness.sees("2e 2e 2e");
    harness.close(1, CloseReason::PeerReset);
    assert_eq!(harness.app.overlay(), Some(Overlay::Compare), "what it sent is still there");
}

#[test]
fn the_other_direction_is_compared_as_well() {
    let mut harness = compared(100, 24, b"same", b"same");
    harness.bytes(1, Direction::Sent, b"answer 1");
    harness.bytes(2, Direction::Sent, b"answer 2");
    harness.keys(">");
    idle(&mut harness);
    harness.sees("#1 and #2 · sent");
    harness.sees("First difference at 0x7 · 1 of 8 bytes differs");
    harness.press(KeyCode::Tab);
    idle(&mut harness);
    harness.sees("received");
    harness.sees("No difference in 4 bytes");
    let mut nothing = compared(100, 24, b"", b"");
    nothing.sees("Nothing to compare");
    nothing.keys("njkGga");
    nothing.sees("Nothing to compare");
}

#[test]
fn payload_commands_no_terminal_and_wide_characters_have_room() {
    let text = "a\u{1b}[2Jb 漢字漢字\u{202e} e\u{301}\u{301} ok";
    let mut harness = compared(100, 24, text.as_bytes(), &text.as_bytes()[1..]);
    harness.keys("x");
    harness.sees("a␛[2Jb 漢 •字 •");
    harness.keys("a");
    harness.sees("漢 •");
    let mut narrow = compared(40, 10, text.as_bytes(), b"\xff\xe2\x82");
    narrow.keys("x");
    narrow.sees("…");
    narrow.keys("nN>ax");
}
