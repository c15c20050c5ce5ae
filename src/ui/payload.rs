//! The stream pane: the page of [`crate::app::payload`], in cells.
//!
//! What a client sent reaches the buffer only as safe glyphs of known width, one call a glyph, and never gets into a
//! title. Nothing is decided here: which bytes stand in which row is the business of the page.

mod pen;
#[cfg(test)]
mod tests;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::Widget;

use super::theme::{Role, Theme};
use super::{Focus, glyphs, paint};
use crate::app::human;
use crate::app::payload::geometry::{Gutter, Layout};
use crate::app::payload::row::{Body, ByteCell, Cell, Edge, HexRow, Kind, Mark, Row, Shape};
use crate::app::payload::{Page, Payload, View};
use crate::bytes::{hex, safe};
use crate::model::{Connection, Direction};
use pen::Pen;

const NAME: &str = "2 Stream";
/// Cells of the upper border that the name takes, its corners and the dot behind it.
const BESIDE: u16 = NAME.len() as u16 + 7;

/// The pane, with its border.
#[derive(Clone, Copy, Debug)]
pub struct PayloadPane<'a> {
    /// How one looks.
    pub payload: &'a Payload,
    /// What one looks at.
    pub connection: Option<&'a Connection>,
    /// Local time is this far from UTC.
    pub utc_offset_seconds: i32,
    /// The colours.
    pub theme: Theme,
    /// Whether it has the keys.
    pub focus: Focus,
}

/// What is inside the border: the size to scroll by.
#[must_use]
pub const fn inner(area: Rect) -> Rect {
    crate::app::layout::inner(area)
}

impl Widget for PayloadPane<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        (&self).render(area, buf);
    }
}

impl Widget for &PayloadPane<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let area = area.intersection(buf.area);
        if area.is_empty() {
            return;
        }
        let inner = inner(area);
        let page = self
            .connection
            .map(|connection| self.payload.page(connection, inner.as_size(), self.utc_offset_seconds));
        let beside = match (self.connection, &page) {
            (Some(connection), Some(page)) => {
                title(self.payload, connection, page, area.width.saturating_sub(BESIDE))
            }
            _ => String::new(),
        };
        paint::pane(buf, area, self.theme, self.focus, (NAME, &beside));
        match &page {
            None => self.note(buf, inner, "No connection selected"),
            Some(page) if page.rows.is_empty() => self.note(buf, inner, &nothing(self.payload, page)),
            Some(page) => {
                for (row, line) in page.rows.iter().zip(inner.rows()) {
                    let mut pen = Pen::new(buf, line);
                    draw_row(&mut pen, self.theme, &page.layout, row);
                }
                scrollbar(buf, area, page, self.theme);
            }
        }
    }
}

impl PayloadPane<'_> {
    fn note(&self, buf: &mut Buffer, inner: Rect, text: &str) {
        let line = paint::row(inner, inner.height / 2);
        let width = human::width(text).min(line.width);
        let line = Rect { x: line.x + (line.width - width) / 2, width, ..line };
        paint::left(buf, line, text, self.theme.style(Role::Dim));
    }
}

fn nothing(payload: &Payload, page: &Page) -> String {
    use crate::app::payload::Shown;
    if page.trimmed > 0 {
        return format!("{} bytes came and are trimmed", human::count(page.trimmed));
    }
    match payload.shown() {
        Shown::Both => "Nothing received or sent yet".to_owned(),
        shown => format!("Nothing {} yet", shown.word()),
    }
}

/// What stands beside the name of the pane: as much as there is room for, the state before all.
fn title(payload: &Payload, connection: &Connection, page: &Page, room: u16) -> String {
    let id = connection.id.to_string();
    let peer = format!("{id} {}", safe::line(&connection.peer.to_string()));
    let (view, shown) = (payload.view().word(), payload.shown().word());
    let short = if payload.follows() { format!("{} follow", glyphs::FOLLOW) } else { "paused".to_owned() };
    let state = if payload.follows() || page.below == 0 {
        short.clone()
    } else {
        format!("paused {} {} B newer below", glyphs::DOT, human::count(page.below))
    };
    let variants: [&[&str]; 6] = [
        &[&peer, view, shown, &state],
        &[&id, view, shown, &state],
        &[&id, view, &state],
        &[&id, &state],
        &[&id, &short],
        &[&short],
    ];
    let join = |parts: &[&str]| parts.join(&format!(" {} ", glyphs::DOT));
    variants.into_iter().map(join).find(|text| human::width(text) <= room).unwrap_or_else(|| short.clone())
}

