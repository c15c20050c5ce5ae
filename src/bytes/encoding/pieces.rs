//! The slow decoder: each character with its bytes.
//!
//! The decoders of `encoding_rs` do not say which bytes a character came from. So each piece is found by a fresh
//! decoder that is fed byte by byte until it yields something. This is correct because of them only ISO-2022-JP keeps
//! state from one character to the next: there the fresh decoder is first fed the escape sequence that is in force.
//! UTF-7 and packed septets have states of their own.

use encoding_rs::DecoderResult;

use crate::bytes::encoding::gsm::{self, Packed};
use crate::bytes::encoding::kinds::{Encoding, Kind};
use crate::bytes::encoding::reason::{LONGEST, Malformed, Reason};
use crate::bytes::encoding::unit::{CodeUnit, End};
use crate::bytes::encoding::utf7::Utf7;
use crate::bytes::utf8;

/// The meaning of a piece.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Content {
    /// A character.
    Character(char),
    /// A malformed part, and why.
    Malformed(Reason),
    /// An escape sequence of ISO-2022-JP that no character follows. (Before a character, it is part of the character's
    /// bytes.) In UTF-7, the `-` that ends base64.
    Shift,
}

/// A character or a malformed part, with its bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Piece {
    part: Malformed,
    content: Content,
}

impl Piece {
    fn new(offset: u64, bytes: &[u8], content: Content) -> Self {
        let reason = match content {
            Content::Malformed(reason) => reason,
            Content::Character(_) | Content::Shift => Reason::Unmapped,
        };
        Self { part: Malformed::new(offset, bytes, reason), content }
    }

    /// Offset of the first byte, from the start of the stream.
    #[must_use]
    pub const fn offset(&self) -> u64 {
        self.part.offset()
    }

    /// The bytes of the piece: 1 to 7, or none for one of two characters that share their bytes: in Big5 the second, in
    /// packed septets the first.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.part.bytes()
    }

    /// The meaning of the bytes.
    #[must_use]
    pub const fn content(&self) -> Content {
        self.content
    }

    /// The malformed part, if the piece is one.
    #[must_use]
    pub fn malformed(&self) -> Option<Malformed> {
        matches!(self.content, Content::Malformed(_)).then_some(self.part)
    }
}

/// A slice, decoded in one encoding.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reading {
    /// The encoding.
    pub encoding: Encoding,
    /// The pieces in order. Offsets count from the start of the slice.
    pub pieces: Vec<Piece>,
}

impl Reading {
    /// The text, with U+FFFD for each malformed part. It may contain control characters.
    #[must_use]
    pub fn text(&self) -> String {
        let shown = |piece: &Piece| match piece.content {
            Content::Character(ch) => Some(ch),
            Content::Malformed(_) => Some(char::REPLACEMENT_CHARACTER),
            Content::Shift => None,
        };
        self.pieces.iter().filter_map(shown).collect()
    }

    /// Number of malformed parts.
    #[must_use]
    pub fn malformed(&self) -> usize {
        self.pieces.iter().filter(|piece| piece.malformed().is_some()).count()
    }
}

/// Decodes a short slice that starts at a character boundary and ends with the stream.
///
/// ```
/// use bytewatch::bytes::encoding::{Encoding, reading};
///
/// let japanese = Encoding::named("sjis").unwrap();
/// assert_eq!(reading(japanese, b"\x93\xfa\x96\x7b").text(), "日本");
/// ```
#[must_use]
pub fn reading(encoding: Encoding, bytes: &[u8]) -> Reading {
    let mut found = Vec::new();
    let mut pieces = Pieces::new(encoding);
    pieces.decode(bytes, |piece| found.push(piece));
    pieces.end(|piece| found.push(piece));
    Reading { encoding, pieces: found }
}

/// Decoder of one stream that yields each character with its bytes. It buffers a few bytes.
#[derive(Clone, Debug)]
pub struct Pieces {
    encoding: Encoding,
    utf8: utf8::Decoder,
    /// Offset behind the pending bytes; unused for UTF-8, whose decoder has its own.
    offset: u64,
    pending: [u8; LONGEST],
    len: usize,
    shift: Shift,
}

