//! What is to be drawn of the pane.

use ratatui::layout::Size;

use crate::model::Connection;

use super::card::Card;
use super::geometry::Sheet;
use super::row::Row;
use super::spot::Unit;
use super::walk::Walk;
use super::{Payload, View, card};

/// What is to be drawn.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Page {
    /// The sheets, left to right.
    pub sheets: Vec<Rows>,
    /// What is said about the byte under the cursor, where the view has room for it.
    pub card: Option<Card>,
    /// What the cursor is on.
    pub unit: Option<Unit>,
    /// Whether the byte that one was at is still kept.
    pub hold: Hold,
    /// Kept bytes above the first row of the side that one moves in.
    pub above: u64,
    /// Kept bytes below its last row; they are newer than all that is seen.
    pub below: u64,
    /// Kept bytes in all, of the shown directions.
    pub kept: u64,
    /// Bytes that came before the kept ones, missed ones among them.
    pub trimmed: u64,
    /// The document from top to bottom in as many parts as the pane has rows: whether a malformed part begins in each.
    pub ruler: Vec<bool>,
}

/// Whether a page stays.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Hold {
    /// Its bytes are kept.
    Kept,
    /// They were trimmed away: it moves with what is kept.
    Trimmed,
}

/// A sheet and its rows, at most as many as it has room for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rows {
    /// Where it is, and where things stand in a row.
    pub sheet: Sheet,
    /// The rows.
    pub rows: Vec<Row>,
}

impl Payload {
    /// What is to be drawn into a pane of this size inside its border.
    #[must_use]
    pub fn page(&self, connection: &Connection, size: Size, utc_offset_seconds: i32) -> Page {
        let document = self.document(connection);
        let frame = self.frame(&document, size);
        let unit = self.spot(&document).and_then(|spot| document.unit(spot));
        let card = unit.as_ref().filter(|_| !frame.card.is_empty()).map(|unit| {
            let within = frame.card;
            let size = within.as_size();
            let (lines, caption) = match self.view {
                View::Readings => card::readings(&document, unit, size, self.reading),
                _ => (card::anatomy(&document, unit, size, utc_offset_seconds), String::new()),
            };
            Card { area: within, lines, caption }
        });
        let mut page = Page {
            sheets: Vec::new(),
            card,
            unit,
            hold: if self.is_trimmed(connection) { Hold::Trimmed } else { Hold::Kept },
            above: 0,
            below: 0,
            kept: document.bytes(),
            trimmed: document.bytes_trimmed(),
            ruler: Vec::new(),
        };
        for sheet in &frame.sheets {
            let rows = self.top(document, sheet).map(|top| {
                let (rows, last) = rows(&top, sheet.area.height, utc_offset_seconds);
                if sheet.side == self.side() {
                    (page.above, page.below) = (top.above(), last.below());
                }
                rows
            });
            page.sheets.push(Rows { sheet: *sheet, rows: rows.unwrap_or_default() });
        }
        if page.above + page.below > 0 {
            page.ruler = document.ruler(size.height);
        }
        page
    }
}

/// The rows that fill this height from `top` on, and the last of them.
fn rows<'a>(top: &Walk<'a>, height: u16, utc_offset_seconds: i32) -> (Vec<Row>, Walk<'a>) {
    let mut walk = top.clone();
    let mut rows = Vec::with_capacity(usize::from(height));
    while rows.len() < usize::from(height) {
        rows.push(walk.row(utc_offset_seconds, rows.is_empty()));
        if rows.len() == usize::from(height) || walk.down().is_none() {
            break;
        }
    }
    (rows, walk)
}
