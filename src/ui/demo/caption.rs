//! The caption of a demo, above the footer: bold text behind a vertical bar, legible from a distance.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::context::Context;
use crate::app::demo::caption::{CaptionLine, MARGIN, fault_keys, lines};
use crate::ui::theme::{Role, Theme};
use crate::ui::{glyphs, paint};

/// Draws the lines of the caption that fit into `area`.
pub(crate) fn draw(buf: &mut Buffer, area: Rect, context: Context<'_>, theme: Theme) {
    if area.is_empty() {
        return;
    }
    let keys = fault_keys(context.keymap(), context.display().focus);
    let lines = lines(&context.world.demo, keys, area.width, area.height, context.now());
    for (row, line) in (0..area.height).zip(lines) {
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
