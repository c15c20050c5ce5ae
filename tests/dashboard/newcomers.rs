//! What somebody runs into who uses the program for the first time.

use bytewatch::app::AppEvent;
use bytewatch::app::overlay::Overlay;
use bytewatch::event::Direction::{Received, Sent};
use ratatui::crossterm::event::KeyCode;

use crate::harness::Harness;

/// Does everything that is done while there is nothing else to do.
fn idle(harness: &mut Harness) {
    for _ in 0..1_000 {
        if !harness.app.is_searching() {
            return;
        }
        harness.app_event(AppEvent::Idle(65_536));
    }
    panic!("the search does not end");
}

fn find(harness: &mut Harness, pattern: &str) {
    harness.keys("/");
    harness.keys(pattern);
    harness.press(KeyCode::Enter);
    idle(harness);
}

/// A client that sent this, in the stream pane.
fn stream(width: u16, height: u16, bytes: &[u8]) -> Harness {
    let mut harness = Harness::new(width, height);
    harness.open(1);
    harness.bytes(1, Received, bytes);
    harness.press(KeyCode::Enter);
    harness
}

#[test]
fn digits_that_are_searched_as_text_say_how_bytes_are_searched() {
    let mut harness = stream(120, 40, b"\xff\x01\x00 and more");
    harness.keys("/");
    harness.sees("bytes: hex: ff ?? 00 (?? is any byte");
    harness.press(KeyCode::Esc);
    find(&mut harness, "ff ?? 00");
    harness.sees("Nothing like ff ?? 00 is kept as text; hex: ff ?? 00 searches bytes");
    harness.sees_not("all connections");
    find(&mut harness, "hex: ff ?? 00");
    harness.sees("1 of 1");
    harness.open(2);
    find(&mut harness, "0xfe");
    harness.sees("Nothing like 0xfe is kept as text; hex: fe searches bytes");
    harness.sees("A: all connections");
    find(&mut harness, "nowhere");
    harness.sees("Nothing like nowhere is kept; what arrives will be searched");
}

#[test]
fn a_list_of_hits_names_its_pattern_and_says_that_there_is_none() {
    let mut harness = stream(120, 40, b"\xff\x01\x00 and more");
    find(&mut harness, "ff00");
    harness.keys("A");
    idle(&mut harness);
    harness.sees("Hits of ff00 · 0 hits");
    harness.sees("No hits for ff00 (text) in 1 connection");
    harness.sees("hex: ff 00 searches bytes");
    harness.press(KeyCode::Esc);
    find(&mut harness, "hex: ff ??");
    harness.keys("A");
    idle(&mut harness);
    harness.sees("Hits of hex: ff ?? · 1 hit");
    harness.sees("ff 01 00 20 61 6e 64");
}

#[test]
fn what_a_prompt_has_no_room_for_is_counted() {
    for (keys, limit) in [("/", "200"), ("|", "4,096"), ("e", "65,536"), ("r", "1,024"), (":", "200")] {
        let mut harness = stream(120, 40, b"x");
        harness.keys(keys);
        let longest: usize = limit.replace(',', "").parse().unwrap();
        harness.app_event(AppEvent::Pasted("x".repeat(longest + 1_234)));
        harness.sees(&format!("cut at {limit} B: 1,234 B left out"));
        harness.keys("y");
        harness.sees(&format!("cut at {limit} B: 1,235 B left out"));
        harness.press(KeyCode::Backspace);
        harness.sees_not("left out");
    }
}

#[test]
fn a_frozen_table_says_what_it_does_not_show() {
    let mut harness = Harness::new(120, 40);
    harness.keys(" ");
    harness.open(1);
    harness.bytes(1, Received, b"hello");
    harness.sees("1 newer not shown");
    harness.sees("The display is frozen: 1 newer client is not shown. Space goes on.");
    harness.sees_not("No connection is kept");
    harness.keys("2y");
    harness.sees("There were no bytes to copy when the display was frozen");
    harness.keys("1 ");
    harness.sees_not("not shown");
    harness.keys(" ");
    harness.open(2);
    harness.open(3);
    harness.sees("2 newer not shown");
}

#[test]
fn rows_that_change_places_do_not_change_the_stream() {
    let mut harness = Harness::new(120, 40);
    for id in 1..=3 {
        harness.open(id);
    }
    // The fourth click on the sort: latency.
    let selected = harness.app.clients().selected();
    while !harness.screen().contains("sort received") {
        harness.keys("s");
    }
    for id in [2, 3, 1, 3, 2] {
        harness.bytes(id, Received, &vec![b'x'; 100 * id as usize]);
        harness.pass(1);
        assert_eq!(harness.app.clients().selected(), selected);
    }
    harness.sees("2 Stream · #1");
}

#[test]
fn a_filter_that_is_cleared_gives_the_place_in_the_stream_back() {
    let mut harness = stream(120, 40, &b"line\n".repeat(400));
    harness.open(2);
    harness.bytes(2, Sent, b"other");
    harness.keys("g");
    harness.sees("paused");
    harness.keys("1/");
    harness.keys("connection=2");
    harness.press(KeyCode::Enter);
    harness.sees("2 Stream · #2");
    harness.sees("follow");
    harness.press(KeyCode::Esc);
    harness.sees("2 Stream · #1");
    harness.sees("paused");
    harness.sees_not("↓ follow");
}

