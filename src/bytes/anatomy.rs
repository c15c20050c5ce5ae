//! How bits make bytes and bytes make characters, in words for people who do not know UTF-8.
//!
//! Four questions, one answer each: [`ByteBits`] says which bits of a byte mark its role and which carry the code
//! point; [`Character`] what a character is called and why it has that number of bytes; [`Broken`] which rule a malformed part
//! breaks, at which bit, and what the sender seems to have meant; [`Waiting`] what may come after the beginning of a
//! character. The sentences are short, plain text of ASCII and of what [`safe`](super::safe) shows, for one line of a
//! screen.
//!
//! Which bytes are malformed is decided by [`utf8`](super::utf8) alone; this module explains it and must not decide it
//! again. It must not know where the bytes come from, nor colours.

mod bits;
mod broken;
mod category;
mod character;
mod controls;
mod meant;
#[cfg(test)]
mod tests;
mod waiting;

pub use self::bits::{BitPart, ByteBits};
pub use self::broken::{Alone, Broken, Fault};
pub use self::character::{Cells, Character};
pub use self::meant::{Meant, MeantKind};
pub use self::waiting::Waiting;

/// `c0 af`: bytes as the sentences write them.
fn spaced(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| super::hex::pair(*byte)).collect::<Vec<_>>().join(" ")
}

/// `U+002F`: a code point as the Unicode Standard writes it (appendix A), at least four digits.
fn code_point(value: u32) -> String {
    format!("U+{value:04X}")
}
