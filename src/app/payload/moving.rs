//! Cursor movement and scrolling in the stream pane.

use ratatui::layout::{Position, Size};

use crate::app::command::Motion;
use crate::model::Connection;

use super::geometry::Sheet;
use super::group::Document;
use super::seek::End;
use super::spot::{Spot, Way};
use super::walk::Walk;
use super::{Payload, Place, Side, full, in_sight, row_of};

impl Payload {
    /// Follows the newest byte, or stops following at the current view.
    pub fn toggle_follow(&mut self, connection: &Connection, size: Size) {
        if !self.follows() {
            self.place = Place::Follow;
            return;
        }
        let document = self.document(connection);
        let frame = self.frame(&document, size);
        self.place = match (self.spot(&document), self.top(document, frame.sheet(self.side()))) {
            (Some(spot), Some(top)) => Place::At { top: top.anchor(), spot, column: None },
            _ => Place::Start,
        };
    }

    /// Moves by rows; `size` is that of the pane inside its border. Only [`Motion::End`] follows: a cursor that
    /// reaches the last row stays on its byte.
    pub fn scroll(&mut self, motion: Motion, connection: &Connection, size: Size) {
        let document = self.document(connection);
        let frame = self.frame(&document, size);
        let sheet = *frame.sheet(self.side());
        let page = i32::from(sheet.area.height.max(1));
        let half = (page / 2).max(1);
        match motion {
            Motion::End => self.place = Place::Follow,
            Motion::Start => self.place = Place::Start,
            Motion::RowUp => self.go(&document, &sheet, -1, Page::Stays),
            Motion::RowDown => self.go(&document, &sheet, 1, Page::Stays),
            Motion::PageUp => self.go(&document, &sheet, -page, Page::Moves),
            Motion::PageDown => self.go(&document, &sheet, page, Page::Moves),
            Motion::HalfUp => self.go(&document, &sheet, -half, Page::Moves),
            Motion::HalfDown => self.go(&document, &sheet, half, Page::Moves),
            Motion::Rows(rows) => self.roll(&document, &sheet, rows),
        }
    }

    /// Moves the cursor by rows.
    fn go(&mut self, document: &Document<'_>, sheet: &Sheet, rows: i32, page: Page) {
        if self.follows() && rows > 0 {
            return;
        }
        let height = sheet.area.height;
        let (Some(spot), Some(mut top)) = (self.spot(document), self.top(*document, sheet)) else { return };
        let Some(mut row) = row_of(&top, spot, height) else { return };
        let kept = match self.place {
            Place::At { column, .. } => column,
            Place::Follow | Place::Start => None,
        };
        let column = kept.unwrap_or_else(|| row.column_of(spot.offset));
        row.go_to_bytes(rows);
        let Some(there) = row.spot_at(column) else { return };
        let stuck = row.reaches(spot);
        let before = top.anchor();
        // Where there is no other row of text, the rows of hex beside it may be out of view.
        if stuck || page == Page::Moves {
            top.go(rows);
        }
        let spot = if stuck { spot } else { there };
        let top = in_sight(top, spot, height).anchor();
        if !(stuck && self.follows() && top == before) {
            self.place = Place::At { top, spot, column: Some(column) };
        }
    }

