//! Draws the inspector: the explanation of the byte under the cursor.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::pen::Pen;
use super::rows::byte_style;
use crate::app::payload::card::{Card, Ink, Line};
use crate::bytes::safe;
use crate::ui::theme::{Role, Theme};

/// Draws the inspector; `inner` is the area inside the border of the pane.
pub(super) fn draw(buf: &mut Buffer, inner: Rect, card: &Card, theme: Theme) {
    let area = Rect { x: inner.x + card.area.x, y: inner.y + card.area.y, ..card.area };
    for (line, row) in card.lines.iter().zip(area.intersection(inner).rows()) {
        draw_line(&mut Pen::new(buf, row), line, theme);
    }
}

fn draw_line(pen: &mut Pen<'_>, line: &Line, theme: Theme) {
    // One cell of margin, as in the rows of bytes above.
    pen.go(1);
    for piece in line {
        for glyph in safe::glyphs(&piece.text) {
            pen.glyph(glyph.as_str(), u16::from(glyph.width), style(theme, piece.ink));
        }
    }
}

const fn style(theme: Theme, ink: Ink) -> Style {
    match ink {
        Ink::Plain => theme.style(Role::Text),
        Ink::Dim => theme.style(Role::Dim),
        Ink::Strong => theme.style(Role::Title),
        Ink::Byte(kind) => byte_style(theme, kind),
        Ink::Cursor(kind) => Theme::under_cursor(byte_style(theme, kind)),
        Ink::Prefix => theme.style(Role::BitPrefix),
        Ink::Payload => theme.style(Role::BitPayload),
        Ink::Fault => theme.style(Role::BitBad),
        Ink::Bad => theme.style(Role::Bad),
        Ink::Missing => theme.style(Role::BytePending),
    }
}
