//! The stream pane: the bytes of a connection in both directions, and the characters that they encode.
//!
//! A [`StreamView`] is the state of the view only: format, directions, bytes per row, and position. The position is a
//! row at the top and a byte under the cursor, both named by stream offsets and not by row numbers, so nothing that
//! arrives or is trimmed moves what the user reads. What is drawn follows from this state and the connection, at a
//! cost that depends on the size of the pane and not on the history: `segment` says where the transcript can be
//! entered, `text` and `hex` make rows of a segment, `line` puts them side by side, `row_cursor` goes from row to row,
//! `position` from byte to byte, `seek` from one malformed sequence to the next.
//!
//! Nothing here knows a colour or a place on the screen.

pub mod actions;
mod decoded;
mod frame;
pub mod geometry;
mod hex;
pub mod inspector;
mod line;
mod moving;
mod position;
pub mod row;
mod row_cursor;
mod seek;
mod segment;
mod text;
mod view;

#[cfg(test)]
pub(crate) mod tests;

use ratatui::layout::Size;

pub use frame::{AnchorState, PanelRows, StreamFrame};
pub use moving::SeekResult;
pub use position::{Seek, Unit, UnitKind};
pub use view::{ByteFormat, BytesPerRow, DirectionFilter, View};

use crate::event::{Direction, Timestamp};
use crate::model::Connection;

use super::format;
use geometry::{BytePanel, Gutter, StreamLayout};
use position::BytePosition;
use row_cursor::RowCursor;
use segment::Transcript;

/// The state of the stream pane, independent of the connection that it shows.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct StreamView {
    view: View,
    format: ByteFormat,
    direction_filter: DirectionFilter,
    bytes_per_row: BytesPerRow,
    view_position: ViewPosition,
    /// The index of the first visible row of readings.
    reading: usize,
}

/// The effect of a change of the bytes per row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RowLengthChange {
    /// Bytes per row of hex before; 0 in the text view.
    pub before: u16,
    /// Bytes per row of hex now.
    pub after: u16,
    /// The gutter before.
    pub gutter_before: Gutter,
    /// The gutter now.
    pub gutter_after: Gutter,
}

/// The position of the view in the transcript.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum ViewPosition {
    /// At the newest byte, whatever arrives.
    #[default]
    Follow,
    /// At the first kept byte.
    Start,
    /// At this row and byte.
    At {
        /// The top row, unless the cursor is not visible then.
        top: Anchor,
        /// The byte under the cursor.
        position: BytePosition,
        /// The column that the cursor keeps while it moves up and down; `None` after a move within a row.
        column: Option<u16>,
    },
}

/// A name of a row that stays valid when bytes arrive or are trimmed and when the view changes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Anchor {
    direction: Direction,
    /// The sequence number of the first chunk of its segment, counted over both directions: where to look when the
    /// bytes are gone.
    seq: u64,
    /// Stream offset of its first byte.
    offset: u64,
    /// Stream offset of the first byte of its row; in the split view, of its row of text.
    row_start: u64,
    /// Stream offset behind the last byte of the same row.
    row_end: u64,
    part: AnchorPart,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum AnchorPart {
    /// The note about missing bytes, before the bytes.
    Gap,
    Bytes,
}

impl StreamView {
    /// Returns the view.
    #[must_use]
    pub const fn view(&self) -> View {
        self.view
    }

    /// Returns which directions are shown.
    #[must_use]
    pub const fn direction_filter(&self) -> DirectionFilter {
        self.direction_filter
    }

    /// Returns the chosen number of bytes per row.
    #[must_use]
    pub const fn bytes_per_row(&self) -> BytesPerRow {
        self.bytes_per_row
    }

    /// Returns whether the newest row stays at the bottom.
    #[must_use]
    pub const fn follows(&self) -> bool {
        matches!(self.view_position, ViewPosition::Follow)
    }

    /// Returns the format that the cursor moves in.
    #[must_use]
    pub const fn format(&self) -> ByteFormat {
        match self.view {
            View::Hex | View::Anatomy | View::Readings => ByteFormat::Hex,
            View::Text => ByteFormat::Text,
            View::Split => self.format,
        }
    }

    /// Selects the next view: hex, text, split, anatomy, readings, and hex again.
    pub const fn next_view(&mut self) {
        self.view = self.view.step(1);
    }

    /// Selects the previous view.
    pub const fn previous_view(&mut self) {
        self.view = self.view.step(View::COUNT - 1);
    }

    /// Moves the cursor to the other half of the split view.
    pub const fn switch_format(&mut self) {
        if matches!(self.view, View::Split) {
            self.format = self.format.other();
        }
    }

    /// Selects the next directions: both, received, sent, and both again.
    pub const fn next_directions(&mut self) {
        self.direction_filter = self.direction_filter.next();
    }

    /// Selects the previous directions.
    pub const fn previous_directions(&mut self) {
        self.direction_filter = self.direction_filter.next().next();
    }

    /// Shows more bytes per row, as far as the pane has room; from the largest number, as many as fit beside time and
    /// offset.
    pub fn more_bytes(&mut self, connection: &Connection, size: Size) -> RowLengthChange {
        let now = self.per_row(self.bytes_per_row, connection, size);
        let more =
            BytesPerRow::CHOICES.into_iter().find(|choice| self.per_row(*choice, connection, size) > now);
        self.set_bytes_per_row(more.unwrap_or_default(), connection, size)
    }

