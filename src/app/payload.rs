//! The stream pane: the bytes of a connection in both directions, and the characters that they encode.
//!
//! A [`Payload`] is the state of the view only: format, directions, bytes per row, and position. The position is a
//! row at the top and a byte under the cursor, both named by stream offsets and not by row numbers, so nothing that
//! arrives or is trimmed moves what the user reads. What is drawn follows from this state and the connection, at a
//! cost that depends on the size of the pane and not on the history: `group` says where the transcript can be
//! entered, `text` and `hex` make rows of a segment, `line` puts them side by side, `walk` goes from row to row,
//! `spot` from byte to byte, `seek` from one malformed sequence to the next.
//!
//! Nothing here knows a colour or a place on the screen.

pub mod card;
mod decoded;
pub mod geometry;
mod group;
mod hex;
mod line;
mod moving;
mod page;
pub mod row;
mod seek;
mod spot;
mod text;
mod view;
mod walk;

#[cfg(test)]
pub(crate) mod tests;

use ratatui::layout::Size;

pub use moving::Found;
pub use page::{Hold, Page, Rows};
pub use spot::{Unit, Way, What};
pub use view::{Density, Shown, Side, View};

use crate::model::{Connection, Direction, Moment};

use super::human;
use geometry::{Frame, Gutter, Sheet};
use group::Document;
use spot::Spot;
use walk::Walk;

/// The state of the stream pane, independent of the connection that it shows.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Payload {
    view: View,
    side: Side,
    shown: Shown,
    density: Density,
    place: Place,
    /// The index of the first visible row of readings.
    reading: usize,
}

/// The effect of a change of the bytes per row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rearranged {
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
enum Place {
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
        spot: Spot,
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
    part: Part,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Part {
    /// The note about missing bytes, before the bytes.
    Mark,
    Bytes,
}

impl Payload {
    /// Returns the view.
    #[must_use]
    pub const fn view(&self) -> View {
        self.view
    }

    /// Returns which directions are shown.
    #[must_use]
    pub const fn shown(&self) -> Shown {
        self.shown
    }

    /// Returns the chosen number of bytes per row.
    #[must_use]
    pub const fn density(&self) -> Density {
        self.density
    }

    /// Returns whether the newest row stays at the bottom.
    #[must_use]
    pub const fn follows(&self) -> bool {
        matches!(self.place, Place::Follow)
    }

    /// Returns the format that the cursor moves in.
    #[must_use]
    pub const fn side(&self) -> Side {
        match self.view {
            View::Hex | View::Anatomy | View::Readings => Side::Hex,
            View::Text => Side::Text,
            View::Split => self.side,
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
    pub const fn other_side(&mut self) {
        if matches!(self.view, View::Split) {
            self.side = self.side.other();
        }
    }

    /// Selects the next directions: both, received, sent, and both again.
    pub const fn next_shown(&mut self) {
        self.shown = self.shown.next();
    }

    /// Selects the previous directions.
    pub const fn previous_shown(&mut self) {
        self.shown = self.shown.next().next();
    }

    /// Shows more bytes per row, as far as the pane has room; from the largest number, as many as fit beside time and
    /// offset.
    pub fn denser(&mut self, connection: &Connection, size: Size) -> Rearranged {
        let now = self.per_row(self.density, connection, size);
        let more = Density::CHOICES.into_iter().find(|choice| self.per_row(*choice, connection, size) > now);
        self.rearrange(more.unwrap_or_default(), connection, size)
    }

    /// Shows fewer bytes per row; from the smallest number, as many as fit.
    pub fn sparser(&mut self, connection: &Connection, size: Size) -> Rearranged {
        let now = self.per_row(self.density, connection, size);
        let mut choices = Density::CHOICES.into_iter().rev();
        let fewer = choices.find(|choice| self.per_row(*choice, connection, size) < now);
        self.rearrange(fewer.unwrap_or_default(), connection, size)
    }

    fn rearrange(&mut self, density: Density, connection: &Connection, size: Size) -> Rearranged {
        let columns =
            |looked: &Self| looked.frame(&looked.document(connection), size).sheet(Side::Hex).columns;
        let before = columns(self);
        self.density = density;
        let after = columns(self);
        Rearranged {
            before: before.per_row,
            after: after.per_row,
            gutter_before: before.gutter,
            gutter_after: after.gutter,
        }
    }

    /// Returns the bytes per row that this choice gives in the current pane.
    fn per_row(&self, density: Density, connection: &Connection, size: Size) -> u16 {
        let looked = Self { density, ..self.clone() };
        looked.frame(&looked.document(connection), size).sheet(Side::Hex).columns.per_row
    }

    /// Scrolls the readings by a page.
    pub fn turn_readings(&mut self, way: Way, connection: &Connection, size: Size) {
        let frame = self.frame(&self.document(connection), size);
        let room = card::room(frame.card.height);
        self.reading = match way {
            Way::On => (self.reading + room).min(card::ROWS.saturating_sub(room)),
            Way::Back => self.reading.saturating_sub(room),
        };
    }

    /// Returns the range of kept offsets in the direction under the cursor.
    #[must_use]
    pub fn kept(&self, connection: &Connection) -> Option<std::ops::Range<u64>> {
        let document = self.document(connection);
        let direction = self.spot(&document)?.direction;
        Some(document.start(direction)..document.history(direction).end())
    }

    /// Follows the newest byte again, because another connection is shown; the choices of the view stay.
    pub const fn reset(&mut self) {
        self.place = Place::Follow;
    }

    const fn document<'a>(&self, connection: &'a Connection) -> Document<'a> {
        Document { connection, shown: self.shown }
    }

