//! The newest part of one stream: its bytes, and where each read or write began.
//!
//! Bounded in bytes and in chunks; what is older is trimmed. A long chunk is kept as the buffer that it arrived in,
//! short ones are copied together, because they may be slices of a batch that would stay alive for their sake.

use std::collections::VecDeque;
use std::ops::Range;

use bytes::Bytes;

use super::event::OWN_BUFFER;
use super::ids::Moment;

/// Short chunks are copied together into segments of about this many bytes. Of several pages: the allocator can return
/// only whole pages of what lies free between two segments.
const SEGMENT: usize = 16 * 1024;
/// The buffer of a long chunk may be longer than the chunk by up to this part of it.
const UNUSED: usize = 7;
/// What a segment takes beside its bytes: its place in the queue, which may have room for twice as many, the owner of the
/// buffer, and the heads of two allocations.
const OVERHEAD: usize = 2 * size_of::<Segment>() + 96;
/// Shorter ones are always copied together.
pub const SHORT: usize = 512;
/// A history of `limit` bytes keeps at most `limit / BYTES_PER_CHUNK` chunks (but no fewer than [`FEWEST_CHUNKS`]), so
/// that a client which sends single bytes does not make their marks cost 32 times the bytes.
const BYTES_PER_CHUNK: usize = 16;
const FEWEST_CHUNKS: usize = 64;

/// A chunk that comes this many microseconds after the one before it begins a run.
pub const PAUSE: u64 = 100_000;
/// The start of a run is kept modulo this number of bytes.
pub const BLOCK: u64 = 1_024;

/// One read or write.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Chunk {
    /// Position among all chunks of both directions of the connection, counted from 0 without holes.
    pub seq: u64,
    /// When.
    pub at: Moment,
    /// Offset of its first byte in the stream.
    pub offset: u64,
    /// Its length in bytes, at least 1.
    pub len: u32,
    /// Offset modulo [`BLOCK`] of the first byte of its run: the chunks without a pause, a hole, or a chunk of the other
    /// direction between them.
    pub run: u16,
    /// The same where chunks of the other direction do not end a run.
    pub run_alone: u16,
}

impl Chunk {
    /// Whether a chunk is of the same run as the one before it, if chunks of the other direction do not matter.
    #[must_use]
    pub const fn continues(&self, before: &Self) -> bool {
        self.at.micros_since(before.at) < PAUSE && self.offset == before.end()
    }

    /// Whether no chunk of the other direction lies between this one and the one before it.
    #[must_use]
    pub const fn follows(&self, before: &Self) -> bool {
        // Numbers have no holes: the number between is that of a chunk of the other direction, trimmed or not.
        self.seq == before.seq + 1
    }

    /// Offset behind its last byte.
    #[must_use]
    pub const fn end(&self) -> u64 {
        self.offset + self.len as u64
    }
}

/// What keeping bytes means for the memory that they lie in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Held {
    /// If they are few, they may be part of something larger, which must not stay for their sake.
    Borrowed,
    /// They are all that there is, unless they are very few.
    Owned,
}

#[derive(Clone, Debug)]
enum Segment {
    /// A buffer as it came.
    Whole(u64, Bytes),
    /// Short chunks, copied together.
    Copied(u64, Vec<u8>),
}

impl Segment {
    const fn offset(&self) -> u64 {
        match self {
            Self::Whole(offset, _) | Self::Copied(offset, _) => *offset,
        }
    }

    fn data(&self) -> &[u8] {
        match self {
            Self::Whole(_, data) => data,
            Self::Copied(_, data) => data,
        }
    }

    fn end(&self) -> u64 {
        self.offset() + self.data().len() as u64
    }

    /// The memory that it keeps, not only the bytes that it shows.
    fn cost(&self) -> usize {
        OVERHEAD
            + match self {
                Self::Whole(_, data) => data.len() + data.len() / UNUSED,
                Self::Copied(_, data) => data.capacity(),
            }
    }
}

/// The kept part of one stream. Offsets between [`start`](Self::start) and [`end`](Self::end) have their bytes here,
/// except where bytes were missed: there the chunks leave a hole.
#[derive(Clone, Debug, Default)]
pub struct History {
    limit: usize,
    start: u64,
    end: u64,
    segments: VecDeque<Segment>,
    chunks: VecDeque<Chunk>,
    segment_cost: usize,
    /// The memory of a trimmed segment of short chunks, for the next one: a stream of short chunks allocates nothing.
    spare: Vec<u8>,
}

