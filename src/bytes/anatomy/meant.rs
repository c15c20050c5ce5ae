//! What the sender of malformed bytes seems to have meant.
//!
//! A decoder gives up at the first byte that cannot be right, so that one wrong character becomes several malformed
//! parts: `c0 af` is two. A reader who looks for the cause wants them together again. They are read here by the older and
//! laxer rules that such senders follow: up to 6 bytes (RFC 2279), longer forms than needed, halves of UTF-16 pairs.

use super::character::Character;
use super::{code_point, spaced};
use crate::bytes::safe;

/// Bytes behind the first of the longest form, 6 bytes.
const REACH: usize = 5;

/// What is wrong with what was meant.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum MeantKind {
    /// A character in more bytes than it needs.
    Overlong,
    /// One half of a UTF-16 pair, in three bytes; no character.
    Surrogate,
    /// A number above U+10FFFF; no character.
    AboveMaximum,
    /// Both halves of a UTF-16 pair, in three bytes each: CESU-8 (Unicode Technical Report #26).
    Cesu8Pair,
}

impl MeantKind {
    /// The word for it, in JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Overlong => "overlong",
            Self::Surrogate => "surrogate",
            Self::AboveMaximum => "above-maximum",
            Self::Cesu8Pair => "cesu8-pair",
        }
    }
}

/// What one or more malformed parts seem to have been meant as.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Meant {
    /// Where it begins, in bytes from the first byte of the part that was asked about; 0 or below.
    pub start: isize,
    /// Its bytes, 2 to 6.
    pub bytes: [u8; 6],
    /// How many they are.
    pub len: usize,
    /// What is wrong with it.
    pub kind: MeantKind,
    /// The number that its payload bits carry, up to 2³¹.
    pub code_point: u32,
    /// The character, if it is one: its bytes are how it should have been spelled.
    pub character: Option<Character>,
}

impl Meant {
    /// The bytes as they were sent.
    #[must_use]
    pub fn sent(&self) -> &[u8] {
        &self.bytes[..self.len.min(self.bytes.len())]
    }

    /// The bytes that would have been well-formed, if there are any.
    #[must_use]
    pub fn spelling(&self) -> Option<&[u8]> {
        self.character.as_ref().map(Character::utf8)
    }

    /// `intended: c0 af for U+002F "/", correctly encoded as 2f`.
    #[must_use]
    pub fn sentence(&self) -> String {
        format!("intended: {}", self.intended())
    }

    /// The same without the first word: `c0 af for U+002F "/", correctly encoded as 2f`.
    #[must_use]
    pub fn intended(&self) -> String {
        let (sent, number) = (spaced(self.sent()), code_point(self.code_point));
        match (self.kind, self.character) {
            (_, Some(character)) => format!(
                "{sent} for {number} \"{}\", correctly encoded as {}",
                safe::glyph(character.ch()).as_str(),
                spaced(character.utf8())
            ),
            (MeantKind::AboveMaximum, None) => {
                format!("{sent} for {number}, but U+10FFFF is the last code point")
            }
            (_, None) => format!("{sent} for {number}, half of a UTF-16 pair"),
        }
    }
}

/// What `part`, between `before` and `after`, belongs to; `None` when it is just wrong.
pub(super) fn find(part: &[u8], before: &[u8], after: &[u8]) -> Option<Meant> {
    let near = &before[before.len().saturating_sub(REACH + 3)..];
    let window = [near, part, &after[..after.len().min(REACH)]].concat();
    let asked = near.len();
    // Only its first byte is no continuation.
    let lead = window.get(..=asked)?.iter().rposition(|byte| !matches!(byte, 0x80..=0xbf))?;
    let (len, value) = form(&window[lead..])?;
    if lead + len <= asked {
        return None;
    }
    let found = |start: usize, len: usize, kind: MeantKind, code_point: u32| {
        let mut bytes = [0; 6];
        bytes[..len].copy_from_slice(&window[start..start + len]);
        let start = start as isize - asked as isize;
        let character = char::from_u32(code_point).map(Character::of);
        Some(Meant { start, bytes, len, kind, code_point, character })
    };
    if let (3, 0xd800..=0xdfff) = (len, value) {
        let high = if value < 0xdc00 { Some(lead) } else { lead.checked_sub(3) };
        if let Some((high, pair)) = high.and_then(|high| Some((high, pair(&window[high..])?))) {
            return found(high, 6, MeantKind::Cesu8Pair, pair);
        }
    }
    match value {
        0xd800..=0xdfff => found(lead, len, MeantKind::Surrogate, value),
        0x11_0000.. => found(lead, len, MeantKind::AboveMaximum, value),
        // Well-formed, so it is no malformed part that was asked about.
        _ if char::from_u32(value).is_none_or(|ch| ch.len_utf8() == len) => None,
        _ => found(lead, len, MeantKind::Overlong, value),
    }
}

/// How many bytes the form has that `bytes` begin with, 2 to 6, and the number it carries.
fn form(bytes: &[u8]) -> Option<(usize, u32)> {
    let (lead, behind) = bytes.split_first()?;
    let len = match lead {
        0xc0..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf7 => 4,
        0xf8..=0xfb => 5,
        0xfc..=0xfd => 6,
        _ => return None,
    };
    let rest = behind.get(..len - 1)?;
    rest.iter()
        .try_fold(u32::from(lead & (0x7f >> len)), |value, byte| {
            matches!(byte, 0x80..=0xbf).then_some(value << 6 | u32::from(byte & 0x3f))
        })
        .map(|value| (len, value))
}

/// The character of the UTF-16 pair that `bytes` begin with, each half in three bytes.
fn pair(bytes: &[u8]) -> Option<u32> {
    let (3, high @ 0xd800..=0xdbff) = form(bytes)? else { return None };
    let (3, low @ 0xdc00..=0xdfff) = form(&bytes[3..])? else { return None };
    Some(0x1_0000 + ((high & 0x3ff) << 10) + (low & 0x3ff))
}
