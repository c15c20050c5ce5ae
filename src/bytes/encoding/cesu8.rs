//! CESU-8 and Modified UTF-8: UTF-8 of each unit of UTF-16, so that a character above U+FFFF takes six bytes.
//!
//! CESU-8 is Unicode Technical Report 26; databases wrote it as "UTF-8". Modified UTF-8 is that of Java's class files,
//! `DataInput` and native interface: there U+0000 is `C0 80`, so that no byte is zero.

use crate::bytes::encoding::reason::Reason;
use crate::bytes::encoding::unit::{CodeUnit, End};
use crate::bytes::utf8::{self, unit};

/// Which of the two.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Variant {
    /// CESU-8.
    Cesu8,
    /// Modified UTF-8.
    Modified,
}

impl Variant {
    /// The bytes of a character.
    pub(super) fn encode(self, ch: char) -> Vec<u8> {
        match ch {
            '\0' if self == Self::Modified => vec![0xc0, 0x80],
            '\u{10000}'.. => ch.encode_utf16(&mut [0; 2]).iter().copied().flat_map(three).collect(),
            _ => ch.encode_utf8(&mut [0; 4]).as_bytes().to_vec(),
        }
    }

    /// The unit at the start of some bytes.
    pub(super) fn first(self, bytes: &[u8], end: End) -> CodeUnit {
        match (self, bytes) {
            (Self::Modified, [0, ..]) => CodeUnit::malformed(1, Reason::RawNul),
            (Self::Modified, [0xc0]) => CodeUnit::cut(bytes, end),
            (Self::Modified, [0xc0, 0x80, ..]) => CodeUnit::character(2, '\0'),
            (_, [0xed, 0xa0..=0xbf]) => CodeUnit::cut(bytes, end),
            (_, [0xed, 0xa0..=0xbf, last, ..]) if !unit::is_continuation(*last) => {
                CodeUnit::malformed(2, Reason::Utf8(utf8::Reason::Truncated))
            }
            (_, [0xed, second @ 0xa0..=0xaf, third, rest @ ..]) => pair([*second, *third], rest, end),
            (_, [0xed, 0xb0..=0xbf, _, ..]) => CodeUnit::malformed(3, Reason::Surrogate),
            _ => as_utf8(bytes, end),
        }
    }
}

/// The high surrogate `ED` `high`, and what follows it.
fn pair(high: [u8; 2], rest: &[u8], end: End) -> CodeUnit {
    let alone = CodeUnit::malformed(3, Reason::Surrogate);
    match (rest, end) {
        ([] | [0xed] | [0xed, 0xb0..=0xbf], End::Open) => CodeUnit::Open,
        ([0xed, second @ 0xb0..=0xbf, third, ..], _) if unit::is_continuation(*third) => {
            let bits = |[second, third]: [u8; 2]| u32::from(second & 0x0f) << 6 | u32::from(third & 0x3f);
            let above = bits(high) << 10 | bits([*second, *third]);
            char::from_u32(0x1_0000 + above).map_or(alone, |ch| CodeUnit::character(6, ch))
        }
        _ => alone,
    }
}

fn as_utf8(bytes: &[u8], end: End) -> CodeUnit {
    match unit::first(bytes) {
        unit::Unit::Character { len: 4, .. } => CodeUnit::malformed(4, Reason::FourByteForm),
        unit::Unit::Character { ch, len } => CodeUnit::character(len, ch),
        unit::Unit::Malformed { reason, len } => CodeUnit::malformed(len, Reason::Utf8(reason)),
        unit::Unit::Cut { .. } => CodeUnit::cut(bytes, end),
    }
}

/// A surrogate in three bytes.
fn three(unit: u16) -> [u8; 3] {
    let [high, low] = [unit >> 6 & 0x3f, unit & 0x3f].map(|bits| 0x80 | bits as u8);
    [0xe0 | (unit >> 12) as u8, high, low]
}
