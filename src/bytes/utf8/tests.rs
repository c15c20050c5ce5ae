//! The decoder against the vectors, against `std`, and against itself with the input cut elsewhere.

mod counting;
mod vectors;

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

/// Offset, length and reason of a malformed part.
type Part = (u64, usize, Reason);

fn parts(malformed: &[Malformed]) -> Vec<Part> {
    malformed.iter().map(|part| (part.offset(), part.bytes().len(), part.reason())).collect()
}

/// Decodes a stream that arrives in the given pieces.
fn decode<'p>(pieces: impl IntoIterator<Item = &'p [u8]>) -> Lossy {
    let (mut decoder, mut lossy) = (Decoder::new(), Lossy::default());
    for piece in pieces {
        decoder.decode(piece, &mut lossy);
    }
    decoder.end(&mut lossy);
    assert_eq!(decoder.pending(), b"");
    lossy
}

/// Cuts a stream at these offsets, in any order and perhaps beyond its end.
fn cut<'s>(stream: &'s [u8], at: &[usize]) -> Vec<&'s [u8]> {
    let mut at: Vec<usize> = at.iter().map(|at| (*at).min(stream.len())).collect();
    at.extend([0, stream.len()]);
    at.sort_unstable();
    at.windows(2).map(|ends| &stream[ends[0]..ends[1]]).collect()
}

/// The expected result, found slowly by calling `std` at each offset. Each element is one unit.
fn oracle(stream: &[u8]) -> Vec<(usize, Result<char, Reason>)> {
    let mut units = Vec::new();
    let mut rest = stream;
    while !rest.is_empty() {
        let whole = (1..=rest.len().min(4)).find_map(|len| {
            let text = str::from_utf8(&rest[..len]).ok()?;
            Some((len, Ok(text.chars().next()?)))
        });
        let unit = whole.unwrap_or_else(|| {
            let error = str::from_utf8(rest).unwrap_err();
            assert_eq!(error.valid_up_to(), 0);
            error.error_len().map_or((rest.len(), Err(Reason::Incomplete)), |len| {
                (len, Err(oracle_reason(rest[0], rest.get(len).copied())))
            })
        });
        rest = &rest[unit.0..];
        units.push(unit);
    }
    units
}

/// The expected reason, from the value that the first two bytes announce.
fn oracle_reason(lead: u8, next: Option<u8>) -> Reason {
    match (lead, next) {
        (0x80..0xc0, _) => Reason::UnexpectedContinuation,
        (0xc0 | 0xc1 | 0xf5.., _) => Reason::InvalidLead,
        (0xe0.., Some(next @ 0x80..0xc0)) => {
            let smallest = match lead {
                0xe0..0xf0 => (u32::from(lead & 0x0f) << 12) | (u32::from(next & 0x3f) << 6),
                _ => (u32::from(lead & 0x07) << 18) | (u32::from(next & 0x3f) << 12),
            };
            match smallest {
                0xd800..0xe000 if lead == 0xed => Reason::Surrogate,
                0x11_0000.. => Reason::AboveMaximum,
                0..0x800 => Reason::Overlong,
                0..0x1_0000 if lead == 0xf0 => Reason::Overlong,
                _ => Reason::Truncated,
            }
        }
        _ => Reason::Truncated,
    }
}

fn oracle_parts(stream: &[u8]) -> Vec<Part> {
    let mut offset = 0;
    let mut parts = Vec::new();
    for (len, unit) in oracle(stream) {
        if let Err(reason) = unit {
            parts.push((offset, len, reason));
        }
        offset += len as u64;
    }
    parts
}

fn oracle_roles(stream: &[u8], tail: Tail) -> Vec<UnitRole> {
    let mut roles = Vec::new();
    for (len, unit) in oracle(stream) {
        roles.extend((0..len as u8).map(|nth| match (unit, tail) {
            (Ok(ch), _) if nth == 0 => UnitRole::Lead { ch, len: len as u8 },
            (Ok(_), _) => UnitRole::Rest { nth },
            (Err(Reason::Incomplete), Tail::Open) => UnitRole::Pending { nth },
            (Err(reason), _) => UnitRole::Malformed { reason, nth },
        }));
    }
    roles
}

/// Streams in which every kind of malformed part is likely, long enough to reach the SIMD path again.
fn streams() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => any::<char>().prop_map(|ch| ch.to_string().into_bytes()),
        2 => "[ -~]{0,80}".prop_map(String::into_bytes),
        1 => "[é€한😀]{0,40}".prop_map(String::into_bytes),
        4 => prop::sample::select(EDGES).prop_map(|byte| vec![byte]),
        1 => vec(any::<u8>(), 0..6),
    ];
    vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

/// The bytes at which a rule begins or ends.
const EDGES: &[u8] = &[
    0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed,
    0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff,
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn cuts_change_nothing(stream in streams(), cuts in vec(0..600_usize, 0..12)) {
        let lossy = decode(cut(&stream, &cuts));
        prop_assert_eq!(&lossy.text, &String::from_utf8_lossy(&stream));
        prop_assert_eq!(lossy.characters, lossy.text.chars().count() as u64);
        prop_assert_eq!(parts(&lossy.malformed), oracle_parts(&stream));
        for part in &lossy.malformed {
            let start = part.offset() as usize;
            prop_assert_eq!(part.bytes(), &stream[start..start + part.bytes().len()]);
        }
    }

    #[test]
    fn roles_of_a_window_are_those_of_the_stream(stream in streams(), a in 0..600_usize, b in 0..600_usize) {
        let (from, to) = (a.min(b).min(stream.len()), a.max(b).min(stream.len()));
        let (before, body, after) = (&stream[..from], &stream[from..to], &stream[to..]);
        for tail in [Tail::Open, Tail::Ended] {
            let expected = &oracle_roles(&stream, tail)[from..to];
            prop_assert_eq!(&roles(before, body, after, tail)[..], expected);
            let (near, far) = (&before[from.saturating_sub(3)..], &after[..after.len().min(3)]);
            prop_assert_eq!(&roles(near, body, far, tail)[..], expected);
        }
    }

    #[test]
    fn pending_is_what_std_calls_unexpected_end(stream in streams(), at in 0..600_usize) {
        let seen = &stream[..at.min(stream.len())];
        let mut decoder = Decoder::new();
        decoder.decode(seen, &mut Counts::default());
        let pending = match oracle(seen).last() {
            Some((len, Err(Reason::Incomplete))) => &seen[seen.len() - len..],
            _ => &[],
        };
        prop_assert_eq!(decoder.pending(), pending);
        prop_assert_eq!(decoder.offset(), seen.len() as u64);
    }
}

