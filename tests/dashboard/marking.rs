//! Marks in the stream, and notes on them and on connections.

use bytewatch::app::AppEvent;
use bytewatch::bytes::safe;
use bytewatch::event::Direction;
use bytewatch::ui::glyphs;
use ratatui::crossterm::event::{KeyCode, MouseEventKind};

use crate::harness::Harness;

/// Two clients, each with a numbered line in each read; the stream of the first has the focus, with the cursor at offset 0.
fn lines(width: u16, height: u16) -> Harness {
    let mut harness = Harness::new(width, height);
    for id in 1..=2 {
        harness.open(id);
        for number in 0..30 {
            harness.bytes(id, Direction::Received, format!("line {number} of {id}\n").as_bytes());
            harness.bytes(id, Direction::Sent, format!("answer {number}\n").as_bytes());
        }
    }
    harness.keys("1g");
    harness.press(KeyCode::Enter);
    harness.keys("zg");
    harness
}

#[test]
fn a_byte_is_marked_and_gone_to_from_another_connection() {
    let mut harness = lines(100, 24);
    harness.keys("xlllllM");
    harness.sees("letter of the mark: ");
    harness.sees("Esc cancel");
    harness.keys("c");
    harness.sees("mark c set at #1 in 5; ' c goes there, \" lists");
    harness.sees("mark c");
    harness.keys("]G");
    harness.sees("#2 127.0.0.1:50002");
    harness.sees_not("mark c");
    harness.keys("'");
    harness.sees("go to mark (c): ");
    harness.keys("c");
    harness.sees("#1 127.0.0.1:50001");
    harness.sees("offset 5 (0x5)");
    harness.sees("mark c");
}

#[test]
fn the_byte_is_the_one_under_the_cursor_when_the_letter_is_asked_for() {
    let mut harness = lines(100, 24);
    harness.keys("G");
    harness.keys("M");
    harness.bytes(1, Direction::Sent, b"what comes later");
    harness.keys("z");
    harness.sees("mark z set at #1 out 289");
    harness.keys("'z");
    harness.sees("offset 289");
}

/// In hex a sign stands before the byte; in text the letter stands before its row; the scroll bar has the letter, too.
#[test]
fn marks_are_seen_in_both_views_and_on_the_scroll_bar() {
    let mut harness = lines(100, 24);
    harness.keys("llMq");
    assert!(harness.screen().contains("6c 69'6e 65"), "{}", harness.screen());
    let bar = |harness: &Harness| {
        let right = harness.screen();
        right.lines().filter(|line| line.ends_with('q')).count()
    };
    assert_eq!(bar(&harness), 1, "{}", harness.screen());
    harness.keys("x");
    let screen = harness.screen();
    let row = screen.lines().find(|line| line.contains("line 0 of 1")).unwrap();
    assert!(row.contains("'line 0 of 1"), "{row}");
    harness.keys("G");
    assert_eq!(bar(&harness), 1, "the scroll bar shows the part that is not on screen");
    harness.keys(">>");
    assert_eq!(bar(&harness), 0, "only what was sent is shown");
}

#[test]
fn the_list_leads_to_marks_notes_and_deletes_them() {
    let mut harness = lines(100, 24);
    harness.keys("MblllMa]Mz\"");
    for row in ["a #1 127.0.0.1:50001 ◂ 3 e 0 of 1", "b #1 127.0.0.1:50001 ◂ 0 line 0 of 1", "z #2"] {
        harness.sees(row);
    }
    harness.sees("3 marks");
    harness.keys("je");
    harness.sees("note on mark b: ");
    harness.keys("the start\n");
    harness.sees("◂ 0 the start");
    harness.keys("\n");
    harness.sees("mark b: the start");
    harness.keys("'");
    harness.press(KeyCode::Tab);
    harness.sees("Marks · 3 marks");
    harness.keys("\u{1b}''");
    harness.sees("Marks · 3 marks");
    harness.keys("gd");
    harness.sees("mark a deleted");
    harness.sees("2 marks");
    harness.click("z #2");
    harness.sees("#2 127.0.0.1:50002");
    harness.sees("mark z");
    harness.keys("\"gd");
    harness.keys("d");
    harness.sees_not("Marks ·");
    harness.keys("'");
    harness.sees("No byte is marked; M in the stream marks one");
}

#[test]
fn a_wheel_moves_in_the_list_and_not_below_it() {
    let mut harness = lines(100, 24);
    harness.keys("MalMblMclMd\"");
    let chosen = |harness: &Harness| {
        let screen = harness.screen();
        screen.lines().position(|line| line.contains(glyphs::SELECTED)).unwrap()
    };
    let before = chosen(&harness);
    harness.mouse(MouseEventKind::ScrollDown, 10, 10);
    assert_eq!(chosen(&harness), before + 3);
}

