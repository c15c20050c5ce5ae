//! The stream pane: which bytes went which way, and which characters they are.
//!
//! A [`Payload`] is only how one looks: the view, the directions, the bytes a row, and a place. The place is a byte of
//! the stream and no number of rows, so nothing that arrives or is trimmed moves what one reads. What is drawn follows
//! from it and from the connection, at a cost that depends on the size of the pane and not on the history:
//! `group` says where the document can be entered, `text` and `hex` make rows of a group, `walk` goes from row to row.
//!
//! Nothing here knows a colour or a place on the screen.

mod decoded;
pub mod geometry;
mod group;
mod hex;
pub mod row;
mod text;
mod walk;

#[cfg(test)]
pub(crate) mod tests;

use ratatui::layout::Size;

use crate::model::{Connection, Direction, Moment};

use super::command::Motion;
use super::human;
use geometry::Layout;
use group::Document;
use row::Row;
use walk::Cursor;

/// What is shown of the bytes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum View {
    /// Hex, and a text column in which each byte has its cell.
    #[default]
    Hex,
    /// Flowing text.
    Text,
    /// Both, side by side.
    Split,
}

impl View {
    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Hex => "hex",
            Self::Text => "text",
            Self::Split => "split",
        }
    }
}

/// Which directions are shown.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Shown {
    /// Both, in the order in which they happened.
    #[default]
    Both,
    /// What was received.
    Received,
    /// What was sent.
    Sent,
}

impl Shown {
    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Both => "both",
            Self::Received => "received",
            Self::Sent => "sent",
        }
    }

    /// Whether a direction is shown.
    #[must_use]
    pub const fn includes(self, direction: Direction) -> bool {
        matches!(
            (self, direction),
            (Self::Both, _) | (Self::Received, Direction::Received) | (Self::Sent, Direction::Sent)
        )
    }
}

/// How many bytes make a row of hex, at most; a row that does not fit is halved.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Density {
    /// As many as fit beside the time and the offset.
    #[default]
    Fit,
    /// 8.
    Eight,
    /// 16, if need be without time and offset.
    Sixteen,
    /// 32, if need be without time and offset.
    ThirtyTwo,
}

impl Density {
    const fn bytes(self) -> Option<u16> {
        match self {
            Self::Fit => None,
            Self::Eight => Some(8),
            Self::Sixteen => Some(16),
            Self::ThirtyTwo => Some(32),
        }
    }
}

/// How one looks at the payload of a connection.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Payload {
    view: View,
    shown: Shown,
    density: Density,
    place: Place,
}

/// What the top row is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Place {
    /// Whatever brings the newest row to the bottom.
    #[default]
    Follow,
    /// The first kept row.
    Start,
    /// This one.
    At(Anchor),
}

/// The name of a row that outlives what arrives, what is trimmed, and a change of view.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Anchor {
    direction: Direction,
    /// The first chunk of its group, among those of both directions: where to look when the bytes are gone.
    seq: u64,
    /// Offset of the first byte in hex; none where the hex of the group has ended and only its text goes on.
    hex: Option<u64>,
    /// Offset of the first byte in the text; none where that has ended.
    text: Option<u64>,
    part: Part,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Part {
    /// The note about what is not there, before the bytes.
    Mark,
    Bytes,
}

