//! Counting agrees with decoding, in numbers and blocks.

use std::collections::BTreeMap;

use fearless_simd::Level;

use super::*;

/// Counts a stream that arrives in the given pieces; also returns the malformed parts by block.
pub(super) fn count<'p>(pieces: impl IntoIterator<Item = &'p [u8]>) -> (Counts, BTreeMap<u64, u64>) {
    let (mut decoder, mut counts, mut blocks) = (Decoder::new(), Counts::default(), BTreeMap::new());
    let mut mark = |offset: u64, parts| *blocks.entry(offset / BLOCK).or_default() += parts;
    for piece in pieces {
        decoder.count(piece, &mut counts, &mut mark);
    }
    let begun = decoder.settled();
    if !decoder.pending().is_empty() {
        mark(begun, 1);
    }
    decoder.end(&mut counts);
    (counts, blocks)
}

fn oracle_count(stream: &[u8]) -> (Counts, BTreeMap<u64, u64>) {
    let (mut counts, mut blocks, mut offset) = (Counts::default(), BTreeMap::new(), 0);
    for (len, unit) in oracle(stream) {
        match unit {
            Ok(_) => counts.well_formed += 1,
            Err(reason) => {
                counts.add(reason, 1);
                *blocks.entry(offset / BLOCK).or_default() += 1;
            }
        }
        offset += len as u64;
    }
    (counts, blocks)
}

