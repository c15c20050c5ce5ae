//! Moving through the rows of the document, one at a time, from any place.

use std::ops::Range;

use super::decoded::Decoded;
use super::geometry::Layout;
use super::group::{Document, Group};
use super::row::{Body, HexRow, Mark, Row, TextRow};
use super::{Anchor, Part, View, clock, hex, text};

/// A row of the document, and the means to reach its neighbours.
#[derive(Clone, Debug)]
pub(super) struct Cursor<'a> {
    document: Document<'a>,
    layout: Layout,
    group: Group,
    lines: Vec<Line>,
    line: usize,
}

#[derive(Clone, Debug)]
enum Line {
    /// What is not there before the bytes: the group knows.
    Mark,
    Bytes(HexRow, TextRow),
}

impl<'a> Cursor<'a> {
    /// At the first row.
    pub(super) fn first(document: Document<'a>, layout: Layout) -> Option<Self> {
        Some(Self::at(document, layout, document.first()?))
    }

    /// At the last row.
    pub(super) fn last(document: Document<'a>, layout: Layout) -> Option<Self> {
        let mut cursor = Self::at(document, layout, document.last()?);
        cursor.line = cursor.lines.len().saturating_sub(1);
        Some(cursor)
    }

    /// At the row that an anchor names; where that is gone, at the next one that is kept.
    pub(super) fn resolve(document: Document<'a>, layout: Layout, anchor: &Anchor) -> Option<Self> {
        let start = document.history(anchor.direction).start();
        let trimmed = [anchor.hex, anchor.text].into_iter().flatten().all(|offset| offset < start);
        if trimmed || !document.shown.includes(anchor.direction) {
            let group = document.at_seq(anchor.seq).or_else(|| document.last())?;
            return Some(Self::at(document, layout, group));
        }
        let (hex, text) = (anchor.hex.map(|at| at.max(start)), anchor.text.map(|at| at.max(start)));
        let first = [hex, text].into_iter().flatten().min().unwrap_or(start);
        let Some(group) = document.find(anchor.direction, first) else {
            return Self::last(document, layout);
        };
        if anchor.part == Part::Mark {
            return Some(Self::at(document, layout, group));
        }
        let within = |at: Option<u64>| at.unwrap_or(group.end).clamp(group.start, group.end);
        // Where the beginning of the group is trimmed, its rows would begin elsewhere now: the anchored one stays.
        let broken = group.start > 0 && group.start == start;
        let at = if broken { [within(hex), within(text)] } else { [group.start; 2] };
        let mut cursor =
            Self { document, layout, group, lines: lines(&document, &layout, &group, at), line: 0 };
        cursor.line = cursor.line_of(hex, text);
        Some(cursor)
    }

    fn at(document: Document<'a>, layout: Layout, group: Group) -> Self {
        let lines = lines(&document, &layout, &group, [group.start; 2]);
        Self { document, layout, group, lines, line: 0 }
    }

    /// The line with these bytes.
    fn line_of(&self, hex: Option<u64>, text: Option<u64>) -> usize {
        let (by_hex, by_text) = match self.layout.view {
            View::Hex => (hex.or(text), None),
            View::Text => (None, text.or(hex)),
            View::Split if hex.is_some() => (hex, None),
            View::Split => (None, text),
        };
        let begins = |line: &Line| match line {
            Line::Mark => true,
            Line::Bytes(hex, text) => {
                by_hex.is_none_or(|at| hex.start <= at) && by_text.is_none_or(|at| text.range.start <= at)
            }
        };
        self.lines.partition_point(begins).saturating_sub(1)
    }

    /// One row down; `None` at the last one.
    pub(super) fn down(&mut self) -> Option<()> {
        if self.line + 1 < self.lines.len() {
            self.line += 1;
        } else {
            *self = Self::at(self.document, self.layout, self.document.next(&self.group)?);
        }
        Some(())
    }

    /// One row up; `None` at the first one.
    pub(super) fn up(&mut self) -> Option<()> {
        if self.line > 0 {
            self.line -= 1;
        } else {
            *self = Self::at(self.document, self.layout, self.document.previous(&self.group)?);
            self.line = self.lines.len().saturating_sub(1);
        }
        Some(())
    }

    /// So many rows down, negative ones up, or as far as there are rows.
    pub(super) fn go(&mut self, rows: i32) {
        for _ in 0..rows.unsigned_abs() {
            if (if rows < 0 { self.up() } else { self.down() }).is_none() {
                break;
            }
        }
    }

