//! Movement through the rows of the transcript in one format, one row at a time, from any place.

use std::ops::Range;

use super::geometry::Columns;
use super::group::{Document, Group};
use super::line::{Line, lines};
use super::row::{Body, Mark, Row};
use super::spot::Spot;
use super::view::Side;
use super::{Anchor, Part, clock};

/// A row of the transcript, with access to its neighbours.
#[derive(Clone, Debug)]
pub(super) struct Walk<'a> {
    document: Document<'a>,
    columns: Columns,
    group: Group,
    lines: Vec<Line>,
    line: usize,
}

impl<'a> Walk<'a> {
    /// Returns the first row.
    pub(super) fn first(document: Document<'a>, columns: Columns) -> Option<Self> {
        Some(Self::at(document, columns, document.first()?))
    }

    /// Returns the last row.
    pub(super) fn last(document: Document<'a>, columns: Columns) -> Option<Self> {
        let mut walk = Self::at(document, columns, document.last()?);
        walk.line = walk.lines.len().saturating_sub(1);
        Some(walk)
    }

    /// Returns the row that an anchor names, or the next kept row where that is gone.
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
        // Where the start of the segment is trimmed, its rows would now begin elsewhere: the anchored one stays.
        let is_broken = group.start > 0 && group.start == start;
        let cuts = match anchor.row_start >= group.start {
            _ if !is_broken => Vec::new(),
            true => vec![anchor.row_start],
            false => vec![anchor.offset, anchor.row_end],
        };
        let cuts: Vec<_> = cuts.into_iter().filter(|cut| (group.start..group.end).contains(cut)).collect();
        let lines = lines(&document, columns, &group, &cuts);
        let mut walk = Self { document, columns, group, lines, line: 0 };
        walk.line = walk.line_of(anchor.offset);
        Some(walk)
    }

    /// Returns the row of a byte, with the layout of this one.
    pub(super) fn row_of(&self, spot: Spot) -> Option<Self> {
        let mut walk =
            Self::at(self.document, self.columns, self.document.find(spot.direction, spot.offset)?);
        walk.line = walk.line_of(spot.offset);
        Some(walk)
    }

    fn at(document: Document<'a>, columns: Columns, group: Group) -> Self {
        let lines = lines(&document, columns, &group, &[]);
        Self { document, columns, group, lines, line: 0 }
    }

    /// Returns the index of the line with this byte of the segment.
    fn line_of(&self, offset: u64) -> usize {
        let begins = |line: &Line| line.start().is_none_or(|start| start <= offset);
        self.lines.partition_point(begins).saturating_sub(1)
    }

    /// Moves one row down; `None` at the last one.
    pub(super) fn down(&mut self) -> Option<()> {
        if self.line + 1 < self.lines.len() {
            self.line += 1;
        } else {
            *self = Self::at(self.document, self.columns, self.document.next(&self.group)?);
        }
        Some(())
    }

    /// Moves one row up; `None` at the first one.
    pub(super) fn up(&mut self) -> Option<()> {
        if self.line > 0 {
            self.line -= 1;
        } else {
            *self = Self::at(self.document, self.columns, self.document.previous(&self.group)?);
            self.line = self.lines.len().saturating_sub(1);
        }
        Some(())
    }

    /// Moves this number of rows down, or up if negative, as far as there are rows.
    pub(super) fn go(&mut self, rows: i32) {
        for _ in 0..rows.unsigned_abs() {
            if (if rows < 0 { self.up() } else { self.down() }).is_none() {
                break;
            }
        }
    }

    /// Moves by `rows`, counting only rows with bytes: notes about missing bytes are skipped. In the text of the
    /// split view, moves to the nearest row of text from there, or to the next one.
    pub(super) fn go_to_bytes(&mut self, rows: i32) {
        let from = (self.group, self.reach());
        self.pass_rows(rows);
        if self.side() == Side::Text && self.columns.opposite > 0 {
            while (self.group, self.reach()) == from && self.step_to_bytes(rows) {}
        }
    }

    /// Moves to the next row with bytes; returns whether there is one.
    fn step_to_bytes(&mut self, rows: i32) -> bool {
        let before = self.anchor();
        self.pass_rows(rows.signum());
        self.anchor() != before
    }

    fn pass_rows(&mut self, rows: i32) {
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

    /// Returns the anchor of this row.
    pub(super) fn anchor(&self) -> Anchor {
        let Group { direction, seq, start, .. } = self.group;
        let row = self.current().and_then(|line| line.reach(Side::Text)).unwrap_or(start..start);
        let (row_start, row_end) = (row.start, row.end);
        match self.current().and_then(Line::start) {
            Some(offset) => Anchor { direction, seq, offset, row_start, row_end, part: Part::Bytes },
            None => Anchor { direction, seq, offset: start, row_start, row_end, part: Part::Mark },
        }
    }

    const fn side(&self) -> Side {
        self.columns.side()
    }

    /// Returns whether this row contains a byte.
    pub(super) fn has(&self, spot: Spot) -> bool {
        self.group.direction == spot.direction
            && self.current().and_then(Line::range).is_some_and(|range| range.contains(&spot.offset))
    }

    /// Returns whether a byte belongs to what the cursor moves over as one row: this row, or in the text of the split
    /// view the row of text.
    pub(super) fn reaches(&self, spot: Spot) -> bool {
        self.group.direction == spot.direction
            && self.reach().is_some_and(|range| range.contains(&spot.offset))
    }

    fn reach(&self) -> Option<Range<u64>> {
        self.current().and_then(|line| line.reach(self.side()))
    }

    /// Returns whether this line is blank, unless it is the first one of a view.
    pub(super) fn is_blank(&self) -> bool {
        self.side() == Side::Text && self.current().is_some_and(Line::is_beside_blank)
    }

    /// Returns whether this row stands below a byte in transcript order.
    pub(super) fn is_below(&self, spot: Spot) -> bool {
        let Some(group) = self.document.find(spot.direction, spot.offset) else { return false };
        self.document.bytes_before(&group, spot.offset) < self.above()
    }

    /// Returns the distance from the first byte to this one, or to the nearest of the row: in cells, or in bytes of
    /// hex.
    pub(super) fn column_of(&self, offset: u64) -> u16 {
        self.current().map_or(0, |line| line.column_of(self.side(), offset))
    }

    /// Returns the byte at this distance from the first one, or the last byte of the row.
    pub(super) fn spot_at(&self, column: u16) -> Option<Spot> {
        let offset = self.current()?.offset_at(self.side(), column)?;
        self.document.spot(self.group.direction, offset)
    }

    /// Returns the byte at this distance from the first one, but always one of this row, also where the text of the
    /// split view spans several.
    pub(super) fn own_spot_at(&self, column: u16) -> Option<Spot> {
        let range = self.current()?.range()?;
        let offset = self.current()?.offset_at(self.side(), column)?;
        self.document.spot(self.group.direction, offset.clamp(range.start, range.end - 1))
    }

    /// Returns the number of kept bytes above this row.
    pub(super) fn above(&self) -> u64 {
        let offset = self.current().and_then(Line::start).unwrap_or(self.group.start);
        self.document.bytes_before(&self.group, offset)
    }

    /// Returns the number of kept bytes below this row.
    pub(super) fn below(&self) -> u64 {
        let offset = self.current().and_then(Line::end).unwrap_or(self.group.start);
        self.document.bytes() - self.document.bytes_before(&self.group, offset)
    }

    /// Returns this row for drawing; the first one of a view also shows the text that belongs to a row above.
    pub(super) fn row(&self, utc_offset_seconds: i32, is_top: bool) -> Row {
        let direction = self.group.direction;
        let mark = self.group.mark;
        let body = match self.current() {
            Some(line) => line.body(self.side(), is_top, mark),
            None => Body::Mark(mark.unwrap_or(Mark::Missed(0))),
        };
        let time = body.range().and_then(|range| {
            let chunk = self.document.chunk_before(direction, range.end)?;
            (chunk.offset >= range.start).then(|| clock(chunk.at, utc_offset_seconds))
        });
        Row { direction, time, body }
    }
}
