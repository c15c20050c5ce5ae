//! Bytes that are taken away, as they were when the menu or the prompt was opened.

use crate::app::export::words;
use crate::app::stream::SelectedBytes;
use crate::bytes::export::{Source, Target};
use crate::model::Connection;

/// Bytes that are taken away.
#[derive(Debug, Default)]
pub(super) struct Taken {
    pub(super) bytes: Vec<u8>,
    /// The offset of the first one.
    pub(super) offset: u64,
    /// Where the bytes are from, in words.
    pub(super) origin: String,
    /// The suggested name of a file for them, without its extension.
    pub(super) file_name: String,
}

impl Taken {
    /// Returns a copy of bytes of a connection.
    pub(super) fn of(selected: &SelectedBytes, connection: &Connection) -> Self {
        let SelectedBytes { channel, range, .. } = selected;
        Self {
            bytes: channel.stream(connection).history.copy(range.clone()),
            offset: range.start,
            origin: words::describe(selected, connection.id),
            file_name: words::stream_file(connection.id, *channel, range.start),
        }
    }

    /// Returns the bytes as a form needs them.
    pub(super) fn source<'a>(&'a self, target: &'a Target) -> Source<'a> {
        Source { bytes: &self.bytes, offset: self.offset, target }
    }
}
