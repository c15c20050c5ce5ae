//! The lines of a segment: hex, text, or in the split view both of the same bytes.
//!
//! A pair is a row of text and the rows of hex of exactly its bytes. It ends where a read or write, a line of text, a
//! row of text or the segment ends, so both halves of the split view have the same bytes on the same line.

use std::ops::Range;

use super::decoded::Decoded;
use super::geometry::RowLayout;
use super::row::{Body, Gap, HexRow, Note, TextRow};
use super::segment::{Segment, Transcript};
use super::text::RowEnds;
use super::view::ByteFormat;
use super::{hex, text};

/// A line of the transcript.
#[derive(Clone, Debug)]
pub(super) enum SegmentLine {
    /// The note about the bytes missing before the segment.
    Gap,
    /// What stands above the byte at this offset.
    Note(u64, Box<Note>),
    Hex(HexRow),
    Text(TextRow),
    /// A row of hex of a pair, the text of the pair, and whether this is the first row of the pair.
    Pair(HexRow, TextRow, bool),
}

impl SegmentLine {
    /// Returns the offsets of its bytes.
    pub(super) fn range(&self) -> Option<Range<u64>> {
        match self {
            Self::Gap | Self::Note(..) => None,
            Self::Hex(row) | Self::Pair(row, ..) => Some(row.range()),
            Self::Text(row) => Some(row.range.clone()),
        }
    }

    /// Returns the offset of its first byte.
    pub(super) const fn start(&self) -> Option<u64> {
        match self {
            Self::Gap | Self::Note(..) => None,
            Self::Hex(row) | Self::Pair(row, ..) => Some(row.start),
            Self::Text(row) => Some(row.range.start),
        }
    }

    /// Returns the offset of its first byte, or of the byte that it stands above.
    pub(super) const fn place(&self) -> Option<u64> {
        match self {
            Self::Note(offset, _) => Some(*offset),
            Self::Gap | Self::Hex(_) | Self::Text(_) | Self::Pair(..) => self.start(),
        }
    }

    /// Returns the offset behind its last byte.
    pub(super) fn end(&self) -> Option<u64> {
        self.range().map(|range| range.end)
    }

    /// Returns the offsets that the cursor moves over as one row: in the text of the split view, those of the whole
    /// pair.
    pub(super) fn reach(&self, format: ByteFormat) -> Option<Range<u64>> {
        match (self, format) {
            (Self::Pair(_, text, _), ByteFormat::Text) => Some(text.range.clone()),
            _ => self.range(),
        }
    }

    /// Returns whether the text half is blank here, because the text of the pair stands on a line above.
    pub(super) const fn is_beside_blank(&self) -> bool {
        matches!(self, Self::Pair(_, _, false))
    }

    /// Returns the distance from the first byte to this one, or to the nearest of the row: in cells, or in bytes of
    /// hex.
    pub(super) fn column_of(&self, format: ByteFormat, offset: u64) -> u16 {
        match (self, format) {
            (Self::Hex(row), _) | (Self::Pair(row, ..), ByteFormat::Hex) => {
                offset.saturating_sub(row.start).min(row.bytes.len() as u64) as u16
            }
            (Self::Text(row), _) | (Self::Pair(_, row, _), ByteFormat::Text) => {
                let before = row
                    .cells
                    .iter()
                    .enumerate()
                    .take_while(|(at, cell)| cell.offset <= offset && !row.shows(*at).contains(&offset));
                before.map(|(_, cell)| cell.cell.shape.width()).sum()
            }
            (Self::Gap | Self::Note(..), _) => 0,
        }
    }

    /// Returns the offset of the byte at this distance from the first one, or of the last byte of the row.
    pub(super) fn offset_at(&self, format: ByteFormat, column: u16) -> Option<u64> {
        match (self, format) {
            (Self::Gap | Self::Note(..), _) => None,
            (Self::Hex(row), _) | (Self::Pair(row, ..), ByteFormat::Hex) => {
                Some(row.start + u64::from(column).min(row.bytes.len() as u64 - 1))
            }
            (Self::Text(row), _) | (Self::Pair(_, row, _), ByteFormat::Text) => {
                let mut x = 0;
                let hit = row.cells.iter().find(|cell| {
                    x += cell.cell.shape.width();
                    x > column
                });
                Some(hit.or(row.cells.last()).map_or(row.range.start, |cell| cell.offset))
            }
        }
    }

