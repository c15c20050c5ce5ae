//! What the bytes at a place are as numbers: integers, floating-point numbers, times, addresses, lengths.
//!
//! A few bytes are some number in every reading. A [`Number`] therefore says whether it is a likely one, and a reading
//! that the bytes exclude, such as a date beyond the year 2100, is left out.

mod integer;
mod length;
mod number;
mod time;

use half::f16;
use uuid::{Uuid, Variant};

use integer::{Varint, unsigned, varint};
use number::{float, integer, large};

pub use integer::ByteOrder;
pub use length::{Length, LengthField, lengths};
pub use number::Number;

/// The number of bytes that the longest reading takes.
pub const LONGEST: usize = 16;

/// The readings of one kind.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Reading {
    /// One for each byte order; `None` where there are too few bytes, or where they cannot mean it.
    Ordered {
        /// The most significant byte first.
        big: Option<Number>,
        /// The least significant byte first.
        little: Option<Number>,
    },
    /// One that has no byte order, or that names it.
    Single(Option<Number>),
}

/// A kind of number.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[expect(missing_docs, reason = "`name` says what each variant is")]
pub enum Kind {
    Bits8,
    Bits16,
    Bits32,
    Unsigned64,
    Signed64,
    Half,
    Single,
    Double,
    Varint,
    Bcd,
    UnixSeconds,
    UnixSeconds64,
    UnixMillis,
    Ntp,
    Ipv4,
    Uuid,
}

impl Kind {
    /// All kinds, in the order in which they are listed.
    pub const ALL: [Self; 16] = [
        Self::Bits8,
        Self::Bits16,
        Self::Bits32,
        Self::Unsigned64,
        Self::Signed64,
        Self::Half,
        Self::Single,
        Self::Double,
        Self::Varint,
        Self::Bcd,
        Self::UnixSeconds,
        Self::UnixSeconds64,
        Self::UnixMillis,
        Self::Ntp,
        Self::Ipv4,
        Self::Uuid,
    ];

    /// Returns the name, at most 8 characters long.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bits8 => "u8  i8",
            Self::Bits16 => "u16 i16",
            Self::Bits32 => "u32 i32",
            Self::Unsigned64 => "u64",
            Self::Signed64 => "i64",
            Self::Half => "f16",
            Self::Single => "f32",
            Self::Double => "f64",
            Self::Varint => "varint",
            Self::Bcd => "BCD",
            Self::UnixSeconds => "Unix 32",
            Self::UnixSeconds64 => "Unix 64",
            Self::UnixMillis => "Unix ms",
            Self::Ntp => "NTP",
            Self::Ipv4 => "IPv4",
            Self::Uuid => "UUID",
        }
    }

    /// Reads the number that begins with the first of these bytes.
    #[must_use]
    pub fn read(self, bytes: &[u8]) -> Reading {
        match self {
            Self::Bits8 => Reading::Single(bytes.first().map(|byte| integer(u64::from(*byte), 8))),
            Self::Bits16 => both(|order| Some(integer(unsigned(bytes, 2, order)?, 16))),
            Self::Bits32 => both(|order| Some(integer(unsigned(bytes, 4, order)?, 32))),
            Self::Unsigned64 => both(|order| Some(large(unsigned(bytes, 8, order)?.into()))),
            Self::Signed64 => both(|order| Some(large(unsigned(bytes, 8, order)?.cast_signed().into()))),
            Self::Half => both(|order| {
                let number = f16::from_bits(unsigned(bytes, 2, order)? as u16);
                Some(float(f64::from(number), format!("{number}")))
            }),
            Self::Single => both(|order| {
                let number = f32::from_bits(unsigned(bytes, 4, order)? as u32);
                Some(float(f64::from(number), format!("{number:?}")))
            }),
            Self::Double => both(|order| {
                let number = f64::from_bits(unsigned(bytes, 8, order)?);
                Some(float(number, format!("{number:?}")))
            }),
            Self::Varint => Reading::Single(varint(bytes).map(variable)),
            Self::Bcd => bcd(bytes),
            Self::UnixSeconds => both(|order| time::unix_seconds(unsigned(bytes, 4, order)?)),
            Self::UnixSeconds64 => both(|order| time::unix_seconds(unsigned(bytes, 8, order)?)),
            Self::UnixMillis => both(|order| time::unix_millis(unsigned(bytes, 8, order)?)),
            Self::Ntp => both(|order| time::ntp(unsigned(bytes, 8, order)?)),
            Self::Ipv4 => both(|order| Some(address(unsigned(bytes, 4, order)? as u32))),
            Self::Uuid => Reading::Single(bytes.first_chunk().and_then(uuid)),
        }
    }
}

impl Reading {
    /// Returns whether any of the readings is likely.
    #[must_use]
    pub fn is_likely(&self) -> bool {
        let likely = |number: &Option<Number>| number.as_ref().is_some_and(|number| number.is_likely);
        match self {
            Self::Ordered { big, little } => likely(big) || likely(little),
            Self::Single(number) => likely(number),
        }
    }
}

fn both(read: impl Fn(ByteOrder) -> Option<Number>) -> Reading {
    Reading::Ordered { big: read(ByteOrder::Big), little: read(ByteOrder::Little) }
}

/// A variable-length integer, and what it means where small negative numbers are to stay short.
fn variable(read: Varint) -> Number {
    let Varint { value, bytes } = read;
    let zigzag = (value >> 1).cast_signed() ^ -((value & 1).cast_signed());
    let noun = if bytes == 1 { "byte" } else { "bytes" };
    Number { text: format!("{value} in {bytes} {noun}, zigzag {zigzag}"), is_likely: value < 1 << 53 }
}

/// Reads decimal digits, two in each byte: the first one in the upper half, or in the lower half as in telephony. The
/// number ends before the first half that is no digit.
fn bcd(bytes: &[u8]) -> Reading {
    let packed = &bytes[..bytes.len().min(8)];
    let digits = |order: ByteOrder| {
        let halves = packed.iter().flat_map(|byte| match order {
            ByteOrder::Big => [byte >> 4, byte & 15],
            ByteOrder::Little => [byte & 15, byte >> 4],
        });
        let text: String = halves.map_while(|half| char::from_digit(half.into(), 10)).collect();
        // Digits in ASCII are digits in this reading, too, but hardly what is meant.
        let is_likely = text.len() >= 4 && !text.starts_with('0') && !packed.iter().all(u8::is_ascii_graphic);
        (text.len() >= 2).then_some(Number { text, is_likely })
    };
    Reading::Ordered { big: digits(ByteOrder::Big), little: digits(ByteOrder::Little) }
}

/// An IPv4 address. Those of private networks and of this machine are the likely ones.
fn address(bits: u32) -> Number {
    let [a, b, c, d] = bits.to_be_bytes();
    let is_likely = matches!((a, b), (10 | 127, _) | (172, 16..32) | (192, 168));
    Number { text: format!("{a}.{b}.{c}.{d}"), is_likely }
}

/// A UUID whose variant and version exist, with its fields in network order or, as Windows stores a GUID, little-endian.
fn uuid(bytes: &[u8; 16]) -> Option<Number> {
    let read = |uuid: Uuid, order: &str| {
        let version = uuid.get_version_num();
        let exists = uuid.get_variant() == Variant::RFC4122 && (1..=8).contains(&version);
        exists.then(|| Number { text: format!("{uuid} (v{version}{order})"), is_likely: true })
    };
    read(Uuid::from_bytes(*bytes), "").or_else(|| read(Uuid::from_bytes_le(*bytes), ", little-endian"))
}

#[cfg(test)]
mod tests;
