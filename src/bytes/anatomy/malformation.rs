//! Explanation of a malformed part: the rule that it breaks, and where.

use std::fmt::{self, Write as _};
use std::ops::Range;
use std::sync::LazyLock;

use super::bits::{ByteBits, ByteRole};
use super::intended::{self, Intended};
use crate::bytes::anatomy::parts::{push_spaced, spaced};
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
    after: &'a [u8],
    intended: Option<Intended>,
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
        f.write_str(hex::pair(self.byte))?;
        f.write_str(" alone is ")?;
        match safe::tag(self.ch) {
            Some(tag) => f.write_str(&tag)?,
            None => f.write_char(self.ch)?,
        }
        f.write_str(" in ")?;
        f.write_str(self.encoding)
    }
}

impl<'a> Malformation<'a> {
    /// Takes the bytes (1 to 3) and the reason from the decoder, and up to 8 bytes of the stream on each side (fewer at
    /// its start or end).
    #[must_use]
    pub fn new(bytes: &'a [u8], reason: Reason, before: &[u8], after: &'a [u8]) -> Self {
        Self { bytes, reason, after, intended: intended::find(bytes, before, after) }
    }

    /// Takes the part as the decoder reports it, and the bytes around it.
    #[must_use]
    pub fn of(part: &'a Malformed, before: &[u8], after: &'a [u8]) -> Self {
        Self::new(part.bytes(), part.reason(), before, after)
    }

    /// The first byte; every part has one.
    fn first(&self) -> u8 {
        self.bytes.first().copied().unwrap_or_default()
    }

    /// The rule that the part breaks, in a sentence.
    #[must_use]
    pub fn rule(&self) -> String {
        let mut out = String::new();
        self.push_rule(&mut out);
        out
    }

    /// Appends the rule that the part breaks.
    pub fn push_rule(&self, out: &mut String) {
        push_spaced(out, self.bytes);
        let next = self.after.first().map(|byte| hex::pair(*byte));
        match self.reason {
            // With the byte that decided it, if there is one.
            Reason::Overlong | Reason::Surrogate | Reason::AboveMaximum => {
                out.extend(next.into_iter().flat_map(|next| [" ", next]));
                out.push_str(self.settled_rule());
            }
            Reason::UnexpectedContinuation => match self.intended.as_ref().filter(|meant| meant.start < 0) {
                Some(meant) => {
                    out.extend([" would continue ", lead(meant), ", which is itself invalid"]);
                }
                None => out.push_str(" is a continuation byte, but no character has started"),
            },
            Reason::InvalidLead => self.push_rule_of_lead(out),
            Reason::Truncated => {
                self.push_announced(out);
                out.extend([", but ", next.unwrap_or("the next byte"), " cannot continue it"]);
            }
            Reason::Incomplete => {
                self.push_announced(out);
                out.push_str(", but the stream ends");
            }
        }
    }

    /// The rule of a part that the byte behind it decided, without the bytes.
    fn settled_rule(&self) -> &'static str {
        match (self.reason, self.first()) {
            (Reason::Overlong, 0xe0) => " would start 3 bytes for a character below U+0800 (overlong)",
            (Reason::Overlong, _) => " would start 4 bytes for a character below U+10000 (overlong)",
            (Reason::Surrogate, _) => " would start half of a UTF-16 pair, which is not a character",
            _ => " would start a number above U+10FFFF, the last code point",
        }
    }

    fn push_rule_of_lead(&self, out: &mut String) {
        match self.first() {
            0xc0 | 0xc1 => out.push_str(" would start 2 bytes for a character below U+0080 (overlong)"),
            0xf5..=0xf7 => out.push_str(" would start a number above U+10FFFF, the last code point"),
            first @ 0xf8..=0xfd => out.extend([
                " would start ",
                LENGTHS[announced(first)],
                " bytes, but a character has 4 at most",
            ]),
            _ => out.push_str(" is never valid in UTF-8"),
        }
    }

    fn push_announced(&self, out: &mut String) {
        out.extend([" starts a ", LENGTHS[announced(self.first())], "-byte character"]);
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
        match self.intended {
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
    pub const fn intended(&self) -> Option<Intended> {
        self.intended
    }

    /// The part read as one byte of Latin-1 or windows-1252, the usual cause of malformed text. `None` if the part has
    /// more bytes, if it has another likely meaning, and for bytes that are not a character there.
    #[must_use]
    pub fn single_byte(&self) -> Option<SingleByteReading> {
        let &[byte] = self.bytes else { return None };
        if self.intended.is_some() {
            return None;
        }
        let ch = in_windows_1252(byte).filter(|ch| !ch.is_control())?;
        let encoding = if u32::from(ch) == u32::from(byte) { "Latin-1" } else { "windows-1252" };
        Some(SingleByteReading { byte, ch, encoding })
    }
}

/// The character of a byte in windows-1252.
fn in_windows_1252(byte: u8) -> Option<char> {
    static CHARACTERS: LazyLock<[Option<char>; 256]> = LazyLock::new(|| {
        std::array::from_fn(|byte| {
            let bytes = [byte as u8];
            encoding_rs::WINDOWS_1252.decode_without_bom_handling(&bytes).0.chars().next()
        })
    });
    CHARACTERS[usize::from(byte)]
}

/// Numbers of bytes that leading bits announce.
const LENGTHS: [&str; 9] = ["0", "1", "2", "3", "4", "5", "6", "7", "8"];

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
