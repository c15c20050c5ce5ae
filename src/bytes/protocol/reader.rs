//! Reads fields from the beginning of a stream, of which the rest may not have arrived.

use std::fmt::Write as _;
use std::ops::RangeInclusive;

/// Why a check has not found its protocol.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Stop {
    /// A byte contradicts the protocol: more bytes change nothing.
    Not,
    /// All bytes so far agree with the protocol, and do not suffice.
    More,
}

/// The result of a step of a check.
pub(super) type Step<T> = Result<T, Stop>;

/// A position in the beginning of a stream.
///
/// A check reads from the front to the back. What it decides depends only on the bytes that it has read, so a longer
/// beginning gives the same decision.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// The number of bytes that were read.
    pub(super) const fn at(&self) -> usize {
        self.at
    }

    /// What was not read yet, as far as it has arrived.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    pub(super) fn take(&mut self, count: usize) -> Step<&'a [u8]> {
        let taken = self.rest().get(..count).ok_or(Stop::More)?;
        self.at += count;
        Ok(taken)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Step<[u8; N]> {
        let taken = self.rest().first_chunk().ok_or(Stop::More)?;
        self.at += N;
        Ok(*taken)
    }

    pub(super) fn u8(&mut self) -> Step<u8> {
        self.array().map(u8::from_be_bytes)
    }

    pub(super) fn be16(&mut self) -> Step<u16> {
        self.array().map(u16::from_be_bytes)
    }

    /// A number of three bytes.
    pub(super) fn be24(&mut self) -> Step<u32> {
        let [high, middle, low] = self.array()?;
        Ok(u32::from_be_bytes([0, high, middle, low]))
    }

    pub(super) fn be32(&mut self) -> Step<u32> {
        self.array().map(u32::from_be_bytes)
    }

    pub(super) fn be64(&mut self) -> Step<u64> {
        self.array().map(u64::from_be_bytes)
    }

    /// Reads a number within these limits. One that cannot be is seen before all of its bytes have arrived.
    pub(super) fn be32_in(&mut self, limits: RangeInclusive<u32>) -> Step<u32> {
        let filled = |fill| {
            let mut bytes = [fill; 4];
            bytes.iter_mut().zip(self.rest()).for_each(|(byte, arrived)| *byte = *arrived);
            u32::from_be_bytes(bytes)
        };
        ensure(filled(0) <= *limits.end() && filled(0xff) >= *limits.start())?;
        self.be32()
    }

    /// Reads a number within these limits, which has its high bytes last.
    pub(super) fn le32_in(&mut self, limits: RangeInclusive<u32>) -> Step<u32> {
        let mut bytes = [0; 4];
        bytes.iter_mut().zip(self.rest()).for_each(|(byte, arrived)| *byte = *arrived);
        ensure(u32::from_le_bytes(bytes) <= *limits.end())?;
        let value = self.le32()?;
        ensure(limits.contains(&value))?;
        Ok(value)
    }

    pub(super) fn le16(&mut self) -> Step<u16> {
        self.array().map(u16::from_le_bytes)
    }

    pub(super) fn le32(&mut self) -> Step<u32> {
        self.array().map(u32::from_le_bytes)
    }

    /// Reads exactly these bytes. One that differs is seen as soon as it has arrived.
    pub(super) fn expect(&mut self, wanted: &[u8]) -> Step<()> {
        let arrived = self.rest();
        if arrived.iter().zip(wanted).any(|(found, wanted)| found != wanted) {
            return Err(Stop::Not);
        }
        self.take(wanted.len()).map(drop)
    }

    /// Reads the bytes before `end`, and `end`. There are at most `most` of them, and all of them are `fine`.
    pub(super) fn until(&mut self, end: u8, most: usize, fine: fn(&u8) -> bool) -> Step<&'a [u8]> {
        let arrived = self.rest();
        let length = arrived.iter().position(|byte| *byte == end);
        let before = arrived.get(..length.unwrap_or(arrived.len())).unwrap_or_default();
        ensure(before.len() <= most && before.iter().all(fine))?;
        let length = length.ok_or(Stop::More)?;
        self.at += length + 1;
        Ok(before)
    }

    /// Reads `count` bytes that are all `fine`. One that is not is seen as soon as it has arrived.
    pub(super) fn all(&mut self, count: usize, fine: fn(&u8) -> bool) -> Step<&'a [u8]> {
        ensure(self.rest().iter().take(count).all(fine))?;
        self.take(count)
    }

    /// Reads a line of at most `most` bytes of printable ASCII or UTF-8, which ends with LF or CR LF; without that end.
    pub(super) fn line(&mut self, most: usize) -> Step<&'a [u8]> {
        let line =
            self.until(b'\n', most, |byte| !byte.is_ascii_control() || matches!(byte, b'\r' | b'\t'))?;
        Ok(line.strip_suffix(b"\r").unwrap_or(line))
    }

    /// Reads decimal digits before `end`, and `end`.
    pub(super) fn decimal(&mut self, end: u8, most: usize) -> Step<u64> {
        let digits = self.until(end, most, u8::is_ascii_digit)?;
        str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok()).ok_or(Stop::Not)
    }

    /// Reads four hexadecimal digits.
    pub(super) fn hex4(&mut self) -> Step<usize> {
        let digits = self.all(4, u8::is_ascii_hexdigit)?;
        str::from_utf8(digits).ok().and_then(|digits| usize::from_str_radix(digits, 16).ok()).ok_or(Stop::Not)
    }

    /// Reads a number of seven bits a byte, the lowest first, as MQTT and Protocol Buffers have them.
    pub(super) fn varint(&mut self) -> Step<u32> {
        let mut value = 0;
        for place in 0..4 {
            let byte = self.u8()?;
            value |= u32::from(byte & 0x7f) << (7 * place);
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(Stop::Not)
    }

    /// Reads a length as BER has it.
    pub(super) fn ber_length(&mut self) -> Step<usize> {
        match self.u8()? {
            short @ ..=0x7f => Ok(short.into()),
            long @ 0x81..=0x84 => {
                let mut value = 0;
                for byte in self.take(usize::from(long - 0x80))? {
                    value = value << 8 | usize::from(*byte);
                }
                Ok(value)
            }
            _ => Err(Stop::Not),
        }
    }
}

/// Goes on only if the protocol has it so.
pub(super) const fn ensure(fine: bool) -> Step<()> {
    if fine { Ok(()) } else { Err(Stop::Not) }
}

/// Printable ASCII, with the space.
pub(super) const fn is_printable(byte: &u8) -> bool {
    matches!(byte, b' '..=b'~')
}

/// What a name of a host, a program or a version is made of.
pub(super) const fn is_name(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b':' | b'+' | b'/' | b'[' | b']')
}

/// A few bytes as hexadecimal digits, with spaces between the bytes.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().enumerate().fold(String::new(), |mut text, (place, byte)| {
        let space = if place == 0 { "" } else { " " };
        // Writing to a string does not fail.
        let _ = write!(text, "{space}{byte:02x}");
        text
    })
}

/// The longest part of a text of the peer that a detail has, in bytes.
const LONGEST: usize = 80;

/// A short text of the peer for a detail: printable ASCII, everything else as `?`.
pub(super) fn shown(bytes: &[u8]) -> String {
    let kept = bytes.get(..LONGEST).unwrap_or(bytes);
    let dots = if bytes.len() > LONGEST { "..." } else { "" };
    let mut text = String::with_capacity(kept.len() + dots.len());
    text.extend(kept.iter().map(|byte| if is_printable(byte) { char::from(*byte) } else { '?' }));
    text.push_str(dots);
    text
}
