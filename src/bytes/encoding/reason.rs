//! Why bytes are malformed in some encoding.

use std::fmt;

use crate::bytes::utf8;

/// Why bytes are malformed in some encoding.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Reason {
    /// A reason of UTF-8.
    Utf8(utf8::Reason),
    /// Half of a UTF-16 pair without the other half; in UTF-32 any half.
    Surrogate,
    /// The start of a character, at the end of the stream.
    Incomplete,
    /// The encoding has no character for these bytes.
    Unmapped,
    /// A unit of UTF-32 beyond U+10FFFF.
    AboveMaximum,
    /// UTF-7: a `+` without base64, or base64 that ends within a unit.
    BadBase64,
    /// UTF-7: bits behind the last unit that are not zero.
    NonzeroPadding,
    /// CESU-8: the four bytes of UTF-8.
    FourByteForm,
    /// Modified UTF-8: a zero byte.
    RawNul,
    /// GSM 03.38: the extension has no character for what follows the escape.
    UndefinedEscape,
}

impl Reason {
    /// The name of the reason, on screen and in the NDJSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Utf8(reason) => reason.word(),
            Self::Surrogate => "surrogate",
            Self::Incomplete => "incomplete",
            Self::Unmapped => "unmapped",
            Self::AboveMaximum => "above-maximum",
            Self::BadBase64 => "bad-base64",
            Self::NonzeroPadding => "nonzero-padding",
            Self::FourByteForm => "four-byte-form",
            Self::RawNul => "raw-nul",
            Self::UndefinedEscape => "undefined-escape",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// The largest number of bytes of a unit: `+`, a pair in base64 and the byte that decides whether base64 goes on, in UTF-7.
pub(super) const LONGEST: usize = 8;

/// A malformed part in some encoding: 1 to 7 bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Malformed {
    offset: u64,
    bytes: [u8; LONGEST],
    len: usize,
    reason: Reason,
}

impl Malformed {
    /// A part of the first bytes of `bytes`; no part has more than [`LONGEST`].
    pub(super) fn new(offset: u64, bytes: &[u8], reason: Reason) -> Self {
        let len = bytes.len().min(LONGEST);
        let mut held = [0; LONGEST];
        held[..len].copy_from_slice(&bytes[..len]);
        Self { offset, bytes: held, len, reason }
    }

    /// Offset of the first byte, from the start of the stream.
    #[must_use]
    pub const fn offset(&self) -> u64 {
        self.offset
    }

    /// The bytes of the part.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }

    /// Why the bytes are malformed.
    #[must_use]
    pub const fn reason(&self) -> Reason {
        self.reason
    }
}

impl From<utf8::Malformed> for Malformed {
    fn from(part: utf8::Malformed) -> Self {
        Self::new(part.offset(), part.bytes(), Reason::Utf8(part.reason()))
    }
}