/// What is in force from one character to the next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Shift {
    /// Nothing is.
    None,
    /// An escape sequence of ISO-2022-JP.
    Escape([u8; 3]),
    Utf7(Utf7),
    Packed(Packed),
}

impl Shift {
    /// The state at the start of a stream.
    const fn start(encoding: Encoding) -> Self {
        match encoding.0 {
            Kind::Utf7 => Self::Utf7(Utf7::Direct),
            Kind::GsmPacked => Self::Packed(Packed::START),
            _ => Self::None,
        }
    }

    /// The state of ISO-2022-JP behind a unit.
    fn behind(self, unit: &[u8]) -> Self {
        match *unit {
            [0x1b, b'(', b'B', ..] => Self::None,
            [0x1b, b, c, ..] => Self::Escape([0x1b, b, c]),
            _ => self,
        }
    }

    /// The escape sequence with a character behind it: without one, another sequence would be an error.
    const fn priming(self) -> Option<[u8; 5]> {
        match self {
            // Every two-byte set has this row; in a one-byte set these are two characters.
            Self::Escape([a, b, c]) => Some([a, b, c, 0x30, 0x21]),
            Self::None | Self::Utf7(_) | Self::Packed(_) => None,
        }
    }
}

impl Pieces {
    /// A decoder at offset 0.
    #[must_use]
    pub const fn new(encoding: Encoding) -> Self {
        Self::starting_at(0, encoding)
    }

    /// A decoder that starts at this offset of the stream, where a character begins.
    #[must_use]
    pub const fn starting_at(offset: u64, encoding: Encoding) -> Self {
        Self {
            encoding,
            utf8: utf8::Decoder::starting_at(offset),
            offset,
            pending: [0; LONGEST],
            len: 0,
            shift: Shift::start(encoding),
        }
    }

    /// Offset of the next expected byte, behind the pending bytes.
    #[must_use]
    pub fn offset(&self) -> u64 {
        if self.encoding == Encoding::UTF_8 { self.utf8.offset() } else { self.offset }
    }

    /// Bytes of an incomplete character (0 to 7).
    #[must_use]
    pub fn pending(&self) -> &[u8] {
        if self.encoding == Encoding::UTF_8 { self.utf8.pending() } else { &self.pending[..self.len] }
    }

    /// Decodes the next bytes of the stream.
    pub fn decode(&mut self, input: &[u8], mut emit: impl FnMut(Piece)) {
        if self.encoding == Encoding::UTF_8 {
            let first = self.offset() - self.pending().len() as u64;
            return self.utf8.decode(input, &mut Characters { offset: first, emit: &mut emit });
        }
        for byte in input {
            self.pending[self.len] = *byte;
            self.len += 1;
            self.offset += 1;
            self.settle(End::Open, &mut emit);
        }
    }

    /// Ends the stream: pending bytes are reported as incomplete.
    pub fn end(&mut self, mut emit: impl FnMut(Piece)) {
        if self.encoding == Encoding::UTF_8 {
            let first = self.offset() - self.pending().len() as u64;
            return self.utf8.end(&mut Characters { offset: first, emit: &mut emit });
        }
        self.settle(End::Reached, &mut emit);
    }

    /// Reports the pending bytes, as far as their meaning is decided.
    fn settle(&mut self, end: End, emit: &mut impl FnMut(Piece)) {
        while self.len > 0 {
            let pending = self.pending;
            let bytes = &pending[..self.len];
            let offset = self.offset - self.len as u64;
            let (unit, shift) = self.first(bytes, end);
            let (len, content) = match unit {
                CodeUnit::Open => return,
                CodeUnit::Characters { len, first, .. } => (len, Content::Character(first)),
                CodeUnit::Malformed { len, reason } => (len, Content::Malformed(reason)),
                CodeUnit::Shift { len } => (len, Content::Shift),
            };
            emit(Piece::new(offset, &bytes[..len], content));
            if let CodeUnit::Characters { second: Some(second), .. } = unit {
                emit(Piece::new(offset + len as u64, &[], Content::Character(second)));
            }
            self.shift =
                if self.encoding == Encoding::ISO_2022_JP { shift.behind(&bytes[..len]) } else { shift };
            self.pending.copy_within(len.., 0);
            self.len -= len;
        }
    }

