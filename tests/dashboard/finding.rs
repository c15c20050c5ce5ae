//! Finding bytes in the stream, and rows in the table.

use bytewatch::app::{AppEvent, Effect};
use bytewatch::event::{CloseReason, Direction};
use ratatui::crossterm::event::KeyCode;

use crate::harness::Harness;

/// A client that sent fifty numbered lines, in the stream pane.
fn lines() -> Harness {
    let mut harness = Harness::new(100, 24);
    harness.open(1);
    for number in 0..50 {
        harness.bytes(1, Direction::Received, format!("line {number} caf\u{e9}\n").as_bytes());
    }
    harness.press(KeyCode::Enter);
    harness.keys("xz");
    harness
}

/// Lets the app search, as the shell does while there is nothing else to do.
fn search(harness: &mut Harness) {
    for _ in 0..1_000 {
        if !harness.app.is_searching() {
            return;
        }
        harness.app_event(AppEvent::Idle(1_024));
    }
    panic!("the search does not end");
}

fn find(harness: &mut Harness, pattern: &str) {
    harness.keys("/");
    harness.keys(pattern);
    harness.press(KeyCode::Enter);
    search(harness);
}

#[test]
fn a_pattern_is_found_counted_and_gone_through() {
    let mut harness = lines();
    find(&mut harness, "re:line 3[0-3]");
    // The view followed the newest line, so the last hit is the next one.
    harness.sees("4 of 4");
    harness.sees("l U+006C");
    for (keys, place, message) in [
        ("N", "3 of 4", ""),
        ("NN", "1 of 4", ""),
        ("N", "4 of 4", "Wrapped to the bottom"),
        ("n", "1 of 4", "Wrapped to the top"),
    ] {
        harness.keys(keys);
        harness.sees(place);
        harness.sees(message);
    }
    harness.press(KeyCode::Esc);
    harness.sees_not("of 4");
    harness.keys("n");
    harness.sees("Nothing is searched for; / asks for a pattern");
}

/// A client that sent UTF-16, in the stream pane.
fn wide() -> Harness {
    let mut harness = Harness::new(120, 24);
    harness.open(1);
    let wide: Vec<u8> =
        "H\u{e9}llo, h\u{c9}LLO and hello\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    harness.bytes(1, Direction::Received, &wide);
    harness.press(KeyCode::Enter);
    harness.keys("xz");
    harness
}

#[test]
fn text_is_found_in_another_encoding() {
    let mut harness = wide();
    find(&mut harness, "h\u{e9}llo");
    harness.sees("Nothing like h\u{e9}llo is kept; the bytes here are likely UTF-16LE: / Tab; what arrives");
    harness.keys("/");
    harness.sees("the bytes here are likely UTF-16LE");
    harness.sees("Tab encoding");
    harness.press(KeyCode::Tab);
    harness.sees("find in UTF-16LE ");
    harness.sees_not("likely");
    harness.keys("h\u{e9}llo\n");
    search(&mut harness);
    harness.sees("2 of 2");
    // The encoding stays chosen, and does not concern expressions and bytes.
    harness.keys("/");
    harness.sees("find in UTF-16LE ");
    harness.keys("hex: 48");
    harness.sees("find hex: 48");
    harness.press(KeyCode::Esc);
    harness.keys("A");
    harness.sees("Hits of h\u{e9}llo in UTF-16LE");
    harness.press(KeyCode::Esc);
    find(&mut harness, "hollo");
    harness.sees("Nothing like hollo is kept in UTF-16LE; what arrives");
}

#[test]
fn text_that_an_encoding_does_not_have_is_refused_in_the_prompt() {
    let mut harness = wide();
    harness.keys("/");
    harness.press(KeyCode::Tab);
    harness.press(KeyCode::Tab);
    harness.sees("find in Latin-1 ");
    harness.keys("1 \u{20ac}");
    harness.sees("column 3: Latin-1 has no '\u{20ac}'; hex: searches for bytes");
    harness.press(KeyCode::Enter);
    harness.sees("find in Latin-1 ");
    for _ in 0..2 {
        harness.press(KeyCode::BackTab);
    }
    harness.sees("find 1 \u{20ac}");
    harness.press(KeyCode::Enter);
    search(&mut harness);
    harness.sees("Nothing like 1 \u{20ac} is kept; the bytes here are likely UTF-16LE");
}

#[test]
fn the_list_of_all_hits_asks_for_a_pattern_in_every_pane() {
    for pane in ["1", "2", "3", "4"] {
        let mut harness = lines();
        harness.keys(pane);
        harness.keys("A");
        harness.sees("Enter find");
        assert_eq!(harness.keys("hex: 33 ?? 20"), [], "{pane}");
        harness.press(KeyCode::Enter);
        search(&mut harness);
        harness.sees("Enter show");
        harness.press(KeyCode::Enter);
        harness.sees("1 of 10");
    }
}

