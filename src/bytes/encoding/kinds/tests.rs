//! Encodings against the standard's own decoders, the vectors, and Python.

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::bytes::encoding::{
    Content, Decoder, Malformed, Piece, Pieces, Reason, Reversed, Sink, Unordered, double_encoded, guess,
    reading,
};
use crate::bytes::utf8::{self, Lossy};

mod cuts;
mod guesses;
mod programs;
mod python_strings;

const VECTORS: &str = include_str!("../../../../tests/data/utf8/vectors.json");

fn bytes(digits: &str) -> Vec<u8> {
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
}

fn named(label: &str) -> Encoding {
    Encoding::named(label).unwrap_or_else(|| panic!("{label}"))
}

/// Decoded text and malformed parts.
#[derive(Default, Debug, PartialEq)]
struct Decoded {
    text: String,
    parts: Vec<Malformed>,
}

impl Sink for Decoded {
    fn text(&mut self, text: &str) {
        assert!(!text.is_empty());
        self.text.push_str(text);
    }

    fn malformed(&mut self, part: Malformed) {
        self.text.push(char::REPLACEMENT_CHARACTER);
        self.parts.push(part);
    }
}

fn decoded<'p>(encoding: Encoding, pieces: impl IntoIterator<Item = &'p [u8]>) -> Decoded {
    let (mut decoder, mut result) = (Decoder::new(encoding), Decoded::default());
    for piece in pieces {
        decoder.decode(piece, &mut result);
    }
    decoder.end(&mut result);
    result
}

/// The expected text by `encoding_rs`; lossy for encodings that the standard does not have. Of those whose malformed
/// bytes need a decoder to be found, it is that of the other decoder.
fn standard(encoding: Encoding, stream: &[u8]) -> String {
    let replace = |byte: &u8| if byte.is_ascii() { char::from(*byte) } else { char::REPLACEMENT_CHARACTER };
    match encoding.0 {
        Kind::Utf8 => String::from_utf8_lossy(stream).into_owned(),
        Kind::Ascii => stream.iter().map(replace).collect(),
        Kind::Latin1 => stream.iter().map(|byte| char::from(*byte)).collect(),
        Kind::Whatwg(web) => web.decode_without_bom_handling(stream).0.into_owned(),
        Kind::CodePage(page) => stream.iter().map(|byte| page.character(*byte)).collect(),
        Kind::Utf32(_) => stream.chunks(4).map(|unit| wide(encoding, unit)).collect(),
        Kind::Utf7 | Kind::Cesu8(_) | Kind::Gsm | Kind::GsmPacked => reading(encoding, stream).text(),
    }
}

