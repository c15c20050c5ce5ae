//! The help overlay.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::{Clear, Widget};

use super::legend;
use super::paint::{self, Keys, Title};
use super::theme::{Role, Theme};
use crate::app::help::{KEYS_WIDTH, Layout, Row};
use crate::app::{App, human};

/// Draws the help in the middle of the screen and leaves the last line free for the footer.
pub(super) fn draw(buf: &mut Buffer, screen: Rect, app: &App, theme: Theme) {
    let layout = Layout::new(screen, &app.help_contexts());
    Clear.render(layout.area, buf);
    let version = format!("bytewatch {}", app.version());
    paint::pane(buf, layout.area, theme, Keys::Here, Title { name: "Help", details: &version });
    let top = app.help_top().min(layout.last_top());
    let mut rows = layout.rows.iter().skip(top);
    for column in &layout.columns {
        for (line, row) in column.rows().zip(rows.by_ref()) {
            draw_row(buf, line, row, theme);
        }
    }
    let below = layout.rows.len().saturating_sub(top + layout.page());
    if below > 0 {
        let text = human::counted(below as u64, "more line");
        paint::remark(buf, layout.area, &text, theme.style(Role::Dim));
    }
}

fn draw_row(buf: &mut Buffer, line: Rect, row: &Row, theme: Theme) {
    let cells = Rect { x: line.x + 1, width: KEYS_WIDTH.min(line.width).saturating_sub(1), ..line };
    let rest = Rect { x: line.x + KEYS_WIDTH, width: line.width.saturating_sub(KEYS_WIDTH), ..line };
    let (text, role, what) = match row {
        Row::Blank => return,
        Row::Title(title) => {
            paint::left(buf, line, title, theme.style(Role::Title));
            return;
        }
        Row::Keys(keys, what) => (keys.as_str(), Role::Key, what),
        Row::Sign(sign, meaning) => {
            let (text, role) = legend::drawn(*sign);
            (text, role, meaning)
        }
    };
    paint::left(buf, cells, text, theme.style(role));
    paint::left(buf, rest, what, theme.style(Role::Text));
}
