//! Bytes that are left out of a comparison, because they differ each time: dates, numbers, nonces.

use std::ops::Range;

use crate::bytes::pattern::{Pattern, Window, WindowEnd};

/// The patterns of bytes that are not compared.
#[derive(Clone, Debug, Default)]
pub struct Ignored(Vec<Pattern>);

impl Ignored {
    /// Leaves out what any of these patterns matches.
    #[must_use]
    pub const fn new(patterns: Vec<Pattern>) -> Self {
        Self(patterns)
    }

    /// The parts of a whole stream that are left out, in their order and without overlaps.
    #[must_use]
    pub fn ranges(&self, bytes: &[u8]) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        for pattern in &self.0 {
            let window = Window { bytes, from: 0, end: WindowEnd::Final };
            pattern.scan(window, usize::MAX, |range| found.push(range));
        }
        joined(found)
    }
}

/// Sorts ranges, and joins those that overlap or touch. Empty ones are dropped.
fn joined(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.retain(|range| !range.is_empty());
    ranges.sort_by_key(|range| range.start);
    let mut joined: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match joined.last_mut().filter(|last| range.start <= last.end) {
            Some(last) => last.end = last.end.max(range.end),
            None => joined.push(range),
        }
    }
    joined
}

/// How much of a stream has arrived, as far as it counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Arrived {
    /// The number of bytes that are not left out.
    pub counted: usize,
    /// Whether the last byte is left out.
    pub ends_ignored: bool,
}

impl Arrived {
    /// The state behind the first `length` bytes of a whole stream, in which these ranges are left out.
    #[must_use]
    pub fn of_prefix(length: usize, ranges: &[Range<usize>]) -> Self {
        let within = ranges.iter().take_while(|range| range.start < length);
        let ignored: usize = within.clone().map(|range| range.end.min(length) - range.start).sum();
        let ends_ignored = within.last().is_some_and(|range| range.end >= length);
        Self { counted: length - ignored, ends_ignored }
    }
}

/// Counts the bytes of a stream that arrives. Each part of it is searched about once.
#[derive(Clone, Debug)]
pub struct ArrivedCounter<'i> {
    ignored: &'i Ignored,
    /// For each pattern, where the search goes on, and the matches before that.
    searched: Vec<Searched>,
    /// What is left out of the bytes that were counted.
    left_out: Vec<Range<usize>>,
    /// The number of bytes of which it is settled whether they are left out.
    settled: usize,
}

#[derive(Clone, Debug, Default)]
struct Searched {
    settled: usize,
    matches: Vec<Range<usize>>,
}

impl<'i> ArrivedCounter<'i> {
    /// Counts a stream of which nothing has arrived.
    #[must_use]
    pub fn new(ignored: &'i Ignored) -> Self {
        let searched = vec![Searched::default(); ignored.0.len()];
        Self { ignored, searched, left_out: Vec::new(), settled: 0 }
    }

    /// Counts a stream of which these are all bytes that have arrived.
    pub fn count(&mut self, bytes: &[u8]) -> Arrived {
        let mut ranges = Vec::new();
        for (pattern, searched) in self.ignored.0.iter().zip(&mut self.searched) {
            let base = searched.settled.saturating_sub(Pattern::CONTEXT);
            let from = searched.settled - base;
            let window = Window { bytes: &bytes[base..], from, end: WindowEnd::Open };
            let mut new = Vec::new();
            let scanned =
                pattern.scan(window, usize::MAX, |range| new.push(base + range.start..base + range.end));
            searched.settled = (base + scanned.settled).max(searched.settled).min(bytes.len());
            ranges.extend(new.iter().cloned());
            new.retain(|range| range.start < searched.settled);
            ranges.extend(searched.matches.iter().cloned());
            searched.matches.extend(new);
        }
        self.left_out = joined(ranges);
        let settled = self.searched.iter().map(|searched| searched.settled).min();
        self.settled = settled.unwrap_or(bytes.len());
        Arrived::of_prefix(bytes.len(), &self.left_out)
    }

    /// Returns what is left out of the bytes that were counted. Behind those that are settled it may still change.
    #[must_use]
    pub fn left_out(&self) -> &[Range<usize>] {
        &self.left_out
    }

    /// Returns the number of bytes of which it is settled whether they are left out.
    #[must_use]
    pub const fn settled(&self) -> usize {
        self.settled
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bytes::encoding::Encoding;

    fn ignored(patterns: &[&str]) -> Ignored {
        Ignored::new(patterns.iter().map(|text| Pattern::parse(text, Encoding::UTF_8).unwrap()).collect())
    }

    #[test]
    fn matches_of_all_patterns_are_joined() {
        let ignored = ignored(&["re:[0-9]+", "hex: 3? 41", "b"]);
        assert_eq!(ignored.ranges(b"x12Ab..7"), [1..5, 7..8]);
        assert!(Ignored::default().ranges(b"12").is_empty());
    }

    #[test]
    fn a_stream_counts_the_same_in_pieces_as_at_once() {
        let ignored = ignored(&["re:Date: [^\\r]*", "re:[0-9]+"]);
        let stream = b"HTTP/1.1 200 OK\r\nDate: Sun, 29 Nov 2026\r\nAge: 12\r\n\r\nbody";
        let ranges = ignored.ranges(stream);
        let mut counter = ArrivedCounter::new(&ignored);
        for length in 0..=stream.len() {
            let arrived = counter.count(&stream[..length]);
            // The start of a match is taken for other bytes until all that makes it one is there.
            assert!(arrived.counted >= Arrived::of_prefix(length, &ranges).counted, "{length}");
        }
        let whole = Arrived::of_prefix(stream.len(), &ranges);
        assert_eq!(counter.count(stream), whole);
        assert_eq!(whole.counted, stream.len() - ranges.iter().map(Range::len).sum::<usize>());
    }

    #[test]
    fn a_prefix_may_end_within_what_is_left_out() {
        let ends = |length| Arrived::of_prefix(length, &[2..4, 6..7]);
        let arrived = |counted, ends_ignored| Arrived { counted, ends_ignored };
        assert_eq!(ends(2), arrived(2, false));
        assert_eq!(ends(3), arrived(2, true));
        assert_eq!(ends(4), arrived(2, true));
        assert_eq!(ends(5), arrived(3, false));
        assert_eq!(ends(8), arrived(5, false));
    }
}
