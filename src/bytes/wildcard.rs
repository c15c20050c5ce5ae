//! Patterns with `*` for any characters and `?` for one.

/// Whether a pattern stands for a whole text.
///
/// ```
/// use bytewatch::bytes::wildcard;
///
/// assert!(wildcard::matches("web-*", "web-1"));
/// assert!(!wildcard::matches("web-?", "web-12"));
/// ```
#[must_use]
pub fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    // Where to go on if the last star has to stand for more.
    let (mut at, mut in_text, mut star) = (0, 0, None);
    while in_text < text.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, in_text));
                at += 1;
            }
            Some(byte) if *byte == b'?' || *byte == text[in_text] => {
                (at, in_text) = (at + 1, in_text + 1);
            }
            _ => match star {
                Some((star_at, begin)) => {
                    star = Some((star_at, begin + 1));
                    (at, in_text) = (star_at + 1, begin + 1);
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|byte| *byte == b'*')
}
