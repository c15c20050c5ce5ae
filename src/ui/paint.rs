//! Text into cells: every piece is cut at its width, nothing wraps, nothing reaches over an edge.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Widget};

use super::glyphs;
use super::theme::{Role, Theme};
use crate::app::human;

/// Whether a pane has the keys.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Keys {
    /// It has.
    Here,
    /// Another one has.
    Elsewhere,
}

/// Writes at the left end of `area`; returns what is left of the area.
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
    let width = human::width(text).min(area.width);
    left(buf, Rect { x: area.x + area.width - width, width, ..area }, text, style);
}

/// The row of an area, or nothing below its end.
pub(super) const fn row(area: Rect, row: u16) -> Rect {
    if row < area.height {
        Rect { y: area.y + row, height: 1, ..area }
    } else {
        Rect { y: area.y + area.height, height: 0, ..area }
    }
}

/// The border of a pane, with its name and what belongs beside it; returns what is inside.
pub(super) fn pane(
    buf: &mut Buffer,
    area: Rect,
    theme: Theme,
    keys: Keys,
    (name, beside): (&str, &str),
) -> Rect {
    let (border, title) = match keys {
        Keys::Here => (theme.style(Role::Focus), theme.style(Role::Focus)),
        Keys::Elsewhere => (theme.style(Role::Border), theme.style(Role::Title)),
    };
    let room = area.width.saturating_sub(human::width(name) + 4);
    let mut line = Line::from_iter([Span::styled(format!(" {name} "), over_border(title))]);
    if !beside.is_empty() && room > 4 {
        line.push_span(Span::styled(
            format!("{} {} ", glyphs::DOT, human::cut(beside, room - 3)),
            over_border(theme.style(Role::Dim)),
        ));
    }
    let block = Block::bordered().border_type(BorderType::Rounded).border_style(border).title_top(line);
    let inner = block.inner(area);
    block.render(area, buf);
    inner
}

/// A title is written over the border, and would inherit its colour.
fn over_border(style: Style) -> Style {
    Style::reset().patch(style)
}

/// A remark on the lower border of a pane, at its right end.
pub(super) fn remark(buf: &mut Buffer, area: Rect, text: &str, style: Style) {
    if area.height > 1 && area.width > human::width(text) + 4 {
        let last = row(area, area.height - 1);
        right(buf, Rect { width: last.width - 2, ..last }, &format!(" {text} "), over_border(style));
    }
}
