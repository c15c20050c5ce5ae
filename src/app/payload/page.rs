//! The contents of the stream pane for one frame.

use ratatui::layout::Size;

use crate::model::Connection;

use super::card::Card;
use super::geometry::Sheet;
use super::row::Row;
use super::spot::Unit;
use super::walk::Walk;
use super::{Payload, View, card};

/// The contents of the stream pane for one frame.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Page {
    /// The parts with bytes, left to right.
    pub sheets: Vec<Rows>,
    /// The inspector of the byte under the cursor, where the view has room for it.
    pub card: Option<Card>,
    /// The character or sequence under the cursor.
    pub unit: Option<Unit>,
    /// Whether the anchored byte is still kept.
    pub hold: Hold,
    /// Kept bytes above the first row of the format that the cursor moves in.
    pub above: u64,
    /// Kept bytes below its last row; they are newer than all visible ones.
    pub below: u64,
    /// Kept bytes of the shown directions in all.
    pub kept: u64,
    /// Bytes before the kept ones, missed bytes included.
    pub trimmed: u64,
    /// The transcript from top to bottom, divided into as many parts as the pane has rows: whether a malformed
    /// sequence begins in each.
    pub ruler: Vec<bool>,
}

/// Whether the anchor of the view is still valid.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Hold {
    /// The anchored byte is kept.
    Kept,
    /// The anchored byte was trimmed: the view moves with the kept bytes.
    Trimmed,
}

/// A part of the pane with its rows, at most as many as it has room for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rows {
    /// Its area and the layout of its rows.
    pub sheet: Sheet,
    /// The rows.
    pub rows: Vec<Row>,
}

impl Payload {
    /// Returns the contents for a pane of this size inside its border.
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

/// Returns the rows that fill this height from `top` on, and a cursor at the last of them.
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
