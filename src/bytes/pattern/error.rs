//! Why a text is not a search pattern.

use std::fmt;

/// Why a text is not a search pattern: one sentence, and where in the text the mistake is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PatternError {
    /// What is wrong and what would be right, without a full stop.
    pub message: String,
    /// The character of the text at which the mistake is, counted from 1.
    pub column: usize,
}

impl PatternError {
    /// An error at the character after the first `before` ones.
    pub(super) fn after(before: usize, message: impl Into<String>) -> Self {
        Self { message: message.into(), column: before + 1 }
    }
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "column {}: {}", self.column, self.message)
    }
}

impl std::error::Error for PatternError {}
