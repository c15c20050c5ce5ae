//! Incremental UTF-8: characters, malformed parts with their reason, pending bytes.
//!
//! A [`Decoder`] takes a stream in pieces of any size; its result does not depend on how the stream is cut.
//! Well-formedness follows table 3-7 of the Unicode Standard; malformed bytes are grouped into parts by its
//! "substitution of maximal subparts" (chapter 3.9), as in the WHATWG Encoding Standard. So the lossy text agrees with
//! browsers and with Rust's own conversion.
//!
//! Well-formed text is validated with SIMD and passed on as slices of the input, without a copy. Where the input is
//! malformed, the scalar decoder processes a window of fixed length before SIMD is tried again: each byte is examined a
//! bounded number of times, even if every second one is wrong.
//!
//! A stream that is not shown is only counted. ASCII has as many characters as bytes, a well-formed read is validated
//! with SIMD, and any other read is counted block by block with SIMD too, malformed parts by reason.
//!
//! This module must not know where the bytes come from, nor how anything is shown.

mod count;
mod roles;
mod simd;
mod sinks;
#[cfg(test)]
mod tests;
pub(in crate::bytes) mod unit;

pub use self::count::BLOCK;
pub use self::roles::{Tail, UnitRole, roles};
pub use self::sinks::{Counts, Lossy, characters};

use std::fmt;

use self::count::Expectation;
use self::unit::Unit;

/// Number of bytes that the scalar decoder processes after a malformed part, before SIMD is tried again. A failed SIMD
/// attempt costs about as much as decoding 100 bytes one by one.
const SCALAR_WINDOW: usize = 256;

/// Why bytes are malformed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Reason {
    /// `80..=BF` where a character should begin.
    UnexpectedContinuation,
    /// `C0`, `C1`, `F5..=FF`: bytes that occur in no well-formed text.
    InvalidLead,
    /// `E0` before `80..=9F`, `F0` before `80..=8F`: a shorter form of the character exists.
    Overlong,
    /// `ED` before `A0..=BF`: one half of a UTF-16 pair, U+D800 to U+DFFF.
    Surrogate,
    /// `F4` before `90..=BF`: beyond U+10FFFF.
    AboveMaximum,
    /// The start of a character, before a byte that cannot continue it.
    Truncated,
    /// The start of a character, at the end of the stream.
    Incomplete,
}

impl Reason {
    /// All reasons; `reason as usize` is the index.
    pub const ALL: [Self; 7] = [
        Self::UnexpectedContinuation,
        Self::InvalidLead,
        Self::Overlong,
        Self::Surrogate,
        Self::AboveMaximum,
        Self::Truncated,
        Self::Incomplete,
    ];

    /// The name of the reason, on screen and in the NDJSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::UnexpectedContinuation => "unexpected-continuation",
            Self::InvalidLead => "invalid-lead",
            Self::Overlong => "overlong",
            Self::Surrogate => "surrogate",
            Self::AboveMaximum => "above-maximum",
            Self::Truncated => "truncated",
            Self::Incomplete => "incomplete",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// A maximal ill-formed subsequence: 1 to 3 bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Malformed {
    offset: u64,
    bytes: [u8; 3],
    len: u8,
    reason: Reason,
}

impl Malformed {
    /// A part of the first three of `bytes`; no part has more.
    fn new(offset: u64, bytes: &[u8], reason: Reason) -> Self {
        let (bytes, len) = match *bytes {
            [] => ([0; 3], 0),
            [a] => ([a, 0, 0], 1),
            [a, b] => ([a, b, 0], 2),
            [a, b, c, ..] => ([a, b, c], 3),
        };
        Self { offset, bytes, len, reason }
    }

    /// Offset of the first byte, from the start of the stream.
    #[must_use]
    pub const fn offset(&self) -> u64 {
        self.offset
    }

    /// The bytes of the part, 1 to 3.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }

    /// Why the bytes are malformed.
    #[must_use]
    pub const fn reason(&self) -> Reason {
        self.reason
    }
}

/// Receives the decoder's output, in the order of the stream.
///
/// Only order and contents are guaranteed: how many calls a run of text is split into depends on the pieces and on the
/// decoder.
pub trait Sink {
    /// Called with well-formed text, which is never empty.
    fn text(&mut self, text: &str);
    /// Called with a malformed part, for which lossy text has one U+FFFD.
    fn malformed(&mut self, part: Malformed);
}

/// Decoder of one stream.
///
/// ```
/// use bytewatch::bytes::utf8::{Decoder, Lossy, Reason};
///
/// let (mut decoder, mut lossy) = (Decoder::new(), Lossy::default());
/// decoder.decode(b"1 \xe2\x82", &mut lossy);
/// assert_eq!(decoder.pending(), b"\xe2\x82");
/// decoder.decode(b"\xac\xff", &mut lossy);
/// assert_eq!(lossy.text, "1 €\u{fffd}");
/// assert_eq!((lossy.malformed[0].offset(), lossy.malformed[0].reason()), (5, Reason::InvalidLead));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Decoder {
    offset: u64,
    pending: [u8; 3],
    pending_len: u8,
    expectation: Expectation,
}

impl Decoder {
    /// A decoder at offset 0.
    #[must_use]
    pub const fn new() -> Self {
        Self::starting_at(0)
    }

