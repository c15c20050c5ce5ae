//! UTF-32: each character is a unit of four bytes.

use crate::bytes::encoding::reason::Reason;
use crate::bytes::encoding::unit::{CodeUnit, End};

/// The order of the bytes of a unit.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum ByteOrder {
    /// The low byte comes first.
    Little,
    /// The high byte comes first.
    Big,
}

impl ByteOrder {
    /// The bytes of a character.
    pub(super) fn encode(self, ch: char) -> [u8; 4] {
        match self {
            Self::Little => u32::from(ch).to_le_bytes(),
            Self::Big => u32::from(ch).to_be_bytes(),
        }
    }

    /// The unit at the start of some bytes.
    pub(super) fn first(self, bytes: &[u8], end: End) -> CodeUnit {
        let Some(unit) = bytes.first_chunk::<4>() else { return CodeUnit::cut(bytes, end) };
        let number = match self {
            Self::Little => u32::from_le_bytes(*unit),
            Self::Big => u32::from_be_bytes(*unit),
        };
        match char::from_u32(number) {
            Some(ch) => CodeUnit::character(4, ch),
            None if number > u32::from(char::MAX) => CodeUnit::malformed(4, Reason::AboveMaximum),
            None => CodeUnit::malformed(4, Reason::Surrogate),
        }
    }
}
