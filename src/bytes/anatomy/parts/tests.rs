//! The anatomy against the files in `tests/data/utf8`, against `std`, and against the decoder.

mod malformation;

use serde_json::Value;

use crate::bytes::anatomy::{ByteBits, ByteRole, Cells, Character, Malformation, PartialCharacter};
use crate::bytes::safe;
use crate::bytes::utf8::{Decoder, Lossy, Malformed, Reason};

const VECTORS: &str = include_str!("../../../../tests/data/utf8/vectors.json");
const ANATOMY: &str = include_str!("../../../../tests/data/utf8/anatomy.json");
const CONTROLS: &str = include_str!("../../../../tests/data/utf8/control_names.json");

/// The limit of a sentence: a screen has 80 columns, and other text stands before it.
const LONGEST: usize = 68;

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
fn each_broken(stream: &[u8], mut check: impl FnMut(usize, Malformation<'_>)) {
    for part in parts(stream) {
        let start = usize::try_from(part.offset()).unwrap();
        let end = start + part.bytes().len();
        let (before, after) = (&stream[start.saturating_sub(8)..start], &stream[end..]);
        check(start, Malformation::of(&part, before, &after[..after.len().min(8)]));
    }
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
        let role = match bits.role {
            ByteRole::Ascii => byte.is_ascii(),
            ByteRole::Continuation => ones.len() == 1,
            ByteRole::Lead(len) => {
                let begun = format!("start of {len} bytes");
                ones.len() == usize::from(len)
                    && bits.meaning() == begun
                    && PartialCharacter::of(&[byte]).is_some()
            }
            ByteRole::Invalid => parts(&[byte])[0].reason() == Reason::InvalidLead,
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
            let role = match bits.role {
                ByteRole::Ascii => "ascii",
                ByteRole::Continuation => "continuation",
                ByteRole::Lead(_) => "lead",
                ByteRole::Invalid => "none",
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
    assert_eq!(euro.why_so_many(), "U+20AC needs 14 bits; 3 bytes carry 16 bits (U+0800 to U+FFFF)");
    assert_eq!(euro.cells().to_string(), "1 cell");
    let han = Character::of('한');
    assert_eq!((han.script(), han.cells().to_string().as_str()), ("Hangul", "2 cells"));
    assert_eq!(Character::of('A').why_so_many(), "below 128: the byte is the character");
    let face = Character::of('😀');
    assert_eq!(face.why_so_many(), "U+1F600 needs 17 bits; 4 bytes carry 21 bits (U+10000 to U+10FFFF)");
    assert_eq!(face.utf16(), [0xd83d, 0xde00]);
    let acute = Character::of('\u{301}');
    assert_eq!((acute.script(), acute.cells().count()), ("Inherited", 0));
    assert_eq!(Character::of('\u{1b}').cells().to_string(), "shown as ␛ <ESC U+001B>");
    assert_eq!(Character::of('\u{202e}').cells().to_string(), "shown as ▯ <RLO U+202E>");
}

#[test]
fn every_beginning_waits_for_what_can_follow() {
    let mut beginnings: Vec<Vec<u8>> = (0..=u8::MAX).map(|byte| vec![byte]).collect();
    let mut seen = 0;
    while let Some(pending) = beginnings.pop() {
        let cut = str::from_utf8(&pending)
            .is_err_and(|error| error.valid_up_to() == 0 && error.error_len().is_none());
        let Some(waiting) = PartialCharacter::of(&pending) else {
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
        assert_eq!(PartialCharacter::of(no_beginning), None);
    }
}

#[test]
fn waiting_is_explained_in_a_line() {
    let explanation = |pending: &[u8]| {
        let waiting = PartialCharacter::of(pending).unwrap();
        (waiting.sentence(), waiting.outlook())
    };
    let line = |sentence: &str, outlook: &str| (sentence.to_owned(), outlook.to_owned());
    assert_eq!(
        explanation(b"\xe2\x82"),
        line("2 of 3 bytes; waiting for 1 more, 80 to bf", "it can become U+2080 to U+20BF")
    );
    assert_eq!(
        explanation(b"\xf0"),
        line("1 of 4 bytes; waiting for 3 more, first 90 to bf", "it can become U+10000 to U+3FFFF")
    );
}
