//! Byte literals in text: backslash escapes and hex digits.

/// The escapes that [`escape`] reads, as a message names them.
pub const ESCAPES: &str = r#"\n \r \t \\ \" \xNN \u{…}"#;

/// Parses one escape, whose backslash stands just before `text`. Appends its bytes to `bytes` and returns the text
/// behind the escape.
///
/// ```
/// use bytewatch::bytes::literal::escape;
///
/// let mut bytes = Vec::new();
/// assert_eq!(escape("xffrest", &mut bytes), Ok("rest"));
/// assert_eq!(bytes, [0xff]);
/// ```
///
/// # Errors
///
/// One line that names the wrong escape and the valid ones, or the number that is not a character.
pub fn escape<'a>(text: &'a str, bytes: &mut Vec<u8>) -> Result<&'a str, String> {
    let mut rest = text.chars();
    let Some(first) = rest.next() else {
        return Err(format!("nothing stands behind the last backslash; the escapes are {ESCAPES}"));
    };
    let wrong = || format!("'\\{first}' is not an escape here; the escapes are {ESCAPES}");
    match first {
        'n' => bytes.push(b'\n'),
        'r' => bytes.push(b'\r'),
        't' => bytes.push(b'\t'),
        plain @ ('\\' | '"') => bytes.push(plain as u8),
        'x' => {
            let digits = rest.as_str().get(..2).and_then(pairs).ok_or_else(wrong)?;
            bytes.extend(digits);
            return Ok(&rest.as_str()[2..]);
        }
        'u' => {
            let (digits, behind) =
                rest.as_str().strip_prefix('{').and_then(|text| text.split_once('}')).ok_or_else(wrong)?;
            // `from_str_radix` would take a plus sign.
            let number = digits.chars().all(|digit| digit.is_ascii_hexdigit());
            let number = number.then(|| u32::from_str_radix(digits, 16).ok()).flatten();
            let ch = number.and_then(char::from_u32);
            let ch = ch.ok_or_else(|| format!("there is no character U+{digits}"))?;
            push(ch, bytes);
            return Ok(behind);
        }
        _ => return Err(wrong()),
    }
    Ok(rest.as_str())
}

/// Parses hex digits without separators, as in `82ac`. `None` if there is no digit, an odd number of digits, or another
/// character.
#[must_use]
pub fn pairs(digits: &str) -> Option<Vec<u8>> {
    let digits = digits.chars().map(|digit| digit.to_digit(16)).collect::<Option<Vec<_>>>()?;
    let whole = !digits.is_empty() && digits.len().is_multiple_of(2);
    whole.then(|| digits.chunks(2).map(|pair| (pair[0] << 4 | pair[1]) as u8).collect())
}

/// Appends a character in UTF-8.
pub fn push(ch: char, bytes: &mut Vec<u8>) {
    bytes.extend_from_slice(ch.encode_utf8(&mut [0; 4]).as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<(Vec<u8>, &str), String> {
        let mut bytes = Vec::new();
        escape(text, &mut bytes).map(|rest| (bytes, rest))
    }

    #[test]
    fn an_escape_is_its_bytes_and_what_follows_stays() {
        for (text, bytes) in [
            ("n.", &b"\n"[..]),
            ("r.", b"\r"),
            ("t.", b"\t"),
            ("\\.", b"\\"),
            ("\".", b"\""),
            ("x06.", b"\x06"),
            ("xFf.", b"\xff"),
            ("u{0}.", b"\0"),
            ("u{1F600}.", "😀".as_bytes()),
        ] {
            assert_eq!(read(text), Ok((bytes.to_vec(), ".")), "{text}");
        }
    }

    #[test]
    fn a_wrong_escape_is_named() {
        for (text, part) in [
            ("q", r"'\q' is not an escape"),
            ("", "nothing stands behind the last backslash"),
            ("x8", r"'\x' is not an escape"),
            ("x€", r"'\x' is not an escape"),
            ("x+8", r"'\x' is not an escape"),
            ("u41", r"'\u' is not an escape"),
            ("u{41", r"'\u' is not an escape"),
            ("u{d800}", "no character U+d800"),
            ("u{+41}", "no character U++41"),
            ("u{110000}", "no character U+110000"),
        ] {
            let message = read(text).expect_err(text);
            assert!(message.contains(part) && !message.contains('\n'), "{text}: {message}");
        }
    }

    #[test]
    fn hex_digits_come_in_pairs() {
        assert_eq!(pairs("82aC"), Some(vec![0x82, 0xac]));
        for wrong in ["", "8", "82a", "8g", "+8", "é"] {
            assert_eq!(pairs(wrong), None, "{wrong}");
        }
    }
}
