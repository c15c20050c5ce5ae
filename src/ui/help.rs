//! The help, over everything else.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::{Clear, Widget};

use super::legend;
use super::paint::{self, Keys};
use super::theme::{Role, Theme};
use crate::app::help::{KEYS_WIDTH, Row, WIDTH, rows};
use crate::app::layout::inner;
use crate::app::{App, human};

/// Draws the help in the middle of the screen, the last line left free for the footer.
pub(super) fn draw(buf: &mut Buffer, screen: Rect, app: &App, theme: Theme) {
    let width = screen.width.min(WIDTH);
    let rows = rows(app.help_context(), inner(Rect { width, ..screen }).width);
    let height = (screen.height - 1).min(u16::try_from(rows.len() + 2).unwrap_or(u16::MAX));
    let area = Rect {
        x: screen.x + (screen.width - width) / 2,
        y: screen.y + (screen.height - 1 - height) / 2,
        width,
        height,
    };
    Clear.render(area, buf);
    let beside = format!("bytewatch {}", app.version());
    let inner = paint::pane(buf, area, theme, Keys::Here, ("Help", &beside));
    let page = usize::from(inner.height);
    let top = app.help_top().min(rows.len().saturating_sub(page));
    for (line, row) in (0..inner.height).zip(rows.iter().skip(top)) {
        let line = paint::row(inner, line);
        match row {
            Row::Title(title) => {
                paint::left(buf, line, title, theme.style(Role::Title));
            }
            Row::Keys(keys, what) => {
                let cells = Rect { width: KEYS_WIDTH.min(line.width), ..line };
                paint::left(buf, cells, &format!(" {keys}"), theme.style(Role::Key));
                let rest = Rect { x: line.x + cells.width, width: line.width - cells.width, ..line };
                paint::left(buf, rest, what, theme.style(Role::Text));
            }
            Row::Sign(sign, meaning) => {
                let (text, role) = legend::drawn(*sign);
                let cells = Rect { x: line.x + 1, width: KEYS_WIDTH.min(line.width) - 1, ..line };
                paint::left(buf, cells, text, theme.style(role));
                let rest = Rect { x: line.x + KEYS_WIDTH, width: line.width - KEYS_WIDTH, ..line };
                paint::left(buf, rest, &human::cut(meaning, rest.width), theme.style(Role::Text));
            }
            Row::Blank => {}
        }
    }
    let below = rows.len().saturating_sub(top + page);
    if below > 0 {
        paint::remark(buf, area, &human::counted(below as u64, "more line"), theme.style(Role::Dim));
    }
}