/// A unit of UTF-32.
fn wide(encoding: Encoding, unit: &[u8]) -> char {
    let number = <[u8; 4]>::try_from(unit).map(|unit| match encoding {
        Encoding::UTF_32LE => u32::from_le_bytes(unit),
        _ => u32::from_be_bytes(unit),
    });
    number.ok().and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// Bytes that are characters in many encodings, and bytes that are malformed.
fn streams() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        3 => vec(any::<u8>(), 0..8),
        2 => vec(0x80_u8.., 0..8),
        2 => "[ -~]{0,20}".prop_map(String::into_bytes),
        1 => "[é€한日本😀]{0,6}".prop_map(String::into_bytes),
        1 => "[é€한日本😀]{0,6}".prop_map(|text| text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        2 => prop::sample::select(vec![
            &b"\x1b$B"[..], b"\x1b(B", b"\x1b(J", b"\x1b(I", b"\x1b$@", b"0!", b"\x1b", b"\x1b$",
            b"\x81\x30\x81\x30", b"\x81\x30\x81", b"\x81\x30", b"\x88\x62", b"\x8f\xa2\xb7", b"\x8f\xa2",
            b"\x3d\xd8", b"\xd8\x3d", b"\x00\xde", b"\xde\x00",
            b"\xed\xa0\xbd", b"\xed\xb8\x80", b"\xed\xa0", b"\xc0\x80", b"\0",
            b"a\0\0\0", b"\0\0\0a", b"\0\xd8\0\0", b"\0\0\x11\0", b"\0\x11\0\0",
            b"+", b"-", b"+-", b"+AGE-", b"+AGF-", b"+2D3eAA-", b"+2D0", b"3gA", b"+AGEA", b"AGE", b"+3gA-",
            b"\x1be", b"\x1b\x1b", b"\x1b\x41",
        ]).prop_map(<[u8]>::to_vec),
    ];
    vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn all_ways_say_the_same(stream in streams(), step in 1..9_usize) {
        for encoding in Encoding::ALL {
            let expected = standard(encoding, &stream);
            let whole = decoded(encoding, [&stream[..]]);
            prop_assert_eq!(&whole.text, &expected, "{}", encoding);
            prop_assert_eq!(&decoded(encoding, stream.chunks(step)), &whole, "{} in pieces", encoding);

            let slow = reading(encoding, &stream);
            prop_assert_eq!(slow.text(), expected, "{} by pieces", encoding);
            let parts: Vec<_> = slow.pieces.iter().filter_map(Piece::malformed).collect();
            prop_assert_eq!(&parts, &whole.parts, "{} by pieces", encoding);
            prop_assert_eq!(slow.malformed(), parts.len());
            // Every byte is reported exactly once.
            let mut end = 0;
            for piece in &slow.pieces {
                let start = end;
                end += piece.bytes().len();
                prop_assert_eq!((piece.offset(), piece.bytes()), (start as u64, &stream[start..end]));
            }
            prop_assert_eq!(end, stream.len());
        }
    }

    #[test]
    fn pieces_do_not_depend_on_the_cuts(stream in streams(), step in 1..9_usize) {
        for encoding in Encoding::ALL {
            let (mut found, mut pieces) = (Vec::new(), Pieces::new(encoding));
            let mut taken = 0;
            for piece in stream.chunks(step) {
                pieces.decode(piece, |piece| found.push(piece));
                taken += piece.len() as u64;
                prop_assert_eq!(pieces.offset(), taken);
                let decoded_bytes: usize = found.iter().map(|piece| piece.bytes().len()).sum();
                prop_assert_eq!(decoded_bytes + pieces.pending().len(), taken as usize);
            }
            pieces.end(|piece| found.push(piece));
            prop_assert_eq!(found, reading(encoding, &stream).pieces, "{}", encoding);
        }
    }
}

#[test]
fn every_name_finds_its_encoding_and_no_two_are_alike() {
    let names: BTreeSet<&str> = Encoding::ALL.iter().map(|encoding| encoding.name()).collect();
    assert_eq!(names.len(), Encoding::ALL.len());
    for encoding in Encoding::ALL {
        assert_eq!(Encoding::named(encoding.name()), Some(encoding));
        assert_eq!(Encoding::named(&encoding.name().to_uppercase()), Some(encoding));
    }
    for (label, name) in [
        (" utf8 ", "UTF-8"),
        ("US-ASCII", "ASCII"),
        ("iso-8859-1", "Latin-1"),
        ("latin1", "Latin-1"),
        ("cp1252", "windows-1252"),
        ("sjis", "Shift_JIS"),
        ("gb2312", "GBK"),
        ("utf-16", "UTF-16LE"),
        ("l9", "ISO-8859-15"),
        ("CP936", "GBK"),
        ("cp932", "Shift_JIS"),
        ("cp949", "EUC-KR"),
        ("cp950", "Big5"),
        ("utf8", "UTF-8"),
        ("utf16", "UTF-16LE"),
        ("utf16le", "UTF-16LE"),
        ("UTF16BE", "UTF-16BE"),
    ] {
        assert_eq!(named(label).name(), name);
    }
    for unknown in ["", "replacement", "utf-9", "cp", "cp0", "cp1148", "ibm-", "ibm+37", "ebcdic-de"] {
        assert_eq!(Encoding::named(unknown), None);
    }
}

