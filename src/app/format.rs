//! Text in cells: truncating, wrapping, times of day; and the figures of [`format`](crate::bytes::format). No glyphs.

use crate::bytes::safe;
use crate::event::Timestamp;

pub use crate::bytes::format::{
    age, count, count_compact, duration, duration_coarse, duration_compact, plural, size, size_within,
};

/// Marks a truncated end.
const CUT: char = '…';

/// Points from where bytes come from to where they go.
pub const ARROW: &str = "→";

/// Formats the time of day at this offset from UTC: `12:04:31`.
#[must_use]
pub fn clock(at: Timestamp, utc_offset_seconds: i32) -> String {
    let seconds = at.second().saturating_add_signed(i64::from(utc_offset_seconds)) % 86_400;
    format!("{:02}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
}

/// Returns the width in cells of a text that is already safe to print.
#[must_use]
pub fn width(text: &str) -> u16 {
    u16::try_from(safe::width(text)).unwrap_or(u16::MAX)
}

/// Truncates safe text to this number of cells, with a mark at the cut end.
#[must_use]
pub fn truncate(text: &str, most: u16) -> String {
    match usize::from(most).checked_sub(1) {
        _ if width(text) <= most => text.to_owned(),
        Some(room) => format!("{}{CUT}", safe::fit(text, room)),
        None => String::new(),
    }
}

/// Truncates safe text at its start to this number of cells, with a mark at the cut.
#[must_use]
pub fn truncate_start(text: &str, most: u16) -> String {
    if width(text) <= most || most == 0 {
        return truncate(text, most);
    }
    // From the end on, because a text may be much longer than what is shown of it.
    let (mut used, mut start) = (0, text.len());
    for (at, letter) in text.char_indices().rev() {
        let cells = width(letter.encode_utf8(&mut [0; 4]));
        used += cells;
        if used >= most {
            break;
        }
        // A letter that is removed takes its combining marks along.
        if cells > 0 {
            start = at;
        }
    }
    format!("{CUT}{}", &text[start..])
}

/// Breaks a text into lines of at most `most` cells, between words, or within a word that is longer than a line.
#[must_use]
pub fn wrap(text: &str, most: u16) -> Vec<String> {
    let most = most.max(2);
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        if used > 0 && used + 1 + width(word) > most {
            lines.push(String::new());
            used = 0;
        }
        for (index, letter) in word.chars().enumerate() {
            let mut bytes = [0; 4];
            let letter = letter.encode_utf8(&mut bytes);
            let space = u16::from(index == 0 && used > 0);
            if used + space + width(letter) > most {
                lines.push(String::new());
                used = 0;
            }
            if let Some(line) = lines.last_mut() {
                if space > 0 && used > 0 {
                    line.push(' ');
                    used += 1;
                }
                line.push_str(letter);
                used += width(letter);
            }
        }
    }
    lines
}

/// Wraps a text at `width` cells. What does not fit into `most` lines is cut off with an ellipsis.
#[must_use]
pub fn clip(text: &str, width: u16, most: usize) -> Vec<String> {
    let mut lines = wrap(text, width);
    if lines.len() > most {
        let rest = lines.split_off(most.saturating_sub(1)).join(" ");
        lines.extend((most > 0).then(|| truncate(&rest, width)));
    }
    lines
}

/// Parses an offset: `1024`, `1,024`, `0x400` or `400h`.
#[must_use]
pub fn offset(text: &str) -> Option<u64> {
    let lower = text.to_ascii_lowercase().replace([',', '_'], "");
    let hex = lower.strip_prefix("0x").or_else(|| lower.strip_suffix('h'));
    let digits = hex.unwrap_or(&lower);
    let radix = if hex.is_some() { 16 } else { 10 };
    let plain = !digits.starts_with('+');
    u64::from_str_radix(digits, radix).ok().filter(|_| plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_day_is_local() {
        assert_eq!(clock(Timestamp(43_471_000_000), -3_600), "11:04:31");
    }

    #[test]
    fn texts_are_cut_on_either_side_and_marks_go_with_their_letters() {
        assert_eq!([4, 3, 2, 1, 0].map(|most| truncate("abcd", most)), ["abcd", "ab…", "a…", "…", ""]);
        assert_eq!([4, 3, 2, 1, 0].map(|most| truncate_start("abcd", most)), ["abcd", "…cd", "…d", "…", ""]);
        assert_eq!((truncate("日本", 3), truncate_start("日本", 3)), ("日…".to_owned(), "…本".to_owned()));
        assert_eq!((truncate("日本", 2), truncate_start("日本", 2)), ("…".to_owned(), "…".to_owned()));
        assert_eq!(
            (truncate("e\u{301}ab", 2), truncate_start("abe\u{301}", 2)),
            ("e\u{301}…".into(), "…e\u{301}".into())
        );
        assert_eq!(truncate_start("e\u{301}ab", 3), "e\u{301}ab");
        assert_eq!(truncate_start("ae\u{301}b", 2), "…b");
        // The time that this takes grows with what is shown, not with the square of the length.
        assert_eq!(truncate_start(&"ab".repeat(500_000), 4), "…bab");
    }

    #[test]
    fn lines_break_between_words_and_within_long_ones() {
        assert_eq!(wrap("thread limit of 1500 reached", 12), ["thread limit", "of 1500", "reached"]);
        assert_eq!(wrap("abcdefgh ij", 3), ["abc", "def", "gh", "ij"]);
        assert_eq!(wrap("", 10), [""]);
        assert!(wrap("日本語 text", 4).iter().all(|line| width(line) <= 4));
    }

    #[test]
    fn what_is_too_long_is_cut_at_its_end() {
        assert_eq!(clip("one two three four", 9, 2), ["one two", "three fo…"]);
        assert_eq!(clip("one two three", 9, 2), ["one two", "three"]);
        assert_eq!(clip("one two three", 9, 0), [""; 0]);
    }
}
