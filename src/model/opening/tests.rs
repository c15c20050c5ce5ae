use super::*;

/// What is known of a protocol by its name, or by its kind.
fn word(opening: &Opening) -> &'static str {
    match opening.recognition() {
        Recognition::Undecided => "undecided",
        Recognition::Recognised(found) => found.protocol,
        Recognition::UnknownText => "text",
        Recognition::UnknownBinary => "binary",
    }
}

const RECEIVED: Direction = Direction::Received;
const SENT: Direction = Direction::Sent;

#[test]
fn a_name_stands_before_its_detail_and_then_nothing_is_kept() {
    let mut opening = Opening::default();
    assert_eq!(opening.add(RECEIVED, 0, b"GET / HT"), Change::Same);
    assert!(opening.cost() >= 8);
    assert_eq!(opening.add(RECEIVED, 8, b"TP/1.1\r\nHost: h\r\n"), Change::Changed);
    assert_eq!((word(&opening), opening.is_settled()), ("HTTP/1", false));
    assert_eq!(opening.add(RECEIVED, 25, b"\r\n"), Change::Settled);
    assert_eq!(opening.protocol().unwrap().full_detail(), "GET, HTTP/1.1, host h");
    let cost = opening.cost();
    assert_eq!(opening.add(RECEIVED, 27, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), Change::Same);
    assert_eq!((opening.end(), opening.lose(), opening.cost()), (Change::Same, Change::Same, cost));
}

#[test]
fn who_speaks_first_counts() {
    let mut opening = Opening::default();
    opening.add(SENT, 0, b"220 h ESMTP\r\n");
    assert_eq!(word(&opening), "SMTP");
    let mut opening = Opening::default();
    opening.add(RECEIVED, 0, b"220 h ESMTP\r\n");
    assert_eq!(word(&opening), "text");
}

#[test]
fn what_was_not_observed_is_not_guessed() {
    let mut opening = Opening::default();
    assert_eq!(opening.add(RECEIVED, 5, b"GET / HTTP/1.1\r\n\r\n"), Change::Settled);
    assert_eq!((word(&opening), opening.cost()), ("undecided", 0));
    let mut opening = Opening::default();
    assert_eq!(opening.add(RECEIVED, 0, b"GET / HT"), Change::Same);
    assert_eq!(opening.lose(), Change::Settled);
    assert_eq!(opening.add(RECEIVED, 9, b"P/1.1\r\n\r\n"), Change::Same);
    assert_eq!(word(&opening), "undecided");
}

#[test]
fn the_end_decides_what_was_open() {
    let mut opening = Opening::default();
    opening.add(RECEIVED, 0, b"GET / HTTP/1.1\r\nHos");
    assert!(!opening.is_settled());
    assert_eq!((opening.end(), word(&opening)), (Change::Settled, "HTTP/1"));
    let mut opening = Opening::default();
    opening.add(RECEIVED, 0, b"GET");
    assert_eq!((word(&opening), opening.end(), word(&opening)), ("undecided", Change::Settled, "text"));
}

#[test]
fn bytes_are_kept_only_as_long_as_they_may_say_more() {
    // Text and its echo: no server greets like this.
    let mut opening = Opening::default();
    let text = "words without a protocol ".repeat(4);
    assert_eq!(opening.add(RECEIVED, 0, text.as_bytes()), Change::Changed);
    assert_eq!(opening.add(SENT, 0, text.as_bytes()), Change::Settled);
    assert_eq!(word(&opening), "text");
    // A head that never ends, and nothing comes back: at most so much is kept.
    let mut opening = Opening::default();
    opening.add(RECEIVED, 0, b"GET / HTTP/1.1\r\nA: ");
    for offset in (19..100_000).step_by(1000) {
        opening.add(RECEIVED, offset, &[b'a'; 1000]);
    }
    assert!(opening.cost() < 3 * ENOUGH, "{}", opening.cost());
    assert_eq!(word(&opening), "HTTP/1");
}

#[test]
fn of_text_that_nobody_answers_little_is_kept() {
    let mut opening = Opening::default();
    for offset in (0..20_000).step_by(1000) {
        opening.add(RECEIVED, offset, &"words ".repeat(200).as_bytes()[..1000]);
    }
    assert!(opening.cost() < 1000, "{}", opening.cost());
    assert!(!opening.is_settled(), "the server may say what it is");
    opening.add(SENT, 0, b"+OK POP3 ready <1896.697170952@h>\r\n");
    assert_eq!(word(&opening), "POP3");
}
