//! The transcript of a connection as a sequence of segments: runs of bytes of one direction that came together.
//!
//! The start of a segment depends on its neighbourhood alone, so the pane can be drawn from any place without a look
//! at what lies before. A segment begins
//! - with a chunk that follows a chunk of the other direction, where both are shown;
//! - with a chunk that came [`PAUSE`](crate::model::history::PAUSE) or more after the one before it;
//! - [`BLOCK`] bytes behind the start of such a run of chunks, and so on, so that no segment is long and no row of
//!   hex is cut: a chunk knows where its run began;
//! - behind a gap, and where the kept bytes begin.

use crate::event::Direction;
use crate::model::Connection;
use crate::model::history::{BLOCK, Chunk, History};

use super::row::Gap;
use super::view::DirectionFilter;

/// A run of bytes of one direction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Segment {
    pub(super) direction: Direction,
    /// Stream offset of the first byte.
    pub(super) start: u64,
    /// Stream offset behind the last byte. Equals `start` in a segment that only states what was missed at the end.
    pub(super) end: u64,
    /// The bytes that are missing before the first one.
    pub(super) gap: Option<Gap>,
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
pub(super) struct Transcript<'a> {
    pub(super) connection: &'a Connection,
    pub(super) direction_filter: DirectionFilter,
}

