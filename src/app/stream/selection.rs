//! The selection: bytes of one direction, from where it began to the cursor.

use std::ops::Range;

use crate::app::stream::position::BytePosition;
use crate::app::stream::segment::Transcript;
use crate::app::stream::view::Channel;
use crate::model::history::History;

/// The end of a line is looked for this far from the ends of a selection, and in pieces of [`PIECE`] bytes.
const LONGEST_LINE: u64 = 1 << 20;
const PIECE: u64 = 4_096;

/// What a selection consists of.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum SelectionUnit {
    /// Bytes.
    #[default]
    Bytes,
    /// Whole lines.
    Lines,
    /// Whole reads or writes.
    Chunks,
    /// Whole messages.
    Messages,
}

impl SelectionUnit {
    /// Returns the word for the unit.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Bytes => "bytes",
            Self::Lines => "lines",
            Self::Chunks => "reads",
            Self::Messages => "messages",
        }
    }

    /// Returns the unit that is chosen after this one. Messages come first where they are told apart.
    const fn next(self, has_messages: bool) -> Self {
        match self {
            Self::Bytes if has_messages => Self::Messages,
            Self::Bytes | Self::Messages => Self::Lines,
            Self::Lines => Self::Chunks,
            Self::Chunks => Self::Bytes,
        }
    }
}

/// A selection that has begun.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Selection {
    channel: Channel,
    /// The offset of the byte at which it began.
    anchor: u64,
    unit: SelectionUnit,
}

/// Bytes that were selected.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SelectedBytes {
    /// The stream.
    pub channel: Channel,
    /// The offsets; at least one byte.
    pub range: Range<u64>,
    /// What the selection consists of.
    pub unit: SelectionUnit,
}

impl Selection {
    /// Returns a selection that begins at this byte.
    pub(super) const fn at(position: BytePosition, unit: SelectionUnit) -> Self {
        Self { channel: position.channel, anchor: position.offset, unit }
    }

    /// Selects other units.
    pub(super) fn next_unit(&mut self, transcript: &Transcript<'_>) {
        self.unit = self.unit.next(transcript.messages(self.channel).is_some());
    }

    /// Returns what is selected while the cursor is at this byte, as far as it is kept and shown.
    pub(super) fn bytes(self, cursor: BytePosition, transcript: &Transcript<'_>) -> Option<SelectedBytes> {
        let Self { channel, anchor, unit } = self;
        if !transcript.direction_filter.includes(channel) {
            return None;
        }
        let range = if cursor.channel == channel {
            anchor.min(cursor.offset)..anchor.max(cursor.offset) + 1
        } else {
            // The cursor stands between two bytes of the direction.
            let at = transcript.offset_of_seq(channel, cursor.seq);
            if at > anchor { anchor..at } else { at..anchor + 1 }
        };
        transcript.extended(channel, range, unit)
    }
}

impl Transcript<'_> {
    /// Extends a range to whole units, as far as they are kept.
    pub(super) fn extended(
        &self,
        channel: Channel,
        range: Range<u64>,
        unit: SelectionUnit,
    ) -> Option<SelectedBytes> {
        let history = self.history(channel);
        let (start, end) = (range.start.max(self.start(channel)), range.end.min(history.end()));
        let range = match unit {
            _ if start >= end => return None,
            SelectionUnit::Bytes => start..end,
            SelectionUnit::Messages => self.whole_messages(channel, start..end),
            SelectionUnit::Lines => line_start(history, start)..line_end(history, end),
            SelectionUnit::Chunks => {
                let chunk = |offset| Some(&history.chunks()[history.chunk_of(offset)?]);
                let first = chunk(start).map_or(start, |chunk| chunk.offset.max(history.start()));
                first..chunk(end - 1).map_or(end, |chunk| chunk.end())
            }
        };
        Some(SelectedBytes { channel, range, unit })
    }
}

/// The offset of the first byte of the line of the byte at `from`.
fn line_start(history: &History, from: u64) -> u64 {
    let lowest = from.saturating_sub(LONGEST_LINE).max(history.start());
    let mut end = from;
    while end > lowest {
        let start = end.saturating_sub(PIECE).max(lowest);
        let found = history.slices(start..end).filter_map(|(offset, data)| {
            let place = data.iter().rposition(|byte| *byte == b'\n')?;
            Some(offset + place as u64 + 1)
        });
        if let Some(found) = found.last() {
            return found;
        }
        end = start;
    }
    lowest
}

/// The offset behind the line feed that ends the line of the byte before `to`.
fn line_end(history: &History, to: u64) -> u64 {
    let highest = to.saturating_add(LONGEST_LINE).min(history.end());
    let mut found = history.slices(to.saturating_sub(1)..highest).filter_map(|(offset, data)| {
        let place = data.iter().position(|byte| *byte == b'\n')?;
        Some(offset + place as u64 + 1)
    });
    found.next().unwrap_or(highest)
}