fn draw_row(pen: &mut Pen<'_>, theme: Theme, layout: &Layout, row: &Row) {
    gutter(pen, theme, layout, row);
    match &row.body {
        Body::Mark(mark) => {
            let (words, role) = note(mark);
            pen.go(layout.body_x());
            pen.text(&words, theme.style(role));
        }
        Body::Bytes { hex, text } => {
            let column = text.cells.iter().copied();
            if layout.view != View::Text {
                draw_hex(pen, theme, layout, hex);
            }
            if let Some(x) = layout.rule_x() {
                pen.go(x);
                pen.text(glyphs::RULE, theme.style(Role::Border));
            }
            pen.go(layout.text_x());
            if layout.view == View::Hex {
                draw_cells(pen, theme, hex.bytes.iter().map(|byte| byte.column));
            } else {
                draw_cells(pen, theme, column);
            }
        }
    }
}

fn gutter(pen: &mut Pen<'_>, theme: Theme, layout: &Layout, row: &Row) {
    let dim = theme.style(Role::Dim);
    if let Some(time) = row.time.as_deref().filter(|_| layout.gutter == Gutter::Full) {
        pen.text(time, dim);
    }
    let (glyph, role) = match row.direction {
        Direction::Received => (glyphs::RECEIVED, Role::Received),
        Direction::Sent => (glyphs::SENT, Role::Sent),
    };
    pen.go(layout.direction_x());
    pen.text(glyph, theme.style(role));
    if let Some(offset) = row.offset.filter(|_| layout.digits > 0) {
        pen.go(layout.offset_x());
        pen.text(&format!("{offset:0digits$x}", digits = usize::from(layout.digits)), dim);
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

fn draw_hex(pen: &mut Pen<'_>, theme: Theme, layout: &Layout, row: &HexRow) {
    for (place, ByteCell { byte, kind, edge, .. }) in (0..).zip(&row.bytes) {
        if *edge == Edge::Chunk {
            // Beside the byte before it, also where two blocks of columns meet.
            pen.go(if place == 0 { layout.body_x() - 1 } else { layout.byte_x(place - 1) + 2 });
            pen.text(glyphs::CHUNK_BORDER, theme.style(Role::ChunkBorder));
        }
        pen.go(layout.byte_x(place));
        pen.text(hex::pair(*byte), byte_style(theme, *kind));
    }
}

fn draw_cells(pen: &mut Pen<'_>, theme: Theme, cells: impl Iterator<Item = Cell>) {
    for Cell { shape, kind } in cells {
        let style = byte_style(theme, kind);
        match shape {
            Shape::Glyph(glyph) => pen.glyph(glyph.as_str(), u16::from(glyph.width), style),
            Shape::Tag(ch, _) => pen.text(&safe::tag(ch).unwrap_or_default(), style),
            Shape::Rest => pen.text(glyphs::REST, style),
            Shape::Malformed => pen.text(glyphs::MALFORMED, style),
            Shape::Pending => pen.text(glyphs::PENDING, style),
            Shape::Border => pen.text(glyphs::CHUNK_BORDER, style),
            Shape::Covered => {}
        }
    }
}

const fn byte_style(theme: Theme, kind: Kind) -> Style {
    theme.style(match kind {
        Kind::Ascii => Role::ByteAscii,
        Kind::Space => Role::ByteSpace,
        Kind::Control => Role::ByteControl,
        Kind::Null => Role::ByteNull,
        Kind::Multi => Role::ByteMulti,
        Kind::Malformed => Role::ByteMalformed,
        Kind::Pending => Role::BytePending,
        Kind::Cut => Role::Dim,
        Kind::Hidden => Role::Placeholder,
        Kind::Border => Role::ChunkBorder,
    })
}

/// Which part of the kept bytes is seen, on the right border.
fn scrollbar(buf: &mut Buffer, area: Rect, page: &Page, theme: Theme) {
    let track = area.height.saturating_sub(2);
    let unseen = page.above + page.below;
    if track < 3 || area.width < 3 || unseen == 0 {
        return;
    }
    let seen = u128::from(page.kept.saturating_sub(unseen));
    let share = u128::from(track) * seen / u128::from(page.kept.max(1));
    let thumb = (share as u16).clamp(1, track - 1);
    let above = u128::from(track - thumb) * u128::from(page.above);
    // Rounded up, so that the thumb is at the top only where nothing is above.
    let top = if page.below == 0 { track - thumb } else { above.div_ceil(u128::from(unseen)) as u16 };
    for y in top..top + thumb {
        if let Some(cell) = buf.cell_mut((area.right() - 1, area.y + 1 + y)) {
            cell.set_symbol(glyphs::THUMB).set_style(theme.style(Role::Text));
        }
    }
}
