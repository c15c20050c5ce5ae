//! The state of the stream pane: what is selected, followed and scrolled to.

use ratatui::layout::Size;

use crate::app::stream::anchor::Anchor;
use crate::app::stream::geometry::{BytePanel, Gutter, StreamLayout};
use crate::app::stream::inspector;
use crate::app::stream::position::{BytePosition, Seek, Unit};
use crate::app::stream::press::Press;
use crate::app::stream::row_cursor::RowCursor;
use crate::app::stream::segment::Transcript;
use crate::app::stream::selection::Selection;
use crate::app::stream::view::{ByteFormat, BytesPerRow, Channel, DirectionFilter, DirectionWords, View};
use crate::bytes::safe::Charset;
use crate::model::Connection;

/// The state of the stream pane, independent of the connection that it shows.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct StreamView {
    pub(super) view: View,
    pub(super) format: ByteFormat,
    direction_filter: DirectionFilter,
    bytes_per_row: BytesPerRow,
    charset: Charset,
    pub(super) view_position: ViewPosition,
    /// The index of the first visible row of readings or numbers.
    pub(super) reading: usize,
    /// The page of the anatomy that was turned to, of the unit that begins with this byte.
    anatomy_page: Option<(Channel, u64, usize)>,
    pub(super) selection: Option<Selection>,
    /// The last press of the mouse on a byte.
    pub(super) pressed: Option<Press>,
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
pub(super) enum ViewPosition {
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

impl StreamView {
    /// Returns the view at first, for a terminal that can show these characters.
    #[must_use]
    pub fn for_charset(charset: Charset) -> Self {
        Self { charset, ..Self::default() }
    }

    /// Shows the stream in this way from now on. For a stream that is not shown yet: the position is not adapted.
    pub(super) const fn choose(
        &mut self,
        view: View,
        directions: DirectionFilter,
        bytes_per_row: BytesPerRow,
    ) {
        (self.view, self.direction_filter, self.bytes_per_row) = (view, directions, bytes_per_row);
    }