    /// Shows fewer bytes per row; from the smallest number, as many as fit.
    pub fn fewer_bytes(&mut self, connection: &Connection, size: Size) -> RowLengthChange {
        let now = self.per_row(self.bytes_per_row, connection, size);
        let mut choices = BytesPerRow::CHOICES.into_iter().rev();
        let fewer = choices.find(|choice| self.per_row(*choice, connection, size) < now);
        self.set_bytes_per_row(fewer.unwrap_or_default(), connection, size)
    }

    fn set_bytes_per_row(
        &mut self,
        bytes_per_row: BytesPerRow,
        connection: &Connection,
        size: Size,
    ) -> RowLengthChange {
        let columns = |looked: &Self| {
            looked.layout(&looked.transcript(connection), size).panel(ByteFormat::Hex).columns
        };
        let before = columns(self);
        self.bytes_per_row = bytes_per_row;
        let after = columns(self);
        RowLengthChange {
            before: before.per_row,
            after: after.per_row,
            gutter_before: before.gutter,
            gutter_after: after.gutter,
        }
    }

    /// Returns the bytes per row that this choice gives in the current pane.
    fn per_row(&self, bytes_per_row: BytesPerRow, connection: &Connection, size: Size) -> u16 {
        let looked = Self { bytes_per_row, ..self.clone() };
        looked.layout(&looked.transcript(connection), size).panel(ByteFormat::Hex).columns.per_row
    }

    /// Scrolls the readings by a page.
    pub fn turn_readings(&mut self, way: Seek, connection: &Connection, size: Size) {
        let layout = self.layout(&self.transcript(connection), size);
        let room = inspector::room(layout.inspector.height);
        self.reading = match way {
            Seek::Forward => (self.reading + room).min(inspector::ROWS.saturating_sub(room)),
            Seek::Backward => self.reading.saturating_sub(room),
        };
    }

    /// Returns the range of kept offsets in the direction under the cursor.
    #[must_use]
    pub fn kept(&self, connection: &Connection) -> Option<std::ops::Range<u64>> {
        let transcript = self.transcript(connection);
        let direction = self.cursor(&transcript)?.direction;
        Some(transcript.start(direction)..transcript.history(direction).end())
    }

    /// Follows the newest byte again, because another connection is shown; the choices of the view stay.
    pub const fn reset(&mut self) {
        self.view_position = ViewPosition::Follow;
    }

    const fn transcript<'a>(&self, connection: &'a Connection) -> Transcript<'a> {
        Transcript { connection, direction_filter: self.direction_filter }
    }

    fn layout(&self, transcript: &Transcript<'_>, size: Size) -> StreamLayout {
        StreamLayout::new(self.view, self.bytes_per_row, size, transcript.end())
    }

    /// Returns the byte under the cursor, if there is any byte.
    fn cursor(&self, transcript: &Transcript<'_>) -> Option<BytePosition> {
        match self.view_position {
            ViewPosition::Follow => transcript.newest(),
            ViewPosition::Start => transcript.oldest(),
            ViewPosition::At { position, .. } => transcript.nearest(position),
        }
    }

    /// Returns the first visible row: the anchored one, scrolled as little as brings the cursor into view.
    fn top<'a>(&self, transcript: Transcript<'a>, panel: &BytePanel) -> Option<RowCursor<'a>> {
        let height = panel.area.height.max(1);
        let top = match &self.view_position {
            ViewPosition::Follow => {
                let mut row_cursor = RowCursor::last(transcript, panel.columns)?;
                row_cursor.go(1 - i32::from(height));
                return Some(row_cursor);
            }
            ViewPosition::Start => return RowCursor::first(transcript, panel.columns),
            ViewPosition::At { top, .. } => RowCursor::resolve(transcript, panel.columns, top)?,
        };
        let top = clamp_to_end(top, height);
        Some(match self.cursor(&transcript) {
            Some(position) => scroll_into_view(top, position, height),
            None => top,
        })
    }

    /// Returns whether the byte under the cursor has been trimmed, so that the view moves with the kept bytes.
    fn is_trimmed(&self, connection: &Connection) -> bool {
        match self.view_position {
            ViewPosition::At { position, .. } => {
                position.offset < connection.stream(position.direction).history.start()
            }
            ViewPosition::Follow | ViewPosition::Start => false,
        }
    }
}

/// Returns this row, or one so far above it that the view has no empty rows at its end while rows are left above.
fn clamp_to_end(mut top: RowCursor<'_>, height: u16) -> RowCursor<'_> {
    let mut last = top.clone();
    let below = (1..height.max(1)).take_while(|_| last.down().is_some()).count();
    top.go(below as i32 - (i32::from(height.max(1)) - 1));
    top
}

/// Returns the top row with which a byte is visible in this number of rows.
fn scroll_into_view(top: RowCursor<'_>, position: BytePosition, height: u16) -> RowCursor<'_> {
    if row_of(&top, position, height).is_some() {
        return top;
    }
    let Some(mut there) = top.row_of(position) else { return top };
    if !top.is_below(position) {
        there.go(1 - i32::from(height));
    }
    there
}

/// Returns the row of a byte, if it is among this number of rows from `top` on.
fn row_of<'a>(top: &RowCursor<'a>, position: BytePosition, height: u16) -> Option<RowCursor<'a>> {
    let mut row_cursor = top.clone();
    for _ in 0..height.max(1) {
        if row_cursor.has(position) {
            return Some(row_cursor);
        }
        row_cursor.down()?;
    }
    None
}

/// Formats the time of day at this offset from UTC with milliseconds: `12:04:31.118`.
fn clock(at: Timestamp, utc_offset_seconds: i32) -> String {
    format!("{}.{:03}", format::clock(at, utc_offset_seconds), at.0 / 1_000 % 1_000)
}
