//! The stream pane: draws the frame that [`crate::app::stream`] has laid out.
//!
//! Payload reaches the buffer only as safe glyphs of known width, one call per glyph, and never appears in a title.
//! This module decides nothing: the stream frame says which bytes stand in which row.

mod inspector;
mod line_writer;
mod rows;
mod rules;
mod scrollbar;
mod silence;
#[cfg(test)]
mod tests;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use super::paint::{self, Title};
use super::theme::{Role, Theme};
use super::{Focus, glyphs};
use crate::app::action::Action;
use crate::app::clients::{relayed, spoken};
use crate::app::focus::Pane;
use crate::app::format;
use crate::app::keymap::Keymap;
use crate::app::marks::Marks;
use crate::app::stream::Channel;
use crate::app::stream::geometry::Gutter;
use crate::app::stream::{
    AnchorState, ByteFormat, DirectionFilter, DirectionWords, HitCount, ROUTES, SearchMarks, SelectedBytes,
    StreamFrame, StreamView, Unit, View, inspector as words,
};
use crate::bytes::safe;
use crate::model::Connection;
use crate::model::search::Search;
use line_writer::LineWriter;
use scrollbar::Ruler;

/// Cells of the upper border that are taken by the corners and the separator after the name.
const TITLE_MARGIN: u16 = 7;
/// Cells of the separator after the words for the directions.
const SEPARATOR: u16 = 3;
/// The largest width of a note in the title, with the separator before it.
const LONGEST_NOTE: u16 = 43;
/// The width of a longer note below which it is left out.
const SHORTEST_NOTE: u16 = 15;

/// The stream pane with its border.
#[derive(Clone, Copy, Debug)]
pub struct StreamPane<'a> {
    /// The state of the view: mode, cursor, position.
    pub payload: &'a StreamView,
    /// The viewed connection.
    pub connection: Option<&'a Connection>,
    /// The search whose hits are marked, if there is one.
    pub search: Option<&'a Search>,
    /// The name of the client, safe to print, if it has one.
    pub name: Option<&'a str>,
    /// The note on the connection, as it was typed, if there is one.
    pub note: Option<&'a str>,
    /// The marks.
    pub marks: &'a Marks,
    /// The offset of local time from UTC.
    pub utc_offset_seconds: i32,
    /// The colours.
    pub theme: Theme,
    /// What to say while nobody has spoken, if there is something to say.
    pub silence: Option<&'a str>,
    /// Whether the pane has the keyboard focus.
    pub focus: Focus,
    /// Whether the view is live or frozen.
    pub updates: Updates,
    /// Which keys run which commands.
    pub keymap: &'a Keymap,
}

