//! Whatever the bytes are and wherever they are cut: the decoder agrees with the standard library, counting agrees with
//! decoding, a window agrees with the whole, and safe text is safe.

#![no_main]

use std::collections::BTreeMap;

use bytewatch::bytes::safe;
use bytewatch::bytes::utf8::{BLOCK, Counts, Decoder, Lossy, Tail, roles};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    // The first byte says at how many places the input is cut, the next ones where.
    let Some((&count, rest)) = data.split_first() else { return };
    let Some((places, input)) = rest.split_at_checked(usize::from(count % 8)) else { return };
    let mut cuts: Vec<usize> =
        places.iter().map(|place| usize::from(*place) * (input.len() + 1) / 256).collect();
    cuts.extend([0, input.len()]);
    cuts.sort_unstable();
    let reads: Vec<&[u8]> = cuts.windows(2).map(|ends| &input[ends[0]..ends[1]]).collect();

    let lossy = decoding_agrees_with_std(input, &reads);
    counting_agrees_with_decoding(&lossy, &reads);
    for ends in cuts.windows(2) {
        a_window_agrees_with_the_whole(input, ends[0], ends[1]);
    }
    safe_text_is_safe(&lossy.text);
});

fn decoding_agrees_with_std(input: &[u8], reads: &[&[u8]]) -> Lossy {
    let (mut decoder, mut lossy) = (Decoder::new(), Lossy::default());
    for read in reads {
        decoder.decode(read, &mut lossy);
    }
    decoder.end(&mut lossy);
    assert_eq!(lossy.text, String::from_utf8_lossy(input));
    assert_eq!(lossy.characters, lossy.text.chars().count() as u64);
    let parts = input.utf8_chunks().map(|chunk| chunk.invalid()).filter(|part| !part.is_empty());
    assert!(lossy.malformed.iter().map(|part| part.bytes()).eq(parts));
    for part in &lossy.malformed {
        assert!(input[part.offset() as usize..].starts_with(part.bytes()));
    }
    lossy
}

fn counting_agrees_with_decoding(lossy: &Lossy, reads: &[&[u8]]) {
    let malformed = lossy.malformed.len() as u64;
    let mut expected = Counts { well_formed: lossy.characters - malformed, malformed, by_reason: [0; 7] };
    let mut in_blocks = BTreeMap::<u64, u64>::new();
    for part in &lossy.malformed {
        expected.by_reason[part.reason() as usize] += 1;
        *in_blocks.entry(part.offset() / BLOCK).or_default() += 1;
    }
    let (mut decoder, mut counts, mut marked) =
        (Decoder::new(), Counts::default(), BTreeMap::<u64, u64>::new());
    let mut mark = |offset, parts| *marked.entry(offset / BLOCK).or_default() += parts;
    for read in reads {
        decoder.count(read, &mut counts, &mut mark);
    }
    if !decoder.pending().is_empty() {
        mark(decoder.settled(), 1);
    }
    decoder.end(&mut counts);
    assert_eq!(counts, expected);
    assert_eq!(marked, in_blocks);
}

fn a_window_agrees_with_the_whole(input: &[u8], from: usize, to: usize) {
    for tail in [Tail::Open, Tail::Ended] {
        let whole = roles(&[], input, &[], tail);
        assert_eq!(whole.len(), input.len());
        let (before, body, after) = (&input[..from], &input[from..to], &input[to..]);
        assert_eq!(roles(before, body, after, tail), whole[from..to]);
        let (near, far) = (&before[from.saturating_sub(3)..], &after[..after.len().min(3)]);
        assert_eq!(roles(near, body, far, tail), whole[from..to]);
    }
}

fn safe_text_is_safe(text: &str) {
    for glyph in safe::glyphs(text) {
        assert!(safe::is_safe(glyph.as_str()), "{glyph:?}");
        assert!(matches!(glyph.width, 1 | 2), "{glyph:?}");
        assert_eq!(safe::width(glyph.as_str()), usize::from(glyph.width), "{glyph:?}");
    }
    let line = safe::line(text);
    assert_eq!(safe::line(&line), line);
}
