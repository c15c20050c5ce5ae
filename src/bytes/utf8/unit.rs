//! One scalar step of the decoder: the unit at the start of a slice.
//!
//! The rules are table 3-7 of the Unicode Standard ("well-formed UTF-8 byte sequences"): how many bytes a lead byte
//! announces, and which bytes may follow it.

use super::Reason;

/// The unit at the start of a slice.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::bytes) enum Unit {
    /// A character of `len` bytes, 1 to 4.
    Character { ch: char, len: usize },
    /// A malformed part of `len` bytes, 1 to 3.
    Malformed { reason: Reason, len: usize },
    /// The start of a character, `len` bytes, 1 to 3: the slice ends before it is complete.
    Cut { len: usize },
}

pub(in crate::bytes) const fn is_continuation(byte: u8) -> bool {
    matches!(byte, 0x80..=0xbf)
}

/// The number of bytes that a lead byte announces; 0 for a byte that begins no character.
pub(super) const fn length(lead: u8) -> usize {
    match lead {
        0x00..=0x7f => 1,
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        0x80..=0xc1 | 0xf5..=0xff => 0,
    }
}

/// Why `byte` cannot follow `prefix`, the start of a longer character; `None` if it can.
pub(super) const fn mismatch(prefix: &[u8], byte: u8) -> Option<Reason> {
    match (prefix, byte) {
        (_, 0x00..=0x7f | 0xc0..=0xff) => Some(Reason::Truncated),
        ([0xe0], 0x80..=0x9f) | ([0xf0], 0x80..=0x8f) => Some(Reason::Overlong),
        ([0xed], 0xa0..=0xbf) => Some(Reason::Surrogate),
        ([0xf4], 0x90..=0xbf) => Some(Reason::AboveMaximum),
        (_, 0x80..=0xbf) => None,
    }
}

/// The index of a last character that may be cut by the end of `bytes`; their length if there is none. The units before
/// this index do not depend on the bytes that follow.
pub(super) fn last(bytes: &[u8]) -> usize {
    // No unit extends over more than three continuations.
    let begin = bytes.iter().rev().take(3).position(|byte| !is_continuation(*byte));
    match begin.map(|back| bytes.len() - 1 - back) {
        Some(at) if bytes[at] >= 0xc0 => at,
        _ => bytes.len(),
    }
}

/// The unit at the start of `bytes`; of no bytes, a cut of length 0.
pub(in crate::bytes) fn first(bytes: &[u8]) -> Unit {
    let Some(&lead) = bytes.first() else { return Unit::Cut { len: 0 } };
    let wanted = length(lead);
    match wanted {
        0 if lead < 0xc0 => return Unit::Malformed { reason: Reason::UnexpectedContinuation, len: 1 },
        0 => return Unit::Malformed { reason: Reason::InvalidLead, len: 1 },
        1 => return Unit::Character { ch: char::from(lead), len: 1 },
        _ => {}
    }
    // The payload of the lead: 5, 4 or 3 bits for 2, 3 or 4 bytes.
    let mut scalar = u32::from(lead & (0x7f >> wanted));
    for at in 1..wanted {
        let Some(&byte) = bytes.get(at) else { return Unit::Cut { len: at } };
        if let Some(reason) = mismatch(&bytes[..at], byte) {
            return Unit::Malformed { reason, len: at };
        }
        scalar = scalar << 6 | u32::from(byte & 0x3f);
    }
    // `mismatch` has excluded values that are not scalar values.
    Unit::Character { ch: char::from_u32(scalar).unwrap_or(char::REPLACEMENT_CHARACTER), len: wanted }
}
