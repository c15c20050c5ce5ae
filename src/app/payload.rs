//! The stream pane: which bytes went which way, and which characters they are.
//!
//! A [`Payload`] is only how one looks: the view, the directions, the bytes a row, and a place. The place is a row at the
//! top and a byte under the cursor, both named by offsets of the stream and not by numbers of rows, so nothing that
//! arrives or is trimmed moves what one reads. What is drawn follows from it and from the connection, at a cost that
//! depends on the size of the pane and not on the history: `group` says where the document can be entered, `text` and
//! `hex` make rows of a group, `line` puts them side by side, `walk` goes from row to row, `spot` from byte to byte,
//! `seek` from one malformed part to the next.
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

/// How one looks at the payload of a connection.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Payload {
    view: View,
    side: Side,
    shown: Shown,
    density: Density,
    place: Place,
    /// The first of the readings that are shown.
    reading: usize,
}

/// What a change of the bytes a row has changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rearranged {
    /// Bytes in a row of hex before; 0 where there is only text.
    pub before: u16,
    /// Bytes in a row of hex now.
    pub after: u16,
    /// What stood before the bytes, and what stands there now.
    pub gutters: (Gutter, Gutter),
}

/// Where one is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Place {
    /// At the newest byte, whatever comes.
    #[default]
    Follow,
    /// At the first kept byte.
    Start,
    /// Here.
    At {
        /// The top row, as long as the cursor can be seen then.
        top: Anchor,
        /// The byte under the cursor.
        spot: Spot,
        /// Where in their rows the cursor keeps while it moves up and down; none after a move within a row.
        column: Option<u16>,
    },
}

/// The name of a row that outlives what arrives, what is trimmed, and a change of view.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Anchor {
    direction: Direction,
    /// The first chunk of its group, among those of both directions: where to look when the bytes are gone.
    seq: u64,
    /// Offset of its first byte.
    offset: u64,
    /// Offsets of the first byte of its row and behind the last one; in the split view, of its row of text.
    unit: (u64, u64),
    part: Part,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Part {
    /// The note about what is not there, before the bytes.
    Mark,
    Bytes,
}

impl Payload {
    /// What is shown of the bytes.
    #[must_use]
    pub const fn view(&self) -> View {
        self.view
    }

    /// Which directions are shown.
    #[must_use]
    pub const fn shown(&self) -> Shown {
        self.shown
    }

    /// Bytes a row.
    #[must_use]
    pub const fn density(&self) -> Density {
        self.density
    }

    /// Whether the newest row stays at the bottom.
    #[must_use]
    pub const fn follows(&self) -> bool {
        matches!(self.place, Place::Follow)
    }

    /// The side that one moves in.
    #[must_use]
    pub const fn side(&self) -> Side {
        match self.view {
            View::Hex | View::Anatomy | View::Readings => Side::Hex,
            View::Text => Side::Text,
            View::Split => self.side,
        }
    }

    /// Hex, text, split, anatomy, readings, and around.
    pub const fn next_view(&mut self) {
        self.view = self.view.step(1);
    }

    /// The other way around.
    pub const fn previous_view(&mut self) {
        self.view = self.view.step(View::COUNT - 1);
    }

    /// In the split view, one moves on the other side from now on.
    pub const fn other_side(&mut self) {
        if matches!(self.view, View::Split) {
            self.side = self.side.other();
        }
    }

    /// Both, received, sent, and around.
    pub const fn next_shown(&mut self) {
        self.shown = self.shown.next();
    }

    /// The other way around.
    pub const fn previous_shown(&mut self) {
        self.shown = self.shown.next().next();
    }

    /// More bytes a row, as far as the pane has room; from the most, as many as fit beside the time and the offset.
    pub fn denser(&mut self, connection: &Connection, size: Size) -> Rearranged {
        let now = self.per_row(self.density, connection, size);
        let more = Density::CHOICES.into_iter().find(|choice| self.per_row(*choice, connection, size) > now);
        self.rearrange(more.unwrap_or_default(), connection, size)
    }

    /// Fewer bytes a row; from the fewest, as many as fit.
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
        Rearranged { before: before.per_row, after: after.per_row, gutters: (before.gutter, after.gutter) }
    }

    /// The bytes that a row of hex would have.
    fn per_row(&self, density: Density, connection: &Connection, size: Size) -> u16 {
        let looked = Self { density, ..self.clone() };
        looked.frame(&looked.document(connection), size).sheet(Side::Hex).columns.per_row
    }

    /// A page of readings on, or back.
    pub fn turn_readings(&mut self, way: Way, connection: &Connection, size: Size) {
        let frame = self.frame(&self.document(connection), size);
        let room = card::room(frame.card.height);
        self.reading = match way {
            Way::On => (self.reading + room).min(card::ROWS.saturating_sub(room)),
            Way::Back => self.reading.saturating_sub(room),
        };
    }

    /// Offsets of the kept bytes of the direction under the cursor.
    #[must_use]
    pub fn kept(&self, connection: &Connection) -> Option<std::ops::Range<u64>> {
        let document = self.document(connection);
        let direction = self.spot(&document)?.direction;
        Some(document.start(direction)..document.history(direction).end())
    }

    /// Another connection is looked at: follows again; how one looks stays.
    pub const fn reset(&mut self) {
        self.place = Place::Follow;
    }

    const fn document<'a>(&self, connection: &'a Connection) -> Document<'a> {
        Document { connection, shown: self.shown }
    }

    fn frame(&self, document: &Document<'_>, size: Size) -> Frame {
        Frame::new(self.view, self.density, size, document.end())
    }

    /// The byte under the cursor, if there is any byte.
    fn spot(&self, document: &Document<'_>) -> Option<Spot> {
        match self.place {
            Place::Follow => document.newest(),
            Place::Start => document.oldest(),
            Place::At { spot, .. } => document.nearest(spot),
        }
    }

    /// The first row of a sheet: where one is, or as little from there as brings the cursor into sight.
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

    /// Whether the byte under the cursor was trimmed away, so that the page moves with what is kept.
    fn is_trimmed(&self, connection: &Connection) -> bool {
        match self.place {
            Place::At { spot, .. } => spot.offset < connection.stream(spot.direction).history.start(),
            Place::Follow | Place::Start => false,
        }
    }
}

/// This row, or one so far above it that no row of a page is empty while there are others above.
fn full(mut top: Walk<'_>, height: u16) -> Walk<'_> {
    let mut last = top.clone();
    let below = (1..height.max(1)).take_while(|_| last.down().is_some()).count();
    top.go(below as i32 - (i32::from(height.max(1)) - 1));
    top
}

/// The top row from which on a byte is within this number of rows.
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

/// The row of a byte, if it is among this number of rows from `top` on.
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

/// The time of day at this offset from UTC: `12:04:31.118`.
fn clock(at: Moment, utc_offset_seconds: i32) -> String {
    format!("{}.{:03}", human::clock(at, utc_offset_seconds), at.0 / 1_000 % 1_000)
}
