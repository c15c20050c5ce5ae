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
pub enum ByteRole {
    /// `0xxxxxxx`: ASCII, a character of one byte.
    Ascii,
    /// `10xxxxxx`: a continuation byte.
    Continuation,
    /// `110xxxxx` to `11110xxx`: the lead of a character of this number of bytes, 2 to 4.
    Lead(u8),
    /// `C0`, `C1`, `F5..=FF`: never valid (table 3-7), whatever the leading bits announce.
    Invalid,
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
    pub role: ByteRole,
}

impl ByteBits {
    /// The bits of this byte.
    #[must_use]
    pub const fn of(byte: u8) -> Self {
        let role = match byte {
            0x00..=0x7f => ByteRole::Ascii,
            0x80..=0xbf => ByteRole::Continuation,
            0xc2..=0xdf => ByteRole::Lead(2),
            0xe0..=0xef => ByteRole::Lead(3),
            0xf0..=0xf4 => ByteRole::Lead(4),
            0xc0 | 0xc1 | 0xf5..=0xff => ByteRole::Invalid,
        };
        Self { byte, role }
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
        match (self.role, self.byte) {
            (ByteRole::Ascii, _) => "ASCII: the byte is the character",
            (ByteRole::Continuation, _) => "continuation",
            (ByteRole::Lead(2), _) => "start of 2 bytes",
            (ByteRole::Lead(3), _) => "start of 3 bytes",
            (ByteRole::Lead(_), _) => "start of 4 bytes",
            (ByteRole::Invalid, 0x00..=0xc1) => "never valid: ASCII in 2 bytes",
            (ByteRole::Invalid, 0xc2..=0xf7) => "never valid: above U+10FFFF",
            (ByteRole::Invalid, 0xf8..=0xfb) => "never valid: start of 5 bytes",
            (ByteRole::Invalid, 0xfc..=0xfd) => "never valid: start of 6 bytes",
            (ByteRole::Invalid, 0xfe..=0xff) => "never valid in UTF-8",
        }
    }

    /// The meaning in one or two words: the longest text that fits in `room` cells, or the shortest one.
    #[must_use]
    pub const fn caption(self, room: usize) -> &'static str {
        let (long, short) = match self.role {
            ByteRole::Ascii => ("ASCII", "ASCII"),
            ByteRole::Continuation => ("continuation", "cont."),
            ByteRole::Lead(2) => ("start of 2", "start"),
            ByteRole::Lead(3) => ("start of 3", "start"),
            ByteRole::Lead(_) => ("start of 4", "start"),
            ByteRole::Invalid => ("never valid", "invalid"),
        };
        if long.len() <= room { long } else { short }
    }
}
