//! Malformed parts: the explanations are true of the bytes.

use super::*;

/// The malformed parts of the vectors, and every pair of bytes that starts beyond ASCII, followed by a few others.
fn broken_streams() -> Vec<Vec<u8>> {
    let file: Value = serde_json::from_str(VECTORS).unwrap();
    let mut streams: Vec<Vec<u8>> = list(&file["vectors"]).iter().map(|v| bytes(&v["hex"])).collect();
    for first in 0x80..=u8::MAX {
        for second in 0..=u8::MAX {
            for behind in [&b""[..], b"\x80\xbf", b"\xbf\x80\x80\x80", b"A"] {
                streams.push([&[first, second][..], behind].concat());
            }
        }
    }
    streams
}

#[test]
fn each_part_of_the_vectors_was_meant_as_they_explain_it() {
    let file: Value = serde_json::from_str(VECTORS).unwrap();
    let mut explained = 0;
    for vector in list(&file["vectors"]) {
        let stream = bytes(&vector["hex"]);
        each_broken(&stream, |start, broken| {
            let expected = list(&vector["explain"]).iter().find(|meant| {
                let from = number(&meant[0]);
                (from..from + number(&meant[1])).contains(&start)
            });
            let found = broken.intended();
            assert_eq!(found.is_some(), expected.is_some(), "{} at {start}", vector["id"]);
            let (Some(found), Some(expected)) = (found, expected) else { return };
            let from = start.checked_add_signed(found.start).unwrap();
            assert_eq!((from, found.len), (number(&expected[0]), number(&expected[1])), "{}", vector["id"]);
            assert_eq!(found.kind.word(), expected[2].as_str().unwrap().replace('_', "-"));
            assert_eq!(found.code_point as usize, number(&expected[3]));
            assert_eq!(found.sent(), &stream[from..from + found.len]);
            explained += 1;
        });
    }
    assert!(explained > 100);
}

#[test]
fn what_was_meant_is_spelled_as_it_should_be() {
    for (sent, sentence) in [
        (&b"\xc0\xaf"[..], "intended: c0 af for U+002F \"/\", correctly encoded as 2f"),
        (
            b"\xed\xa0\xbd\xed\xb8\x80",
            "intended: ed a0 bd ed b8 80 for U+1F600 \"😀\", correctly encoded as f0 9f 98 80",
        ),
        (b"\xed\xa0\x80", "intended: ed a0 80 for U+D800, half of a UTF-16 pair"),
        (b"\xf4\x90\x80\x80", "intended: f4 90 80 80 for U+110000, but U+10FFFF is the last code point"),
        (b"\xc0\x9b", "intended: c0 9b for U+001B \"␛\", correctly encoded as 1b"),
        (b"\xf0\x8d\xa0\x80", "intended: f0 8d a0 80 for U+D800, half of a UTF-16 pair"),
    ] {
        each_broken(sent, |start, broken| {
            let meant = broken.intended().unwrap();
            assert_eq!((meant.sentence().as_str(), meant.start), (sentence, -(start as isize)));
            if let Some(spelling) = meant.spelling() {
                assert!(parts(spelling).is_empty());
                assert_eq!(
                    str::from_utf8(spelling).unwrap().chars().map(u32::from).collect::<Vec<_>>(),
                    [meant.code_point]
                );
            }
        });
    }
}

#[test]
fn halves_of_pairs_find_each_other() {
    // High, high, low, low: the inner two are a pair.
    let stream = b"\xed\xa0\x81\xed\xa0\xbd\xed\xb8\x80\xed\xb8\x81";
    let mut found = Vec::new();
    each_broken(stream, |start, broken| {
        let meant = broken.intended().unwrap();
        found.push((start.checked_add_signed(meant.start).unwrap(), meant.len, meant.code_point));
    });
    found.dedup();
    assert_eq!(found, [(0, 3, 0xd801), (3, 6, 0x1_f600), (9, 3, 0xde01)]);
}

