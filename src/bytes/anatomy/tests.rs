//! The anatomy against the files in `tests/data/utf8`, against `std`, and against the decoder.

use serde_json::Value;

use super::*;
use crate::bytes::safe;
use crate::bytes::utf8::{Decoder, Lossy, Malformed, Reason};

const VECTORS: &str = include_str!("../../../tests/data/utf8/vectors.json");
const ANATOMY: &str = include_str!("../../../tests/data/utf8/anatomy.json");
const CONTROLS: &str = include_str!("../../../tests/data/utf8/control_names.json");

/// A screen has 80 columns, and something stands before the sentence.
const LONGEST: usize = 66;

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

fn number(value: &Value) -> usize {
    usize::try_from(value.as_u64().unwrap()).unwrap()
}

fn bytes(value: &Value) -> Vec<u8> {
    let digits = value.as_str().unwrap();
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
}

fn parts(stream: &[u8]) -> Vec<Malformed> {
    let (mut decoder, mut lossy) = (Decoder::new(), Lossy::default());
    decoder.decode(stream, &mut lossy);
    decoder.end(&mut lossy);
    lossy.malformed
}

/// Each malformed part of a stream, with 8 bytes on each side.
fn each_broken(stream: &[u8], mut check: impl FnMut(usize, Broken<'_>)) {
    for part in parts(stream) {
        let start = usize::try_from(part.offset()).unwrap();
        let end = start + part.bytes().len();
        let (before, after) = (&stream[start.saturating_sub(8)..start], &stream[end..]);
        check(start, Broken::of(&part, before, &after[..after.len().min(8)]));
    }
}

/// Those of the vectors, and every two bytes that begin with no ASCII, with a few behind them.
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
fn every_byte_is_its_prefix_and_its_payload() {
    for byte in 0..=u8::MAX {
        let bits = ByteBits::of(byte);
        assert_eq!(bits.digits(), format!("{byte:08b}"));
        assert_eq!(format!("{}{}", bits.prefix(), bits.payload()), bits.digits());
        let ones = bits.prefix().trim_end_matches('0');
        assert!(ones.bytes().all(|digit| digit == b'1'), "{byte:02x}");
        assert_eq!(bits.prefix().len(), (ones.len() + 1).min(8), "{byte:02x}: all ones and one zero");
        assert!(!bits.meaning().is_empty() && bits.meaning().len() <= 35);
        let role = match bits.part {
            BitPart::Whole => byte.is_ascii(),
            BitPart::Later => ones.len() == 1,
            BitPart::First(len) => {
                let begun = format!("begins {len} bytes");
                ones.len() == usize::from(len) && bits.meaning() == begun && Waiting::of(&[byte]).is_some()
            }
            BitPart::Never => parts(&[byte])[0].reason() == Reason::InvalidLead,
        };
        assert!(role, "{byte:02x}");
    }
    for (byte, prefix, payload) in
        [(0xc0, "110", "00000"), (0xfb, "111110", "11"), (0xfd, "1111110", "1"), (0xfe, "11111110", "")]
    {
        let bits = ByteBits::of(byte);
        assert_eq!((bits.prefix(), bits.payload()), (prefix, payload));
    }
}

#[test]
fn characters_are_taken_apart_as_the_file_has_them() {
    let file: Value = serde_json::from_str(ANATOMY).unwrap();
    assert_eq!(list(&file).len(), 34);
    for entry in list(&file) {
        let ch = entry["char"].as_str().unwrap().chars().next().unwrap();
        let character = Character::of(ch);
        assert_eq!(character.ch(), ch);
        assert_eq!(u32::from(ch) as usize, number(&entry["dec"]));
        assert_eq!(character.code_point(), entry["code_point"].as_str().unwrap());
        match entry["name"].as_str() {
            Some(name) => assert_eq!(character.name(), name),
            None => assert!(character.name().starts_with('<'), "{}", character.name()),
        }
        assert_eq!(character.category().0, entry["gc"].as_str().unwrap());
        assert_eq!(character.utf8().len(), number(&entry["len"]));
        assert_eq!(character.utf8().len() == 1, entry["ascii"].as_bool().unwrap());
        assert_eq!(character.payload_bits(), entry["payload_bits"].as_str().unwrap());
        assert_eq!(character.template(), entry["template"].as_str().unwrap());
        assert_eq!(character.bits().count(), list(&entry["bytes"]).len());
        for (bits, byte) in character.bits().zip(list(&entry["bytes"])) {
            assert_eq!(vec![bits.byte], bytes(&byte["hex"]));
            assert_eq!(usize::from(bits.byte), number(&byte["dec"]));
            assert_eq!(bits.digits(), byte["bin"].as_str().unwrap());
            assert_eq!(bits.prefix(), byte["prefix"].as_str().unwrap());
            assert_eq!(bits.payload(), byte["payload"].as_str().unwrap());
            let role = match bits.part {
                BitPart::Whole => "ascii",
                BitPart::Later => "continuation",
                BitPart::First(_) => "lead",
                BitPart::Never => "none",
            };
            assert_eq!(role, byte["role"].as_str().unwrap());
        }
    }
}

#[test]
fn every_character_is_what_its_bits_say() {
    // All of the first two planes, and some of the others.
    for ch in (0..=0x10_ffff).filter_map(char::from_u32) {
        if u32::from(ch) > 0x2_0000 && u32::from(ch) % 0x101 != 0 {
            continue;
        }
        let character = Character::of(ch);
        assert_eq!(u32::from_str_radix(&character.payload_bits(), 2), Ok(u32::from(ch)));
        let digits: Vec<&str> = character.bits().map(ByteBits::digits).collect();
        let fits = |(digit, form)| form == 'x' || digit == form;
        assert!(digits.join(" ").chars().zip(character.template().chars()).all(fits), "{ch:?}");
        assert_eq!(char::decode_utf16(character.utf16()).collect::<Vec<_>>(), [Ok(ch)]);
        assert!(!character.name().is_empty() && character.name().is_ascii());
        assert!(character.why_so_many().len() <= LONGEST, "{}", character.why_so_many());
        let glyph = safe::glyph(ch);
        match character.cells() {
            Cells::Itself { cells } => assert_eq!((glyph.as_str(), glyph.width), (&*ch.to_string(), cells)),
            Cells::Mark => assert!(glyph.as_str().ends_with(ch)),
            Cells::StandIn { sign, tag } => {
                assert_eq!((glyph.as_str(), safe::tag(ch)), (&*sign.to_string(), Some(tag)));
            }
        }
    }
}

#[test]
fn what_has_no_name_has_a_label() {
    let controls: Value = serde_json::from_str(CONTROLS).unwrap();
    assert_eq!(controls.as_object().unwrap().len(), 65);
    for (code, control) in controls.as_object().unwrap() {
        let ch = char::from_u32(u32::from_str_radix(code, 16).unwrap()).unwrap();
        assert_eq!(Character::of(ch).name(), control["name"].as_str().unwrap());
    }
    for (ch, name) in [
        ('\u{e000}', "<private-use-E000>"),
        ('\u{10fffd}', "<private-use-10FFFD>"),
        ('\u{fffe}', "<noncharacter-FFFE>"),
        ('\u{fdd0}', "<noncharacter-FDD0>"),
        ('\u{1ffff}', "<noncharacter-1FFFF>"),
        ('\u{378}', "<reserved-0378>"),
        ('가', "HANGUL SYLLABLE GA"),
        ('\u{17000}', "TANGUT IDEOGRAPH-17000"),
        ('\u{20000}', "CJK UNIFIED IDEOGRAPH-20000"),
    ] {
        assert_eq!(Character::of(ch).name(), name);
    }
}

#[test]
fn a_character_says_what_kind_it_is() {
    let euro = Character::of('€');
    assert_eq!((euro.category(), euro.script()), (("Sc", "currency symbol"), "Common"));
    assert_eq!(euro.why_so_many(), "U+20AC needs 14 bits; 3 bytes carry 16 (U+0800 to U+FFFF)");
    assert_eq!(euro.cells().to_string(), "1 cell");
    let han = Character::of('한');
    assert_eq!((han.script(), han.cells().to_string().as_str()), ("Hangul", "2 cells"));
    assert_eq!(Character::of('A').why_so_many(), "below 128: the byte is the character");
    let face = Character::of('😀');
    assert_eq!(face.why_so_many(), "U+1F600 needs 17 bits; 4 bytes carry 21 (U+10000 to U+10FFFF)");
    assert_eq!(face.utf16(), [0xd83d, 0xde00]);
    let acute = Character::of('\u{301}');
    assert_eq!((acute.script(), acute.cells().count()), ("Inherited", 0));
    assert_eq!(Character::of('\u{1b}').cells().to_string(), "shown as ␛ <ESC U+001B>");
    assert_eq!(Character::of('\u{202e}').cells().to_string(), "shown as ▯ <RLO U+202E>");
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
            let found = broken.meant();
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
        (&b"\xc0\xaf"[..], "c0 af would be U+002F /, which is spelled 2f"),
        (b"\xed\xa0\xbd\xed\xb8\x80", "ed a0 bd ed b8 80 would be U+1F600 😀, which is spelled f0 9f 98 80"),
        (b"\xed\xa0\x80", "ed a0 80 would be U+D800, half of a UTF-16 pair"),
        (b"\xf4\x90\x80\x80", "f4 90 80 80 would be U+110000; U+10FFFF is the last"),
        (b"\xc0\x9b", "c0 9b would be U+001B ␛, which is spelled 1b"),
        (b"\xf0\x8d\xa0\x80", "f0 8d a0 80 would be U+D800, half of a UTF-16 pair"),
    ] {
        each_broken(sent, |start, broken| {
            let meant = broken.meant().unwrap();
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
        let meant = broken.meant().unwrap();
        found.push((start.checked_add_signed(meant.start).unwrap(), meant.len, meant.code_point));
    });
    found.dedup();
    assert_eq!(found, [(0, 3, 0xd801), (3, 6, 0x1_f600), (9, 3, 0xde01)]);
}

#[test]
fn each_rule_is_told_in_a_line() {
    for (stream, rule, bit, decoder) in [
        (
            &b"\xc0\xaf"[..],
            "c0 begins 2 bytes for a character below U+0080: 1 is enough",
            "byte 1: one of the first four payload bits must be 1 (c2 to df)",
            "one U+FFFD for this byte, 2 for c0 af",
        ),
        (
            b"\xe0\x80A",
            "e0 80 begins 3 bytes for a character below U+0800: 2 are enough",
            "byte 2: the first payload bit must be 1 (a0 to bf)",
            "one U+FFFD for this byte",
        ),
        (
            b"\xed\xa0",
            "ed a0 begins half of a UTF-16 pair, which is no character",
            "byte 2: the first payload bit must be 0 (80 to 9f)",
            "one U+FFFD for this byte",
        ),
        (
            b"\xf4\x90",
            "f4 90 begins a number above U+10FFFF, the last",
            "byte 2: the first two payload bits must be 0 (80 to 8f)",
            "one U+FFFD for this byte",
        ),
        (
            b"\xe2\x82A",
            "e2 82 begins 3 bytes, and 41 does not go on",
            "byte 3 does not begin with 10",
            "one U+FFFD for these 2 bytes",
        ),
        (
            b"\xf0\x9f\x98",
            "f0 9f 98 begins 4 bytes, and the stream ends",
            "byte 4 is missing",
            "one U+FFFD for these 3 bytes",
        ),
        (
            b"\x80",
            "80 only goes on a character, and none has begun",
            "byte 1 begins with 10, as only later bytes do",
            "one U+FFFD for this byte",
        ),
        (
            b"\xf8\x80",
            "f8 begins 5 bytes: a character has 4 at most",
            "byte 1: the fifth bit must be 0 (f0 to f4)",
            "one U+FFFD for this byte",
        ),
    ] {
        let mut told = Vec::new();
        each_broken(stream, |_, b| told.push((b.rule(), b.bit().sentence, b.decoder())));
        assert_eq!(told[0], (rule.to_owned(), bit, decoder.to_owned()));
    }
    let mut told = Vec::new();
    each_broken(b"\xc0\xaf", |_, broken| told.push(broken.rule()));
    assert_eq!(told[1], "af goes on what c0 began, which is broken");
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
            // Some other value of these bits, and no other change, makes the part the beginning of a character.
            let width = fault.bits.len();
            let shift = 8 - fault.bits.end;
            let mask = ((1_u16 << width) - 1) as u8;
            let head = &stream[start..start + fault.byte];
            let mended = (0..=mask).any(|value| {
                let changed = byte & !(mask << shift) | value << shift;
                let begun = [head, &[changed][..]].concat();
                changed.is_ascii() && head.is_empty()
                    || Waiting::of(&begun).is_some()
                    || str::from_utf8(&begun).is_ok()
            });
            assert!(mended, "{stream:02x?} at {start}: {fault:?}");
        });
    }
}

