//! Memory for copies of short reads: large blocks, reused once nothing refers to their contents.

use bytes::{Bytes, BytesMut};

use crate::bytes::prefetch::prefetch;

/// Reads of this many bytes or more keep a buffer of their own; shorter ones are copied to a block. Both are memory
/// of the server: the consumer copies what it keeps.
pub(in crate::server) const OWN_BUFFER: usize = 8 * 1024;

/// The size of a block. A block never grows: that would copy its contents.
const BLOCK: usize = 256 * 1024;
const _: () = assert!(BLOCK >= OWN_BUFFER, "a short read fits a block");

/// The range of a block that holds a copied read.
#[derive(Clone, Copy, Debug)]
pub(super) struct ArenaRange {
    block: u32,
    start: u32,
    len: u32,
}

/// The blocks of one batch.
#[derive(Default)]
pub(super) struct Arena {
    blocks: Vec<BytesMut>,
    /// The number of blocks that are in use; the last one of them is being filled.
    used: usize,
    taken: Vec<Bytes>,
}

impl Arena {
    /// Copies less than a block of bytes.
    #[inline]
    pub(super) fn copy(&mut self, data: &[u8]) -> ArenaRange {
        let fits = |block: &BytesMut| block.capacity() - block.len() >= data.len();
        if !self.blocks[..self.used].last().is_some_and(fits) {
            self.begin_block();
        }
        let block = &mut self.blocks[self.used - 1];
        let start = block.len();
        block.extend_from_slice(data);
        // The next read is probably as long as this one.
        prefetch(block, block.len()..block.len() + data.len());
        // The size of a block and the limit of a queue are far below the limits of these types.
        ArenaRange { block: self.used as u32 - 1, start: start as u32, len: data.len() as u32 }
    }

    fn begin_block(&mut self) {
        match self.blocks.get_mut(self.used) {
            Some(block) => {
                if !block.try_reclaim(BLOCK) {
                    // The consumer still holds a part of the block.
                    *block = BytesMut::with_capacity(BLOCK);
                }
            }
            None => self.blocks.push(BytesMut::with_capacity(BLOCK)),
        }
        self.used += 1;
    }

    /// Freezes the blocks: nothing more is copied in this epoch, and [`at`](Self::at) works from now on.
    pub(super) fn take(&mut self) {
        let used = self.blocks[..self.used].iter_mut();
        self.taken.extend(used.map(|block| block.split().freeze()));
    }

    /// The bytes that were copied to `place`.
    pub(super) fn at(&self, place: ArenaRange) -> Bytes {
        let start = place.start as usize;
        self.taken[place.block as usize].slice(start..start + place.len as usize)
    }

    /// Clears the arena for its next use. An eighth of the unused blocks is freed each time.
    pub(super) fn recycle(&mut self) {
        self.taken.clear();
        let unused = self.blocks.len().saturating_sub(2 * self.used);
        self.blocks.truncate(self.blocks.len() - unused.div_ceil(8));
        self.used = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_copied_is_found_again_and_blocks_are_used_again() {
        let mut arena = Arena::default();
        let mut first = None;
        for round in 0..5u8 {
            let places: Vec<_> = (0..100).map(|index| arena.copy(&vec![round ^ index; 4_000])).collect();
            arena.take();
            assert_eq!(arena.taken.len(), 2);
            for (index, place) in (0..100).zip(places) {
                assert_eq!(arena.at(place), vec![round ^ index; 4_000]);
            }
            let at = arena.taken[0].as_ptr();
            assert_eq!(*first.get_or_insert(at), at, "the same memory");
            arena.recycle();
        }
    }

    #[test]
    fn what_is_looked_at_is_left_alone() {
        let mut arena = Arena::default();
        let place = arena.copy(b"one");
        arena.take();
        let kept = arena.at(place);
        arena.recycle();
        let place = arena.copy(b"two");
        arena.take();
        assert_eq!(arena.at(place), &b"two"[..]);
        assert_eq!(kept, &b"one"[..]);
    }

    #[test]
    fn what_a_burst_took_is_given_back() {
        let mut arena = Arena::default();
        let uses = |arena: &mut Arena, reads: usize| {
            (0..reads).for_each(|_| assert!(arena.copy(&[0; 8_000]).len > 0));
            arena.take();
            arena.recycle();
        };
        uses(&mut arena, 1_000);
        assert!(arena.blocks.len() > 30);
        (0..100).for_each(|_| uses(&mut arena, 1));
        assert!(arena.blocks.len() <= 2, "{}", arena.blocks.len());
    }
}