/// Whether the view is live or frozen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Updates {
    /// New bytes appear in the view.
    Live,
    /// The view keeps the state at which the user froze it.
    Frozen,
}

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
                self.details(connection, page, marks.as_ref(), room)
            }
            _ => String::new(),
        };
        paint::pane(buf, area, self.theme, self.focus, Title { name: &name, details: &details });
        match &page {
            None => silence::draw(buf, inner, "No connection selected", self.theme),
            Some(page) if page.panels.iter().all(|panel| panel.rows.is_empty()) => {
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
    fn page(&self, buf: &mut Buffer, area: Rect, page: &StreamFrame, marks: Option<&SearchMarks>) {
        let inner = inner(area);
        let selected = self.connection.and_then(|connection| self.payload.selected(connection));
        let marked = self.connection.map(|known| self.marks.of(known.id)).unwrap_or_default();
        for part in &page.panels {
            let painter = rows::RowPainter {
                theme: self.theme,
                columns: &part.panel.columns,
                unit: page.unit.as_ref(),
                search: self.search.zip(self.connection.map(|known| known.id)),
                selected: selected.as_ref(),
                marked: &marked,
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
                None => cursor_summary(unit, gutter, words, &self.mark_here(), room),
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

    /// The details of the title, shortened to `room` cells. The state and the directions are kept the longest.
    fn details(
        &self,
        connection: &Connection,
        page: &StreamFrame,
        marks: Option<&SearchMarks>,
        room: u16,
    ) -> String {
        let payload = self.payload;
        let id = connection.id.to_string();
        let peer = match self.name {
            Some(name) => format!("{id} {name}"),
            None => format!("{id} {}", safe::line(&connection.peer.to_string())),
        };
        let route = match &connection.upstream {
            Some(upstream) => format!("{peer} to {}", safe::line(&upstream.name)),
            None => peer.clone(),
        };
        let words = DirectionWords::of(connection);
        let (plain, shown) = (view_word(payload), words.filter_word(payload.direction_filter()));
        let separator = format!(" {} ", glyphs::DOT);
        let view = spoken::title(connection)
            .map_or(plain.clone(), |protocol| format!("{protocol}{separator}{plain}"));
        let short = self.state(page, room.saturating_sub(words.longest() + SEPARATOR));
        let state = if payload.follows() || page.below == 0 {
            short.clone()
        } else {
            format!("{short} {} {} B newer below", glyphs::DOT, format::count(page.below))
        };
        let brief = match payload.direction_filter() {
            DirectionFilter::Both => shown,
            DirectionFilter::Received => rows::short_word(Channel::Received),
            DirectionFilter::Sent => rows::short_word(Channel::Sent),
        };
        let (state, short) = match marks.map(|marks| hit_count(marks.count)) {
            Some(hits) => (format!("{hits}{separator}{state}"), hits),
            None => (state, short),
        };
        let join = |parts: &[&str]| parts.join(&separator);
        // A note is more than the upstream's name, and is cut off before it is left out.
        let noted = [&route, &peer, &id].into_iter().find_map(|name| {
            let left = room.saturating_sub(format::width(&join(&[name, &view, shown, &state])));
            self.noted(left).map(|note| format!("{name}{note}"))
        });
        let variants: [&[&str]; 12] = [
            &[noted.as_ref().unwrap_or(&route), &view, shown, &state],
            &[&route, &view, shown, &state],
            &[&peer, &view, shown, &state],
            &[&peer, &plain, shown, &state],
            &[&id, &view, shown, &state],
            &[&id, &plain, shown, &state],
            &[&id, payload.view().word(), shown, &state],
            &[&id, payload.view().word(), shown, &short],
            &[&id, shown, &state],
            &[&id, shown, &short],
            &[shown, &short],
            &[brief, &short],
        ];
        variants
            .into_iter()
            .map(join)
            .find(|text| format::width(text) <= room)
            .unwrap_or_else(|| join(&[brief, &short]))
    }

    /// The note on the connection, behind a separator, if there is one and room for enough of it.
    fn noted(&self, room: u16) -> Option<String> {
        let note = safe::line_for(self.note?, self.payload.charset());
        let note = format!(" {} {note}", glyphs::DOT);
        (room >= format::width(&note).min(SHORTEST_NOTE))
            .then(|| format::truncate(&note, room.min(LONGEST_NOTE)))
    }

    /// Whether the view is live, frozen or paused; a notice about trimmed bytes takes at most `room` cells.
    fn state(&self, page: &StreamFrame, room: u16) -> String {
        match self.updates {
            Updates::Frozen => format!("{} frozen", glyphs::FROZEN),
            Updates::Live if self.payload.follows() => format!("{} follow", glyphs::FOLLOW),
            Updates::Live if page.anchor_state == AnchorState::Trimmed => trimming_notice(self.keymap, room),
            Updates::Live => "paused".to_owned(),
        }
    }
}

/// How many hits there are, and which one is under the cursor.
fn hit_count(count: HitCount) -> String {
    let HitCount { number, total, is_searching } = count;
    let so_far = if is_searching { glyphs::CUT } else { "" };
    match number {
        Some(number) => format!("{} of {}{so_far}", format::count(number), format::count(total)),
        None if total == 1 => format!("1 hit{so_far}"),
        None => format!("{} hits{so_far}", format::count(total)),
    }
}

/// The state of a paused view whose bytes are being trimmed.
fn trimming_notice(keymap: &Keymap, room: u16) -> String {
    let freeze = keymap.way_to(Action::Freeze);
    let variants = [
        format!("paused; old bytes are being dropped ({freeze} keeps them)"),
        "paused; old bytes are dropped".to_owned(),
    ];
    variants.into_iter().find(|text| format::width(text) <= room).unwrap_or_else(|| "paused".to_owned())
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

/// The word for the view. For the split view it names the byte format in which the cursor moves.
fn view_word(payload: &StreamView) -> String {
    match (payload.view(), payload.format()) {
        (View::Split, ByteFormat::Hex) => "split, in hex".to_owned(),
        (View::Split, ByteFormat::Text) => "split, in text".to_owned(),
        (view, _) => view.word().to_owned(),
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
    let way = rows::channel(gutter, unit.channel);
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
    let (bytes, way) = (format::plural(range.end - range.start, "byte"), rows::short_word(*channel));
    let (first, last, dot) = (range.start, range.end - 1, glyphs::DOT);
    format!("selected {bytes} {way} {dot} offsets {first} to {last} {dot} by {}", unit.word())
}
