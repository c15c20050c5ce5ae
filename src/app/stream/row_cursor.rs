//! Movement through the rows of the transcript in one format, one row at a time, from any place.

use std::ops::Range;

use super::geometry::RowLayout;
use super::line::{SegmentLine, lines};
use super::position::BytePosition;
use super::row::{Body, Gap, StreamRow};
use super::segment::{Segment, Transcript};
use super::view::ByteFormat;
use crate::app::stream::anchor::{Anchor, AnchorPart, clock};

/// A row of the transcript, with access to its neighbours.
#[derive(Clone, Debug)]
pub(super) struct RowCursor<'a> {
    transcript: Transcript<'a>,
    columns: RowLayout,
    segment: Segment,
    lines: Vec<SegmentLine>,
    line: usize,
}

impl<'a> RowCursor<'a> {
    /// Returns the first row.
    pub(super) fn first(transcript: Transcript<'a>, columns: RowLayout) -> Option<Self> {
        Some(Self::at(transcript, columns, transcript.first()?))
    }

    /// Returns the last row.
    pub(super) fn last(transcript: Transcript<'a>, columns: RowLayout) -> Option<Self> {
        let mut row_cursor = Self::at(transcript, columns, transcript.last()?);
        row_cursor.line = row_cursor.lines.len().saturating_sub(1);
        Some(row_cursor)
    }

    /// Returns the row that an anchor names, or the next kept row where that is gone.
    pub(super) fn resolve(transcript: Transcript<'a>, columns: RowLayout, anchor: &Anchor) -> Option<Self> {
        let start = transcript.history(anchor.channel).start();
        if anchor.offset < start || !transcript.direction_filter.includes(anchor.channel) {
            let segment = transcript.at_seq(anchor.seq).or_else(|| transcript.last())?;
            return Some(Self::at(transcript, columns, segment));
        }
        let Some(segment) = transcript.find(anchor.channel, anchor.offset) else {
            return Self::last(transcript, columns);
        };
        if anchor.part == AnchorPart::Gap {
            return Some(Self::at(transcript, columns, segment));
        }
        // Where the start of the segment is trimmed, its rows would now begin elsewhere: the anchored one stays.
        let is_broken = segment.start > 0 && segment.start == start;
        let cuts = match anchor.row_start >= segment.start {
            _ if !is_broken => Vec::new(),
            true => vec![anchor.row_start],
            false => vec![anchor.offset, anchor.row_end],
        };
        let cuts: Vec<_> =
            cuts.into_iter().filter(|cut| (segment.start..segment.end).contains(cut)).collect();
        let lines = lines(&transcript, columns, &segment, &cuts);
        let mut row_cursor = Self { transcript, columns, segment, lines, line: 0 };
        row_cursor.line = row_cursor.line_of(anchor.offset);
        if anchor.part == AnchorPart::Note {
            row_cursor.go_to_note();
        }
        Some(row_cursor)
    }

    /// Moves to what stands above this row, if it is the first of a message.
    pub(super) fn go_to_note(&mut self) {
        let above = self.line.checked_sub(1);
        let is_note = |line: &usize| matches!(self.lines.get(*line), Some(SegmentLine::Note(..)));
        self.line = above.filter(is_note).unwrap_or(self.line);
    }

    /// Returns the row of a byte, with the layout of this one.
    pub(super) fn row_of(&self, position: BytePosition) -> Option<Self> {
        let mut row_cursor =
            Self::at(self.transcript, self.columns, self.transcript.find(position.channel, position.offset)?);
        row_cursor.line = row_cursor.line_of(position.offset);
        Some(row_cursor)
    }

    fn at(transcript: Transcript<'a>, columns: RowLayout, segment: Segment) -> Self {
        let lines = lines(&transcript, columns, &segment, &[]);
        Self { transcript, columns, segment, lines, line: 0 }
    }

    /// Returns the index of the line with this byte of the segment.
    fn line_of(&self, offset: u64) -> usize {
        let begins = |line: &SegmentLine| line.place().is_none_or(|place| place <= offset);
        self.lines.partition_point(begins).saturating_sub(1)
    }

    /// Moves one row down; `None` at the last one.
    pub(super) fn down(&mut self) -> Option<()> {
        if self.line + 1 < self.lines.len() {
            self.line += 1;
        } else {
            *self = Self::at(self.transcript, self.columns, self.transcript.next(&self.segment)?);
        }
        Some(())
    }

