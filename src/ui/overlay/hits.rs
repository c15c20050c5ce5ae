//! The list of the hits of the search in all connections.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::context::Context;
use crate::app::find::{Find, in_encoding, list_height};
use crate::app::format;
use crate::app::stream::BytePlace;
use crate::bytes::pattern::PatternKind;
use crate::bytes::{hex, safe};
use crate::event::StreamId;
use crate::model::search::Hit;
use crate::ui::glyphs;
use crate::ui::overlay::place_row;
use crate::ui::paint::{self, Focus, Title};
use crate::ui::theme::{Role, Theme};

/// Cells of the title beside the pattern and the figures.
const BESIDE: u16 = 15;
/// The least number of cells of the pattern in the title.
const SHORTEST: u16 = 12;
/// The part of the cells of a row's bytes that shows what is before the hit.
const PART_BEFORE: u16 = 4;
/// The most cells for what is before the hit.
const MOST_BEFORE: u16 = 24;
/// The fewest cells that are worth using for it.
const FEWEST_BEFORE: u16 = 4;
/// Cells for the sign of the chosen row.
const SIGN_WIDTH: u16 = 2;

/// Draws the list over the whole screen, but for the last line.
pub(crate) fn draw(buf: &mut Buffer, screen: Rect, find: &Find, context: Context<'_>, theme: Theme) {
    let Some(search) = find.search() else { return };
    let area = Rect { height: screen.height.saturating_sub(1), ..screen };
    paint::clear(buf, area, theme);
    let so_far = if search.is_searching() { " so far" } else { "" };
    let (hits, kept) = (format::plural(search.total(), "hit"), search.kept());
    let listed = if kept as u64 == search.total() { String::new() } else { format!(", {kept} listed") };
    let streams = format::plural(search.streams().count() as u64, "stream");
    let pattern = safe::line_for(search.pattern().text(), context.world.setup.charset);
    let in_encoding = in_encoding(search.pattern());
    let details = if search.total() == 0 {
        format!("{hits}{so_far}")
    } else {
        format!("{hits}{so_far} in {streams}{listed}")
    };
    // The figures are more important than the end of a long pattern.
    let beside = format::width(&details) + format::width(&in_encoding) + BESIDE;
    let shown = format::truncate(&pattern, area.width.saturating_sub(beside).max(SHORTEST));
    let name = format!("Hits of {shown}{in_encoding}");
    paint::pane(buf, area, theme, Focus::Focused, Title { name: &name, details: &details });
    let list = crate::app::layout::inner(area);
    let height = usize::from(list_height(screen)).max(1);
    let (chosen, first) = (find.chosen(), find.chosen() / height * height);
    if kept > height {
        let last = kept.min(first + height);
        let text = format!("{}-{} of {}", first + 1, last, format::count(kept as u64));
        paint::footer_note(buf, area, &text, theme.style(Role::Dim));
    }
    if let Some(lines) = find.no_hits() {
        let text: Vec<String> = lines
            .iter()
            .flat_map(|text| format::wrap(&safe::line_for(text, context.world.setup.charset), list.width))
            .collect();
        for (line, text) in list.rows().zip(text) {
            paint::left(buf, line, &text, theme.style(Role::Dim));
        }
    }
    let kind = search.pattern().kind();
    for (index, line) in (first..).zip(list.rows()) {
        let Some((stream, hit)) = search.nth(index) else { break };
        draw_row(buf, line, (stream, hit, kind), context, theme);
        if index == chosen {
            paint::left(buf, line, glyphs::SELECTED, theme.style(Role::Focus));
        }
    }
}

fn draw_row(
    buf: &mut Buffer,
    line: Rect,
    (stream, hit, kind): (StreamId, Hit, PatternKind),
    context: Context<'_>,
    theme: Theme,
) {
    let id = stream.connection;
    let peer = || context.model().connection(id).map(|known| known.peer.to_string()).unwrap_or_default();
    let client = safe::line(&context.names().of(id).map_or_else(peer, str::to_owned));
    let place = BytePlace { stream, offset: hit.offset };
    let text = place_row::draw(buf, place_row::shifted(line, SIGN_WIDTH), place, &client, line.width, theme);
    let Some(found) = context.model().stream(stream) else { return };
    let charset = context.world.setup.charset;
    let bytes = |range| {
        let bytes = found.history.copy(range);
        match kind {
            PatternKind::Bytes => bytes.iter().map(|&byte| hex::pair(byte)).collect::<Vec<_>>().join(" "),
            PatternKind::Text | PatternKind::Expression => place_row::text_of(&bytes, charset),
        }
    };
    let gap = if kind == PatternKind::Bytes { " " } else { "" };
    let text = before_hit(buf, text, theme, |cells| {
        let start = hit.offset.saturating_sub(place_row::bytes_for(cells)).max(found.history.start());
        format::truncate_start(&(bytes(start..hit.offset) + gap), cells)
    });
    let shown = place_row::bytes_for(text.width);
    let matched = bytes(hit.offset..hit.end().min(hit.offset + shown));
    let rest = paint::left(buf, text, &format::truncate(&matched, text.width), theme.style(Role::Hit));
    let rest = paint::left(buf, rest, gap, theme.style(Role::Text));
    let following = bytes(hit.end()..hit.end() + shown);
    paint::left(buf, rest, &format::truncate(&following, rest.width), theme.style(Role::Text));
}

/// Draws what is before the hit, at the right end of its cells, so that all hits begin at the same column. Returns the
/// cells for the hit and what follows.
fn before_hit(buf: &mut Buffer, row: Rect, theme: Theme, text: impl Fn(u16) -> String) -> Rect {
    let cells = (row.width / PART_BEFORE).min(MOST_BEFORE);
    if cells < FEWEST_BEFORE {
        return row;
    }
    let text = text(cells);
    let gap = cells.saturating_sub(format::width(&text));
    paint::left(buf, place_row::shifted(row, gap), &text, theme.style(Role::Dim));
    place_row::shifted(row, cells)
}
