//! The scroll bar on the right border of the stream pane.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::format;
use crate::app::stream::{SearchMarks, StreamFrame};
use crate::ui::glyphs;
use crate::ui::theme::{Role, Theme};

/// Says how many bytes a row of the scroll bar stands for, where there is a bar.
pub(super) fn unit_of_bar(page: &StreamFrame, rows: u16) -> Option<String> {
    let bytes = page.kept.div_ceil(u64::from(rows.max(1)));
    (!page.overview.is_empty()).then(|| format!("a row of the scroll bar is {}", format::size(bytes)))
}

/// What the scroll bar shows besides the part of the kept bytes that is visible.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ruler<'a> {
    /// The hits of the search, if there is one.
    pub(super) search: Option<&'a SearchMarks>,
    /// The letter of a mark in each row that has one.
    pub(super) letters: &'a [Option<char>],
}

/// Draws the scrollbar on the right border: which part of the kept bytes is visible, and where marks, hits of the search and
/// malformed bytes lie.
pub(super) fn draw(buf: &mut Buffer, area: Rect, page: &StreamFrame, ruler: Ruler<'_>, theme: Theme) {
    let track = area.height.saturating_sub(2);
    let unseen = page.above + page.below;
    if track < 3 || area.width < 3 || unseen == 0 {
        return;
    }
    let seen = u128::from(page.kept.saturating_sub(unseen));
    let share = u128::from(track) * seen / u128::from(page.kept.max(1));
    let thumb = (share as u16).clamp(1, track - 1);
    let above = u128::from(track - thumb) * u128::from(page.above);
    // Rounded up, so that the thumb reaches the top only if nothing is above.
    let top = if page.below == 0 { track - thumb } else { above.div_ceil(u128::from(unseen)) as u16 };
    for (y, malformed) in (0..track).zip(&page.overview) {
        let seen = (top..top + thumb).contains(&y);
        let is_hit = ruler.search.is_some_and(|marks| marks.overview.get(usize::from(y)) == Some(&true));
        let (glyph, role) = match (seen, is_hit, malformed) {
            (true, true, _) => (glyphs::THUMB_HIT, Role::Focus),
            (false, true, _) => (glyphs::RULER_HIT, Role::Focus),
            (true, false, true) => (glyphs::THUMB_MALFORMED, Role::Bad),
            (false, false, true) => (glyphs::RULER_MALFORMED, Role::Bad),
            (true, false, false) => (glyphs::THUMB, Role::Text),
            (false, false, false) => ("", Role::Text),
        };
        let letter = ruler.letters.get(usize::from(y)).copied().flatten();
        let Some(cell) = buf.cell_mut((area.right() - 1, area.y + 1 + y)) else { continue };
        if let Some(letter) = letter {
            cell.set_char(letter).set_style(theme.style(Role::Key));
        } else if !glyph.is_empty() {
            cell.set_symbol(glyph).set_style(theme.style(role));
        }
    }
}
