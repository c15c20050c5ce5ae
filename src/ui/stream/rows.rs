//! Draws the rows of bytes: hex with its text column, and flowing text.

use ratatui::style::Style;

use super::line_writer::LineWriter;
use crate::app::format;
use crate::app::stream::Channel;
use crate::app::stream::geometry::{Gutter, RowLayout};
use crate::app::stream::row::{
    Body, ByteCell, ByteClass, Cell, Edge, Gap, HexRow, Shape, StreamRow, TextRow,
};
use crate::app::stream::{ROUTES, Unit};
use crate::bytes::{hex, safe};
use crate::ui::glyphs;
use crate::ui::theme::{Role, Theme};

/// What all rows of a column of the stream pane have in common.
#[derive(Clone, Copy, Debug)]
pub(super) struct RowPainter<'a> {
    pub(super) theme: Theme,
    pub(super) columns: &'a RowLayout,
    /// The character or malformed sequence under the cursor.
    pub(super) unit: Option<&'a Unit>,
}

/// How a byte is highlighted, depending on the cursor.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Highlight {
    /// The byte is under the cursor.
    Cursor,
    /// The byte belongs to the unit under the cursor.
    Unit,
    /// The byte is not highlighted.
    None,
}

impl RowPainter<'_> {
    pub(super) fn draw(&self, writer: &mut LineWriter<'_>, row: &StreamRow) {
        if row.body != Body::Blank {
            self.gutter(writer, row);
        }
        match &row.body {
            Body::Blank => {}
            Body::Gap(mark) => {
                let (words, role) = gap_note(mark);
                writer.move_to(self.columns.body_x());
                writer.text(&words, self.theme.style(role));
            }
            Body::Hex(hex) => self.hex(writer, row.channel, hex),
            Body::Text(text) => self.text(writer, row.channel, text),
        }
    }

    fn gutter(&self, writer: &mut LineWriter<'_>, row: &StreamRow) {
        let (columns, dim) = (self.columns, self.theme.style(Role::Dim));
        if let Some(time) = row.time.as_deref().filter(|_| columns.gutter.has_time()) {
            writer.text(time, dim);
        }
        let role = match row.channel {
            _ if row.is_by_user => Role::Key,
            _ if row.has_dropped => Role::Warn,
            Channel::Received | Channel::ToUpstream => Role::Received,
            Channel::Sent => Role::Sent,
        };
        writer.move_to(columns.direction_x());
        let way = if row.is_by_user {
            by_user(columns.gutter, row.channel)
        } else if row.has_dropped {
            dropped(columns.gutter)
        } else {
            channel(columns.gutter, row.channel)
        };
        writer.text(&way, self.theme.style(role));
        if let Some(range) = row.body.range().filter(|_| columns.digits > 0) {
            writer.move_to(columns.offset_x());
            writer.text(&format!("{:0digits$x}", range.start, digits = usize::from(columns.digits)), dim);
        }
    }

    fn hex(&self, writer: &mut LineWriter<'_>, channel: Channel, row: &HexRow) {
        let columns = self.columns;
        for (place, (offset, cell)) in (0..).zip(row.range().zip(&row.bytes)) {
            let ByteCell { byte, kind, edge, .. } = *cell;
            if edge == Edge::Chunk {
                // Directly after the previous byte, also where the gap between two groups of columns is wider.
                writer.move_to(if place == 0 { columns.body_x() - 1 } else { columns.byte_x(place - 1) + 2 });
                writer.text(glyphs::CHUNK_BORDER, self.theme.style(Role::ChunkBorder));
            }
            writer.move_to(columns.byte_x(place));
            let highlight = self.highlight(channel, offset);
            writer.text(hex::pair(byte), self.style(kind, highlight));
        }
        let Some(rule) = columns.rule_x() else { return };
        writer.move_to(rule);
        writer.text(glyphs::RULE, self.theme.style(Role::Border));
        writer.move_to(columns.text_x());
        for (offset, cell) in row.range().zip(&row.bytes) {
            // In the text column a character stands at its first byte, so that one is highlighted as the cursor,
            // whichever byte of the character the cursor is on.
            let highlight = match (self.highlight(channel, offset), self.unit) {
                (Highlight::Unit, Some(unit)) if unit.range.start == offset => Highlight::Cursor,
                (Highlight::Cursor, Some(unit)) if unit.range.start != offset => Highlight::Unit,
                (highlight, _) => highlight,
            };
            self.cell(writer, cell.column, highlight);
        }
    }

    fn text(&self, writer: &mut LineWriter<'_>, channel: Channel, row: &TextRow) {
        writer.move_to(self.columns.text_x());
        for (at, cell) in row.cells.iter().enumerate() {
            let within = |unit: &&Unit| unit.channel == channel && row.shows(at).contains(&unit.range.start);
            let rest = |unit: &&Unit| unit.channel == channel && unit.range.contains(&cell.offset);
            let highlight = match self.unit {
                _ if matches!(cell.cell.shape, Shape::Border | Shape::Continued) => Highlight::None,
                Some(unit) if within(&unit) => Highlight::Cursor,
                Some(unit) if rest(&unit) => Highlight::Unit,
                _ => Highlight::None,
            };
            self.cell(writer, cell.cell, highlight);
        }
    }

    fn cell(&self, writer: &mut LineWriter<'_>, Cell { shape, kind }: Cell, highlight: Highlight) {
        let style = self.style(kind, highlight);
        match shape {
            Shape::Glyph(glyph) => writer.glyph(glyph.as_str(), u16::from(glyph.width), style),
            Shape::Tag(ch, _) => writer.text(&safe::tag(ch).unwrap_or_default(), style),
            Shape::Rest => writer.text(glyphs::REST, style),
            Shape::Malformed => writer.text(glyphs::MALFORMED, style),
            Shape::Pending => writer.text(glyphs::PENDING, style),
            Shape::Border => writer.text(glyphs::CHUNK_BORDER, style),
            Shape::Continued => writer.text(glyphs::CONTINUED, style),
            Shape::Covered => {}
        }
    }

    fn highlight(&self, channel: Channel, offset: u64) -> Highlight {
        match self.unit.filter(|unit| unit.channel == channel) {
            Some(unit) if unit.cursor == offset => Highlight::Cursor,
            Some(unit) if unit.range.contains(&offset) => Highlight::Unit,
            _ => Highlight::None,
        }
    }

    const fn style(&self, kind: ByteClass, highlight: Highlight) -> Style {
        let style = byte_style(self.theme, kind);
        match highlight {
            Highlight::Cursor => Theme::under_cursor(style),
            Highlight::Unit => Theme::beside_cursor(style),
            Highlight::None => style,
        }
    }
}

