//! The transcript of a connection as a sequence of segments: runs of bytes of one direction that came together.
//!
//! The start of a segment depends on its neighbourhood alone, so the pane can be drawn from any place without a look
//! at what lies before. A segment begins
//! - with a chunk that follows a chunk of the other direction, where both are shown;
//! - with a chunk that came [`PAUSE`](crate::model::history::PAUSE) or more after the one before it;
//! - [`BLOCK`] bytes behind the start of such a run of chunks, and so on, so that no segment is long and no row of
//!   hex is cut: a chunk knows where its run began;
//! - behind a gap, and where the kept bytes begin.

use crate::model::history::{BLOCK, Chunk, History};
use crate::model::{Connection, Direction};

use super::row::Mark;
use super::view::Shown;

/// A run of bytes of one direction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Group {
    pub(super) direction: Direction,
    /// Stream offset of the first byte.
    pub(super) start: u64,
    /// Stream offset behind the last byte. Equals `start` in a segment that only states what was missed at the end.
    pub(super) end: u64,
    /// The bytes that are missing before the first one.
    pub(super) mark: Option<Mark>,
    /// The sequence number of the first chunk, counted over both directions.
    pub(super) seq: u64,
    /// Bytes that a full segment would have before the first one: 0 unless they are trimmed.
    pub(super) trimmed: u16,
    /// Indices of the first and the last chunk in their history.
    first: usize,
    last: usize,
}

/// The kept bytes of the shown directions.
#[derive(Clone, Copy, Debug)]
pub(super) struct Document<'a> {
    pub(super) connection: &'a Connection,
    pub(super) shown: Shown,
}