#[test]
fn each_rule_is_explained_in_a_line() {
    for (stream, rule, bit, decoder) in [
        (
            &b"\xc0\xaf"[..],
            "c0 would start 2 bytes for a character below U+0080 (overlong)",
            "byte 1: one of the first four payload bits must be 1 (c2 to df)",
            "shown as U+FFFD once by most decoders, 2 times for c0 af",
        ),
        (
            b"\xe0\x80A",
            "e0 80 would start 3 bytes for a character below U+0800 (overlong)",
            "byte 2: the first payload bit must be 1 (a0 to bf)",
            "shown as U+FFFD once by most decoders",
        ),
        (
            b"\xed\xa0",
            "ed a0 would start half of a UTF-16 pair, which is not a character",
            "byte 2: the first payload bit must be 0 (80 to 9f)",
            "shown as U+FFFD once by most decoders",
        ),
        (
            b"\xf4\x90",
            "f4 90 would start a number above U+10FFFF, the last code point",
            "byte 2: the first two payload bits must be 0 (80 to 8f)",
            "shown as U+FFFD once by most decoders",
        ),
        (
            b"\xe2\x82A",
            "e2 82 starts a 3-byte character, but 41 cannot continue it",
            "byte 3 does not start with 10",
            "shown as U+FFFD once by most decoders for these 2 bytes",
        ),
        (
            b"\xf0\x9f\x98",
            "f0 9f 98 starts a 4-byte character, but the stream ends",
            "byte 4 is missing",
            "shown as U+FFFD once by most decoders for these 3 bytes",
        ),
        (
            b"\x80",
            "80 is a continuation byte, but no character has started",
            "it starts with 10, as only continuation bytes do",
            "shown as U+FFFD once by most decoders",
        ),
        (
            b"\xf8\x80",
            "f8 would start 5 bytes, but a character has 4 at most",
            "byte 1: only c2 to f4 start a longer character",
            "shown as U+FFFD once by most decoders",
        ),
    ] {
        let mut explanations = Vec::new();
        each_broken(stream, |_, b| explanations.push((b.rule(), b.bit().sentence, b.decoder())));
        assert_eq!(explanations[0], (rule.to_owned(), bit, decoder.to_owned()));
    }
    let mut explanations = Vec::new();
    each_broken(b"\xc0\xaf", |_, broken| explanations.push(broken.rule()));
    assert_eq!(explanations[1], "af would continue c0, which is itself invalid");
}

#[test]
fn sentences_are_short_and_other_bits_would_do() {
    for stream in broken_streams() {
        each_broken(&stream, |start, broken| {
            for sentence in [&*broken.rule(), broken.bit().sentence, &broken.decoder()] {
                let line = safe::line(sentence);
                assert!(safe::width(sentence) <= LONGEST && line == sentence, "{sentence:?}");
            }
            let fault = broken.bit();
            let Some(&byte) = stream.get(start + fault.byte).filter(|_| !fault.bits.is_empty()) else {
                assert_eq!(parts(&stream)[parts(&stream).len() - 1].reason(), Reason::Incomplete);
                return;
            };
            // Changing only these bits makes the bytes valid, or invalid only at a later bit.
            let shift = 8 - fault.bits.end;
            let mask = ((1_u16 << fault.bits.len()) - 1) as u8;
            let mended = (0..=mask).any(|value| {
                let mut begun = stream[start..=start + fault.byte].to_vec();
                begun[fault.byte] = byte & !(mask << shift) | value << shift;
                parts(&begun).first().is_none_or(|part| {
                    let other = Malformation::of(part, &[], &begun[part.bytes().len()..]).bit();
                    (other.byte, other.bits.start) > (fault.byte, fault.bits.start)
                })
            });
            assert!(mended, "{stream:02x?} at {start}: {fault:?}");
        });
    }
}

#[test]
fn a_lone_byte_is_read_as_latin() {
    let mut explanations = Vec::new();
    each_broken(b"caf\xe9! \x93Hi\x94 \xa0 \x81 \xff", |_, broken| {
        explanations.push(broken.single_byte().map(|alone| alone.to_string()));
    });
    let explanations: Vec<Option<&str>> = explanations.iter().map(Option::as_deref).collect();
    assert_eq!(
        explanations,
        [
            Some("e9 alone is é in Latin-1"),
            Some("93 alone is “ in windows-1252"),
            Some("94 alone is ” in windows-1252"),
            Some("a0 alone is <NBSP U+00A0> in Latin-1"),
            None,
            Some("ff alone is ÿ in Latin-1"),
        ]
    );
    each_broken(b"\xc0\xaf \xe2\x82!", |_, broken| assert_eq!(broken.single_byte(), None));
}
