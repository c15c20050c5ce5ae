//! The hex dump of `xxd`.

use std::fmt::Write as _;

use crate::bytes::hex;

const PER_LINE: usize = 16;

/// Bytes in the layout of `xxd`: the offset, 16 bytes in pairs, and their ASCII; each line ends with a line feed.
#[must_use]
pub fn dump(offset: u64, bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 17 / 4 + 80);
    for (line, bytes) in bytes.chunks(PER_LINE).enumerate() {
        hex::push_offset(&mut out, offset + (line * PER_LINE) as u64);
        out.push(':');
        let mut digits = String::with_capacity(40);
        for (index, byte) in bytes.iter().enumerate() {
            if index % 2 == 0 {
                digits.push(' ');
            }
            hex::push_byte(&mut digits, *byte);
        }
        // A text cannot refuse to be written to.
        let _ = write!(out, "{digits:<40}  ");
        let shown = |byte: &u8| if matches!(byte, b' '..=b'~') { char::from(*byte) } else { '.' };
        out.extend(bytes.iter().map(shown));
        out.push('\n');
    }
    out
}
