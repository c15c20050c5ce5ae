//! UTF-7 (RFC 2152): ASCII, and between `+` and `-` the units of UTF-16 in base64.
//!
//! A character in base64 owns the bytes in which it ends, although it may begin in the byte before. The `+` belongs to
//! the character behind it; the `-` is a shift of its own. All of ASCII but `+` may stand for itself, as in Python;
//! the RFC wants `\`, `~` and most control characters in base64.

use crate::bytes::encoding::reason::Reason;
use crate::bytes::encoding::unit::{CodeUnit, End};

/// What a stretch of UTF-7 is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Utf7 {
    /// Characters that stand for themselves.
    Direct,
    /// Base64, with the bits of the next unit that lie in the bytes before.
    Base64(Bits),
    /// The last byte of base64, whose bits behind the last unit are not all zero.
    Padding,
}

/// Bits that are not a unit yet.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Bits {
    value: u32,
    count: u32,
}

/// Half of a pair.
#[derive(Clone, Copy)]
struct High {
    unit: u16,
    /// Behind the last byte of it.
    len: usize,
    bits: Bits,
}

impl Bits {
    /// The unit that these six bits complete.
    const fn push(&mut self, six: u8) -> Option<u16> {
        self.value = self.value << 6 | six as u32;
        self.count += 6;
        if self.count < 16 {
            return None;
        }
        self.count -= 16;
        let unit = self.value >> self.count;
        self.value &= (1 << self.count) - 1;
        Some(unit as u16)
    }
}

impl Utf7 {
    /// The unit at the start of some bytes, and what follows it.
    pub(super) fn first(self, bytes: &[u8], end: End) -> (CodeUnit, Self) {
        match (self, bytes) {
            (_, []) => (CodeUnit::Open, self),
            (Self::Padding, _) => {
                (CodeUnit::malformed(1, Reason::NonzeroPadding), Self::Base64(Bits::default()))
            }
            (Self::Base64(bits), [first, ..]) if six_bits(*first).is_some() => base64(bytes, 0, bits, end),
            (Self::Base64(_), [b'-', ..]) => (CodeUnit::Shift { len: 1 }, Self::Direct),
            (Self::Direct | Self::Base64(_), _) => direct(bytes, end),
        }
    }
}

fn direct(bytes: &[u8], end: End) -> (CodeUnit, Utf7) {
    let unit = match *bytes {
        [] => CodeUnit::Open,
        [b'+'] => CodeUnit::cut(bytes, end),
        [b'+', b'-', ..] => CodeUnit::character(2, '+'),
        [b'+', next, ..] if six_bits(next).is_some() => return base64(bytes, 1, Bits::default(), end),
        [b'+', ..] => CodeUnit::malformed(1, Reason::BadBase64),
        [0x80..=0xff, ..] => CodeUnit::malformed(1, Reason::Unmapped),
        [ascii, ..] => CodeUnit::character(1, char::from(ascii)),
    };
    (unit, Utf7::Direct)
}

/// The first character of base64, whose digits begin at index `start`.
fn base64(bytes: &[u8], start: usize, mut bits: Bits, end: End) -> (CodeUnit, Utf7) {
    let alone = |high: High| {
        let rest = Utf7::Base64(high.bits);
        (CodeUnit::malformed(high.len, Reason::Surrogate), rest)
    };
    let mut first: Option<High> = None;
    for (at, byte) in bytes.iter().enumerate().skip(start) {
        let Some(six) = six_bits(*byte) else {
            let bad = (CodeUnit::malformed(at, Reason::BadBase64), Utf7::Base64(Bits::default()));
            return first.map_or(bad, alone);
        };
        let Some(unit) = bits.push(six) else { continue };
        let len = at + 1;
        match (first, unit) {
            (None, 0xd800..0xdc00) => first = Some(High { unit, len, bits }),
            (None, 0xdc00..0xe000) => return alone(High { unit, len, bits }),
            (None, _) => return complete(char::from_u32(unit.into()), bytes, len, bits, end),
            (Some(high), 0xdc00..0xe000) => {
                let ch = char::decode_utf16([high.unit, unit]).next().and_then(Result::ok);
                return complete(ch, bytes, len, bits, end);
            }
            (Some(high), _) => return alone(high),
        }
    }
    match (first, end) {
        (Some(high), End::Reached) => alone(high),
        (None, End::Reached) | (_, End::Open) => (CodeUnit::cut(bytes, end), Utf7::Base64(Bits::default())),
    }
}

/// A character that ends in the byte before `len`. Bits behind it that are not zero begin another one: without one the
/// byte is not what an encoder writes.
fn complete(ch: Option<char>, bytes: &[u8], len: usize, bits: Bits, end: End) -> (CodeUnit, Utf7) {
    let ch = ch.unwrap_or(char::REPLACEMENT_CHARACTER);
    if bits.value == 0 {
        return (CodeUnit::character(len, ch), Utf7::Base64(bits));
    }
    match (bytes.get(len), end) {
        (None, End::Open) => (CodeUnit::Open, Utf7::Base64(bits)),
        (Some(next), _) if six_bits(*next).is_some() => (CodeUnit::character(len, ch), Utf7::Base64(bits)),
        // The character began in the byte before.
        (Some(_), _) | (None, End::Reached) => (CodeUnit::character(len - 1, ch), Utf7::Padding),
    }
}

/// The value of a digit of base64.
const fn six_bits(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}

/// The bytes of a character that stands for itself.
pub(super) fn encode(ch: char) -> Option<Vec<u8>> {
    match ch {
        '+' => Some(b"+-".to_vec()),
        _ => u8::try_from(ch).ok().filter(u8::is_ascii).map(|byte| vec![byte]),
    }
}
