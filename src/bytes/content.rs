//! What a user types to be sent: text with escapes, hex, or the name of a file.

use crate::bytes::literal;

/// What is to be sent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Content {
    /// These bytes; at least one.
    Bytes(Vec<u8>),
    /// The contents of this file.
    File(String),
}

/// Parses what a user has typed: `hex: ff 00 0a`, `file: PATH`, or text in which the escapes of
/// [`literal::ESCAPES`] stand for their bytes.
///
/// ```
/// use bytewatch::bytes::content::{Content, parse};
///
/// assert_eq!(parse(r"PING\r\n"), Ok(Content::Bytes(b"PING\r\n".to_vec())));
/// assert_eq!(parse("hex: ff 000A"), Ok(Content::Bytes(vec![0xff, 0, 10])));
/// assert_eq!(parse("file: /tmp/a b"), Ok(Content::File("/tmp/a b".to_owned())));
/// ```
///
/// # Errors
///
/// One line that says what is wrong.
pub fn parse(text: &str) -> Result<Content, String> {
    if let Some(digits) = text.strip_prefix("hex:") {
        let digits: String = digits.split_whitespace().collect();
        return literal::pairs(&digits)
            .map(Content::Bytes)
            .ok_or_else(|| "behind hex: stand pairs of hex digits, like ff 00 0a".to_owned());
    }
    if let Some(path) = text.strip_prefix("file:") {
        let path = path.trim();
        return if path.is_empty() {
            Err("behind file: stands the path of a file".to_owned())
        } else {
            Ok(Content::File(path.to_owned()))
        };
    }
    let (mut bytes, mut rest) = (Vec::new(), text);
    while let Some((before, behind)) = rest.split_once('\\') {
        bytes.extend_from_slice(before.as_bytes());
        rest = literal::escape(behind, &mut bytes)?;
    }
    bytes.extend_from_slice(rest.as_bytes());
    if bytes.is_empty() {
        return Err(format!("nothing to send: type text ({}), hex: ff 00, or file: PATH", literal::ESCAPES));
    }
    Ok(Content::Bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_sent_as_it_is_and_escapes_are_their_bytes() {
        for (text, bytes) in [
            ("a b", &b"a b"[..]),
            (" ", b" "),
            (r"\r\n", b"\r\n"),
            (r"é\xff\\x", b"\xc3\xa9\xff\\x"),
            (r"\x68ex: no digits", b"hex: no digits"),
            (r"\u{20ac}!", "€!".as_bytes()),
            ("hex:00", b"\0"),
        ] {
            assert_eq!(parse(text), Ok(Content::Bytes(bytes.to_vec())), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_in_one_line() {
        for (text, part) in [
            ("", "nothing to send"),
            (r"a\q", r"'\q' is not an escape"),
            ("hex:", "pairs of hex digits"),
            ("hex: f", "pairs of hex digits"),
            ("hex: fg", "pairs of hex digits"),
            ("file: ", "the path of a file"),
        ] {
            let message = parse(text).expect_err(text);
            assert!(message.contains(part) && !message.contains('\n'), "{text}: {message}");
        }
    }
}
