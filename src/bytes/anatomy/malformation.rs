//! Explanation of a malformed part: the rule that it breaks, and where.

use std::fmt;
use std::ops::Range;

use super::bits::{ByteBits, ByteRole};
use super::intended::{self, Intended};
use crate::bytes::anatomy::parts::spaced;
use crate::bytes::utf8::{Malformed, Reason};
use crate::bytes::{hex, safe};

/// A malformed part with the bytes around it.
///
/// ```
/// use bytewatch::bytes::anatomy::Malformation;
/// use bytewatch::bytes::utf8::Reason;
///
/// let slash = Malformation::new(b"\xc0", Reason::InvalidLead, b"..", b"\xaf..");
/// assert_eq!(slash.rule(), "c0 would start 2 bytes for a character below U+0080 (overlong)");
/// assert_eq!(slash.intended().unwrap().sentence(), "intended: c0 af for U+002F \"/\", correctly encoded as 2f");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Malformation<'a> {
    bytes: &'a [u8],
    reason: Reason,
    before: &'a [u8],
    after: &'a [u8],
}

/// The bits that break the rule.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FaultyBits {
    /// Index of the byte within the part. It may be the byte behind the part, which may be missing.
    pub byte: usize,
    /// Indices of the bits, 0 being the most significant. Empty if the byte is missing.
    pub bits: Range<usize>,
    /// A sentence that says what should be there; it counts bytes from 1.
    pub sentence: &'static str,
}

/// A single byte, read in the encoding that senders most often confuse with UTF-8.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SingleByteReading {
    /// The byte.
    pub byte: u8,
    /// The character of the byte in that encoding.
    pub ch: char,
    /// `Latin-1`, or `windows-1252` for bytes that are only a control character in Latin-1.
    pub encoding: &'static str,
}

/// `e9 alone is é in Latin-1`.
impl fmt::Display for SingleByteReading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = safe::tag(self.ch).unwrap_or_else(|| self.ch.to_string());
        write!(f, "{} alone is {shown} in {}", hex::pair(self.byte), self.encoding)
    }
}

impl<'a> Malformation<'a> {
    /// Takes the bytes (1 to 3) and the reason from the decoder, and up to 8 bytes of the stream on each side (fewer at
    /// its start or end).
    #[must_use]
    pub const fn new(bytes: &'a [u8], reason: Reason, before: &'a [u8], after: &'a [u8]) -> Self {
        Self { bytes, reason, before, after }
    }

    /// Takes the part as the decoder reports it, and the bytes around it.
    #[must_use]
    pub fn of(part: &'a Malformed, before: &'a [u8], after: &'a [u8]) -> Self {
        Self::new(part.bytes(), part.reason(), before, after)
    }

    /// The first byte; every part has one.
    fn first(&self) -> u8 {
        self.bytes.first().copied().unwrap_or_default()
    }

    /// The rule that the part breaks, in a sentence.
    #[must_use]
    pub fn rule(&self) -> String {
        let first = self.first();
        let shown = spaced(self.bytes);
        // With the byte that decided it, if there is one.
        let settled = spaced(&[self.bytes, &self.after[..self.after.len().min(1)]].concat());
        let wanted = announced(first);
        match (self.reason, first) {
            (Reason::UnexpectedContinuation, _) => match self.intended().filter(|meant| meant.start < 0) {
                Some(meant) => format!("{shown} would continue {}, which is itself invalid", lead(&meant)),
                None => format!("{shown} is a continuation byte, but no character has started"),
            },
            (Reason::InvalidLead, 0xc0 | 0xc1) => {
                format!("{shown} would start 2 bytes for a character below U+0080 (overlong)")
            }
            (Reason::InvalidLead, 0xf5..=0xf7) => {
                format!("{shown} would start a number above U+10FFFF, the last code point")
            }
            (Reason::InvalidLead, 0xf8..=0xfd) => {
                format!("{shown} would start {wanted} bytes, but a character has 4 at most")
            }
            (Reason::InvalidLead, _) => format!("{shown} is never valid in UTF-8"),
            (Reason::Overlong, 0xe0) => {
                format!("{settled} would start 3 bytes for a character below U+0800 (overlong)")
            }
            (Reason::Overlong, _) => {
                format!("{settled} would start 4 bytes for a character below U+10000 (overlong)")
            }
            (Reason::Surrogate, _) => {
                format!("{settled} would start half of a UTF-16 pair, which is not a character")
            }
            (Reason::AboveMaximum, _) => {
                format!("{settled} would start a number above U+10FFFF, the last code point")
            }
            (Reason::Truncated, _) => {
                let next = self.after.first().map_or("the next byte", |byte| hex::pair(*byte));
                format!("{shown} starts a {wanted}-byte character, but {next} cannot continue it")
            }
            (Reason::Incomplete, _) => {
                format!("{shown} starts a {wanted}-byte character, but the stream ends")
            }
        }
    }

