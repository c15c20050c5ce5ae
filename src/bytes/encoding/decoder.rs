//! The fast decoder: runs of text, and the malformed parts between them.

use encoding_rs::{DecoderResult, mem};

use crate::bytes::encoding::code_page::CodePage;
use crate::bytes::encoding::kinds::{Encoding, Kind};
use crate::bytes::encoding::pieces::{Content, Piece, Pieces};
use crate::bytes::encoding::reason::{LONGEST, Malformed, Reason};
use crate::bytes::utf8;

/// Size in bytes of the buffer for decoded text.
const ROOM: usize = 16 * 1024;

/// Latin-1 text is decoded in pieces of this number of bytes, because UTF-8 takes up to twice as many.
const LATIN_PIECE: usize = ROOM / 2;

/// Receives the decoder's output, in the order of the stream.
pub trait Sink {
    /// Called with text, which is never empty.
    fn text(&mut self, text: &str);
    /// Called with a malformed part, for which lossy text has one U+FFFD.
    fn malformed(&mut self, part: Malformed);
}

/// Decoder of one stream in any encoding. It buffers a bounded number of bytes.
///
/// The result does not depend on how the stream is cut into pieces.
pub struct Decoder(Inner);

enum Inner {
    Utf8(utf8::Decoder),
    /// ASCII, with the offset of the next byte.
    Ascii(u64),
    Latin1,
    Whatwg(Box<WhatwgDecoder>),
    CodePage(CodePage),
    /// The slow decoder, for encodings that are rare.
    Pieces(Box<Pieces>),
}

impl Decoder {
    /// A decoder at offset 0.
    #[must_use]
    pub fn new(encoding: Encoding) -> Self {
        Self::starting_at(0, encoding)
    }

    /// A decoder that starts at this offset of the stream, where a character begins.
    #[must_use]
    pub fn starting_at(offset: u64, encoding: Encoding) -> Self {
        Self(match encoding.0 {
            Kind::Utf8 => Inner::Utf8(utf8::Decoder::starting_at(offset)),
            Kind::Ascii => Inner::Ascii(offset),
            Kind::Latin1 => Inner::Latin1,
            Kind::Whatwg(web) => Inner::Whatwg(Box::new(WhatwgDecoder {
                fault: encoding.fault(),
                decoder: web.new_decoder_without_bom_handling(),
                text: String::with_capacity(ROOM),
                offset,
                recent: [0; LONGEST],
            })),
            Kind::CodePage(page) => Inner::CodePage(page),
            Kind::Utf32(_) | Kind::Utf7 | Kind::Cesu8(_) | Kind::Gsm | Kind::GsmPacked => {
                Inner::Pieces(Box::new(Pieces::starting_at(offset, encoding)))
            }
        })
    }

    /// Decodes the next bytes of the stream.
    pub fn decode(&mut self, input: &[u8], sink: &mut impl Sink) {
        match &mut self.0 {
            Inner::Utf8(decoder) => decoder.decode(input, &mut Wrapped(sink)),
            Inner::Ascii(offset) => ascii(input, offset, sink),
            Inner::Latin1 => {
                for piece in input.chunks(LATIN_PIECE) {
                    sink.text(&mem::decode_latin1(piece));
                }
            }
            Inner::Whatwg(web) => web.decode(input, sink),
            Inner::CodePage(page) => {
                for piece in input.chunks(ROOM) {
                    sink.text(&piece.iter().map(|byte| page.character(*byte)).collect::<String>());
                }
            }
            Inner::Pieces(pieces) => {
                for piece in input.chunks(ROOM) {
                    gathered(sink, |emit| pieces.decode(piece, emit));
                }
            }
        }
    }

    /// Ends the stream: pending bytes are reported as incomplete.
    pub fn end(&mut self, sink: &mut impl Sink) {
        match &mut self.0 {
            Inner::Utf8(decoder) => decoder.end(&mut Wrapped(sink)),
            Inner::Ascii(_) | Inner::Latin1 | Inner::CodePage(_) => {}
            Inner::Whatwg(web) => web.end(sink),
            Inner::Pieces(pieces) => gathered(sink, |emit| pieces.end(emit)),
        }
    }
}

