//! The result of Python's `bytes.decode('utf-8', errors=…)`.
//!
//! These results are often the first sign of a broken text.

use crate::bytes::safe;
use crate::bytes::utf8::{Decoder, Malformed, Reason, Sink};

/// The error handler for malformed parts: the value of `errors`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Handler {
    /// An exception at the first malformed part.
    Strict,
    /// U+FFFD for each malformed part.
    Replace,
    /// Malformed parts are dropped.
    Ignore,
    /// The four characters `\xff` for each byte.
    BackslashReplace,
    /// A lone surrogate for each byte, so that encoding brings it back (PEP 383).
    SurrogateEscape,
}

impl Handler {
    /// All handlers, in the order of Python's manual.
    pub const ALL: [Self; 5] =
        [Self::Strict, Self::Ignore, Self::Replace, Self::BackslashReplace, Self::SurrogateEscape];

    /// The name of the handler in Python.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Strict => "strict",
            Self::Replace => "replace",
            Self::Ignore => "ignore",
            Self::BackslashReplace => "backslashreplace",
            Self::SurrogateEscape => "surrogateescape",
        }
    }
}

/// The `repr` of the decoded string, or the message of the exception of [`Handler::Strict`].
///
/// As in Python, characters that are not printable are escaped. [`safe`] decides which ones are printable, so that the
/// result can be shown: a few characters are escaped that Python would print.
///
/// # Errors
///
/// The message of the `UnicodeDecodeError`.
pub fn decode(bytes: &[u8], handler: Handler) -> Result<String, String> {
    let mut string = Str { handler, points: Vec::new(), first: None };
    let mut decoder = Decoder::new();
    decoder.decode(bytes, &mut string);
    decoder.end(&mut string);
    match string.first {
        Some(part) if handler == Handler::Strict => Err(message(&part)),
        _ => Ok(repr(&string.points)),
    }
}

/// A Python string: code points, including surrogates.
struct Str {
    handler: Handler,
    points: Vec<u32>,
    /// The first malformed part.
    first: Option<Malformed>,
}

impl Sink for Str {
    fn text(&mut self, text: &str) {
        self.points.extend(text.chars().map(u32::from));
    }

    fn malformed(&mut self, part: Malformed) {
        self.first.get_or_insert(part);
        match self.handler {
            Handler::Strict | Handler::Ignore => {}
            Handler::Replace => self.points.push(u32::from(char::REPLACEMENT_CHARACTER)),
            Handler::BackslashReplace => {
                let digits: String = part.bytes().iter().map(|byte| format!("\\x{byte:02x}")).collect();
                self.text(&digits);
            }
            Handler::SurrogateEscape => {
                self.points.extend(part.bytes().iter().map(|byte| 0xdc00 + u32::from(*byte)));
            }
        }
    }
}

/// `'utf-8' codec can't decode byte 0xff in position 0: invalid start byte`.
fn message(part: &Malformed) -> String {
    let reason = match part.reason() {
        Reason::UnexpectedContinuation | Reason::InvalidLead => "invalid start byte",
        Reason::Overlong | Reason::Surrogate | Reason::AboveMaximum | Reason::Truncated => {
            "invalid continuation byte"
        }
        Reason::Incomplete => "unexpected end of data",
    };
    let start = part.offset();
    match *part.bytes() {
        [byte] => format!("'utf-8' codec can't decode byte 0x{byte:02x} in position {start}: {reason}"),
        ref bytes => {
            let last = start.saturating_add(bytes.len() as u64).saturating_sub(1);
            format!("'utf-8' codec can't decode bytes in position {start}-{last}: {reason}")
        }
    }
}

/// The string as a Python literal.
fn repr(points: &[u32]) -> String {
    let has = |ch: char| points.contains(&u32::from(ch));
    let quote = if has('\'') && !has('"') { '"' } else { '\'' };
    let mut literal = String::from(quote);
    for point in points {
        match char::from_u32(*point) {
            Some('\n') => literal.push_str("\\n"),
            Some('\r') => literal.push_str("\\r"),
            Some('\t') => literal.push_str("\\t"),
            Some(ch) if ch == '\\' || ch == quote => literal.extend(['\\', ch]),
            Some(ch) if is_printed(ch) => literal.push(ch),
            _ => literal.push_str(&escape(*point)),
        }
    }
    literal.push(quote);
    literal
}

fn is_printed(ch: char) -> bool {
    safe::tag(ch).is_none()
}

fn escape(point: u32) -> String {
    match point {
        0..=0xff => format!("\\x{point:02x}"),
        0x100..=0xffff => format!("\\u{point:04x}"),
        _ => format!("\\U{point:08x}"),
    }
}
