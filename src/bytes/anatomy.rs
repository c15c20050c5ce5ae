//! Explanations of bits, bytes and characters for people who do not know UTF-8.
//!
//! [`ByteBits`] says which bits of a byte mark its role and which carry the code point; [`Character`] how a character
//! is named and why it has that number of bytes; [`Malformation`] which rule a malformed part breaks, at which bit, and what
//! the sender seems to have intended; [`PartialCharacter`] which bytes may follow the start of a character. The sentences fit on
//! one line of a screen; they consist of ASCII and of glyphs of [`safe`](super::safe).
//!
//! Only [`utf8`](super::utf8) decides which bytes are malformed; this module explains the decision and must not repeat
//! it. It must not know where the bytes come from, nor colours.

mod bits;
mod category;
mod character;
mod controls;
mod intended;
mod malformation;
mod partial_character;
#[cfg(test)]
mod tests;

pub use self::bits::{ByteBits, ByteRole};
pub use self::character::{Cells, Character};
pub use self::intended::{Intended, IntendedKind};
pub use self::malformation::{FaultyBits, Malformation, SingleByteReading};
pub use self::partial_character::PartialCharacter;

/// Bytes as the sentences write them: `c0 af`.
fn spaced(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| super::hex::pair(*byte)).collect::<Vec<_>>().join(" ")
}

/// A code point as the Unicode Standard writes it (appendix A), with at least four digits: `U+002F`.
fn code_point(value: u32) -> String {
    format!("U+{value:04X}")
}
