//! The rows of the help: the keys of where the user is, then all others.

use super::human;
use super::keymap::{self, Context};

/// A row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Row {
    /// Where the keys below hold.
    Title(&'static str),
    /// Keys, and what they do; a description that needs more lines goes on without keys.
    Keys(String, String),
    /// Nothing.
    Blank,
}

/// Cells for the keys and a space on either side.
pub const KEYS_WIDTH: u16 = 13;
/// The help is no wider than this.
pub const WIDTH: u16 = 74;

/// All rows, for a help that is so many cells wide, that of `first` first.
#[must_use]
pub fn rows(first: Option<Context>, width: u16) -> Vec<Row> {
    let others = Context::ALL.into_iter().filter(|&context| Some(context) != first);
    let mut rows = Vec::new();
    for context in first.into_iter().chain(others) {
        if !rows.is_empty() {
            rows.push(Row::Blank);
        }
        rows.push(Row::Title(context.title()));
        for binding in keymap::bindings(context) {
            let mut keys = binding.labels();
            for line in human::wrap(binding.what, width.saturating_sub(KEYS_WIDTH)) {
                rows.push(Row::Keys(std::mem::take(&mut keys), line));
            }
        }
    }
    rows
}
