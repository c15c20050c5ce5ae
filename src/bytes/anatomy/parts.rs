//! The parts that a stream is taken apart into, and how their bytes and code points are written.

/// Bytes as the sentences write them: `c0 af`.
pub(super) fn spaced(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| crate::bytes::hex::pair(*byte)).collect::<Vec<_>>().join(" ")
}

/// A code point as the Unicode Standard writes it (appendix A), with at least four digits: `U+002F`.
pub(super) fn code_point(value: u32) -> String {
    format!("U+{value:04X}")
}

#[cfg(test)]
mod tests;
