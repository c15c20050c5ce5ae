//! One line of text that is being edited.

use super::command::Edit;

/// Longer than any filter needs; a paste is cut here.
const LONGEST: usize = 200;

/// A text and a cursor in it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Line {
    text: String,
    /// Byte offset, always on the border of a character.
    cursor: usize,
}

impl Line {
    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What stands before the cursor, and what behind it.
    #[must_use]
    pub fn halves(&self) -> (&str, &str) {
        self.text.split_at(self.cursor)
    }

    /// Changes it.
    pub fn edit(&mut self, edit: Edit) {
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
            Edit::Clear => *self = Self::default(),
            Edit::Left => self.cursor = previous,
            Edit::Right => self.cursor = next,
            Edit::Home => self.cursor = 0,
            Edit::End => self.cursor = self.text.len(),
        }
    }

    /// Puts a text at the cursor; what is no letter, digit or sign becomes a space.
    pub fn paste(&mut self, text: &str) {
        for letter in text.trim().chars() {
            self.insert(letter);
        }
    }

    fn insert(&mut self, letter: char) {
        if self.text.len() < LONGEST {
            let letter = if letter.is_control() || letter.is_whitespace() { ' ' } else { letter };
            self.text.insert(self.cursor, letter);
            self.cursor += letter.len_utf8();
        }
    }

    fn remove(&mut self, from: usize, to: usize) {
        self.text.replace_range(from..to, "");
        self.cursor = from;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `|` is the cursor.
    fn edited(edits: &[Edit]) -> String {
        let mut line = Line::default();
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
    fn a_paste_is_one_line() {
        let mut line = Line::default();
        line.paste("a\nb\u{7}\t");
        assert_eq!(line.text(), "a b ");
        line.paste(&"x".repeat(1_000));
        assert_eq!(line.text().len(), LONGEST);
    }
}