/// Streams of a few blocks, with malformed parts likely at their borders.
fn blocks() -> impl Strategy<Value = Vec<u8>> {
    let filling = prop_oneof![Just("a"), Just("é"), Just("€"), Just("😀"), Just("é€😀a")];
    let block =
        (filling, 0..8_usize, vec(prop::sample::select(EDGES), 0..12)).prop_map(|(text, less, edges)| {
            let mut block = text.repeat(BLOCK as usize / text.len()).into_bytes();
            block.truncate(BLOCK as usize - less);
            block.extend(edges);
            block
        });
    vec(block, 0..4).prop_map(|blocks| blocks.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn counts_agree_with_the_units(stream in streams(), cuts in vec(0..600_usize, 0..4)) {
        prop_assert_eq!(count(cut(&stream, &cuts)), oracle_count(&stream));
    }

    #[test]
    fn parts_are_found_in_their_blocks(stream in blocks(), cuts in vec(0..5000_usize, 0..3)) {
        prop_assert_eq!(count(cut(&stream, &cuts)), oracle_count(&stream));
    }

    #[test]
    fn a_stream_may_be_decoded_for_a_while_and_counted_then(stream in streams(), at in 0..600_usize) {
        let (head, tail) = stream.split_at(at.min(stream.len()));
        let (mut decoder, mut counts) = (Decoder::new(), Counts::default());
        decoder.decode(head, &mut counts);
        decoder.count(tail, &mut counts, |_, _| {});
        prop_assert_eq!(decoder.offset(), stream.len() as u64);
        decoder.end(&mut counts);
        prop_assert_eq!(counts, oracle_count(&stream).0);
    }
}

/// Starts of characters that differ in the bytes that may follow, and the empty start.
const BEGINNINGS: [&[u8]; 12] = [
    b"",
    b"\xc2",
    b"\xe0",
    b"\xe1",
    b"\xed",
    b"\xf0",
    b"\xf1",
    b"\xf4",
    b"\xe1\x80",
    b"\xf1\x80",
    b"\xf0\x90\x80",
    b"\xf4\x8f\xbf",
];

/// Malformed parts of every form for each reason, and characters of each length.
const UNITS: [&[u8]; 24] = [
    b"a",
    "é".as_bytes(),
    "€".as_bytes(),
    "\u{800}".as_bytes(),
    "\u{d7ff}".as_bytes(),
    "😀".as_bytes(),
    "\u{10ffff}".as_bytes(),
    b"\x80",
    b"\xbf\xbf\xbf\xbf",
    b"\xc0\x80",
    b"\xf5",
    b"\xff\x80",
    b"\xc3",
    b"\xe0\x9f",
    b"\xe0\x80\x80",
    b"\xed\xa0\x80",
    b"\xed\xbf",
    b"\xf0\x8f\xbf\xbf",
    b"\xf4\x90\x80\x80",
    b"\xe2\x82",
    b"\xf0\x9f",
    b"\xf0\x9f\x98",
    b"\xf4\x8f\xbf\xed\xa0",
    b"\xe2\x82\xac\xac\xac",
];

/// Counts a whole stream with the vectors of each length that this processor has, and decodes it: all results must
/// agree.
fn compare(stream: &[u8]) {
    let (mut decoder, mut expected) = (Decoder::new(), Counts::default());
    decoder.decode(stream, &mut expected);
    decoder.end(&mut expected);
    // The end of the stream cuts no character here.
    let cut = std::mem::take(&mut expected.by_reason[Reason::Incomplete as usize]);
    expected.by_reason[Reason::Truncated as usize] += cut;
    for level in levels() {
        let mut counts = Counts::default();
        simd::count_with(level, stream, &mut counts);
        assert_eq!(counts, expected, "{level:?}: {:02x?}", &stream[..stream.len().min(8)]);
    }
}

fn levels() -> impl Iterator<Item = Level> {
    let best = Level::new();
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    let others = [
        best.as_avx2().map(Level::Avx2),
        best.as_sse4_2().map(Level::Sse4_2),
        best.as_sse2().map(Level::Sse2),
    ];
    #[cfg(not(any(target_arch = "x86", target_arch = "x86_64")))]
    let others = [None];
    std::iter::once(best).chain(others.into_iter().flatten())
}

#[test]
fn the_lanes_take_every_unit_at_every_place_of_two_vectors() {
    for filling in ["a", "é", "€", "😀"] {
        let filling = filling.repeat(140 / filling.len());
        for (first, second) in UNITS.iter().flat_map(|first| UNITS.map(|second| (first, second))) {
            for at in 0..=2 * 64 + 4 {
                let (head, tail) = filling.as_bytes().split_at(at);
                let stream = [head, first, second, tail].concat();
                compare(&stream);
                // Nothing follows, so the end of the stream cuts them or ends them.
                compare(&stream[..at + first.len() + second.len()]);
            }
        }
    }
}

#[test]
fn the_lanes_count_as_far_as_they_hold_and_further() {
    let full = 255 * 64;
    for unit in UNITS {
        let stream = unit.repeat(2 * full / unit.len() + 65);
        for len in [full - 65, full - 64, full - 63, full - 1, full, full + 1, full + 64, stream.len()] {
            compare(&stream[..len]);
        }
        for len in (240 * 16..=256 * 16).step_by(8).chain(254 * 32 - 2..=255 * 32 + 2) {
            compare(&stream[..len]);
        }
    }
}

#[test]
fn every_unit_is_found_in_its_block_wherever_the_stream_is_cut() {
    let text = "a".repeat(2 * BLOCK as usize);
    for (unit, at) in
        UNITS.iter().flat_map(|unit| (BLOCK as usize - 6..BLOCK as usize + 2).map(move |at| (unit, at)))
    {
        let stream = [&text.as_bytes()[..at], unit, unit, &text.as_bytes()[at..]].concat();
        let expected = oracle_count(&stream);
        for cut_at in at - 2..at + 2 * unit.len() + 2 {
            assert_eq!(count(cut(&stream, &[cut_at])), expected, "{unit:02x?} at {at} cut at {cut_at}");
        }
        assert_eq!(count(cut(&stream, &[at + 1, at + 2, at + 3])), expected, "{unit:02x?} at {at}");
    }
}

#[test]
fn what_a_stream_was_before_changes_no_count() {
    let (text, noise) = ("naïve 😀 ".repeat(300).into_bytes(), b"\xff\xe2\x82 \xed\xa0".repeat(500));
    for pieces in
        [[&text, &noise, &text, &noise], [&noise, &text, &text, &noise], [&noise, &noise, &text, &text]]
    {
        let stream = pieces.map(|piece| &piece[..]).concat();
        let expected = oracle_count(&stream);
        assert_eq!(count(pieces.map(|piece| &piece[..])), expected);
        for read in [1, 7, 64, 700, 1500] {
            assert_eq!(count(stream.chunks(read)), expected, "in reads of {read} bytes");
        }
    }
}

#[test]
fn the_lanes_take_every_three_bytes_as_the_decoder_does() {
    // As in the test of the decoder: one stream for 256 inputs, and one ASCII character for all as the first byte.
    let mut stream = [b'\n'; 4 * 256];
    for third in 0..=u8::MAX {
        stream[usize::from(third) * 4 + 2] = third;
    }
    for first in 0x7f..=u8::MAX {
        for second in 0..=u8::MAX {
            for input in stream.chunks_exact_mut(4) {
                input[..2].copy_from_slice(&[first, second]);
            }
            compare(&stream);
        }
    }
}

#[test]
fn the_lanes_take_every_two_bytes_and_an_edge_behind_what_is_open() {
    for open in BEGINNINGS {
        for first in 0..=u8::MAX {
            let mut stream = Vec::new();
            for second in 0..=u8::MAX {
                for third in EDGES {
                    stream.extend_from_slice(open);
                    stream.extend([first, second, *third, b'\n']);
                }
            }
            compare(&stream);
        }
    }
}

#[test]
fn every_two_bytes_behind_what_is_pending_are_counted_as_std_reads_them() {
    for open in BEGINNINGS {
        for input in 0..=u16::MAX {
            let input = input.to_be_bytes();
            let stream = [open, &input].concat();
            let (whole, cut) = (count([&stream[..]]), count([open, &input]));
            assert_eq!(whole, cut, "{open:02x?} {input:02x?}");
            let text = String::from_utf8_lossy(&stream);
            assert_eq!(
                cut.0.well_formed + cut.0.malformed,
                text.chars().count() as u64,
                "{open:02x?} {input:02x?}"
            );
        }
    }
}
