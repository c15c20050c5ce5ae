//! The notes that the user has written on connections.

use std::collections::BTreeMap;

use crate::event::ConnectionId;
use crate::model::Model;

/// Notes by connection, as they were typed. A note is dropped when the model forgets its connection.
#[derive(Debug, Default)]
pub struct Notes {
    known: BTreeMap<ConnectionId, String>,
}

impl Notes {
    /// Returns the note on a connection, if there is one.
    #[must_use]
    pub fn of(&self, id: ConnectionId) -> Option<&str> {
        self.known.get(&id).map(String::as_str)
    }

    /// Writes a note on a connection in the place of the one before; an empty one only removes that.
    pub(crate) fn write(&mut self, id: ConnectionId, note: &str) {
        let note = note.trim();
        if note.is_empty() {
            self.known.remove(&id);
        } else {
            self.known.insert(id, note.to_owned());
        }
    }

    /// Drops the notes on connections that the model has forgotten.
    pub(crate) fn prune(&mut self, model: &Model) {
        self.known.retain(|&id, _| model.connection(id).is_some());
    }
}
