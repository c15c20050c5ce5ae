//! A text that is typed, and those that were typed before.

use crate::app::action::Edit;
use crate::app::overlay::text_input::TextInput;

/// Number of texts that are kept.
const KEPT: usize = 100;

/// A text that is typed, and those that were kept before.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct RecalledInput {
    input: TextInput,
    /// The kept texts, oldest first, without repetitions.
    history: Vec<String>,
    /// The index of the earlier text that is shown.
    recalled: Option<usize>,
}

impl RecalledInput {
    /// Creates an empty text of at most `longest` bytes.
    #[must_use]
    pub const fn limited(longest: usize) -> Self {
        Self { input: TextInput::limited(longest), history: Vec::new(), recalled: None }
    }

    /// Returns the text.
    #[must_use]
    pub const fn input(&self) -> &TextInput {
        &self.input
    }

    /// Begins an empty text.
    pub fn open(&mut self) {
        self.input.edit(Edit::Clear);
        self.recalled = None;
    }

    /// Changes the text.
    pub fn edit(&mut self, edit: Edit) {
        self.input.edit(edit);
    }

    /// Inserts a text at the cursor.
    pub fn paste(&mut self, text: &str) {
        self.input.paste(text);
    }

    /// Replaces the word before the cursor.
    pub fn replace_word(&mut self, word: &str) {
        self.input.replace_word(word);
    }

    /// Shows the text that was kept before the one that is shown.
    pub fn earlier(&mut self) {
        let shown = self.recalled.unwrap_or(self.history.len());
        if let Some(earlier) = shown.checked_sub(1) {
            self.recall(Some(earlier));
        }
    }

    /// Shows the text that was kept after the one that is shown; behind the last, an empty one.
    pub fn later(&mut self) {
        if let Some(shown) = self.recalled {
            self.recall(Some(shown + 1).filter(|later| *later < self.history.len()));
        }
    }

    fn recall(&mut self, which: Option<usize>) {
        self.recalled = which;
        self.input.edit(Edit::Clear);
        if let Some(text) = which.and_then(|which| self.history.get(which)) {
            text.chars().for_each(|letter| self.input.edit(Edit::Insert(letter)));
        }
    }

    /// Keeps the text.
    pub fn keep(&mut self) {
        let text = self.input.text().to_owned();
        self.history.retain(|earlier| *earlier != text);
        self.history.push(text);
        if self.history.len() > KEPT {
            self.history.remove(0);
        }
    }
}
