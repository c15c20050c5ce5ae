//! Cursor movement and scrolling in the stream pane.

use ratatui::layout::{Position, Size};

use crate::app::action::Motion;
use crate::model::Connection;
use crate::model::search::Search;

use super::geometry::BytePanel;
use super::hits::Hits;
use super::message::Messages;
use super::position::{BytePosition, Seek};
use super::row_cursor::RowCursor;
use super::seek::{MalformedSequences, Places, TranscriptEnd};
use super::segment::Transcript;
use crate::app::stream::pane::{StreamView, ViewPosition, clamp_to_end, row_of, scroll_into_view};
use crate::app::stream::view::{ByteFormat, Channel};

impl StreamView {
    /// Follows the newest byte, or stops following at the current view.
    pub fn toggle_follow(&mut self, connection: &Connection, size: Size) {
        if !self.follows() {
            self.view_position = ViewPosition::Follow;
            return;
        }
        let transcript = self.transcript(connection);
        let layout = self.layout(&transcript, size);
        self.view_position =
            match (self.cursor(&transcript), self.top(transcript, layout.panel(self.format()))) {
                (Some(position), Some(top)) => ViewPosition::At { top: top.anchor(), position, column: None },
                _ => ViewPosition::Start,
            };
    }

    /// Moves by rows; `size` is that of the pane inside its border. Only [`Motion::End`] follows: a cursor that
    /// reaches the last row stays on its byte.
    pub fn scroll(&mut self, motion: Motion, connection: &Connection, size: Size) {
        let transcript = self.transcript(connection);
        let layout = self.layout(&transcript, size);
        let panel = *layout.panel(self.format());
        let page = i32::from(panel.area.height.max(1));
        let half = (page / 2).max(1);
        match motion {
            Motion::End => self.view_position = ViewPosition::Follow,
            Motion::Start => self.view_position = ViewPosition::Start,
            Motion::RowUp => self.go(&transcript, &panel, -1, Viewport::Stays),
            Motion::RowDown => self.go(&transcript, &panel, 1, Viewport::Stays),
            Motion::PageUp => self.go(&transcript, &panel, -page, Viewport::Moves),
            Motion::PageDown => self.go(&transcript, &panel, page, Viewport::Moves),
            Motion::HalfUp => self.go(&transcript, &panel, -half, Viewport::Moves),
            Motion::HalfDown => self.go(&transcript, &panel, half, Viewport::Moves),
            Motion::Rows(rows) => self.scroll_viewport(&transcript, &panel, rows),
        }
    }

    /// Moves the cursor by rows.
    fn go(&mut self, transcript: &Transcript<'_>, panel: &BytePanel, rows: i32, viewport: Viewport) {
        if self.follows() && rows > 0 {
            return;
        }
        let height = panel.area.height;
        let (Some(position), Some(mut top)) = (self.cursor(transcript), self.top(*transcript, panel)) else {
            return;
        };
        let Some(mut row) = row_of(&top, position, height) else { return };
        let kept = match self.view_position {
            ViewPosition::At { column, .. } => column,
            ViewPosition::Follow | ViewPosition::Start => None,
        };
        let column = kept.unwrap_or_else(|| row.column_of(position.offset));
        row.go_to_bytes(rows);
        let Some(there) = row.position_at(column) else { return };
        let stuck = row.reaches(position);
        let before = top.anchor();
        // Where there is no other row of text, the rows of hex beside it may be out of view.
        if stuck || viewport == Viewport::Moves {
            top.go(rows);
        }
        let position = if stuck { position } else { there };
        let top = scroll_into_view(top, position, height).anchor();
        if !(stuck && self.follows() && top == before) {
            self.view_position = ViewPosition::At { top, position, column: Some(column) };
        }
    }

    /// Scrolls the view under the cursor, which moves only at the edges of the view.
    fn scroll_viewport(&mut self, transcript: &Transcript<'_>, panel: &BytePanel, rows: i32) {
        if self.follows() && rows >= 0 {
            return;
        }
        let height = panel.area.height.max(1);
        let Some(mut top) = self.top(*transcript, panel) else { return };
        let before = top.anchor();
        top.go(rows);
        if rows < 0 && self.follows() && top.anchor() == before {
            return;
        }
        top = clamp_to_end(top, height);
        let Some(position) = self.cursor(transcript) else { return };
        loop {
            let seen = if row_of(&top, position, height).is_some() {
                Some(position)
            } else {
                edge(&top, position, height)
            };
            if let Some(position) = seen {
                self.view_position = ViewPosition::At { top: top.anchor(), position, column: None };
                return;
            }
            // A very low pane may show nothing but a note about missing bytes.
            let before = top.anchor();
            top.go(rows.signum());
            if top.anchor() == before {
                return;
            }
        }
    }

    /// Moves the cursor by one byte; in text, by one character.
    pub fn step(&mut self, way: Seek, connection: &Connection, size: Size) {
        let transcript = self.transcript(connection);
        let there = self.cursor(&transcript).and_then(|position| match self.format() {
            ByteFormat::Hex => transcript.step(position, way),
            ByteFormat::Text => transcript.step_unit(position, way),
        });
        if let Some(position) = there {
            self.jump(position, connection, size);
        }
    }

