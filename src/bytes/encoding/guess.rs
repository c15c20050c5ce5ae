//! Which encoding some bytes are likely in.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};

use super::Encoding;
use crate::bytes::utf8::{Decoder, Malformed, Sink};

/// What was guessed, and on what grounds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Guess {
    /// The encoding.
    pub encoding: Encoding,
    /// Why, in a few words.
    pub why: &'static str,
}

/// Text of another encoding has hardly a character that looks like UTF-8; with so many for each malformed part, it is
/// UTF-8 that came to harm.
const MOSTLY: usize = 4;

/// The escape sequences of ISO-2022-JP other than that back to ASCII.
const ESCAPES: [&[u8]; 4] = [b"\x1b$@", b"\x1b$B", b"\x1b(J", b"\x1b(I"];

/// Guesses the encoding of a text from its beginning, which may end within a character.
///
/// The sure signs are asked first: byte order marks, zero bytes in every second place, well-formed UTF-8. What is left
/// is compared with the letters and pairs of letters that languages use.
#[must_use]
pub fn guess(bytes: &[u8]) -> Guess {
    let guess = |encoding, why| Guess { encoding, why };
    match bytes {
        [] => return guess(Encoding::UTF_8, "there is nothing to go by"),
        [0xef, 0xbb, 0xbf, ..] => return guess(Encoding::UTF_8, "it begins with a byte order mark"),
        [0xff, 0xfe, ..] => return guess(Encoding::UTF_16LE, "it begins with a byte order mark"),
        [0xfe, 0xff, ..] => return guess(Encoding::UTF_16BE, "it begins with a byte order mark"),
        _ => {}
    }
    if let Some(encoding) = two_by_two(bytes) {
        return guess(encoding, "every second byte is zero");
    }
    let escapes = bytes.windows(3).any(|window| ESCAPES.contains(&window));
    if bytes.is_ascii() {
        return match escapes {
            true => guess(Encoding::ISO_2022_JP, "it has escape sequences for Japanese"),
            false => guess(Encoding::ASCII, "every byte is below 80"),
        };
    }
    let mut found = Found::default();
    Decoder::new().decode(bytes, &mut found);
    match found {
        Found { beyond: 1.., malformed: 0 } => return guess(Encoding::UTF_8, "it is well-formed UTF-8"),
        Found { beyond: 1.., malformed } if found.beyond >= MOSTLY * malformed => {
            return guess(Encoding::UTF_8, "most of it is well-formed UTF-8");
        }
        _ => {}
    }
    let japanese = if escapes { Iso2022JpDetection::Allow } else { Iso2022JpDetection::Deny };
    let mut detector = EncodingDetector::new(japanese);
    detector.feed(bytes, true);
    guess(Encoding::of(detector.guess(None, Utf8Detection::Deny)), "its letters are usual there")
}

/// What there is of UTF-8.
#[derive(Default)]
struct Found {
    /// Characters beyond ASCII.
    beyond: usize,
    malformed: usize,
}

impl Sink for Found {
    fn text(&mut self, text: &str) {
        self.beyond += text.chars().filter(|ch| !ch.is_ascii()).count();
    }

    fn malformed(&mut self, _: Malformed) {
        self.malformed += 1;
    }
}

/// UTF-16 of a text in which at least half of the characters are below U+0100.
fn two_by_two(bytes: &[u8]) -> Option<Encoding> {
    let (pairs, _) = bytes.as_chunks::<2>();
    let zeros = |place: usize| pairs.iter().filter(|pair| pair[place] == 0).count();
    let [first, second] = [zeros(0), zeros(1)];
    let (most, few) = (pairs.len().div_ceil(2), pairs.len() / 8);
    match pairs.len() {
        0 | 1 => None,
        _ if second >= most && first <= few => Some(Encoding::UTF_16LE),
        _ if first >= most && second <= few => Some(Encoding::UTF_16BE),
        _ => None,
    }
}
