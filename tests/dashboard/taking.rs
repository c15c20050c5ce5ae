//! Selecting, copying and saving bytes of the stream.

use std::net::SocketAddr;

use bytewatch::app::{AppEvent, Clipboard, Effect, SaveResult, SavedFile};
use bytewatch::event::{BackendKind, ConnectionEvent, ConnectionId, Direction, Event, Origin, Side};
use bytewatch::event::{Stamped, StreamEvent, StreamId, Utf8Summary, codec};
use ratatui::crossterm::event::{KeyCode, MouseButton, MouseEventKind};
use ratatui::layout::Size;

use crate::harness::{Harness, LOOPBACK};

/// A client that sent two reads and got an answer, with the cursor on the first byte.
fn conversation() -> Harness {
    conversation_in(Clipboard::Terminal)
}

fn conversation_in(clipboard: Clipboard) -> Harness {
    let mut harness = Harness::set_up(LOOPBACK, Size { width: 100, height: 30 }, clipboard);
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
        Ok([Effect::Copy(copied)]) => copied.text,
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
    harness.sees("5 bytes as hex (14 B) sent to the terminal; not all take it");
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

/// The place of the first cell of a text on the screen.
fn place(harness: &Harness, text: &str) -> (u16, u16) {
    let screen = harness.screen();
    let found = screen.lines().enumerate().find_map(|(row, line)| Some((row, line.find(text)?, line)));
    let (row, at, line) = found.unwrap_or_else(|| panic!("no {text:?} on\n{screen}"));
    (line[..at].chars().count() as u16, row as u16)
}

const LEFT: MouseButton = MouseButton::Left;

#[test]
fn a_drag_selects_in_hex_and_in_text() {
    let mut harness = conversation();
    for (view, from, to) in [("hex", "66 69 72 73 74", "20 6c 69"), ("text", "first line", " line")] {
        let ((x, y), (until, row)) = (place(&harness, from), place(&harness, to));
        harness.mouse(MouseEventKind::Down(LEFT), x, y);
        harness.sees_not("selected");
        harness.mouse(MouseEventKind::Drag(LEFT), until, row);
        harness.sees("selected 6 bytes in · offsets 0 to 5 · by bytes");
        harness.mouse(MouseEventKind::Drag(LEFT), x, y);
        harness.sees("selected 1 byte");
        harness.mouse(MouseEventKind::Drag(LEFT), until, row);
        harness.mouse(MouseEventKind::Up(LEFT), until, row);
        // Without the button it does not move any more.
        harness.mouse(MouseEventKind::Drag(LEFT), x, y);
        harness.sees("selected 6 bytes in · offsets 0 to 5 · by bytes");
        harness.keys("y");
        assert_eq!(copied(harness.keys("t")), "first ", "{view}");
        harness.keys("x");
    }
}

#[test]
fn a_press_ends_what_the_mouse_selected_and_extends_what_keys_did() {
    let mut harness = conversation();
    let ((x, y), (until, _)) = (place(&harness, "66 69 72 73 74"), place(&harness, "20 6c 69"));
    harness.mouse(MouseEventKind::Down(LEFT), x, y);
    harness.mouse(MouseEventKind::Drag(LEFT), until, y);
    harness.mouse(MouseEventKind::Up(LEFT), until, y);
    harness.mouse(MouseEventKind::Down(LEFT), x, y);
    harness.sees_not("selected");
    harness.keys("v");
    harness.mouse(MouseEventKind::Down(LEFT), until, y);
    harness.sees("selected 6 bytes");
}

#[test]
fn two_presses_select_the_read_and_three_the_line() {
    let mut harness = conversation();
    let (x, y) = place(&harness, "66 69 72 73 74");
    let press = |harness: &mut Harness| {
        harness.mouse(MouseEventKind::Down(LEFT), x, y);
        harness.mouse(MouseEventKind::Up(LEFT), x, y);
    };
    press(&mut harness);
    harness.sees_not("selected");
    press(&mut harness);
    harness.sees("selected 14 bytes in · offsets 0 to 13 · by reads");
    press(&mut harness);
    harness.sees("selected 11 bytes in · offsets 0 to 10 · by lines");
    press(&mut harness);
    harness.sees_not("selected");
    // Presses with a pause between them are not two.
    harness.pass(5);
    press(&mut harness);
    harness.sees_not("selected");
}

#[test]
fn a_drag_beyond_the_rows_and_the_wheel_move_them() {
    let mut harness = conversation();
    for line in 0..100 {
        harness.bytes(1, Direction::Received, format!("line {line}\n").as_bytes());
    }
    let (x, y) = place(&harness, "66 69 72 73 74");
    harness.mouse(MouseEventKind::Down(LEFT), x, y);
    for _ in 0..4 {
        harness.mouse(MouseEventKind::ScrollDown, x, y + 2);
    }
    harness.mouse(MouseEventKind::Drag(LEFT), x, y + 3);
    harness.sees("selected");
    harness.sees_not("66 69 72 73 74");
    for _ in 0..40 {
        harness.mouse(MouseEventKind::Drag(LEFT), x, 0);
    }
    harness.sees("66 69 72 73 74");
    harness.sees("selected 1 byte");
}

#[test]
fn a_click_in_the_menu_copies_and_one_outside_closes_it() {
    let mut harness = conversation();
    harness.keys("vlly");
    let menu = place(&harness, "Base64");
    let effects = harness.mouse(MouseEventKind::Down(LEFT), menu.0, menu.1);
    assert_eq!(copied(effects), "Zmly");
    harness.sees_not("Copy ·");
    harness.keys("y");
    assert_eq!(harness.mouse(MouseEventKind::ScrollDown, menu.0, menu.1), []);
    assert_eq!(harness.mouse(MouseEventKind::Down(LEFT), 1, 1), []);
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
    harness.sees("sent to the terminal; many take less");
    let mut harness = conversation_in(Clipboard::Screen);
    for _ in 0..10 {
        harness.bytes(1, Direction::Received, &[0xff; 4_000]);
    }
    harness.keys("vGy");
    assert_eq!(harness.keys("c"), []);
    harness.sees("too long for screen (at most 97.6 KiB); save it instead");
}

#[test]
fn a_file_is_saved_and_not_overwritten_without_a_question() {
    let mut harness = conversation();
    harness.keys("W");
    harness.sees("save raw, 23 bytes as bytewatch-1-received-0.bin");
    let file = saved(harness.press(KeyCode::Enter));
    assert_eq!(
        (&*file.path, &*file.bytes),
        ("bytewatch-1-received-0.bin", &b"first line\nsecond line\n"[..])
    );
    assert!(!file.overwrite);
    harness.app_event(AppEvent::Saved(SaveResult::Exists));
    harness.sees("bytewatch-1-received-0.bin exists. Overwrite it?");
    assert_eq!(harness.keys("n"), []);
    // The prompt is closed, too; a hex dump gets another extension.
    harness.sees("nothing saved: bytewatch-1-received-0.bin exists");
    harness.sees_not("save raw");
    harness.keys("W");
    harness.press(KeyCode::Tab);
    harness.sees("save hex dump, 23 bytes as bytewatch-1-received-0.txt");
    let file = saved(harness.press(KeyCode::Enter));
    assert!(file.bytes.starts_with(b"00000000: 6669 7273 7420 6c69"));
    harness.app_event(AppEvent::Saved(SaveResult::Exists));
    assert!(saved(harness.keys("y")).overwrite);
    let (path, bytes) = (file.path, file.bytes.len() as u64);
    harness.app_event(AppEvent::Saved(SaveResult::Written { path, bytes }));
    harness.sees("bytes written to bytewatch-1-received-0.txt");
    harness.sees_not("save raw, 23 bytes");
}

#[test]
fn an_error_leaves_the_prompt_open() {
    let mut harness = conversation();
    harness.keys("W");
    let file = saved(harness.press(KeyCode::Enter));
    harness.app_event(AppEvent::Saved(SaveResult::Failed { path: file.path, why: "no room".to_owned() }));
    harness.sees("save raw, 23 bytes");
    harness.sees("bytewatch-1-received-0.bin: no room");
}

/// A relayed connection with an answer, and bytes that the user put in on the way to the upstream.
fn relayed() -> Harness {
    let size = Size { width: 120, height: 30 };
    let mut harness = Harness::relaying(&["redis:6379"], LOOPBACK, size, Clipboard::Terminal);
    let opened = ConnectionEvent::Opened {
        peer: SocketAddr::from(([127, 0, 0, 1], 50_001)).into(),
        local: LOOPBACK.into(),
        backend: BackendKind::Async,
        upstream: Some("redis:6379".to_owned()),
    };
    harness.event(Event::Connection(ConnectionId(1), opened));
    harness.bytes(1, Direction::Received, b"GET k\r\n");
    harness.pass(1);
    harness.bytes(1, Direction::Sent, b"$-1\r\n\xff");
    let to_upstream =
        StreamId { connection: ConnectionId(1), side: Side::Upstream, direction: Direction::Sent };
    let put_in = StreamEvent::Bytes {
        offset: 7,
        data: b"PING\r\n".to_vec().into(),
        summary: Utf8Summary::default(),
        origin: Origin::User,
        forwarded: None,
        place: None,
    };
    harness.event(Event::Stream(to_upstream, put_in));
    harness.bytes(1, Direction::Received, b"QUIT and some more\r\n");
    harness.press(KeyCode::Enter);
    harness.keys("zg");
    harness
}

/// What the prompt saves after `Tab` was pressed this often.
fn saved_after(harness: &mut Harness, tabs: usize) -> SavedFile {
    harness.keys("W");
    for _ in 0..tabs {
        harness.press(KeyCode::Tab);
    }
    let file = saved(harness.press(KeyCode::Enter));
    harness.press(KeyCode::Esc);
    file
}

#[test]
fn a_conversation_is_saved_as_the_events_that_are_printed_without_a_dashboard() {
    let mut harness = relayed();
    let file = saved_after(&mut harness, 3);
    assert_eq!(file.path, "bytewatch-1-conversation.ndjson");
    let text = String::from_utf8(file.bytes.to_vec()).unwrap();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 4, "{text}");
    assert_eq!(
        lines[2],
        concat!(
            r#"{"event":"bytes","at":"2023-11-15T12:00:01.000000Z","connection":1,"side":"upstream","#,
            r#""direction":"sent","offset":7,"length":6,"hex":"50494e470d0a","origin":"user"}"#
        )
    );
    let mut read = Vec::new();
    for line in lines {
        let Stamped { at, event } = codec::decode(line.as_bytes()).unwrap().unwrap();
        let mut again = String::new();
        assert!(codec::LineWriter::default().write(&mut again, at, &event).unwrap());
        assert_eq!(again.trim_end(), line, "it would be printed as it was read");
        let Event::Stream(_, StreamEvent::Bytes { data, .. }) = event else { panic!("{line}") };
        read.push(data);
    }
    assert_eq!(read, [&b"GET k\r\n"[..], b"$-1\r\n\xff", b"PING\r\n", b"QUIT and some more\r\n"]);
}

