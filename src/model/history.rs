//! The newest part of one stream: its bytes, and where each read or write began.
//!
//! A history is bounded in bytes and in chunks; older bytes are trimmed. The bytes are copied into segments of one
//! size. Read buffers have any length and any lifetime: keeping them fragmented the heap: 64 MiB of history took
//! 140 MiB. Segments of one size do not fragment it, and a full history reuses its own.
//!
//! Bytes of an opened file stay there, and are read when they are looked at: the history keeps where they lie. They do
//! not count against the bound in bytes.

mod segment;

use std::borrow::Cow;
use std::collections::VecDeque;
use std::ops::Range;

use crate::event::Place;
use crate::event::ids::{Origin, Timestamp};
use crate::model::payload::{Payload, PayloadFiles, StoredAt};
use segment::{SEGMENT, Segment};

/// A history of `limit` bytes keeps at most `limit / BYTES_PER_CHUNK` chunks (but at least [`FEWEST_CHUNKS`]), so that
/// the chunks of a client which sends single bytes do not take 32 times the memory of the bytes.
const BYTES_PER_CHUNK: usize = 16;
const FEWEST_CHUNKS: usize = 64;

/// A chunk begins a new run if at least this number of microseconds passed since the chunk before it.
pub const PAUSE: u64 = 100_000;
/// The start of a run is kept modulo this number of bytes.
pub const BLOCK: u64 = 1_024;

/// Position of one read or write in its stream, and its time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NewChunk {
    /// Sequence number among the chunks of both directions of the connection.
    pub seq: u64,
    /// When it happened, by the clock that stamps events.
    pub at: Timestamp,
    /// The same time by the wall clock; the history keeps it for display.
    pub wall_clock: Timestamp,
    /// Offset of its first byte in the stream.
    pub offset: u64,
    /// Who made the bytes.
    pub origin: Origin,
}

/// One read or write.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Chunk {
    /// Position among all chunks of both directions of the connection, counted from 0 without holes.
    pub seq: u64,
    /// When the bytes were read or written.
    pub at: Timestamp,
    /// Offset of its first byte in the stream.
    pub offset: u64,
    /// Length in bytes, at least 1.
    pub len: u32,
    /// Offset modulo [`BLOCK`] of the first byte of the run of this chunk: consecutive chunks without a pause, a gap,
    /// or a chunk of the other direction between them.
    pub run: u16,
    /// Like `run`, but chunks of the other direction do not end a run; and in the highest bit, whether the user put the
    /// bytes in.
    run_alone: u16,
}

/// The bit for bytes of the user.
const BY_USER: u16 = 1 << 15;

impl Chunk {
    /// Like `run`, but chunks of the other direction do not end a run.
    #[must_use]
    pub const fn run_alone(&self) -> u16 {
        self.run_alone & !BY_USER
    }

    /// Whether the user put the bytes in.
    #[must_use]
    pub const fn is_by_user(&self) -> bool {
        self.run_alone & BY_USER != 0
    }

    /// Whether this chunk belongs to the same run as `before`, if chunks of the other direction are ignored. What the
    /// user put in is a run of its own.
    #[must_use]
    pub const fn continues(&self, before: &Self) -> bool {
        self.at.micros_since(before.at) < PAUSE
            && self.offset == before.end()
            && self.is_by_user() == before.is_by_user()
    }

    /// Whether no chunk of the other direction lies between this one and the one before it.
    #[must_use]
    pub const fn follows(&self, before: &Self) -> bool {
        // Sequence numbers have no gaps: a number between the two belongs to a chunk of the other direction, trimmed or
        // not.
        self.seq == before.seq + 1
    }

    /// Offset behind the last byte.
    #[must_use]
    pub const fn end(&self) -> u64 {
        self.offset + self.len as u64
    }
}