impl History {
    /// An empty history that keeps the newest `limit` bytes.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self { limit, ..Self::default() }
    }

    /// So many bytes are kept at most.
    #[must_use]
    pub const fn limit(&self) -> usize {
        self.limit
    }

    /// Whether the next chunk trims something.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.end - self.start >= self.limit as u64 || self.chunks.len() >= self.most_chunks()
    }

    fn most_chunks(&self) -> usize {
        (self.limit / BYTES_PER_CHUNK).max(FEWEST_CHUNKS)
    }

    /// Offset of the oldest byte that is kept.
    #[must_use]
    pub const fn start(&self) -> u64 {
        self.start
    }

    /// Offset behind the newest byte.
    #[must_use]
    pub const fn end(&self) -> u64 {
        self.end
    }

    /// Memory that this history takes, in bytes, marks included.
    #[must_use]
    pub fn cost(&self) -> usize {
        self.segment_cost + self.chunks.capacity() * size_of::<Chunk>() + self.spare.capacity()
    }

    /// The kept chunks, oldest first. The first may begin before [`start`](Self::start).
    #[must_use]
    pub const fn chunks(&self) -> &VecDeque<Chunk> {
        &self.chunks
    }

    /// Index in [`chunks`](Self::chunks) of the chunk that this byte belongs to; `None` for bytes that are trimmed,
    /// missed or yet to come.
    #[must_use]
    pub fn chunk_of(&self, offset: u64) -> Option<usize> {
        let index = self.chunks.partition_point(|chunk| chunk.offset <= offset).checked_sub(1)?;
        (offset < self.chunks[index].end() && offset >= self.start).then_some(index)
    }

    /// The bytes of a range, as far as they are kept, without those that were missed; at most
    /// `range.end - range.start`. Costs what is copied, plus the logarithm of the number of segments.
    #[must_use]
    pub fn copy(&self, range: Range<u64>) -> Vec<u8> {
        let from = range.start.max(self.start);
        // The first segment may still hold bytes that are trimmed.
        if from >= range.end {
            return Vec::new();
        }
        let mut out =
            Vec::with_capacity(usize::try_from(range.end.min(self.end).saturating_sub(from)).unwrap_or(0));
        let first = self.segments.partition_point(|segment| segment.end() <= from);
        for segment in self.segments.range(first..).take_while(|segment| segment.offset() < range.end) {
            let data = segment.data();
            let skip = from.saturating_sub(segment.offset()) as usize;
            let take = (range.end - segment.offset()).min(data.len() as u64) as usize;
            out.extend_from_slice(&data[skip..take]);
        }
        out
    }

    /// Adds a chunk, then trims. Returns the offset of the segment that was begun, if one was: the store uses it to
    /// find the oldest bytes of all connections.
    pub fn push(&mut self, seq: u64, at: Moment, offset: u64, data: &Bytes, held: Held) -> Option<u64> {
        let len = u32::try_from(data.len()).unwrap_or(u32::MAX);
        if self.segments.is_empty() {
            self.start = offset;
        }
        let begun = self.append(offset, data, held);
        let begin = (offset % BLOCK) as u16;
        let mut chunk = Chunk { seq, at, offset, len, run: begin, run_alone: begin };
        if let Some(before) = self.chunks.back().filter(|before| chunk.continues(before)) {
            chunk.run_alone = before.run_alone;
            if chunk.follows(before) {
                chunk.run = before.run;
            }
        }
        self.chunks.push_back(chunk);
        self.end = offset + u64::from(len);
        self.trim();
        begun
    }

    /// Goes on at `offset`: what lies before it is trimmed, kept or not.
    pub fn pass(&mut self, offset: u64) {
        self.end = self.end.max(offset);
        self.trim_before(offset);
    }

    fn append(&mut self, offset: u64, data: &Bytes, held: Held) -> Option<u64> {
        if data.len() < SHORT || held == Held::Borrowed && data.len() < OWN_BUFFER {
            if let Some(last @ Segment::Copied(..)) = self.segments.back_mut()
                && last.end() == offset
                && last.data().len() + data.len() <= SEGMENT
            {
                let before = last.cost();
                if let Segment::Copied(_, copied) = last {
                    copied.extend_from_slice(data);
                }
                self.segment_cost = self.segment_cost - before + last.cost();
                return None;
            }
            let mut copied = std::mem::take(&mut self.spare);
            copied.extend_from_slice(data);
            self.segments.push_back(Segment::Copied(offset, copied));
        } else {
            self.segments.push_back(Segment::Whole(offset, data.clone()));
        }
        self.segment_cost += self.segments.back().map_or(0, Segment::cost);
        Some(offset)
    }

    fn trim(&mut self) {
        let surplus = self.chunks.len().saturating_sub(self.most_chunks());
        let by_chunks = if surplus > 0 { self.chunks[surplus].offset } else { self.start };
        let by_bytes = self.end.saturating_sub(self.limit as u64);
        self.trim_before(by_chunks.max(by_bytes));
    }

    fn trim_before(&mut self, offset: u64) {
        self.start = self.start.max(offset.min(self.end));
        while self.segments.front().is_some_and(|segment| segment.end() <= self.start) {
            let Some(trimmed) = self.segments.pop_front() else { break };
            self.segment_cost -= trimmed.cost();
            if let Segment::Copied(_, mut copied) = trimmed {
                copied.clear();
                self.spare = copied;
            }
        }
        while self.chunks.front().is_some_and(|chunk| chunk.end() <= self.start) {
            self.chunks.pop_front();
        }
    }

    /// Offset of the oldest segment that is held.
    #[must_use]
    pub fn oldest_segment(&self) -> Option<u64> {
        self.segments.front().map(Segment::offset)
    }

    /// Gives up the oldest segment, to make room elsewhere.
    pub fn drop_oldest(&mut self) {
        if let Some(end) = self.segments.front().map(Segment::end) {
            self.trim_before(end);
            self.spare = Vec::new();
            if self.chunks.is_empty() {
                self.chunks.shrink_to_fit();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn push(history: &mut History, data: &[u8]) {
        let seq = history.chunks.back().map_or(0, |chunk| chunk.seq + 1);
        history.push(seq, Moment(seq), history.end, &Bytes::copy_from_slice(data), Held::Borrowed);
    }

    #[test]
    fn chunks_keep_their_borders_and_the_bytes_flow_together() {
        let mut history = History::new(1024);
        push(&mut history, b"\xe2");
        push(&mut history, b"\x82\xac!");
        assert_eq!(history.copy(0..4), b"\xe2\x82\xac!");
        assert_eq!(history.copy(1..3), b"\x82\xac");
        assert_eq!(
            history.chunks().iter().map(|chunk| (chunk.offset, chunk.len)).collect::<Vec<_>>(),
            [(0, 1), (1, 3)]
        );
        assert_eq!([0, 1, 3, 4].map(|offset| history.chunk_of(offset)), [Some(0), Some(1), Some(1), None]);
    }

    #[test]
    fn exactly_the_newest_bytes_are_kept() {
        let mut history = History::new(10_000);
        for round in 0..100u8 {
            push(&mut history, &[round; 777]);
            let kept = history.end() - history.start();
            assert_eq!(kept, (777 * (u64::from(round) + 1)).min(10_000));
            assert_eq!(history.copy(0..u64::MAX).len() as u64, kept);
            // What was trimmed is not there, though its segment may be.
            assert_eq!(history.copy(0..history.start()), b"");
            assert_eq!(history.copy(0..history.start().min(2)), b"");
        }
        assert_eq!(history.copy(history.end() - 1..u64::MAX), [99]);
        assert!(history.cost() < 10_000 + 2 * SEGMENT + 32 * 1024);
    }

    #[test]
    fn long_chunks_travel_as_their_buffer() {
        let mut history = History::new(64 * 1024);
        let data = Bytes::from(vec![7; OWN_BUFFER]);
        history.push(0, Moment(0), 0, &data, Held::Borrowed);
        assert!(matches!(&history.segments[0], Segment::Whole(0, kept) if kept.as_ptr() == data.as_ptr()));
    }

    #[test]
    fn single_bytes_do_not_multiply_the_cost() {
        let mut history = History::new(64 * 1024);
        for _ in 0..100_000 {
            push(&mut history, b"x");
        }
        assert_eq!(history.chunks().len(), 4096);
        assert_eq!(history.end() - history.start(), 4096);
        assert!(history.cost() < 300_000, "{}", history.cost());
    }

    #[test]
    fn a_hole_stays_a_hole() {
        let mut history = History::new(1024);
        history.push(0, Moment(0), 0, &Bytes::from_static(b"ab"), Held::Borrowed);
        history.push(1, Moment(1), 10, &Bytes::from_static(b"cd"), Held::Borrowed);
        assert_eq!(history.copy(0..12), b"abcd");
        assert_eq!(history.copy(1..11), b"bc");
        assert_eq!(history.chunk_of(5), None);
        assert_eq!(history.chunk_of(11), Some(1));
    }

    #[test]
    fn a_chunk_knows_where_its_run_began_when_that_is_trimmed() {
        let mut history = History::new(16);
        let data = Bytes::from_static(b"0123456789");
        for (seq, at) in [(0, 0), (1, 10), (3, 20), (4, 20 + PAUSE), (5, 30 + PAUSE)] {
            history.push(seq, Moment(at), history.end, &data, Held::Borrowed);
            let last = history.chunks().back().map(|chunk| (chunk.run, chunk.run_alone));
            let expected = [(0, 0), (0, 0), (20, 0), (20, 0), (30, 30), (30, 30)];
            assert_eq!(last, Some(expected[seq as usize]));
        }
        assert_eq!((history.start(), size_of::<Chunk>()), (34, 32));
    }

    #[test]
    fn the_oldest_segment_can_be_given_up() {
        let mut history = History::new(1 << 20);
        for round in 0..4u8 {
            push(&mut history, &[round; SEGMENT]);
        }
        history.drop_oldest();
        assert_eq!(history.start(), SEGMENT as u64);
        assert_eq!(history.copy(0..u64::MAX).len(), 3 * SEGMENT);
        for _ in 0..4 {
            history.drop_oldest();
        }
        assert_eq!((history.start(), history.cost()), (history.end(), 0));
        push(&mut history, b"on");
        assert_eq!(history.copy(0..u64::MAX), b"on");
    }
}