#[test]
fn every_input_of_one_two_and_three_bytes_reads_as_std_reads_it_wherever_it_is_cut() {
    // 256 inputs make one stream, each followed by a line feed, which ends an incomplete character. An ASCII first byte
    // is a character of its own, so one represents all, followed by the inputs of two bytes. Inputs of one byte are
    // among these, with an ASCII character as their second byte.
    let mut stream = [b'\n'; 4 * 256];
    for third in 0..=u8::MAX {
        stream[usize::from(third) * 4 + 2] = third;
    }
    for first in 0x7f..=u8::MAX {
        for second in 0..=u8::MAX {
            for input in stream.chunks_exact_mut(4) {
                input[..2].copy_from_slice(&[first, second]);
            }
            let expected = String::from_utf8_lossy(&stream);
            assert_eq!(decode([&stream[..]]).text, expected, "{first:02x} {second:02x}");
            // Reads of four bytes that begin within an input cut each input there.
            for at in 1..4 {
                let (head, tail) = stream.split_at(at);
                let lossy = decode(std::iter::once(head).chain(tail.chunks(4)));
                assert_eq!(lossy.text, expected, "{first:02x} {second:02x}, cut behind {at} bytes");
            }
        }
    }
}

#[test]
fn the_edges_of_four_byte_characters_read_as_std_reads_them() {
    for lead in [0xf0, 0xf1, 0xf3, 0xf4] {
        for second in EDGES {
            let rest = EDGES.iter().flat_map(|third| EDGES.iter().map(move |fourth| (third, fourth)));
            let stream: Vec<u8> =
                rest.flat_map(|(third, fourth)| [lead, *second, *third, *fourth, b'\n']).collect();
            assert_eq!(
                decode([&stream[..]]).text,
                String::from_utf8_lossy(&stream),
                "{lead:02x} {second:02x}"
            );
        }
    }
}

#[test]
fn the_edges_of_all_rules_in_every_order_have_the_oracle_s_reasons() {
    let inputs =
        EDGES.iter().flat_map(|a| EDGES.iter().flat_map(move |b| EDGES.iter().map(move |c| [*a, *b, *c])));
    for input in inputs {
        let expected = oracle_parts(&input);
        assert_eq!(parts(&decode([&input[..]]).malformed), expected, "{input:02x?}");
        assert_eq!(parts(&decode(input.chunks(1)).malformed), expected, "{input:02x?} byte by byte");
    }
}

#[test]
fn a_part_is_reported_with_the_byte_that_settles_it() {
    for (held, settling, reason) in [
        (&b"\xed"[..], 0xa0, Reason::Surrogate),
        (b"\xe0", 0x80, Reason::Overlong),
        (b"\xf4", 0x90, Reason::AboveMaximum),
        (b"\xf0\x9f\x98", b'A', Reason::Truncated),
    ] {
        let (mut decoder, mut lossy) = (Decoder::new(), Lossy::default());
        decoder.decode(held, &mut lossy);
        assert_eq!((decoder.pending(), lossy.malformed.len()), (held, 0));
        decoder.decode(&[settling], &mut lossy);
        assert_eq!(parts(&lossy.malformed)[0], (0, held.len(), reason));
        assert_eq!(decoder.pending(), b"");
    }
}

#[test]
fn a_gap_forgets_what_was_pending_and_keeps_the_offsets_right() {
    let (mut decoder, mut lossy) = (Decoder::new(), Lossy::default());
    decoder.decode(b"ab\xf0\x9f", &mut lossy);
    decoder.skip_to(1 << 40);
    assert_eq!((decoder.offset(), decoder.pending()), (1 << 40, &b""[..]));
    decoder.decode(b"\x80c\xc3", &mut lossy);
    decoder.end(&mut lossy);
    let start = 1 << 40;
    assert_eq!(
        parts(&lossy.malformed),
        [(start, 1, Reason::UnexpectedContinuation), (start + 2, 1, Reason::Incomplete)]
    );
    assert_eq!(lossy.text, "ab\u{fffd}c\u{fffd}");
}

#[test]
fn offsets_saturate_instead_of_overflowing() {
    let (mut decoder, mut lossy) = (Decoder::new(), Lossy::default());
    decoder.skip_to(u64::MAX - 1);
    decoder.decode(b"abc\xff", &mut lossy);
    assert_eq!(decoder.offset(), u64::MAX);
}

#[test]
fn the_words_are_those_of_the_design() {
    assert_eq!(
        Reason::ALL.map(Reason::word).join(" "),
        "unexpected-continuation invalid-lead overlong surrogate above-maximum truncated incomplete"
    );
    for (index, reason) in Reason::ALL.into_iter().enumerate() {
        assert_eq!(reason as usize, index);
    }
}