#[test]
fn a_comparison_begins_at_the_first_difference() {
    let mut harness = Harness::new(80, 24);
    let (left, mut right) = (vec![b'a'; 200_000], vec![b'a'; 200_000]);
    right[150_000] = b'b';
    for (id, bytes) in [(1, &left), (2, &right)] {
        harness.open(id);
        harness.bytes(id, Received, bytes);
    }
    harness.keys("g=j=");
    idle(&mut harness);
    harness.sees("First difference at 0x249f0");
    harness.sees("≠62");
    // The keys of the comparison come first in its help.
    harness.sees("? help");
    harness.keys("?");
    assert_eq!(harness.app.overlay(), Some(Overlay::Help));
    harness.sees("To the next difference");
    harness.press(KeyCode::Esc);
    assert_eq!(harness.app.overlay(), Some(Overlay::Compare));
}

#[test]
fn bytes_that_one_side_lacks_are_shown_in_every_row() {
    let mut harness = Harness::new(80, 24);
    for (id, bytes) in [(1, &[b'a'; 24][..]), (2, &[b'a'; 4][..])] {
        harness.open(id);
        harness.bytes(id, Received, bytes);
    }
    harness.keys("g=j=");
    idle(&mut harness);
    assert_eq!(harness.screen().matches("≠--").count(), 20);
}

#[test]
fn a_selection_shows_its_keys() {
    for (width, height) in [(80, 24), (40, 10)] {
        let mut harness = stream(width, height, b"some bytes");
        harness.keys("v");
        for hint in ["y copy", "W save"] {
            harness.sees(hint);
        }
    }
    let mut harness = stream(80, 24, b"some bytes");
    harness.keys("v");
    harness.sees("Esc select nothing");
    harness.press(KeyCode::Esc);
    harness.sees_not("Esc select nothing");
}

#[test]
fn a_malformed_part_under_the_cursor_is_copied_first() {
    let mut harness = stream(80, 24, b"before \xe2\x82 after");
    harness.keys("gm");
    harness.keys("y");
    harness.sees("2 bytes received of #1 from offset 7");
    harness.sees("Tab read or part");
    harness.press(KeyCode::Tab);
    harness.sees("15 bytes received of #1 from offset 0");
    harness.press(KeyCode::Tab);
    harness.sees("e2 82");
}

#[test]
fn all_lines_of_an_anatomy_can_be_read_on_a_small_screen() {
    let mut harness = stream(40, 10, b"x\xc0\xafy");
    harness.keys("xxxgm");
    harness.sees("(. for more)");
    let mut seen = String::new();
    for _ in 0..20 {
        seen.push_str(&harness.screen());
        harness.keys(".");
    }
    for label in ["rule", "broken", "intended", "decoder"] {
        assert!(seen.contains(label), "{label} in {seen}");
    }
    harness.keys("l");
    harness.sees("malformed");
    harness.keys("xg");
    harness.sees("(. for more)");
}

#[test]
fn a_small_copy_menu_says_that_there_are_more_forms() {
    let mut harness = stream(40, 10, b"abc");
    harness.keys("y");
    harness.sees("1-7 of 11");
    harness.press(KeyCode::Esc);
    harness.sees("#1 · hex · ↓ follow");
}

#[test]
fn a_word_finds_only_the_commands_that_have_it() {
    let mut harness = stream(120, 40, b"abc");
    harness.keys(":theme");
    harness.sees("Next colour theme");
    harness.sees_not("Hits in all connections");
    harness.sees_not(" of 3");
}

#[test]
fn a_filter_with_a_mistake_counts_nothing() {
    let mut harness = Harness::with_clients(120, 40);
    harness.keys("/bogus>5");
    harness.sees("/bogus>5 · not applied");
    harness.sees_not("3 match");
    harness.sees("the numbers are connection, received, sent");
    harness.press(KeyCode::Esc);
    harness.keys("/malformd>1");
    harness.sees("at 1: there is no field 'malformd'; did you mean 'malformed>'?");
    harness.press(KeyCode::Esc);
    for (filter, said) in [("sent > 1k", "none match"), ("sent > 0", "1 matches"), ("sent >= 0", "3 match")] {
        harness.keys("/");
        harness.keys(filter);
        harness.sees(&format!("/{filter} · {said}"));
        harness.press(KeyCode::Esc);
    }
}

#[test]
fn nothing_is_said_of_reads_that_go_on_again() {
    use bytewatch::event::{ConnectionEvent, ConnectionId, Event, Side};
    let mut harness = Harness::with_clients(80, 24);
    let before = harness.screen();
    let id = ConnectionId(1);
    harness.event(Event::Connection(id, ConnectionEvent::Paused { side: Side::Client }));
    harness.sees("reads from the client are paused");
    harness.event(Event::Connection(id, ConnectionEvent::Resumed { side: Side::Client }));
    assert_eq!(harness.screen(), before);
}

#[test]
fn a_note_is_said_below_the_table() {
    let mut harness = Harness::with_clients(80, 24);
    harness.keys("a");
    harness.keys("the slow one");
    harness.press(KeyCode::Enter);
    harness.keys("1");
    harness.sees("#1 note: the slow one");
}

#[test]
fn a_question_on_a_small_screen_shows_both_answers() {
    let mut harness = Harness::with_clients(40, 10);
    harness.keys("d");
    harness.sees("Close #1 (FIN)?");
    harness.sees("y yes n no");
}

#[test]
fn a_prompt_says_how_to_leave_it() {
    for keys in ["W", "|", "a", "e", "o"] {
        let mut harness = stream(80, 24, b"some bytes");
        harness.keys(keys);
        harness.sees("Enter ");
        harness.sees("Esc cancel");
    }
    let mut harness = stream(80, 24, b"some bytes");
    harness.keys("|");
    harness.sees("pipe 10 bytes received to ");
}

#[test]
fn a_theme_says_which_of_all_it_is() {
    let mut harness = Harness::new(80, 24);
    let names = harness.themes.names().to_vec();
    let all = names.len();
    harness.app.name_themes(names.into_iter().collect());
    harness.keys("T");
    harness.sees(&format!("theme dark, 2 of {all}; T for the next"));
}
