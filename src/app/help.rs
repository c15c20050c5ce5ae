//! The rows of the help: the keys of where the user is, then all others, the mouse, the filter, signs and colours.

use super::human;
use super::keymap::{self, Context};
use super::signs::Sign;

/// A row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Row {
    /// Where the keys below hold.
    Title(&'static str),
    /// Keys, and what they do; a description that needs more lines goes on without keys.
    Keys(String, String),
    /// A sign, and what it means.
    Sign(Sign, &'static str),
    /// Nothing.
    Blank,
}

/// Cells for the keys and a space on either side.
pub const KEYS_WIDTH: u16 = 13;
/// The help is no wider than this.
pub const WIDTH: u16 = 74;

/// What is not a key: a title, and what is said below it.
const SECTIONS: [(&str, &[(&str, &str)]); 3] = [
    (
        "Mouse",
        &[
            ("click", "A row, a byte, a column head, a tab, a backend, a hint: as its key"),
            ("wheel", "Move the rows under the pointer"),
            ("Shift drag", "In most terminals: select text with the mouse"),
        ],
    ),
    (
        "Words of the filter",
        &[
            ("open slow", "The state, as the column shows it; also half, closed, live"),
            ("10.0.0.7", "A part of the address; names and backends likewise"),
            ("closed 1883", "Rows that have all of the words"),
        ],
    ),
    (
        "Learn more",
        &[("demo", "bytewatch demo --script list prints the lessons; bytewatch --help all options")],
    ),
];

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
    for (title, lines) in SECTIONS {
        rows.extend([Row::Blank, Row::Title(title)]);
        for (what, words) in lines {
            let mut what = (*what).to_owned();
            for line in human::wrap(words, width.saturating_sub(KEYS_WIDTH)) {
                rows.push(Row::Keys(std::mem::take(&mut what), line));
            }
        }
    }
    rows.extend([Row::Blank, Row::Title("Signs and colours")]);
    rows.extend(Sign::ALL.map(|sign| Row::Sign(sign, sign.meaning())));
    rows
}
