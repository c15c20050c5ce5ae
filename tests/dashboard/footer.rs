//! The lower end of the screen: prompts, questions and messages that are longer than a line.

use bytewatch::app::{AppEvent, SaveResult};
use bytewatch::event::Direction;
use ratatui::crossterm::event::{KeyCode, MouseButton, MouseEventKind};

use crate::harness::Harness;

/// Three clients with some lines; the table has the focus.
fn clients(width: u16, height: u16) -> Harness {
    let mut harness = Harness::new(width, height);
    for id in 1..=3 {
        harness.open(id);
        for number in 0..9 {
            harness.bytes(
                id,
                Direction::Received,
                format!("line {number} of {id}, which goes on\n").as_bytes(),
            );
        }
    }
    harness
}

/// Presses these keys, with Tab for `\t`.
fn typed(harness: &mut Harness, keys: &str) {
    for (index, keys) in keys.split('\t').enumerate() {
        if index > 0 {
            harness.press(KeyCode::Tab);
        }
        harness.keys(keys);
    }
}

/// Returns the words on the screen from the first occurrence of `from` on, without what wrapping has added.
fn words_from(harness: &Harness, from: &str) -> String {
    let screen = harness.screen();
    let at = screen.find(from).unwrap_or_else(|| panic!("no {from:?} on\n{screen}"));
    screen[at..].split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn what_is_wrong_with_a_filter_is_read_as_a_whole_below_the_input() {
    for (width, height) in [(30, 12), (40, 10), (80, 24), (120, 40)] {
        let mut harness = clients(width, height);
        harness.keys("1/malformed>x");
        let said = words_from(&harness, "at 11");
        let end = "'x' is not a number";
        assert!(said.contains(end), "{width}x{height}: {said}");
        harness.press(KeyCode::Esc);
        harness.keys("/peer:1 nonsense>5");
        let screen = harness.screen();
        let row = |text: &str| screen.lines().position(|line| line.contains(text)).unwrap();
        assert!(row("nonsense>5") < row("at 8"), "{screen}");
        let said = words_from(&harness, "at 8");
        assert!(said.ends_with("age, idle") || width < 40 && said.ends_with('…'), "{width}x{height}: {said}");
    }
}

#[test]
fn what_is_wrong_with_a_pattern_is_read_as_a_whole() {
    let mut harness = clients(40, 10);
    harness.keys("2/hex: ff ?? 0 zz");
    let said = words_from(&harness, "column");
    assert!(!said.contains('…') && said.len() > 20, "{said}");
}

/// A long message does not hide the keys for help and for quitting, and a click on it does not reach what it hides.
#[test]
fn a_long_message_stands_above_the_hints() {
    let mut harness = clients(40, 10);
    harness.keys("2gMa'z");
    let screen = harness.screen();
    assert!(screen.contains("There is no mark z; M sets one"), "{screen}");
    assert!(screen.lines().last().unwrap().contains("? help"), "{screen}");
    harness.keys("oabc\n");
    assert!(words_from(&harness, "'abc' is not").ends_with("0x400"), "{}", harness.screen());
    let before = harness.screen();
    harness.mouse(MouseEventKind::Down(MouseButton::Left), 5, 9);
    harness.sees(before.lines().nth(3).unwrap());
}

#[test]
fn the_input_of_every_prompt_is_seen_at_every_width() {
    for (width, height) in [(30, 6), (40, 10), (80, 24)] {
        let mut harness = clients(width, height);
        harness.keys("2g");
        for letter in 'a'..='z' {
            harness.keys(&format!("M{letter}"));
        }
        let saving = ["W", "W\t", "W\t\t", "W\t\t\t"];
        for keys in saving.into_iter().chain(["|", "e", "a", "1/", "2/", "o", "\"e"]) {
            typed(&mut harness, keys);
            harness.app_event(AppEvent::Pasted(format!("{}END", "x".repeat(80))));
            let screen = harness.screen();
            assert!(screen.contains("xEND"), "{keys:?} {width}x{height}\n{screen}");
            harness.keys("\u{1b}\u{1b}\u{1b}2");
        }
        for keys in ["'", "M"] {
            harness.keys(keys);
            let last = harness.screen().lines().last().unwrap().to_owned();
            assert!(last.contains("Esc") && (width >= 80 || last.contains("… ")), "{last}");
            harness.keys("\u{1b}");
        }
    }
}

#[test]
fn the_format_and_the_keys_that_save_and_cancel_are_said_at_80_columns() {
    let mut harness = clients(80, 24);
    typed(&mut harness, "2W\t\t");
    harness.sees("save hex dump of both, ");
    harness.sees("Enter  Esc");
}

#[test]
fn the_question_before_overwriting_is_read_as_a_whole() {
    let mut harness = clients(40, 10);
    harness.keys("2W");
    harness.keys("-and-a-long-name-that-goes-on-and-on\n");
    harness.app_event(AppEvent::Saved(SaveResult::Exists));
    assert!(words_from(&harness, "bytewatch-1").contains("exists. Overwrite it?"), "{}", harness.screen());
}
