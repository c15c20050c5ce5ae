//! The palette of commands.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use crate::app::format;
use crate::app::overlay::palette::{PaletteLayout, PaletteView};
use crate::app::overlay::palette_list::PaletteEntry;
use crate::app::overlay::palette_source::PaletteSource;
use crate::ui::glyphs;
use crate::ui::overlay::input;
use crate::ui::overlay::place_row::shifted;
use crate::ui::paint::{self, Focus, Title};
use crate::ui::theme::{Role, Theme};

/// Cells before the text of a row.
const INDENT: u16 = 2;
/// Cells of the place of a command, with a gap.
const PLACE: u16 = 14;
/// From this width on a row has the place of its command.
const WITH_PLACE: u16 = 56;
/// From this width on a row has the id, too.
const WITH_ID: u16 = 88;
/// Cells of the description where the id follows it.
const DESCRIPTION: u16 = 54;
/// The least number of cells of a description before a reason.
const LEAST: u16 = 16;

/// Draws the palette over the panes and leaves the last line free for the footer.
pub(crate) fn draw(
    buf: &mut Buffer,
    screen: Rect,
    view: &PaletteView,
    source: PaletteSource<'_>,
    theme: Theme,
) {
    let entries = view.entries(source);
    let layout = PaletteLayout::new(screen, view.chosen());
    paint::clear(buf, layout.area, theme);
    let cut = view.input().cut();
    let details = cut.as_deref().unwrap_or("type a few letters");
    paint::pane(buf, layout.area, theme, Focus::Focused, Title { name: "Commands", details });
    input::draw(buf, layout.input, view.input(), theme);
    if entries.is_empty() {
        paint::left(
            buf,
            shifted(paint::row(layout.list, 0), INDENT),
            "no command matches",
            theme.style(Role::Dim),
        );
    }
    let visible = entries.iter().enumerate().skip(layout.top);
    for (line, (index, entry)) in layout.list.rows().zip(visible) {
        draw_entry(buf, line, entry, theme, index == view.chosen());
    }
    let shown = usize::from(layout.list.height);
    if entries.len() > shown {
        let last = (layout.top + shown).min(entries.len());
        let note = format!("{}-{last} of {}", layout.top + 1, entries.len());
        paint::footer_note(buf, layout.area, &note, theme.style(Role::Dim));
    }
}

fn draw_entry(buf: &mut Buffer, line: Rect, entry: &PaletteEntry, theme: Theme, is_chosen: bool) {
    let applies = entry.why_not.is_none();
    let style = |role| {
        let shown = if applies { role } else { Role::Dim };
        theme.style(if is_chosen { Role::Selected } else { shown })
    };
    if is_chosen {
        buf.set_style(line, style(Role::Selected));
        paint::left(buf, line, glyphs::SELECTED, style(Role::Focus));
    }
    let line = shifted(line, INDENT);
    paint::right(buf, line, &entry.keys, style(Role::Key));
    let keys = format::width(&entry.keys) + 1;
    let rest = Rect { width: line.width.saturating_sub(keys), ..line };
    let place = if line.width < WITH_PLACE { 0 } else { PLACE };
    let place = Rect { width: rest.width.min(place), ..rest };
    paint::left(buf, place, entry.context.title(), style(Role::Dim));
    let rest = Rect { x: rest.x + place.width, width: rest.width - place.width, ..rest };
    let Some(why) = &entry.why_not else {
        let with_id = line.width + INDENT >= WITH_ID;
        let text = if with_id { Rect { width: rest.width.min(DESCRIPTION), ..rest } } else { rest };
        draw_marked(buf, text, entry, style(Role::Text), style(Role::Focus));
        let id = Rect { x: text.x + text.width, width: rest.width - text.width, ..rest };
        paint::left(buf, id, &format::truncate(entry.id.as_str(), id.width), style(Role::Dim));
        return;
    };
    // The reason is more important than the end of the description.
    let why = format!(" {} {why}", glyphs::DOT);
    let room = rest.width.saturating_sub(format::width(&why)).max(LEAST).min(rest.width);
    let text = Rect { width: room, ..rest };
    let after = draw_marked(buf, text, entry, style(Role::Text), style(Role::Focus));
    let after = Rect { width: (rest.x + rest.width).saturating_sub(after.x), ..after };
    paint::left(buf, after, &format::truncate(&why, after.width), style(Role::Dim));
}

/// Draws a description, the letters that match what is typed marked. Returns the rest of the area.
fn draw_marked(buf: &mut Buffer, area: Rect, entry: &PaletteEntry, plain: Style, mark: Style) -> Rect {
    let mark = mark.add_modifier(Modifier::BOLD | Modifier::UNDERLINED);
    let shown = format::truncate(entry.what, area.width);
    let mut rest = area;
    for (index, letter) in shown.chars().enumerate() {
        let style = if entry.marks.contains(&index) { mark } else { plain };
        rest = paint::left(buf, rest, letter.encode_utf8(&mut [0; 4]), style);
    }
    rest
}
