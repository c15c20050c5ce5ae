//! Moving through the rows of the document on one side, one at a time, from any place.

use super::decoded::Decoded;
use super::geometry::Columns;
use super::group::{Document, Group};
use super::row::{Body, HexRow, Mark, Row, TextRow};
use super::spot::Spot;
use super::{Anchor, Part, clock, hex, text};

/// A row of the document, and the means to reach its neighbours.
#[derive(Clone, Debug)]
pub(super) struct Walk<'a> {
    document: Document<'a>,
    columns: Columns,
    group: Group,
    lines: Vec<Line>,
    line: usize,
}

#[derive(Clone, Debug)]
enum Line {
    /// What is not there before the bytes: the group knows.
    Mark,
    Hex(HexRow),
    Text(TextRow),
}

impl Line {
    /// Offset of its first byte.
    const fn start(&self) -> Option<u64> {
        match self {
            Self::Mark => None,
            Self::Hex(row) => Some(row.start),
            Self::Text(row) => Some(row.range.start),
        }
    }

    fn end(&self) -> Option<u64> {
        match self {
            Self::Mark => None,
            Self::Hex(row) => Some(row.range().end),
            Self::Text(row) => Some(row.range.end),
        }
    }
}

impl<'a> Walk<'a> {
    /// At the first row.
    pub(super) fn first(document: Document<'a>, columns: Columns) -> Option<Self> {
        Some(Self::at(document, columns, document.first()?))
    }

    /// At the last row.
    pub(super) fn last(document: Document<'a>, columns: Columns) -> Option<Self> {
        let mut walk = Self::at(document, columns, document.last()?);
        walk.line = walk.lines.len().saturating_sub(1);
        Some(walk)
    }

    /// At the row that an anchor names; where that is gone, at the next one that is kept.
    pub(super) fn resolve(document: Document<'a>, columns: Columns, anchor: &Anchor) -> Option<Self> {
        let start = document.history(anchor.direction).start();
        if anchor.offset < start || !document.shown.includes(anchor.direction) {
            let group = document.at_seq(anchor.seq).or_else(|| document.last())?;
            return Some(Self::at(document, columns, group));
        }
        let Some(group) = document.find(anchor.direction, anchor.offset) else {
            return Self::last(document, columns);
        };
        if anchor.part == Part::Mark {
            return Some(Self::at(document, columns, group));
        }
        // Where the beginning of the group is trimmed, its rows would begin elsewhere now: the anchored one stays.
        let broken = group.start > 0 && group.start == start;
        let at = if broken { anchor.offset.clamp(group.start, group.end) } else { group.start };
        let mut walk =
            Self { document, columns, group, lines: lines(&document, columns, &group, at), line: 0 };
        walk.line = walk.line_of(anchor.offset);
        Some(walk)
    }

    /// The row of a byte, with the columns of this one.
    pub(super) fn row_of(&self, spot: Spot) -> Option<Self> {
        let mut walk =
            Self::at(self.document, self.columns, self.document.find(spot.direction, spot.offset)?);
        walk.line = walk.line_of(spot.offset);
        Some(walk)
    }

    fn at(document: Document<'a>, columns: Columns, group: Group) -> Self {
        let lines = lines(&document, columns, &group, group.start);
        Self { document, columns, group, lines, line: 0 }
    }

    /// The line with this byte of the group.
    fn line_of(&self, offset: u64) -> usize {
        let begins = |line: &Line| line.start().is_none_or(|start| start <= offset);
        self.lines.partition_point(begins).saturating_sub(1)
    }

    /// One row down; `None` at the last one.
    pub(super) fn down(&mut self) -> Option<()> {
        if self.line + 1 < self.lines.len() {
            self.line += 1;
        } else {
            *self = Self::at(self.document, self.columns, self.document.next(&self.group)?);
        }
        Some(())
    }

