//! What is held is edited, put in, dropped and released by keys, and what arrives is what the screen said.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

use crate::pty::{LIMIT, Shown, show_with};

/// Reads this number of bytes.
fn read(stream: &mut TcpStream, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    stream.read_exact(&mut bytes).unwrap();
    bytes
}

/// The bytes of the overlay, row by row: behind a position of eight digits stand up to 16 pairs of digits.
fn held(screen: &str, length: usize) -> Vec<u8> {
    let is_hex =
        |word: &str, length| word.len() == length && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let mut bytes = Vec::new();
    for line in screen.lines() {
        let mut words = line.split_whitespace().skip_while(|word| !is_hex(word, 8));
        if words.next().is_none() {
            continue;
        }
        let most = (length - bytes.len()).min(16);
        bytes.extend(words.take(most).map(|word| u8::from_str_radix(word, 16).unwrap()));
    }
    bytes
}

/// Waits until the screen counts this many held bytes, and returns them.
fn sees_held(shown: &Shown, length: usize) -> Vec<u8> {
    shown.wait_for_screen(&format!("{length} bytes held"), |screen| {
        let contents = screen.contents();
        let unit = if length == 1 { "byte" } else { "bytes" };
        if !contents.contains(&format!("{length} {unit} held, from")) {
            return None;
        }
        Some(held(&contents, length)).filter(|bytes| bytes.len() == length)
    })
}

#[test]
fn what_arrives_is_what_the_screen_said() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let mut shown = show_with(&["relay", &address, "-l", "0"], 120, 36);
    // Before that, the only address on the screen is the upstream's.
    shown.sees(&["nc -N 127.0.0.1"]);
    let mut client = shown.connect();
    let (mut upstream, _) = listener.accept().unwrap();
    upstream.set_read_timeout(Some(LIMIT)).unwrap();
    client.write_all(b"before ").unwrap();
    assert_eq!(read(&mut upstream, 7), b"before ");

    shown.sees(&["62 65 66 6f 72 65"]);
    shown.press("Ht");
    shown.sees(&["0 bytes held, from offset 7 on"]);
    client.write_all(b"secret=1234\nrest of it").unwrap();
    assert_eq!(sees_held(&shown, 22), b"secret=1234\nrest of it");
    // The other direction goes on.
    upstream.write_all(b"answer").unwrap();
    assert_eq!(read(&mut client, 6), b"answer");

    // Four bytes become others, from position 14 on.
    shown.press("\x1b[C".repeat(7) + "v" + &"\x1b[C".repeat(3) + "e");
    shown.sees(&["4 bytes from 14: 1234"]);
    shown.press("\x15****!\r");
    shown.sees(&["received 29 = gone on 7 + held 18 + dropped 4; of you: sent 0, held 5"]);
    // Two are put in before the first.
    shown.press("gi");
    shown.sees(&["put in:"]);
    shown.press("hex: 58 2d\r");
    let all = sees_held(&shown, 25);
    assert_eq!(all, b"X-secret=****!\nrest of it");
    // The backend changes under what is held.
    shown.press("Hb");
    shown.sees(&["switched to threads"]);
    shown.press("H");
    assert_eq!(sees_held(&shown, 25), all);
    shown.press("n");
    assert_eq!(read(&mut upstream, 15), all[..15]);
    assert_eq!(sees_held(&shown, 10), all[15..]);

    // Five bytes are dropped, after a question.
    shown.press("gv".to_owned() + &"\x1b[C".repeat(4) + "d");
    shown.sees(&["Drop 5 held bytes"]);
    shown.press("y");
    let rest = sees_held(&shown, 5);
    assert_eq!(rest, b"of it");
    shown.sees(&["received 29 = gone on 15 + held 5 + dropped 9; of you: sent 7"]);
    // The end of the stream waits behind the rest.
    client.shutdown(std::net::Shutdown::Write).unwrap();
    shown.sees(&["5 bytes, and the end of the stream held"]);
    shown.press("t");
    assert_eq!(read(&mut upstream, 5), rest);
    assert_eq!(upstream.read(&mut [0; 1]).unwrap(), 0);
    shown.sees(&["received 29 = gone on 20 + held 0 + dropped 9; of you: sent 7"]);

    // What was dropped and what was put in is marked among the bytes.
    shown.press("H2z");
    shown.sees(&["client ⊘ server", "user → server", "58 2d"]);
    drop((client, upstream));
    shown.sees(&["0 live"]);
    shown.quit();
}

/// A line that has begun goes on while it arrives, also while the backend changes; what comes behind it is held.
#[test]
fn a_hold_begins_at_the_border_behind_the_message_that_has_begun() {
    for (backend, other) in [("async", "threads"), ("threads", "async")] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let options = ["relay", &address, "-l", "0", "-b", backend, "--frame", "lf"];
        let mut shown = show_with(&options, 120, 36);
        shown.sees(&["nc -N 127.0.0.1"]);
        let mut client = shown.connect();
        let (mut upstream, _) = listener.accept().unwrap();
        for stream in [&upstream, &client] {
            stream.set_read_timeout(Some(LIMIT)).unwrap();
        }
        client.write_all(b"first l").unwrap();
        assert_eq!(read(&mut upstream, 7), b"first l");
        upstream.write_all(b"200 an").unwrap();
        assert_eq!(read(&mut client, 6), b"200 an");
        shown.sees(&["32 30 30 20 61 6e"]);
        line_by_line(&mut shown, "", [&mut client, &mut upstream], other);
        line_by_line(&mut shown, "\t", [&mut upstream, &mut client], backend);
        drop((client, upstream));
        shown.sees(&["0 live"]);
        shown.quit();
    }
}

/// Holds what comes from one peer from the end of its line on; `keys` choose the side, and then the backend becomes
/// another one.
fn line_by_line(shown: &mut Shown, keys: &str, [from, to]: [&mut TcpStream; 2], backend: &str) {
    shown.press(format!("H{keys}b"));
    shown.sees(&["the hold begins at its end"]);
    for piece in [&b"on"[..], b"g"] {
        from.write_all(piece).unwrap();
        assert_eq!(read(to, piece.len()), piece);
    }
    // The wait goes on while the overlay is closed.
    shown.press("Hb");
    shown.sees(&[&format!("switched to {backend}")]);
    from.write_all(b"er\nnext\nand").unwrap();
    assert_eq!(read(to, 3), b"er\n");
    shown.press("H");
    assert_eq!(sees_held(shown, 8), b"next\nand");
    shown.press("m");
    assert_eq!(read(to, 5), b"next\n");
    assert_eq!(sees_held(shown, 3), b"and");
    shown.press("tH");
    assert_eq!(read(to, 3), b"and");
}
