//! Bytes as text for other programs: source code, JSON, shell commands, dumps.
//!
//! All forms but [`Form::Text`] give back exactly the bytes they were made from.

mod dump;
mod shell;
mod source;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::bytes::hex;

pub use self::dump::dump;
pub use self::shell::Target;

/// A form in which bytes are copied.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Form {
    /// The text that the bytes are in UTF-8. Malformed bytes and control characters become signs.
    Text,
    /// Hex digits, with spaces between the bytes.
    Hex,
    /// The layout of `xxd`, which `xxd -r` reads.
    Dump,
    /// An array in C.
    C,
    /// A byte string of Rust.
    Rust,
    /// A bytes object of Python.
    Python,
    /// A slice of Go.
    Go,
    /// A string in JSON, or an array of numbers where the bytes are not UTF-8.
    Json,
    /// Base64.
    Base64,
    /// A shell command that sends the bytes with `printf` and `nc`.
    Netcat,
    /// A shell command that sends the bytes as the body of an HTTP request.
    Curl,
}

impl Form {
    /// All forms, in the order in which they are offered.
    pub const ALL: [Self; 11] = [
        Self::Text,
        Self::Hex,
        Self::Dump,
        Self::C,
        Self::Rust,
        Self::Python,
        Self::Go,
        Self::Json,
        Self::Base64,
        Self::Netcat,
        Self::Curl,
    ];

    /// What the form is called on screen.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Hex => "hex",
            Self::Dump => "hex dump",
            Self::C => "C",
            Self::Rust => "Rust",
            Self::Python => "Python",
            Self::Go => "Go",
            Self::Json => "JSON",
            Self::Base64 => "Base64",
            Self::Netcat => "printf and nc",
            Self::Curl => "curl",
        }
    }

    /// How the bytes begin in this form: the first ones, as if the others followed.
    #[must_use]
    pub fn preview(self, source: Source<'_>, most: usize) -> String {
        let mut bytes = &source.bytes[..source.bytes.len().min(most)];
        if bytes.len() < source.bytes.len()
            && let Err(error) = str::from_utf8(bytes)
            && error.error_len().is_none()
        {
            // The character at the end goes on.
            bytes = &bytes[..error.valid_up_to()];
        }
        match self {
            // The only one that says how many there are.
            Self::C => source::c(bytes, source.bytes.len()),
            Self::Text
            | Self::Hex
            | Self::Dump
            | Self::Rust
            | Self::Python
            | Self::Go
            | Self::Json
            | Self::Base64
            | Self::Netcat
            | Self::Curl => self.write(Source { bytes, ..source }),
        }
    }

    /// The bytes in this form.
    ///
    /// ```
    /// use bytewatch::bytes::export::{Form, Source, Target};
    ///
    /// let target = Target::Inet { host: "127.0.0.1".to_owned(), port: 7777 };
    /// let source = Source { bytes: "é\n".as_bytes(), offset: 0, target: &target };
    /// assert_eq!(Form::Python.write(source), r#"b"\xc3\xa9\n""#);
    /// assert_eq!(Form::Netcat.write(source), r"printf '\303\251\n' | nc 127.0.0.1 7777");
    /// ```
    #[must_use]
    pub fn write(self, source: Source<'_>) -> String {
        let Source { bytes, offset, target } = source;
        match self {
            Self::Text => text(bytes),
            Self::Hex => spaced(bytes),
            Self::Dump => dump(offset, bytes),
            Self::C => source::c(bytes, bytes.len()),
            Self::Rust => source::rust(bytes),
            Self::Python => source::python(bytes),
            Self::Go => source::go(bytes),
            Self::Json => json(bytes),
            Self::Base64 => STANDARD.encode(bytes),
            Self::Netcat => shell::netcat(bytes, target),
            Self::Curl => shell::curl(bytes, target),
        }
    }
}

/// Bytes that are written in some form, and where they come from.
#[derive(Clone, Copy, Debug)]
pub struct Source<'b> {
    /// The bytes.
    pub bytes: &'b [u8],
    /// The offset of the first byte in its stream.
    pub offset: u64,
    /// The server to which a command would send the bytes.
    pub target: &'b Target,
}

/// Text that is pasted into a terminal must not command it, so control characters become signs.
fn text(bytes: &[u8]) -> String {
    let sign = |ch: char| match ch {
        '\n' | '\t' => ch,
        '\0'..='\x1f' => char::from_u32(0x2400 + u32::from(ch)).unwrap_or(ch),
        '\x7f' => '\u{2421}',
        '\u{80}'..='\u{9f}' => char::REPLACEMENT_CHARACTER,
        _ => ch,
    };
    String::from_utf8_lossy(bytes).replace("\r\n", "\n").chars().map(sign).collect()
}

fn spaced(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 3);
    for (index, byte) in bytes.iter().enumerate() {
        if index > 0 {
            out.push(' ');
        }
        hex::push_byte(&mut out, *byte);
    }
    out
}

fn json(bytes: &[u8]) -> String {
    // Neither a text nor a list of numbers can fail to be written.
    match str::from_utf8(bytes) {
        Ok(text) => serde_json::to_string(text),
        Err(_) => serde_json::to_string(bytes),
    }
    .unwrap_or_default()
}

#[cfg(test)]
mod tests;
