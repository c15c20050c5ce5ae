//! Strings of JSON that are safe to print.

use std::io::{self, Write};

use serde_json::ser::Formatter;

use crate::bytes::hex;
use crate::bytes::safe::{self, Glyph};

/// Bytes of a word.
const WORD: usize = 8;

/// Bytes that are examined at once after so many plain ones.
const PIECE: usize = 32;

/// Bytes that are examined one by one behind an escape.
const NEAR: usize = 16;

/// The first scalar value that is a mark.
const FIRST_MARK: char = '\u{300}';

/// Writes the inside of a string. What stands for itself is written as it is, in runs as long as possible.
pub(super) fn write<W: Write + ?Sized>(out: &mut W, text: &str) -> io::Result<()> {
    let bytes = text.as_bytes();
    let (mut from, mut at) = (0, 0);
    loop {
        at += plain_prefix(&bytes[at..]);
        let Some(next) = bytes.get(at) else { break };
        if let Some((escape, len)) = ESCAPES.get(usize::from(*next)) {
            out.write_all(&bytes[from..at])?;
            out.write_all(&escape[..*len])?;
            at += 1;
            from = at;
            continue;
        }
        at += admitted(text, from, at);
        if let Some(ch) = text[at..].chars().next().filter(|ch| !ch.is_ascii()) {
            out.write_all(&bytes[from..at])?;
            escape(out, ch)?;
            at += ch.len_utf8();
            from = at;
        }
    }
    out.write_all(&bytes[from..])
}

/// The number of bytes before the first one that is not printable ASCII, or needs an escape.
#[inline]
fn plain_prefix(bytes: &[u8]) -> usize {
    // Where escapes are near each other, the processor foresees how far it is.
    let near = bytes.len().min(NEAR);
    let mut at = bytes[..near].iter().take_while(|byte| is_plain(**byte)).count();
    if at < near {
        return at;
    }
    while let Some(word) = bytes[at..].first_chunk() {
        let plain = plain_bytes(*word);
        at += plain;
        if plain < WORD {
            return at;
        }
        if at == NEAR + PIECE {
            at += plain_pieces(&bytes[at..]);
        }
    }
    at + bytes[at..].iter().take_while(|byte| is_plain(**byte)).count()
}

/// The number of bytes at the start of a word that are plain.
#[inline]
const fn plain_bytes(word: [u8; WORD]) -> usize {
    const LOW: u64 = u64::MAX / 255;
    const HIGH: u64 = LOW << 7;
    /// Sets the highest bit of the first byte that is 0; what is above it is of no meaning ("Bit Twiddling Hacks" by Sean
    /// Anderson, "Determine if a word has a zero byte").
    const fn zero(word: u64) -> u64 {
        word.wrapping_sub(LOW) & !word
    }
    let word = u64::from_le_bytes(word);
    let control = word.wrapping_sub(LOW * 0x20) & !word;
    let escaped = zero(word ^ (LOW * b'"' as u64)) | zero(word ^ (LOW * b'\\' as u64));
    let special = (control | escaped | zero(word ^ (LOW * 0x7f)) | word) & HIGH;
    special.trailing_zeros() as usize / 8
}

/// The number of bytes of plain pieces. The compiler makes vectors of a piece that is examined as a whole.
fn plain_pieces(bytes: &[u8]) -> usize {
    let plain = |piece: &&[u8; PIECE]| piece.iter().fold(true, |all, byte| all & is_plain(*byte));
    bytes.as_chunks().0.iter().take_while(plain).count() * PIECE
}

/// Whether a byte is printable ASCII that needs no escape.
const fn is_plain(byte: u8) -> bool {
    byte.wrapping_sub(b' ') <= b'~' - b' ' && byte != b'"' && byte != b'\\'
}

/// The number of bytes from `start` on of characters beyond ASCII that stand for themselves. What lies between `from` and
/// `start` does.
fn admitted(text: &str, from: usize, start: usize) -> usize {
    let (mut at, mut marked) = (start, None);
    for ch in text[start..].chars() {
        if ch.is_ascii() || ch == char::REPLACEMENT_CHARACTER {
            break;
        }
        if safe::is_safe_alone(ch) {
            marked = None;
        } else if ch >= FIRST_MARK
            && let Some(carrier) = with_mark(marked, &text[from..at], ch)
        {
            marked = Some(carrier);
        } else {
            break;
        }
        at += ch.len_utf8();
    }
    at - start
}

/// The letter before a mark, with the marks that it has and this one: `None` if it cannot carry it. `marked` is the letter
/// if it has marks; `before` is the text before the mark that stands for itself.
fn with_mark(marked: Option<Glyph>, before: &str, mark: char) -> Option<Glyph> {
    let letter = || before.chars().next_back().map(safe::glyph);
    marked.or_else(letter).and_then(|letter| safe::cluster(letter, mark))
}

/// Writes a character by its units of UTF-16.
fn escape<W: Write + ?Sized>(out: &mut W, ch: char) -> io::Result<()> {
    ch.encode_utf16(&mut [0; 2]).iter().try_for_each(|unit| {
        let [high, low] = unit.to_be_bytes().map(|byte| hex::pair(byte).as_bytes());
        out.write_all(&[b'\\', b'u', high[0], high[1], low[0], low[1]])
    })
}

/// The escapes of ASCII, and their lengths. A plain character is its own.
const ESCAPES: [([u8; WORD], usize); 128] = {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    const SHORT: [(u8, u8); 7] = [
        (b'"', b'"'),
        (b'\\', b'\\'),
        (b'\n', b'n'),
        (b'\r', b'r'),
        (b'\t', b't'),
        (0x08, b'b'),
        (0x0c, b'f'),
    ];
    let mut escapes = [([0; WORD], 1); 128];
    let mut at = 0;
    while at < escapes.len() {
        let byte = at as u8;
        escapes[at] = if is_plain(byte) {
            ([byte, 0, 0, 0, 0, 0, 0, 0], 1)
        } else {
            ([b'\\', b'u', b'0', b'0', DIGITS[at / 16], DIGITS[at % 16], 0, 0], 6)
        };
        at += 1;
    }
    at = 0;
    while at < SHORT.len() {
        let (byte, letter) = SHORT[at];
        escapes[byte as usize] = ([b'\\', letter, 0, 0, 0, 0, 0, 0], 2);
        at += 1;
    }
    escapes
};

/// Formatter of compact JSON whose strings are safe to print.
pub(super) struct Safe;

impl Formatter for Safe {
    fn write_string_fragment<W>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()>
    where
        W: ?Sized + Write,
    {
        write(writer, fragment)
    }
}
