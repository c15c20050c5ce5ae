//! Detection of the likely encoding.

mod ebcdic;
mod utf16;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};

use crate::bytes::encoding::kinds::Encoding;
use crate::bytes::encoding::pieces::{Content, Pieces, reading};
use crate::bytes::encoding::reason::Reason;
use crate::bytes::encoding::utf32::ByteOrder;
use crate::bytes::utf8::{Decoder, Malformed, Sink};

/// The guessed encoding, and why.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Guess {
    /// The encoding.
    pub encoding: Encoding,
    /// The reason, in a few words.
    pub why: &'static str,
}

/// Text with at least this number of well-formed characters for each malformed part is damaged UTF-8: in text of other
/// encodings well-formed UTF-8 is rare.
const MOSTLY: usize = 4;

/// Text has at most one control character in this number of bytes.
const RARE: usize = 20;

/// Number of bytes that are examined for UTF-16 and UTF-32; a multiple of four.
const SAMPLE: usize = 4 * 1024;

/// A text with fewer bytes beyond ASCII counts as short.
const SHORT: usize = 16;

/// The escape sequences of ISO-2022-JP, except the one back to ASCII.
const ESCAPES: [&[u8]; 4] = [b"\x1b$@", b"\x1b$B", b"\x1b(J", b"\x1b(I"];

/// Guesses the encoding of a text from its start, which may end within a character.
///
/// Certain signs are tested first: byte order marks, zero bytes in every second place, well-formed UTF-8. Otherwise the
/// frequencies of letters and pairs of letters in languages decide.
#[must_use]
pub fn guess(bytes: &[u8]) -> Guess {
    let guess = |encoding, why| Guess { encoding, why };
    if bytes.is_empty() {
        return guess(Encoding::UTF_8, "there are no bytes");
    }
    if let Some(encoding) = marked(bytes) {
        return guess(encoding, "it starts with a byte order mark");
    }
    if let Some(order) = detect_utf16(bytes) {
        return guess(order.encoding(), "every second byte is zero");
    }
    if let Some(page) = ebcdic::page(&bytes[..bytes.len().min(SAMPLE)]) {
        return guess(page, "its letters and spaces are those of EBCDIC");
    }
    let controls = bytes.iter().filter(|byte| is_rare(**byte)).count();
    if let Some(wide) = wide(bytes, controls) {
        return wide;
    }
    let hardly_text = controls * RARE > bytes.len();
    let escapes = bytes.windows(3).any(|window| ESCAPES.contains(&window));
    if bytes.is_ascii() {
        return match escapes {
            true => guess(Encoding::ISO_2022_JP, "it has escape sequences for Japanese"),
            false if hardly_text => guess(Encoding::ASCII, "unsure: every byte is below 80, but hardly text"),
            false => guess(Encoding::ASCII, "every byte is below 80"),
        };
    }
    let high = bytes.iter().filter(|byte| !byte.is_ascii()).count();
    let mut found = Utf8Evidence::default();
    let mut decoder = Decoder::new();
    decoder.decode(bytes, &mut found);
    if found.malformed > 0
        && let Some(encoding) = of_surrogates(bytes)
    {
        return guess(encoding, "it is UTF-8 with pairs of surrogates");
    }
    match found {
        Utf8Evidence { beyond: 1.., malformed: 0, .. } if double_encoded(bytes).is_some() => {
            return guess(Encoding::UTF_8, "it is well-formed, perhaps encoded twice");
        }
        Utf8Evidence { beyond: 1.., malformed: 0, .. } => {
            return guess(Encoding::UTF_8, "it is well-formed UTF-8");
        }
        // A single byte may be a letter of another encoding.
        Utf8Evidence { malformed: 0, .. } if decoder.pending().len() > 1 => {
            return guess(Encoding::UTF_8, "it is well-formed so far, the last character is not complete");
        }
        Utf8Evidence { beyond: 1.., in_utf8, .. } if hardly_text && in_utf8 * 2 >= high => {
            return guess(Encoding::UTF_8, "it is binary with pieces of UTF-8");
        }
        Utf8Evidence { beyond: 1.., malformed, .. } if found.beyond >= MOSTLY * malformed => {
            return guess(Encoding::UTF_8, "most of it is well-formed UTF-8");
        }
        _ => {}
    }
    let japanese = if escapes { Iso2022JpDetection::Allow } else { Iso2022JpDetection::Deny };
    guess(by_letters(bytes, high, japanese), grounds(high, hardly_text))
}

