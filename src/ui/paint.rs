//! Writes text into cells. Text is truncated at the end of its area; nothing wraps or leaves the area.

use ratatui::buffer::Buffer;
use ratatui::layout::{Margin, Rect};
use ratatui::style::Style;
use ratatui::widgets::{Clear, Widget};

use super::glyphs;
use super::theme::{Role, Theme};
use crate::app::format;

/// Whether a pane has the keyboard focus.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Focus {
    /// The pane has the focus.
    Focused,
    /// Another pane has the focus.
    Unfocused,
}

/// Writes at the left end of `area` and returns the rest of the area.
pub(super) fn left(buf: &mut Buffer, area: Rect, text: &str, style: Style) -> Rect {
    if area.is_empty() {
        return area;
    }
    let used = if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        ascii(buf, area, text, style)
    } else {
        let (end, _) = buf.set_stringn(area.x, area.y, text, usize::from(area.width), style);
        end.saturating_sub(area.x).min(area.width)
    };
    Rect { x: area.x + used, width: area.width - used, ..area }
}

/// Writes printable ASCII at the left end of `area`, where each byte is a cell, and returns how many cells it takes.
fn ascii(buf: &mut Buffer, area: Rect, text: &str, style: Style) -> u16 {
    let screen = buf.area;
    let room = screen.right().saturating_sub(area.x).min(area.width);
    let from = usize::from(area.y - screen.y) * usize::from(screen.width) + usize::from(area.x - screen.x);
    let cells = &mut buf.content[from..from + usize::from(room)];
    for (cell, byte) in cells.iter_mut().zip(text.bytes()) {
        cell.set_char(char::from(byte)).set_style(style);
    }
    room.min(u16::try_from(text.len()).unwrap_or(u16::MAX))
}

/// Writes at the right end of `area`.
pub(super) fn right(buf: &mut Buffer, area: Rect, text: &str, style: Style) {
    let width = format::width(text).min(area.width);
    left(buf, Rect { x: area.x + area.width - width, width, ..area }, text, style);
}

/// The row of an area with index `row`; empty if the area has fewer rows.
pub(super) const fn row(area: Rect, row: u16) -> Rect {
    if row < area.height {
        Rect { y: area.y + row, height: 1, ..area }
    } else {
        Rect { y: area.y + area.height, height: 0, ..area }
    }
}

/// The title of a pane.
#[derive(Clone, Copy, Debug)]
pub(super) struct Title<'a> {
    pub(super) name: &'a str,
    /// Shown after the name as far as there is room.
    pub(super) details: &'a str,
}

/// Clears an area, which then has the background of the theme. A wide character that reaches into it is removed, or it would
/// cover the first cell of its row.
pub(super) fn clear(buf: &mut Buffer, area: Rect, theme: Theme) {
    Clear.render(area, buf);
    for row in area.rows().filter(|row| row.x > 0) {
        let before = buf.cell_mut((row.x - 1, row.y));
        if let Some(before) = before.filter(|cell| format::width(cell.symbol()) > 1) {
            before.set_symbol(" ");
        }
    }
    buf.set_style(area, theme.style(Role::Text));
}

/// Draws the border of a pane with its title and returns the area inside.
pub(super) fn pane(buf: &mut Buffer, area: Rect, theme: Theme, focus: Focus, title: Title<'_>) -> Rect {
    let Title { name, details } = title;
    let (border_role, name_role) = match focus {
        Focus::Focused => (Role::Focus, Role::Focus),
        Focus::Unfocused => (Role::Border, Role::Title),
    };
    let border = theme.style(border_role);
    let room = area.width.saturating_sub(format::width(name) + 4);
    draw_border(buf, area, border);
    let line = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..row(area, 0) };
    let rest = left(buf, line, &format!(" {name} "), over_border(theme.style(name_role)));
    if !details.is_empty() && room > 4 {
        let details = format!("{} {} ", glyphs::DOT, format::truncate(details, room - 3));
        left(buf, rest, &details, over_border(theme.style(Role::Dim)));
    }
    area.inner(Margin::new(1, 1))
}

/// Draws a border with rounded corners.
fn draw_border(buf: &mut Buffer, area: Rect, style: Style) {
    let area = area.intersection(buf.area);
    if area.width < 2 || area.height < 2 {
        return;
    }
    let [right, bottom] = [area.right() - 1, area.bottom() - 1];
    let mut put = |x: u16, y: u16, symbol: &'static str| {
        buf[(x, y)].set_symbol(symbol).set_style(style);
    };
    for x in area.x + 1..right {
        put(x, area.y, "─");
        put(x, bottom, "─");
    }
    for y in area.y + 1..bottom {
        put(area.x, y, "│");
        put(right, y, "│");
    }
    for (x, y, corner) in
        [(area.x, area.y, "╭"), (right, area.y, "╮"), (area.x, bottom, "╰"), (right, bottom, "╯")]
    {
        put(x, y, corner);
    }
}

/// The title is drawn on the border and would inherit its colour, so the style is reset first.
fn over_border(style: Style) -> Style {
    Style::reset().patch(style)
}

/// Writes a note at the left end of the lower border of a pane.
pub(super) fn footer_start(buf: &mut Buffer, area: Rect, text: &str, style: Style) {
    if area.height > 1 && area.width > format::width(text) + 4 {
        let last = row(area, area.height - 1);
        left(
            buf,
            Rect { x: last.x + 2, width: last.width - 4, ..last },
            &format!(" {text} "),
            over_border(style),
        );
    }
}

/// Writes a note at the right end of the lower border of a pane.
pub(super) fn footer_note(buf: &mut Buffer, area: Rect, text: &str, style: Style) {
    if area.height > 1 && area.width > format::width(text) + 4 {
        let last = row(area, area.height - 1);
        right(buf, Rect { width: last.width - 2, ..last }, &format!(" {text} "), over_border(style));
    }
}