    /// Returns the characters that the terminal can show.
    #[must_use]
    pub const fn charset(&self) -> Charset {
        self.charset
    }

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
            View::Hex | View::Anatomy | View::Readings | View::Numbers => ByteFormat::Hex,
            View::Text => ByteFormat::Text,
            View::Split => self.format,
        }
    }

    /// Selects the next view: hex, text, split, anatomy, readings, numbers, and hex again.
    pub const fn next_view(&mut self) {
        (self.view, self.reading) = (self.view.step(1), 0);
    }

    /// Selects the previous view.
    pub const fn previous_view(&mut self) {
        (self.view, self.reading) = (self.view.step(View::COUNT - 1), 0);
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

    /// Shows both directions, unless this stream is shown already.
    pub(super) const fn include(&mut self, channel: Channel) {
        if !self.direction_filter.includes(channel) {
            self.direction_filter = DirectionFilter::Both;
        }
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

    /// Scrolls the readings or the numbers by a page.
    pub fn turn_readings(&mut self, way: Seek, connection: &Connection, size: Size) {
        let transcript = self.transcript(connection);
        if self.view == View::Anatomy {
            let unit = self.cursor(&transcript).and_then(|position| transcript.unit(position));
            self.anatomy_page = unit.map(|unit| {
                let page = self.anatomy_page(&unit);
                let page = match way {
                    Seek::Forward => page + 1,
                    Seek::Backward => page.saturating_sub(1),
                };
                (unit.channel, unit.range.start, page)
            });
            return;
        }
        let room = inspector::room(self.layout(&transcript, size).inspector.height);
        let rows = match self.view {
            View::Numbers => self
                .cursor(&transcript)
                .and_then(|position| transcript.unit(position))
                .map_or(0, |unit| inspector::count_numbers(&transcript, &unit)),
            _ => inspector::ROWS,
        };
        self.reading = match way {
            Seek::Forward => (self.reading + room).min(rows.saturating_sub(room)),
            Seek::Backward => self.reading.saturating_sub(room),
        };
    }

    /// Returns the page of the anatomy of this unit. Another unit begins with its first page.
    pub(super) fn anatomy_page(&self, unit: &Unit) -> usize {
        let is_of = |(channel, start, _): &(Channel, u64, usize)| {
            (*channel, *start) == (unit.channel, unit.range.start)
        };
        self.anatomy_page.filter(is_of).map_or(0, |(_, _, page)| page)
    }

    /// Returns whether a selection has begun.
    #[must_use]
    pub const fn selects(&self) -> bool {
        self.selection.is_some()
    }

    /// Returns the range of kept offsets in the direction under the cursor.
    #[must_use]
    pub fn kept(&self, connection: &Connection) -> Option<std::ops::Range<u64>> {
        let transcript = self.transcript(connection);
        let channel = self.cursor(&transcript)?.channel;
        Some(transcript.start(channel)..transcript.history(channel).end())
    }

    /// Follows the newest byte again, because another connection is shown; the choices of the view stay.
    pub const fn reset(&mut self) {
        self.view_position = ViewPosition::Follow;
        self.selection = None;
        self.pressed = None;
    }

    /// Shows the place and the selection of this view again.
    pub(super) const fn return_to(&mut self, view: &Self) {
        (self.view_position, self.selection, self.pressed) = (view.view_position, view.selection, None);
    }

    pub(super) const fn transcript<'a>(&self, connection: &'a Connection) -> Transcript<'a> {
        Transcript { connection, direction_filter: self.direction_filter, charset: self.charset }
    }

    pub(super) fn layout(&self, transcript: &Transcript<'_>, size: Size) -> StreamLayout {
        let words = DirectionWords::of(transcript.connection);
        StreamLayout::new(self.view, self.bytes_per_row, size, transcript.end(), words)
    }

    /// Returns the channel of the byte under the cursor.
    pub(super) fn cursor_channel(&self, connection: &Connection) -> Option<Channel> {
        self.cursor(&self.transcript(connection)).map(|position| position.channel)
    }

    /// Returns the byte under the cursor, if there is any byte.
    pub(super) fn cursor(&self, transcript: &Transcript<'_>) -> Option<BytePosition> {
        match self.view_position {
            ViewPosition::Follow => transcript.newest(),
            ViewPosition::Start => transcript.oldest(),
            ViewPosition::At { position, .. } => transcript.nearest(position),
        }
    }

    /// Returns the first visible row: the anchored one, scrolled as little as brings the cursor into view.
    pub(super) fn top<'a>(&self, transcript: Transcript<'a>, panel: &BytePanel) -> Option<RowCursor<'a>> {
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
    pub(super) fn is_trimmed(&self, connection: &Connection) -> bool {
        match self.view_position {
            ViewPosition::At { position, .. } => {
                position.offset < position.channel.stream(connection).history.start()
            }
            ViewPosition::Follow | ViewPosition::Start => false,
        }
    }
}

/// Returns this row, or one so far above it that the view has no empty rows at its end while rows are left above.
pub(super) fn clamp_to_end(mut top: RowCursor<'_>, height: u16) -> RowCursor<'_> {
    let mut last = top.clone();
    let below = (1..height.max(1)).take_while(|_| last.down().is_some()).count();
    top.go(below as i32 - (i32::from(height.max(1)) - 1));
    top
}

/// Returns the top row with which a byte is visible in this number of rows.
pub(super) fn scroll_into_view(top: RowCursor<'_>, position: BytePosition, height: u16) -> RowCursor<'_> {
    if row_of(&top, position, height).is_some() {
        return top;
    }
    let Some(mut there) = top.row_of(position) else { return top };
    if !top.is_below(position) {
        there.go(1 - i32::from(height));
    } else if height > 1 {
        there.go_to_note();
    }
    there
}

/// Returns the row of a byte, if it is among this number of rows from `top` on.
pub(super) fn row_of<'a>(top: &RowCursor<'a>, position: BytePosition, height: u16) -> Option<RowCursor<'a>> {
    let mut row_cursor = top.clone();
    for _ in 0..height.max(1) {
        if row_cursor.has(position) {
            return Some(row_cursor);
        }
        row_cursor.down()?;
    }
    None
}

#[cfg(test)]
pub(crate) mod tests;
