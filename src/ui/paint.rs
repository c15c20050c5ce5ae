//! Writes text into cells. Text is truncated at the end of its area; nothing wraps or leaves the area.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Clear, Widget};

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
    let (end, _) = buf.set_stringn(area.x, area.y, text, usize::from(area.width), style);
    let used = end.saturating_sub(area.x).min(area.width);
    Rect { x: area.x + used, width: area.width - used, ..area }
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

/// Clears an area, which then has the background of the theme.
pub(super) fn clear(buf: &mut Buffer, area: Rect, theme: Theme) {
    Clear.render(area, buf);
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
    let mut line = Line::from_iter([Span::styled(format!(" {name} "), over_border(theme.style(name_role)))]);
    if !details.is_empty() && room > 4 {
        line.push_span(Span::styled(
            format!("{} {} ", glyphs::DOT, format::truncate(details, room - 3)),
            over_border(theme.style(Role::Dim)),
        ));
    }
    let block = Block::bordered().border_type(BorderType::Rounded).border_style(border).title_top(line);
    let inner = block.inner(area);
    block.render(area, buf);
    inner
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
