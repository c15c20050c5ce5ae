//! The bytes of a replay that are not as they were recorded.

use std::ops::Range;

use crate::app::recording::Replay;
use crate::app::stream::{BytePlace, Channel};
use crate::bytes::hex;
use crate::event::ConnectionId;
use crate::ui::glyphs;

/// The bytes of a connection that are not as they were recorded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct DifferentBytes {
    channel: Channel,
    ranges: Vec<Range<u64>>,
}

impl DifferentBytes {
    /// Whether any byte of a range is not as it was recorded.
    pub(super) fn has_any_of(&self, channel: Channel, bytes: &Range<u64>) -> bool {
        let overlaps = |range: &Range<u64>| range.start < bytes.end && bytes.start < range.end;
        self.channel == channel && self.ranges.iter().any(overlaps)
    }
}

/// The bytes of a connection that are not as they were recorded, if there are any.
pub(super) fn bytes(replay: &Replay, id: ConnectionId) -> Option<DifferentBytes> {
    let (channel, ranges) = (Channel::of(replay.stream(id))?, replay.different_in(id));
    (!ranges.is_empty()).then_some(DifferentBytes { channel, ranges })
}

/// What was recorded in the place of a byte, behind a separator; empty if it is the same.
pub(super) fn recorded(replay: &Replay, place: BytePlace) -> String {
    match replay.expected_at(place.stream, place.offset) {
        Some(Some(byte)) => format!(" {} recorded: {}", glyphs::DOT, hex::pair(byte)),
        Some(None) => format!(" {} recorded: nothing", glyphs::DOT),
        None => String::new(),
    }
}