impl<'a> Document<'a> {
    pub(super) fn history(&self, direction: Direction) -> &'a History {
        &self.connection.stream(direction).history
    }

    /// Returns the offset of the first kept byte; the history may begin in a gap.
    pub(super) fn start(&self, direction: Direction) -> u64 {
        let history = self.history(direction);
        history.chunks().front().map_or(history.end(), |chunk| chunk.offset.max(history.start()))
    }

    fn directions(&self) -> impl Iterator<Item = Direction> + use<> {
        self.shown.directions()
    }

    /// Returns the first segment, if there is any.
    pub(super) fn first(&self) -> Option<Group> {
        self.at_seq(0)
    }

    /// Returns the last segment, if there is any.
    pub(super) fn last(&self) -> Option<Group> {
        self.directions()
            .filter_map(|direction| self.foot(direction))
            .last()
            .or_else(|| self.before_seq(u64::MAX))
    }

    /// Returns the segment after this one.
    pub(super) fn next(&self, group: &Group) -> Option<Group> {
        if group.start == group.end {
            return self
                .directions()
                .filter_map(|direction| self.foot(direction))
                .find(|foot| foot.direction > group.direction);
        }
        let chunk = self.history(group.direction).chunks()[group.last];
        if group.end < chunk.end() {
            return Some(self.group_at(group.direction, group.last, group.end));
        }
        self.at_seq(chunk.seq + 1)
    }

    /// Returns the segment before this one.
    pub(super) fn previous(&self, group: &Group) -> Option<Group> {
        if group.start == group.end {
            let feet = self.directions().filter_map(|direction| self.foot(direction));
            let before = feet.filter(|foot| foot.direction < group.direction).last();
            return before.or_else(|| self.before_seq(u64::MAX));
        }
        let history = self.history(group.direction);
        let chunk = history.chunks()[group.first];
        if group.start > chunk.offset.max(history.start()) {
            return Some(self.group_at(group.direction, group.first, group.start - 1));
        }
        self.before_seq(chunk.seq)
    }

    /// Returns the segment with this byte, or else with the next kept byte of its direction; where no byte follows,
    /// the note about what was missed at the end.
    pub(super) fn find(&self, direction: Direction, offset: u64) -> Option<Group> {
        let history = self.history(direction);
        let index = history.chunks().partition_point(|chunk| chunk.end() <= offset);
        match history.chunks().get(index) {
            Some(chunk) => {
                Some(self.group_at(direction, index, offset.max(chunk.offset).max(history.start())))
            }
            None => self.foot(direction),
        }
    }

    /// Returns the segment of the first chunk with this sequence number or a later one, or else the last segment.
    pub(super) fn at_seq(&self, seq: u64) -> Option<Group> {
        match self.first_at_seq(seq) {
            Some((direction, offset)) => self.find(direction, offset),
            None => self.directions().find_map(|direction| self.foot(direction)),
        }
    }

    /// Returns the first kept byte of the first chunk with this sequence number or a later one.
    pub(super) fn first_at_seq(&self, seq: u64) -> Option<(Direction, u64)> {
        let chunk = |direction| {
            let history = self.history(direction);
            let chunks = history.chunks();
            let index = chunks.partition_point(|chunk| chunk.seq < seq);
            chunks.get(index).map(|chunk| (chunk.seq, direction, chunk.offset.max(history.start())))
        };
        self.directions().filter_map(chunk).min().map(|(_, direction, offset)| (direction, offset))
    }

    /// Returns the segment of the last chunk with a smaller sequence number.
    pub(super) fn before_seq(&self, seq: u64) -> Option<Group> {
        let chunk = |direction| {
            let chunks = self.history(direction).chunks();
            let index = chunks.partition_point(|chunk| chunk.seq < seq).checked_sub(1)?;
            Some((chunks[index].seq, direction, index))
        };
        let (_, direction, index) = self.directions().filter_map(chunk).max()?;
        Some(self.group_at(direction, index, self.history(direction).chunks()[index].end() - 1))
    }

    /// Returns the segment around a byte of a chunk.
    fn group_at(&self, direction: Direction, index: usize, offset: u64) -> Group {
        let history = self.history(direction);
        let chunks = history.chunks();
        let run = u64::from(match self.shown {
            Shown::Both => chunks[index].run,
            Shown::Received | Shown::Sent => chunks[index].run_alone,
        });
        // The run began at or before the offset, so this cannot underflow.
        let block = offset - (offset + BLOCK - run) % BLOCK;
        let (mut first, mut last) = (index, index);
        // At most `BLOCK` chunks can lie in a block.
        while chunks[first].offset > block && !self.begins(direction, first) {
            first -= 1;
        }
        while chunks[last].end() < block + BLOCK
            && last + 1 < chunks.len()
            && !self.begins(direction, last + 1)
        {
            last += 1;
        }
        let start = chunks[first].offset.max(block).max(history.start());
        let mark = if start == self.start(direction) {
            self.trimmed(direction, start)
        } else {
            let before = first.checked_sub(1).map_or(start, |before| chunks[before].end());
            let hole = chunks[first].offset == start && before < start;
            hole.then(|| Mark::Missed(start - before))
        };
        let end = chunks[last].end().min(block + BLOCK);
        let trimmed = ((start + BLOCK - run) % BLOCK) as u16;
        Group { direction, start, end, mark, seq: chunks[first].seq, trimmed, first, last }
    }

    /// Returns whether a segment ends within a read or write because it is full.
    pub(super) fn is_cut(&self, group: &Group) -> bool {
        let chunks = self.history(group.direction).chunks();
        chunks.get(group.last).is_some_and(|chunk| group.end < chunk.end())
    }

    /// Returns whether a chunk begins a segment, regardless of blocks.
    fn begins(&self, direction: Direction, index: usize) -> bool {
        let chunks = self.history(direction).chunks();
        let Some(before) = index.checked_sub(1).map(|before| chunks[before]) else { return true };
        let chunk = chunks[index];
        !chunk.continues(&before) || self.shown == Shown::Both && !chunk.follows(&before)
    }

    fn trimmed(&self, direction: Direction, before: u64) -> Option<Mark> {
        let stream = self.connection.stream(direction);
        match (before, stream.missed_bytes.saturating_sub(stream.missed_at_end())) {
            (0, _) => None,
            (_, 0) => Some(Mark::Trimmed(before)),
            // Counting the missed bytes in the kept gaps is not worth a walk through the history.
            _ => Some(Mark::TrimmedOrMissed(before)),
        }
    }

    /// Returns the note about bytes that were missed behind the last observed one.
    fn foot(&self, direction: Direction) -> Option<Group> {
        let stream = self.connection.stream(direction);
        let (end, chunks) = (stream.history.end(), stream.history.chunks().len());
        let missed = Some(stream.missed_at_end()).filter(|missed| *missed > 0)?;
        let mark = Some(Mark::Missed(missed));
        Some(Group {
            direction,
            start: end,
            end,
            mark,
            seq: u64::MAX,
            trimmed: 0,
            first: chunks,
            last: chunks,
        })
    }

    /// Returns the offsets of the chunks in a segment that need a border: all but one that begins a run.
    pub(super) fn borders(&self, group: &Group) -> impl Iterator<Item = u64> + use<'a> {
        let (history, start, end) = (self.history(group.direction), group.start, group.end);
        let first = history.chunks().partition_point(|chunk| chunk.offset < start);
        let opens = history.chunks().get(first).is_some_and(|chunk| chunk.offset == start);
        let first = first + usize::from(opens && self.begins(group.direction, first));
        history.chunks().range(first..).map(|chunk| chunk.offset).take_while(move |offset| *offset < end)
    }

    /// Returns the newest chunk that begins before this offset.
    pub(super) fn chunk_before(&self, direction: Direction, offset: u64) -> Option<&'a Chunk> {
        let chunks = self.history(direction).chunks();
        let index = chunks.partition_point(|chunk| chunk.offset < offset).checked_sub(1)?;
        chunks.get(index)
    }

    /// Returns the number of kept bytes before a byte of a segment, in transcript order.
    pub(super) fn bytes_before(&self, group: &Group, offset: u64) -> u64 {
        let before = |direction| {
            let same = direction == group.direction;
            let upto = if same { offset } else { self.offset_of_seq(direction, group.seq) };
            upto.saturating_sub(self.start(direction))
        };
        self.directions().map(before).sum()
    }

    /// Returns the first kept offset of a direction in a chunk with this sequence number or a later one.
    pub(super) fn offset_of_seq(&self, direction: Direction, seq: u64) -> u64 {
        let history = self.history(direction);
        let index = history.chunks().partition_point(|chunk| chunk.seq < seq);
        history.chunks().get(index).map_or(history.end(), |chunk| chunk.offset.max(history.start()))
    }

    /// Returns the number of kept bytes in the shown directions.
    pub(super) fn bytes(&self) -> u64 {
        self.directions().map(|direction| self.history(direction).end() - self.start(direction)).sum()
    }

    /// Returns the number of bytes before the kept ones in the shown directions.
    pub(super) fn bytes_trimmed(&self) -> u64 {
        self.directions().map(|direction| self.start(direction)).sum()
    }

    /// Returns the offset behind the newest byte of the shown directions.
    pub(super) fn end(&self) -> u64 {
        self.directions().map(|direction| self.history(direction).end()).max().unwrap_or(0)
    }
}
