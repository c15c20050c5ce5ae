//! The list of the hits of the search in all connections.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::context::Context;
use crate::app::find::{Find, list_height};
use crate::app::format;
use crate::app::stream::BytePlace;
use crate::bytes::safe;
use crate::event::StreamId;
use crate::model::search::Hit;
use crate::ui::glyphs;
use crate::ui::overlay::place_row;
use crate::ui::paint::{self, Focus, Title};
use crate::ui::theme::{Role, Theme};

/// Bytes that are shown of a hit and what follows it.
const PREVIEW: u64 = 120;
/// Cells for the sign of the chosen row.
const SIGN_WIDTH: u16 = 2;

/// Draws the list over the whole screen, but for the last line.
pub(crate) fn draw(buf: &mut Buffer, screen: Rect, find: &Find, context: Context<'_>, theme: Theme) {
    let Some(search) = find.search() else { return };
    let area = Rect { height: screen.height.saturating_sub(1), ..screen };
    paint::clear(buf, area, theme);
    let so_far = if search.is_searching() { glyphs::CUT } else { "" };
    let (hits, kept) = (format::plural(search.total(), "hit"), search.kept());
    let listed = if kept as u64 == search.total() { String::new() } else { format!(", {kept} listed") };
    let streams = format::plural(search.streams().count() as u64, "stream");
    let details = format!("{hits}{so_far} in {streams}{listed}");
    paint::pane(
        buf,
        area,
        theme,
        Focus::Focused,
        Title { name: "Hits in all connections", details: &details },
    );
    let list = crate::app::layout::inner(area);
    let height = usize::from(list_height(screen)).max(1);
    let (chosen, first) = (find.chosen(), find.chosen() / height * height);
    if kept > height {
        let last = kept.min(first + height);
        let text = format!("{}-{} of {}", first + 1, last, format::count(kept as u64));
        paint::footer_note(buf, area, &text, theme.style(Role::Dim));
    }
    for (index, line) in (first..).zip(list.rows()) {
        let Some((stream, hit)) = search.nth(index) else { break };
        draw_row(buf, line, stream, hit, context, theme);
        if index == chosen {
            paint::left(buf, line, glyphs::SELECTED, theme.style(Role::Focus));
        }
    }
}

fn draw_row(buf: &mut Buffer, line: Rect, stream: StreamId, hit: Hit, context: Context<'_>, theme: Theme) {
    let id = stream.connection;
    let peer = || context.model().connection(id).map(|known| known.peer.to_string()).unwrap_or_default();
    let client = safe::line(&context.names().of(id).map_or_else(peer, str::to_owned));
    let place = BytePlace { stream, offset: hit.offset };
    let text = place_row::draw(buf, place_row::shifted(line, SIGN_WIDTH), place, &client, line.width, theme);
    let Some(found) = context.model().stream(stream) else { return };
    let charset = context.world.setup.charset;
    let bytes = |range| safe::line_for(&String::from_utf8_lossy(&found.history.copy(range)), charset);
    let matched = bytes(hit.offset..hit.end().min(hit.offset + PREVIEW));
    let rest = paint::left(buf, text, &format::truncate(&matched, text.width), theme.style(Role::Hit));
    let following = bytes(hit.end()..hit.end() + PREVIEW);
    paint::left(buf, rest, &format::truncate(&following, rest.width), theme.style(Role::Text));
}
