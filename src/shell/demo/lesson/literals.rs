//! The lexer of a lesson's line: plain words, and bytes as quoted text and hex.

use crate::bytes::literal;

/// The largest message, in bytes.
const MAX_MESSAGE_BYTES: usize = 1 << 20;

/// The limit on the messages of a lesson together, in bytes.
pub(super) const MAX_LESSON_BYTES: usize = 16 << 20;
/// The error of a lesson that exceeds it.
pub(super) const LESSON_TOO_LARGE: &str = "all messages of a lesson together have 16MiB at most";

/// The first word of `text`, and the rest.
pub(super) fn first(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    (&text[..end], text[end..].trim())
}

/// Parses the bytes of one write: quoted texts and hex bytes, separated by spaces, each optionally repeated (`"ab"*3`).
pub(super) fn bytes(text: &str) -> Result<Vec<u8>, String> {
    let (message, rest) = message(text)?;
    if rest.is_empty() {
        Ok(message)
    } else {
        Err("a comma stands between messages, and this is one".to_owned())
    }
}

/// Parses several messages, separated by commas.
pub(super) fn messages(text: &str) -> Result<Vec<Vec<u8>>, String> {
    let (mut messages, mut total, mut rest) = (Vec::new(), 0, text);
    loop {
        let (next, behind) = message(rest)?;
        total += next.len();
        if total > MAX_LESSON_BYTES {
            return Err(LESSON_TOO_LARGE.to_owned());
        }
        messages.push(next);
        match behind.strip_prefix(',') {
            Some(behind) => rest = behind,
            None => return Ok(messages),
        }
    }
}

/// Parses one message; the rest is empty or starts with a comma.
fn message(text: &str) -> Result<(Vec<u8>, &str), String> {
    let (mut message, mut rest) = (Vec::new(), text.trim_start());
    while !rest.is_empty() && !rest.starts_with(',') {
        let (piece, behind) = match rest.strip_prefix('"') {
            Some(quoted) => text_piece(quoted)?,
            None => hex_piece(rest)?,
        };
        let (times, behind) = times(behind)?;
        if piece.len().saturating_mul(times) > MAX_MESSAGE_BYTES - message.len() {
            return Err("one message has 1MiB at most".to_owned());
        }
        message.extend(piece.repeat(times));
        rest = behind.trim_start();
    }
    if message.is_empty() {
        return Err("there are no bytes: write \"text\" or hex like e2 82 ac".to_owned());
    }
    Ok((message, rest))
}

/// Parses a repeat count such as `*3`; once without one.
fn times(text: &str) -> Result<(usize, &str), String> {
    let Some(text) = text.strip_prefix('*') else { return Ok((1, text)) };
    let (number, behind) = text.split_at(text.find(|ch: char| !ch.is_ascii_digit()).unwrap_or(text.len()));
    let times = crate::bytes::quantity::number(number);
    times.map(|times| (times, behind)).map_err(|_| "behind * stands how often, like \"ab\"*3".to_owned())
}

/// Parses hex bytes such as `82ac`.
fn hex_piece(text: &str) -> Result<(Vec<u8>, &str), String> {
    let end = text.find(|ch: char| ch.is_whitespace() || matches!(ch, ',' | '*' | '"')).unwrap_or(text.len());
    let (word, behind) = text.split_at(end);
    let bytes = literal::pairs(word)
        .ok_or_else(|| format!("'{word}' is no hex byte like e2, and no text in quotes"))?;
    Ok((bytes, behind))
}

/// Parses text up to the closing quote.
fn text_piece(text: &str) -> Result<(Vec<u8>, &str), String> {
    let (mut bytes, mut rest) = (Vec::new(), text.chars());
    loop {
        match rest.next() {
            None => return Err("a quote is opened and not closed".to_owned()),
            Some('"') => return Ok((bytes, rest.as_str())),
            Some('\\') => rest = literal::escape(rest.as_str(), &mut bytes)?.chars(),
            Some(plain) => literal::push(plain, &mut bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_hex_make_one_write() {
        assert_eq!(bytes(r#""h\u{e9}\n" 82 ac"#).unwrap(), b"h\xc3\xa9\n\x82\xac");
        assert_eq!(bytes(r#""€\x00\xfF\t\r\\\"" C0AF"#).unwrap(), b"\xe2\x82\xac\0\xff\t\r\\\"\xc0\xaf");
        assert_eq!(bytes(r#" "ab"*3 00*2 "" "#).unwrap(), b"ababab\0\0");
        assert_eq!(bytes(r#""a"41"#).unwrap(), b"aA");
    }

    #[test]
    fn a_comma_stands_between_messages() {
        let all = messages(r#""one, two", e2, 82 ac "\n""#).unwrap();
        assert_eq!(all, [&b"one, two"[..], b"\xe2", b"\x82\xac\n"]);
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (text, part) in [
            ("", "no bytes"),
            ("\"\"", "no bytes"),
            ("e2,", "one"),
            ("e2, ", "one"),
            ("e", "'e' is no hex byte"),
            ("e2 8", "'8' is no hex byte"),
            ("hello", "'hello' is no hex byte"),
            ("€", "'€' is no hex byte"),
            ("\"hello", "not closed"),
            (r#""\q""#, "not an escape"),
            (r#""\x8""#, "not an escape"),
            (r#""\x€""#, "not an escape"),
            (r#""\"#, "behind the last backslash"),
            (r#""\u{d800}""#, "no character U+d800"),
            (r#""\u{+41}""#, "no character U++41"),
            (r#""a"*"#, "how often"),
            (r#""a"*0"#, "how often"),
            (r#""a"*1048577"#, "1MiB"),
            (r#""aaaa"*4294967295"#, "1MiB"),
        ] {
            let message = bytes(text).expect_err(text);
            assert!(message.contains(part), "{text}: {message}");
        }
        assert!(messages("e2,").unwrap_err().contains("no bytes"));
    }
}
