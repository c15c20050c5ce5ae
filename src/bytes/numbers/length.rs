//! Bytes as the length of what follows them.

use super::integer::{ByteOrder, unsigned, varint};

/// A field that may hold a length.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum LengthField {
    /// An integer of this number of bytes.
    Fixed(usize, ByteOrder),
    /// A variable-length integer.
    Varint,
}

/// A number, and where that many bytes behind it end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Length {
    /// The field that holds the number.
    pub field: LengthField,
    /// The number.
    pub value: u64,
    /// The distance from the first byte of the field to the end of the bytes that follow it.
    pub end: u64,
}

impl LengthField {
    const ALL: [Self; 10] = [
        Self::Fixed(1, ByteOrder::Big),
        Self::Fixed(2, ByteOrder::Big),
        Self::Fixed(2, ByteOrder::Little),
        Self::Fixed(3, ByteOrder::Big),
        Self::Fixed(3, ByteOrder::Little),
        Self::Fixed(4, ByteOrder::Big),
        Self::Fixed(4, ByteOrder::Little),
        Self::Fixed(8, ByteOrder::Big),
        Self::Fixed(8, ByteOrder::Little),
        Self::Varint,
    ];

    /// Returns the name of the field: `u16 BE`.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Fixed(1, _) => "u8".to_owned(),
            Self::Fixed(bytes, ByteOrder::Big) => format!("u{} BE", bytes * 8),
            Self::Fixed(bytes, ByteOrder::Little) => format!("u{} LE", bytes * 8),
            Self::Varint => "varint".to_owned(),
        }
    }
}

/// Returns the lengths that the first of these bytes may be: all that are not zero. A variable-length integer in one byte
/// is told as that byte.
pub fn lengths(bytes: &[u8]) -> impl Iterator<Item = Length> {
    LengthField::ALL.into_iter().filter_map(move |field| {
        let (value, width) = match field {
            LengthField::Fixed(width, order) => (unsigned(bytes, width, order)?, width),
            LengthField::Varint => {
                varint(bytes).filter(|read| read.bytes > 1).map(|read| (read.value, read.bytes))?
            }
        };
        (value > 0).then_some(Length { field, value, end: value.saturating_add(width as u64) })
    })
}