    /// Moves one row up; `None` at the first one.
    pub(super) fn up(&mut self) -> Option<()> {
        if self.line > 0 {
            self.line -= 1;
        } else {
            *self = Self::at(self.transcript, self.columns, self.transcript.previous(&self.segment)?);
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
        let from = (self.segment, self.reach());
        self.pass_rows(rows);
        if self.format() == ByteFormat::Text && self.columns.opposite > 0 {
            while (self.segment, self.reach()) == from && self.step_to_bytes(rows) {}
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
        let mut left = rows.unsigned_abs();
        while left > 0 || there.current().is_some_and(|line| line.start().is_none()) {
            if (if rows < 0 { there.up() } else { there.down() }).is_none() {
                return;
            }
            // What stands above a message is a row like others, but the cursor does not stay there.
            let Some(line) = there.current() else { return };
            left = left.saturating_sub(u32::from(!matches!(line, SegmentLine::Gap)));
            if line.start().is_some() {
                self.clone_from(&there);
            }
        }
    }

    fn current(&self) -> Option<&SegmentLine> {
        self.lines.get(self.line)
    }

    /// Returns the anchor of this row.
    pub(super) fn anchor(&self) -> Anchor {
        let Segment { channel, seq, start, .. } = self.segment;
        let row = self.current().and_then(|line| line.reach(ByteFormat::Text)).unwrap_or(start..start);
        let (row_start, row_end) = (row.start, row.end);
        let part = match self.current() {
            Some(SegmentLine::Note(..)) => AnchorPart::Note,
            _ => AnchorPart::Bytes,
        };
        match self.current().and_then(SegmentLine::place) {
            Some(offset) => Anchor { channel, seq, offset, row_start, row_end, part },
            None => Anchor { channel, seq, offset: start, row_start, row_end, part: AnchorPart::Gap },
        }
    }

    const fn format(&self) -> ByteFormat {
        self.columns.format()
    }

    /// Returns whether this row contains a byte.
    pub(super) fn has(&self, position: BytePosition) -> bool {
        self.segment.channel == position.channel
            && self
                .current()
                .and_then(SegmentLine::range)
                .is_some_and(|range| range.contains(&position.offset))
    }

    /// Returns whether a byte belongs to what the cursor moves over as one row: this row, or in the text of the split
    /// view the row of text.
    pub(super) fn reaches(&self, position: BytePosition) -> bool {
        self.segment.channel == position.channel
            && self.reach().is_some_and(|range| range.contains(&position.offset))
    }

    fn reach(&self) -> Option<Range<u64>> {
        self.current().and_then(|line| line.reach(self.format()))
    }

    /// Returns whether this line is blank, unless it is the first one of a view.
    pub(super) fn is_blank(&self) -> bool {
        self.format() == ByteFormat::Text && self.current().is_some_and(SegmentLine::is_beside_blank)
    }

    /// Returns whether this row stands below a byte in transcript order.
    pub(super) fn is_below(&self, position: BytePosition) -> bool {
        let Some(segment) = self.transcript.find(position.channel, position.offset) else { return false };
        self.transcript.bytes_before(&segment, position.offset) < self.above()
    }

    /// Returns the distance from the first byte to this one, or to the nearest of the row: in cells, or in bytes of
    /// hex.
    pub(super) fn column_of(&self, offset: u64) -> u16 {
        self.current().map_or(0, |line| line.column_of(self.format(), offset))
    }

    /// Returns the byte at this distance from the first one, or the last byte of the row.
    pub(super) fn position_at(&self, column: u16) -> Option<BytePosition> {
        let offset = self.current()?.offset_at(self.format(), column)?;
        self.transcript.byte_at(self.segment.channel, offset)
    }

    /// Returns the byte at this distance from the first one, but always one of this row, also where the text of the
    /// split view spans several.
    pub(super) fn own_position_at(&self, column: u16) -> Option<BytePosition> {
        let range = self.current()?.range()?;
        let offset = self.current()?.offset_at(self.format(), column)?;
        self.transcript.byte_at(self.segment.channel, offset.clamp(range.start, range.end - 1))
    }

    /// Returns the number of kept bytes above this row.
    pub(super) fn above(&self) -> u64 {
        let offset = self.current().and_then(SegmentLine::place).unwrap_or(self.segment.start);
        self.transcript.bytes_before(&self.segment, offset)
    }

    /// Returns the number of kept bytes below this row.
    pub(super) fn below(&self) -> u64 {
        let line = self.current();
        let end = line.and_then(|line| line.end().or(line.place()));
        let offset = end.unwrap_or(self.segment.start);
        self.transcript.bytes() - self.transcript.bytes_before(&self.segment, offset)
    }

    /// Returns this row for drawing; the first one of a view also shows the text that belongs to a row above.
    pub(super) fn row(&self, utc_offset_seconds: i32, is_top: bool) -> StreamRow {
        let channel = self.segment.channel;
        let gap = self.segment.gap;
        let body = match self.current() {
            Some(line) => line.body(self.format(), is_top, gap),
            None => Body::Gap(gap.unwrap_or(Gap::Missed(0))),
        };
        let time = body.range().and_then(|range| {
            let chunk = self.transcript.chunk_before(channel, range.end)?;
            (chunk.offset >= range.start).then(|| clock(chunk.at, utc_offset_seconds))
        });
        let has_dropped = body.range().is_some_and(|range| self.transcript.has_dropped(channel, &range));
        let is_by_user = self.transcript.is_by_user(&self.segment);
        StreamRow { channel, time, is_by_user, has_dropped, body }
    }
}
