//! The stream pane: draws the frame that [`crate::app::stream`] has laid out.
//!
//! Payload reaches the buffer only as safe glyphs of known width, one call per glyph, and never appears in a title.
//! This module decides nothing: the stream frame says which bytes stand in which row.

mod different;
mod inspector;
mod line_writer;
mod notes;
mod rows;
mod rules;
mod scrollbar;
mod silence;
mod stream_pane;
#[cfg(test)]
mod tests;
mod title;
mod ways;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use super::glyphs;
use super::paint::{self, Title};
use super::theme::Role;
use crate::app::clients::relayed;
use crate::app::focus::Pane;
use crate::app::format;
use crate::app::stream::geometry::Gutter;
use crate::app::stream::{
    DirectionFilter, DirectionWords, ROUTES, SearchMarks, SelectedBytes, StreamFrame, StreamView, Unit,
    inspector as words,
};
use crate::bytes::safe;
use crate::event::Direction;
use crate::model::Connection;
use line_writer::LineWriter;
use scrollbar::Ruler;

pub use stream_pane::{StreamPane, Updates};

/// Cells of the upper border that are taken by the corners and the separator after the name.
const TITLE_MARGIN: u16 = 7;
/// The area inside the border, whose size is the size of a page for scrolling.
#[must_use]
pub const fn inner(area: Rect) -> Rect {
    crate::app::layout::inner(area)
}

impl Widget for StreamPane<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        (&self).render(area, buf);
    }
}

impl Widget for &StreamPane<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let area = area.intersection(buf.area);
        if area.is_empty() {
            return;
        }
        let inner = inner(area);
        let page = self
            .connection
            .map(|connection| self.payload.frame(connection, inner.as_size(), self.utc_offset_seconds));
        let marks = self
            .search
            .zip(self.connection)
            .map(|(search, connection)| self.payload.search_marks(search, connection, inner.height));
        let name = self.keymap.pane_title(Pane::Stream);
        let details = match (self.connection, &page) {
            (Some(connection), Some(page)) => {
                let room = area.width.saturating_sub(TITLE_MARGIN + format::width(&name));
                title::details(self, connection, page, marks.as_ref(), room)
            }
            _ => String::new(),
        };
        paint::pane(buf, area, self.theme, self.focus, Title { name: &name, details: &details });
        match &page {
            None => silence::draw(buf, inner, "No connection selected", self.theme),
            Some(page) if self.is_only_counted() || page.panels.iter().all(|panel| panel.rows.is_empty()) => {
                let notice = self
                    .silence
                    .map_or_else(|| empty_notice(self.payload, self.connection, page), str::to_owned);
                silence::draw(buf, inner, &notice, self.theme);
            }
            Some(page) => self.page(buf, area, page, marks.as_ref()),
        }
    }
}

