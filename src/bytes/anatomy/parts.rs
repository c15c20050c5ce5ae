//! The parts that a stream is taken apart into, and how their bytes and code points are written.

/// Bytes as the sentences write them: `c0 af`.
pub(super) fn spaced(bytes: &[u8]) -> String {
    let mut out = String::new();
    push_spaced(&mut out, bytes);
    out
}

/// Appends bytes as the sentences write them.
pub(super) fn push_spaced(out: &mut String, bytes: &[u8]) {
    for (at, byte) in bytes.iter().enumerate() {
        if at > 0 {
            out.push(' ');
        }
        crate::bytes::hex::push_byte(out, *byte);
    }
}

/// A code point as the Unicode Standard writes it (appendix A), with at least four digits: `U+002F`.
pub(super) fn code_point(value: u32) -> String {
    format!("U+{value:04X}")
}

#[cfg(test)]
mod tests;
