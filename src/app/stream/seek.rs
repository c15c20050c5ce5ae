//! The places of one kind in the transcript, such as malformed sequences: the next one from here, and the overview on
//! the border of the pane.
//!
//! The model indexes the blocks of a stream that contain malformed sequences, so only those are decoded that are asked for.

use std::ops::Range;

use crate::bytes::utf8::UnitRole;
use crate::model::malformed_index::BLOCK;

use super::decoded::roles;
use super::position::{BytePosition, Seek};
use super::segment::Transcript;
use super::view::Channel;

/// An offset of each stream, in the order of [`Channel::ALL`].
type Offsets = [u64; Channel::ALL.len()];

/// An end of the transcript.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum TranscriptEnd {
    First,
    Last,
}

/// What can be gone to from one to the next: malformed sequences, hits of a search. A place is where one begins.
pub(super) trait Places {
    /// Returns the offset of the first place at or after `from`.
    fn first_from(&self, transcript: &Transcript<'_>, channel: Channel, from: u64) -> Option<u64>;

    /// Returns the offset of the last place before `before`.
    fn last_before(&self, transcript: &Transcript<'_>, channel: Channel, before: u64) -> Option<u64>;

    /// Returns whether a place lies in a range.
    fn any_in(&self, transcript: &Transcript<'_>, channel: Channel, range: Range<u64>) -> bool;
}

/// The malformed sequences.
pub(super) struct MalformedSequences;

impl Places for MalformedSequences {
    fn first_from(&self, transcript: &Transcript<'_>, channel: Channel, from: u64) -> Option<u64> {
        transcript.malformed_from(channel, from)
    }

    fn last_before(&self, transcript: &Transcript<'_>, channel: Channel, before: u64) -> Option<u64> {
        transcript.malformed_before(channel, before)
    }

    fn any_in(&self, transcript: &Transcript<'_>, channel: Channel, range: Range<u64>) -> bool {
        transcript.has_malformed(channel, range)
    }
}

impl Transcript<'_> {
    /// Returns the first byte of the next place in transcript order.
    pub(super) fn seek(
        &self,
        places: &impl Places,
        position: BytePosition,
        way: Seek,
    ) -> Option<BytePosition> {
        let here = self.find(position.channel, position.offset)?;
        let found = self.channels().filter_map(|channel| {
            let same = channel == position.channel;
            let from = if same { position.offset } else { self.offset_of_seq(channel, here.seq) };
            let offset = match way {
                Seek::Forward => places.first_from(self, channel, from + u64::from(same)),
                Seek::Backward => places.last_before(self, channel, from),
            }?;
            self.byte_at(channel, offset)
        });
        let place = |position: &BytePosition| (position.seq, position.offset);
        match way {
            Seek::Forward => found.min_by_key(place),
            Seek::Backward => found.max_by_key(place),
        }
    }

    /// Returns the first byte of the first or the last place of the transcript.
    pub(super) fn outermost(&self, places: &impl Places, end: TranscriptEnd) -> Option<BytePosition> {
        let found = self.channels().filter_map(|channel| {
            let history = self.history(channel);
            let offset = match end {
                TranscriptEnd::First => places.first_from(self, channel, history.start()),
                TranscriptEnd::Last => places.last_before(self, channel, history.end()),
            }?;
            self.byte_at(channel, offset)
        });
        let place = |position: &BytePosition| (position.seq, position.offset);
        match end {
            TranscriptEnd::First => found.min_by_key(place),
            TranscriptEnd::Last => found.max_by_key(place),
        }
    }

    /// Returns the offset of the first malformed sequence that begins at or after `from`.
    fn malformed_from(&self, channel: Channel, from: u64) -> Option<u64> {
        let marks = &self.stream(channel).malformed_index;
        let blocks = std::iter::successors(marks.next_block(from), |block| marks.next_block(block.end));
        blocks
            .filter_map(|block| self.malformed_in(channel, block.start.max(from)..block.end).first().copied())
            .next()
    }

    /// Returns the offset of the last malformed sequence that begins before `before`.
    fn malformed_before(&self, channel: Channel, before: u64) -> Option<u64> {
        let marks = &self.stream(channel).malformed_index;
        let blocks =
            std::iter::successors(marks.previous_block(before), |block| marks.previous_block(block.start));
        blocks
            .filter_map(|block| {
                self.malformed_in(channel, block.start..block.end.min(before)).last().copied()
            })
            .next()
    }

    /// Returns the offsets of the malformed sequences that begin in a range, in order. Costs the length of the range.
    fn malformed_in(&self, channel: Channel, range: Range<u64>) -> Vec<u64> {
        let history = self.history(channel);
        let chunks = history.chunks();
        let mut found = Vec::new();
        let mut at = range.start.max(self.cut_until(channel));
        let mut index = chunks.partition_point(|chunk| chunk.end() <= at);
        while let Some(chunk) = chunks.get(index).filter(|chunk| chunk.offset.max(at) < range.end) {
            at = at.max(chunk.offset);
            // Extend the range as far as no byte is missing.
            let mut end = chunk.end();
            while let Some(next) = chunks.get(index + 1).filter(|next| next.offset == end && end < range.end)
            {
                (index, end) = (index + 1, next.end());
            }
            let end = end.min(range.end);
            let roles = roles(self, channel, at..end);
            let begins =
                (at..end).zip(roles).filter(|(_, role)| matches!(role, UnitRole::Malformed { nth: 0, .. }));
            found.extend(begins.map(|(offset, _)| offset));
            (at, index) = (end, index + 1);
        }
        found
    }

    /// Returns whether a malformed sequence begins in a range. Costs at most the length of two blocks.
    fn has_malformed(&self, channel: Channel, range: Range<u64>) -> bool {
        let marks = &self.stream(channel).malformed_index;
        if range.is_empty() || marks.count(range.clone()) == 0 {
            return false;
        }
        let (inner, behind) = (range.start.next_multiple_of(BLOCK), range.end - range.end % BLOCK);
        if inner > behind {
            return !self.malformed_in(channel, range).is_empty();
        }
        (inner < behind && marks.count(inner..behind) > 0)
            || !self.malformed_in(channel, range.start..inner).is_empty()
            || !self.malformed_in(channel, behind..range.end).is_empty()
    }

    /// Divides the transcript into equal parts, top to bottom, and returns whether a place begins in each.
    pub(super) fn overview(&self, places: &impl Places, parts: u16) -> Vec<bool> {
        let kept = u128::from(self.bytes());
        let at = |part: u16| self.offsets_at((kept * u128::from(part) / u128::from(parts.max(1))) as u64);
        let mut before = at(0);
        let mut overview = Vec::with_capacity(usize::from(parts));
        for part in 1..=parts {
            let behind = at(part);
            let has_any =
                |channel| places.any_in(self, channel, before[channel as usize]..behind[channel as usize]);
            overview.push(self.channels().any(has_any));
            before = behind;
        }
        overview
    }

    /// Returns the offset of each direction that is reached after this number of bytes of the transcript.
    fn offsets_at(&self, bytes: u64) -> Offsets {
        let at_seq = |seq| Channel::ALL.map(|channel| self.offset_of_seq(channel, seq));
        let before = |offsets: Offsets| -> u64 {
            self.channels().map(|channel| offsets[channel as usize] - self.start(channel)).sum()
        };
        let (mut low, mut high) = (0, self.connection.chunks());
        // Search the last chunk before which there are no more than `bytes` bytes.
        while low + 1 < high {
            let middle = low + (high - low) / 2;
            if before(at_seq(middle)) <= bytes { low = middle } else { high = middle }
        }
        let (mut offsets, next) = (at_seq(low), at_seq(low + 1));
        let rest = bytes - before(offsets);
        for channel in self.channels() {
            if next[channel as usize] > offsets[channel as usize] {
                offsets[channel as usize] = (offsets[channel as usize] + rest).min(next[channel as usize]);
            }
        }
        offsets
    }
}
