//! NDJSON that is safe to print on a terminal.
//!
//! The output is plain JSON. Characters that a terminal would interpret or hide are written as `\uXXXX`, and so is
//! U+FFFD, which could otherwise be confused with the placeholder of a missing font glyph.
//!
//! Most of a line is bytes in hexadecimal and text, so neither is examined more often than needed: digits go to the output
//! as they are made, and keys and fixed words are written as they are.

#[cfg(test)]
mod tests;
mod text;

use std::fmt::{self, Display, Write};

use serde::Serialize;

use crate::bytes::hex;

/// Bytes whose digits are written at once.
const PIECE: usize = 1024;

/// Up to this number of bytes, which a malformed part has at most, are written one by one.
const FEW: usize = 8;

/// Writes one object as one line, with the fields that `fields` adds, in their order.
///
/// # Errors
///
/// Those of `out`.
pub fn line<W: Write>(out: &mut W, fields: impl FnOnce(&mut Fields<'_, W>) -> fmt::Result) -> fmt::Result {
    object(out, fields)?;
    out.write_str("\n")
}

/// Writes one object, with the fields that `fields` adds, in their order.
///
/// # Errors
///
/// Those of `out`.
pub fn object<W: Write>(out: &mut W, fields: impl FnOnce(&mut Fields<'_, W>) -> fmt::Result) -> fmt::Result {
    out.write_str("{")?;
    fields(&mut Fields { out, before: "\"" })?;
    out.write_str("}")
}

/// Writer of the fields of one object. A key is a word that needs no escapes.
#[derive(Debug)]
pub struct Fields<'w, W: Write> {
    out: &'w mut W,
    /// What stands before the next key.
    before: &'static str,
}

impl<W: Write> Fields<'_, W> {
    /// Adds a field with a number, `true` or `false`.
    ///
    /// # Errors
    ///
    /// Those of the output.
    pub fn literal(&mut self, key: &str, value: impl Display) -> fmt::Result {
        let out = self.key(key)?;
        write!(out, "{value}")
    }

    /// Adds a field with any value.
    ///
    /// # Errors
    ///
    /// Those of the output.
    pub fn add(&mut self, key: &str, value: impl Serialize) -> fmt::Result {
        let out = self.key(key)?;
        let json = serde_json::to_string(&value).map_err(|_| fmt::Error)?;
        text::write_json(out, &json)
    }

    /// Adds a field with the `Display` text of `value`.
    ///
    /// # Errors
    ///
    /// Those of the output.
    pub fn show(&mut self, key: &str, value: impl Display) -> fmt::Result {
        let out = self.key(key)?;
        out.write_str("\"")?;
        write!(text::Inside(out), "{value}")?;
        out.write_str("\"")
    }

    /// Adds a field with text.
    ///
    /// # Errors
    ///
    /// Those of the output.
    pub fn text(&mut self, key: &str, text: &str) -> fmt::Result {
        let out = self.key(key)?;
        out.write_str("\"")?;
        text::write(out, text)?;
        out.write_str("\"")
    }

    /// Adds a field with a word that needs no escapes.
    ///
    /// # Errors
    ///
    /// Those of the output.
    pub fn word(&mut self, key: &str, word: &str) -> fmt::Result {
        let out = self.key(key)?;
        out.write_str("\"")?;
        out.write_str(word)?;
        out.write_str("\"")
    }

    /// Adds a field with the digits of bytes.
    ///
    /// # Errors
    ///
    /// Those of the output.
    pub fn hex(&mut self, key: &str, bytes: &[u8]) -> fmt::Result {
        let out = self.key(key)?;
        out.write_str("\"")?;
        write_digits(out, bytes)?;
        out.write_str("\"")
    }

    /// Adds a list, each item of which `write` writes.
    ///
    /// # Errors
    ///
    /// Those of the output.
    pub fn list<I>(
        &mut self,
        key: &str,
        items: impl IntoIterator<Item = I>,
        write: impl Fn(&mut W, I) -> fmt::Result,
    ) -> fmt::Result {
        let out = self.key(key)?;
        out.write_str("[")?;
        for (at, item) in items.into_iter().enumerate() {
            if at > 0 {
                out.write_str(",")?;
            }
            write(out, item)?;
        }
        out.write_str("]")
    }

    /// Writes a key, and returns the output for its value.
    fn key(&mut self, key: &str) -> Result<&mut W, fmt::Error> {
        self.out.write_str(self.before)?;
        self.before = ",\"";
        self.out.write_str(key)?;
        self.out.write_str("\":")?;
        Ok(self.out)
    }
}

fn write_digits<W: Write>(out: &mut W, bytes: &[u8]) -> fmt::Result {
    if bytes.len() <= FEW {
        return bytes.iter().try_for_each(|byte| out.write_str(hex::pair(*byte)));
    }
    write_many_digits(out, bytes)
}

/// It is a function of its own, so that its buffer is not cleared for a few bytes.
#[inline(never)]
fn write_many_digits<W: Write>(out: &mut W, bytes: &[u8]) -> fmt::Result {
    let mut digits = [0; 2 * PIECE];
    bytes.chunks(PIECE).try_for_each(|piece| out.write_str(hex::write(&mut digits, piece)))
}