/// What is to be drawn.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Page {
    /// Where things stand in a row.
    pub layout: Layout,
    /// The rows, at most as many as the pane has.
    pub rows: Vec<Row>,
    /// Kept bytes above the first row.
    pub above: u64,
    /// Kept bytes below the last row; they are newer than all that is seen.
    pub below: u64,
    /// Kept bytes in all, of the shown directions.
    pub kept: u64,
    /// Bytes that came before the kept ones, missed ones among them.
    pub trimmed: u64,
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

    /// Hex, text, split, and around.
    pub const fn next_view(&mut self) {
        self.view = match self.view {
            View::Hex => View::Text,
            View::Text => View::Split,
            View::Split => View::Hex,
        };
    }

    /// The other way around.
    pub const fn previous_view(&mut self) {
        self.view = match self.view {
            View::Hex => View::Split,
            View::Text => View::Hex,
            View::Split => View::Text,
        };
    }

    /// Both, received, sent, and around.
    pub const fn next_shown(&mut self) {
        self.shown = match self.shown {
            Shown::Both => Shown::Received,
            Shown::Received => Shown::Sent,
            Shown::Sent => Shown::Both,
        };
    }

    /// The other way around.
    pub const fn previous_shown(&mut self) {
        self.shown = match self.shown {
            Shown::Both => Shown::Sent,
            Shown::Received => Shown::Both,
            Shown::Sent => Shown::Received,
        };
    }

    /// More bytes a row: the next step, from "as many as fit" the largest, and from the largest "as many as fit".
    pub const fn denser(&mut self) {
        self.density = match self.density {
            Density::Eight => Density::Sixteen,
            Density::Sixteen | Density::Fit => Density::ThirtyTwo,
            Density::ThirtyTwo => Density::Fit,
        };
    }

    /// Fewer bytes a row: the next step, from "as many as fit" the smallest, and from the smallest "as many as fit".
    pub const fn sparser(&mut self) {
        self.density = match self.density {
            Density::ThirtyTwo => Density::Sixteen,
            Density::Sixteen | Density::Fit => Density::Eight,
            Density::Eight => Density::Fit,
        };
    }

    /// Another connection is looked at: follows again; how one looks stays.
    pub const fn reset(&mut self) {
        self.place = Place::Follow;
    }

    /// Follows the newest, or stays at this page.
    pub fn toggle_follow(&mut self, connection: &Connection, size: Size) {
        if self.follows() {
            self.scroll(Motion::Rows(0), connection, size);
        } else {
            self.place = Place::Follow;
        }
    }

    /// Moves; `size` is that of the pane inside its border. Whoever scrolls down to the last page follows again, and a
    /// move of no rows stays here, whatever comes.
    pub fn scroll(&mut self, motion: Motion, connection: &Connection, size: Size) {
        let page = i32::from(size.height.max(1));
        let half = (page / 2).max(1);
        let rows = match motion {
            Motion::End => {
                self.place = Place::Follow;
                return;
            }
            Motion::Start => {
                self.place = Place::Start;
                return;
            }
            Motion::RowUp => -1,
            Motion::RowDown => 1,
            Motion::PageUp => -page,
            Motion::PageDown => page,
            Motion::HalfUp => -half,
            Motion::HalfDown => half,
            Motion::Rows(rows) => rows,
        };
        if self.follows() && rows > 0 {
            return;
        }
        let Some(mut top) = self.top(connection, size) else {
            if rows == 0 {
                self.place = Place::Start;
            }
            return;
        };
        let before = top.anchor();
        top.go(rows);
        // Nothing to scroll to is no reason to stop following.
        if rows < 0 && self.follows() && top.anchor() == before {
            return;
        }
        self.place = Place::At(top.anchor());
        if rows > 0 && is_last_page(top, size) {
            self.place = Place::Follow;
        }
    }

    /// What is to be drawn into a pane of this size inside its border.
    #[must_use]
    pub fn page(&self, connection: &Connection, size: Size, utc_offset_seconds: i32) -> Page {
        let document = Document { connection, shown: self.shown };
        let mut page = Page {
            layout: self.layout(&document, size),
            rows: Vec::new(),
            above: 0,
            below: 0,
            kept: document.bytes(),
            trimmed: document.bytes_trimmed(),
        };
        let Some(mut cursor) = self.top(connection, size).filter(|_| size.height > 0) else { return page };
        page.above = cursor.above();
        loop {
            page.rows.push(cursor.row(utc_offset_seconds));
            if page.rows.len() == usize::from(size.height) || cursor.down().is_none() {
                break;
            }
        }
        page.below = cursor.below();
        page
    }

    fn layout(&self, document: &Document<'_>, size: Size) -> Layout {
        Layout::new(self.view, self.density, size.width, document.end())
    }

    /// The first row of the page, if there is any.
    fn top<'a>(&self, connection: &'a Connection, size: Size) -> Option<Cursor<'a>> {
        let document = Document { connection, shown: self.shown };
        let layout = self.layout(&document, size);
        match &self.place {
            Place::Start => Cursor::first(document, layout),
            Place::At(anchor) => Cursor::resolve(document, layout, anchor),
            Place::Follow => {
                let mut cursor = Cursor::last(document, layout)?;
                cursor.go(1 - i32::from(size.height.max(1)));
                Some(cursor)
            }
        }
    }
}

/// Whether all rows from here on fit.
fn is_last_page(mut top: Cursor<'_>, size: Size) -> bool {
    (0..size.height.max(1)).any(|_| top.down().is_none())
}

/// The time of day at this offset from UTC: `12:04:31.118`.
fn clock(at: Moment, utc_offset_seconds: i32) -> String {
    format!("{}.{:03}", human::clock(at, utc_offset_seconds), at.0 / 1_000 % 1_000)
}
