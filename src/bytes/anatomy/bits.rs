//! The bits of one byte: prefix and payload.

/// Eight digits for each byte value, in order: `00000000 00000001 …`, without the gaps.
const TABLE: [u8; 2048] = {
    let mut table = [b'0'; 2048];
    let mut at = 0;
    while at < 2048 {
        if (at / 8) >> (7 - at % 8) & 1 == 1 {
            table[at] = b'1';
        }
        at += 1;
    }
    table
};

/// [`TABLE`] as text. It is ASCII, so the error cannot occur.
const DIGITS: &str = match str::from_utf8(&TABLE) {
    Ok(digits) => digits,
    Err(_) => "",
};

/// The role of a byte, as its leading bits announce it (Unicode Standard, table 3-6).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum BitPart {
    /// `0xxxxxxx`: ASCII, a character of one byte.
    Whole,
    /// `10xxxxxx`: a continuation byte.
    Later,
    /// `110xxxxx` to `11110xxx`: the lead of a character of this number of bytes, 2 to 4.
    First(u8),
    /// `C0`, `C1`, `F5..=FF`: never valid (table 3-7), whatever the leading bits announce.
    Never,
}

/// The bits of one byte, split into prefix and payload.
///
/// ```
/// use bytewatch::bytes::anatomy::ByteBits;
///
/// let lead = ByteBits::of(0xe2);
/// assert_eq!((lead.prefix(), lead.payload(), lead.meaning()), ("1110", "0010", "start of 3 bytes"));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct ByteBits {
    /// The byte.
    pub byte: u8,
    /// The role of the byte.
    pub part: BitPart,
}

impl ByteBits {
    /// The bits of this byte.
    #[must_use]
    pub const fn of(byte: u8) -> Self {
        let part = match byte {
            0x00..=0x7f => BitPart::Whole,
            0x80..=0xbf => BitPart::Later,
            0xc2..=0xdf => BitPart::First(2),
            0xe0..=0xef => BitPart::First(3),
            0xf0..=0xf4 => BitPart::First(4),
            0xc0 | 0xc1 | 0xf5..=0xff => BitPart::Never,
        };
        Self { byte, part }
    }

    /// All eight bits as digits, the most significant first.
    #[must_use]
    pub fn digits(self) -> &'static str {
        let at = usize::from(self.byte) * 8;
        &DIGITS[at..at + 8]
    }

    /// The leading bits that mark the role of the byte: the leading ones and the zero behind them, 1 to 8 digits. Bytes
    /// that are never valid follow the same pattern (`f8` has `111110`, `ff` is all prefix).
    #[must_use]
    pub fn prefix(self) -> &'static str {
        &self.digits()[..self.prefix_len()]
    }

    /// The bits that carry the code point, behind the prefix: 0 to 7 digits.
    #[must_use]
    pub fn payload(self) -> &'static str {
        &self.digits()[self.prefix_len()..]
    }

    /// Number of bits of the prefix, 1 to 8.
    #[must_use]
    pub const fn prefix_len(self) -> usize {
        let ones = self.byte.leading_ones() as usize;
        if ones < 8 { ones + 1 } else { 8 }
    }

    /// The meaning of the byte, in a few words.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match (self.part, self.byte) {
            (BitPart::Whole, _) => "ASCII: the byte is the character",
            (BitPart::Later, _) => "continuation",
            (BitPart::First(2), _) => "start of 2 bytes",
            (BitPart::First(3), _) => "start of 3 bytes",
            (BitPart::First(_), _) => "start of 4 bytes",
            (BitPart::Never, 0x00..=0xc1) => "never valid: ASCII in 2 bytes",
            (BitPart::Never, 0xc2..=0xf7) => "never valid: above U+10FFFF",
            (BitPart::Never, 0xf8..=0xfb) => "never valid: start of 5 bytes",
            (BitPart::Never, 0xfc..=0xfd) => "never valid: start of 6 bytes",
            (BitPart::Never, 0xfe..=0xff) => "never valid in UTF-8",
        }
    }

    /// The meaning in one or two words: the longest text that fits in `room` cells, or the shortest one.
    #[must_use]
    pub const fn caption(self, room: usize) -> &'static str {
        let (long, short) = match self.part {
            BitPart::Whole => ("ASCII", "ASCII"),
            BitPart::Later => ("continuation", "cont."),
            BitPart::First(2) => ("start of 2", "start"),
            BitPart::First(3) => ("start of 3", "start"),
            BitPart::First(_) => ("start of 4", "start"),
            BitPart::Never => ("never valid", "invalid"),
        };
        if long.len() <= room { long } else { short }
    }
}