    /// Moves to the next malformed sequence and wraps at the end; from a cursor that follows, to the last one.
    pub fn seek_malformed(&mut self, way: Seek, connection: &Connection, size: Size) -> SeekResult {
        self.seek(&MalformedSequences, way, connection, size)
    }

    /// Moves to the next hit of a search and wraps at the end; from a cursor that follows, to the last one.
    pub fn seek_hit(
        &mut self,
        search: &Search,
        way: Seek,
        connection: &Connection,
        size: Size,
    ) -> SeekResult {
        self.seek(&Hits(search), way, connection, size)
    }

    /// Moves to the start of the next message and wraps at the end; from a cursor that follows, to the last one.
    pub fn seek_message(&mut self, way: Seek, connection: &Connection, size: Size) -> SeekResult {
        let found = self.seek(&Messages, way, connection, size);
        let transcript = self.transcript(connection);
        if let Some(start) = self.cursor(&transcript).filter(|_| found != SeekResult::NotFound) {
            // As much of the message is in sight as fits.
            let message = transcript.whole_messages(start.channel, start.offset..start.offset + 1);
            if let Some(last) = transcript.byte_at(start.channel, message.end - 1) {
                self.jump(last, connection, size);
                self.jump(start, connection, size);
            }
        }
        found
    }

    fn seek(&mut self, places: &impl Places, way: Seek, connection: &Connection, size: Size) -> SeekResult {
        let transcript = self.transcript(connection);
        let next = match (way, self.follows()) {
            // A cursor that follows stands behind everything, and may be on such a place already.
            (Seek::Forward, true) => transcript.outermost(places, TranscriptEnd::Last),
            _ => self.cursor(&transcript).and_then(|position| transcript.seek(places, position, way)),
        };
        let wrapped = || {
            let end = if way == Seek::Forward { TranscriptEnd::First } else { TranscriptEnd::Last };
            transcript.outermost(places, end)
        };
        let (found, position) = match next.or_else(wrapped) {
            Some(position) => {
                (if next.is_some() { SeekResult::Found } else { SeekResult::Wrapped }, position)
            }
            None => return SeekResult::NotFound,
        };
        self.jump(position, connection, size);
        found
    }

    /// Moves to this offset in the direction under the cursor; returns whether its byte is kept.
    pub fn go_to(&mut self, offset: u64, connection: &Connection, size: Size) -> SeekResult {
        let transcript = self.transcript(connection);
        let way = self.cursor(&transcript).map(|position| position.channel);
        match way.and_then(|channel| transcript.byte_at(channel, offset)) {
            None => SeekResult::NotFound,
            Some(position) => {
                self.jump(position, connection, size);
                SeekResult::Found
            }
        }
    }

    /// Moves to this offset of a stream, if its byte is kept; shows both directions if it would not be shown.
    pub fn go_to_byte(&mut self, channel: Channel, offset: u64, connection: &Connection, size: Size) {
        self.include(channel);
        let position = self.transcript(connection).byte_at(channel, offset);
        if let Some(position) = position {
            self.jump(position, connection, size);
        }
    }

    /// Moves the cursor to this byte, and scrolls only if necessary.
    fn jump(&mut self, position: BytePosition, connection: &Connection, size: Size) {
        let transcript = self.transcript(connection);
        let layout = self.layout(&transcript, size);
        let panel = layout.panel(self.format());
        if let Some(top) = self.top(transcript, panel) {
            let top = scroll_into_view(top, position, panel.area.height).anchor();
            self.view_position = ViewPosition::At { top, position, column: None };
        }
    }

    /// Moves the cursor to the byte at a place of the pane, relative to its upper left corner inside the border. Returns
    /// the byte, if there is one.
    pub(super) fn pick(&mut self, at: Position, connection: &Connection, size: Size) -> Option<BytePosition> {
        let transcript = self.transcript(connection);
        let layout = self.layout(&transcript, size);
        let panel = layout.panels.iter().find(|panel| panel.area.contains(at))?;
        let mut row = self.top(transcript, panel)?;
        for _ in 0..at.y - panel.area.y {
            row.down()?;
        }
        if at.y > panel.area.y && row.is_blank() {
            return None;
        }
        let position = row.position_at(panel.columns.column_at(at.x - panel.area.x))?;
        self.format = panel.format;
        self.jump(position, connection, size);
        Some(position)
    }
}

/// The result of a search.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SeekResult {
    /// The cursor is at the result.
    Found,
    /// The cursor is at the result; the search wrapped at an end of the transcript.
    Wrapped,
    /// There is no result.
    NotFound,
}

/// Whether the view scrolls with the cursor.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Viewport {
    Stays,
    Moves,
}

/// Returns the visible byte nearest to one that is out of view: in the first row with bytes, or in the last one.
fn edge(top: &RowCursor<'_>, position: BytePosition, height: u16) -> Option<BytePosition> {
    let column = top.row_of(position).map_or(0, |row| row.column_of(position.offset));
    let mut row = top.clone();
    let above = top.is_below(position);
    let mut nearest = row.own_position_at(column);
    for _ in 1..height {
        if (above && nearest.is_some()) || row.down().is_none() {
            break;
        }
        nearest = row.own_position_at(column).or(nearest);
    }
    nearest
}