#[test]
fn a_mark_names_the_order_of_a_label_that_names_none() {
    for label in ["utf-16", "UTF16", " utf_16 ", "ucs-2", "unicode"] {
        assert_eq!(Unordered::named(label), Some(Unordered::Utf16), "{label}");
    }
    for label in ["utf-32", "UTF32", "ucs-4"] {
        assert_eq!(Unordered::named(label), Some(Unordered::Utf32), "{label}");
    }
    for label in ["utf-16le", "UTF-16BE", "unicodefeff", "utf-8", "utf16le", "utf-32le", ""] {
        assert_eq!(Unordered::named(label), None, "{label}");
    }
    let (little, big) = (Encoding::UTF_16LE, Encoding::UTF_16BE);
    let order = |bytes| Unordered::Utf16.order(bytes);
    assert_eq!((order(b"\xff\xfea\0"), order(b"\xfe\xff\0a")), (Some(little), Some(big)));
    assert_eq!((order(b"a\0"), order(b"\xfe"), order(b"")), (None, None, None));

    let reversed = |encoding, bytes: &[u8]| Reversed::find(encoding, bytes).map(|found| found.marked);
    assert_eq!(reversed(little, b"\xfe\xff\0a"), Some(big));
    assert_eq!(reversed(big, b"\xff\xfea\0"), Some(little));
    assert_eq!((reversed(little, b"\xff\xfea\0"), reversed(big, b"\0a\xff\xfe")), (None, None));
    assert_eq!(reversed(Encoding::UTF_8, b"\xfe\xff"), None);

    let (little, big) = (Encoding::UTF_32LE, Encoding::UTF_32BE);
    let order = |bytes| Unordered::Utf32.order(bytes);
    assert_eq!((order(b"\xff\xfe\0\0"), order(b"\0\0\xfe\xff")), (Some(little), Some(big)));
    assert_eq!((order(b"\xff\xfea\0"), order(b"\xfe\xff\0\0")), (None, None));
    assert_eq!(reversed(little, b"\0\0\xfe\xff"), Some(big));
    assert_eq!(reversed(Encoding::UTF_16LE, b"\xff\xfe\0\0"), None);
}

#[test]
fn a_decoder_can_begin_behind_a_mark() {
    for (encoding, rest) in
        [(Encoding::UTF_8, &b"a\xff"[..]), (Encoding::ASCII, b"a\xff"), (named("sjis"), b"a\xff")]
    {
        let mut result = Decoded::default();
        Decoder::starting_at(2, encoding).decode(rest, &mut result);
        let mut pieces = Vec::new();
        Pieces::starting_at(2, encoding).decode(rest, |piece| pieces.push(piece.offset()));
        assert_eq!(result.parts.iter().map(Malformed::offset).collect::<Vec<_>>(), [3], "{encoding}");
        assert_eq!(pieces, [2, 3], "{encoding}");
    }
}

#[test]
fn latin_1_is_the_true_one() {
    let quoted = b"\x93caf\xe9\x94";
    assert_eq!(reading(Encoding::LATIN_1, quoted).text(), "\u{93}café\u{94}");
    assert_eq!(reading(Encoding::WINDOWS_1252, quoted).text(), "“café”");
    let ascii = reading(Encoding::ASCII, quoted);
    assert_eq!((ascii.text().as_str(), ascii.malformed()), ("\u{fffd}caf\u{fffd}\u{fffd}", 3));
}

#[test]
fn characters_of_several_bytes_keep_them_together() {
    let pieces = |label: &str, bytes: &[u8]| -> Vec<(Vec<u8>, Content)> {
        let read = reading(named(label), bytes);
        read.pieces.iter().map(|piece| (piece.bytes().to_vec(), piece.content())).collect()
    };
    let one = |bytes: &[u8], ch: char| (bytes.to_vec(), Content::Character(ch));
    let wrong = |bytes: &[u8], reason| (bytes.to_vec(), Content::Malformed(reason));
    assert_eq!(pieces("sjis", b"\x93\xfaA"), [one(b"\x93\xfa", '日'), one(b"A", 'A')]);
    assert_eq!(pieces("utf-16le", b"\x3d\xd8\x00\xde"), [one(b"\x3d\xd8\x00\xde", '😀')]);
    assert_eq!(
        pieces("utf-16be", b"\xd8\x3d\x00A\xdc\x00\x00"),
        [
            wrong(b"\xd8\x3d", Reason::Surrogate),
            one(b"\x00A", 'A'),
            wrong(b"\xdc\x00", Reason::Surrogate),
            wrong(b"\x00", Reason::Incomplete)
        ]
    );
    assert_eq!(pieces("gb18030", b"\x81\x30\x81\x30"), [one(b"\x81\x30\x81\x30", '\u{80}')]);
    assert_eq!(pieces("big5", b"\x88\x62"), [one(b"\x88\x62", 'Ê'), one(b"", '\u{304}')]);
    assert_eq!(
        pieces("iso-2022-jp", b"\x1b$B0!0!\x1b(Ba\x1b(B"),
        [
            one(b"\x1b$B0!", '亜'),
            one(b"0!", '亜'),
            one(b"\x1b(Ba", 'a'),
            (b"\x1b(B".to_vec(), Content::Shift)
        ]
    );
    assert_eq!(pieces("euc-kr", b"\xb0"), [wrong(b"\xb0", Reason::Incomplete)]);
    assert_eq!(pieces("windows-1253", b"\xd2"), [wrong(b"\xd2", Reason::Unmapped)]);
    let euro = wrong(b"\xe2\x82", Reason::Utf8(utf8::Reason::Incomplete));
    assert_eq!(pieces("utf-8", b"\xef\xbb\xbf\xe2\x82"), [one(b"\xef\xbb\xbf", '\u{feff}'), euro]);
}