/// The encoding of the byte order mark.
fn marked(bytes: &[u8]) -> Option<Encoding> {
    match bytes {
        [0xef, 0xbb, 0xbf, ..] => Some(Encoding::UTF_8),
        [0xff, 0xfe, 0, 0, ..] if is_clean(Encoding::UTF_32LE, bytes) => Some(Encoding::UTF_32LE),
        [0, 0, 0xfe, 0xff, ..] if is_clean(Encoding::UTF_32BE, bytes) => Some(Encoding::UTF_32BE),
        [0xff, 0xfe, ..] => Some(Encoding::UTF_16LE),
        [0xfe, 0xff, ..] => Some(Encoding::UTF_16BE),
        _ => None,
    }
}

/// Detects CESU-8 and Modified UTF-8, which have pairs of surrogates where UTF-8 has four bytes.
fn of_surrogates(bytes: &[u8]) -> Option<Encoding> {
    let is_pair = |six: &[u8]| matches!(six, [0xed, 0xa0..=0xaf, _, 0xed, 0xb0..=0xbf, _]);
    if !bytes.windows(6).any(is_pair) {
        return None;
    }
    [Encoding::CESU_8, Encoding::MUTF_8].into_iter().find(|encoding| is_clean(*encoding, bytes))
}

/// Whether the start of the bytes is well-formed; the end may cut a character.
fn is_clean(encoding: Encoding, bytes: &[u8]) -> bool {
    let (mut malformed, mut pieces) = (0, Pieces::new(encoding));
    let sample = &bytes[..bytes.len().min(SAMPLE)];
    pieces.decode(sample, |piece| malformed += usize::from(piece.malformed().is_some()));
    malformed == 0
}

/// The reason for a guess by letters; `high` is the number of bytes beyond ASCII.
const fn grounds(high: usize, hardly_text: bool) -> &'static str {
    match high {
        _ if hardly_text => "unsure: many control characters, hardly text",
        1 => "unsure: only 1 byte beyond ASCII",
        2 => "unsure: only 2 bytes beyond ASCII",
        3 => "unsure: only 3 bytes beyond ASCII",
        _ => "its characters beyond ASCII are common there",
    }
}

/// Detects UTF-16 and UTF-32 without a byte order mark. Such text has bytes that look like control characters, and text
/// in any other encoding has none: without control characters the answer is `None`.
fn wide(bytes: &[u8], controls: usize) -> Option<Guess> {
    if controls == 0 {
        return None;
    }
    let bytes = &bytes[..bytes.len().min(SAMPLE)];
    if let Some(order) = utf16::of_four(bytes) {
        let encoding = match order {
            ByteOrder::Little => Encoding::UTF_32LE,
            ByteOrder::Big => Encoding::UTF_32BE,
        };
        return Some(Guess {
            encoding,
            why: "in this order, all units of four bytes are text of one script",
        });
    }
    if str::from_utf8(bytes).is_ok_and(|text| !text.is_ascii()) {
        return None;
    }
    let encoding = utf16::of_two(bytes)?.encoding();
    Some(Guess { encoding, why: "in this order, all units of two bytes are text of one script" })
}

impl ByteOrder {
    const fn encoding(self) -> Encoding {
        match self {
            Self::Little => Encoding::UTF_16LE,
            Self::Big => Encoding::UTF_16BE,
        }
    }
}

