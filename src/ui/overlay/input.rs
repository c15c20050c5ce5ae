//! A line that is typed in an overlay.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

use crate::app::format;
use crate::app::overlay::text_input::TextInput;
use crate::bytes::safe;
use crate::ui::paint;
use crate::ui::theme::{Role, Theme};

/// Draws a line with its cursor.
pub(crate) fn draw(buf: &mut Buffer, line: Rect, input: &TextInput, theme: Theme) {
    let style = theme.style(Role::Text);
    let rest = paint::left(buf, line, "> ", theme.style(Role::Key));
    let (before, after) = input.halves();
    let before = format::truncate_start(&safe::line(before), rest.width.saturating_sub(rest.width / 4));
    let mut after = after.chars();
    let under = after.next().map_or(" ".to_owned(), |letter| safe::line(letter.encode_utf8(&mut [0; 4])));
    let rest = paint::left(buf, rest, &before, style);
    let rest = paint::left(buf, rest, &under, style.add_modifier(Modifier::REVERSED));
    paint::left(buf, rest, &format::truncate(&safe::line(after.as_str()), rest.width), style);
}
