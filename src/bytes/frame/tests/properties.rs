//! What holds of any rule, any bytes and any cuts.

use proptest::collection::vec;
use proptest::prelude::*;

use crate::bytes::frame::length::{Counts, Field, Length, Radix};
use crate::bytes::frame::literal::Literal;
use crate::bytes::frame::rule::{DEFAULT_LIMIT, Lines, Rule, Simple, Sized, Special, StartEnd};
use crate::bytes::frame::tests::{marks_by, marks_of};
use crate::bytes::frame::{Framer, Mark};

fn literal(length: usize) -> impl Strategy<Value = Literal> {
    let plain =
        vec(prop_oneof![0..4_u8, Just(b'"'), Just(b'\\'), Just(b' '), Just(b','), any::<u8>()], 1..=length);
    plain.prop_map(|bytes| Literal::of(&bytes))
}

fn radix() -> impl Strategy<Value = Radix> {
    prop_oneof![Just(Radix::Decimal), Just(Radix::Hex)]
}

fn length() -> impl Strategy<Value = Length> {
    let field = prop_oneof![
        (1..=8_usize).prop_map(Field::Big),
        (1..=8_usize).prop_map(Field::Little),
        Just(Field::Varint),
        (radix(), 1..=20_usize).prop_map(|(radix, width)| Field::Digits(radix, width)),
        (radix(), vec(prop_oneof![Just(b' '), Just(0), Just(b':')], 1..4))
            .prop_map(|(radix, ends)| Field::DigitsUntil(radix, Literal::of(&ends))),
    ];
    let counts = prop_oneof![Just(Counts::Rest), Just(Counts::Itself), Just(Counts::Message)];
    let length = (prop_oneof![0..4_usize, 0..=64_usize], field, counts, -4..4_i64, any::<bool>());
    length.prop_map(|(offset, field, counts, add, clamp)| Length { offset, field, counts, add, clamp })
}

fn start_end() -> impl Strategy<Value = StartEnd> {
    (literal(4), literal(4), any::<u8>(), 0..3).prop_map(|(start, end, escape, kind)| {
        let other = escape.wrapping_add(1);
        match kind {
            0 => StartEnd { start, end, escape: None },
            1 => StartEnd { start, end: Literal::of(&[other]), escape: Some(escape) },
            _ => StartEnd { start, end: Literal::of(&[escape, other]), escape: Some(escape) },
        }
    })
}

/// A rule for one message among others.
fn alone() -> impl Strategy<Value = Simple> {
    let sized = prop_oneof![
        length().prop_map(Sized::Length),
        (1..100_u64).prop_map(Sized::Fixed),
        Just(Sized::Ber),
        Just(Sized::WebSocket),
        Just(Sized::Zmtp),
        Just(Sized::Fix),
    ];
    let lines = prop_oneof![
        Just(Lines::Http),
        Just(Lines::Resp),
        Just(Lines::Nats),
        Just(Lines::Memcached),
        Just(Lines::Stomp),
        Just(Lines::Imap),
    ];
    prop_oneof![
        3 => sized.prop_map(Simple::Sized),
        2 => lines.prop_map(Simple::Lines),
        2 => literal(4).prop_map(Simple::Delimiter),
        1 => any::<u8>().prop_map(Simple::Flag),
        1 => start_end().prop_map(Simple::StartEnd),
        1 => Just(Simple::Gdb),
    ]
}

fn special(least: usize) -> impl Strategy<Value = Special> {
    (vec(literal(6), least..3), alone()).prop_map(|(beginnings, rule)| Special { beginnings, rule })
}

fn rules() -> impl Strategy<Value = Rule> {
    let rest = prop_oneof![8 => alone(), 1 => Just(Simple::Telnet)];
    let limit = prop_oneof![Just(DEFAULT_LIMIT), Just(1 << 20), 1..300_u64];
    let firsts = prop_oneof![2 => Just(Vec::new()), 1 => vec(special(0), 1..3)];
    let choices = prop_oneof![2 => Just(Vec::new()), 1 => vec(special(1), 1..3)];
    (firsts, choices, rest, limit).prop_map(|(first, choices, rest, limit)| {
        let choices = if rest.stands_alone() { choices } else { Vec::new() };
        Rule { first, choices, rest, limit }
    })
}

/// Bytes among which there is something for each rule.
fn stream() -> impl Strategy<Value = Vec<u8>> {
    let part = prop_oneof![
        4 => vec(any::<u8>(), 1..6),
        4 => vec(0..5_u8, 1..6),
        1 => vec(Just(b'x'), 1..200),
        8 => prop::sample::select(PARTS).prop_map(|part| part.to_vec()),
    ];
    vec(part, 0..24).prop_map(|parts| parts.concat())
}

const PARTS: &[&[u8]] = &[
    b"\r\n",
    b"\n",
    b"\r",
    b"\0",
    b"\xff",
    b"\xff\xff",
    b"\xff\xef",
    b"\xff\xfb\x19",
    b"\xff\xfa",
    b"\xff\xf0",
    b"~",
    b"\xc0",
    b"\x0b",
    b"\x1c\r",
    b"\x10",
    b"\x10\x03",
    b"$",
    b"#00",
    b"+",
    b"\x30\x81",
    b"8=FIX.4.4\x019=",
    b"5\x01",
    b"12 ",
    b"3:",
    b"0004",
    b"GET / HTTP/1.1\r\n",
    b"HTTP/1.1 200 OK\r\n",
    b"Content-Length: 7\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"\r\n\r\n",
    b"Upgrade: websocket\r\n",
    b"HTTP/1.1 101 S\r\n",
    b"SIP/2.0 200\r\n",
    b"5\r\nabcde\r\n",
    b"0\r\n\r\n",
    b"PUB a 3\r\n",
    b"set a 0 0 3\r\n",
    b"*3\r\n",
    b"$3\r\nabc\r\n",
    b"+OK\r\n",
    b"%1\r\n",
    b"a {3}\r\n",
    b"SEND\n",
    b"content-length:4\n",
    b"abc",
];

