//! Draws the rows of bytes: hex with its text column, and flowing text.

use ratatui::style::Style;

use super::pen::Pen;
use crate::app::human;
use crate::app::payload::Unit;
use crate::app::payload::geometry::{Columns, Gutter};
use crate::app::payload::row::{Body, ByteCell, Cell, Edge, HexRow, Kind, Mark, Row, Shape, TextRow};
use crate::bytes::{hex, safe};
use crate::model::Direction;
use crate::ui::glyphs;
use crate::ui::theme::{Role, Theme};

/// What all rows of a column of the stream pane have in common.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sheet<'a> {
    pub(super) theme: Theme,
    pub(super) columns: &'a Columns,
    /// The character or malformed sequence under the cursor.
    pub(super) unit: Option<&'a Unit>,
}

/// How a byte is highlighted, depending on the cursor.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lit {
    /// The byte is under the cursor.
    Cursor,
    /// The byte belongs to the unit under the cursor.
    Unit,
    /// The byte is not highlighted.
    No,
}

impl Sheet<'_> {
    pub(super) fn draw(&self, pen: &mut Pen<'_>, row: &Row) {
        if row.body != Body::Blank {
            self.gutter(pen, row);
        }
        match &row.body {
            Body::Blank => {}
            Body::Mark(mark) => {
                let (words, role) = note(mark);
                pen.go(self.columns.body_x());
                pen.text(&words, self.theme.style(role));
            }
            Body::Hex(hex) => self.hex(pen, row.direction, hex),
            Body::Text(text) => self.text(pen, row.direction, text),
        }
    }

    fn gutter(&self, pen: &mut Pen<'_>, row: &Row) {
        let (columns, dim) = (self.columns, self.theme.style(Role::Dim));
        if let Some(time) = row.time.as_deref().filter(|_| columns.gutter.has_time()) {
            pen.text(time, dim);
        }
        let role = match row.direction {
            Direction::Received => Role::Received,
            Direction::Sent => Role::Sent,
        };
        pen.go(columns.direction_x());
        pen.text(&direction(columns.gutter, row.direction), self.theme.style(role));
        if let Some(range) = row.body.range().filter(|_| columns.digits > 0) {
            pen.go(columns.offset_x());
            pen.text(&format!("{:0digits$x}", range.start, digits = usize::from(columns.digits)), dim);
        }
    }

    fn hex(&self, pen: &mut Pen<'_>, direction: Direction, row: &HexRow) {
        let columns = self.columns;
        for (place, (offset, cell)) in (0..).zip(row.range().zip(&row.bytes)) {
            let ByteCell { byte, kind, edge, .. } = *cell;
            if edge == Edge::Chunk {
                // Directly after the previous byte, also where the gap between two groups of columns is wider.
                pen.go(if place == 0 { columns.body_x() - 1 } else { columns.byte_x(place - 1) + 2 });
                pen.text(glyphs::CHUNK_BORDER, self.theme.style(Role::ChunkBorder));
            }
            pen.go(columns.byte_x(place));
            let lit = self.lit(direction, offset);
            pen.text(hex::pair(byte), self.style(kind, lit));
        }
        let Some(rule) = columns.rule_x() else { return };
        pen.go(rule);
        pen.text(glyphs::RULE, self.theme.style(Role::Border));
        pen.go(columns.text_x());
        for (offset, cell) in row.range().zip(&row.bytes) {
            // In the text column a character stands at its first byte, so that one is highlighted as the cursor,
            // whichever byte of the character the cursor is on.
            let lit = match (self.lit(direction, offset), self.unit) {
                (Lit::Unit, Some(unit)) if unit.range.start == offset => Lit::Cursor,
                (Lit::Cursor, Some(unit)) if unit.range.start != offset => Lit::Unit,
                (lit, _) => lit,
            };
            self.cell(pen, cell.column, lit);
        }
    }

    fn text(&self, pen: &mut Pen<'_>, direction: Direction, row: &TextRow) {
        pen.go(self.columns.text_x());
        for (at, cell) in row.cells.iter().enumerate() {
            let within =
                |unit: &&Unit| unit.direction == direction && row.shows(at).contains(&unit.range.start);
            let rest = |unit: &&Unit| unit.direction == direction && unit.range.contains(&cell.offset);
            let lit = match self.unit {
                _ if matches!(cell.cell.shape, Shape::Border | Shape::Continued) => Lit::No,
                Some(unit) if within(&unit) => Lit::Cursor,
                Some(unit) if rest(&unit) => Lit::Unit,
                _ => Lit::No,
            };
            self.cell(pen, cell.cell, lit);
        }
    }

    fn cell(&self, pen: &mut Pen<'_>, Cell { shape, kind }: Cell, lit: Lit) {
        let style = self.style(kind, lit);
        match shape {
            Shape::Glyph(glyph) => pen.glyph(glyph.as_str(), u16::from(glyph.width), style),
            Shape::Tag(ch, _) => pen.text(&safe::tag(ch).unwrap_or_default(), style),
            Shape::Rest => pen.text(glyphs::REST, style),
            Shape::Malformed => pen.text(glyphs::MALFORMED, style),
            Shape::Pending => pen.text(glyphs::PENDING, style),
            Shape::Border => pen.text(glyphs::CHUNK_BORDER, style),
            Shape::Continued => pen.text(glyphs::CONTINUED, style),
            Shape::Covered => {}
        }
    }

    fn lit(&self, direction: Direction, offset: u64) -> Lit {
        match self.unit.filter(|unit| unit.direction == direction) {
            Some(unit) if unit.spot == offset => Lit::Cursor,
            Some(unit) if unit.range.contains(&offset) => Lit::Unit,
            _ => Lit::No,
        }
    }

    const fn style(&self, kind: Kind, lit: Lit) -> Style {
        let style = byte_style(self.theme, kind);
        match lit {
            Lit::Cursor => Theme::under_cursor(style),
            Lit::Unit => Theme::beside_cursor(style),
            Lit::No => style,
        }
    }
}

/// The direction as a glyph, followed by a word where the gutter has room for one.
pub(super) fn direction(gutter: Gutter, direction: Direction) -> String {
    let glyph = match direction {
        Direction::Received => glyphs::RECEIVED,
        Direction::Sent => glyphs::SENT,
    };
    if gutter == Gutter::Words { format!("{glyph} {}", word(direction)) } else { glyph.to_owned() }
}

/// The short word for a direction.
pub(super) const fn word(direction: Direction) -> &'static str {
    match direction {
        Direction::Received => "in",
        Direction::Sent => "out",
    }
}

fn note(mark: &Mark) -> (String, Role) {
    let words = |bytes: u64, what: &str| {
        let unit = if bytes == 1 { "byte" } else { "bytes" };
        format!("{} {} {unit} {what}", glyphs::CUT, human::count(bytes))
    };
    match *mark {
        Mark::Trimmed(bytes) => (words(bytes, "trimmed"), Role::Dim),
        Mark::TrimmedOrMissed(bytes) => (words(bytes, "trimmed or missed"), Role::Warn),
        Mark::Missed(bytes) => (words(bytes, "missed"), Role::Warn),
    }
}

/// The style of a byte of this class, or of a character made of such bytes.
pub(super) const fn byte_style(theme: Theme, kind: Kind) -> Style {
    theme.style(Role::of(kind))
}
