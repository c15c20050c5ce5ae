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
pub mod parts;

pub use self::bits::{ByteBits, ByteRole};
pub use self::character::{Cells, Character};
pub use self::intended::{Intended, IntendedKind};
pub use self::malformation::{FaultyBits, Malformation, SingleByteReading};
pub use self::partial_character::PartialCharacter;
