//! Lengths that stand before what they count.

use crate::bytes::frame::literal::Literal;
use crate::bytes::frame::mark::Reason;
use crate::bytes::frame::step::Size;

/// The largest number of bytes before a length.
pub(super) const FURTHEST: u64 = 64;
/// The longest end of a length of digits, in bytes.
pub(super) const LONGEST_END: usize = 4;
/// More digits than any number of 64 bits has.
const MOST_DIGITS: usize = 20;

/// A length at a fixed place of a message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Length {
    /// The number of bytes before the field.
    pub(super) offset: usize,
    pub(super) field: Field,
    pub(super) counts: Counts,
    /// What the message has beyond what the field counts.
    pub(super) add: i64,
    /// Whether a length that is too short means a message that ends with the field.
    pub(super) clamp: bool,
}

/// How a number is written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Field {
    /// Some bytes, the highest first.
    Big(usize),
    /// Some bytes, the lowest first.
    Little(usize),
    /// Seven bits a byte, the lowest first, as in LEB128, MQTT and Protocol Buffers.
    Varint,
    /// A fixed number of digits.
    Digits(Radix, usize),
    /// Digits up to these bytes.
    DigitsUntil(Radix, Literal),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Radix {
    Decimal,
    Hex,
}

/// What the number counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Counts {
    /// What is behind it.
    Rest,
    /// Itself, and what is behind it.
    Itself,
    /// The whole message.
    Message,
}

/// A number, and where it ends.
type Read = Result<Option<(u64, usize)>, (usize, Reason)>;

impl Length {
    /// The length of the message that begins like this.
    pub(super) fn size(&self, beginning: &[u8]) -> Size {
        let (number, end) = match self.field.read(beginning, self.offset) {
            Ok(Some(read)) => read,
            Ok(None) => return Size::More,
            Err((field, reason)) => return Size::Fault { field, reason },
        };
        let before = match self.counts {
            Counts::Rest => end,
            Counts::Itself => self.offset,
            Counts::Message => 0,
        };
        let length = before as i128 + i128::from(number) + i128::from(self.add);
        if length >= end as i128 {
            return Size::Total { length: u64::try_from(length).unwrap_or(u64::MAX), field: self.offset };
        }
        if self.clamp {
            return Size::Total { length: end as u64, field: self.offset };
        }
        Size::Fault { field: self.offset, reason: Reason::TooShort { length, least: end as u64 } }
    }
}

impl Field {
    fn read(&self, beginning: &[u8], at: usize) -> Read {
        let bytes = beginning.get(at..).unwrap_or_default();
        match self {
            Self::Big(width) => {
                Ok(bytes.get(..*width).map(|bytes| (bytes.iter().fold(0, push_byte), at + width)))
            }
            Self::Little(width) => {
                Ok(bytes.get(..*width).map(|bytes| (bytes.iter().rev().fold(0, push_byte), at + width)))
            }
            Self::Varint => varint(bytes, at),
            Self::Digits(radix, width) => {
                let number = radix.number(bytes.get(..*width).unwrap_or(bytes), at)?;
                Ok((bytes.len() >= *width).then_some((number, at + width)))
            }
            Self::DigitsUntil(radix, end) => radix.until(bytes, at, end.bytes()),
        }
    }
}

fn push_byte(number: u64, byte: &u8) -> u64 {
    number << 8 | u64::from(*byte)
}

fn varint(bytes: &[u8], at: usize) -> Read {
    let mut number = 0_u64;
    for (place, byte) in bytes.iter().enumerate() {
        let bits = u64::from(byte & 0x7f);
        // The tenth byte has the 64th bit only.
        if place == 9 && *byte > 1 {
            return Err((at, Reason::TooWide));
        }
        number |= bits << (7 * place);
        if *byte < 0x80 {
            return Ok(Some((number, at + place + 1)));
        }
    }
    Ok(None)
}

impl Radix {
    pub(super) const fn base(self) -> u32 {
        match self {
            Self::Decimal => 10,
            Self::Hex => 16,
        }
    }

    /// The number that these digits are.
    fn number(self, digits: &[u8], at: usize) -> Result<u64, (usize, Reason)> {
        digits.iter().enumerate().try_fold(0_u64, |number, (place, byte)| {
            let digit =
                char::from(*byte).to_digit(self.base()).ok_or((at + place, Reason::NoDigit(*byte)))?;
            let number = number.checked_mul(self.base().into());
            number.and_then(|number| number.checked_add(digit.into())).ok_or((at, Reason::TooWide))
        })
    }

    /// The number before `end`.
    fn until(self, bytes: &[u8], at: usize, end: &[u8]) -> Read {
        let count = bytes.iter().take_while(|byte| char::from(**byte).is_digit(self.base())).count();
        if count > MOST_DIGITS {
            return Err((at, Reason::TooWide));
        }
        let (digits, rest) = bytes.split_at(count);
        let number = self.number(digits, at)?;
        let wrong = match rest.is_empty() || count > 0 {
            true => rest.iter().zip(end).position(|(byte, wanted)| byte != wanted),
            false => Some(0),
        };
        if let Some(wrong) = wrong {
            let place = count + wrong;
            return Err((at + place, Reason::NoDigit(bytes[place])));
        }
        Ok((rest.len() >= end.len()).then_some((number, at + count + end.len())))
    }
}
