//! What stands in place of bytes while there are none.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::format;
use crate::ui::paint;
use crate::ui::theme::{Role, Theme};

/// The width of the lines of a longer notice.
const WIDEST: u16 = 76;

/// Draws a notice in the middle of `inner`, in as many lines as it takes and there are.
pub(super) fn draw(buf: &mut Buffer, inner: Rect, text: &str, theme: Theme) {
    let room = inner.width.saturating_sub(2).min(WIDEST);
    let lines = if format::width(text) <= inner.width {
        vec![text.to_owned()]
    } else {
        format::clip(fitting(text, room, usize::from(inner.height)), room, usize::from(inner.height))
    };
    let top = inner.height.saturating_sub(lines.len() as u16).div_ceil(2);
    for (place, text) in (top..).zip(&lines) {
        let line = paint::row(inner, place);
        let width = format::width(text).min(line.width);
        let line = Rect { x: line.x + (line.width - width) / 2, width, ..line };
        paint::left(buf, line, text, theme.style(Role::Dim));
    }
}

/// As many whole sentences as there are lines for, at least one.
fn fitting(text: &str, room: u16, lines: usize) -> &str {
    let mut fitting = text;
    while format::wrap(fitting, room).len() > lines
        && let Some(end) = fitting.trim_end_matches('.').rfind(". ")
    {
        fitting = &fitting[..=end];
    }
    fitting
}
