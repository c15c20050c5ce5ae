//! The list of the marks.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::format;
use crate::app::marks::{Mark, MarkState, list_height};
use crate::app::screen::Screen;
use crate::app::stream::BytePlace;
use crate::bytes::safe;
use crate::ui::glyphs;
use crate::ui::overlay::place_row;
use crate::ui::paint::{self, Focus, Title};
use crate::ui::theme::{Role, Theme};

/// Cells for the sign of the chosen row, and for the letter.
const LETTER_WIDTH: u16 = 2;
/// Draws the list over the whole screen, but for the last line.
pub(crate) fn draw(buf: &mut Buffer, screen: Rect, shown: Screen<'_>, theme: Theme) {
    let area = Rect { height: screen.height.saturating_sub(1), ..screen };
    paint::clear(buf, area, theme);
    let (marks, chosen) = (shown.marks, shown.marks.chosen());
    let details = format::plural(marks.all().len() as u64, "mark");
    paint::pane(buf, area, theme, Focus::Focused, Title { name: "Marks", details: &details });
    let height = usize::from(list_height(screen)).max(1);
    let first = chosen / height * height;
    if marks.all().len() > height {
        let text = format!("{}-{} of {details}", first + 1, marks.all().len().min(first + height));
        paint::footer_note(buf, area, &text, theme.style(Role::Dim));
    }
    let list = crate::app::layout::inner(area);
    for ((index, (letter, mark)), line) in marks.all().enumerate().skip(first).zip(list.rows()) {
        draw_row(buf, line, letter, mark, shown, theme);
        if index == chosen {
            paint::left(buf, line, glyphs::SELECTED, theme.style(Role::Focus));
        }
    }
}

fn draw_row(buf: &mut Buffer, line: Rect, letter: char, mark: &Mark, shown: Screen<'_>, theme: Theme) {
    let sign = place_row::shifted(line, LETTER_WIDTH);
    paint::left(buf, sign, letter.encode_utf8(&mut [0; 4]), theme.style(Role::Key));
    let row = place_row::shifted(sign, LETTER_WIDTH);
    let text = place_row::draw(buf, row, mark.place, &mark.client, line.width, theme);
    let BytePlace { stream, offset } = mark.place;
    let state = match mark.state(shown.stream, shown.context) {
        MarkState::Kept => "",
        MarkState::Trimmed => "trimmed ",
        MarkState::Forgotten => "not kept ",
    };
    let rest = paint::left(buf, text, state, theme.style(Role::Warn));
    let charset = shown.context.world.setup.charset;
    if mark.note.is_empty() {
        let bytes = shown.context.model().stream(stream).filter(|_| state.is_empty());
        let bytes = bytes
            .map(|found| found.history.copy(offset..offset + place_row::bytes_for(rest.width)))
            .unwrap_or_default();
        let preview = place_row::text_of(&bytes, charset);
        paint::left(buf, rest, &format::truncate(&preview, rest.width), theme.style(Role::Dim));
    } else {
        let note = format::truncate(&safe::line_for(&mark.note, charset), rest.width);
        paint::left(buf, rest, &note, theme.style(Role::Text));
    }
}
