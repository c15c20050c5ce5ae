//! The visible rows of a comparison, without colours and without a place on the screen.

use std::ops::Range;

use crate::app::compare::layout::CompareLayout;
use crate::bytes::safe::{self, Glyph};
use crate::bytes::utf8::{self, Tail, UnitRole};
use crate::model::differences::{Alignment, Differences, HunkKind, Pair, Place};
use crate::model::stream::Stream;

/// The largest number of bytes that a character has before or behind any one of its bytes.
const REACH: u64 = 3;

/// A row of both halves.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CompareRow {
    /// The left half.
    pub left: HalfRow,
    /// The right half.
    pub right: HalfRow,
    /// Whether any bytes differ.
    pub differs: bool,
}

/// One half of a row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HalfRow {
    /// The offset of the first byte; without one, that of the first byte on the other side, if both have the same.
    pub offset: Option<u64>,
    /// What stands at each position.
    pub cells: Vec<HalfCell>,
}

impl HalfRow {
    /// Returns whether none of its bytes is known.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        !self.cells.is_empty() && self.cells.iter().all(|cell| cell.content == CellContent::Unknown)
    }
}

/// What one half has at a position.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct HalfCell {
    /// The byte.
    pub content: CellContent,
    /// How it compares.
    pub mark: CellMark,
}

/// What one half has at a position.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CellContent {
    /// A byte, and what stands for it in text.
    Byte(u8, ByteGlyph),
    /// A byte that is trimmed, or was missed.
    Unknown,
    /// None: only the other stream has one.
    Absent,
}

/// What stands for a byte in text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ByteGlyph {
    /// The character that begins with it.
    Character(Glyph),
    /// It is a later byte of a character, or of a malformed sequence.
    Rest,
    /// It begins a malformed sequence.
    Malformed,
    /// It begins a character whose rest has not arrived.
    Pending,
}

/// How a byte compares with the one of the other half.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CellMark {
    /// They are the same, or it is not known.
    Plain,
    /// They are different.
    Different,
    /// They belong to the difference that was gone to.
    Current,
}

/// Returns the rows that are visible from a position on.
pub(super) fn rows(
    differences: &Differences,
    pair: Pair<'_>,
    layout: &CompareLayout,
    top: u64,
    current: Option<&Range<u64>>,
) -> Vec<CompareRow> {
    let per_row = u64::from(layout.per_row);
    let starts = (0..u64::from(layout.rows.height)).map(|row| top + row * per_row);
    let shown = starts.take_while(|&start| start < differences.end());
    shown
        .map(|start| {
            let positions = start..start + per_row;
            let places: Vec<Place> =
                positions.clone().map_while(|position| differences.place(position)).collect();
            let marks: Vec<CellMark> =
                positions.zip(&places).map(|(position, place)| mark(position, place, current)).collect();
            let half = |stream, offset: fn(&Place) -> Option<u64>| {
                half(stream, &places.iter().map(offset).collect::<Vec<_>>(), &marks)
            };
            let mut row = CompareRow {
                left: half(pair.left, |place| place.left),
                right: half(pair.right, |place| place.right),
                differs: marks.iter().any(|&mark| mark != CellMark::Plain),
            };
            if differences.alignment() == Alignment::Offset {
                row.left.offset = row.left.offset.or(row.right.offset);
            }
            row
        })
        .collect()
}

fn mark(position: u64, place: &Place, current: Option<&Range<u64>>) -> CellMark {
    match place.difference {
        None | Some(HunkKind::Unknown) => CellMark::Plain,
        Some(HunkKind::Different) if current.is_some_and(|range| range.contains(&position)) => {
            CellMark::Current
        }
        Some(HunkKind::Different) => CellMark::Different,
    }
}

fn half(stream: &Stream, offsets: &[Option<u64>], marks: &[CellMark]) -> HalfRow {
    let mut known = offsets.iter().copied().flatten();
    let first = known.next();
    let last = known.last().or(first);
    let contents = match first.zip(last) {
        Some((first, last)) => contents(stream, first..last + 1),
        None => Vec::new(),
    };
    let cell = |(offset, &mark): (&Option<u64>, &CellMark)| HalfCell {
        content: match (offset, first) {
            (Some(offset), Some(first)) => contents[(offset - first) as usize],
            (None, _) | (_, None) => CellContent::Absent,
        },
        mark,
    };
    HalfRow { offset: first, cells: offsets.iter().zip(marks).map(cell).collect() }
}

/// What a stream has in a range of offsets: each byte with its role in UTF-8.
fn contents(stream: &Stream, range: Range<u64>) -> Vec<CellContent> {
    let around = range.start.saturating_sub(REACH)..range.end + REACH;
    let mut all = vec![CellContent::Unknown; (around.end - around.start) as usize];
    let mut place = |start: u64, bytes: &[u8]| {
        let is_last = start + bytes.len() as u64 >= stream.history.end();
        let tail = if is_last && stream.ended { Tail::Ended } else { Tail::Open };
        let from = (start - around.start) as usize;
        for (cell, (&byte, role)) in
            all[from..].iter_mut().zip(bytes.iter().zip(utf8::roles(&[], bytes, &[], tail)))
        {
            *cell = CellContent::Byte(byte, glyph(role));
        }
    };
    // A slice ends where the next one begins, unless bytes were missed between them.
    let (mut start, mut run) = (around.start, Vec::new());
    for (offset, bytes) in stream.history.slices(around.clone()) {
        if offset != start + run.len() as u64 {
            place(start, &run);
            (start, run) = (offset, Vec::new());
        }
        run.extend_from_slice(&bytes);
    }
    place(start, &run);
    let before = (range.start - around.start) as usize;
    all[before..before + (range.end - range.start) as usize].to_vec()
}

fn glyph(role: UnitRole) -> ByteGlyph {
    match role {
        UnitRole::Lead { ch, .. } => ByteGlyph::Character(safe::glyph(ch)),
        UnitRole::Malformed { nth: 0, .. } => ByteGlyph::Malformed,
        UnitRole::Pending { nth: 0 } => ByteGlyph::Pending,
        UnitRole::Rest { .. } | UnitRole::Malformed { .. } | UnitRole::Pending { .. } => ByteGlyph::Rest,
    }
}
