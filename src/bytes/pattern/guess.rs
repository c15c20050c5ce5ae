//! Text that was probably meant as bytes.

use crate::bytes::pattern::digits;

/// Returns the pattern that searches for bytes, if the text consists of pairs of hex digits or wildcards, such as
/// `ff ?? 00`, `ff00`, `0xff` or `\xff\x00`.
///
/// ```
/// use bytewatch::bytes::pattern::as_bytes;
///
/// assert_eq!(as_bytes("0xFF, 0x0").as_deref(), None);
/// assert_eq!(as_bytes("ff??00").as_deref(), Some("hex: ff ?? 00"));
/// ```
#[must_use]
pub fn as_bytes(text: &str) -> Option<String> {
    let bare = text.to_ascii_lowercase().replace("0x", " ").replace("\\x", " ").replace([',', ':', '-'], " ");
    let mut pairs = Vec::new();
    for word in bare.split_whitespace() {
        let letters: Vec<char> = word.chars().collect();
        if !letters.len().is_multiple_of(2)
            || !letters.iter().all(|&letter| letter == '?' || letter.is_ascii_hexdigit())
        {
            return None;
        }
        pairs.extend(letters.chunks(2).map(String::from_iter));
    }
    let pairs = pairs.join(" ");
    digits::expression(&pairs, 0).ok().map(|_| format!("hex: {pairs}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_of_digits_and_wildcards_look_like_bytes() {
        for (text, expected) in [
            ("ff ?? 00", Some("hex: ff ?? 00")),
            ("FF00", Some("hex: ff 00")),
            ("0xff", Some("hex: ff")),
            ("0xff, 0x00", Some("hex: ff 00")),
            (r"\xff\x0a", Some("hex: ff 0a")),
            ("de:ad:be:ef", Some("hex: de ad be ef")),
            ("f? 1", None),
            ("??", None),
            ("ok?", None),
            ("hex: ff", None),
            ("re:ff", None),
            ("GET /", None),
            ("", None),
        ] {
            assert_eq!(as_bytes(text).as_deref(), expected, "{text}");
        }
    }
}
