//! Fetching memory into the cache of the processor before it is needed.
//!
//! The payload of a connection goes from one processor to the other, so it is in neither's cache when it is copied, and
//! a copy of 1 KiB waits for memory for longer than it takes. Nothing here changes what a program does.

use std::ops::Range;

use prefetch_index::prefetch_index;

/// The size of a cache line.
const LINE: usize = 64;

/// The most bytes that are fetched at once: more would displace what is needed first, and the processor finds out by
/// itself that a long stretch is read.
const MOST: usize = 2 * 1024;

/// Fetches the start of a range of `data`. The range may be behind its end, where a vector has room.
#[inline]
pub fn prefetch(data: &[u8], range: Range<usize>) {
    let end = range.end.min(range.start.saturating_add(MOST));
    for line in (range.start..end).step_by(LINE) {
        prefetch_index::<u8>(data, line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_range_is_accepted_and_nothing_changes() {
        let data = *b"some bytes";
        for range in [0..0, 0..10, 3..100_000, 500..600, usize::MAX - 1..usize::MAX] {
            prefetch(&data, range);
        }
        prefetch(&[], 0..1);
        assert_eq!(&data, b"some bytes");
    }
}
