//! What is said about the byte under the cursor: lines of pieces, each with what it means, none with a colour.

mod anatomy;
mod readings;

pub(super) use anatomy::anatomy;
pub use anatomy::summary;
pub(super) use readings::{ROWS, readings, room};

use ratatui::layout::Rect;

use super::row::Kind;

/// Cells of the names of the lines.
const LABEL: usize = 9;

/// What is said, and where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Card {
    /// Where it is, counted from the upper left corner of the pane inside its border.
    pub area: Rect,
    /// The lines, at most as many as it has room for.
    pub lines: Vec<Line>,
}

/// A line: pieces of safe text, side by side.
pub type Line = Vec<Piece>;

/// A piece of safe text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Piece {
    /// What it says.
    pub text: String,
    /// What it means.
    pub ink: Ink,
}

/// What a piece means, by which it is coloured.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Ink {
    /// Text.
    Plain,
    /// What a line is about, and what matters less.
    Dim,
    /// What a line is for.
    Strong,
    /// A byte or a character of this kind.
    Byte(Kind),
    /// The byte under the cursor.
    Cursor(Kind),
    /// Bits that say what part a byte plays.
    Prefix,
    /// Bits that carry the code point.
    Payload,
    /// Bits that should be others.
    Fault,
    /// What is wrong.
    Bad,
    /// What is still missing.
    Missing,
}

impl Piece {
    fn new(text: impl Into<String>, ink: Ink) -> Self {
        Self { text: text.into(), ink }
    }
}

fn label(name: &str) -> Piece {
    Piece::new(format!("{name:LABEL$}"), Ink::Dim)
}

/// A line that says how much it matters.
struct Ranked {
    /// Lower ones stay longer where there is little room.
    rank: u8,
    line: Line,
}

/// The lines that matter most, in their order.
fn fit(mut lines: Vec<Ranked>, height: u16) -> Vec<Line> {
    while lines.len() > usize::from(height) {
        let least = (0..lines.len()).max_by_key(|at| lines[*at].rank).unwrap_or(0);
        lines.remove(least);
    }
    lines.into_iter().map(|ranked| ranked.line).collect()
}