/// The kept part of one stream. It has the bytes from [`start`](Self::start) to [`end`](Self::end), except for bytes
/// that were missed: there the chunks leave a gap.
#[derive(Clone, Debug, Default)]
pub struct History {
    limit: usize,
    start: u64,
    end: u64,
    segments: VecDeque<Segment>,
    chunks: VecDeque<Chunk>,
    segment_cost: usize,
    /// The number of kept bytes that are in a file.
    stored: u64,
    /// Buffers of trimmed segments, to be reused.
    spare: Vec<Vec<u8>>,
}

impl History {
    /// An empty history that keeps the newest `limit` bytes.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self { limit, ..Self::default() }
    }

    /// The largest number of bytes that are kept.
    #[must_use]
    pub const fn limit(&self) -> usize {
        self.limit
    }

    /// Whether the next chunk causes older bytes to be trimmed.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.stored == 0 && self.end - self.start >= self.limit as u64
            || self.chunks.len() >= self.most_chunks()
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

    /// Memory that this history takes, in bytes, its chunks included.
    #[must_use]
    pub fn cost(&self) -> usize {
        let spare = self.spare.iter().map(Vec::capacity).sum::<usize>();
        self.segment_cost + self.chunks.capacity() * size_of::<Chunk>() + spare
    }

    /// The kept chunks, oldest first. The first may begin before [`start`](Self::start).
    #[must_use]
    pub const fn chunks(&self) -> &VecDeque<Chunk> {
        &self.chunks
    }

    /// Index in [`chunks`](Self::chunks) of the chunk that contains this byte; `None` for bytes that are trimmed,
    /// missed or yet to come.
    #[must_use]
    pub fn chunk_of(&self, offset: u64) -> Option<usize> {
        let index = self.chunks.partition_point(|chunk| chunk.offset <= offset).checked_sub(1)?;
        (offset < self.chunks[index].end() && offset >= self.start).then_some(index)
    }

    /// Copies the kept bytes of a range, without missed ones; at most `range.end - range.start` bytes. The cost is that
    /// of the copy, plus the logarithm of the number of segments.
    #[must_use]
    pub fn copy(&self, range: Range<u64>) -> Vec<u8> {
        let from = range.start.max(self.start);
        if from >= range.end {
            return Vec::new();
        }
        let mut out =
            Vec::with_capacity(usize::try_from(range.end.min(self.end).saturating_sub(from)).unwrap_or(0));
        self.slices(range).for_each(|(_, data)| out.extend_from_slice(&data));
        out
    }

    /// The kept bytes of a range, without a copy unless they are in a file: consecutive slices, each with the offset of
    /// its first byte. Where bytes were missed, a slice begins behind the end of the one before it.
    pub fn slices(&self, range: Range<u64>) -> impl Iterator<Item = (u64, Cow<'_, [u8]>)> {
        // The first segment may still contain trimmed bytes.
        let from = range.start.max(self.start);
        let first = self.segments.partition_point(|segment| segment.end() <= from);
        let segments = self.segments.range(first..).take_while(move |segment| segment.offset < range.end);
        segments.flat_map(move |segment| segment.slices(from..range.end))
    }

    /// The offset of the first kept byte at or behind `offset`.
    #[must_use]
    pub fn next_kept(&self, offset: u64) -> Option<u64> {
        let from = offset.max(self.start);
        let next = self.segments.partition_point(|segment| segment.end() <= from);
        self.segments.get(next).map(|segment| segment.offset.max(from))
    }

    /// Adds a chunk and trims older bytes.
    pub fn push(&mut self, chunk: NewChunk, payload: Payload<'_>) {
        let NewChunk { seq, wall_clock: at, offset, origin, .. } = chunk;
        let len = u32::try_from(payload.bytes.len()).unwrap_or(u32::MAX);
        if self.segments.is_empty() {
            self.start = offset;
        }
        let begin = (offset % BLOCK) as u16;
        let mark = if origin == Origin::User { BY_USER } else { 0 };
        let mut chunk = Chunk { seq, at, offset, len, run: begin, run_alone: begin | mark };
        if let Some(before) = self.chunks.back().filter(|before| chunk.continues(before)) {
            chunk.run_alone = before.run_alone;
            if chunk.follows(before) {
                chunk.run = before.run;
            }
        }
        self.chunks.push_back(chunk);
        self.end = offset + u64::from(len);
        // Trim before copying, so that the segments of the trimmed bytes are reused.
        self.trim();
        match payload.stored {
            None => self.append(offset, payload.bytes),
            Some(StoredAt { files, place }) => self.append_stored(offset, files, place, len),
        }
        self.spare.truncate(1);
    }

    /// Keeps where bytes lie in a file.
    fn append_stored(&mut self, offset: u64, files: &PayloadFiles, place: Place, length: u32) {
        self.stored += u64::from(length);
        if let Some(last) = self.segments.back_mut().filter(|last| last.end() == offset) {
            let before = last.cost();
            if last.add_stored(place, length) {
                self.segment_cost = self.segment_cost - before + last.cost();
                return;
            }
        }
        let mut next = Segment::in_file(offset, files.clone());
        next.add_stored(place, length);
        self.segment_cost += next.cost();
        self.segments.push_back(next);
    }

    /// Continues at `offset`: all bytes before it count as trimmed, whether they were kept or not.
    pub fn skip_trimmed(&mut self, offset: u64) {
        self.end = self.end.max(offset);
        self.trim_before(offset);
    }

    /// Copies those bytes of `data` that are not trimmed already.
    fn append(&mut self, offset: u64, data: &[u8]) {
        let mut at = offset.max(self.start);
        let mut left = &data[(at - offset) as usize..];
        while !left.is_empty() {
            let last = self.segments.back_mut().filter(|last| last.end() == at);
            let goes_on = last.is_some();
            let taken = if let Some(last) = last.filter(|last| last.has_room()) {
                let before = last.cost();
                let taken = last.fill(left);
                self.segment_cost = self.segment_cost - before + last.cost();
                taken
            } else {
                // The first segment grows, because most streams are short; so does one behind a gap, because there may
                // be many.
                let new = || Vec::with_capacity(if goes_on { SEGMENT } else { 0 });
                let mut next = Segment::in_memory(at, self.spare.pop().unwrap_or_else(new));
                let taken = next.fill(left);
                self.segment_cost += next.cost();
                self.segments.push_back(next);
                taken
            };
            at += taken as u64;
            left = &left[taken..];
        }
    }

    fn trim(&mut self) {
        let surplus = self.chunks.len().saturating_sub(self.most_chunks());
        let by_chunks = if surplus > 0 { self.chunks[surplus].offset } else { self.start };
        // Bytes in a file take no memory, and the gaps between them neither.
        let by_bytes = if self.stored > 0 { 0 } else { self.end.saturating_sub(self.limit as u64) };
        self.trim_before(by_chunks.max(by_bytes));
    }

    fn trim_before(&mut self, offset: u64) {
        self.start = self.start.max(offset.min(self.end));
        while self.segments.front().is_some_and(|segment| segment.end() <= self.start) {
            let Some(trimmed) = self.segments.pop_front() else { break };
            self.segment_cost -= trimmed.cost();
            self.stored -= trimmed.stored();
            self.spare.extend(trimmed.into_buffer());
        }
        while self.chunks.front().is_some_and(|chunk| chunk.end() <= self.start) {
            self.chunks.pop_front();
        }
    }

    /// Offset of the oldest segment that is kept.
    #[must_use]
    pub fn oldest_segment(&self) -> Option<u64> {
        self.segments.front().map(|segment| segment.offset)
    }

    /// Offsets of the segments that begin at or behind `offset`, in order. The model queues those that a chunk began,
    /// to find the oldest bytes of all connections.
    pub fn segments_from(&self, offset: u64) -> impl Iterator<Item = u64> {
        // Most chunks begin none: then only the newest segment is looked at.
        let is_before = |segment: &Segment| segment.offset < offset;
        let first = match self.segments.back() {
            Some(newest) if !is_before(newest) => self.segments.partition_point(is_before),
            _ => self.segments.len(),
        };
        self.segments.range(first..).map(|segment| segment.offset)
    }

    /// Drops the oldest segment, because the memory budget is exhausted.
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
mod tests;
