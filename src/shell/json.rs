//! NDJSON that is safe to print on a terminal.
//!
//! The output is plain JSON. Characters that a terminal would interpret or hide are written as `\uXXXX`, and so is
//! U+FFFD, which could otherwise be confused with the placeholder of a missing font glyph.

use std::fmt::Display;
use std::io::{self, Write};

use serde::ser::{Serialize, SerializeMap, Serializer as _};
use serde_json::Serializer;
use serde_json::ser::{Compound, Formatter};

use crate::bytes::safe::{self, Glyph};
use crate::bytes::{encoding, utf8};

/// Writes one object as one line, with the fields that `fields` adds, in their order.
///
/// # Errors
///
/// Those of `out`.
pub(crate) fn line<W: Write>(
    out: &mut W,
    fields: impl FnOnce(&mut Fields<'_, '_, W>) -> io::Result<()>,
) -> io::Result<()> {
    let mut serializer = Serializer::with_formatter(&mut *out, Safe);
    let mut object = Fields(serializer.serialize_map(None)?);
    fields(&mut object)?;
    object.0.end()?;
    out.write_all(b"\n")
}

/// Writes one value as one line.
///
/// # Errors
///
/// Those of `out`.
pub(crate) fn value<W: Write>(out: &mut W, value: &impl Serialize) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(&mut *out, Safe))?;
    out.write_all(b"\n")
}

/// Writer of the fields of one object.
pub(crate) struct Fields<'s, 'w, W: Write>(Compound<'s, &'w mut W, Safe>);

impl<W: Write> Fields<'_, '_, W> {
    /// Adds a field.
    pub(crate) fn add(&mut self, key: &str, value: impl Serialize) -> io::Result<()> {
        Ok(self.0.serialize_entry(key, &value)?)
    }

    /// Adds a field with the `Display` text of `value`.
    pub(crate) fn show(&mut self, key: &str, value: impl Display) -> io::Result<()> {
        self.add(key, DisplayValue(value))
    }

    /// Adds a list of malformed parts.
    pub(crate) fn parts(&mut self, key: &str, parts: &[impl MalformedPart]) -> io::Result<()> {
        self.add(key, Parts(parts))
    }
}

struct DisplayValue<T>(T);

impl<T: Display> Serialize for DisplayValue<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// Formats bytes in hexadecimal without allocating; for the few bytes of a malformed part.
pub(crate) struct Hex<'a>(pub(crate) &'a [u8]);

impl Display for Hex<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// A malformed part as JSON needs it: offset, bytes, and the name of the reason.
pub(crate) trait MalformedPart {
    fn offset(&self) -> u64;
    fn bytes(&self) -> &[u8];
    fn reason(&self) -> &'static str;
}

impl MalformedPart for utf8::Malformed {
    fn offset(&self) -> u64 {
        self.offset()
    }

    fn bytes(&self) -> &[u8] {
        self.bytes()
    }

    fn reason(&self) -> &'static str {
        self.reason().word()
    }
}

impl MalformedPart for encoding::Malformed {
    fn offset(&self) -> u64 {
        self.offset()
    }

    fn bytes(&self) -> &[u8] {
        self.bytes()
    }

    fn reason(&self) -> &'static str {
        self.reason().word()
    }
}

struct Parts<'a, P>(&'a [P]);

impl<P: MalformedPart> Serialize for Parts<'_, P> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(DescribedPart))
    }
}

struct DescribedPart<'a, P>(&'a P);

impl<P: MalformedPart> Serialize for DescribedPart<'_, P> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut part = serializer.serialize_map(Some(3))?;
        part.serialize_entry("offset", &self.0.offset())?;
        part.serialize_entry("bytes", &DisplayValue(Hex(self.0.bytes())))?;
        part.serialize_entry("reason", self.0.reason())?;
        part.end()
    }
}

/// Formatter of compact JSON whose strings are safe to print.
pub(crate) struct Safe;

impl Formatter for Safe {
    fn write_string_fragment<W>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()>
    where
        W: ?Sized + Write,
    {
        // A fast path for hexadecimal and most text.
        if fragment.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            return writer.write_all(fragment.as_bytes());
        }
        let (mut from, mut before) = (0, Separator::default());
        for (at, ch) in fragment.char_indices() {
            if before.admits(ch) {
                continue;
            }
            writer.write_all(&fragment.as_bytes()[from..at])?;
            for unit in ch.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            from = at + ch.len_utf8();
        }
        writer.write_all(&fragment.as_bytes()[from..])
    }
}

/// The characters before the current one of a string.
#[derive(Default)]
struct Separator {
    character: Option<char>,
    /// The character with the marks behind it.
    marked: Option<Glyph>,
}

impl Separator {
    /// Whether `ch` may be written as itself: a mark only behind a letter that can carry it.
    fn admits(&mut self, ch: char) -> bool {
        let plain = match ch {
            ' '..='~' => true,
            char::REPLACEMENT_CHARACTER => false,
            _ => safe::is_safe(ch.encode_utf8(&mut [0; 4])),
        };
        let carrier = self.marked.or_else(|| self.character.filter(|_| !plain).map(safe::glyph));
        self.marked = carrier.filter(|_| !plain).and_then(|carrier| safe::cluster(carrier, ch));
        self.character = Some(ch).filter(|_| plain);
        plain || self.marked.is_some()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn string(text: &str) -> String {
        let mut out = Vec::new();
        line(&mut out, |object| object.add("text", text)).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn text_stays_readable() {
        assert_eq!(string("hé€ \"日本\" \\"), "{\"text\":\"hé€ \\\"日本\\\" \\\\\"}\n");
    }

    #[test]
    fn what_a_terminal_obeys_or_hides_is_escaped() {
        for (text, escaped) in [
            ("\u{1b}[2J", "\\u001b[2J"),
            ("\u{7f}", "\\u007f"),
            ("\u{9b}", "\\u009b"),
            ("a\u{202e}b", "a\\u202eb"),
            ("\u{200b}", "\\u200b"),
            ("\u{2066}", "\\u2066"),
            ("\u{feff}", "\\ufeff"),
            ("\u{fffd}", "\\ufffd"),
            ("é\u{9b}é", "é\\u009bé"),
            ("\u{301}", "\\u0301"),
            ("e\u{301}\u{302}\u{303}\u{304}", "e\u{301}\u{302}\\u0303\\u0304"),
            ("\u{1b}\u{301}x\u{301}", "\\u001b\\u0301x\u{301}"),
        ] {
            assert_eq!(string(text), format!("{{\"text\":\"{escaped}\"}}\n"));
        }
    }

    #[test]
    fn every_character_means_itself_again() {
        for ch in (0..=0x0010_ffff).filter_map(char::from_u32) {
            // Beyond the planes with special rules, a sample suffices.
            if u32::from(ch) > 0x3_0000 && u32::from(ch) % 0x101 != 0 {
                continue;
            }
            let written = string(ch.encode_utf8(&mut [0; 4]));
            let read: Value = serde_json::from_str(&written).unwrap();
            assert_eq!(read["text"], ch.to_string(), "{ch:?}");
            assert!(!written.trim_end().chars().any(char::is_control), "{ch:?}");
        }
    }

    #[test]
    fn fields_keep_their_order() {
        let mut out = Vec::new();
        line(&mut out, |object| {
            object.add("z", 1)?;
            object.add("a", Option::<u64>::None)?;
            object.show("m", Hex(&[0xe2, 0x82]))
        })
        .unwrap();
        assert_eq!(out, b"{\"z\":1,\"a\":null,\"m\":\"e282\"}\n");
    }
}