    /// Returns what a half shows of the line. At the top of the view, the text of a pair is shown on any of its
    /// lines.
    pub(super) fn body(&self, format: ByteFormat, is_top: bool, gap: Option<Gap>) -> Body {
        match (self, format) {
            (Self::Hex(row), _) | (Self::Pair(row, ..), ByteFormat::Hex) => Body::Hex(row.clone()),
            (Self::Text(row), _) => Body::Text(row.clone()),
            (Self::Pair(_, row, is_first), ByteFormat::Text) if *is_first || is_top => {
                Body::Text(row.clone())
            }
            (Self::Pair(..), ByteFormat::Text) => Body::Blank,
            (Self::Note(_, note), _) => Body::Note((**note).clone()),
            (Self::Gap, _) => Body::Gap(gap.unwrap_or(Gap::Missed(0))),
        }
    }
}

/// Returns the lines of a segment, cut at these offsets within it, in order, and where messages begin.
pub(super) fn lines(
    transcript: &Transcript<'_>,
    columns: RowLayout,
    segment: &Segment,
    cuts: &[u64],
) -> Vec<SegmentLine> {
    let decoded = Decoded::new(transcript, segment);
    let mut lines: Vec<_> = segment.gap.map(|_| SegmentLine::Gap).into_iter().collect();
    let mut notes = transcript.notes(segment);
    let aligned = align(columns, segment);
    // Rows of hex begin at the same bytes whatever is trimmed before them, so they need no cut.
    let cuts =
        if columns.format() == ByteFormat::Hex && columns.opposite == 0 { aligned.as_slice() } else { cuts };
    let mut ends: Vec<u64> = cuts.iter().chain(notes.keys()).copied().chain([segment.end]).collect();
    ends.sort_unstable();
    ends.dedup();
    let mut start = segment.start;
    for end in ends {
        if let Some(note) = notes.remove(&start) {
            lines.push(SegmentLine::Note(start, Box::new(note)));
        }
        let is_cut = end < segment.end || transcript.is_cut(segment);
        let ends = RowEnds { border: true, goes_on: is_cut && !notes.contains_key(&end) };
        if start < end {
            lines.extend(rows(transcript, &decoded, columns, segment, start..end, ends));
        }
        start = end;
    }
    lines
}

/// Returns the rows of a range of bytes of a segment.
fn rows(
    transcript: &Transcript<'_>,
    decoded: &Decoded,
    columns: RowLayout,
    segment: &Segment,
    range: Range<u64>,
    ends: RowEnds,
) -> Vec<SegmentLine> {
    match columns.format() {
        _ if columns.opposite > 0 => pairs(transcript, decoded, columns, segment, range, ends),
        ByteFormat::Hex => {
            hex::rows(decoded, &range, columns.per_row).into_iter().map(SegmentLine::Hex).collect()
        }
        ByteFormat::Text => {
            text::rows(decoded, &range, columns.text, ends).into_iter().map(SegmentLine::Text).collect()
        }
    }
}

/// Returns where the first whole row of hex begins, if the start of the row before it is trimmed.
fn align(columns: RowLayout, segment: &Segment) -> Option<u64> {
    let over = segment.trimmed.checked_rem(columns.per_row).filter(|over| *over > 0)?;
    let whole = segment.start + u64::from(columns.per_row - over);
    Some(whole).filter(|whole| *whole < segment.end)
}

/// Returns the pairs of a range of bytes of a segment, one read or write after the other.
fn pairs(
    transcript: &Transcript<'_>,
    decoded: &Decoded,
    columns: RowLayout,
    segment: &Segment,
    range: Range<u64>,
    ends: RowEnds,
) -> Vec<SegmentLine> {
    let (per_row, text) = match columns.format() {
        ByteFormat::Hex => (columns.per_row, columns.opposite),
        ByteFormat::Text => (columns.opposite, columns.text),
    };
    // A row of plain text fills whole rows of hex, unless there is less room for text than for one.
    let width = if text > per_row { text - text % per_row } else { text };
    let borders = transcript.borders(segment).filter(|border| range.start < *border && *border < range.end);
    let mut lines = Vec::new();
    let mut start = range.start;
    for end in borders.chain([range.end]) {
        let goes_on = end == range.end && ends.goes_on;
        // The border of the read stands before the hex on the same line.
        for text in text::rows(decoded, &(start..end), width, RowEnds { border: false, goes_on }) {
            let rows = hex::rows(decoded, &text.range, per_row);
            lines.extend((0..).zip(rows).map(|(nth, row)| SegmentLine::Pair(row, text.clone(), nth == 0)));
        }
        start = end;
    }
    lines
}