#[test]
fn a_lone_byte_is_read_as_latin() {
    let mut told = Vec::new();
    each_broken(b"caf\xe9! \x93Hi\x94 \xa0 \x81 \xff", |_, broken| {
        told.push(broken.alone().map(|alone| alone.to_string()));
    });
    let told: Vec<Option<&str>> = told.iter().map(Option::as_deref).collect();
    assert_eq!(
        told,
        [
            Some("e9 alone is é in Latin-1"),
            Some("93 alone is “ in windows-1252"),
            Some("94 alone is ” in windows-1252"),
            Some("a0 alone is <NBSP U+00A0> in Latin-1"),
            None,
            Some("ff alone is ÿ in Latin-1"),
        ]
    );
    each_broken(b"\xc0\xaf \xe2\x82!", |_, broken| assert_eq!(broken.alone(), None));
}

#[test]
fn every_beginning_waits_for_what_can_follow() {
    let mut beginnings: Vec<Vec<u8>> = (0..=u8::MAX).map(|byte| vec![byte]).collect();
    let mut seen = 0;
    while let Some(pending) = beginnings.pop() {
        let cut = str::from_utf8(&pending)
            .is_err_and(|error| error.valid_up_to() == 0 && error.error_len().is_none());
        let Some(waiting) = Waiting::of(&pending) else {
            assert!(!cut, "{pending:02x?}");
            continue;
        };
        assert!(cut, "{pending:02x?}");
        assert_eq!(waiting.bytes(), pending);
        assert_eq!(waiting.missing() + pending.len(), waiting.total());
        let follow = |byte: &u8| {
            let more = [&pending[..], &[*byte]].concat();
            str::from_utf8(&more).map_or_else(|error| error.error_len().is_none(), |_| true)
        };
        let possible: Vec<u8> = (0..=u8::MAX).filter(follow).collect();
        assert_eq!(waiting.next().collect::<Vec<_>>(), possible, "{pending:02x?}");
        let ends = waiting.possible();
        for (end, other) in [(*ends.start(), -1), (*ends.end(), 1)] {
            assert!(Character::of(end).utf8().starts_with(&pending), "{pending:02x?} {end:?}");
            let beyond = u32::from(end).checked_add_signed(other).and_then(char::from_u32);
            assert!(beyond.is_none_or(|ch| !Character::of(ch).utf8().starts_with(&pending)));
        }
        assert!(waiting.sentence().len() <= LONGEST && waiting.outlook().len() <= LONGEST);
        beginnings
            .extend(possible.iter().map(|byte| [&pending[..], &[*byte]].concat()).filter(|b| b.len() < 4));
        seen += 1;
    }
    // 51 lead bytes, what follows those of 3 and of 4, and what follows that.
    let (two, three) = (30, 32 + 13 * 64 + 32 + 64);
    let four = 48 + 3 * 64 + 16;
    assert_eq!(seen, two + 16 + 5 + three + four + four * 64);
    for no_beginning in
        [&b""[..], b"A", b"\x80", b"\xe2\x82\xac", b"\xe2A", b"\xc2\xc2", b"\xf0\x9f\x98\x80\x80"]
    {
        assert_eq!(Waiting::of(no_beginning), None);
    }
}

#[test]
fn waiting_is_told_in_a_line() {
    let told = |pending: &[u8]| {
        let waiting = Waiting::of(pending).unwrap();
        (waiting.sentence(), waiting.outlook())
    };
    let line = |sentence: &str, outlook: &str| (sentence.to_owned(), outlook.to_owned());
    assert_eq!(
        told(b"\xe2\x82"),
        line("2 of 3 bytes; waiting for 1 more, 80 to bf", "it can become U+2080 to U+20BF")
    );
    assert_eq!(
        told(b"\xf0"),
        line("1 of 4 bytes; waiting for 3 more, first 90 to bf", "it can become U+10000 to U+3FFFF")
    );
}