    /// A decoder that starts at this offset of the stream, where a character begins.
    #[must_use]
    pub const fn starting_at(offset: u64) -> Self {
        Self { offset, pending: [0; 3], pending_len: 0, expectation: Expectation::WellFormed }
    }

    /// Offset of the next expected byte, behind the pending bytes.
    #[must_use]
    pub const fn offset(&self) -> u64 {
        self.offset
    }

    /// Offset up to which all bytes are decoded, before the pending bytes.
    #[must_use]
    pub const fn settled(&self) -> u64 {
        self.offset.saturating_sub(self.pending_len as u64)
    }

    /// Bytes of an incomplete character whose rest has not arrived (0 to 3).
    #[must_use]
    pub fn pending(&self) -> &[u8] {
        &self.pending[..usize::from(self.pending_len)]
    }

    /// Decodes the next bytes of the stream.
    ///
    /// A malformed part is reported at the earliest byte that decides it: `ED` at the `A0` behind it, not later.
    pub fn decode(&mut self, input: &[u8], sink: &mut impl Sink) {
        let mut rest = self.finish_pending(input, sink);
        while !rest.is_empty() {
            rest = match simdutf8::compat::from_utf8(rest) {
                Ok(text) => {
                    sink.text(text);
                    self.advance(text.len());
                    &[]
                }
                Err(error) => {
                    let (good, bad) = rest.split_at(error.valid_up_to());
                    self.pass(good, sink);
                    self.decode_scalar(bad, SCALAR_WINDOW, sink)
                }
            };
        }
    }

    /// Ends the stream: pending bytes are reported as incomplete.
    pub fn end(&mut self, sink: &mut impl Sink) {
        if self.pending_len > 0 {
            self.reject_pending(Reason::Incomplete, sink);
        }
    }

    /// Continues at `offset`, because the bytes before it were not observed; pending bytes are discarded.
    pub const fn skip_to(&mut self, offset: u64) {
        self.offset = offset;
        self.pending_len = 0;
    }

    /// Saturates: an offset near 2⁶⁴ is reached only by skipping to it.
    const fn advance(&mut self, bytes: usize) {
        self.offset = self.offset.saturating_add(bytes as u64);
    }

    /// Completes the pending character. Returns the input that does not belong to it.
    fn finish_pending<'i>(&mut self, input: &'i [u8], sink: &mut impl Sink) -> &'i [u8] {
        let mut rest = input;
        while let (false, Some((&byte, behind))) = (self.pending().is_empty(), rest.split_first()) {
            if let Some(reason) = unit::mismatch(self.pending(), byte) {
                self.reject_pending(reason, sink);
                break;
            }
            self.take(byte, sink);
            rest = behind;
        }
        rest
    }

    /// Adds one byte to the pending character, which may complete it.
    fn take(&mut self, byte: u8, sink: &mut impl Sink) {
        let had = usize::from(self.pending_len);
        let mut character = [0; 4];
        character[..had].copy_from_slice(self.pending());
        character[had] = byte;
        self.advance(1);
        if had + 1 < unit::length(character[0]) {
            self.hold(&character[..=had]);
        } else {
            self.pending_len = 0;
            if let Unit::Character { ch, .. } = unit::first(&character) {
                sink.text(ch.encode_utf8(&mut [0; 4]));
            }
        }
    }

    fn hold(&mut self, bytes: &[u8]) {
        self.pending_len = 0;
        for (slot, byte) in self.pending.iter_mut().zip(bytes) {
            *slot = *byte;
            self.pending_len += 1;
        }
    }

    fn reject_pending(&mut self, reason: Reason, sink: &mut impl Sink) {
        sink.malformed(Malformed::new(self.settled(), self.pending(), reason));
        self.pending_len = 0;
    }

    /// Passes on bytes that were validated.
    fn pass(&mut self, good: &[u8], sink: &mut impl Sink) {
        give(good, sink);
        self.advance(good.len());
    }

    /// Decodes the first `window` bytes one by one (the last character may end behind them). Returns the rest of the
    /// input.
    fn decode_scalar<'i>(&mut self, input: &'i [u8], window: usize, sink: &mut impl Sink) -> &'i [u8] {
        let window = input.len().min(window);
        let mut at = 0;
        while at < window {
            match unit::first(&input[at..]) {
                Unit::Malformed { reason, len } => {
                    sink.malformed(Malformed::new(self.offset, &input[at..at + len], reason));
                    self.advance(len);
                    at += len;
                }
                Unit::Cut { len } => {
                    self.hold(&input[at..at + len]);
                    self.advance(len);
                    return &[];
                }
                Unit::Character { len, .. } => {
                    // The whole character, even beyond the window, and the well-formed text behind it.
                    let stretch = &input[at..window.max(at + len)];
                    let text = stretch.utf8_chunks().next().map_or("", |chunk| chunk.valid());
                    sink.text(text);
                    self.advance(text.len());
                    at += text.len();
                }
            }
        }
        &input[at..]
    }
}

/// Passes on bytes that are known to be well-formed. They are validated once more, because a `str` cannot be made
/// without that or `unsafe`.
fn give(good: &[u8], sink: &mut impl Sink) {
    if let Ok(text) = simdutf8::basic::from_utf8(good)
        && !text.is_empty()
    {
        sink.text(text);
    }
}
