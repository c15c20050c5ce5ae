//! What a command has written that bytes of the stream were given to.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::format;
use crate::app::pipe::{OutputRow, output_area};
use crate::app::screen::Screen;
use crate::bytes::safe;
use crate::ui::paint::{self, Focus, Title};
use crate::ui::theme::{Role, Theme};

/// Draws the output over the whole screen, but for the last line.
pub(crate) fn draw(buf: &mut Buffer, screen: Rect, shown: Screen<'_>, theme: Theme) {
    let (pipe, charset) = (shown.pipe, shown.context.world.setup.charset);
    let area = Rect { height: screen.height.saturating_sub(1), ..screen };
    paint::clear(buf, area, theme);
    let command = format::truncate(&safe::line(pipe.command()), area.width.saturating_sub(14));
    let inside = paint::pane(buf, area, theme, Focus::Focused, Title { name: "Output", details: &command });
    let role = if pipe.has_failed() { Role::Bad } else { Role::Dim };
    let first = Rect { height: inside.height.min(1), ..inside };
    if !first.is_empty() {
        paint::left(buf, first, &format::truncate(&pipe.state(), first.width), theme.style(role));
    }
    let given = format::truncate(&pipe.given(), area.width.saturating_sub(5));
    paint::footer_start(buf, area, &given, theme.style(Role::Dim));
    for (line, row) in output_area(screen).rows().zip(pipe.visible(screen)) {
        let (text, role) = match row {
            OutputRow::Output(text) => (text, Role::Text),
            OutputRow::Error(text) => (text, Role::Bad),
            OutputRow::Note(text) => (text, Role::Dim),
        };
        let rest = match row {
            // A colour alone does not tell it apart.
            OutputRow::Error(_) => paint::left(buf, line, "stderr: ", theme.style(Role::Dim)),
            OutputRow::Output(_) | OutputRow::Note(_) => line,
        };
        let text = format::truncate(&safe::line_for(text, charset), rest.width);
        paint::left(buf, rest, &text, theme.style(role));
    }
}
