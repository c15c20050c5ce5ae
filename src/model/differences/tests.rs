use std::ops::Range;

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::event::ids::{Origin, Timestamp};
use crate::event::utf8_scanner::Utf8Summary;
use crate::model::stream::NewChunk;

fn push(stream: &mut Stream, data: &[u8]) {
    let (at, offset) = (Timestamp(0), stream.total());
    let chunk = NewChunk { seq: stream.events, at, wall_clock: at, offset, origin: Origin::Peer };
    stream.push(chunk, data.into(), &Utf8Summary::default());
}

fn open(data: &[u8]) -> Stream {
    let mut stream = Stream::new(1 << 20);
    data.chunks(1_000).for_each(|data| push(&mut stream, data));
    stream
}

fn ended(data: &[u8]) -> Stream {
    let mut stream = open(data);
    stream.end();
    stream
}

fn compared(alignment: Alignment, left: &Stream, right: &Stream, budget: usize) -> Differences {
    let (mut differences, pair) = (Differences::new(alignment), Pair { left, right });
    while differences.is_behind(pair) {
        differences.advance(budget, pair);
    }
    differences
}

fn of(alignment: Alignment, left: &[u8], right: &[u8]) -> Differences {
    compared(alignment, &ended(left), &ended(right), 1_000)
}

fn parts(differences: &Differences) -> Vec<(HunkKind, Range<u64>, Range<u64>)> {
    differences.hunks.iter().map(|hunk| (hunk.kind, hunk.left.clone(), hunk.right.clone())).collect()
}

use HunkKind::{Different, Unknown};

#[test]
fn bytes_are_paired_by_their_offsets() {
    let differences = of(Alignment::Offset, b"one two three", b"one Two threx and more");
    assert_eq!(
        parts(&differences),
        [(Different, 4..5, 4..5), (Different, 12..13, 12..22)],
        "what only one of them has belongs to the difference before it"
    );
    assert_eq!((differences.count(), differences.different(), differences.compared()), (2, 11, 22));
    assert_eq!(
        differences.place(13),
        Some(Place { left: None, right: Some(13), difference: Some(Different) })
    );
    assert_eq!(differences.place(5), Some(Place { left: Some(5), right: Some(5), difference: None }));
    assert_eq!(differences.place(22), None);
}

#[test]
fn what_one_stream_has_in_addition_shifts_what_is_behind_it() {
    let (left, right) =
        (&b"GET /a HTTP/1.1\r\nHost: x\r\n\r\n"[..], b"GET /long HTTP/1.1\r\nHost: x\r\n\r\n");
    let differences = of(Alignment::Content, left, right);
    assert_eq!(parts(&differences), [(Different, 5..6, 5..9)]);
    assert_eq!((differences.different(), differences.end()), (4, right.len() as u64));
    let place = |left, right| Some(Place { left, right, difference: None });
    assert_eq!(
        (differences.place(4), differences.place(9)),
        (place(Some(4), Some(4)), place(Some(6), Some(9)))
    );
    assert!(of(Alignment::Offset, left, right).different() > 15, "by offset nearly all behind it differ");
    let inserted = of(Alignment::Content, b"0123456789", b"01234::56789");
    assert_eq!(parts(&inserted), [(Different, 5..5, 5..7)]);
    let at_end = of(Alignment::Content, b"same12;", b"same3;");
    assert_eq!(
        parts(&at_end),
        [(Different, 4..6, 4..5)],
        "too few bytes to be sure, but nothing follows them"
    );
}

#[test]
fn a_long_insertion_is_found_and_streams_without_anything_in_common_end() {
    let numbers = |from: u32, to: u32| (from..to).flat_map(u32::to_be_bytes).collect::<Vec<u8>>();
    let (left, long) = (numbers(0, 20_000), numbers(1_000_000, 1_001_900));
    let right = [&left[..40_000], &long, &left[40_000..]].concat();
    let differences = of(Alignment::Content, &left, &right);
    assert_eq!(differences.count(), 1, "{:?}", parts(&differences));
    assert_eq!(differences.different(), 7_600);
    let nothing = of(Alignment::Content, &[1; 50_000], &[2; 40_000]);
    assert_eq!(parts(&nothing), [(Different, 0..50_000, 0..40_000)]);
}

