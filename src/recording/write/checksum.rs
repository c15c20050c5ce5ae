//! The checksum of the Internet protocols (RFC 1071).

/// A checksum whose place is known, and a part of what it sums up.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unfinished {
    /// Where it stands in the headers.
    pub(super) at: usize,
    /// The sum of everything but the payload.
    pub(super) sum: u64,
}

impl Unfinished {
    /// The checksum with this payload, in the byte order of this machine.
    pub(super) fn with(self, payload: &[u8]) -> [u8; 2] {
        folded(self.sum + sum(payload)).to_ne_bytes()
    }
}

/// The sum of the 16-bit words of some bytes, in the byte order of this machine: a checksum does not depend on it. An
/// odd byte at the end is the first one of a word. Words of 32 bits are added up, which is the same once carried over.
pub(super) fn sum(bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<4>();
    let sum: u64 = words.iter().map(|word| u64::from(u32::from_ne_bytes(*word))).sum();
    let (pairs, odd) = rest.as_chunks::<2>();
    let pairs: u64 = pairs.iter().map(|pair| u64::from(u16::from_ne_bytes(*pair))).sum();
    sum + pairs + odd.first().map_or(0, |&byte| u64::from(u16::from_ne_bytes([byte, 0])))
}

/// The checksum for a sum, in the byte order of this machine.
pub(super) fn folded(mut sum: u64) -> u16 {
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !(sum as u16)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The checksum as RFC 1071 puts it, word by word.
    fn plain(bytes: &[u8]) -> u16 {
        let mut sum: u32 = 0;
        for pair in bytes.chunks(2) {
            sum += u32::from(u16::from_be_bytes([pair[0], *pair.get(1).unwrap_or(&0)]));
            sum = (sum & 0xffff) + (sum >> 16);
        }
        !(sum as u16)
    }

    #[test]
    fn a_checksum_is_that_of_rfc_1071() {
        assert_eq!(folded(sum(&[0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7])).to_be(), 0x220d);
        let bytes: Vec<u8> = (0..70_000_u32).map(|at| ((at * 31) >> 3) as u8).collect();
        for length in [0, 1, 2, 7, 8, 9, 15, 20, 1_001, 65_495, 70_000] {
            assert_eq!(folded(sum(&bytes[..length])).to_be(), plain(&bytes[..length]), "{length}");
        }
        assert_eq!(folded(sum(&[0xff; 65_000])).to_be(), 0);
    }
}
