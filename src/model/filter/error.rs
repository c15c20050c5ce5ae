//! What is wrong with a filter.

use std::fmt;

/// What is wrong with a filter: one sentence, and where the mistake is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FilterError {
    /// What is wrong and what would be right, without a full stop.
    pub message: String,
    /// The character of the filter at which the mistake is, counted from 1.
    pub column: usize,
}

impl FilterError {
    pub(super) fn after(before: usize, message: impl Into<String>) -> Self {
        Self { message: message.into(), column: before + 1 }
    }
}

impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at {}: {}", self.column, self.message)
    }
}