    /// Scrolls the view under the cursor, which moves only at the edges of the view.
    fn roll(&mut self, document: &Document<'_>, sheet: &Sheet, rows: i32) {
        if self.follows() && rows >= 0 {
            return;
        }
        let height = sheet.area.height.max(1);
        let Some(mut top) = self.top(*document, sheet) else { return };
        let before = top.anchor();
        top.go(rows);
        if rows < 0 && self.follows() && top.anchor() == before {
            return;
        }
        top = full(top, height);
        let Some(spot) = self.spot(document) else { return };
        loop {
            let seen =
                if row_of(&top, spot, height).is_some() { Some(spot) } else { edge(&top, spot, height) };
            if let Some(spot) = seen {
                self.place = Place::At { top: top.anchor(), spot, column: None };
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
    pub fn step(&mut self, way: Way, connection: &Connection, size: Size) {
        let document = self.document(connection);
        let there = self.spot(&document).and_then(|spot| match self.side() {
            Side::Hex => document.step(spot, way),
            Side::Text => document.step_unit(spot, way),
        });
        if let Some(spot) = there {
            self.jump(spot, connection, size);
        }
    }

    /// Moves to the next malformed sequence and wraps at the end; from a cursor that follows, to the last one.
    pub fn seek_malformed(&mut self, way: Way, connection: &Connection, size: Size) -> Found {
        let document = self.document(connection);
        let next = match (way, self.follows()) {
            // A cursor that follows stands behind everything, and may be on a malformed sequence already.
            (Way::On, true) => document.outermost_malformed(End::Last),
            _ => self.spot(&document).and_then(|spot| document.seek_malformed(spot, way)),
        };
        let wrapped = || document.outermost_malformed(if way == Way::On { End::First } else { End::Last });
        let (found, spot) = match next.or_else(wrapped) {
            Some(spot) => (if next.is_some() { Found::There } else { Found::Wrapped }, spot),
            None => return Found::Nothing,
        };
        self.jump(spot, connection, size);
        found
    }

    /// Moves to this offset in the direction under the cursor; returns whether its byte is kept.
    pub fn go_to(&mut self, offset: u64, connection: &Connection, size: Size) -> Found {
        let document = self.document(connection);
        let way = self.spot(&document).map(|spot| spot.direction);
        match way.and_then(|direction| document.spot(direction, offset)) {
            None => Found::Nothing,
            Some(spot) => {
                self.jump(spot, connection, size);
                Found::There
            }
        }
    }

    /// Moves the cursor to this byte, and scrolls only if necessary.
    fn jump(&mut self, spot: Spot, connection: &Connection, size: Size) {
        let document = self.document(connection);
        let frame = self.frame(&document, size);
        let sheet = frame.sheet(self.side());
        if let Some(top) = self.top(document, sheet) {
            let top = in_sight(top, spot, sheet.area.height).anchor();
            self.place = Place::At { top, spot, column: None };
        }
    }

    /// Moves the cursor to the byte at a place of the pane, relative to its upper left corner inside the border.
    pub fn pick(&mut self, at: Position, connection: &Connection, size: Size) {
        let document = self.document(connection);
        let frame = self.frame(&document, size);
        let Some(sheet) = frame.sheets.iter().find(|sheet| sheet.area.contains(at)) else { return };
        let Some(mut row) = self.top(document, sheet) else { return };
        for _ in 0..at.y - sheet.area.y {
            if row.down().is_none() {
                return;
            }
        }
        if at.y > sheet.area.y && row.is_blank() {
            return;
        }
        if let Some(spot) = row.spot_at(sheet.columns.column_at(at.x - sheet.area.x)) {
            self.side = sheet.side;
            self.jump(spot, connection, size);
        }
    }
}

/// The result of a search.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Found {
    /// The cursor is at the result.
    There,
    /// The cursor is at the result; the search wrapped at an end of the transcript.
    Wrapped,
    /// There is no result.
    Nothing,
}

/// Whether the view scrolls with the cursor.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Page {
    Stays,
    Moves,
}

/// Returns the visible byte nearest to one that is out of view: in the first row with bytes, or in the last one.
fn edge(top: &Walk<'_>, spot: Spot, height: u16) -> Option<Spot> {
    let column = top.row_of(spot).map_or(0, |row| row.column_of(spot.offset));
    let mut row = top.clone();
    let above = top.is_below(spot);
    let mut nearest = row.own_spot_at(column);
    for _ in 1..height {
        if (above && nearest.is_some()) || row.down().is_none() {
            break;
        }
        nearest = row.own_spot_at(column).or(nearest);
    }
    nearest
}
