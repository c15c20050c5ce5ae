//! Bytes as source code.

use std::fmt::Write as _;

/// Bytes in one line of an array.
const PER_LINE: usize = 12;

/// An array of this length in C, because a string would have a zero byte at its end.
pub(super) fn c(bytes: &[u8], length: usize) -> String {
    if bytes.is_empty() {
        // C has no array without elements.
        return "const unsigned char *bytes = 0;".to_owned();
    }
    let mut out = format!("const unsigned char bytes[{length}] = {{\n");
    for line in bytes.chunks(PER_LINE) {
        let line: Vec<String> = line.iter().map(|byte| format!("0x{byte:02x}")).collect();
        // A text cannot refuse to be written to.
        let _ = writeln!(out, "    {},", line.join(", "));
    }
    out.push_str("};");
    out
}

pub(super) fn rust(bytes: &[u8]) -> String {
    format!("b\"{}\"", escaped(bytes))
}

pub(super) fn python(bytes: &[u8]) -> String {
    format!("b\"{}\"", escaped(bytes))
}

pub(super) fn go(bytes: &[u8]) -> String {
    format!("[]byte(\"{}\")", escaped(bytes))
}

/// The bytes with escapes that Rust, Python and Go share.
fn escaped(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        match byte {
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            b'\\' => out.push_str("\\\\"),
            b'"' => out.push_str("\\\""),
            b' '..=b'~' => out.push(char::from(*byte)),
            _ => {
                // A text cannot refuse to be written to.
                let _ = write!(out, "\\x{byte:02x}");
            }
        }
    }
    out
}
