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

/// What is typed, and how often it is sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Repeated<'a> {
    /// The time between two, in microseconds; `None` to send it once.
    pub every: Option<u64>,
    /// The text for [`parse`].
    pub text: &'a str,
}

/// The shortest time between two, in microseconds.
const SHORTEST: u64 = 10_000;
/// The longest time between two, in microseconds.
const LONGEST: u64 = 3_600_000_000;

/// Takes `every TIME:` from the beginning of a text, where the time is like `500ms`, `2s` or `1m`.
///
/// ```
/// use bytewatch::bytes::content::{Repeated, repeated};
///
/// assert_eq!(repeated("PING"), Ok(Repeated { every: None, text: "PING" }));
/// assert_eq!(repeated("every 500ms: PING"), Ok(Repeated { every: Some(500_000), text: "PING" }));
/// ```
///
/// # Errors
///
/// One line that says what is wrong with the time.
pub fn repeated(text: &str) -> Result<Repeated<'_>, String> {
    let Some((time, behind)) = text.strip_prefix("every ").and_then(|rest| rest.split_once(':')) else {
        return Ok(Repeated { every: None, text });
    };
    let time = time.trim();
    let units = [("ms", 1_000), ("s", 1_000_000), ("m", 60_000_000)];
    let micros = units.iter().find_map(|&(unit, micros)| {
        let number: u64 = time.strip_suffix(unit)?.parse().ok()?;
        number.checked_mul(micros)
    });
    match micros {
        Some(micros @ SHORTEST..=LONGEST) => {
            Ok(Repeated { every: Some(micros), text: behind.strip_prefix(' ').unwrap_or(behind) })
        }
        _ => Err(format!("'{time}' is not a time between 10ms and 60m; try every 500ms: PING")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_may_stand_before_the_text() {
        for (text, every, rest) in [
            ("every 1m: hex: 00", Some(60_000_000), "hex: 00"),
            ("every 10ms:  two spaces", Some(10_000), " two spaces"),
            ("every 60m:x", Some(3_600_000_000), "x"),
            ("everything", None, "everything"),
            ("every day", None, "every day"),
        ] {
            assert_eq!(repeated(text), Ok(Repeated { every, text: rest }), "{text}");
        }
        for text in
            ["every : x", "every 9ms: x", "every 61m: x", "every 1h: x", "every -1s: x", "every 1.5s: x"]
        {
            let message = repeated(text).expect_err(text);
            assert!(message.contains("between 10ms and 60m"), "{text}: {message}");
        }
    }

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
