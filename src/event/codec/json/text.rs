//! Strings of JSON that are safe to print.

use std::io::{self, Write};

use serde_json::ser::Formatter;

use crate::bytes::safe::{self, Glyph};

/// Bytes that are examined at once.
const PIECE: usize = 32;

/// Bytes of a word.
const WORD: usize = 8;

/// The first scalar value that is a mark.
const FIRST_MARK: char = '\u{300}';

/// Writes the inside of a string. What stands for itself is written as it is, in runs as long as possible.
pub(super) fn write<W: Write + ?Sized>(out: &mut W, text: &str) -> io::Result<()> {
    let bytes = text.as_bytes();
    let (mut from, mut at) = (0, 0);
    while at < bytes.len() {
        at += plain_prefix(&bytes[at..]);
        at += admitted_prefix(&text[from..], at - from);
        let Some(ch) = text[at..].chars().next() else { break };
        if !is_plain_char(ch) {
            out.write_all(&bytes[from..at])?;
            escape(out, ch)?;
            at += ch.len_utf8();
            from = at;
        }
    }
    out.write_all(&bytes[from..])
}

/// The number of bytes before the first one that is not printable ASCII, or needs an escape.
fn plain_prefix(bytes: &[u8]) -> usize {
    let mut at = 0;
    while let Some(word) = bytes[at..].first_chunk() {
        match special_bytes(u64::from_le_bytes(*word)) {
            0 => at += WORD,
            special => return at + special.trailing_zeros() as usize / 8,
        }
        if at == PIECE {
            at += plain_pieces(&bytes[at..]);
        }
    }
    at + bytes[at..].iter().take_while(|byte| is_plain(**byte)).count()
}

/// The number of bytes of plain pieces. The compiler makes vectors of a piece that is examined as a whole.
fn plain_pieces(bytes: &[u8]) -> usize {
    let plain = |piece: &&[u8; PIECE]| piece.iter().fold(true, |all, byte| all & is_plain(*byte));
    bytes.as_chunks().0.iter().take_while(plain).count() * PIECE
}

/// The number of bytes from `start` on of characters beyond ASCII that stand for themselves.
fn admitted_prefix(text: &str, start: usize) -> usize {
    let (mut at, mut marked) = (start, None);
    for ch in text[start..].chars() {
        if ch.is_ascii() || ch == char::REPLACEMENT_CHARACTER {
            break;
        }
        if safe::is_safe_alone(ch) {
            marked = None;
        } else if ch >= FIRST_MARK
            && let Some(carrier) = with_mark(marked, &text[..at], ch)
        {
            marked = Some(carrier);
        } else {
            break;
        }
        at += ch.len_utf8();
    }
    at - start
}

const fn is_plain(byte: u8) -> bool {
    byte.wrapping_sub(b' ') <= b'~' - b' ' && byte != b'"' && byte != b'\\'
}

fn is_plain_char(ch: char) -> bool {
    u8::try_from(ch).is_ok_and(is_plain)
}

/// Sets the highest bit of the first byte that is not plain; what is above it is of no meaning.
const fn special_bytes(word: u64) -> u64 {
    const LOW: u64 = u64::MAX / 255;
    const HIGH: u64 = LOW << 7;
    /// Finds the first byte that is 0 ("Bit Twiddling Hacks" by Sean Anderson, "Determine if a word has a zero byte").
    const fn zero(word: u64) -> u64 {
        word.wrapping_sub(LOW) & !word
    }
    let control = word.wrapping_sub(LOW * 0x20) & !word;
    let escaped = zero(word ^ (LOW * b'"' as u64)) | zero(word ^ (LOW * b'\\' as u64));
    (control | escaped | zero(word ^ (LOW * 0x7f)) | word) & HIGH
}

/// The letter before a mark, with the marks that it has and this one: `None` if it cannot carry it. `marked` is the letter
/// if it has marks; `before` is the text before the mark that stands for itself.
fn with_mark(marked: Option<Glyph>, before: &str, mark: char) -> Option<Glyph> {
    let letter = || before.chars().next_back().map(safe::glyph);
    marked.or_else(letter).and_then(|letter| safe::cluster(letter, mark))
}

fn escape<W: Write + ?Sized>(out: &mut W, ch: char) -> io::Result<()> {
    match ch {
        '"' => out.write_all(b"\\\""),
        '\\' => out.write_all(b"\\\\"),
        '\n' => out.write_all(b"\\n"),
        '\r' => out.write_all(b"\\r"),
        '\t' => out.write_all(b"\\t"),
        '\u{8}' => out.write_all(b"\\b"),
        '\u{c}' => out.write_all(b"\\f"),
        char::REPLACEMENT_CHARACTER => out.write_all(b"\\ufffd"),
        _ => ch.encode_utf16(&mut [0; 2]).iter().try_for_each(|unit| write!(out, "\\u{unit:04x}")),
    }
}

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
