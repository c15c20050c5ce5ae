//! The content of the inspector: styled lines about the unit at the cursor.

use ratatui::layout::{Rect, Size};

use crate::app::stream::row::ByteClass;
use crate::bytes::safe;

/// Width of the labels of the lines.
pub(super) const LABEL: usize = 9;

/// The narrowest column in which text is wrapped below itself.
const WORDS: usize = 16;

/// The contents of the inspector, and their place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Inspector {
    /// Its area, relative to the upper left corner of the pane inside its border.
    pub area: Rect,
    /// Its lines, at most as many as the area has.
    pub lines: Vec<StyledLine>,
    /// The text on the rule above it.
    pub caption: String,
    /// Whether there is more than is shown, which the keys of the readings turn to.
    pub continues: bool,
}

/// A line: pieces of safe text, side by side.
pub type StyledLine = Vec<StyledText>;

/// A piece of safe text with an emphasis.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StyledText {
    /// The text.
    pub text: String,
    /// The emphasis.
    pub emphasis: Emphasis,
}

/// The meaning of a piece of text, which decides its colour.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Emphasis {
    /// Plain text.
    Plain,
    /// A label, or a detail of less importance.
    Dim,
    /// The main result of a line.
    Strong,
    /// A byte or a character of this class.
    Byte(ByteClass),
    /// The byte under the cursor.
    Cursor(ByteClass),
    /// The bits of the prefix, which encode the role of a byte.
    Prefix,
    /// The bits of the payload, which carry the code point.
    Payload,
    /// The bits that are wrong.
    Fault,
    /// A description of an error.
    Bad,
    /// A byte that has not arrived.
    Missing,
}

impl StyledText {
    pub(super) fn new(text: impl Into<String>, emphasis: Emphasis) -> Self {
        Self { text: text.into(), emphasis }
    }
}

pub(super) fn label(name: &str) -> StyledText {
    StyledText::new(format!("{name:LABEL$}"), Emphasis::Dim)
}

/// A line with its importance.
pub(super) struct RankedLine {
    /// Lines with lower ranks stay longer where there is little room.
    pub(super) rank: u8,
    pub(super) line: StyledLine,
}

/// Lines that are shown, and those that have no room beside them.
pub(super) struct FittedLines {
    pub(super) shown: Vec<StyledLine>,
    pub(super) rest: Vec<StyledLine>,
}

impl FittedLines {
    /// Returns the page of this number, and whether there is more than one. The page behind the last is the first again.
    pub(super) fn page(self, number: usize, height: u16) -> (Vec<StyledLine>, bool) {
        let Self { shown, rest } = self;
        let height = usize::from(height.max(1));
        let has_more = !rest.is_empty();
        match number % (1 + rest.len().div_ceil(height)) {
            0 => (shown, has_more),
            later => (rest.into_iter().skip((later - 1) * height).take(height).collect(), has_more),
        }
    }
}

/// Returns the most important lines in their order; where room is left, lines that are too long are wrapped.
pub(super) fn fit(all: Vec<RankedLine>, size: Size) -> FittedLines {
    // A cell is left free before each line.
    let width = usize::from(size.width).saturating_sub(1);
    let mut ranks: Vec<(u8, usize)> = all.iter().enumerate().map(|(at, line)| (line.rank, at)).collect();
    // Of lines with the same rank the later one is left out first.
    ranks.sort_unstable();
    ranks.truncate(usize::from(size.height));
    let (mut lines, mut left_out) = (Vec::new(), Vec::new());
    for (at, line) in all.into_iter().enumerate() {
        if ranks.iter().any(|(_, kept)| *kept == at) { lines.push(line) } else { left_out.push(line) }
    }
    let mut spare = usize::from(size.height) - lines.len();
    let mut order: Vec<_> = (0..lines.len()).collect();
    order.sort_by_key(|at| lines[*at].rank);
    let mut is_cut = vec![false; lines.len()];
    let mut wrapped: Vec<Vec<StyledLine>> = lines.iter().map(|ranked| vec![ranked.line.clone()]).collect();
    for at in order {
        let whole = wrap(&lines[at].line, width);
        if whole.len() > 1 + spare {
            wrapped[at] = vec![cut(&lines[at].line, width)];
            is_cut[at] = true;
        } else {
            spare -= whole.len() - 1;
            wrapped[at] = whole;
        }
    }
    let cut_ones = lines.iter().zip(is_cut).filter_map(|(line, is_cut)| is_cut.then_some(line));
    let rest = cut_ones.chain(&left_out).flat_map(|ranked| wrap(&ranked.line, width)).collect();
    FittedLines { shown: wrapped.into_iter().flatten().collect(), rest }
}

fn cells(line: &[StyledText]) -> usize {
    line.iter().map(|piece| safe::width(&piece.text)).sum()
}

/// Wraps a line whose last piece is text into as many lines as it needs.
fn wrap(line: &StyledLine, width: usize) -> Vec<StyledLine> {
    let Some((text, before)) = line.split_last().filter(|_| cells(line) > width) else {
        return vec![line.clone()];
    };
    let indent = cells(before);
    // Columns cannot be wrapped.
    if indent + WORDS > width {
        return vec![cut(line, width)];
    }
    let (mut lines, mut current) = (vec![before.to_vec()], String::new());
    for word in text.text.split_inclusive(' ') {
        if !current.is_empty() && indent + safe::width(&current) + safe::width(word.trim_end()) > width {
            let full = std::mem::take(&mut current);
            lines.last_mut().unwrap_or(&mut Vec::new()).push(StyledText::new(full, text.emphasis));
            lines.push(vec![StyledText::new(" ".repeat(indent), Emphasis::Plain)]);
        }
        current.push_str(word);
    }
    lines.last_mut().unwrap_or(&mut Vec::new()).push(StyledText::new(current, text.emphasis));
    lines
}

/// Truncates a line, with a mark at the cut end.
pub(super) fn cut(line: &StyledLine, width: usize) -> StyledLine {
    if cells(line) <= width {
        return line.clone();
    }
    let (mut out, mut left) = (StyledLine::new(), width.saturating_sub(1));
    for piece in line {
        let shown = safe::fit(&piece.text, left);
        out.push(StyledText::new(shown, piece.emphasis));
        if shown.len() < piece.text.len() {
            out.push(StyledText::new("…", Emphasis::Dim));
            break;
        }
        left -= safe::width(shown);
    }
    out
}
