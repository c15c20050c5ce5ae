//! Lines about messages.

use super::*;

/// The lines about messages, each without its kind and its connection.
fn messages(framing: &str, events: impl IntoIterator<Item = (u64, Event)>) -> Vec<String> {
    let mut printer = Printer::new([LineKind::Message].into_iter().collect());
    printer.frame_by(framing.parse().unwrap());
    for (micros, event) in events {
        printer.print(&Stamped { at: Timestamp(AT.0 + micros), event }).unwrap();
    }
    assert!(printer.messages.is_empty());
    let text = String::from_utf8(printer.out.bytes().to_vec()).unwrap();
    assert_eq!(printer.out.records(), text.lines().count() as u64, "a line is a record");
    let line =
        |line: &str| line.replace("\"connection\":1,", "").replace("\"at\":\"2023-11-14T22:13:20.", "\"");
    text.lines().map(line).collect()
}

#[test]
fn messages_are_told_as_they_end() {
    let events = [
        (0, received(0, b"ab\nc")),
        (500, bytes(Direction::Sent, 0, b"x\n")),
        (700, received(4, b"d\n\nrest")),
        (900, closed(11, 2)),
    ];
    let lines = [
        r#"{"event":"message","000000Z","direction":"received","number":1,"offset":0,"length":3}"#,
        r#"{"event":"message","000500Z","direction":"sent","number":1,"offset":0,"length":2}"#,
        r#"{"event":"message","000700Z","direction":"received","number":2,"offset":3,"length":3,"micros":700}"#,
        r#"{"event":"message","000700Z","direction":"received","number":3,"offset":6,"length":1,"micros":0}"#,
        r#"{"event":"message-fault","000900Z","direction":"received","offset":7,"detail":"the stream ends within a message, of which 4 bytes have come","stops":true}"#,
    ];
    assert_eq!(messages("lf", events.clone()), lines);
    assert_eq!(messages("none", events.clone()), Vec::<String>::new());
    // Text of no protocol has no rule.
    assert_eq!(messages("auto", events), Vec::<String>::new());
}

#[test]
fn messages_of_a_protocol_wait_until_it_is_recognised() {
    let events = [
        (0, received(0, b"\x10\x0c\0\x04MQ")),
        (10, received(6, b"TT\x04\x02\0<\0\0\xc0\0\xe0")),
        (20, bytes(Direction::Sent, 0, b"\x20\x02\0\0")),
        (30, received(17, b"\0")),
        (40, closed(18, 4)),
    ];
    let lines = [
        r#"{"event":"message","000010Z","direction":"received","number":1,"offset":0,"length":14}"#,
        r#"{"event":"message","000010Z","direction":"received","number":2,"offset":14,"length":2,"micros":0}"#,
        r#"{"event":"message","000020Z","direction":"sent","number":1,"offset":0,"length":4,"answers":1,"after_micros":10}"#,
        r#"{"event":"message","000030Z","direction":"received","number":3,"offset":16,"length":2,"micros":20}"#,
    ];
    assert_eq!(messages("auto", events), lines);
    // What never becomes sure is decided at the end.
    let events = [(0, received(0, b"GET / HTTP/1.1\r\nHo")), (9, closed(18, 0))];
    let line = r#"{"event":"message-fault","000009Z","direction":"received","offset":0,"detail":"the stream ends within a message, of which 18 bytes have come","stops":true}"#;
    assert_eq!(messages("auto", events), [line]);
}

#[test]
fn an_answer_says_what_it_answers() {
    let events = [
        (0, received(0, b"*1\r\n$4\r\nPING\r\n")),
        (10, received(14, b"*1\r\n$4\r\nPING\r\n")),
        (30, bytes(Direction::Sent, 0, b"+PO")),
        (40, bytes(Direction::Sent, 3, b"NG\r\n+PONG\r\n")),
        (50, received(28, b"MONITOR\r\n")),
        (90, closed(37, 14)),
    ];
    for framing in ["auto", "resp"] {
        let lines = messages(framing, events.clone());
        let answers: Vec<_> = lines.iter().filter(|line| line.contains("sent")).collect();
        assert!(answers[0].ends_with(r#""length":7,"answers":1,"after_micros":30}"#), "{lines:?}");
        assert!(answers[1].ends_with(r#""micros":0,"answers":2,"after_micros":30}"#), "{lines:?}");
        let ends = r#""micros":40,"pairs_end":"from here on, the server may send without being asked"}"#;
        assert!(lines.last().unwrap().ends_with(ends), "{lines:?}");
    }
}

#[test]
fn messages_go_on_behind_bytes_that_were_not_observed() {
    // Within a message whose length is known nothing is lost; a stream may begin late.
    let events = [
        (0, received(10, b"\0\x05ab")),
        (1, received(16, b"c\0\0")),
        (2, received(30, b"x")),
        (3, closed(31, 0)),
    ];
    let lines = [
        r#"{"event":"message","000001Z","direction":"received","number":1,"offset":10,"length":7}"#,
        r#"{"event":"message","000001Z","direction":"received","number":2,"offset":17,"length":2,"micros":0}"#,
        r#"{"event":"message-fault","000002Z","direction":"received","offset":19,"detail":"11 bytes were not observed","stops":true}"#,
    ];
    assert_eq!(messages("length:width=2", events), lines);
    // Of a stream whose end was not observed, nothing is said at its end.
    assert_eq!(messages("lf", [(0, received(0, b"ab")), (1, closed(5, 0))]), Vec::<String>::new());
}

#[test]
fn lines_about_messages_are_skipped_by_the_reader() {
    let mut printer = Printer::new([LineKind::Message].into_iter().collect());
    printer.frame_by("hex:width=2".parse().unwrap());
    printer.print(&Stamped { at: AT, event: received(0, b"00zz") }).unwrap();
    let lines = printer.out.bytes().split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    assert_eq!(lines.map(crate::event::codec::decode).collect::<Vec<_>>(), [Ok(None), Ok(None)]);
}
