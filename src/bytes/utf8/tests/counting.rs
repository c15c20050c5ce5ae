//! Counting says what decoding says: how many of each, and in which blocks.

use std::collections::BTreeMap;

use super::*;

/// What is counted in a stream that arrives in these pieces, and the malformed parts by block.
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

/// Streams of some blocks, with malformed parts likely where one ends.
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

/// The beginnings of characters behind which different bytes may follow, and nothing.
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

/// Counts a stream whole, and decodes it: both must be the same.
fn compare(stream: &[u8]) {
    let (mut decoder, mut expected, mut counts) = (Decoder::new(), Counts::default(), Counts::default());
    decoder.decode(stream, &mut expected);
    decoder.end(&mut expected);
    automaton::count(stream, &mut counts);
    assert_eq!(counts, expected, "{:02x?}", &stream[..stream.len().min(8)]);
}

#[test]
fn the_automaton_takes_every_three_bytes_as_the_decoder_does() {
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
fn the_automaton_takes_every_two_bytes_and_an_edge_behind_what_is_open() {
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
