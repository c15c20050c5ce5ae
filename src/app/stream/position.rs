//! The cursor: one byte of the transcript, and the unit (character, malformed sequence, pending bytes) that it
//! belongs to.
//!
//! Both halves of the split view, the anatomy and the readings are about this one byte; that is what links them.

use std::ops::Range;

use crate::app::stream::view::Channel;
use crate::bytes::utf8::{Reason, UnitRole};

use super::decoded::{REACH, reach_back, reach_on, roles};
use super::segment::Transcript;

/// The position of a byte in the transcript.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct BytePosition {
    pub(super) channel: Channel,
    pub(super) offset: u64,
    /// The sequence number of its chunk, counted over both directions: where to look when the byte is not shown any
    /// more.
    pub(super) seq: u64,
}

/// The character or sequence that a byte belongs to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unit {
    /// The direction of its bytes.
    pub channel: Channel,
    /// Offset of the byte under the cursor.
    pub cursor: u64,
    /// Offsets of its bytes, 1 to 4.
    pub range: Range<u64>,
    /// The bytes.
    pub bytes: Vec<u8>,
    /// The kind of the unit.
    pub kind: UnitKind,
}

/// The kind of a unit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UnitKind {
    /// A character.
    Character(char),
    /// A malformed sequence.
    Malformed(Reason),
    /// A character whose rest has not arrived.
    Pending,
    /// The end of a character or sequence whose start is trimmed: it cannot be decoded any more.
    Cut,
}

/// The direction of a step.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Seek {
    /// Towards the newest byte.
    Forward,
    /// Towards the oldest byte.
    Backward,
}