#[test]
fn trimmed_and_missed_bytes_are_not_compared() {
    let mut trimmed = Stream::new(4_096);
    (0..10).for_each(|_| push(&mut trimmed, &[7; 1_000]));
    let start = trimmed.history.start();
    let differences = compared(Alignment::Offset, &trimmed, &open(&[7; 10_000]), 500);
    assert_eq!(parts(&differences), [(Unknown, 0..start, 0..start)]);
    assert_eq!((differences.start(), differences.compared()), (start, 10_000 - start));

    let mut missed = open(b"abc");
    missed.record_missed(Timestamp(0), 1, 4);
    push(&mut missed, b"hij");
    for alignment in [Alignment::Offset, Alignment::Content] {
        let differences = compared(alignment, &missed, &open(b"abc....hiX"), 500);
        assert_eq!(parts(&differences), [(Unknown, 3..7, 3..7), (Different, 9..10, 9..10)]);
        assert_eq!((differences.unknown(), differences.count(), differences.start()), (4, 1, 0));
        assert_eq!(differences.hunk_at(6).map(|hunk| hunk.kind), Some(Unknown));
        assert_eq!(differences.hunk_at(7), None);
    }
    missed.record_missed(Timestamp(0), 1, 5);
    let differences = compared(Alignment::Offset, &missed, &open(b"abc....hijklmnop"), 500);
    assert_eq!(
        parts(&differences),
        [(Unknown, 3..7, 3..7), (Unknown, 10..15, 10..15), (Different, 15..15, 15..16)]
    );
}

#[test]
fn what_arrives_is_compared_without_beginning_again() {
    let (mut left, mut right) = (open(b"the same and x"), open(b"the same "));
    let mut differences = Differences::new(Alignment::Content);
    differences.advance(1_000, Pair { left: &left, right: &right });
    assert_eq!(parts(&differences), [(Different, 9..14, 9..9)], "so far");
    assert!(!differences.is_behind(Pair { left: &left, right: &right }));
    push(&mut right, b"and y");
    let pair = Pair { left: &left, right: &right };
    assert!(differences.is_behind(pair));
    differences.advance(1_000, pair);
    assert_eq!(parts(&differences), [(Different, 13..14, 13..14)], "provisionally");
    push(&mut left, b"....");
    push(&mut right, b"2....");
    left.end();
    right.end();
    differences.advance(1_000, Pair { left: &left, right: &right });
    assert_eq!(parts(&differences), [(Different, 13..14, 13..15)]);
}

#[test]
fn differences_are_gone_to_in_both_directions() {
    let differences = of(Alignment::Offset, b"..a..b..c", b"..A..B..C");
    let firsts = [0, 2, 3, 6, 9].map(|at| differences.first_from(at).map(|hunk| (hunk.nth, hunk.at)));
    assert_eq!(firsts, [Some((1, 2)), Some((1, 2)), Some((2, 5)), Some((3, 8)), None]);
    let lasts = [2, 3, 5, 100].map(|at| differences.last_before(at).map(|hunk| hunk.at));
    assert_eq!(lasts, [None, Some(2), Some(2), Some(8)]);
}

#[test]
fn the_number_of_differences_is_bounded() {
    let left: Vec<u8> = (0..200_000).map(|at| (at % 2) as u8).collect();
    let differences = of(Alignment::Offset, &left, &[0; 200_000]);
    assert!(differences.is_full());
    assert_eq!(differences.count() as usize, MOST_HUNKS);
    assert_eq!(differences.end(), 2 * MOST_HUNKS as u64 + 1);
}

/// A stream with gaps: pieces of few different bytes, and numbers of bytes that were missed.
fn with_gaps() -> impl Strategy<Value = Vec<(Vec<u8>, u64)>> {
    vec((vec(0..4_u8, 1..40), prop_oneof![3 => Just(0), 1 => 1..30_u64]), 0..8)
}

