//! The hits of one stream.

use std::collections::VecDeque;
use std::ops::Range;

/// A place at which a pattern was found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Hit {
    /// The offset of its first byte in the stream.
    pub offset: u64,
    /// Its length in bytes, at least 1.
    pub length: u32,
}

impl Hit {
    /// The offset behind the last byte.
    #[must_use]
    pub const fn end(&self) -> u64 {
        self.offset + self.length as u64
    }
}

/// The hits of one stream, and how far it has been searched.
#[derive(Debug, Default)]
pub(super) struct StreamHits {
    /// Whether the stream is in the queue of those to be searched.
    pub(super) is_queued: bool,
    /// The oldest hits, in order.
    kept: VecDeque<Hit>,
    /// The number of final hits behind those that are kept.
    beyond: u64,
    /// The number of hits behind those that are kept which bytes to come may change.
    open_beyond: u64,
    /// The offset from which the search has to continue. The hits that begin before it are final.
    next: u64,
}

impl StreamHits {
    pub(super) const fn next(&self) -> u64 {
        self.next
    }

    /// The number of hits that are kept, and of all hits.
    pub(super) fn size(&self) -> (usize, u64) {
        (self.kept.len(), self.kept.len() as u64 + self.beyond + self.open_beyond)
    }

    /// Adds what was found from [`next`](Self::next) on. The search continues at `next`; hits that begin behind it will
    /// be found again. At most `most` are kept.
    pub(super) fn searched(&mut self, found: &[Hit], next: u64, most: usize) {
        let again = self.kept.iter().rev().take_while(|hit| hit.offset >= self.next).count();
        self.kept.truncate(self.kept.len() - again);
        self.open_beyond = 0;
        for &hit in found {
            if self.beyond == 0 && self.kept.len() < most {
                self.kept.push_back(hit);
            } else if hit.offset < next {
                self.beyond += 1;
            } else {
                self.open_beyond += 1;
            }
        }
        self.next = next;
    }

    /// Forgets the kept hits that begin before `start`.
    pub(super) fn trim_before(&mut self, start: u64) {
        while self.kept.front().is_some_and(|hit| hit.offset < start) {
            self.kept.pop_front();
        }
    }

    /// Has the hits beyond those that are kept searched for again, if fewer than `fewest` are kept. Returns whether that
    /// is so.
    pub(super) fn refill(&mut self, fewest: usize) -> bool {
        let wanted = self.beyond > 0 && self.kept.len() < fewest;
        if wanted {
            // Bytes that are not kept any more are passed over.
            self.next = self.kept.back().map_or(0, Hit::end);
            (self.beyond, self.open_beyond) = (0, 0);
        }
        wanted
    }

    pub(super) fn overlapping(&self, range: Range<u64>) -> impl Iterator<Item = Hit> {
        let first = self.kept.partition_point(|hit| hit.end() <= range.start);
        self.kept.range(first..).copied().take_while(move |hit| hit.offset < range.end)
    }

    pub(super) fn nth(&self, index: usize) -> Option<Hit> {
        self.kept.get(index).copied()
    }

    pub(super) fn count_before(&self, before: u64) -> u64 {
        self.kept.partition_point(|hit| hit.offset < before) as u64
    }

    pub(super) fn next_from(&self, from: u64) -> Option<Hit> {
        self.kept.get(self.kept.partition_point(|hit| hit.offset < from)).copied()
    }

    pub(super) fn last_before(&self, before: u64) -> Option<Hit> {
        let place = self.kept.partition_point(|hit| hit.offset < before).checked_sub(1)?;
        self.kept.get(place).copied()
    }
}