impl StreamPane<'_> {
    /// Whether another machine tells only the counts of the connection, and no bytes.
    fn is_only_counted(&self) -> bool {
        self.connection.is_some_and(|known| {
            let has_bytes = |direction| known.stream(direction).history.oldest_segment().is_some();
            known.id.run().is_some() && !Direction::ALL.into_iter().any(has_bytes)
        })
    }

    fn page(&self, buf: &mut Buffer, area: Rect, page: &StreamFrame, marks: Option<&SearchMarks>) {
        let inner = inner(area);
        let selected = self.connection.and_then(|connection| self.payload.selected(connection));
        let marked = self.connection.map(|known| self.marks.of(known.id)).unwrap_or_default();
        let different =
            self.replay.zip(self.connection).and_then(|(replay, known)| different::bytes(replay, known.id));
        for part in &page.panels {
            let painter = rows::RowPainter {
                theme: self.theme,
                columns: &part.panel.columns,
                unit: page.unit.as_ref(),
                search: self.search.zip(self.connection.map(|known| known.id)),
                selected: selected.as_ref(),
                marked: &marked,
                different: different.as_ref(),
            };
            let place = part.panel.area;
            let place = Rect { x: inner.x + place.x, y: inner.y + place.y, ..place }.intersection(inner);
            for (row, line) in part.rows.iter().zip(place.rows()) {
                painter.draw(&mut LineWriter::new(buf, line), row);
            }
        }
        rules::draw(buf, inner, page, self.theme, self.keymap);
        if let Some(inspector) = &page.inspector {
            inspector::draw(buf, inner, inspector, self.theme);
        }
        if let Some(numbers) = &page.numbers {
            inspector::draw(buf, inner, numbers, self.theme);
        }
        let letters = self.connection.filter(|_| !marked.is_empty());
        let letters = letters.map(|known| self.payload.mark_overview(&marked, known, inner.height));
        let ruler = Ruler { search: marks, letters: &letters.unwrap_or_default() };
        scrollbar::draw(buf, area, page, ruler, self.theme);
        let mut taken = 0;
        if let Some(unit) = &page.unit {
            let room = area.width.saturating_sub(6);
            let words = self.connection.map(DirectionWords::of);
            let gutter = page.panels.first().map_or(Gutter::Bare, |part| part.panel.columns.gutter);
            let text = match &selected {
                Some(selected) => format::truncate(&selection_summary(selected), room),
                None => cursor_summary(unit, gutter, words, &self.remarks_here(), room),
            };
            taken = format::width(&text) + 4;
            paint::footer_note(buf, area, &text, self.theme.style(Role::Dim));
        }
        let room = area.width.saturating_sub(taken + 4);
        let unit = scrollbar::unit_of_bar(page, inner.height).filter(|text| format::width(text) <= room);
        if let Some(text) = unit {
            paint::footer_start(buf, area, &text, self.theme.style(Role::Dim));
        }
    }

    /// What is said of the byte under the cursor.
    fn remarks_here(&self) -> String {
        let place = self.connection.and_then(|connection| self.payload.place_of_cursor(connection));
        let recorded = self.replay.zip(place).map(|(replay, place)| different::recorded(replay, place));
        format!("{}{}", recorded.unwrap_or_default(), self.mark_here())
    }

    /// The mark of the byte under the cursor with its note, behind a separator; empty if it has none.
    fn mark_here(&self) -> String {
        let place = self.connection.and_then(|connection| self.payload.place_of_cursor(connection));
        match place.and_then(|place| self.marks.at(place)) {
            Some((letter, mark)) if mark.note.is_empty() => format!(" {} mark {letter}", glyphs::DOT),
            Some((letter, mark)) => {
                format!(
                    " {} mark {letter}: {}",
                    glyphs::DOT,
                    safe::line_for(&mark.note, self.payload.charset())
                )
            }
            None => String::new(),
        }
    }
}

fn empty_notice(payload: &StreamView, connection: Option<&Connection>, page: &StreamFrame) -> String {
    if page.trimmed > 0 {
        let verb = if page.trimmed == 1 { "is" } else { "are" };
        return format!("{} came and {verb} trimmed", format::plural(page.trimmed, "byte"));
    }
    if let Some(notice) = connection.and_then(relayed::no_upstream) {
        return notice;
    }
    let is_closed = connection.is_some_and(|known| known.closed.is_some());
    let yet = if is_closed { "" } else { " yet" };
    match (payload.direction_filter(), connection.map(DirectionWords::of)) {
        (DirectionFilter::Both, _) => format!("Nothing received or sent{yet}"),
        (shown, Some(words @ DirectionWords::Relayed)) => {
            format!("Nothing{yet} from {}", words.filter_word(shown).replace(format::ARROW, "to"))
        }
        (shown, _) => format!("Nothing {}{yet}", shown.word()),
    }
}

/// Describes what is under the cursor, in at most `room` cells.
fn cursor_summary(
    unit: &Unit,
    gutter: Gutter,
    words: Option<DirectionWords>,
    mark: &str,
    room: u16,
) -> String {
    let summary = format!("{}{mark}", words::summary(unit));
    let (offset, dot) = (format::count(unit.cursor), glyphs::DOT);
    let way = ways::channel(gutter, unit.channel);
    let named = match words {
        Some(DirectionWords::Relayed) => ROUTES[unit.channel.direction()],
        Some(DirectionWords::Served) | None => &way,
    };
    let long = format!("{named} offset {offset} ({:#x}) {dot} {summary}", unit.cursor);
    if format::width(&long) <= room {
        long
    } else {
        format::truncate(&format!("{way} {offset} {dot} {summary}"), room)
    }
}

/// Describes what is selected.
fn selection_summary(selected: &SelectedBytes) -> String {
    let SelectedBytes { channel, range, unit } = selected;
    let (bytes, way) = (format::plural(range.end - range.start, "byte"), ways::short_word(*channel));
    let (first, last, dot) = (range.start, range.end - 1, glyphs::DOT);
    format!("selected {bytes} {way} {dot} offsets {first} to {last} {dot} by {}", unit.word())
}