    fn frame(&self, document: &Document<'_>, size: Size) -> Frame {
        Frame::new(self.view, self.density, size, document.end())
    }

    /// Returns the byte under the cursor, if there is any byte.
    fn spot(&self, document: &Document<'_>) -> Option<Spot> {
        match self.place {
            Place::Follow => document.newest(),
            Place::Start => document.oldest(),
            Place::At { spot, .. } => document.nearest(spot),
        }
    }

    /// Returns the first visible row: the anchored one, scrolled as little as brings the cursor into view.
    fn top<'a>(&self, document: Document<'a>, sheet: &Sheet) -> Option<Walk<'a>> {
        let height = sheet.area.height.max(1);
        let top = match &self.place {
            Place::Follow => {
                let mut walk = Walk::last(document, sheet.columns)?;
                walk.go(1 - i32::from(height));
                return Some(walk);
            }
            Place::Start => return Walk::first(document, sheet.columns),
            Place::At { top, .. } => Walk::resolve(document, sheet.columns, top)?,
        };
        let top = full(top, height);
        Some(match self.spot(&document) {
            Some(spot) => in_sight(top, spot, height),
            None => top,
        })
    }

    /// Returns whether the byte under the cursor has been trimmed, so that the view moves with the kept bytes.
    fn is_trimmed(&self, connection: &Connection) -> bool {
        match self.place {
            Place::At { spot, .. } => spot.offset < connection.stream(spot.direction).history.start(),
            Place::Follow | Place::Start => false,
        }
    }
}

/// Returns this row, or one so far above it that the view has no empty rows at its end while rows are left above.
fn full(mut top: Walk<'_>, height: u16) -> Walk<'_> {
    let mut last = top.clone();
    let below = (1..height.max(1)).take_while(|_| last.down().is_some()).count();
    top.go(below as i32 - (i32::from(height.max(1)) - 1));
    top
}

/// Returns the top row with which a byte is visible in this number of rows.
fn in_sight(top: Walk<'_>, spot: Spot, height: u16) -> Walk<'_> {
    if row_of(&top, spot, height).is_some() {
        return top;
    }
    let Some(mut there) = top.row_of(spot) else { return top };
    if !top.is_below(spot) {
        there.go(1 - i32::from(height));
    }
    there
}

/// Returns the row of a byte, if it is among this number of rows from `top` on.
fn row_of<'a>(top: &Walk<'a>, spot: Spot, height: u16) -> Option<Walk<'a>> {
    let mut walk = top.clone();
    for _ in 0..height.max(1) {
        if walk.has(spot) {
            return Some(walk);
        }
        walk.down()?;
    }
    None
}

/// Formats the time of day at this offset from UTC with milliseconds: `12:04:31.118`.
fn clock(at: Moment, utc_offset_seconds: i32) -> String {
    format!("{}.{:03}", human::clock(at, utc_offset_seconds), at.0 / 1_000 % 1_000)
}
