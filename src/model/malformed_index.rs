//! Index of the malformed parts in the kept bytes of one stream, so that a view can jump from one to the next and draw
//! an overview without decoding bytes that it does not show.
//!
//! The index has one entry for each block of [`BLOCK`] bytes that has malformed parts. It is bounded like the history,
//! and must be trimmed together with it. Which bytes of a block are malformed is not recorded: the view that shows them
//! decodes them.

use std::collections::VecDeque;
use std::ops::Range;

pub use crate::bytes::utf8::BLOCK;

/// An entry of the index: a block with malformed parts.
#[derive(Clone, Copy, Debug)]
struct MalformedBlock {
    /// The number of the block: its first offset divided by [`BLOCK`].
    block: u64,
    /// Number of parts in this block and all earlier ones, since the start of the stream. The difference of two entries
    /// is the count of a range.
    so_far: u64,
}

impl MalformedBlock {
    const fn start(&self) -> u64 {
        self.block * BLOCK
    }

    /// The very last block ends at the largest offset.
    const fn end(&self) -> u64 {
        self.start().saturating_add(BLOCK)
    }

    const fn range(&self) -> Range<u64> {
        self.start()..self.end()
    }
}

/// The malformed parts of one stream, counted by block. A part belongs to the block of its first byte.
#[derive(Clone, Debug, Default)]
pub struct MalformedIndex {
    /// Ordered by block.
    entries: VecDeque<MalformedBlock>,
    /// Number of parts in trimmed blocks.
    trimmed: u64,
}

impl MalformedIndex {
    /// Adds `parts` parts that begin in the block of `offset`. Parts must be added in the order of the stream; one that
    /// is added late is counted in the newest block.
    pub fn add(&mut self, offset: u64, parts: u64) {
        if parts == 0 {
            return;
        }
        let block = offset / BLOCK;
        match self.entries.back_mut() {
            Some(last) if last.block >= block => last.so_far += parts,
            last => {
                let so_far = last.map_or(self.trimmed, |last| last.so_far) + parts;
                self.entries.push_back(MalformedBlock { block, so_far });
            }
        }
    }

    /// Removes the blocks that end at or before `offset`.
    pub fn trim_before(&mut self, offset: u64) {
        if self.entries.capacity() == 0 {
            return;
        }
        while let Some(first) = self.entries.front().filter(|first| first.end() <= offset) {
            self.trimmed = first.so_far;
            self.entries.pop_front();
        }
        if self.entries.is_empty() {
            self.entries.shrink_to_fit();
        }
    }

    /// Number of parts in all blocks that overlap the range. This and the next two methods cost the logarithm of the
    /// number of entries.
    #[must_use]
    pub fn count(&self, range: Range<u64>) -> u64 {
        if range.is_empty() {
            return 0;
        }
        let (from, to) = (self.ending_by(range.start), self.beginning_before(range.end));
        self.so_far(to) - self.so_far(from.min(to))
    }

    /// The first block with malformed parts that ends behind `from`, as a range of offsets.
    #[must_use]
    pub fn next_block(&self, from: u64) -> Option<Range<u64>> {
        self.entries.get(self.ending_by(from)).map(MalformedBlock::range)
    }

    /// The last block with malformed parts that begins before `before`, as a range of offsets.
    #[must_use]
    pub fn previous_block(&self, before: u64) -> Option<Range<u64>> {
        self.beginning_before(before).checked_sub(1).map(|last| self.entries[last].range())
    }

    /// Memory that the index takes, in bytes.
    #[must_use]
    pub fn cost(&self) -> usize {
        self.entries.capacity() * size_of::<MalformedBlock>()
    }

    /// Number of entries whose block ends at or before `offset`.
    fn ending_by(&self, offset: u64) -> usize {
        self.entries.partition_point(|entry| entry.end() <= offset)
    }

    /// Number of entries whose block begins before `offset`.
    fn beginning_before(&self, offset: u64) -> usize {
        self.entries.partition_point(|entry| entry.start() < offset)
    }

