//! The contents of the stream pane for one frame.

use ratatui::layout::Size;

use crate::model::Connection;

use super::geometry::BytePanel;
use super::inspector::Inspector;
use super::position::Unit;
use super::row::StreamRow;
use super::row_cursor::RowCursor;
use super::seek::MalformedSequences;
use crate::app::stream::inspector;
use crate::app::stream::pane::StreamView;
use crate::app::stream::view::View;
use crate::bytes::encoding::Encoding;

/// The contents of the stream pane for one frame.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StreamFrame {
    /// The parts with bytes, left to right.
    pub panels: Vec<PanelRows>,
    /// The inspector of the byte under the cursor, where the view has room for it.
    pub inspector: Option<Inspector>,
    /// The numbers beside the anatomy, where there is room for both.
    pub numbers: Option<Inspector>,
    /// The character or sequence under the cursor.
    pub unit: Option<Unit>,
    /// Whether the anchored byte is still kept.
    pub anchor_state: AnchorState,
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
    pub overview: Vec<bool>,
}

/// Whether the anchor of the view is still valid.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AnchorState {
    /// The anchored byte is kept.
    Kept,
    /// The anchored byte was trimmed: the view moves with the kept bytes.
    Trimmed,
}

/// A part of the pane with its rows, at most as many as it has room for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PanelRows {
    /// Its area and the layout of its rows.
    pub panel: BytePanel,
    /// The rows.
    pub rows: Vec<StreamRow>,
}

impl StreamView {
    /// Returns the encoding that the bytes around the cursor likely have.
    pub(super) fn likely_encoding(&self, connection: &Connection) -> Option<Encoding> {
        let transcript = self.transcript(connection);
        let unit = self.cursor(&transcript).and_then(|position| transcript.unit(position))?;
        Some(inspector::likely(&transcript, &unit).encoding)
    }

    /// Returns the contents for a pane of this size inside its border.
    #[must_use]
    pub fn frame(&self, connection: &Connection, size: Size, utc_offset_seconds: i32) -> StreamFrame {
        let transcript = self.transcript(connection);
        let layout = self.layout(&transcript, size);
        let unit = self.cursor(&transcript).and_then(|position| transcript.unit(position));
        let inspector = unit.as_ref().filter(|_| !layout.inspector.is_empty()).map(|unit| {
            let within = layout.inspector;
            match self.view {
                View::Readings => inspector::readings(&transcript, unit, within, self.reading),
                View::Numbers => inspector::numbers(&transcript, unit, within, self.reading),
                _ => {
                    let page = self.anatomy_page(unit);
                    inspector::anatomy(&transcript, unit, within, utc_offset_seconds, page)
                }
            }
        });
        let numbers = unit.as_ref().filter(|_| !layout.numbers.is_empty());
        // Their pages are turned in the view of numbers only.
        let numbers = numbers.map(|unit| Inspector {
            continues: false,
            ..inspector::numbers(&transcript, unit, layout.numbers, 0)
        });
        let mut frame = StreamFrame {
            panels: Vec::new(),
            inspector,
            numbers,
            unit,
            anchor_state: if self.is_trimmed(connection) { AnchorState::Trimmed } else { AnchorState::Kept },
            above: 0,
            below: 0,
            kept: transcript.bytes(),
            trimmed: transcript.bytes_trimmed(),
            overview: Vec::new(),
        };
        for panel in &layout.panels {
            let rows = self.top(transcript, panel).map(|top| {
                let (rows, last) = rows(&top, panel.area.height, utc_offset_seconds);
                if panel.format == self.format() {
                    (frame.above, frame.below) = (top.above(), last.below());
                }
                rows
            });
            frame.panels.push(PanelRows { panel: *panel, rows: rows.unwrap_or_default() });
        }
        if frame.above + frame.below > 0 {
            frame.overview = transcript.overview(&MalformedSequences, size.height);
        }
        frame
    }
}

/// Returns the rows that fill this height from `top` on, and a cursor at the last of them.
fn rows<'a>(top: &RowCursor<'a>, height: u16, utc_offset_seconds: i32) -> (Vec<StreamRow>, RowCursor<'a>) {
    let mut row_cursor = top.clone();
    let mut rows = Vec::with_capacity(usize::from(height));
    while rows.len() < usize::from(height) {
        rows.push(row_cursor.row(utc_offset_seconds, rows.is_empty()));
        if rows.len() == usize::from(height) || row_cursor.down().is_none() {
            break;
        }
    }
    (rows, row_cursor)
}
