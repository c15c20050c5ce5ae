//! A segment as rows of hex, each byte with its cell of the text column: a byte and its character stand at the same
//! place, and no character can move another.

use std::ops::Range;

use super::decoded::Decoded;
use super::row::{ByteCell, Cell, HexRow, Shape};

/// Returns the rows of a range of bytes of a segment.
pub(super) fn rows(decoded: &Decoded, range: &Range<u64>, per_row: u16) -> Vec<HexRow> {
    let (from, to) = (decoded.index(range.start), decoded.index(range.end));
    let step = usize::from(per_row.max(1));
    (from..to).step_by(step).map(|start| row(decoded, start..to.min(start + step))).collect()
}

fn row(decoded: &Decoded, places: Range<usize>) -> HexRow {
    let mut bytes = Vec::with_capacity(places.len());
    for at in places.clone() {
        let column = column(decoded, at, &places);
        bytes.push(ByteCell {
            byte: decoded.byte(at),
            kind: decoded.kind(at),
            edge: decoded.edge(at),
            column,
        });
    }
    HexRow { start: decoded.start() + places.start as u64, bytes }
}

fn column(decoded: &Decoded, at: usize, row: &Range<usize>) -> Cell {
    let kind = decoded.kind(at);
    match decoded.shape(at) {
        // A wide glyph takes the cells of its first two bytes; behind the last byte of a row a cell is free for it.
        Shape::Glyph(glyph) => Cell { shape: Shape::Glyph(glyph), kind: decoded.glyph_kind(at, &glyph) },
        Shape::Rest if at > row.start && decoded.is_second(at) && decoded.shape(at - 1).width() == 2 => {
            Cell { shape: Shape::Covered, kind }
        }
        shape => Cell { shape, kind },
    }
}