    /// Number of parts in the first `entries` entries and in all trimmed blocks.
    fn so_far(&self, entries: usize) -> u64 {
        entries.checked_sub(1).map_or(self.trimmed, |last| self.entries[last].so_far)
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn entries(parts: &[(u64, u64)]) -> MalformedIndex {
        let mut entries = MalformedIndex::default();
        for &(offset, parts) in parts {
            entries.add(offset, parts);
        }
        entries
    }

    #[test]
    fn parts_are_counted_by_block() {
        let entries = entries(&[(0, 1), (1023, 2), (1024, 4), (5000, 8), (5000, 0)]);
        for (range, parts) in [
            (0..1, 3),
            (0..1024, 3),
            (0..1025, 7),
            (1023..1024, 3),
            (1024..4096, 4),
            (2048..4096, 0),
            (2048..4097, 8),
            (0..u64::MAX, 15),
            (1024..1024, 0),
            (6000..7000, 0),
        ] {
            assert_eq!(entries.count(range.clone()), parts, "{range:?}");
        }
    }

    #[test]
    fn one_leads_to_the_next_and_back() {
        let entries = entries(&[(100, 1), (4096, 1), (9000, 1)]);
        assert_eq!(entries.next_block(0), Some(0..1024));
        assert_eq!(entries.next_block(1023), Some(0..1024), "the block that `from` lies in");
        assert_eq!(entries.next_block(1024), Some(4096..5120));
        assert_eq!(entries.next_block(9216), None);
        assert_eq!(entries.previous_block(u64::MAX), Some(8192..9216));
        assert_eq!(entries.previous_block(8192), Some(4096..5120));
        assert_eq!(entries.previous_block(4097), Some(4096..5120));
        assert_eq!(entries.previous_block(0), None);
    }

    #[test]
    fn trimmed_blocks_are_gone_and_one_that_straddles_stays() {
        let mut entries = entries(&[(100, 1), (4096, 2), (9000, 4)]);
        entries.trim_before(5119);
        assert_eq!((entries.next_block(0), entries.count(0..u64::MAX)), (Some(4096..5120), 6));
        entries.trim_before(5120);
        assert_eq!((entries.next_block(0), entries.count(0..u64::MAX)), (Some(8192..9216), 4));
        entries.trim_before(u64::MAX);
        assert_eq!((entries.count(0..u64::MAX), entries.cost()), (0, 0));
        entries.add(20_000, 8);
        assert_eq!(entries.count(0..u64::MAX), 8);
    }

    #[test]
    fn the_largest_offset_has_a_block() {
        let mut entries = entries(&[(u64::MAX, 1)]);
        assert_eq!(entries.next_block(u64::MAX - 1), Some(u64::MAX - 1023..u64::MAX));
        assert_eq!(entries.count(0..u64::MAX), 1);
        entries.trim_before(u64::MAX);
        assert_eq!(entries.next_block(0), None);
    }

    proptest! {
        #[test]
        fn a_range_counts_what_was_added_to_its_blocks(
            steps in vec((0..3000_u64, 0..4_u64), 0..40),
            trim in 0..60_000_u64,
            a in 0..60_000_u64,
            b in 0..60_000_u64,
        ) {
            let added: Vec<(u64, u64)> = steps
                .iter()
                .scan(0, |offset, &(step, parts)| {
                    *offset += step;
                    Some((*offset, parts))
                })
                .collect();
            let mut entries = entries(&added);
            entries.trim_before(trim);
            let range = a.min(b)..a.max(b);
            let overlaps = |offset: u64| {
                let start = offset / BLOCK * BLOCK;
                start + BLOCK > trim && start < range.end && start + BLOCK > range.start && !range.is_empty()
            };
            let expected: u64 = added.iter().filter(|(offset, _)| overlaps(*offset)).map(|(_, parts)| parts).sum();
            prop_assert_eq!(entries.count(range), expected);
        }
    }
}
