//! What is to be seen, with real clients.

use std::io::{Read, Write};
use std::net::Shutdown;

use crate::pty::{FRAME, LEFT, show, show_with};

#[test]
fn bytes_show_in_hex_and_text_at_once() {
    let mut shown = show();
    shown.sees(&["No client yet", "nc 127.0.0.1"]);
    let mut client = shown.connect();
    client.write_all("hé€ ok".as_bytes()).unwrap();
    shown.sees(&[&client.local_addr().unwrap().to_string(), "68 c3 a9 e2 82 ac 20 6f", "hé•€••", "1 live"]);
    shown.press("2x");
    shown.sees(&["hé€ ok"]);
    drop(client);
    shown.sees(&["0 live", "1 seen"]);
    shown.quit();
}

#[test]
fn a_character_in_two_reads_is_one_on_screen() {
    let mut shown = show();
    let mut client = shown.connect();
    client.write_all(b"<\xe2").unwrap();
    shown.sees(&["3c e2", "<…"]);
    shown.press("2x");
    client.write_all(b"\x82\xac>").unwrap();
    shown.sees(&["€"]);
    client.read_exact(&mut [0; 5]).unwrap();
    shown.quit();
}

#[test]
fn the_backend_changes_under_a_live_client() {
    let mut shown = show();
    let mut client = shown.connect();
    client.write_all(b"before").unwrap();
    shown.sees(&["62 65 66 6f 72 65", "[async]"]);
    shown.press("b");
    shown.sees(&["[threads]", "switched to threads"]);
    client.write_all(b"after").unwrap();
    let mut back = [0; 11];
    client.read_exact(&mut back).unwrap();
    assert_eq!(&back, b"beforeafter");
    shown.sees(&["61 66 74 65 72"]);
    shown.quit();
}

/// Titles, clipboard, cursor, colours, queries; C1 as UTF-8 and as bytes; bidi, zero width, marks without end.
const ATTACKS: &[&[u8]] = &[
    b"\x1b]0;owned\x07",
    b"\x1b]52;c;b3duZWQ=\x07",
    b"\x1b[2J\x1b[1;1H\x1b[31m",
    b"\x1b[6n\x1b[c\x1bP+q544e\x1b\\",
    b"\xc2\x9b2J\xc2\x9d0;owned\xc2\x9c",
    b"\x9b2J\x90",
    "\u{202e}desrever\u{2066}\u{200b}\u{200d}\u{feff}\u{e0041}\u{ad}".as_bytes(),
    b"\x0e\x0f\x05\x7f\x00\x08\x0c",
    "\u{2028}\u{2029}\u{85}\u{fff9}\u{180e}\u{115f}\u{3164}".as_bytes(),
];

#[test]
fn hostile_bytes_are_shown_and_never_obeyed() {
    for view in ["", "2x", "2xx"] {
        let mut shown = show_with(&["-l", "0"], 120, 50);
        let mut client = shown.connect();
        let zalgo = format!("Z{}", "\u{301}\u{334}\u{35c}".repeat(200));
        let mut sent = ATTACKS.concat();
        sent.extend_from_slice(zalgo.as_bytes());
        client.write_all(&sent).unwrap();
        client.shutdown(Shutdown::Write).unwrap();
        shown.press(view);
        shown.sees(&["0 live", "peer-finished"]);
        shown.press("2g");
        shown.sees(&["00000000"]);
        let written = shown.quit();
        let begin = written.windows(FRAME.len()).position(|part| part == FRAME.as_bytes()).unwrap();
        let end = written.windows(LEFT.len()).position(|part| part == LEFT.as_bytes()).unwrap();
        check(str::from_utf8(&written[begin..end]).unwrap());
    }
}

/// Only sequences of ours, and nothing between them that a terminal would obey or hide.
fn check(written: &str) {
    let mut rest = written;
    while let Some(at) = rest.find('\x1b') {
        let (text, sequence) = rest.split_at(at);
        plain(text);
        let body = sequence[1..].strip_prefix('[').unwrap_or_else(|| panic!("{:?}", &sequence[..10]));
        let end = body.find(|c: char| c.is_ascii_alphabetic()).unwrap();
        let known = matches!(body.as_bytes()[end], b'm' | b'H' | b'h' | b'l' | b'J');
        assert!(known && !body.starts_with("2J"), "{:?}", &body[..=end]);
        rest = &body[end + 1..];
    }
    plain(rest);
}

fn plain(text: &str) {
    for c in text.chars() {
        let hidden = matches!(c, '\u{ad}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
            || matches!(c, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
            || matches!(c, '\u{115f}' | '\u{3164}');
        assert!(!hidden && !c.is_control(), "{c:?} reached the terminal");
    }
}

#[test]
fn nothing_hostile_is_left_out() {
    let mut shown = show_with(&["-l", "0"], 120, 50);
    let mut client = shown.connect();
    let sent = ATTACKS.concat();
    client.write_all(&sent).unwrap();
    client.shutdown(Shutdown::Write).unwrap();
    shown.sees(&["peer-finished"]);
    shown.press("2>z");
    let pairs: Vec<String> = sent.iter().map(|byte| format!("{byte:02x}")).collect();
    shown.wait_for_screen("every byte in hex", |screen| {
        let contents = screen.contents();
        pairs.chunks(8).all(|row| contents.contains(&row.join(" "))).then_some(())
    });
    shown.quit();
}
