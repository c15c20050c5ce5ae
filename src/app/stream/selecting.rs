//! Selecting bytes with the cursor.

use crate::app::stream::pane::StreamView;
use crate::app::stream::position::UnitKind;
use crate::app::stream::selection::{SelectedBytes, Selection, SelectionUnit};
use crate::model::Connection;

impl StreamView {
    /// Begins a selection at the cursor, or ends it.
    pub fn toggle_selection(&mut self, connection: &Connection) {
        if self.selection.take().is_none() {
            self.select(SelectionUnit::Bytes, connection);
        }
    }

    /// Selects other units; begins with messages if they are told apart, or else with lines.
    pub fn next_selection_unit(&mut self, connection: &Connection) {
        if self.selection.is_none() {
            self.select(SelectionUnit::Bytes, connection);
        }
        let transcript = self.transcript(connection);
        if let Some(selection) = &mut self.selection {
            selection.next_unit(&transcript);
        }
    }

    fn select(&mut self, unit: SelectionUnit, connection: &Connection) {
        let cursor = self.cursor(&self.transcript(connection));
        self.pressed = None;
        self.selection = cursor.map(|position| Selection::at(position, unit));
    }

    /// Ends the selection. Returns whether there was one.
    pub const fn end_selection(&mut self) -> bool {
        self.selection.take().is_some()
    }

    /// Returns what is selected, as far as it is kept and shown.
    #[must_use]
    pub fn selected(&self, connection: &Connection) -> Option<SelectedBytes> {
        let transcript = self.transcript(connection);
        self.selection?.bytes(self.cursor(&transcript)?, &transcript)
    }

    /// Returns the kept bytes of the direction under the cursor.
    #[must_use]
    pub fn kept_bytes(&self, connection: &Connection) -> Option<SelectedBytes> {
        let transcript = self.transcript(connection);
        let cursor = self.cursor(&transcript)?;
        transcript.extended(cursor.channel, 0..u64::MAX, SelectionUnit::Bytes)
    }

    /// Returns the message under the cursor if messages are told apart, or else the read or write.
    #[must_use]
    pub fn piece_under_cursor(&self, connection: &Connection) -> Option<SelectedBytes> {
        let transcript = self.transcript(connection);
        let cursor = self.cursor(&transcript)?;
        let messages = transcript.messages(cursor.channel);
        let unit = if messages.is_some_and(|messages| messages.at(cursor.offset).is_some()) {
            SelectionUnit::Messages
        } else {
            SelectionUnit::Chunks
        };
        transcript.extended(cursor.channel, cursor.offset..cursor.offset + 1, unit)
    }

    /// Returns what can be copied without a selection: the message, read or write under the cursor, and the character or
    /// malformed part. The malformed part comes first if the user has moved to it.
    #[must_use]
    pub fn pieces_under_cursor(
        &self,
        connection: &Connection,
    ) -> Option<(SelectedBytes, Option<SelectedBytes>)> {
        let piece = self.piece_under_cursor(connection)?;
        let transcript = self.transcript(connection);
        let unit = self.cursor(&transcript).and_then(|cursor| transcript.unit(cursor));
        let Some(unit) = unit.filter(|unit| unit.range != piece.range) else { return Some((piece, None)) };
        let part = SelectedBytes { channel: unit.channel, range: unit.range, unit: SelectionUnit::Bytes };
        let is_malformed = matches!(unit.kind, UnitKind::Malformed(_));
        Some(if is_malformed && !self.follows() { (part, Some(piece)) } else { (piece, Some(part)) })
    }
}