    /// The unit at the start of the pending bytes, and the state behind it; that of ISO-2022-JP is the caller's matter.
    fn first(&self, bytes: &[u8], end: End) -> (CodeUnit, Shift) {
        let unit = match (self.encoding.0, bytes) {
            (Kind::Ascii, [0x80..=0xff, ..]) => CodeUnit::malformed(1, Reason::Unmapped),
            // Code points below 256 equal Latin-1, those below 128 ASCII.
            (Kind::Ascii | Kind::Latin1, [byte, ..]) => CodeUnit::character(1, char::from(*byte)),
            (Kind::CodePage(page), [byte, ..]) => CodeUnit::character(1, page.character(*byte)),
            (Kind::Utf32(order), _) => order.first(bytes, end),
            (Kind::Cesu8(variant), _) => variant.first(bytes, end),
            (Kind::Gsm, _) => gsm::first(bytes, end),
            (Kind::Utf7 | Kind::GsmPacked, _) => return self.shifted(bytes, end),
            (Kind::Whatwg(web), _) => {
                let mut decoder = web.new_decoder_without_bom_handling();
                if let Some(priming) = self.shift.priming() {
                    let mut unread = [0; 32];
                    let _ = decoder.decode_to_utf8_without_replacement(&priming, &mut unread, false);
                }
                try_out(&mut decoder, bytes, end, self.encoding.fault())
            }
            (Kind::Utf8, _) | (_, []) => CodeUnit::Open,
        };
        (unit, self.shift)
    }

    /// The same for encodings whose units have states of their own.
    fn shifted(&self, bytes: &[u8], end: End) -> (CodeUnit, Shift) {
        match self.shift {
            Shift::Utf7(state) => {
                let (unit, state) = state.first(bytes, end);
                (unit, Shift::Utf7(state))
            }
            Shift::Packed(state) => {
                let (unit, state) = state.first(bytes, end);
                (unit, Shift::Packed(state))
            }
            Shift::None | Shift::Escape(_) => (CodeUnit::Open, self.shift),
        }
    }
}

/// Feeds a fresh decoder byte by byte until it yields something.
fn try_out(decoder: &mut encoding_rs::Decoder, bytes: &[u8], end: End, fault: Reason) -> CodeUnit {
    // Only an escape sequence can stand before a malformed part within one unit.
    let rejected = |taken: usize, len: u8, after: u8, reason: Reason| {
        let stop = taken.saturating_sub(after.into());
        match stop.saturating_sub(len.into()) {
            0 => CodeUnit::Malformed { len: stop, reason },
            before => CodeUnit::Shift { len: before },
        }
    };
    let mut out = [0; 32];
    for (at, byte) in bytes.iter().enumerate() {
        let (result, read, written) = decoder.decode_to_utf8_without_replacement(&[*byte], &mut out, false);
        let mut characters = str::from_utf8(&out[..written]).unwrap_or_default().chars();
        if let Some(first) = characters.next() {
            return CodeUnit::Characters { len: at + 1, first, second: characters.next() };
        }
        if let DecoderResult::Malformed(len, after) = result {
            return rejected(at + read, len, after, fault);
        }
    }
    match end {
        End::Open => CodeUnit::Open,
        End::Reached => match decoder.decode_to_utf8_without_replacement(&[], &mut out, true).0 {
            DecoderResult::Malformed(len, after) => rejected(bytes.len(), len, after, Reason::Incomplete),
            _ => CodeUnit::Shift { len: bytes.len() },
        },
    }
}

/// Converts the output of the UTF-8 decoder into pieces.
struct Characters<'t, F> {
    offset: u64,
    emit: &'t mut F,
}

impl<F: FnMut(Piece)> utf8::Sink for Characters<'_, F> {
    fn text(&mut self, text: &str) {
        for ch in text.chars() {
            let mut bytes = [0; 4];
            let bytes = ch.encode_utf8(&mut bytes).as_bytes();
            (self.emit)(Piece::new(self.offset, bytes, Content::Character(ch)));
            self.offset += bytes.len() as u64;
        }
    }

    fn malformed(&mut self, part: utf8::Malformed) {
        let reason = Reason::Utf8(part.reason());
        (self.emit)(Piece::new(part.offset(), part.bytes(), Content::Malformed(reason)));
        self.offset = part.offset() + part.bytes().len() as u64;
    }
}
