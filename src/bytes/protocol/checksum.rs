//! Check sums of 32 bits.

/// The polynomial of Ethernet and ZIP, its lowest bit first.
pub(super) const ETHERNET: u32 = 0xedb8_8320;

/// The polynomial of CRC-32C, its lowest bit first.
pub(super) const CASTAGNOLI: u32 = 0x82f6_3b78;

/// The check sum of some bytes with one of the polynomials.
pub(super) fn crc32(polynomial: u32, bytes: impl Iterator<Item = u8>) -> u32 {
    !bytes.fold(!0, |sum, byte| {
        (0..8)
            .fold(sum ^ u32::from(byte), |sum, _| if sum & 1 == 1 { sum >> 1 ^ polynomial } else { sum >> 1 })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The values of the catalogue of CRC algorithms for its test string.
    #[test]
    fn the_sums_are_those_of_the_catalogue() {
        assert_eq!(crc32(ETHERNET, b"123456789".iter().copied()), 0xcbf4_3926);
        assert_eq!(crc32(CASTAGNOLI, b"123456789".iter().copied()), 0xe306_9283);
    }
}