#[test]
fn a_conversation_is_saved_as_a_hex_dump_with_directions() {
    let mut harness = relayed();
    let file = saved_after(&mut harness, 2);
    assert_eq!(file.path, "bytewatch-1-conversation.txt");
    let expected = "\
# #1 127.0.0.1:50001: 4 reads and writes, 39 bytes
# 2023-11-15T12:00:00.000000Z received, 7 bytes from offset 0
in  00000000: 4745 5420 6b0d 0a                        GET k..
# 2023-11-15T12:00:01.000000Z sent, 6 bytes from offset 0
out 00000000: 242d 310d 0aff                           $-1...
# 2023-11-15T12:00:01.000000Z put in, 6 bytes from offset 7, by the user
put 00000007: 5049 4e47 0d0a                           PING..
# 2023-11-15T12:00:01.000000Z received, 20 bytes from offset 7
in  00000007: 5155 4954 2061 6e64 2073 6f6d 6520 6d6f  QUIT and some mo
in  00000017: 7265 0d0a                                re..
";
    assert_eq!(String::from_utf8(file.bytes.to_vec()).unwrap(), expected);
}

#[test]
fn the_name_follows_the_format_unless_another_one_was_typed() {
    let mut harness = relayed();
    harness.keys("W");
    for text in [
        "save raw, 27 bytes as bytewatch-1-received-0.bin",
        "save hex dump, 27 bytes as bytewatch-1-received-0.txt",
        "save hex dump of both, 39 bytes as bytewatch-1-conversation.txt",
        "save NDJSON of both, 39 bytes as bytewatch-1-conversation.ndjson",
        "save raw, 27 bytes as bytewatch-1-received-0.bin",
    ] {
        harness.sees(text);
        harness.press(KeyCode::Tab);
    }
    for _ in 0..80 {
        harness.press(KeyCode::Backspace);
    }
    harness.keys("mine.txt");
    harness.press(KeyCode::Tab);
    harness.sees("as mine.txt");
    harness.press(KeyCode::Tab);
    harness.sees("as mine.ndjson");
    // What arrives meanwhile is not in it: the number of bytes was said.
    harness.bytes(1, Direction::Received, b"late");
    let file = saved(harness.press(KeyCode::Enter));
    assert_eq!(file.path, "mine.ndjson");
    assert!(!String::from_utf8(file.bytes.to_vec()).unwrap().contains("6c617465"));
}

#[test]
fn only_what_is_kept_of_a_conversation_is_saved() {
    let mut harness = conversation();
    for _ in 0..40 {
        harness.bytes(1, Direction::Received, &[b'x'; 4_096]);
    }
    let text = String::from_utf8(saved_after(&mut harness, 3).bytes.to_vec()).unwrap();
    assert!(text.contains(r#""direction":"sent","offset":0,"#), "what was sent is kept from its start");
    let bytes: usize = text.lines().map(|line| line.matches("78").count()).sum();
    assert!((40_000..=65_536).contains(&bytes), "{bytes} of 163,840 are kept");
    assert!(!text.contains(r#""length":0"#));
}
