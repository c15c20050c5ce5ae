//! The start of a row of a list of bytes: the client, the direction and the offset.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::format;
use crate::app::stream::{BytePlace, Channel};
use crate::bytes::safe::{self, Charset};
use crate::event::Direction;
use crate::ui::glyphs;
use crate::ui::paint;
use crate::ui::theme::{Role, Theme};

/// The width from which all parts have their full widths.
const WIDE: u16 = 70;
/// Cells for the client.
const CLIENT_WIDTH: u16 = 24;
/// Cells for the client where there is little room.
const NARROW_CLIENT_WIDTH: u16 = 12;
/// Cells for the direction and the offset.
const PLACE_WIDTH: u16 = 14;
/// Cells for them where there is little room; a longer offset takes more.
const NARROW_PLACE_WIDTH: u16 = 9;

/// Returns the area without its first cells.
pub(super) fn shifted(area: Rect, by: u16) -> Rect {
    let by = by.min(area.width);
    Rect { x: area.x + by, width: area.width - by, ..area }
}

/// The bytes that are decoded for each cell: the longest character of UTF-8 has as many.
const BYTES_PER_CELL: u64 = 4;

/// Returns how many bytes are decoded to fill this number of cells.
pub(super) fn bytes_for(cells: u16) -> u64 {
    u64::from(cells) * BYTES_PER_CELL
}

/// Returns bytes as text that is safe to print, with the sign of the stream for what is malformed.
pub(super) fn text_of(bytes: &[u8], charset: Charset) -> String {
    let text = String::from_utf8_lossy(bytes);
    let parts: Vec<_> = text.split(glyphs::MALFORMED).map(|part| safe::line_for(part, charset)).collect();
    parts.join(glyphs::MALFORMED)
}

/// Draws where a byte is, and returns the cells behind it. `client` is safe to print; `whole` is the width of the list.
pub(super) fn draw(
    buf: &mut Buffer,
    row: Rect,
    place: BytePlace,
    client: &str,
    whole: u16,
    theme: Theme,
) -> Rect {
    let (client_width, place_width) =
        if whole >= WIDE { (CLIENT_WIDTH, PLACE_WIDTH) } else { (NARROW_CLIENT_WIDTH, NARROW_PLACE_WIDTH) };
    let id = place.stream.connection.to_string();
    let rest = (client_width - 2).saturating_sub(format::width(&id));
    // The end of an address tells clients apart.
    let label = format!("{id} {}", format::truncate_start(client, rest));
    paint::left(buf, row, &format::truncate(&label, client_width - 1), theme.style(Role::Text));
    let (glyph, role) = match Channel::of(place.stream).map(Channel::direction) {
        Some(Direction::Received) => (glyphs::RECEIVED, Role::Received),
        Some(Direction::Sent) | None => (glyphs::SENT, Role::Sent),
    };
    let at = shifted(row, client_width);
    let rest = paint::left(buf, at, glyph, theme.style(role));
    let offset = format!(" {} ", format::count(place.offset));
    paint::left(buf, rest, &offset, theme.style(Role::Dim));
    shifted(at, place_width.max(1 + format::width(&offset)))
}
