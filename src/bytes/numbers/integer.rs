//! Integers of a fixed and of a variable number of bytes.

/// The largest number of bytes in a variable-length integer of 64 bits.
const LONGEST_VARINT: usize = 10;

/// The order of the bytes of a number.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ByteOrder {
    /// The most significant byte first, as network protocols have it.
    Big,
    /// The least significant byte first, as most processors have it.
    Little,
}

/// Returns the unsigned integer in the first `width` bytes, at most 8; `None` if there are fewer.
pub(super) fn unsigned(bytes: &[u8], width: usize, order: ByteOrder) -> Option<u64> {
    let join = |value: u64, byte: &u8| value << 8 | u64::from(*byte);
    let bytes = bytes.get(..width)?.iter();
    Some(match order {
        ByteOrder::Big => bytes.fold(0, join),
        ByteOrder::Little => bytes.rev().fold(0, join),
    })
}

/// A variable-length integer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Varint {
    pub(super) value: u64,
    /// The number of bytes that it takes.
    pub(super) bytes: usize,
}

/// Reads a variable-length integer with seven bits in each byte, the least significant first (LEB128, as in Protocol
/// Buffers).
pub(super) fn varint(bytes: &[u8]) -> Option<Varint> {
    let mut value = 0;
    for (at, byte) in bytes.iter().take(LONGEST_VARINT).enumerate() {
        let part = u64::from(byte & 0x7f);
        // The tenth byte has room for the last bit only.
        if at + 1 == LONGEST_VARINT && part > 1 {
            return None;
        }
        value |= part << (7 * at);
        if byte & 0x80 == 0 {
            return Some(Varint { value, bytes: at + 1 });
        }
    }
    None
}
