//! Strings of JSON that are safe to print.

use std::fmt::{self, Write};

use crate::bytes::hex;
use crate::bytes::safe::{self, Glyph};

/// Bytes of a word.
const WORD: usize = 8;

/// Bytes that are examined at once in a long run of plain ones.
const PIECE: usize = 32;

/// Bytes that are examined one by one behind an escape.
const NEAR: usize = 16;

/// The first scalar value that is a mark.
const FIRST_MARK: char = '\u{300}';

/// Writes the inside of a string. What stands for itself is written as it is, in runs as long as possible.
pub(super) fn write<W: Write + ?Sized>(out: &mut W, text: &str) -> fmt::Result {
    let bytes = text.as_bytes();
    let (mut from, mut at) = (0, 0);
    loop {
        at += plain_prefix(&bytes[at..]);
        let Some(next) = bytes.get(at) else { break };
        if let Some(escape) = ESCAPES.get(usize::from(*next)) {
            out.write_str(&text[from..at])?;
            out.write_str(escape)?;
            at += 1;
            from = at;
            continue;
        }
        at += admitted(text, from, at);
        if let Some(ch) = text[at..].chars().next().filter(|ch| !ch.is_ascii()) {
            out.write_str(&text[from..at])?;
            escape(out, ch)?;
            at += ch.len_utf8();
            from = at;
        }
    }
    out.write_str(&text[from..])
}

/// The number of bytes before the first one that is not printable ASCII, or needs an escape.
#[inline]
fn plain_prefix(bytes: &[u8]) -> usize {
    // Where escapes are near each other, branch prediction makes this faster than whole words.
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

/// Writes JSON that has no escapes beyond those that it needs: what a terminal would obey or hide gets one, too.
pub(super) fn write_json<W: Write + ?Sized>(out: &mut W, json: &str) -> fmt::Result {
    let (mut from, mut at) = (0, 0);
    loop {
        at += json.as_bytes()[at..].iter().take_while(|byte| matches!(byte, b' '..=b'~')).count();
        at += admitted(json, from, at);
        let Some(ch) = json[at..].chars().next() else { break };
        if !matches!(ch, ' '..='~') {
            out.write_str(&json[from..at])?;
            escape(out, ch)?;
            at += ch.len_utf8();
            from = at;
        }
    }
    out.write_str(&json[from..])
}

/// What is written to it becomes the inside of a string.
pub(super) struct Inside<'o, W: Write>(pub(super) &'o mut W);

impl<W: Write> Write for Inside<'_, W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        write(self.0, text)
    }
}

/// Writes a character by its units of UTF-16.
fn escape<W: Write + ?Sized>(out: &mut W, ch: char) -> fmt::Result {
    ch.encode_utf16(&mut [0; 2]).iter().try_for_each(|unit| {
        let [high, low] = unit.to_be_bytes().map(hex::pair);
        [r"\u", high, low].into_iter().try_for_each(|part| out.write_str(part))
    })
}

/// The escapes of ASCII. A plain character has none.
const ESCAPES: [&str; 128] = {
    const CONTROLS: [&str; 32] = [
        r"\u0000", r"\u0001", r"\u0002", r"\u0003", r"\u0004", r"\u0005", r"\u0006", r"\u0007", r"\b", r"\t",
        r"\n", r"\u000b", r"\f", r"\r", r"\u000e", r"\u000f", r"\u0010", r"\u0011", r"\u0012", r"\u0013",
        r"\u0014", r"\u0015", r"\u0016", r"\u0017", r"\u0018", r"\u0019", r"\u001a", r"\u001b", r"\u001c",
        r"\u001d", r"\u001e", r"\u001f",
    ];
    let mut escapes = [""; 128];
    let mut at = 0;
    while at < CONTROLS.len() {
        escapes[at] = CONTROLS[at];
        at += 1;
    }
    escapes[b'"' as usize] = r#"\""#;
    escapes[b'\\' as usize] = r"\\";
    escapes[0x7f] = r"\u007f";
    escapes
};
