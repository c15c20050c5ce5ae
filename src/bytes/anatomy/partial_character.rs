//! An incomplete character whose rest has not arrived: which bytes may follow.

use std::ops::RangeInclusive;

use super::bits::{ByteBits, ByteRole};
use crate::bytes::anatomy::parts::code_point;
use crate::bytes::hex;
use crate::bytes::utf8::{Tail, UnitRole, roles};

/// The start of a character of 2 to 4 bytes.
///
/// ```
/// use bytewatch::bytes::anatomy::PartialCharacter;
///
/// let waiting = PartialCharacter::of(b"\xe2\x82").unwrap();
/// assert_eq!(waiting.sentence(), "2 of 3 bytes; waiting for 1 more, 80 to bf");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct PartialCharacter {
    bytes: [u8; 3],
    had: usize,
    /// Length of the whole character.
    len: usize,
}

impl PartialCharacter {
    /// Interprets pending bytes; `None` if they are not the start of exactly one character.
    #[must_use]
    pub fn of(pending: &[u8]) -> Option<Self> {
        let ByteRole::Lead(len) = ByteBits::of(*pending.first()?).role else { return None };
        let mut bytes = [0; 3];
        bytes.get_mut(..pending.len())?.copy_from_slice(pending);
        let found = roles(&[], pending, &[], Tail::Open);
        let open = found.iter().enumerate().all(|(at, role)| *role == UnitRole::Pending { nth: at as u8 });
        open.then_some(Self { bytes, had: pending.len(), len: len.into() })
    }

    /// The bytes that have arrived, 1 to 3.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..self.had]
    }

    /// Length of the whole character, 2 to 4.
    #[must_use]
    pub const fn total(&self) -> usize {
        self.len
    }

    /// Number of missing bytes, 1 to 3.
    #[must_use]
    pub const fn missing(&self) -> usize {
        self.len - self.had
    }

    /// The bytes that may follow (Unicode Standard, table 3-7). Any other byte makes the pending ones malformed.
    #[must_use]
    pub fn next(&self) -> RangeInclusive<u8> {
        match self.bytes() {
            [0xe0] => 0xa0..=0xbf,
            [0xed] => 0x80..=0x9f,
            [0xf0] => 0x90..=0xbf,
            [0xf4] => 0x80..=0x8f,
            _ => 0x80..=0xbf,
        }
    }

    /// The first and the last character that the bytes can become. All characters between them are possible too.
    #[must_use]
    pub fn possible(&self) -> RangeInclusive<char> {
        let next = self.next();
        self.filled(*next.start(), 0x80)..=self.filled(*next.end(), 0xbf)
    }

    /// The character whose missing bytes are `next` and then `others`.
    fn filled(&self, next: u8, others: u8) -> char {
        let mut bytes = [others; 4];
        bytes[..self.had].copy_from_slice(self.bytes());
        bytes[self.had] = next;
        let text = str::from_utf8(&bytes[..self.len]).unwrap_or_default();
        text.chars().next().unwrap_or(char::REPLACEMENT_CHARACTER)
    }

    /// `2 of 3 bytes; waiting for 1 more, 80 to bf`.
    #[must_use]
    pub fn sentence(&self) -> String {
        let next = self.next();
        let [from, to] = [next.start(), next.end()].map(|byte| hex::pair(*byte));
        let (had, len, missing) = (self.had, self.len, self.missing());
        let order = if missing == 1 { "" } else { "first " };
        format!("{had} of {len} bytes; waiting for {missing} more, {order}{from} to {to}")
    }

    /// `it can become U+2080 to U+20BF`.
    #[must_use]
    pub fn outlook(&self) -> String {
        let possible = self.possible();
        let [from, to] = [possible.start(), possible.end()].map(|ch| code_point(u32::from(*ch)));
        format!("it can become {from} to {to}")
    }
}
