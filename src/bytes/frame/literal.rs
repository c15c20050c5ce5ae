//! Some bytes within the text of a rule.

use std::fmt::{self, Write as _};

use crate::bytes::literal::{escape, pairs};

/// The longest literal, in bytes.
pub(super) const LONGEST: usize = 64;

/// Bytes that are written as `"text"` with escapes, or as pairs of hex digits.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Literal(Vec<u8>);

impl Literal {
    /// Bytes that are known to be neither none nor too many.
    pub(super) fn of(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Parses `text`, which is named `what` in an error.
    pub(super) fn parse(what: &str, text: &str) -> Result<Self, String> {
        let wrong = || format!("{what} is hex digits like 0d0a or text like \"\\r\\n\", not '{text}'");
        let bytes = match text.strip_prefix('"') {
            Some(quoted) => {
                let mut rest = quoted.strip_suffix('"').filter(|_| text.len() > 1).ok_or_else(wrong)?;
                let mut bytes = Vec::new();
                while let Some((plain, behind)) = rest.split_once('\\') {
                    bytes.extend_from_slice(plain.as_bytes());
                    rest = escape(behind, &mut bytes)?;
                }
                bytes.extend_from_slice(rest.as_bytes());
                bytes
            }
            None => pairs(text).ok_or_else(wrong)?,
        };
        match bytes.len() {
            1..=LONGEST => Ok(Self(bytes)),
            length => Err(format!("{what} has 1 to {LONGEST} bytes, not {length}")),
        }
    }

    /// Whether `text` is meant as a literal in quotes.
    pub(super) fn is_quoted(text: &str) -> bool {
        text.starts_with('"')
    }

    /// Always in quotes, so that it is not taken for the name of a rule.
    pub(super) fn quoted(&self) -> String {
        let mut text = "\"".to_owned();
        for byte in &self.0 {
            match byte {
                b'\n' => text.push_str("\\n"),
                b'\r' => text.push_str("\\r"),
                b'\t' => text.push_str("\\t"),
                b'"' | b'\\' => text.extend(['\\', char::from(*byte)]),
                b' '..=b'~' => text.push(char::from(*byte)),
                // Writing to a string does not fail.
                byte => drop(write!(text, "\\x{byte:02x}")),
            }
        }
        text.push('"');
        text
    }
}

/// In quotes if all of it is text, else as hex digits.
impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\n' | b'\r' | b'\t')) {
            return f.write_str(&self.quoted());
        }
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
