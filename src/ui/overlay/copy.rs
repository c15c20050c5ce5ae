//! The menu of the forms in which bytes can be copied, each with its key and how it begins.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::action::{Action, ExportAction};
use crate::app::export::CopyMenu;
use crate::app::format;
use crate::app::screen::Screen;
use crate::bytes::export::Form;
use crate::bytes::safe;
use crate::ui::glyphs;
use crate::ui::paint::{self, Focus, Title};
use crate::ui::theme::{Role, Theme};

/// Cells for the mark of the chosen row and the key.
const KEY_WIDTH: u16 = 5;
/// Cells for the name of a form.
const LABEL_WIDTH: u16 = 15;

/// Draws the menu in the middle of the screen and leaves the last line free for the footer.
pub(crate) fn draw(buf: &mut Buffer, screen: Rect, shown: Screen<'_>, theme: Theme) {
    let (export, keymap, charset) = (shown.export, shown.context.keymap(), shown.context.world.setup.charset);
    let CopyMenu { area, list, top } = export.menu(screen);
    paint::clear(buf, area, theme);
    let room = area.width.saturating_sub(12);
    let origin = format::truncate(export.origin(), room);
    paint::pane(buf, area, theme, Focus::Focused, Title { name: "Copy", details: &origin });
    let (all, shown_rows) = (Form::ALL.len(), usize::from(list.height));
    if all > shown_rows {
        let text = format!("{}-{} of {all}", top + 1, all.min(top + shown_rows));
        paint::footer_note(buf, area, &text, theme.style(Role::Dim));
    }
    for (line, form) in list.rows().zip(Form::ALL.into_iter().skip(top)) {
        let key = keymap.label(Action::Export(ExportAction::TakeAs(form)));
        let is_chosen = form == export.chosen();
        let rest = Rect { x: line.x + KEY_WIDTH, width: line.width.saturating_sub(KEY_WIDTH), ..line };
        let preview = Rect { x: rest.x + LABEL_WIDTH, width: rest.width.saturating_sub(LABEL_WIDTH), ..rest };
        if is_chosen {
            paint::left(buf, line, glyphs::SELECTED, theme.style(Role::Focus));
        }
        let place = Rect { x: line.x + 2, width: line.width.saturating_sub(2), ..line };
        paint::left(buf, place, &key, theme.style(Role::Key));
        let role = if is_chosen { Role::Title } else { Role::Text };
        paint::left(buf, rest, form.label(), theme.style(role));
        let text = safe::line_for(&export.preview(form), charset);
        paint::left(buf, preview, &format::truncate(&text, preview.width), theme.style(Role::Dim));
    }
}
