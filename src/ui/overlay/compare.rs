//! Two connections side by side.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::app::compare::{
    ByteGlyph, CellContent, CellMark, Compare, CompareLayout, Compared, HalfColumns, HalfRow,
};
use crate::app::context::Context;
use crate::app::format;
use crate::bytes::{hex, safe};
use crate::ui::glyphs;
use crate::ui::paint::{self, Focus, Title};
use crate::ui::theme::{Role, Theme};

/// What is said of a row of a half none of whose bytes is known.
const NOT_KNOWN: [&str; 3] = ["trimmed or missed", "trimmed/missed", "not known"];

/// Draws the comparison over the whole screen, but for the last line.
pub(crate) fn draw(buf: &mut Buffer, screen: Rect, compare: &Compare, context: Context<'_>, theme: Theme) {
    let layout = compare.layout(screen, context);
    paint::clear(buf, layout.area, theme);
    let details = safe::line(&compare.details(context));
    paint::pane(buf, layout.area, theme, Focus::Focused, Title { name: "Compare", details: &details });
    let Some(Compared { left, right, .. }) = compare.compared(context) else { return };
    if let Some(position) = compare.position(&layout) {
        paint::footer_note(buf, layout.area, &position, theme.style(Role::Dim));
    }
    let [first, second] = [0, 1].map(|line| paint::row(layout.head, line));
    let role = if compare.differences().different() > 0 { Role::Warn } else { Role::Text };
    paint::left(buf, first, &compare.summary(first.width, context), theme.style(role));
    for (columns, known) in [(&layout.left, left), (&layout.right, right)] {
        let name = safe::line(&compare.side(known, columns.width, context));
        put(buf, second, columns.start, &name, theme.style(Role::Title));
    }
    let rows = compare.rows(&layout, context);
    for (line, row) in layout.rows.rows().zip(&rows) {
        half(buf, line, &layout, &layout.left, &row.left, theme);
        half(buf, line, &layout, &layout.right, &row.right, theme);
        let (sign, role) =
            if row.differs { (glyphs::DIFFERENT, Role::Bad) } else { (glyphs::RULE, Role::Border) };
        put(buf, line, layout.between(), sign, theme.style(role));
    }
    for line in layout.rows.rows().skip(rows.len()) {
        put(buf, line, layout.between(), glyphs::RULE, theme.style(Role::Border));
    }
}

fn half(
    buf: &mut Buffer,
    line: Rect,
    layout: &CompareLayout,
    columns: &HalfColumns,
    row: &HalfRow,
    theme: Theme,
) {
    let dim = theme.style(Role::Dim);
    if let Some((column, offset)) = columns.offset.zip(row.offset) {
        put(buf, line, column, &format!("{offset:0digits$x}", digits = usize::from(layout.digits)), dim);
    }
    if row.is_unknown() {
        let column = columns.hex.or(columns.text).unwrap_or(columns.start);
        // By offset, the right half has no digits before its bytes.
        let room = (columns.start + columns.width).saturating_sub(column + 1);
        let room = room.saturating_sub(2);
        let words = NOT_KNOWN.into_iter().find(|words| format::width(words) <= room).unwrap_or_default();
        put(buf, line, column + 1, &format!("{} {words}", glyphs::CUT), theme.style(Role::Warn));
        return;
    }
    let mut is_covered = false;
    for (place, cell) in (0_u16..).zip(&row.cells) {
        let style = style(theme, cell.mark);
        if let Some(column) = columns.hex {
            let column = column + place * 3;
            if cell.mark != CellMark::Plain {
                put(buf, line, column, glyphs::DIFFERENT, theme.style(Role::Bad));
            }
            match cell.content {
                CellContent::Byte(byte, _) => put(buf, line, column + 1, hex::pair(byte), style),
                CellContent::Unknown => {
                    put(buf, line, column + 1, glyphs::CUT, dim);
                    put(buf, line, column + 2, glyphs::CUT, dim);
                }
                CellContent::Absent => put(buf, line, column + 1, "--", dim),
            }
        }
        // The cell behind a wide character is taken.
        let Some(column) = columns.text.filter(|_| !std::mem::take(&mut is_covered)) else { continue };
        let (text, style) = match cell.content {
            CellContent::Byte(_, glyph) => {
                is_covered = matches!(glyph, ByteGlyph::Character(glyph) if glyph.width > 1);
                (character(glyph), style)
            }
            CellContent::Unknown => (glyphs::CUT.to_owned(), dim),
            // Only the other half has a byte here.
            CellContent::Absent => (" ".to_owned(), dim),
        };
        put(buf, line, column + place, &text, style);
    }
}

fn character(glyph: ByteGlyph) -> String {
    match glyph {
        ByteGlyph::Character(glyph) => glyph.as_str().to_owned(),
        ByteGlyph::Rest => glyphs::REST.to_owned(),
        ByteGlyph::Malformed => glyphs::MALFORMED.to_owned(),
        ByteGlyph::Pending => glyphs::PENDING.to_owned(),
    }
}

const fn style(theme: Theme, mark: CellMark) -> Style {
    theme.style(match mark {
        CellMark::Plain => Role::Text,
        CellMark::Different => Role::Hit,
        CellMark::Current => Role::Selection,
    })
}

/// Draws a text that begins in this column of a line, as far as there is room.
fn put(buf: &mut Buffer, line: Rect, column: u16, text: &str, style: Style) {
    if column < line.width {
        paint::left(buf, Rect { x: line.x + column, width: line.width - column, ..line }, text, style);
    }
}
