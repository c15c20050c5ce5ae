//! Whether bytes of no protocol that is known are text.

/// Text has at most one control character in this number of bytes.
const RARE: usize = 20;

/// Whether the beginning of a stream is text, in UTF-8, UTF-16 with its mark, or an encoding of single bytes.
pub(super) fn is_text(bytes: &[u8]) -> bool {
    if matches!(bytes, [0xff, 0xfe, _, 0, ..] | [0xfe, 0xff, 0, ..]) {
        return true;
    }
    let controls = bytes.iter().filter(|byte| is_control(**byte)).count();
    if bytes.contains(&0) || controls * RARE > bytes.len() {
        return false;
    }
    match str::from_utf8(bytes) {
        Ok(_) => true,
        // The last character is not complete.
        Err(error) if error.error_len().is_none() => true,
        // Of text in another encoding, most is ASCII or most is letters beyond it; short pieces of those may be anything.
        Err(_) => {
            bytes.len() >= RARE || 2 * bytes.iter().filter(|byte| byte.is_ascii()).count() >= bytes.len()
        }
    }
}

/// A control character that is rare in text.
const fn is_control(byte: u8) -> bool {
    byte < 0x20 && !matches!(byte, b'\t' | b'\n' | 0x0c | b'\r' | 0x1b) || byte == 0x7f
}
