//! Bytes that wait to be written at the end of a file.

use memmap2::{Advice, MmapMut};

/// The alignment that disks and file systems ask for when memory is written to a disk as it is, in bytes.
pub const BLOCK: usize = 4096;

/// The first memory, in bytes: enough for a connection on which little happens.
const SMALL: usize = 64 << 10;

/// What is more has this memory, in bytes, in large pages: the kernel looks up each page of what a disk reads, which took
/// more time for pages of 4 KiB than all the rest of the write.
const LARGE: usize = 4 << 20;

/// Bytes for the end of a file, which lie in memory as they will lie in the file: what stands at a whole block of the
/// file is at a whole block of memory. This does not hold until the memory has grown to its size.
#[derive(Debug)]
pub struct Blocks {
    memory: Memory,
    /// Where the bytes begin in the memory.
    start: usize,
    /// Where they end.
    end: usize,
}

/// Memory that is initialised in its whole length.
#[derive(Debug)]
enum Memory {
    Heap(Vec<u8>),
    Mapped(MmapMut),
}

impl Memory {
    /// Memory for at least this number of bytes.
    fn new(bytes: usize) -> Self {
        if bytes <= SMALL {
            return Self::Heap(vec![0; SMALL]);
        }
        let size = if bytes <= LARGE { LARGE } else { bytes.next_power_of_two() };
        match MmapMut::map_anon(size) {
            Ok(mapping) => {
                // Where there are no large pages, small ones do.
                let _ = mapping.advise(Advice::HugePage);
                Self::Mapped(mapping)
            }
            Err(_) => Self::Heap(vec![0; size]),
        }
    }

    fn bytes(&self) -> &[u8] {
        match self {
            Self::Heap(bytes) => bytes,
            Self::Mapped(bytes) => bytes,
        }
    }

    fn bytes_mut(&mut self) -> &mut [u8] {
        match self {
            Self::Heap(bytes) => bytes,
            Self::Mapped(bytes) => bytes,
        }
    }
}

impl Default for Blocks {
    fn default() -> Self {
        Self { memory: Memory::Heap(Vec::new()), start: 0, end: 0 }
    }
}

impl Blocks {
    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.memory.bytes()[self.start..self.end]
    }

    /// The number of bytes.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.end - self.start
    }

    /// Whether there are no bytes.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Appends bytes.
    pub fn append(&mut self, bytes: &[u8]) {
        let end = self.end + bytes.len();
        if end > self.memory.bytes().len() {
            let mut memory = Memory::new(end);
            memory.bytes_mut()[self.start..self.end].copy_from_slice(self.bytes());
            self.memory = memory;
        }
        self.memory.bytes_mut()[self.end..end].copy_from_slice(bytes);
        self.end = end;
    }

    /// Writes over bytes that were appended.
    pub(super) fn overwrite(&mut self, at: usize, bytes: &[u8]) {
        let range = self.start..self.end;
        self.memory.bytes_mut()[range][at..at + bytes.len()].copy_from_slice(bytes);
    }

    /// Removes all bytes. What follows stands at this offset in the file.
    pub fn clear(&mut self, offset: u64) {
        let in_memory = self.memory.bytes().as_ptr() as usize % BLOCK;
        let in_file = (offset % BLOCK as u64) as usize;
        let start = (in_file + BLOCK - in_memory) % BLOCK;
        // There may be no memory yet.
        self.start = start.min(self.memory.bytes().len());
        self.end = self.start;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_and_file_have_the_same_alignment() {
        let mut blocks = Blocks::default();
        assert_eq!(blocks.bytes(), b"");
        blocks.append(&[1; 1 << 20]);
        let mut offset = blocks.len() as u64;
        for length in [1, 4_095, 4_096, 70_000, 12] {
            blocks.clear(offset);
            blocks.append(&vec![2; length]);
            assert_eq!(blocks.bytes(), vec![2; length]);
            assert_eq!(blocks.bytes().as_ptr() as usize % BLOCK, offset as usize % BLOCK);
            offset += length as u64;
        }
    }

    #[test]
    fn memory_grows_with_what_is_in_it() {
        let (mut blocks, mut expected) = (Blocks::default(), Vec::new());
        blocks.clear(77);
        for (number, length) in [1, SMALL, SMALL, 300_000, LARGE, 3].into_iter().enumerate() {
            let piece: Vec<u8> = (0..length).map(|at| (at * 31 + number) as u8).collect();
            blocks.append(&piece);
            expected.extend_from_slice(&piece);
            assert!(blocks.bytes() == expected, "{number}");
        }
        blocks.overwrite(SMALL, b"over");
        expected[SMALL..SMALL + 4].copy_from_slice(b"over");
        assert!(blocks.bytes() == expected);
    }
}