impl Transcript<'_> {
    /// Returns the newest byte.
    pub(super) fn newest(&self) -> Option<BytePosition> {
        let segment = self.before_seq(u64::MAX)?;
        self.byte_at(segment.channel, segment.end - 1)
    }

    /// Returns the oldest byte.
    pub(super) fn oldest(&self) -> Option<BytePosition> {
        self.first()
            .and_then(|segment| self.byte_at(segment.channel, segment.start))
            .or_else(|| self.newest())
    }

    /// Returns the position of a kept byte of a shown direction.
    pub(super) fn byte_at(&self, channel: Channel, offset: u64) -> Option<BytePosition> {
        let history = self.history(channel);
        let chunk = history.chunk_of(offset).filter(|_| self.direction_filter.includes(channel))?;
        Some(BytePosition { channel, offset, seq: history.chunks()[chunk].seq })
    }

    /// Returns the byte itself while it is shown, or else the nearest one behind it; in the other direction the one
    /// with the same offset if it came next, as an echo does; or else the newest byte.
    pub(super) fn nearest(&self, position: BytePosition) -> Option<BytePosition> {
        let BytePosition { channel, offset, seq } = position;
        let kept = || {
            let segment = self.find(channel, offset).filter(|_| self.direction_filter.includes(channel))?;
            self.byte_at(channel, offset.max(segment.start))
        };
        let elsewhere = || {
            let (channel, start) = self.first_at_seq(seq)?;
            let same =
                self.byte_at(channel, offset).filter(|same| Some(same.seq) == self.seq_of(channel, start));
            same.or_else(|| self.byte_at(channel, start))
        };
        kept().or_else(elsewhere).or_else(|| self.newest())
    }

    /// Returns the sequence number of the chunk of a kept byte.
    fn seq_of(&self, channel: Channel, offset: u64) -> Option<u64> {
        let history = self.history(channel);
        history.chunk_of(offset).map(|chunk| history.chunks()[chunk].seq)
    }

    /// Returns the next byte in transcript order.
    pub(super) fn step(&self, position: BytePosition, way: Seek) -> Option<BytePosition> {
        let mut segment = self.find(position.channel, position.offset)?;
        let within = match way {
            Seek::Forward => Some(position.offset + 1).filter(|offset| *offset < segment.end),
            Seek::Backward => position.offset.checked_sub(1).filter(|offset| *offset >= segment.start),
        };
        if let Some(offset) = within {
            return self.byte_at(position.channel, offset);
        }
        loop {
            segment = match way {
                Seek::Forward => self.next(&segment),
                Seek::Backward => self.previous(&segment),
            }?;
            if segment.start < segment.end {
                return self.byte_at(
                    segment.channel,
                    if way == Seek::Forward { segment.start } else { segment.end - 1 },
                );
            }
        }
    }

    /// Returns the first byte of the next unit in transcript order; backward, of the unit itself unless the byte is
    /// its first.
    pub(super) fn step_unit(&self, position: BytePosition, way: Seek) -> Option<BytePosition> {
        let mut at = position;
        loop {
            at = self.step(at, way)?;
            if self.unit(at)?.range.start == at.offset {
                return Some(at);
            }
        }
    }

    /// Returns the unit that a byte belongs to.
    pub(super) fn unit(&self, position: BytePosition) -> Option<Unit> {
        let BytePosition { channel, offset, .. } = position;
        let history = self.history(channel);
        history.chunk_of(offset)?;
        // A unit reaches at most this far.
        let around = reach_back(history, offset)..reach_on(history, offset + 1);
        let roles = roles(self, channel, around.clone());
        let at = (offset - around.start) as usize;
        let (nth, kind) = match *roles.get(at)? {
            _ if offset < self.cut_until(channel) => (0, UnitKind::Cut),
            UnitRole::Lead { ch, .. } => (0, UnitKind::Character(ch)),
            UnitRole::Rest { nth } => match *roles.get(at.checked_sub(usize::from(nth))?)? {
                UnitRole::Lead { ch, .. } => (nth, UnitKind::Character(ch)),
                _ => return None,
            },
            UnitRole::Malformed { reason, nth } => (nth, UnitKind::Malformed(reason)),
            UnitRole::Pending { nth } => (nth, UnitKind::Pending),
        };
        let start = offset - u64::from(nth);
        let behind = &roles[(start - around.start) as usize + 1..];
        let later = behind.iter().take_while(|role| kind != UnitKind::Cut && is_later(role)).count();
        let range = start..start + 1 + later as u64;
        Some(Unit { channel, cursor: offset, bytes: history.copy(range.clone()), range, kind })
    }

    /// Extends a range by at most `most` bytes on each side, as far as none is missing.
    pub(super) fn stretch(&self, channel: Channel, range: Range<u64>, most: u64) -> Range<u64> {
        let history = self.history(channel);
        let Some(at) = history.chunk_of(range.start) else { return range };
        let chunks = history.chunks();
        let lowest = range.start.saturating_sub(most).max(history.start());
        let (mut first, mut start) = (at, chunks[at].offset);
        while start > lowest && first > 0 && chunks[first - 1].end() == start {
            first -= 1;
            start = chunks[first].offset;
        }
        let highest = range.end.saturating_add(most);
        let (mut last, mut end) = (at, chunks[at].end());
        while end < highest && last + 1 < chunks.len() && chunks[last + 1].offset == end {
            last += 1;
            end = chunks[last].end();
        }
        start.max(lowest)..end.min(highest)
    }

    /// Returns the offset before which bytes may belong to a character whose start is trimmed.
    pub(super) fn cut_until(&self, channel: Channel) -> u64 {
        let history = self.history(channel);
        let start = history.start();
        let first = if start == 0 { Vec::new() } else { history.copy(start..start + REACH) };
        start + first.iter().take_while(|byte| (0x80..0xc0).contains(*byte)).count() as u64
    }
}

/// Returns whether a byte is not the first of its unit.
const fn is_later(role: &UnitRole) -> bool {
    matches!(
        role,
        UnitRole::Rest { .. } | UnitRole::Malformed { nth: 1.., .. } | UnitRole::Pending { nth: 1.. }
    )
}
