//! The names of rows, and the times beside them.

use crate::app::format;
use crate::app::stream::view::Channel;
use crate::event::Timestamp;

/// A name of a row that stays valid when bytes arrive or are trimmed and when the view changes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Anchor {
    pub(super) channel: Channel,
    /// The sequence number of the first chunk of its segment, counted over both directions: where to look when the
    /// bytes are gone.
    pub(super) seq: u64,
    /// Stream offset of its first byte.
    pub(super) offset: u64,
    /// Stream offset of the first byte of its row; in the split view, of its row of text.
    pub(super) row_start: u64,
    /// Stream offset behind the last byte of the same row.
    pub(super) row_end: u64,
    pub(super) part: AnchorPart,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum AnchorPart {
    /// The note about missing bytes, before the bytes.
    Gap,
    /// What stands above the bytes of a message.
    Note,
    Bytes,
}

/// Formats the time of day at this offset from UTC with milliseconds: `12:04:31.118`.
pub(super) fn clock(at: Timestamp, utc_offset_seconds: i32) -> String {
    format!("{}.{:03}", format::clock(at, utc_offset_seconds), at.0 / 1_000 % 1_000)
}
