//! Draws the lines between the parts of the pane, and what is written on them.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::line_writer::LineWriter;
use crate::app::action::{Action, StreamAction};
use crate::app::format;
use crate::app::keymap::Keymap;
use crate::app::stream::geometry::SPLIT_GAP;
use crate::app::stream::inspector::Inspector;
use crate::app::stream::{Seek, StreamFrame};
use crate::ui::theme::{Role, Theme};
use crate::ui::{glyphs, paint};

/// Draws the lines; `inner` is the area inside the border of the pane.
pub(super) fn draw(buf: &mut Buffer, inner: Rect, page: &StreamFrame, theme: Theme, keymap: &Keymap) {
    let style = theme.style(Role::Border);
    if let [left, right] = page.panels.as_slice() {
        let x = inner.x + left.panel.area.width + SPLIT_GAP / 2;
        for line in inner.rows().filter(|_| right.panel.area.width > 0) {
            let mut writer = LineWriter::new(buf, line);
            writer.move_to(x - inner.x);
            writer.text(glyphs::RULE, style);
        }
    }
    let above = page.panels.first().map_or(0, |part| part.panel.area.height);
    let rule = page.inspector.as_ref().filter(|inspector| inspector.area.y > above && above > 0);
    if rule.is_some() {
        let line = paint::row(inner, above);
        LineWriter::new(buf, line).text(&glyphs::TIME_AXIS.repeat(usize::from(line.width)), style);
    }
    for part in [rule, page.numbers.as_ref()].into_iter().flatten() {
        caption(buf, inner, above, part, theme, keymap);
    }
    if let Some(numbers) = &page.numbers {
        let first = numbers.area.y;
        for line in inner.rows().skip(usize::from(first)).take(usize::from(numbers.area.height)) {
            let mut writer = LineWriter::new(buf, line);
            writer.move_to(numbers.area.x - 1);
            writer.text(glyphs::RULE, style);
        }
    }
}

/// Writes what a part says of itself on the rule above it.
fn caption(buf: &mut Buffer, inner: Rect, row: u16, part: &Inspector, theme: Theme, keymap: &Keymap) {
    let more = part.continues.then(|| {
        let key = keymap.way_to(Action::Stream(StreamAction::Readings(Seek::Forward)));
        format!("({key} for more)")
    });
    // That there is more is the most important; the end of the caption says which part is shown.
    let whole = part.caption.as_str();
    let end = whole.rsplit(" · ").next().unwrap_or(whole);
    let words = [whole, end, ""].map(|text| {
        [Some(text), more.as_deref()]
            .into_iter()
            .flatten()
            .filter(|text| !text.is_empty())
            .collect::<Vec<_>>()
    });
    let fitting = words.map(|words| words.join(" ")).into_iter();
    let caption = fitting.clone().find(|text| format::width(text) + 4 <= part.area.width);
    if let Some(caption) = caption.filter(|caption| !caption.is_empty()) {
        let mut writer = LineWriter::new(buf, paint::row(inner, row));
        writer.move_to(part.area.x + 1);
        writer.text(&format!(" {caption} "), theme.style(Role::Dim));
    }
}