#[test]
fn utf_8_is_what_its_own_decoder_says() {
    let file: Value = serde_json::from_str(VECTORS).unwrap();
    for vector in file["vectors"].as_array().unwrap() {
        let stream = bytes(vector["hex"].as_str().unwrap());
        let (mut decoder, mut lossy) = (utf8::Decoder::new(), Lossy::default());
        decoder.decode(&stream, &mut lossy);
        decoder.end(&mut lossy);
        let result = decoded(Encoding::UTF_8, [&stream[..]]);
        assert_eq!((&result.text, result.parts.len()), (&lossy.text, lossy.malformed.len()));
        for (part, expected) in result.parts.iter().zip(lossy.malformed) {
            assert_eq!(*part, expected.into());
            assert_eq!(part.reason().word(), expected.reason().word());
        }
        assert_eq!(reading(Encoding::UTF_8, &stream).text(), lossy.text);
    }
}

#[test]
fn a_guess_has_its_grounds() {
    let encoded = |label: &str, text: &str| match named(label).0 {
        Kind::Whatwg(web) => web.encode(text).0.into_owned(),
        _ => panic!("{label}"),
    };
    let utf16 = |text: &str, to: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(to).collect::<Vec<u8>>();
    let russian = "Все люди рождаются свободными и равными в своем достоинстве и правах.";
    let japanese = "すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。";
    for (bytes, name) in [
        (b"".to_vec(), "UTF-8"),
        (b"plain".to_vec(), "ASCII"),
        (b"caf\xc3\xa9".to_vec(), "UTF-8"),
        // Cut within a character.
        (b"caf\xc3\xa9 \xe2\x82".to_vec(), "UTF-8"),
        (b"ab\xe2\x82".to_vec(), "UTF-8"),
        (b"caf\xe9".to_vec(), "windows-1252"),
        ("日本語 €".repeat(4).into_bytes().into_iter().chain([0xff]).collect(), "UTF-8"),
        (b"\xef\xbb\xbfa".to_vec(), "UTF-8"),
        (b"\xff\xfea\0".to_vec(), "UTF-16LE"),
        (b"\xfe\xff\0a".to_vec(), "UTF-16BE"),
        (utf16("hi there", u16::to_le_bytes), "UTF-16LE"),
        (utf16("hi thére €", u16::to_be_bytes), "UTF-16BE"),
        (b"\0\0\0\0\0\0\0\x01".to_vec(), "ASCII"),
        // KOI8-U has all letters of KOI8-R at the same code positions.
        (encoded("koi8-r", russian), "KOI8-U"),
        (encoded("windows-1251", russian), "windows-1251"),
        (encoded("sjis", japanese), "Shift_JIS"),
        (encoded("euc-jp", japanese), "EUC-JP"),
        (encoded("iso-2022-jp", japanese), "ISO-2022-JP"),
    ] {
        let guessed = guess(&bytes);
        assert_eq!(guessed.encoding.name(), name, "{bytes:02x?}: {}", guessed.why);
        assert!(!guessed.why.is_empty());
    }
}

