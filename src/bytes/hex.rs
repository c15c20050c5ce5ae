//! Hexadecimal digits and byte categories, for hex dumps and the NDJSON writer.
//!
//! Every byte becomes two lower-case digits, without prefix or separator; callers add their own gaps.

/// Two digits for each byte value, in order: `000102…ff`.
const TABLE: [u8; 512] = {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut table = [0; 512];
    let mut at = 0;
    while at < 512 {
        let byte = at / 2;
        table[at] = DIGITS[if at % 2 == 0 { byte / 16 } else { byte % 16 }];
        at += 1;
    }
    table
};

/// [`TABLE`] as text. It is ASCII, so the error cannot occur.
const PAIRS: &str = match str::from_utf8(&TABLE) {
    Ok(pairs) => pairs,
    Err(_) => "",
};

/// The two digits of a byte.
#[must_use]
pub fn pair(byte: u8) -> &'static str {
    let at = usize::from(byte) * 2;
    &PAIRS[at..at + 2]
}

/// The digits of all bytes, two each.
#[must_use]
pub fn encode(bytes: &[u8]) -> String {
    let mut out = String::new();
    push(&mut out, bytes);
    out
}

/// Appends the two digits of a byte.
pub fn push_byte(out: &mut String, byte: u8) {
    out.push_str(pair(byte));
}

/// Appends the digits of all bytes.
pub fn push(out: &mut String, bytes: &[u8]) {
    out.reserve(bytes.len() * 2);
    for byte in bytes {
        push_byte(out, *byte);
    }
}

/// Writes the digits of all bytes to the start of `digits`, which has room for two each, and returns them: at the speed
/// of vectors, for bytes by the thousand. Without room there are none.
pub fn write<'d>(digits: &'d mut [u8], bytes: &[u8]) -> &'d str {
    let room = digits.get_mut(..bytes.len() * 2);
    room.and_then(|digits| const_hex::encode_to_str(bytes, digits).ok()).map_or("", |digits| &*digits)
}

/// Appends an offset with at least 8 digits, as in the first column of a hex dump; larger offsets get more digits, so
/// that no two offsets look the same.
pub fn push_offset(out: &mut String, offset: u64) {
    let bytes = offset.to_be_bytes();
    let skipped = bytes[..4].iter().take_while(|byte| **byte == 0).count();
    push(out, &bytes[skipped..]);
}

/// The category of a byte, by which a hex dump is coloured; the same five categories as in hexyl.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Category {
    /// `00`.
    Null,
    /// `21..=7E`: printable ASCII without the space.
    Printable,
    /// Space, tab, line feed, form feed, carriage return.
    Whitespace,
    /// The other C0 controls, and DEL.
    Control,
    /// `80..=FF`.
    NonAscii,
}

impl Category {
    /// The category of this byte.
    #[must_use]
    pub const fn of(byte: u8) -> Self {
        match byte {
            0 => Self::Null,
            0x21..=0x7e => Self::Printable,
            b' ' | b'\t' | b'\n' | b'\x0c' | b'\r' => Self::Whitespace,
            0x01..=0x08 | 0x0b | 0x0e..=0x1f | 0x7f => Self::Control,
            0x80..=0xff => Self::NonAscii,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_has_the_digits_that_std_gives_it() {
        for byte in 0..=u8::MAX {
            let expected = format!("{byte:02x}");
            assert_eq!(pair(byte), expected);
            assert_eq!(encode(&[byte]), expected);
            assert_eq!(write(&mut [0; 128], &[byte; 64]), expected.repeat(64));
        }
    }

    #[test]
    fn appends_behind_what_is_there() {
        let mut text = String::from("hex:");
        push_byte(&mut text, 0x0a);
        push(&mut text, b"\xe2\x82\xac");
        assert_eq!(text, "hex:0ae282ac");

        assert_eq!(write(&mut [0; 6], b"h\xff"), "68ff");
        assert_eq!(write(&mut [0; 3], b"h\xff"), "");
    }

    #[test]
    fn offsets_have_eight_digits_until_they_need_more() {
        let offset = |offset| {
            let mut out = String::new();
            push_offset(&mut out, offset);
            out
        };
        assert_eq!(offset(0), "00000000");
        assert_eq!(offset(0x1234), "00001234");
        assert_eq!(offset(u64::from(u32::MAX)), "ffffffff");
        assert_eq!(offset(1 << 32), "0100000000");
        assert_eq!(offset(u64::MAX), "ffffffffffffffff");
    }

    #[test]
    fn categories_follow_ascii() {
        for byte in 0..=u8::MAX {
            let expected = match byte {
                0 => Category::Null,
                _ if byte.is_ascii_graphic() => Category::Printable,
                _ if byte.is_ascii_whitespace() => Category::Whitespace,
                _ if byte.is_ascii() => Category::Control,
                _ => Category::NonAscii,
            };
            assert_eq!(Category::of(byte), expected, "{byte:02x}");
        }
    }
}
