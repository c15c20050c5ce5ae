//! Draws the rows of bytes: hex with its text column, and flowing text.

use std::ops::Range;

use ratatui::style::Style;

use super::different::DifferentBytes;
use super::line_writer::LineWriter;
use super::notes;
use super::ways::channel;
use crate::app::format;
use crate::app::stream::Channel;
use crate::app::stream::geometry::{Gutter, RowLayout};
use crate::app::stream::row::{
    Body, ByteCell, ByteClass, Cell, Edge, Gap, HexRow, Shape, StreamRow, TextRow,
};
use crate::app::stream::{MarkedByte, SelectedBytes, Unit};
use crate::bytes::{hex, safe};
use crate::event::ConnectionId;
use crate::model::search::Search;
use crate::ui::glyphs;
use crate::ui::theme::{Role, Theme};

/// What all rows of a column of the stream pane have in common.
#[derive(Clone, Copy, Debug)]
pub(super) struct RowPainter<'a> {
    pub(super) theme: Theme,
    pub(super) columns: &'a RowLayout,
    /// The character or malformed sequence under the cursor.
    pub(super) unit: Option<&'a Unit>,
    /// The search whose hits are marked, and the connection.
    pub(super) search: Option<(&'a Search, ConnectionId)>,
    /// The bytes that are selected.
    pub(super) selected: Option<&'a SelectedBytes>,
    /// The bytes of the connection that have a mark.
    pub(super) marked: &'a [MarkedByte],
    /// The bytes of the connection that are not as they were recorded, if it is a replay.
    pub(super) different: Option<&'a DifferentBytes>,
}