/// The direction as a route where the gutter has room for one; else as a glyph, followed by a word if there is room.
pub(super) fn channel(gutter: Gutter, channel: Channel) -> String {
    let glyph = match channel {
        Channel::Received | Channel::ToUpstream => glyphs::RECEIVED,
        Channel::Sent => glyphs::SENT,
    };
    match gutter {
        Gutter::Route => ROUTES[channel.direction()].to_owned(),
        Gutter::Words => format!("{glyph} {}", short_word(channel)),
        Gutter::Full | Gutter::Offset | Gutter::Short | Gutter::Bare => glyph.to_owned(),
    }
}

/// Like [`channel`], for bytes from the client some of which the user dropped.
fn dropped(gutter: Gutter) -> String {
    match gutter {
        Gutter::Route => format!("client {} server", glyphs::DROPPED),
        Gutter::Words => format!("{} cut", glyphs::DROPPED),
        Gutter::Full | Gutter::Offset | Gutter::Short | Gutter::Bare => glyphs::DROPPED.to_owned(),
    }
}

/// Like [`channel`], for bytes that the user put in.
fn by_user(gutter: Gutter, channel: Channel) -> String {
    let to = match channel {
        Channel::Received | Channel::ToUpstream => "server",
        Channel::Sent => "client",
    };
    match gutter {
        Gutter::Route => format!("user {} {to}", format::ARROW),
        Gutter::Words => format!("{} you", glyphs::BY_USER),
        Gutter::Full | Gutter::Offset | Gutter::Short | Gutter::Bare => glyphs::BY_USER.to_owned(),
    }
}

/// The short word for a direction.
pub(super) const fn short_word(channel: Channel) -> &'static str {
    match channel {
        Channel::Received | Channel::ToUpstream => "in",
        Channel::Sent => "out",
    }
}

fn gap_note(mark: &Gap) -> (String, Role) {
    let words = |bytes: u64, what: &str| {
        let unit = if bytes == 1 { "byte" } else { "bytes" };
        format!("{} {} {unit} {what}", glyphs::CUT, format::count(bytes))
    };
    match *mark {
        Gap::Trimmed(bytes) => (words(bytes, "trimmed"), Role::Dim),
        Gap::TrimmedOrMissed(bytes) => (words(bytes, "trimmed or missed"), Role::Warn),
        Gap::Missed(bytes) => (words(bytes, "missed"), Role::Warn),
    }
}

/// The style of a byte of this class, or of a character made of such bytes.
pub(super) const fn byte_style(theme: Theme, kind: ByteClass) -> Style {
    theme.style(Role::of(kind))
}