    /// One row up; `None` at the first one.
    pub(super) fn up(&mut self) -> Option<()> {
        if self.line > 0 {
            self.line -= 1;
        } else {
            *self = Self::at(self.document, self.columns, self.document.previous(&self.group)?);
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

    /// The same for rows with bytes: one that says what is not there is passed over, and none is stopped at.
    pub(super) fn go_to_bytes(&mut self, rows: i32) {
        let mut there = self.clone();
        for _ in 0..rows.unsigned_abs() {
            loop {
                if (if rows < 0 { there.up() } else { there.down() }).is_none() {
                    return;
                }
                if there.current().is_some_and(|line| line.start().is_some()) {
                    break;
                }
            }
            self.clone_from(&there);
        }
    }

    fn current(&self) -> Option<&Line> {
        self.lines.get(self.line)
    }

    /// The name of this row.
    pub(super) fn anchor(&self) -> Anchor {
        let Group { direction, seq, start, .. } = self.group;
        match self.current().and_then(Line::start) {
            Some(offset) => Anchor { direction, seq, offset, part: Part::Bytes },
            None => Anchor { direction, seq, offset: start, part: Part::Mark },
        }
    }

    /// Whether this row has a byte.
    pub(super) fn has(&self, spot: Spot) -> bool {
        let Some(line) = self.current().filter(|_| self.group.direction == spot.direction) else {
            return false;
        };
        line.start().is_some_and(|start| start <= spot.offset)
            && line.end().is_some_and(|end| spot.offset < end)
    }

    /// Whether this row stands below a byte, in the order of the document.
    pub(super) fn is_below(&self, spot: Spot) -> bool {
        let Some(group) = self.document.find(spot.direction, spot.offset) else { return false };
        self.document.bytes_before(&group, spot.offset) < self.above()
    }

    /// Cells from the left end of the bytes to this one, or the nearest of the row; in hex, bytes.
    pub(super) fn column_of(&self, offset: u64) -> u16 {
        match self.current() {
            Some(Line::Hex(row)) => offset.saturating_sub(row.start) as u16,
            Some(Line::Text(row)) => {
                let before = row
                    .cells
                    .iter()
                    .enumerate()
                    .take_while(|(at, cell)| cell.offset <= offset && !row.shows(*at).contains(&offset));
                before.map(|(_, cell)| cell.cell.shape.width()).sum()
            }
            Some(Line::Mark) | None => 0,
        }
    }

    /// The byte that stands so far from the left end, or the last one of the row.
    pub(super) fn spot_at(&self, column: u16) -> Option<Spot> {
        let offset = match self.current()? {
            Line::Mark => return None,
            Line::Hex(row) => row.start + u64::from(column).min(row.bytes.len() as u64 - 1),
            Line::Text(row) => {
                let mut x = 0;
                let hit = row.cells.iter().find(|cell| {
                    x += cell.cell.shape.width();
                    x > column
                });
                hit.or(row.cells.last()).map_or(row.range.start, |cell| cell.offset)
            }
        };
        self.document.spot(self.group.direction, offset)
    }

    /// Kept bytes above this row.
    pub(super) fn above(&self) -> u64 {
        let offset = self.current().and_then(Line::start).unwrap_or(self.group.start);
        self.document.bytes_before(&self.group, offset)
    }

    /// Kept bytes below this row.
    pub(super) fn below(&self) -> u64 {
        let offset = self.current().and_then(Line::end).unwrap_or(self.group.start);
        self.document.bytes() - self.document.bytes_before(&self.group, offset)
    }

    /// This row, to be drawn.
    pub(super) fn row(&self, utc_offset_seconds: i32) -> Row {
        let direction = self.group.direction;
        let body = match self.current() {
            Some(Line::Hex(row)) => Body::Hex(row.clone()),
            Some(Line::Text(row)) => Body::Text(row.clone()),
            Some(Line::Mark) | None => Body::Mark(self.group.mark.unwrap_or(Mark::Missed(0))),
        };
        let time = body.range().and_then(|range| {
            let chunk = self.document.chunk_before(direction, range.end)?;
            (chunk.offset >= range.start).then(|| clock(chunk.at, utc_offset_seconds))
        });
        Row { direction, time, body }
    }
}

/// The lines of a group. A line is to begin at this offset.
fn lines(document: &Document<'_>, columns: Columns, group: &Group, at: u64) -> Vec<Line> {
    let decoded = Decoded::new(document, group);
    let mut lines: Vec<_> = group.mark.map(|_| Line::Mark).into_iter().collect();
    for range in [group.start..at, at..group.end] {
        if columns.per_row > 0 {
            lines.extend(hex::rows(&decoded, &range, columns.per_row).into_iter().map(Line::Hex));
        } else {
            let goes_on = range.end < group.end || document.goes_on(group);
            lines.extend(text::rows(&decoded, &range, columns.text, goes_on).into_iter().map(Line::Text));
        }
    }
    lines
}