fn stream(pieces: &[(Vec<u8>, u64)]) -> (Stream, Vec<Option<u8>>) {
    let (mut stream, mut bytes) = (Stream::new(1 << 20), Vec::new());
    for (data, gap) in pieces {
        push(&mut stream, data);
        bytes.extend(data.iter().copied().map(Some));
        if *gap > 0 {
            stream.record_missed(Timestamp(0), 1, *gap);
            bytes.extend((0..*gap).map(|_| None));
        }
    }
    stream.end();
    (stream, bytes)
}

proptest! {
    #[test]
    fn by_offset_it_is_what_a_loop_over_the_bytes_finds(
        left in with_gaps(), right in with_gaps(), budget in 1..50_usize
    ) {
        let ((left, one), (right, other)) = (stream(&left), stream(&right));
        let differences = compared(Alignment::Offset, &left, &right, budget);
        let shorter = one.len().min(other.len());
        for at in 0..one.len().max(other.len()) {
            let expected = match (one.get(at), other.get(at)) {
                _ if at >= shorter => Some(Different),
                (Some(Some(one)), Some(Some(other))) => (one != other).then_some(Different),
                _ => Some(Unknown),
            };
            let place = differences.place(at as u64).unwrap();
            prop_assert_eq!(place.difference, expected, "{}", at);
            let offset = |bytes: &[_]| (at < bytes.len()).then_some(at as u64);
            prop_assert_eq!((place.left, place.right), (offset(&one), offset(&other)));
        }
        prop_assert_eq!(differences.end() as usize, one.len().max(other.len()));
    }

    #[test]
    fn by_content_every_byte_stands_at_one_position_and_equal_ones_are_equal(
        left in with_gaps(), right in with_gaps(), budget in 1..50_usize
    ) {
        let ((left, one), (right, other)) = (stream(&left), stream(&right));
        let differences = compared(Alignment::Content, &left, &right, budget);
        let places: Vec<Place> = (0..differences.end()).map(|at| differences.place(at).unwrap()).collect();
        let lefts: Vec<u64> = places.iter().filter_map(|place| place.left).collect();
        let rights: Vec<u64> = places.iter().filter_map(|place| place.right).collect();
        prop_assert_eq!(lefts, (0..one.len() as u64).collect::<Vec<_>>());
        prop_assert_eq!(rights, (0..other.len() as u64).collect::<Vec<_>>());
        for place in &places {
            let byte = |bytes: &[Option<u8>], offset: Option<u64>| offset.and_then(|at| bytes[at as usize]);
            let (one, other) = (byte(&one, place.left), byte(&other, place.right));
            match place.difference {
                None => prop_assert!(one.is_some() && one == other),
                Some(Unknown) => prop_assert!(one.is_none() || other.is_none()),
                Some(Different) => {}
            }
        }
    }

    #[test]
    fn it_does_not_depend_on_how_the_bytes_arrive(
        left in vec(0..3_u8, 0..300), right in vec(0..3_u8, 0..300),
        steps in vec((any::<bool>(), 1..40_usize, 1..60_usize), 0..40)
    ) {
        for alignment in [Alignment::Offset, Alignment::Content] {
            let whole = compared(alignment, &ended(&left), &ended(&right), 1_000);
            let (mut one, mut other) = (open(b""), open(b""));
            let (mut rest, mut others) = (&left[..], &right[..]);
            let mut differences = Differences::new(alignment);
            for &(is_left, bytes, budget) in &steps {
                let (stream, rest) = if is_left { (&mut one, &mut rest) } else { (&mut other, &mut others) };
                let (some, behind) = rest.split_at(bytes.min(rest.len()));
                if !some.is_empty() {
                    push(stream, some);
                }
                *rest = behind;
                differences.advance(budget, Pair { left: &one, right: &other });
            }
            for (stream, rest) in [(&mut one, rest), (&mut other, others)] {
                if !rest.is_empty() {
                    push(stream, rest);
                }
                stream.end();
            }
            let pair = Pair { left: &one, right: &other };
            while differences.is_behind(pair) {
                differences.advance(100, pair);
            }
            prop_assert_eq!(parts(&differences), parts(&whole));
            prop_assert_eq!(differences.reached, whole.reached);
        }
    }
}
