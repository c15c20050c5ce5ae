//! The text of a prompt. Not `tui-input`: it deletes words at punctuation (`^W` must remove a whole `10.0.0.7`), and
//! has neither a length limit nor a paste.

use crate::app::action::Edit;
use crate::app::format;

/// The longest text in bytes, more than any filter needs; a paste is cut here.
const LONGEST: usize = 200;

/// A text and the cursor in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TextInput {
    text: String,
    /// Byte offset of the cursor, always at a character boundary.
    cursor: usize,
    /// The longest text in bytes.
    longest: usize,
    /// Bytes that were typed or pasted since the last change and had no room.
    left_out: usize,
}

impl Default for TextInput {
    fn default() -> Self {
        Self::limited(LONGEST)
    }
}

impl TextInput {
    /// Creates an empty text of at most `longest` bytes.
    #[must_use]
    pub const fn limited(longest: usize) -> Self {
        Self { text: String::new(), cursor: 0, longest, left_out: 0 }
    }

    /// Returns the text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the text before the cursor and the text from the cursor on.
    #[must_use]
    pub fn halves(&self) -> (&str, &str) {
        self.text.split_at(self.cursor)
    }

    /// Returns what is said when something that was typed or pasted had no room.
    #[must_use]
    pub fn cut(&self) -> Option<String> {
        let (longest, left_out) = (format::count(self.longest as u64), format::count(self.left_out as u64));
        (self.left_out > 0).then(|| format!("cut at {longest} B: {left_out} B left out"))
    }

    /// Applies an edit.
    pub fn edit(&mut self, edit: Edit) {
        if !matches!(edit, Edit::Insert(_)) {
            self.left_out = 0;
        }
        let (before, after) = self.halves();
        let previous = before.char_indices().next_back().map_or(0, |(offset, _)| offset);
        let next = self.cursor + after.chars().next().map_or(0, char::len_utf8);
        match edit {
            Edit::Insert(letter) => self.insert(letter),
            Edit::Backspace => self.remove(previous, self.cursor),
            Edit::Delete => self.remove(self.cursor, next),
            Edit::DeleteWord => {
                let word = before.trim_end().rfind(' ').map_or(0, |space| space + 1);
                self.remove(word, self.cursor);
            }
            Edit::Clear => *self = Self::limited(self.longest),
            Edit::Left => self.cursor = previous,
            Edit::Right => self.cursor = next,
            Edit::Home => self.cursor = 0,
            Edit::End => self.cursor = self.text.len(),
        }
    }

    /// Inserts a text at the cursor; control characters and white space become spaces. What has no room is left out.
    pub fn paste(&mut self, text: &str) {
        let text = text.trim();
        let room = self.longest.saturating_sub(self.text.len());
        let mut end = room.min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let (fits, rest) = text.split_at(end);
        let fits: String = fits.chars().map(shown).collect();
        self.text.insert_str(self.cursor, &fits);
        self.cursor += fits.len();
        self.left_out += rest.len();
    }

    /// Replaces the word before the cursor, as far as the text may be that long.
    pub fn replace_word(&mut self, word: &str) {
        let (before, _) = self.halves();
        let start = before.rfind(' ').map_or(0, |space| space + 1);
        self.remove(start, self.cursor);
        word.chars().for_each(|letter| self.insert(letter));
    }

    fn insert(&mut self, letter: char) {
        let letter = shown(letter);
        if self.text.len() + letter.len_utf8() > self.longest {
            self.left_out += letter.len_utf8();
            return;
        }
        self.text.insert(self.cursor, letter);
        self.cursor += letter.len_utf8();
    }

    fn remove(&mut self, from: usize, to: usize) {
        self.text.replace_range(from..to, "");
        self.cursor = from;
    }
}

/// A character as a line has it.
fn shown(letter: char) -> char {
    if letter.is_control() || letter.is_whitespace() { ' ' } else { letter }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the text after these edits; `|` marks the cursor.
    fn edited(edits: &[Edit]) -> String {
        let mut line = TextInput::default();
        line.paste("open é€");
        for &edit in edits {
            line.edit(edit);
        }
        let (before, after) = line.halves();
        format!("{before}|{after}")
    }

    #[test]
    fn edits_respect_characters() {
        use Edit::{Backspace, Clear, Delete, DeleteWord, End, Home, Insert, Left, Right};
        let cases: [(&[Edit], &str); 8] = [
            (&[Backspace], "open é|"),
            (&[Left, Left, Delete], "open |€"),
            (&[Left, Insert('x')], "open éx|€"),
            (&[DeleteWord], "open |"),
            (&[DeleteWord, DeleteWord], "|"),
            (&[Home, Backspace, Left, Right], "o|pen é€"),
            (&[End, Right, Delete], "open é€|"),
            (&[Clear, Delete, Backspace], "|"),
        ];
        for (edits, expected) in cases {
            assert_eq!(edited(edits), expected, "{edits:?}");
        }
    }

    #[test]
    fn a_word_before_the_cursor_is_replaced() {
        let mut line = TextInput::default();
        line.paste("one t x");
        line.edit(Edit::Left);
        line.edit(Edit::Left);
        line.replace_word("two");
        assert_eq!(line.halves(), ("one two", " x"));
        line.edit(Edit::Home);
        line.replace_word("zero ");
        assert_eq!(line.halves(), ("zero ", "one two x"));
    }

    #[test]
    fn a_paste_is_one_line() {
        let mut line = TextInput::default();
        line.paste("a\nb\u{7}\t");
        assert_eq!(line.text(), "a b ");
        assert_eq!(line.cut(), None);
        line.paste(&"x".repeat(1_000));
        assert_eq!(line.text().len(), LONGEST);
    }

    #[test]
    fn what_has_no_room_is_counted_until_the_text_changes() {
        let mut line = TextInput::limited(1_000);
        line.paste(&"é".repeat(600));
        assert_eq!(line.cut().as_deref(), Some("cut at 1,000 B: 200 B left out"));
        line.edit(Edit::Insert('x'));
        assert_eq!(
            (line.text().len(), line.cut().as_deref()),
            (1_000, Some("cut at 1,000 B: 201 B left out"))
        );
        line.edit(Edit::Backspace);
        assert_eq!(line.cut(), None);
        line.edit(Edit::Insert('x'));
        assert_eq!((line.text().len(), line.cut()), (999, None));
        line.edit(Edit::Insert('€'));
        assert_eq!((line.text().len(), line.cut().as_deref()), (999, Some("cut at 1,000 B: 3 B left out")));
    }
}
