//! The overlay of the faults of the traffic.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::format;
use crate::app::overlay::fault_prompt::{FaultPrompt, FaultRow, FaultScope, FaultView};
use crate::bytes::safe;
use crate::ui::glyphs;
use crate::ui::overlay::input;
use crate::ui::paint::{self, Focus, Title};
use crate::ui::theme::{Role, Theme};

/// Cells before the text of a row.
const INDENT: u16 = 2;
/// The least number of cells between a fault and who has it.
const GAP: u16 = 2;

/// Draws the overlay in the middle of the screen and leaves the last line free for the footer.
pub(crate) fn draw(buf: &mut Buffer, screen: Rect, prompt: &FaultPrompt, view: FaultView<'_>, theme: Theme) {
    let rows = view.rows();
    let layout = view.layout(screen, prompt.chosen);
    paint::clear(buf, layout.area, theme);
    let count = if rows.is_empty() { "none".to_owned() } else { format!("{} on", rows.len()) };
    paint::pane(buf, layout.area, theme, Focus::Focused, Title { name: "Faults", details: &count });
    for (index, (line, row)) in layout.list.rows().zip(rows.iter().skip(layout.top)).enumerate() {
        draw_row(buf, line, row, theme, prompt.chosen == Some(layout.top + index));
    }
    if rows.is_empty() {
        let line = indented(paint::row(layout.list, 0));
        paint::left(buf, line, "no fault is set", theme.style(Role::Dim));
    }
    draw_scope(buf, layout.scope, prompt, view, theme);
    input::draw(buf, layout.input, &prompt.input, theme);
    let Some(message) = prompt.message(view.sides) else { return };
    let role = if message.is_error { Role::Bad } else { Role::Dim };
    let area = indented(layout.message);
    for (line, text) in
        area.rows().zip(format::clip(&safe::line(&message.text), area.width, usize::from(area.height)))
    {
        paint::left(buf, line, &text, theme.style(role));
    }
}

const fn indented(area: Rect) -> Rect {
    let by = if area.width < INDENT { area.width } else { INDENT };
    Rect { x: area.x + by, width: area.width - by, ..area }
}

fn draw_row(buf: &mut Buffer, line: Rect, row: &FaultRow, theme: Theme, is_chosen: bool) {
    if is_chosen {
        paint::left(buf, line, glyphs::SELECTED, theme.style(Role::Focus));
    }
    let line = indented(line);
    let place = format::width(&row.place).min(line.width);
    let text = Rect { width: line.width.saturating_sub(place + GAP), ..line };
    paint::left(buf, text, &format::truncate(&safe::line(&row.text), text.width), theme.style(Role::Warn));
    paint::right(buf, line, &row.place, theme.style(Role::Dim));
}

fn draw_scope(buf: &mut Buffer, line: Rect, prompt: &FaultPrompt, view: FaultView<'_>, theme: Theme) {
    let mut rest = paint::left(buf, indented(line), "for", theme.style(Role::Dim));
    for scope in FaultScope::ALL {
        let words = safe::line(&view.scope_words(scope));
        let (role, text) = if prompt.scope == scope {
            (Role::Chosen, format!("[{words}]"))
        } else {
            (Role::Dim, format!(" {words} "))
        };
        rest = paint::left(buf, rest, " ", theme.style(Role::Text));
        let text = format::truncate(&text, rest.width);
        rest = paint::left(buf, rest, &text, theme.style(role));
    }
}
