//! Bytes that the user has marked with a letter, as the stream shows them.

use crate::app::stream::pane::StreamView;
use crate::app::stream::view::Channel;
use crate::event::StreamId;
use crate::model::Connection;

/// The place of a byte among all streams.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct BytePlace {
    /// The stream.
    pub stream: StreamId,
    /// The offset of the byte.
    pub offset: u64,
}

/// A byte that the user has marked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MarkedByte {
    /// The letter of the mark.
    pub letter: char,
    /// The byte.
    pub place: BytePlace,
}

impl MarkedByte {
    /// Returns whether the byte belongs to this channel.
    #[must_use]
    pub fn is_in(&self, channel: Channel) -> bool {
        channel.id(self.place.stream.connection) == self.place.stream
    }
}

impl StreamView {
    /// Returns the place of the byte under the cursor.
    #[must_use]
    pub fn place_of_cursor(&self, connection: &Connection) -> Option<BytePlace> {
        let position = self.cursor(&self.transcript(connection))?;
        Some(BytePlace { stream: position.channel.id(connection.id), offset: position.offset })
    }

    /// Divides the transcript into equal parts, top to bottom, and returns the letter of a mark in each that has one. The
    /// marks are those of this connection.
    #[must_use]
    pub fn mark_overview(
        &self,
        marks: &[MarkedByte],
        connection: &Connection,
        parts: u16,
    ) -> Vec<Option<char>> {
        let transcript = self.transcript(connection);
        let kept = u128::from(transcript.bytes()).max(1);
        let mut overview = vec![None; usize::from(parts)];
        for MarkedByte { letter, place } in marks {
            let shown = Channel::of(place.stream).and_then(|channel| {
                transcript.byte_at(channel, place.offset)?;
                transcript.find(channel, place.offset)
            });
            let Some(segment) = shown else { continue };
            let before = u128::from(transcript.bytes_before(&segment, place.offset));
            let part = (before * u128::from(parts) / kept) as usize;
            if let Some(sign) = overview.get_mut(part) {
                sign.get_or_insert(*letter);
            }
        }
        overview
    }
}