#[test]
fn what_became_of_the_byte_of_a_mark_is_said() {
    let mut harness = lines(100, 24);
    harness.keys("Mk");
    for _ in 0..40 {
        harness.bytes(1, Direction::Received, &[b'x'; 4_096]);
    }
    harness.keys("G'k");
    harness.sees("mark k: the byte #1 in 0 was trimmed");
    harness.keys("\"");
    harness.sees("◂ 0 trimmed");
    harness.keys("\u{1b}'y");
    harness.sees("There is no mark y; M sets one");
    harness.keys("'9");
    harness.sees("a mark is a letter from a to z");
    harness.sees("go to mark (");
    harness.keys("\u{1b}");
    harness.sees_not("go to mark (");
}

#[test]
fn a_note_on_a_connection_is_in_the_title_and_found_by_the_filter() {
    let mut harness = lines(140, 30);
    harness.keys("za");
    harness.sees("note on #1: ");
    harness.keys("Suspect device\n");
    harness.sees("#1 127.0.0.1:50001 · Suspect device · ");
    for filter in ["note:device", "suspect", "note:sus !note:x"] {
        harness.keys("1/");
        harness.keys(filter);
        harness.sees("1 match");
        harness.sees("127.0.0.1:50001");
        harness.keys("\u{1b}");
    }
    harness.keys("1/!note:device");
    harness.sees("1 match");
    // The table follows at once, also without the filter being typed again.
    harness.keys("\na");
    harness.sees("note on #2: ");
    harness.keys("another device\n");
    harness.sees("none match");
    harness.keys("1/\u{1b}ga");
    harness.sees("note on #1: Suspect device");
    harness.press(KeyCode::Backspace);
    harness.keys("\u{1b}");
    harness.sees("#1 127.0.0.1:50001 · Suspect device · ");
    harness.keys("a");
    for _ in 0..20 {
        harness.press(KeyCode::Backspace);
    }
    harness.keys("\n");
    harness.sees_not("Suspect");
}

#[test]
fn a_pasted_note_is_shown_as_safe_text_and_kept_within_its_length() {
    let hostile = "\u{1b}]0;title\u{7}\u{202e}evil\u{200b}\r\nnext ";
    for (width, height) in [(40, 10), (80, 24), (200, 60)] {
        let mut harness = lines(width, height);
        harness.keys("Mm\"e");
        harness.app_event(AppEvent::Pasted(hostile.repeat(100_000)));
        harness.press(KeyCode::Enter);
        let list = harness.buffer();
        harness.keys("\na");
        harness.app_event(AppEvent::Pasted(hostile.repeat(3)));
        let prompt = harness.buffer();
        harness.press(KeyCode::Enter);
        for buffer in [list, prompt, harness.buffer()] {
            let unsafe_one = buffer.content.iter().find(|cell| !safe::is_safe(cell.symbol()));
            assert_eq!(unsafe_one, None, "{width}x{height}");
        }
        assert!(
            harness.app.context().notes().of(harness.app.clients().selected().unwrap()).unwrap().len() <= 203
        );
    }
}

#[test]
fn a_note_is_confirmed_and_cut_off_in_the_title_where_there_is_little_room() {
    let mut harness = lines(80, 24);
    harness.keys("za");
    harness.keys("a device that sends what nobody has ever asked for\n");
    harness.sees("note on #1 kept");
    harness.sees("#1 · a device that sen… · hex · both · paused");
    harness.keys("a");
    for _ in 0..60 {
        harness.press(KeyCode::Backspace);
    }
    harness.keys("\n");
    harness.sees("note on #1 removed");
    harness.keys("a\n");
    harness.sees_not("note on #1");
}

#[test]
fn lists_of_bytes_show_the_bytes_also_where_there_is_little_room() {
    let mut harness = lines(40, 10);
    harness.keys("Ma/line 2\n");
    for _ in 0..1_000 {
        harness.app_event(AppEvent::Idle(1_024));
    }
    harness.keys("A");
    let screen = harness.screen();
    assert!(screen.contains("line 2 of 1␊li…"), "{screen}");
    harness.keys("\u{1b}\"");
    let screen = harness.screen();
    assert!(screen.contains("line 0 of 1␊…"), "{screen}");
    assert!(screen.contains("#1 …1:50001 ◂ 0"), "{screen}");
}