    /// The name of this row.
    pub(super) fn anchor(&self) -> Anchor {
        let Group { direction, seq, start, .. } = self.group;
        match self.lines.get(self.line) {
            Some(Line::Bytes(hex, text)) => {
                let hex = (!hex.bytes.is_empty()).then_some(hex.start);
                let text = (!text.range.is_empty()).then_some(text.range.start);
                Anchor { direction, seq, hex, text, part: Part::Bytes }
            }
            _ => Anchor { direction, seq, hex: Some(start), text: Some(start), part: Part::Mark },
        }
    }

    /// Kept bytes above this row.
    pub(super) fn above(&self) -> u64 {
        let offset = match self.lines.get(self.line) {
            Some(line @ Line::Bytes(..)) => self.halves(line).into_iter().map(|half| half.start).min(),
            _ => None,
        };
        self.document.bytes_before(&self.group, offset.unwrap_or(self.group.start))
    }

    /// Kept bytes below this row.
    pub(super) fn below(&self) -> u64 {
        let offset = match self.lines.get(self.line) {
            Some(line @ Line::Bytes(..)) => self.halves(line).into_iter().map(|half| half.end).min(),
            _ => None,
        };
        self.document.bytes() - self.document.bytes_before(&self.group, offset.unwrap_or(self.group.start))
    }

    fn halves(&self, line: &Line) -> Vec<Range<u64>> {
        match (line, self.layout.view) {
            (Line::Mark, _) => Vec::new(),
            (Line::Bytes(hex, _), View::Hex) => vec![hex.range()],
            (Line::Bytes(_, text), View::Text) => vec![text.range.clone()],
            (Line::Bytes(hex, text), View::Split) => vec![hex.range(), text.range.clone()],
        }
    }

    /// This row, to be drawn.
    pub(super) fn row(&self, utc_offset_seconds: i32) -> Row {
        let direction = self.group.direction;
        let Some(Line::Bytes(hex, text)) = self.lines.get(self.line) else {
            let mark = self.group.mark.unwrap_or(Mark::Missed(0));
            return Row { direction, time: None, offset: None, body: Body::Mark(mark) };
        };
        let range = match self.layout.view {
            View::Text => text.range.clone(),
            View::Hex | View::Split => hex.range(),
        };
        let chunk = self.document.chunk_before(direction, range.end);
        let begins = chunk.filter(|chunk| chunk.offset >= range.start || range.start == self.group.start);
        let time = begins.filter(|_| !range.is_empty()).map(|chunk| clock(chunk.at, utc_offset_seconds));
        let offset = (!range.is_empty()).then_some(range.start);
        Row { direction, time, offset, body: Body::Bytes { hex: hex.clone(), text: text.clone() } }
    }
}

/// The lines of a group. A line is to begin at this offset of the hex, and at that of the text.
fn lines(document: &Document<'_>, layout: &Layout, group: &Group, [hex_at, text_at]: [u64; 2]) -> Vec<Line> {
    let decoded = Decoded::new(document, group);
    let mut lines: Vec<_> = group.mark.map(|_| Line::Mark).into_iter().collect();
    pair(&mut lines, &decoded, layout, &(group.start..hex_at), &(group.start..text_at));
    pair(&mut lines, &decoded, layout, &(hex_at..group.end), &(text_at..group.end));
    lines
}

/// Rows of hex and rows of text side by side, as many as the larger of both has.
fn pair(lines: &mut Vec<Line>, decoded: &Decoded, layout: &Layout, hex: &Range<u64>, text: &Range<u64>) {
    let mut hexes = match layout.view {
        View::Text => Vec::new(),
        View::Hex | View::Split => hex::rows(decoded, hex, layout.per_row),
    }
    .into_iter();
    let mut texts = match layout.view {
        View::Hex => Vec::new(),
        View::Text | View::Split => text::rows(decoded, text, layout.text),
    }
    .into_iter();
    loop {
        let (left, right) = (hexes.next(), texts.next());
        if left.is_none() && right.is_none() {
            break;
        }
        let left = left.unwrap_or_else(|| HexRow { start: hex.end, bytes: Vec::new() });
        let right = right.unwrap_or_else(|| TextRow { range: text.end..text.end, cells: Vec::new() });
        lines.push(Line::Bytes(left, right));
    }
}
