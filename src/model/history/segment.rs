//! Contiguous bytes of a stream, in memory or in a file.

use std::borrow::Cow;
use std::iter;
use std::mem;
use std::ops::Range;

use crate::bytes::prefetch::prefetch;
use crate::event::Place;
use crate::model::payload::PayloadFiles;

/// The largest size in memory of a segment in bytes. It spans several pages, because the allocator can return only whole
/// pages of the free space between two segments.
pub(super) const SEGMENT: usize = 16 * 1024;
/// The first segment of a stream is allocated with at least this number of bytes.
const FIRST: usize = 256;
/// The largest number of pieces of a segment in a file.
const MOST_PIECES: usize = 64;
/// The largest number of bytes of such a segment; the next piece begins another one.
const LARGEST_STORED: u64 = 1 << 20;
/// The number of bytes that are read from a file at once, unless a piece is longer.
const READ_AT_ONCE: u64 = 256 << 10;
/// Memory of a segment besides its bytes: its place in the queue, whose capacity may be twice its length, and the
/// header of its allocation.
const OVERHEAD: usize = 2 * size_of::<Segment>() + 16;

/// Contiguous bytes of a stream.
#[derive(Clone, Debug)]
pub(super) struct Segment {
    pub(super) offset: u64,
    data: Data,
}

#[derive(Clone, Debug)]
enum Data {
    Memory(Vec<u8>),
    Stored(Box<Stored>),
}

/// Bytes in a file.
#[derive(Clone, Debug)]
struct Stored {
    files: PayloadFiles,
    pieces: Vec<Piece>,
    length: u64,
}

/// Contiguous bytes in a file.
#[derive(Clone, Copy, Debug)]
struct Piece {
    place: Place,
    /// The offset of the first byte in the segment.
    start: u32,
    length: u32,
}

impl Segment {
    /// A segment in memory, in a buffer that is empty.
    pub(super) const fn in_memory(offset: u64, buffer: Vec<u8>) -> Self {
        Self { offset, data: Data::Memory(buffer) }
    }

    /// A segment in a file, without bytes.
    pub(super) fn in_file(offset: u64, files: PayloadFiles) -> Self {
        Self { offset, data: Data::Stored(Box::new(Stored { files, pieces: Vec::new(), length: 0 })) }
    }

    /// The offset behind the last byte.
    pub(super) const fn end(&self) -> u64 {
        self.offset
            + match &self.data {
                Data::Memory(bytes) => bytes.len() as u64,
                Data::Stored(stored) => stored.length,
            }
    }

    /// The number of its bytes that are in a file.
    pub(super) const fn stored(&self) -> u64 {
        match &self.data {
            Data::Memory(_) => 0,
            Data::Stored(stored) => stored.length,
        }
    }

    /// The memory that the segment takes, unused capacity included.
    pub(super) const fn cost(&self) -> usize {
        OVERHEAD
            + match &self.data {
                Data::Memory(bytes) => bytes.capacity(),
                Data::Stored(stored) => size_of::<Stored>() + stored.pieces.capacity() * size_of::<Piece>(),
            }
    }

    /// Whether bytes in memory can follow its own.
    pub(super) const fn has_room(&self) -> bool {
        matches!(&self.data, Data::Memory(bytes) if bytes.len() < SEGMENT)
    }

    /// Copies as much of the start of `data` as fits; returns the number of bytes copied.
    pub(super) fn fill(&mut self, data: &[u8]) -> usize {
        let Data::Memory(bytes) = &mut self.data else { return 0 };
        let taken = data.len().min(SEGMENT - bytes.len());
        let needed = bytes.len() + taken;
        if bytes.capacity() < needed {
            let capacity = needed.next_power_of_two().clamp(FIRST, SEGMENT);
            bytes.reserve_exact(capacity - bytes.len());
        }
        bytes.extend_from_slice(&data[..taken]);
        prefetch(bytes, needed..needed + taken);
        taken
    }

    /// Adds bytes in a file behind its own; returns whether there was room.
    pub(super) fn add_stored(&mut self, place: Place, length: u32) -> bool {
        let Data::Stored(stored) = &mut self.data else { return false };
        let is_full = stored.pieces.len() >= MOST_PIECES || stored.length >= LARGEST_STORED;
        if is_full {
            return false;
        }
        // Less than the largest segment.
        stored.pieces.push(Piece { place, start: stored.length as u32, length });
        stored.length += u64::from(length);
        true
    }

    /// Its buffer, if it is in memory, without the bytes.
    pub(super) fn into_buffer(self) -> Option<Vec<u8>> {
        match self.data {
            Data::Memory(mut bytes) => {
                bytes.clear();
                Some(bytes)
            }
            Data::Stored(_) => None,
        }
    }

    /// The bytes of a range of offsets of the stream, without a copy if they are in memory: consecutive slices, each with
    /// the offset of its first byte.
    pub(super) fn slices(&self, range: Range<u64>) -> impl Iterator<Item = (u64, Cow<'_, [u8]>)> {
        let start = range.start.max(self.offset);
        let end = range.end.min(self.end());
        let mut from = start;
        iter::from_fn(move || {
            if from >= end {
                return None;
            }
            let at = from;
            let within = at - self.offset..end - self.offset;
            let data = match &self.data {
                Data::Memory(bytes) => Cow::Borrowed(&bytes[within.start as usize..within.end as usize]),
                Data::Stored(stored) => Cow::Owned(stored.read(within)),
            };
            from += data.len() as u64;
            Some((at, data))
        })
    }

    #[cfg(test)]
    pub(super) const fn memory(&self) -> Option<&Vec<u8>> {
        match &self.data {
            Data::Memory(bytes) => Some(bytes),
            Data::Stored(_) => None,
        }
    }
}

impl Stored {
    /// Reads the start of a range that is not empty: whole pieces up to a limit, but at least one.
    fn read(&self, range: Range<u64>) -> Vec<u8> {
        let first = self.pieces.partition_point(|piece| u64::from(piece.start) <= range.start) - 1;
        let end = range.end.min(range.start + READ_AT_ONCE);
        let last = self.pieces.partition_point(|piece| u64::from(piece.start) < end) - 1;
        let last_end = u64::from(self.pieces[last].start) + u64::from(self.pieces[last].length);
        let length = range.end.min(last_end) - range.start;
        let mut bytes = vec![0; length as usize];
        let mut rest = &mut bytes[..];
        let mut skip = range.start - u64::from(self.pieces[first].start);
        for piece in &self.pieces[first..=last] {
            let length = rest.len().min((u64::from(piece.length) - skip) as usize);
            let (into, behind) = mem::take(&mut rest).split_at_mut(length);
            if let Some(place) = piece.place.behind(skip) {
                self.files.0.read(place, into);
            }
            (rest, skip) = (behind, 0);
        }
        bytes
    }
}