/// UTF-16 and UTF-32 without a mark, in both orders.
#[test]
fn wide_units_are_recognised_without_zeros_and_marks() {
    for text in [
        "Привет, мир! Это просто строка текста.\r\n",
        "这是一个简单的中文句子，没有任何标记。\n",
        "これは印のない日本語の文です。カタカナも。\n",
        "안녕하세요, 세계! 이것은 문장입니다.\n",
        "Γειά σου Κόσμε\n",
    ] {
        let units = || text.encode_utf16();
        let little: Vec<u8> = units().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = units().flat_map(u16::to_be_bytes).collect();
        assert_eq!(guess(&little).encoding, Encoding::UTF_16LE, "{text}: {}", guess(&little).why);
        assert_eq!(guess(&big).encoding, Encoding::UTF_16BE, "{text}: {}", guess(&big).why);
        // Cut within the last unit.
        assert_eq!(guess(&little[..little.len() - 1]).encoding, Encoding::UTF_16LE, "{text}");
        let little: Vec<u8> = text.chars().flat_map(|ch| u32::from(ch).to_le_bytes()).collect();
        let big: Vec<u8> = text.chars().flat_map(|ch| u32::from(ch).to_be_bytes()).collect();
        assert_eq!(guess(&little).encoding, Encoding::UTF_32LE, "{text}: {}", guess(&little).why);
        assert_eq!(guess(&big).encoding, Encoding::UTF_32BE, "{text}: {}", guess(&big).why);
    }
}

/// Text in another encoding is not guessed as UTF-16, even if pairs of its bytes are Chinese characters.
#[test]
fn other_texts_are_not_taken_for_wide_units() {
    let encoded = |label: &str, text: &str| match named(label).0 {
        Kind::Whatwg(web) => web.encode(text).0.into_owned(),
        _ => panic!("{label}"),
    };
    for (bytes, name) in [
        (b"Bush hid the events".to_vec(), "ASCII"),
        (b"this app can break".to_vec(), "ASCII"),
        (b"caf\xe9 \xe0 la cr\xe8me, tr\xe8s bon\n".to_vec(), "windows-1252"),
        (encoded("gbk", "简单的中文句子，没有标记"), "GBK"),
        (encoded("sjis", "日本語の文です"), "Shift_JIS"),
        (encoded("windows-1251", "Привет, мир! Это просто строка текста."), "windows-1251"),
    ] {
        assert_eq!(guess(&bytes).encoding.name(), name, "{bytes:02x?}: {}", guess(&bytes).why);
    }
}

#[test]
fn bytes_that_are_hardly_text_are_said_so() {
    for bytes in [&b"\0\0\0\0\0\0\0\x01"[..], b"ab\x01\x02cd\x03", b"\x7fELF\x02\x01\x01\0\0\0"] {
        let guessed = guess(bytes);
        assert_eq!(guessed.encoding, Encoding::ASCII);
        assert!(guessed.why.contains("hardly text"), "{bytes:02x?}: {}", guessed.why);
    }
    let frames = [&b"\0\x08\xff\0\x1d\x41\xac\0\0\0\0\x11"[..], "Gerät bereit ✓".as_bytes()].concat();
    let guessed = guess(&frames.repeat(3));
    assert_eq!((guessed.encoding, guessed.why), (Encoding::UTF_8, "it is binary with pieces of UTF-8"));
}

#[test]
fn what_was_encoded_twice_is_found() {
    assert_eq!(double_encoded("Ã©tÃ© â‚¬".as_bytes()).as_deref(), Some("été €"));
    for text in ["été €", "Ã", "plain", "日本語", ""] {
        assert_eq!(double_encoded(text.as_bytes()), None, "{text}");
    }
    assert_eq!(double_encoded(b"\xc3\xa9\xff"), None);
    assert!(guess("Ã©tÃ© â‚¬".as_bytes()).why.contains("encoded twice"));
}

#[test]
fn a_guess_says_when_there_is_not_much_behind_it() {
    assert!(guess(b"caf\xe9 x").why.contains("unsure: only 1 byte beyond ASCII"));
    assert!(guess(b"\x00\x01\x02\x03\x04\xff\xfe\x89PNG\xe2\xfc").why.contains("hardly text"));
    assert!(guess(b"ab\xe2\x82").why.contains("not complete"));
}
