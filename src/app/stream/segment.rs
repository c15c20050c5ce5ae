//! The transcript of a connection as a sequence of segments: runs of bytes of one direction that came together.
//!
//! The start of a segment depends on its neighbourhood alone, so the pane can be drawn from any place without a look
//! at what lies before. A segment begins
//! - with a chunk that follows a chunk of the other direction, where both are shown;
//! - where bytes of the user begin or end;
//! - with a chunk that came [`PAUSE`](crate::model::history::PAUSE) or more after the one before it;
//! - [`BLOCK`] bytes behind the start of such a run of chunks, and so on, so that no segment is long and no row of
//!   hex is cut: a chunk knows where its run began;
//! - behind a gap, and where the kept bytes begin.

use std::ops::Range;

use crate::bytes::safe::Charset;
use crate::event::Side;
use crate::model::Connection;
use crate::model::history::{BLOCK, Chunk, History};
use crate::model::stream::Stream;

use super::row::Gap;
use super::view::{Channel, DirectionFilter};

/// A run of bytes of one direction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Segment {
    pub(super) channel: Channel,
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
    /// The characters that the terminal can show.
    pub(super) charset: Charset,
}

impl<'a> Transcript<'a> {
    pub(super) fn history(&self, channel: Channel) -> &'a History {
        &self.stream(channel).history
    }

    pub(super) fn stream(&self, channel: Channel) -> &'a Stream {
        channel.stream(self.connection)
    }

    /// Returns the offset of the first kept byte; the history may begin in a gap.
    pub(super) fn start(&self, channel: Channel) -> u64 {
        let history = self.history(channel);
        history.chunks().front().map_or(history.end(), |chunk| chunk.offset.max(history.start()))
    }

    /// Returns the shown streams in their order.
    pub(super) fn channels(&self) -> impl Iterator<Item = Channel> + use<> {
        let (filter, is_relayed) = (self.direction_filter, self.connection.upstream.is_some());
        let exists = move |channel: &Channel| *channel != Channel::ToUpstream || is_relayed;
        Channel::ALL.into_iter().filter(exists).filter(move |channel| filter.includes(*channel))
    }

    /// Returns whether chunks of several streams are shown, so that one may end a run of another.
    fn is_mixed(&self) -> bool {
        let has_injected = || !self.history(Channel::ToUpstream).chunks().is_empty();
        match self.direction_filter {
            DirectionFilter::Both => true,
            DirectionFilter::Received => self.connection.upstream.is_some() && has_injected(),
            DirectionFilter::Sent => false,
        }
    }

    /// Returns the first segment, if there is any.
    pub(super) fn first(&self) -> Option<Segment> {
        self.at_seq(0)
    }

    /// Returns the last segment, if there is any.
    pub(super) fn last(&self) -> Option<Segment> {
        self.channels()
            .filter_map(|channel| self.trailing_gap(channel))
            .last()
            .or_else(|| self.before_seq(u64::MAX))
    }

    /// Returns the segment after this one.
    pub(super) fn next(&self, segment: &Segment) -> Option<Segment> {
        if segment.start == segment.end {
            return self
                .channels()
                .filter_map(|channel| self.trailing_gap(channel))
                .find(|trailing_gap| trailing_gap.channel > segment.channel);
        }
        let chunk = self.history(segment.channel).chunks()[segment.last];
        if segment.end < chunk.end() {
            return Some(self.segment_at(segment.channel, segment.last, segment.end));
        }
        self.at_seq(chunk.seq + 1)
    }

    /// Returns the segment before this one.
    pub(super) fn previous(&self, segment: &Segment) -> Option<Segment> {
        if segment.start == segment.end {
            let trailing_gaps = self.channels().filter_map(|channel| self.trailing_gap(channel));
            let before = trailing_gaps.filter(|trailing_gap| trailing_gap.channel < segment.channel).last();
            return before.or_else(|| self.before_seq(u64::MAX));
        }
        let history = self.history(segment.channel);
        let chunk = history.chunks()[segment.first];
        if segment.start > chunk.offset.max(history.start()) {
            return Some(self.segment_at(segment.channel, segment.first, segment.start - 1));
        }
        self.before_seq(chunk.seq)
    }

    /// Returns the segment with this byte, or else with the next kept byte of its direction; where no byte follows,
    /// the note about what was missed at the end.
    pub(super) fn find(&self, channel: Channel, offset: u64) -> Option<Segment> {
        let history = self.history(channel);
        let index = history.chunks().partition_point(|chunk| chunk.end() <= offset);
        match history.chunks().get(index) {
            Some(chunk) => {
                Some(self.segment_at(channel, index, offset.max(chunk.offset).max(history.start())))
            }
            None => self.trailing_gap(channel),
        }
    }

    /// Returns the segment of the first chunk with this sequence number or a later one, or else the last segment.
    pub(super) fn at_seq(&self, seq: u64) -> Option<Segment> {
        match self.first_at_seq(seq) {
            Some((channel, offset)) => self.find(channel, offset),
            None => self.channels().find_map(|channel| self.trailing_gap(channel)),
        }
    }

    /// Returns the first kept byte of the first chunk with this sequence number or a later one.
    pub(super) fn first_at_seq(&self, seq: u64) -> Option<(Channel, u64)> {
        let chunk = |channel| {
            let history = self.history(channel);
            let chunks = history.chunks();
            let index = chunks.partition_point(|chunk| chunk.seq < seq);
            chunks.get(index).map(|chunk| (chunk.seq, channel, chunk.offset.max(history.start())))
        };
        self.channels().filter_map(chunk).min().map(|(_, channel, offset)| (channel, offset))
    }

    /// Returns the segment of the last chunk with a smaller sequence number.
    pub(super) fn before_seq(&self, seq: u64) -> Option<Segment> {
        let chunk = |channel| {
            let chunks = self.history(channel).chunks();
            let index = chunks.partition_point(|chunk| chunk.seq < seq).checked_sub(1)?;
            Some((chunks[index].seq, channel, index))
        };
        let (_, channel, index) = self.channels().filter_map(chunk).max()?;
        Some(self.segment_at(channel, index, self.history(channel).chunks()[index].end() - 1))
    }

    /// Returns the segment around a byte of a chunk.
    fn segment_at(&self, channel: Channel, index: usize, offset: u64) -> Segment {
        let history = self.history(channel);
        let chunks = history.chunks();
        let chunk = &chunks[index];
        let run = u64::from(if self.is_mixed() { chunk.run } else { chunk.run_alone() });
        // The run began at or before the offset, so this cannot underflow.
        let block = offset - (offset + BLOCK - run) % BLOCK;
        let (mut first, mut last) = (index, index);
        // At most `BLOCK` chunks can lie in a block.
        while chunks[first].offset > block && !self.begins(channel, first) {
            first -= 1;
        }
        while chunks[last].end() < block + BLOCK && last + 1 < chunks.len() && !self.begins(channel, last + 1)
        {
            last += 1;
        }
        let start = chunks[first].offset.max(block).max(history.start());
        // Between what the user sent to the upstream lies what the client sent.
        let gap = if channel == Channel::ToUpstream {
            None
        } else if start == self.start(channel) {
            self.trimmed(channel, start)
        } else {
            let before = first.checked_sub(1).map_or(start, |before| chunks[before].end());
            let hole = chunks[first].offset == start && before < start;
            hole.then(|| Gap::Missed(start - before))
        };
        let end = chunks[last].end().min(block + BLOCK);
        let trimmed = ((start + BLOCK - run) % BLOCK) as u16;
        Segment { channel, start, end, gap, seq: chunks[first].seq, trimmed, first, last }
    }

    /// Returns whether the user put the bytes of a segment in.
    pub(super) fn is_by_user(&self, segment: &Segment) -> bool {
        self.history(segment.channel).chunks().get(segment.first).is_some_and(Chunk::is_by_user)
    }

    /// Returns whether the user dropped any byte of a range, so that it did not go on.
    pub(super) fn has_dropped(&self, channel: Channel, range: &Range<u64>) -> bool {
        match channel {
            Channel::Received => {
                self.connection.user(Side::Client).is_some_and(|user| user.has_dropped(range))
            }
            Channel::Sent | Channel::ToUpstream => false,
        }
    }

    /// Returns whether a segment ends within a read or write because it is full.
    pub(super) fn is_cut(&self, segment: &Segment) -> bool {
        let chunks = self.history(segment.channel).chunks();
        chunks.get(segment.last).is_some_and(|chunk| segment.end < chunk.end())
    }

    /// Returns whether a chunk begins a segment, regardless of blocks.
    fn begins(&self, channel: Channel, index: usize) -> bool {
        let chunks = self.history(channel).chunks();
        let Some(before) = index.checked_sub(1).map(|before| chunks[before]) else { return true };
        let chunk = chunks[index];
        !chunk.continues(&before) || self.is_mixed() && !chunk.follows(&before)
    }

    fn trimmed(&self, channel: Channel, before: u64) -> Option<Gap> {
        let stream = self.stream(channel);
        match (before, stream.missed_bytes.saturating_sub(stream.missed_at_end())) {
            (0, _) => None,
            (_, 0) => Some(Gap::Trimmed(before)),
            // Counting the missed bytes in the kept gaps is not worth a walk through the history.
            _ => Some(Gap::TrimmedOrMissed(before)),
        }
    }

    /// Returns the note about bytes that were missed behind the last observed one.
    fn trailing_gap(&self, channel: Channel) -> Option<Segment> {
        let stream = self.stream(channel);
        let (end, chunks) = (stream.history.end(), stream.history.chunks().len());
        let missed = Some(stream.missed_at_end()).filter(|missed| *missed > 0)?;
        let gap = Some(Gap::Missed(missed));
        Some(Segment {
            channel,
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
        let (history, start, end) = (self.history(segment.channel), segment.start, segment.end);
        let first = history.chunks().partition_point(|chunk| chunk.offset < start);
        let opens = history.chunks().get(first).is_some_and(|chunk| chunk.offset == start);
        let first = first + usize::from(opens && self.begins(segment.channel, first));
        history.chunks().range(first..).map(|chunk| chunk.offset).take_while(move |offset| *offset < end)
    }

    /// Returns the newest chunk that begins before this offset.
    pub(super) fn chunk_before(&self, channel: Channel, offset: u64) -> Option<&'a Chunk> {
        let chunks = self.history(channel).chunks();
        let index = chunks.partition_point(|chunk| chunk.offset < offset).checked_sub(1)?;
        chunks.get(index)
    }

    /// Returns the number of kept bytes before a byte of a segment, in transcript order.
    pub(super) fn bytes_before(&self, segment: &Segment, offset: u64) -> u64 {
        let before = |channel| {
            let same = channel == segment.channel;
            let upto = if same { offset } else { self.offset_of_seq(channel, segment.seq) };
            upto.saturating_sub(self.start(channel))
        };
        self.channels().map(before).sum()
    }

    /// Returns the first kept offset of a direction in a chunk with this sequence number or a later one.
    pub(super) fn offset_of_seq(&self, channel: Channel, seq: u64) -> u64 {
        let history = self.history(channel);
        let index = history.chunks().partition_point(|chunk| chunk.seq < seq);
        history.chunks().get(index).map_or(history.end(), |chunk| chunk.offset.max(history.start()))
    }

    /// Returns the number of kept bytes in the shown directions.
    pub(super) fn bytes(&self) -> u64 {
        self.channels().map(|channel| self.history(channel).end() - self.start(channel)).sum()
    }

    /// Returns the number of bytes before the kept ones in the shown directions.
    pub(super) fn bytes_trimmed(&self) -> u64 {
        let is_whole = |channel: &Channel| *channel != Channel::ToUpstream;
        self.channels().filter(is_whole).map(|channel| self.start(channel)).sum()
    }

    /// Returns the offset behind the newest byte of the shown directions.
    pub(super) fn end(&self) -> u64 {
        self.channels().map(|channel| self.history(channel).end()).max().unwrap_or(0)
    }
}
