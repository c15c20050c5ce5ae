//! The help overlay.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use crate::app::context::Context;
use crate::app::format;
use crate::app::overlay::help::{HelpLayout, HelpView};
use crate::app::overlay::help_rows::{HelpRow, KEYS_WIDTH, marks};
use crate::bytes::safe;
use crate::ui::overlay::legend;
use crate::ui::paint::Title;
use crate::ui::paint::{self, Focus};
use crate::ui::theme::{Role, Theme};

/// Draws the help in the middle of the screen and leaves the last line free for the footer.
pub(crate) fn draw(buf: &mut Buffer, screen: Rect, view: &HelpView, context: Context<'_>, theme: Theme) {
    let layout = HelpLayout::of(view, context, screen);
    paint::clear(buf, layout.area, theme);
    let version = format!("bytewatch {}", context.world.setup.version);
    paint::pane(buf, layout.area, theme, Focus::Focused, Title { name: "Help", details: &version });
    let query = view.input().text();
    if layout.rows.is_empty() {
        let text = format!("no line has \"{}\"", safe::line(query));
        paint::left(buf, layout.columns[0], &text, theme.style(Role::Dim));
    }
    let top = view.top().min(layout.last_top());
    let mut rows = layout.rows.iter().skip(top);
    for column in &layout.columns {
        for (line, row) in column.rows().zip(rows.by_ref()) {
            draw_row(buf, line, row, query, theme);
        }
    }
    let below = layout.rows.len().saturating_sub(top + layout.page());
    if below > 0 {
        let text = format::plural(below as u64, "more line");
        paint::footer_note(buf, layout.area, &text, theme.style(Role::Dim));
    }
}

fn draw_row(buf: &mut Buffer, line: Rect, row: &HelpRow, query: &str, theme: Theme) {
    let cells = Rect { x: line.x + 1, width: KEYS_WIDTH.min(line.width).saturating_sub(1), ..line };
    let rest = Rect { x: line.x + KEYS_WIDTH, width: line.width.saturating_sub(KEYS_WIDTH), ..line };
    let (text, role, what) = match row {
        HelpRow::Blank => return,
        HelpRow::Title(title) => {
            marked(buf, line, title, query, theme.style(Role::Title), theme);
            return;
        }
        HelpRow::Keys(keys, what) => (keys.as_str(), Role::Key, what),
        HelpRow::Legend(sign, meaning) => {
            let (text, role) = legend::sign_glyph(*sign);
            (text, role, meaning)
        }
    };
    marked(buf, cells, text, query, theme.style(role), theme);
    marked(buf, rest, what, query, theme.style(Role::Text), theme);
}

/// Draws a text in which what is searched for is marked.
fn marked(buf: &mut Buffer, area: Rect, text: &str, query: &str, style: Style, theme: Theme) {
    let mark = theme.style(Role::Focus).add_modifier(Modifier::BOLD | Modifier::UNDERLINED);
    let (mut rest, mut done) = (area, 0);
    for found in marks(text, query) {
        rest = paint::left(buf, rest, &text[done..found.start], style);
        rest = paint::left(buf, rest, &text[found.clone()], mark);
        done = found.end;
    }
    paint::left(buf, rest, &text[done..], style);
}