impl<'a> Transcript<'a> {
    pub(super) fn history(&self, direction: Direction) -> &'a History {
        &self.connection.stream(direction).history
    }

    /// Returns the offset of the first kept byte; the history may begin in a gap.
    pub(super) fn start(&self, direction: Direction) -> u64 {
        let history = self.history(direction);
        history.chunks().front().map_or(history.end(), |chunk| chunk.offset.max(history.start()))
    }

    fn directions(&self) -> impl Iterator<Item = Direction> + use<> {
        self.direction_filter.directions()
    }

    /// Returns the first segment, if there is any.
    pub(super) fn first(&self) -> Option<Segment> {
        self.at_seq(0)
    }

    /// Returns the last segment, if there is any.
    pub(super) fn last(&self) -> Option<Segment> {
        self.directions()
            .filter_map(|direction| self.trailing_gap(direction))
            .last()
            .or_else(|| self.before_seq(u64::MAX))
    }

    /// Returns the segment after this one.
    pub(super) fn next(&self, segment: &Segment) -> Option<Segment> {
        if segment.start == segment.end {
            return self
                .directions()
                .filter_map(|direction| self.trailing_gap(direction))
                .find(|trailing_gap| trailing_gap.direction > segment.direction);
        }
        let chunk = self.history(segment.direction).chunks()[segment.last];
        if segment.end < chunk.end() {
            return Some(self.segment_at(segment.direction, segment.last, segment.end));
        }
        self.at_seq(chunk.seq + 1)
    }

    /// Returns the segment before this one.
    pub(super) fn previous(&self, segment: &Segment) -> Option<Segment> {
        if segment.start == segment.end {
            let trailing_gaps = self.directions().filter_map(|direction| self.trailing_gap(direction));
            let before =
                trailing_gaps.filter(|trailing_gap| trailing_gap.direction < segment.direction).last();
            return before.or_else(|| self.before_seq(u64::MAX));
        }
        let history = self.history(segment.direction);
        let chunk = history.chunks()[segment.first];
        if segment.start > chunk.offset.max(history.start()) {
            return Some(self.segment_at(segment.direction, segment.first, segment.start - 1));
        }
        self.before_seq(chunk.seq)
    }

    /// Returns the segment with this byte, or else with the next kept byte of its direction; where no byte follows,
    /// the note about what was missed at the end.
    pub(super) fn find(&self, direction: Direction, offset: u64) -> Option<Segment> {
        let history = self.history(direction);
        let index = history.chunks().partition_point(|chunk| chunk.end() <= offset);
        match history.chunks().get(index) {
            Some(chunk) => {
                Some(self.segment_at(direction, index, offset.max(chunk.offset).max(history.start())))
            }
            None => self.trailing_gap(direction),
        }
    }

    /// Returns the segment of the first chunk with this sequence number or a later one, or else the last segment.
    pub(super) fn at_seq(&self, seq: u64) -> Option<Segment> {
        match self.first_at_seq(seq) {
            Some((direction, offset)) => self.find(direction, offset),
            None => self.directions().find_map(|direction| self.trailing_gap(direction)),
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
    pub(super) fn before_seq(&self, seq: u64) -> Option<Segment> {
        let chunk = |direction| {
            let chunks = self.history(direction).chunks();
            let index = chunks.partition_point(|chunk| chunk.seq < seq).checked_sub(1)?;
            Some((chunks[index].seq, direction, index))
        };
        let (_, direction, index) = self.directions().filter_map(chunk).max()?;
        Some(self.segment_at(direction, index, self.history(direction).chunks()[index].end() - 1))
    }

    /// Returns the segment around a byte of a chunk.
    fn segment_at(&self, direction: Direction, index: usize, offset: u64) -> Segment {
        let history = self.history(direction);
        let chunks = history.chunks();
        let run = u64::from(match self.direction_filter {
            DirectionFilter::Both => chunks[index].run,
            DirectionFilter::Received | DirectionFilter::Sent => chunks[index].run_alone,
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
        let gap = if start == self.start(direction) {
            self.trimmed(direction, start)
        } else {
            let before = first.checked_sub(1).map_or(start, |before| chunks[before].end());
            let hole = chunks[first].offset == start && before < start;
            hole.then(|| Gap::Missed(start - before))
        };
        let end = chunks[last].end().min(block + BLOCK);
        let trimmed = ((start + BLOCK - run) % BLOCK) as u16;
        Segment { direction, start, end, gap, seq: chunks[first].seq, trimmed, first, last }
    }

    /// Returns whether a segment ends within a read or write because it is full.
    pub(super) fn is_cut(&self, segment: &Segment) -> bool {
        let chunks = self.history(segment.direction).chunks();
        chunks.get(segment.last).is_some_and(|chunk| segment.end < chunk.end())
    }

    /// Returns whether a chunk begins a segment, regardless of blocks.
    fn begins(&self, direction: Direction, index: usize) -> bool {
        let chunks = self.history(direction).chunks();
        let Some(before) = index.checked_sub(1).map(|before| chunks[before]) else { return true };
        let chunk = chunks[index];
        !chunk.continues(&before) || self.direction_filter == DirectionFilter::Both && !chunk.follows(&before)
    }

    fn trimmed(&self, direction: Direction, before: u64) -> Option<Gap> {
        let stream = self.connection.stream(direction);
        match (before, stream.missed_bytes.saturating_sub(stream.missed_at_end())) {
            (0, _) => None,
            (_, 0) => Some(Gap::Trimmed(before)),
            // Counting the missed bytes in the kept gaps is not worth a walk through the history.
            _ => Some(Gap::TrimmedOrMissed(before)),
        }
    }

    /// Returns the note about bytes that were missed behind the last observed one.
    fn trailing_gap(&self, direction: Direction) -> Option<Segment> {
        let stream = self.connection.stream(direction);
        let (end, chunks) = (stream.history.end(), stream.history.chunks().len());
        let missed = Some(stream.missed_at_end()).filter(|missed| *missed > 0)?;
        let gap = Some(Gap::Missed(missed));
        Some(Segment {
            direction,
            start: end,
            end,
            gap,
            seq: u64::MAX,
            trimmed: 0,
            first: chunks,
            last: chunks,
        })
    }

    /// Returns the offsets of the chunks in a segment that need a border: all but one that begins a run.
    pub(super) fn borders(&self, segment: &Segment) -> impl Iterator<Item = u64> + use<'a> {
        let (history, start, end) = (self.history(segment.direction), segment.start, segment.end);
        let first = history.chunks().partition_point(|chunk| chunk.offset < start);
        let opens = history.chunks().get(first).is_some_and(|chunk| chunk.offset == start);
        let first = first + usize::from(opens && self.begins(segment.direction, first));
        history.chunks().range(first..).map(|chunk| chunk.offset).take_while(move |offset| *offset < end)
    }

    /// Returns the newest chunk that begins before this offset.
    pub(super) fn chunk_before(&self, direction: Direction, offset: u64) -> Option<&'a Chunk> {
        let chunks = self.history(direction).chunks();
        let index = chunks.partition_point(|chunk| chunk.offset < offset).checked_sub(1)?;
        chunks.get(index)
    }

    /// Returns the number of kept bytes before a byte of a segment, in transcript order.
    pub(super) fn bytes_before(&self, segment: &Segment, offset: u64) -> u64 {
        let before = |direction| {
            let same = direction == segment.direction;
            let upto = if same { offset } else { self.offset_of_seq(direction, segment.seq) };
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