/// Adapts a sink to the UTF-8 decoder.
struct Wrapped<'s, S>(&'s mut S);

impl<S: Sink> utf8::Sink for Wrapped<'_, S> {
    fn text(&mut self, text: &str) {
        self.0.text(text);
    }

    fn malformed(&mut self, part: utf8::Malformed) {
        self.0.malformed(part.into());
    }
}

/// Gathers the characters of pieces into runs of text.
fn gathered(sink: &mut impl Sink, decode: impl FnOnce(&mut dyn FnMut(Piece))) {
    let mut text = String::new();
    decode(&mut |piece| match (piece.content(), piece.malformed()) {
        (Content::Character(ch), _) => text.push(ch),
        (_, None) => {}
        (_, Some(part)) => {
            give(&mut text, sink);
            sink.malformed(part);
        }
    });
    give(&mut text, sink);
}

/// Gives text to the sink, unless there is none.
fn give(text: &mut String, sink: &mut impl Sink) {
    if !text.is_empty() {
        sink.text(text);
        text.clear();
    }
}

fn ascii(input: &[u8], offset: &mut u64, sink: &mut impl Sink) {
    let mut rest = input;
    while !rest.is_empty() {
        let (good, behind) = rest.split_at(encoding_rs::Encoding::ascii_valid_up_to(rest));
        // It is ASCII, so the error cannot occur.
        if let Some(text) = str::from_utf8(good).ok().filter(|text| !text.is_empty()) {
            sink.text(text);
        }
        *offset += good.len() as u64;
        let bad = behind.iter().take_while(|byte| !byte.is_ascii()).count();
        for byte in &behind[..bad] {
            sink.malformed(Malformed::new(*offset, &[*byte], Reason::Unmapped));
            *offset += 1;
        }
        rest = &behind[bad..];
    }
}

/// Decoder of an encoding of the WHATWG standard.
struct WhatwgDecoder {
    fault: Reason,
    decoder: encoding_rs::Decoder,
    text: String,
    /// Offset of the next expected byte.
    offset: u64,
    /// The newest bytes before `offset`.
    recent: [u8; LONGEST],
}

impl WhatwgDecoder {
    fn decode(&mut self, input: &[u8], sink: &mut impl Sink) {
        let mut rest = input;
        loop {
            let (result, read) =
                self.decoder.decode_to_string_without_replacement(rest, &mut self.text, false);
            give(&mut self.text, sink);
            self.pass(&rest[..read]);
            rest = &rest[read..];
            match result {
                DecoderResult::InputEmpty => return,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(len, after) => self.reject(len, after, self.fault, sink),
            }
        }
    }

    fn end(&mut self, sink: &mut impl Sink) {
        loop {
            let (result, _) = self.decoder.decode_to_string_without_replacement(&[], &mut self.text, true);
            give(&mut self.text, sink);
            match result {
                DecoderResult::InputEmpty => return,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(len, after) => self.reject(len, after, Reason::Incomplete, sink),
            }
        }
    }

    /// Advances over these bytes, and keeps the newest ones, which a malformed part may contain.
    fn pass(&mut self, bytes: &[u8]) {
        self.offset += bytes.len() as u64;
        let newest = &bytes[bytes.len().saturating_sub(LONGEST)..];
        self.recent.rotate_left(newest.len());
        self.recent[LONGEST - newest.len()..].copy_from_slice(newest);
    }

    /// Reports `len` malformed bytes, which lie before the last `after` bytes.
    fn reject(&self, len: u8, after: u8, reason: Reason, sink: &mut impl Sink) {
        let end = LONGEST.saturating_sub(after.into());
        let start = end.saturating_sub(len.into());
        let offset = self.offset - (LONGEST - start) as u64;
        sink.malformed(Malformed::new(offset, &self.recent[start..end], reason));
    }
}