/// How a byte is shown besides its class.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Marks {
    highlight: Highlight,
    /// The role that takes the place of that of the class: of a selected byte, or of one of a hit.
    role: Option<Role>,
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
        if !matches!(row.body, Body::Blank | Body::Note(_)) {
            self.gutter(writer, row);
        }
        match &row.body {
            Body::Blank => {}
            Body::Note(note) => notes::draw(writer, row.channel, note, self.columns, self.theme),
            Body::Gap(mark) => {
                let (words, role) = gap_note(mark);
                writer.move_to(self.columns.body_x());
                writer.text(&words, self.theme.style(role));
            }
            Body::Hex(hex) => self.hex(writer, row.channel, hex, &self.hits(row.channel, hex.range())),
            Body::Text(text) => {
                self.text(writer, row.channel, text, &self.hits(row.channel, text.range.clone()));
            }
        }
    }

    /// The hits of the search in a range of bytes.
    fn hits(&self, channel: Channel, range: Range<u64>) -> Vec<Range<u64>> {
        let Some((search, connection)) = self.search else { return Vec::new() };
        search.hits(channel.id(connection), range).map(|hit| hit.offset..hit.end()).collect()
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

    fn hex(&self, writer: &mut LineWriter<'_>, channel: Channel, row: &HexRow, hits: &[Range<u64>]) {
        let columns = self.columns;
        for (place, (offset, cell)) in (0..).zip(row.range().zip(&row.bytes)) {
            let ByteCell { byte, kind, edge, .. } = *cell;
            // Directly after the previous byte, also where the gap between two groups of columns is wider.
            writer.move_to(if place == 0 { columns.body_x() - 1 } else { columns.byte_x(place - 1) + 2 });
            if self.mark_in(channel, &(offset..offset + 1)).is_some() {
                writer.text(glyphs::MARK, self.theme.style(Role::Key));
            } else if self.differs(channel, &(offset..offset + 1)) {
                writer.text(glyphs::DIFFERENT, self.theme.style(Role::Bad));
            } else if edge == Edge::Chunk {
                writer.text(glyphs::CHUNK_BORDER, self.theme.style(Role::ChunkBorder));
            }
            writer.move_to(columns.byte_x(place));
            let highlight = self.highlight(channel, offset);
            let marks = Marks { highlight, role: self.mark(channel, &(offset..offset + 1), hits) };
            writer.text(hex::pair(byte), self.style(kind, marks));
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
            self.cell(
                writer,
                cell.column,
                Marks { highlight, role: self.mark(channel, &(offset..offset + 1), hits) },
            );
        }
    }

    fn text(&self, writer: &mut LineWriter<'_>, channel: Channel, row: &TextRow, hits: &[Range<u64>]) {
        if self.mark_in(channel, &row.range).is_some() {
            // Flowing text has no room before a byte, so the sign stands before the row.
            writer.move_to(self.columns.body_x() - 1);
            writer.text(glyphs::MARK, self.theme.style(Role::Key));
        }
        writer.move_to(self.columns.text_x());
        for (at, cell) in row.cells.iter().enumerate() {
            let within = |unit: &&Unit| unit.channel == channel && row.shows(at).contains(&unit.range.start);
            let rest = |unit: &&Unit| unit.channel == channel && unit.range.contains(&cell.offset);
            let is_sign = matches!(cell.cell.shape, Shape::Border | Shape::Continued);
            let highlight = match self.unit {
                _ if is_sign => Highlight::None,
                Some(unit) if within(&unit) => Highlight::Cursor,
                Some(unit) if rest(&unit) => Highlight::Unit,
                _ => Highlight::None,
            };
            let role = if is_sign { None } else { self.mark(channel, &row.shows(at), hits) };
            self.cell(writer, cell.cell, Marks { highlight, role });
        }
    }

    fn cell(&self, writer: &mut LineWriter<'_>, Cell { shape, kind }: Cell, marks: Marks) {
        let style = self.style(kind, marks);
        match shape {
            Shape::Glyph(glyph) => writer.glyph(glyph.as_str(), u16::from(glyph.width), style),
            Shape::Tag(ch, _) => writer.text(&safe::tag(ch).unwrap_or_default(), style),
            Shape::Escape(ch, _) => writer.text(&safe::escape(ch).unwrap_or_default(), style),
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

    /// The first mark in a range of bytes.
    fn mark_in(&self, channel: Channel, bytes: &Range<u64>) -> Option<&MarkedByte> {
        self.marked.iter().find(|mark| mark.is_in(channel) && bytes.contains(&mark.place.offset))
    }

    /// Whether any byte of a range is not as it was recorded.
    fn differs(&self, channel: Channel, bytes: &Range<u64>) -> bool {
        self.different.is_some_and(|different| different.has_any_of(channel, bytes))
    }

    /// The role of bytes that are selected, belong to a hit, differ from the recording, or have a mark.
    fn mark(&self, channel: Channel, bytes: &Range<u64>, hits: &[Range<u64>]) -> Option<Role> {
        let overlaps = |range: &Range<u64>| range.start < bytes.end && bytes.start < range.end;
        let is_selected =
            self.selected.is_some_and(|selected| selected.channel == channel && overlaps(&selected.range));
        if is_selected {
            Some(Role::Selection)
        } else if hits.iter().any(overlaps) || self.differs(channel, bytes) {
            Some(Role::Hit)
        } else {
            self.mark_in(channel, bytes).map(|_| Role::Key)
        }
    }

    const fn style(&self, kind: ByteClass, marks: Marks) -> Style {
        let style = match marks.role {
            Some(role) => self.theme.style(role),
            None => byte_style(self.theme, kind),
        };
        match (marks.highlight, marks.role) {
            // Reversed, the colours of a hit or of a selection look like ordinary text on some backgrounds.
            (Highlight::Cursor, Some(Role::Selection)) => self.theme.style(Role::Hit),
            (Highlight::Cursor, Some(Role::Hit)) => self.theme.style(Role::Selection),
            (Highlight::Cursor, _) => Theme::under_cursor(style),
            (Highlight::Unit, _) => Theme::beside_cursor(style),
            (Highlight::None, _) => style,
        }
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