    /// The bits that break the rule, and what they should be.
    #[must_use]
    pub fn bit(&self) -> FaultyBits {
        let (byte, bits, sentence) = match (self.reason, self.first()) {
            (Reason::UnexpectedContinuation, _) => {
                (0, 0..2, "it starts with 10, as only continuation bytes do")
            }
            (Reason::InvalidLead, 0xc0 | 0xc1) => {
                (0, 3..7, "byte 1: one of the first four payload bits must be 1 (c2 to df)")
            }
            (Reason::InvalidLead, 0xf5..=0xf7) => (0, 5..8, "byte 1: only c2 to f4 start a longer character"),
            (Reason::InvalidLead, _) => (0, 4..5, "byte 1: only c2 to f4 start a longer character"),
            (Reason::Overlong, 0xe0) => (1, 2..3, "byte 2: the first payload bit must be 1 (a0 to bf)"),
            (Reason::Overlong, _) => {
                (1, 2..4, "byte 2: one of the first two payload bits must be 1 (90 to bf)")
            }
            (Reason::Surrogate, _) => (1, 2..3, "byte 2: the first payload bit must be 0 (80 to 9f)"),
            (Reason::AboveMaximum, _) => (1, 2..4, "byte 2: the first two payload bits must be 0 (80 to 8f)"),
            (Reason::Truncated, _) => (self.bytes.len(), 0..2, not_going_on(self.bytes.len())),
            (Reason::Incomplete, _) => (self.bytes.len(), 0..0, missing(self.bytes.len())),
        };
        FaultyBits { byte, bits, sentence }
    }

    /// What decoders show for it: `shown as U+FFFD once by most decoders`.
    #[must_use]
    pub fn decoder(&self) -> String {
        let together = match self.bytes.len() {
            1 => String::new(),
            many => format!(" for these {many} bytes"),
        };
        match self.intended() {
            // Each byte of it is a malformed part: the second byte is invalid already, and the later ones continue
            // nothing.
            Some(meant) => {
                let (times, sent) = (meant.len, spaced(meant.sent()));
                format!("shown as U+FFFD once by most decoders{together}, {times} times for {sent}")
            }
            None => format!("shown as U+FFFD once by most decoders{together}"),
        }
    }

    /// What the sender seems to have intended with this part and its neighbours; `None` if they make no sense together.
    #[must_use]
    pub fn intended(&self) -> Option<Intended> {
        intended::find(self.bytes, self.before, self.after)
    }

    /// The part read as one byte of Latin-1 or windows-1252, the usual cause of malformed text. `None` if the part has
    /// more bytes, if it has another likely meaning, and for bytes that are not a character there.
    #[must_use]
    pub fn single_byte(&self) -> Option<SingleByteReading> {
        let &[byte] = self.bytes else { return None };
        if self.intended().is_some() {
            return None;
        }
        let (text, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(self.bytes);
        let ch = text.chars().next().filter(|ch| !ch.is_control())?;
        let encoding = if u32::from(ch) == u32::from(byte) { "Latin-1" } else { "windows-1252" };
        Some(SingleByteReading { byte, ch, encoding })
    }
}

/// The number of bytes that the leading bits announce, valid or not.
fn announced(lead: u8) -> usize {
    match ByteBits::of(lead).role {
        ByteRole::Lead(bytes) => bytes.into(),
        _ => lead.leading_ones() as usize,
    }
}

fn lead(meant: &Intended) -> &'static str {
    hex::pair(meant.bytes[0])
}

fn not_going_on(had: usize) -> &'static str {
    ["byte 2 does not start with 10", "byte 3 does not start with 10", "byte 4 does not start with 10"]
        [had.clamp(1, 3) - 1]
}

fn missing(had: usize) -> &'static str {
    ["byte 2 is missing", "byte 3 is missing", "byte 4 is missing"][had.clamp(1, 3) - 1]
}