#[test]
fn a_key_of_another_pane_says_where_it_belongs() {
    let mut harness = lines();
    harness.keys("1M");
    harness.sees("M belongs to 2 Stream: Mark the byte here with a letter");
    harness.keys("2M");
    harness.sees("letter of the mark: ");
    harness.keys("a1'a");
    harness.sees_not("belongs to");
    harness.sees("mark a");
}

#[test]
fn what_arrives_is_searched_as_well() {
    let mut harness = lines();
    find(&mut harness, "late");
    harness.sees("Nothing like late is kept");
    harness.sees("0 hits");
    harness.bytes(1, Direction::Sent, b"too la");
    search(&mut harness);
    harness.sees("0 hits");
    harness.bytes(1, Direction::Sent, b"te\n");
    search(&mut harness);
    harness.sees("1 hit");
    harness.keys("n");
    harness.sees("1 of 1");
}

#[test]
fn a_mistake_is_said_while_it_is_typed_and_keeps_the_prompt_open() {
    let mut harness = lines();
    harness.keys("/hex: f");
    harness.sees("column 6: a byte has two digits");
    harness.press(KeyCode::Enter);
    harness.sees("find hex: f");
    harness.keys("f");
    harness.sees_not("column");
    harness.press(KeyCode::Enter);
    search(&mut harness);
    harness.sees("Nothing like hex: ff is kept");
    // The pattern comes back, and an empty one ends the search.
    harness.keys("/");
    harness.press(KeyCode::Up);
    harness.sees("find hex: ff");
    harness.press(KeyCode::Down);
    harness.press(KeyCode::Enter);
    harness.sees_not("0 hits");
}

#[test]
fn another_connection_is_searched_for_the_same() {
    let mut harness = lines();
    harness.open(2);
    harness.bytes(2, Direction::Received, b"line 7, and line 8");
    find(&mut harness, "line 7");
    harness.sees("1 of 1");
    harness.keys("]");
    search(&mut harness);
    harness.sees("1 hit");
    harness.keys("n");
    harness.sees("1 of 1");
}

#[test]
fn hits_of_a_frozen_display_stay() {
    let mut harness = lines();
    find(&mut harness, "line 7");
    harness.keys(" ");
    for _ in 0..20 {
        harness.bytes(1, Direction::Received, &[b'.'; 4_096]);
    }
    search(&mut harness);
    harness.pass(2);
    harness.sees("1 of 1");
    harness.keys(" ");
    search(&mut harness);
    harness.pass(2);
    harness.sees("0 hits");
}

#[test]
fn the_hits_of_all_connections_are_a_list_that_leads_to_each() {
    let mut harness = lines();
    for id in 2..=30 {
        harness.open(id);
        harness.bytes(id, Direction::Sent, format!("{id:>9} and line 7\n").as_bytes());
    }
    find(&mut harness, "line 7");
    harness.keys("A");
    search(&mut harness);
    harness.sees("Hits of line 7 · 30 hits in 30 streams");
    harness.sees("▶ #1");
    harness.keys("j");
    harness.sees("▶ #2");
    harness.sees("▸ 14 ");
    // What is before a hit is shown, too.
    harness.sees("2 and line 7");
    harness.keys("G");
    harness.sees("▶ #30");
    // What arrives is listed as well.
    harness.bytes(30, Direction::Received, b"once more: line 7");
    search(&mut harness);
    harness.sees("31 hits in 31 streams");
    harness.keys("j");
    harness.press(KeyCode::Enter);
    harness.sees("2 Stream · #30");
    harness.sees("of 2");
    harness.press(KeyCode::Esc);
    harness.sees_not("of 2");
}

#[test]
fn a_filter_has_fields_and_says_what_is_wrong() {
    let mut harness = Harness::with_clients(100, 24);
    harness.close(2, CloseReason::PeerReset);
    harness.keys("/malformed>0");
    harness.sees("50001");
    harness.sees_not("50003");
    harness.press(KeyCode::Esc);
    harness.keys("/!state:closed malformed<x");
    harness.sees("at 25: 'x' is not a number");
    harness.press(KeyCode::Enter);
    harness.sees("at 25: 'x' is not a number");
    harness.sees_not("50002");
    harness.press(KeyCode::Backspace);
    harness.keys("1");
    harness.sees_not("at 25");
    harness.sees("50003");
    harness.sees_not("50001");
}

#[test]
fn a_filter_is_completed() {
    let mut harness = Harness::with_clients(100, 24);
    harness.keys("/mal");
    harness.sees("/mal malformed>");
    harness.press(KeyCode::Tab);
    harness.keys("0 re");
    harness.sees("reason: received>");
    harness.press(KeyCode::Tab);
    harness.keys("c");
    harness.press(KeyCode::Tab);
    harness.keys("0");
    harness.sees("/malformed>0 received>0");
    assert_eq!(harness.press(KeyCode::Enter), [] as [Effect; 0]);
    harness.sees("50001");
    harness.sees_not("50003");
}
