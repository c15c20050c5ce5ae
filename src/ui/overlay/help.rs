//! The help overlay.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::context::Context;
use crate::app::format;
use crate::app::overlay::help::{HelpLayout, HelpRow, HelpView, KEYS_WIDTH};
use crate::ui::overlay::legend;
use crate::ui::paint::Title;
use crate::ui::paint::{self, Focus};
use crate::ui::theme::{Role, Theme};

/// Draws the help in the middle of the screen and leaves the last line free for the footer.
pub(crate) fn draw(buf: &mut Buffer, screen: Rect, view: HelpView, context: Context<'_>, theme: Theme) {
    let layout = HelpLayout::of(context, screen);
    paint::clear(buf, layout.area, theme);
    let version = format!("bytewatch {}", context.world.setup.version);
    paint::pane(buf, layout.area, theme, Focus::Focused, Title { name: "Help", details: &version });
    let top = view.top().min(layout.last_top());
    let mut rows = layout.rows.iter().skip(top);
    for column in &layout.columns {
        for (line, row) in column.rows().zip(rows.by_ref()) {
            draw_row(buf, line, row, theme);
        }
    }
    let below = layout.rows.len().saturating_sub(top + layout.page());
    if below > 0 {
        let text = format::plural(below as u64, "more line");
        paint::footer_note(buf, layout.area, &text, theme.style(Role::Dim));
    }
}

fn draw_row(buf: &mut Buffer, line: Rect, row: &HelpRow, theme: Theme) {
    let cells = Rect { x: line.x + 1, width: KEYS_WIDTH.min(line.width).saturating_sub(1), ..line };
    let rest = Rect { x: line.x + KEYS_WIDTH, width: line.width.saturating_sub(KEYS_WIDTH), ..line };
    let (text, role, what) = match row {
        HelpRow::Blank => return,
        HelpRow::Title(title) => {
            paint::left(buf, line, title, theme.style(Role::Title));
            return;
        }
        HelpRow::Keys(keys, what) => (keys.as_str(), Role::Key, what),
        HelpRow::Legend(sign, meaning) => {
            let (text, role) = legend::sign_glyph(*sign);
            (text, role, meaning)
        }
    };
    paint::left(buf, cells, text, theme.style(role));
    paint::left(buf, rest, what, theme.style(Role::Text));
}
