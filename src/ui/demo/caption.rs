//! The caption of a demo, above the footer: bold text behind a vertical bar, legible from a distance.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::App;
use crate::app::demo::caption::{CaptionLine, MARGIN, lines};
use crate::ui::theme::{Role, Theme};
use crate::ui::{glyphs, paint};

/// Draws the lines of the caption that fit into `area`.
pub(crate) fn draw(buf: &mut Buffer, area: Rect, app: &App, theme: Theme) {
    if area.is_empty() {
        return;
    }
    for (row, line) in (0..area.height).zip(lines(app, area.width, area.height)) {
        let (text, mark, role) = match &line {
            CaptionLine::Lesson(text) => (text, Role::Focus, Role::Title),
            CaptionLine::Announced(text) => (text, Role::Warn, Role::Warn),
            CaptionLine::Active(text) => (text, Role::Bad, Role::Bad),
        };
        let row = paint::row(area, row);
        paint::left(buf, Rect { width: 1.min(row.width), ..row }, glyphs::BAR, theme.style(mark));
        let margin = MARGIN.min(row.width);
        let rest = Rect { x: row.x + margin, width: row.width - margin, ..row };
        paint::left(buf, rest, text, theme.style(role));
    }
}