/// Cuts bytes into pieces of these lengths, again and again.
fn pieces<'a>(mut bytes: &'a [u8], cuts: &[usize]) -> Vec<&'a [u8]> {
    let mut pieces = Vec::new();
    for cut in cuts.iter().cycle() {
        if bytes.is_empty() {
            break;
        }
        let (piece, rest) = bytes.split_at((*cut).min(bytes.len()));
        pieces.push(piece);
        bytes = rest;
    }
    pieces
}

/// How a message is made for a rule.
fn message(rule: usize, payload: &[u8]) -> Vec<u8> {
    let length = payload.len();
    let clean: Vec<u8> = payload.iter().map(|byte| byte & 0x3f | 0x40).collect();
    match rule {
        0 => [&clean[..], b"\n"].concat(),
        1 => [&(length as u32).to_be_bytes()[..], payload].concat(),
        2 => [b"ab", &(length as u16 + 4).to_le_bytes()[..], payload].concat(),
        3 => {
            let mut bytes = vec![0x30];
            let mut left = length;
            while left > 0x7f {
                bytes.push(left as u8 | 0x80);
                left >>= 7;
            }
            bytes.push(left as u8);
            [&bytes, payload].concat()
        }
        4 => [format!("{length}:").as_bytes(), payload, b","].concat(),
        5 => [b"\x0b", &clean[..], b"\x1c\r"].concat(),
        6 => {
            let escaped = payload
                .iter()
                .flat_map(|byte| if matches!(byte, 2 | 3 | 0x10) { vec![0x10, *byte] } else { vec![*byte] });
            [2].into_iter().chain(escaped).chain([3]).collect()
        }
        7 => [format!("PUT / HTTP/1.1\r\nContent-Length: {length}\r\n\r\n").as_bytes(), payload].concat(),
        _ => [format!("*2\r\n$1\r\na\r\n${length}\r\n").as_bytes(), payload, b"\r\n"].concat(),
    }
}

const MADE: [&str; 9] = [
    "lf",
    "length:width=4",
    "length:offset=2,width=2,le,counts=message",
    "mqtt",
    "netstring",
    "mllp",
    "start-end:start=02,end=03,escape=10",
    "http",
    "resp",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_rule_is_read_as_it_is_written(rule in rules()) {
        let text = rule.to_string();
        prop_assert_eq!(text.parse::<Rule>(), Ok(rule), "{}", text);
    }

    /// Cuts change no mark; borders come in order; nothing is told of bytes that have not come.
    #[test]
    fn cuts_change_nothing(rule in rules(), bytes in stream(), cuts in vec(1..20_usize, 1..8)) {
        let whole = marks_by(&rule, &bytes, bytes.len());
        prop_assert_eq!(&marks_of(&rule, pieces(&bytes, &cuts)), &whole, "{} {}", rule, bytes.escape_ascii());
        prop_assert_eq!(&marks_by(&rule, &bytes, 1), &whole, "{} {}", rule, bytes.escape_ascii());
        let mut last = 0;
        for mark in whole {
            if let Mark::Message { end } | Mark::Outside { end } = mark {
                prop_assert!(end > last && end <= bytes.len() as u64);
                last = end;
            }
        }
    }

    /// The same for the rules of protocols, which are in the table.
    #[test]
    fn cuts_change_nothing_of_protocols(place in 0..crate::bytes::frame::NAMED.len(), bytes in stream(), cuts in vec(1..20_usize, 1..8)) {
        let rule: Rule = crate::bytes::frame::NAMED[place].rule.parse().unwrap();
        let whole = marks_by(&rule, &bytes, bytes.len());
        prop_assert_eq!(marks_of(&rule, pieces(&bytes, &cuts)), whole, "{} {}", rule, bytes.escape_ascii());
    }

    /// Whatever the messages are, they end where they were put together.
    #[test]
    fn messages_are_what_was_sent(kind in 0..MADE.len(), payloads in vec(vec(any::<u8>(), 0..300), 1..6)) {
        let parts: Vec<Vec<u8>> = payloads.iter().map(|payload| message(kind, payload)).collect();
        let rule: Rule = MADE[kind].parse().unwrap();
        let bytes = parts.concat();
        let mut from = 0;
        let mut found = Vec::new();
        for mark in marks_by(&rule, &bytes, bytes.len()) {
            match mark {
                Mark::Message { end } => { found.push(bytes[from..end as usize].to_vec()); from = end as usize; }
                other => panic!("{other:?}"),
            }
        }
        prop_assert_eq!(found, parts);
    }

    /// A framer that joins late at a border tells the same borders from there on.
    #[test]
    fn bytes_may_be_skipped_within_a_message(first in 0..60_usize, second in 0..60_usize, cut in 0..60_usize) {
        let message = |length: usize| [&(length as u32).to_be_bytes()[..], &vec![b'x'; length]].concat();
        let bytes = [message(first), message(second)].concat();
        let rule: Rule = "length:width=4".parse().unwrap();
        let (mut framer, mut found) = (Framer::new(&rule), Vec::new());
        let cut = cut.min(first);
        framer.push(None, &bytes[..4], &mut |mark| found.push(mark));
        framer.skip(cut as u64, &mut |mark| found.push(mark));
        framer.push(None, &bytes[4 + cut..], &mut |mark| found.push(mark));
        prop_assert_eq!(found, marks_by(&rule, &bytes, bytes.len()));
    }
}
