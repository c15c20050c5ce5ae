//! Selecting, copying and saving bytes of the stream.

use bytewatch::app::{AppEvent, Clipboard, Effect, SaveResult, SavedFile};
use bytewatch::event::Direction;
use ratatui::crossterm::event::KeyCode;
use ratatui::layout::Size;

use crate::harness::{Harness, LOOPBACK};

/// A client that sent two reads and got an answer, with the cursor on the first byte.
fn conversation() -> Harness {
    let mut harness = Harness::set_up(LOOPBACK, Size { width: 100, height: 30 }, Clipboard::Terminal);
    harness.open(1);
    harness.bytes(1, Direction::Received, b"first line\nsec");
    harness.bytes(1, Direction::Sent, b"answer\xff\n");
    harness.bytes(1, Direction::Received, b"ond line\n");
    harness.press(KeyCode::Enter);
    harness.keys("zg");
    harness
}

fn copied(effects: Vec<Effect>) -> String {
    match <[Effect; 1]>::try_from(effects) {
        Ok([Effect::Copy(text)]) => text,
        other => panic!("not copied: {other:?}"),
    }
}

fn saved(effects: Vec<Effect>) -> SavedFile {
    match <[Effect; 1]>::try_from(effects) {
        Ok([Effect::Save(file)]) => file,
        other => panic!("not saved: {other:?}"),
    }
}

#[test]
fn a_selection_is_copied_in_the_form_that_is_chosen() {
    let mut harness = conversation();
    harness.keys("vllll");
    harness.sees("selected 5 bytes in · offsets 0 to 4 · by bytes");
    harness.keys("y");
    harness.sees("Copy · 5 bytes received of #1 from offset 0");
    harness.sees("h hex 66 69 72 73 74");
    assert_eq!(copied(harness.keys("h")), "66 69 72 73 74");
    harness.sees("5 bytes as hex (14 B) sent to the clipboard (OSC 52)");
    harness.sees_not("selected 5 bytes");
    // The form of the last time is chosen.
    harness.keys("Vy");
    harness.press(KeyCode::Down);
    harness.press(KeyCode::Up);
    let lines = copied(harness.press(KeyCode::Enter));
    assert_eq!(lines, "66 69 72 73 74 20 6c 69 6e 65 0a", "the line that the cursor is on");
}

#[test]
fn without_a_selection_the_read_under_the_cursor_is_copied() {
    let mut harness = conversation();
    harness.keys("y");
    assert_eq!(copied(harness.keys("p")), r#"b"first line\nsec""#);
    harness.keys(">>y");
    assert_eq!(copied(harness.keys("n")), r"printf 'answer\377\n' | nc 127.0.0.1 7777");
    harness.keys("y");
    harness.press(KeyCode::Esc);
    harness.sees_not("Copy ·");
}

#[test]
fn escape_ends_the_selection_before_anything_else() {
    let mut harness = conversation();
    harness.keys("VV");
    harness.sees("selected 14 bytes in · offsets 0 to 13 · by reads");
    harness.press(KeyCode::Esc);
    harness.sees_not("selected");
    harness.sees("2 Stream");
    harness.sees_not("peer");
}

#[test]
fn what_is_too_much_for_a_clipboard_is_not_sent() {
    let mut harness = conversation();
    for _ in 0..16 {
        harness.bytes(1, Direction::Received, &[0xff; 4_000]);
    }
    harness.keys("vGy");
    let long = copied(harness.keys("c"));
    assert!(long.len() > 74_000);
    harness.sees("sent by OSC 52; some terminals take less");
}

#[test]
fn a_file_is_saved_and_not_overwritten_without_a_question() {
    let mut harness = conversation();
    harness.keys("W");
    harness.sees("save 23 bytes (raw) as bytewatch-1-received-0.bin");
    let file = saved(harness.press(KeyCode::Enter));
    assert_eq!(
        (&*file.path, &*file.bytes),
        ("bytewatch-1-received-0.bin", &b"first line\nsecond line\n"[..])
    );
    assert!(!file.overwrite);
    harness.app_event(AppEvent::Saved(SaveResult::Exists));
    harness.sees("bytewatch-1-received-0.bin exists. Overwrite it?");
    assert_eq!(harness.keys("n"), []);
    // The prompt is still open, and a hex dump gets another extension.
    harness.press(KeyCode::Tab);
    harness.sees("(hex dump) as bytewatch-1-received-0.txt");
    let file = saved(harness.press(KeyCode::Enter));
    assert!(file.bytes.starts_with(b"00000000: 6669 7273 7420 6c69"));
    harness.app_event(AppEvent::Saved(SaveResult::Exists));
    assert!(saved(harness.keys("y")).overwrite);
    let (path, bytes) = (file.path, file.bytes.len() as u64);
    harness.app_event(AppEvent::Saved(SaveResult::Written { path, bytes }));
    harness.sees("bytes written to bytewatch-1-received-0.txt");
    harness.sees_not("save 23 bytes");
}

#[test]
fn an_error_leaves_the_prompt_open() {
    let mut harness = conversation();
    harness.keys("W");
    let file = saved(harness.press(KeyCode::Enter));
    harness.app_event(AppEvent::Saved(SaveResult::Failed { path: file.path, why: "no room".to_owned() }));
    harness.sees("save 23 bytes");
    harness.sees("bytewatch-1-received-0.bin: no room");
}
