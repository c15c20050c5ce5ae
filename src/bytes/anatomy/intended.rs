//! What the sender of malformed bytes seems to have intended.
//!
//! A decoder rejects at the first invalid byte, so one wrong character becomes several malformed parts: `c0 af` is two.
//! To explain the cause, this module joins them again, by the older and laxer rules that such senders follow: up to 6
//! bytes (RFC 2279), overlong forms, halves of UTF-16 pairs.

use super::character::Character;
use crate::bytes::anatomy::parts::{code_point, push_spaced};
use crate::bytes::safe;

/// Number of bytes behind the lead of the longest form, which has 6 bytes.
const REACH: usize = 5;

/// The bytes that matter: before a part, the part itself, and behind it.
const WINDOW: usize = REACH + 3 + 3 + REACH;

/// What is wrong with the intended character.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum IntendedKind {
    /// A character in more bytes than necessary.
    Overlong,
    /// One half of a UTF-16 pair, in three bytes; not a character.
    Surrogate,
    /// A number above U+10FFFF; not a character.
    AboveMaximum,
    /// Both halves of a UTF-16 pair, in three bytes each: CESU-8 (Unicode Technical Report #26).
    Cesu8Pair,
}

impl IntendedKind {
    /// The name of the kind in JSON.
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

/// The intended meaning of one or more malformed parts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Intended {
    /// Offset of the first byte, relative to the part in question; 0 or negative.
    pub start: isize,
    /// The bytes, of which `len` are used.
    pub bytes: [u8; 6],
    /// Number of bytes, 2 to 6.
    pub len: usize,
    /// What is wrong with the bytes.
    pub kind: IntendedKind,
    /// The number in the payload bits, up to 2³¹.
    pub code_point: u32,
    /// The intended character, if the number is one; its bytes are the correct encoding.
    pub character: Option<Character>,
}

impl Intended {
    /// The bytes that were sent.
    #[must_use]
    pub fn sent(&self) -> &[u8] {
        &self.bytes[..self.len.min(self.bytes.len())]
    }

    /// The well-formed bytes that should have been sent, if there are any.
    #[must_use]
    pub fn spelling(&self) -> Option<&[u8]> {
        self.character.as_ref().map(Character::utf8)
    }

    /// `intended: c0 af for U+002F "/", correctly encoded as 2f`.
    #[must_use]
    pub fn sentence(&self) -> String {
        let mut out = "intended: ".to_owned();
        self.push_intended(&mut out);
        out
    }

    /// The sentence without its first word: `c0 af for U+002F "/", correctly encoded as 2f`.
    #[must_use]
    pub fn intended(&self) -> String {
        let mut out = String::new();
        self.push_intended(&mut out);
        out
    }

    /// Appends what [`intended`](Self::intended) returns.
    pub fn push_intended(&self, out: &mut String) {
        push_spaced(out, self.sent());
        out.push_str(" for ");
        out.push_str(&code_point(self.code_point));
        match (self.kind, &self.character) {
            (_, Some(character)) => {
                let glyph = safe::glyph(character.ch());
                out.extend([" \"", glyph.as_str(), "\", correctly encoded as "]);
                push_spaced(out, character.utf8());
            }
            (IntendedKind::AboveMaximum, None) => out.push_str(", but U+10FFFF is the last code point"),
            (_, None) => out.push_str(", half of a UTF-16 pair"),
        }
    }
}

/// The intended meaning of `part`, which stands between `before` and `after`; `None` if there is none.
pub(super) fn find(part: &[u8], before: &[u8], after: &[u8]) -> Option<Intended> {
    // A fast path for most parts: a lead that nothing continues, and a continuation behind a whole character.
    match (part, before.last(), after.first()) {
        ([0xc0..=0xff], _, next) if !next.is_some_and(|next| is_continuation(*next)) => return None,
        ([0x80..=0xbf], Some(0..=0x7f) | None, _) => return None,
        _ => {}
    }
    let near = &before[before.len().saturating_sub(REACH + 3)..];
    let mut buffer = [0; WINDOW];
    let window = joined(&mut buffer, [near, part, &after[..after.len().min(REACH)]]);
    let asked = near.len();
    // Only the first byte of a sequence is not a continuation.
    let lead = window.get(..=asked)?.iter().rposition(|byte| !is_continuation(*byte))?;
    let (len, value) = form(&window[lead..])?;
    if lead + len <= asked {
        return None;
    }
    let found = |start: usize, len: usize, kind: IntendedKind, code_point: u32| {
        let mut bytes = [0; 6];
        bytes[..len].copy_from_slice(&window[start..start + len]);
        let start = start as isize - asked as isize;
        let character = char::from_u32(code_point).map(Character::of);
        Some(Intended { start, bytes, len, kind, code_point, character })
    };
    if let (3, 0xd800..=0xdfff) = (len, value) {
        let high = if value < 0xdc00 { Some(lead) } else { lead.checked_sub(3) };
        if let Some((high, pair)) = high.and_then(|high| Some((high, pair(&window[high..])?))) {
            return found(high, 6, IntendedKind::Cesu8Pair, pair);
        }
    }
    match value {
        0xd800..=0xdfff => found(lead, len, IntendedKind::Surrogate, value),
        0x11_0000.. => found(lead, len, IntendedKind::AboveMaximum, value),
        // These bytes are well-formed, so the part is not within them.
        _ if char::from_u32(value).is_none_or(|ch| ch.len_utf8() == len) => None,
        _ => found(lead, len, IntendedKind::Overlong, value),
    }
}

const fn is_continuation(byte: u8) -> bool {
    matches!(byte, 0x80..=0xbf)
}

/// The parts in a row, as far as the buffer reaches.
fn joined<'b>(buffer: &'b mut [u8; WINDOW], parts: [&[u8]; 3]) -> &'b [u8] {
    let bytes = parts.into_iter().flatten();
    let len = buffer.iter_mut().zip(bytes).map(|(place, byte)| *place = *byte).count();
    &buffer[..len]
}

/// The length of the sequence at the start of `bytes`, 2 to 6, and the number in its payload.
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
            is_continuation(*byte).then_some(value << 6 | u32::from(byte & 0x3f))
        })
        .map(|value| (len, value))
}

/// The code point of the UTF-16 pair at the start of `bytes`, each half in three bytes.
fn pair(bytes: &[u8]) -> Option<u32> {
    let (3, high @ 0xd800..=0xdbff) = form(bytes)? else { return None };
    let (3, low @ 0xdc00..=0xdfff) = form(&bytes[3..])? else { return None };
    Some(0x1_0000 + ((high & 0x3ff) << 10) + (low & 0x3ff))
}