/// Whether a byte is a control character that is rare in text: not tab, line feed, form feed, carriage return or
/// escape.
const fn is_rare(byte: u8) -> bool {
    byte < 0x20 && !matches!(byte, b'\t' | b'\n' | 0x0c | b'\r' | 0x1b) || byte == 0x7f
}

/// The original text, if these bytes are UTF-8 that was decoded as windows-1252 and encoded again (`Ã©` for `é`).
/// `None` if they are not, or if they have nothing beyond ASCII.
#[must_use]
pub fn double_encoded(bytes: &[u8]) -> Option<String> {
    let text = str::from_utf8(bytes).ok().filter(|text| !text.is_ascii())?;
    let (before, _, lost) = encoding_rs::WINDOWS_1252.encode(text);
    let meant = if lost { None } else { String::from_utf8(before.into_owned()).ok() };
    meant.filter(|meant| !meant.is_ascii())
}

/// Counts of a text as UTF-8.
#[derive(Default)]
struct Utf8Evidence {
    /// Number of characters beyond ASCII.
    beyond: usize,
    /// Number of bytes of these characters.
    in_utf8: usize,
    malformed: usize,
}

impl Sink for Utf8Evidence {
    fn text(&mut self, text: &str) {
        for ch in text.chars().filter(|ch| !ch.is_ascii()) {
            self.beyond += 1;
            self.in_utf8 += ch.len_utf8();
        }
    }

    fn malformed(&mut self, _: Malformed) {
        self.malformed += 1;
    }
}

/// Detects UTF-16 text in which at least half of the characters are below U+0100. Units that are surrogates in one of
/// the byte orders are ignored if that order has them only in pairs.
fn detect_utf16(bytes: &[u8]) -> Option<ByteOrder> {
    let (units, _) = bytes.as_chunks::<2>();
    let may_be_surrogate = |unit: &[u8; 2]| unit.iter().any(|byte| matches!(byte, 0xd8..=0xdf));
    let others: Vec<_> = units.iter().copied().filter(|unit| !may_be_surrogate(unit)).collect();
    if others.len() < 2 {
        return None;
    }
    let in_pairs = |order: &ByteOrder| others.len() == units.len() || utf16::decoded(bytes, *order).is_some();
    by_zeros(&others).filter(in_pairs).or_else(|| by_zeros(units))
}

/// The byte order in which at least half of the units have a zero high byte, and hardly any a zero low byte.
fn by_zeros(units: &[[u8; 2]]) -> Option<ByteOrder> {
    let zeros = |place: usize| units.iter().filter(|unit| unit[place] == 0).count();
    let [first, second] = [zeros(0), zeros(1)];
    let (most, few) = (units.len().div_ceil(2), units.len() / 8);
    match (first, second) {
        _ if second >= most && first <= few => Some(ByteOrder::Little),
        _ if first >= most && second <= few => Some(ByteOrder::Big),
        _ => None,
    }
}

/// The encoding in which the letters of the text are common; `high` is the number of bytes beyond ASCII. The detector
/// excludes an encoding in which the text ends within a character, and answers windows-1252 if no other fits. So the
/// text without its last byte decides, if that byte begins a character in the encoding found for it. For a short text
/// any answer other than windows-1252 is accepted: a Cyrillic word can look like a few Chinese characters and one more
/// byte.
fn by_letters(bytes: &[u8], high: usize, japanese: Iso2022JpDetection) -> Encoding {
    let detect = |bytes| {
        let mut detector = EncodingDetector::new(japanese);
        detector.feed(bytes, true);
        Encoding::of(detector.guess(None, Utf8Detection::Deny))
    };
    let whole = detect(bytes);
    let [before @ .., 0x80..=0xff] = bytes else { return whole };
    if whole != Encoding::WINDOWS_1252 && high < SHORT {
        return whole;
    }
    let shorter = detect(before);
    let read = reading(shorter, bytes);
    let cut =
        read.pieces.last().is_some_and(|piece| piece.content() == Content::Malformed(Reason::Incomplete));
    if cut && read.malformed() == 1 { shorter } else { whole }
}
