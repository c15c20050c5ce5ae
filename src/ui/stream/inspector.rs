//! Draws the inspector: the explanation of the byte under the cursor.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::line_writer::LineWriter;
use super::rows::byte_style;
use crate::app::stream::inspector::{Emphasis, Inspector, StyledLine};
use crate::bytes::safe;
use crate::ui::theme::{Role, Theme};

/// Draws the inspector; `inner` is the area inside the border of the pane.
pub(super) fn draw(buf: &mut Buffer, inner: Rect, inspector: &Inspector, theme: Theme) {
    let area = Rect { x: inner.x + inspector.area.x, y: inner.y + inspector.area.y, ..inspector.area };
    for (line, row) in inspector.lines.iter().zip(area.intersection(inner).rows()) {
        draw_line(&mut LineWriter::new(buf, row), line, theme);
    }
}

fn draw_line(writer: &mut LineWriter<'_>, line: &StyledLine, theme: Theme) {
    // One cell of margin, as in the rows of bytes above.
    writer.move_to(1);
    for piece in line {
        for glyph in safe::glyphs(&piece.text) {
            writer.glyph(glyph.as_str(), u16::from(glyph.width), style(theme, piece.emphasis));
        }
    }
}

const fn style(theme: Theme, emphasis: Emphasis) -> Style {
    match emphasis {
        Emphasis::Plain => theme.style(Role::Text),
        Emphasis::Dim => theme.style(Role::Dim),
        Emphasis::Strong => theme.style(Role::Title),
        Emphasis::Byte(kind) => byte_style(theme, kind),
        Emphasis::Cursor(kind) => Theme::under_cursor(byte_style(theme, kind)),
        Emphasis::Prefix => theme.style(Role::BitPrefix),
        Emphasis::Payload => theme.style(Role::BitPayload),
        Emphasis::Fault => theme.style(Role::BitBad),
        Emphasis::Bad => theme.style(Role::Bad),
        Emphasis::Missing => theme.style(Role::BytePending),
    }
}
