//! What is said about the byte under the cursor: lines of pieces, each with what it means, none with a colour.

mod anatomy;
mod around;
mod readings;

pub(super) use anatomy::anatomy;
pub use anatomy::summary;
pub(super) use readings::{ROWS, readings, room};

use ratatui::layout::{Rect, Size};

use super::row::Kind;
use crate::bytes::safe;

/// Cells of the names of the lines.
const LABEL: usize = 9;

/// Narrower than this, words are not set below each other.
const WORDS: usize = 16;

/// What is said, and where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Card {
    /// Where it is, counted from the upper left corner of the pane inside its border.
    pub area: Rect,
    /// The lines, at most as many as it has room for.
    pub lines: Vec<Line>,
    /// What stands on the rule above it.
    pub caption: String,
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

/// The lines that matter most, in their order; where room is left, those that are too long go on below.
fn fit(mut lines: Vec<Ranked>, size: Size) -> Vec<Line> {
    while lines.len() > usize::from(size.height) {
        let least = (0..lines.len()).max_by_key(|at| lines[*at].rank).unwrap_or(0);
        lines.remove(least);
    }
    // A cell is left free before each line.
    let width = usize::from(size.width).saturating_sub(1);
    let mut spare = usize::from(size.height) - lines.len();
    let mut order: Vec<_> = (0..lines.len()).collect();
    order.sort_by_key(|at| lines[*at].rank);
    let mut wrapped: Vec<Vec<Line>> = lines.iter().map(|ranked| vec![ranked.line.clone()]).collect();
    for at in order {
        let whole = wrap(&lines[at].line, width);
        if whole.len() > 1 + spare {
            wrapped[at] = vec![cut(&lines[at].line, width)];
        } else {
            spare -= whole.len() - 1;
            wrapped[at] = whole;
        }
    }
    wrapped.into_iter().flatten().collect()
}

fn cells(line: &[Piece]) -> usize {
    line.iter().map(|piece| safe::width(&piece.text)).sum()
}

/// A line whose last piece is text, in as many lines as that needs.
fn wrap(line: &Line, width: usize) -> Vec<Line> {
    let Some((text, before)) = line.split_last().filter(|_| cells(line) > width) else {
        return vec![line.clone()];
    };
    let indent = cells(before);
    // Columns do not go on below.
    if indent + WORDS > width {
        return vec![cut(line, width)];
    }
    let (mut lines, mut current) = (vec![before.to_vec()], String::new());
    for word in text.text.split_inclusive(' ') {
        if !current.is_empty() && indent + safe::width(&current) + safe::width(word.trim_end()) > width {
            let full = std::mem::take(&mut current);
            lines.last_mut().unwrap_or(&mut Vec::new()).push(Piece::new(full, text.ink));
            lines.push(vec![Piece::new(" ".repeat(indent), Ink::Plain)]);
        }
        current.push_str(word);
    }
    lines.last_mut().unwrap_or(&mut Vec::new()).push(Piece::new(current, text.ink));
    lines
}

/// A line that ends with a mark where there is no room for its end.
fn cut(line: &Line, width: usize) -> Line {
    if cells(line) <= width {
        return line.clone();
    }
    let (mut out, mut left) = (Line::new(), width.saturating_sub(1));
    for piece in line {
        let shown = safe::fit(&piece.text, left);
        out.push(Piece::new(shown, piece.ink));
        if shown.len() < piece.text.len() {
            out.push(Piece::new("…", Ink::Dim));
            break;
        }
        left -= safe::width(shown);
    }
    out
}
