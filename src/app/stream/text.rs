//! A segment as flowing text.
//!
//! Rows are filled greedily, so a row depends only on the bytes from its first one on: what arrives later changes
//! only the last row, and a row can be laid out again without those before it.

use std::ops::Range;

use crate::bytes::safe::{self, Charset, Class, Glyph, PLACEHOLDER};

use super::decoded::Decoded;
use super::row::{ByteClass, Cell, Edge, Shape, TextCell, TextRow};

const BORDER: Cell = Cell { shape: Shape::Border, kind: ByteClass::Border };

const CONTINUED: Cell = Cell { shape: Shape::Continued, kind: ByteClass::Border };

/// What is shown at the ends of a range of bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct RowEnds {
    /// Whether a border stands before the first byte, if that byte begins a chunk.
    pub(super) border: bool,
    /// Whether the last line continues behind the last byte: a sign says so if there is room for it.
    pub(super) goes_on: bool,
}

/// Returns the rows of a range of bytes of a segment, `width` cells wide.
pub(super) fn rows(decoded: &Decoded, range: &Range<u64>, width: u16, ends: RowEnds) -> Vec<TextRow> {
    let (from, to) = (decoded.index(range.start), decoded.index(range.end));
    let mut flow = Flow { border: ends.border, ..Flow::new(decoded, from, width.max(1)) };
    for at in from..to {
        flow.place(at);
    }
    if ends.goes_on {
        flow.go_on(to);
    }
    flow.finish(to)
}

struct Flow<'a> {
    decoded: &'a Decoded,
    width: u16,
    rows: Vec<TextRow>,
    cells: Vec<TextCell>,
    used: u16,
    /// Index of the first byte of the row.
    start: usize,
    /// Index of the first byte of all rows.
    first: usize,
    /// Whether a border may stand before the first byte of all rows.
    border: bool,
}

impl<'a> Flow<'a> {
    const fn new(decoded: &'a Decoded, start: usize, width: u16) -> Self {
        Self {
            decoded,
            width,
            rows: Vec::new(),
            cells: Vec::new(),
            used: 0,
            start,
            first: start,
            border: true,
        }
    }

    fn place(&mut self, at: usize) {
        let border = self.decoded.edge(at) == Edge::Chunk && (self.border || at > self.first);
        match self.decoded.shape(at) {
            Shape::Glyph(glyph) => self.glyph(at, glyph, border),
            // A character is shown where it begins; only the rest of one that began before these rows needs a sign
            // here.
            Shape::Rest if !self.began_before(at) => {
                if border {
                    self.push(at, BORDER);
                }
            }
            shape => self.unit(at, Cell { shape, kind: self.decoded.kind(at) }, border),
        }
    }

    fn glyph(&mut self, at: usize, glyph: Glyph, border: bool) {
        let ch = self.decoded.character(at);
        // An escaped letter takes no mark.
        let joins = self.decoded.charset() == Charset::Unicode;
        if joins && !border && glyph.class == Class::Mark && self.join(ch) {
            return;
        }
        let cell = if let Some(shape) = self.escape(&glyph, ch) {
            Cell { shape, kind: self.decoded.glyph_kind(at, &glyph) }
        } else if u16::from(glyph.width) > self.width {
            Cell { shape: Shape::Glyph(safe::glyph(PLACEHOLDER)), kind: ByteClass::Hidden }
        } else {
            let shape = self.tag(&glyph, ch).unwrap_or(Shape::Glyph(glyph));
            Cell { shape, kind: self.decoded.glyph_kind(at, &glyph) }
        };
        self.unit(at, cell, border);
        if ch == Some('\n') {
            self.wrap(at + 1);
        }
    }

    /// Joins a combining mark with the letter before it.
    fn join(&mut self, mark: Option<char>) -> bool {
        let Some(TextCell { cell: Cell { shape: Shape::Glyph(letter), .. }, .. }) = self.cells.last_mut()
        else {
            return false;
        };
        let Some(joined) = mark.and_then(|mark| safe::cluster(*letter, mark)) else { return false };
        *letter = joined;
        true
    }

    /// Returns the name of a character without a glyph, where a row has room for it: a name that does not fit into
    /// this row begins the next one.
    fn tag(&self, glyph: &Glyph, ch: Option<char>) -> Option<Shape> {
        if !glyph.as_str().starts_with(PLACEHOLDER) {
            return None;
        }
        let ch = ch?;
        let width = safe::tag(ch)?.len() as u16;
        // One more cell is for the border of a chunk before it.
        (width < self.width).then_some(Shape::Tag(ch, width))
    }

    /// Returns the escape of a character that the terminal cannot show and that has no name in ASCII, where a row has room
    /// for it.
    fn escape(&self, glyph: &Glyph, ch: Option<char>) -> Option<Shape> {
        if self.decoded.charset() == Charset::Unicode || self.tag(glyph, ch).is_some() {
            return None;
        }
        let ch = ch?;
        let width = safe::escape(ch)?.len() as u16;
        // One more cell is for the border of a chunk before it.
        (width < self.width).then_some(Shape::Escape(ch, width))
    }

    /// Adds a unit, with the border of its chunk in the same row.
    fn unit(&mut self, at: usize, cell: Cell, border: bool) {
        let width = cell.shape.width();
        if border {
            if self.used + 1 + width > self.width {
                self.wrap(at);
            }
            if width < self.width {
                self.push(at, BORDER);
            }
        }
        self.push(at, cell);
    }

    fn push(&mut self, at: usize, cell: Cell) {
        let width = cell.shape.width();
        if self.used + width > self.width {
            self.wrap(at);
        }
        self.used += width;
        let offset = self.decoded.start() + at as u64;
        self.cells.push(TextCell { offset, cell });
    }

    /// Ends the row before a byte; an empty row is not ended.
    fn wrap(&mut self, at: usize) {
        if at > self.start {
            let offset = self.decoded.start();
            let range = offset + self.start as u64..offset + at as u64;
            self.rows.push(TextRow { range, cells: std::mem::take(&mut self.cells) });
            (self.start, self.used) = (at, 0);
        }
    }

    /// Adds the sign that the line continues, unless the row is full or the line has ended.
    fn go_on(&mut self, to: usize) {
        if to > self.start && self.used < self.width {
            self.push(to - 1, CONTINUED);
        }
    }

    fn finish(mut self, to: usize) -> Vec<TextRow> {
        self.wrap(to);
        self.rows
    }

    /// Returns whether all bytes up to this one belong to a character that began before the first one.
    fn began_before(&self, at: usize) -> bool {
        at < self.first + 4 && (self.first..=at).all(|before| self.decoded.shape(before) == Shape::Rest)
    }
}
