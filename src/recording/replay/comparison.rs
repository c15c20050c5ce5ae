//! The comparison of a stream with the recorded one.

use std::collections::VecDeque;
use std::ops::Range;

use crate::recording::replay::ignored::Ignored;
use crate::recording::replay::script::Expected;

/// Differences that have at most this number of equal bytes between them are told as one.
const NEAR: usize = 8;
/// The largest number of bytes that are told of one difference.
const LONGEST: usize = 1_024;
/// The largest number of differences of one stream that are told.
const MOST: usize = 32;

/// A place where a stream is not as it was recorded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Difference {
    /// The offset in the recorded stream.
    pub offset: u64,
    /// What was recorded there; nothing if the recorded stream ends there.
    pub expected: Vec<u8>,
    /// What is there now; nothing if the stream ends there.
    pub got: Vec<u8>,
    /// Where that is in the stream of now.
    pub place: Range<u64>,
}

/// What a comparison found.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Compared {
    /// The first differences, with the first bytes of each.
    pub told: Vec<Difference>,
    /// The number of differences.
    pub found: u64,
}

/// A part of the recorded stream that is compared.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Part {
    /// Where it is in the stream.
    range: Range<usize>,
    /// Whether the recording has its bytes.
    is_known: bool,
}

/// Bytes that differ and belong together.
#[derive(Clone, Debug)]
struct Run {
    difference: Difference,
    /// Equal bytes behind it so far.
    equal: Vec<u8>,
}

impl Run {
    /// Adds a byte of either; `at` is where the one of now is.
    fn push(&mut self, expected: Option<u8>, got: Option<u8>, at: u64) {
        let Difference { expected: before, got: now, place, .. } = &mut self.difference;
        place.end = at + u64::from(got.is_some());
        for side in [&mut *before, &mut *now] {
            side.extend_from_slice(&self.equal);
        }
        self.equal.clear();
        before.extend(expected);
        now.extend(got);
        before.truncate(LONGEST);
        now.truncate(LONGEST);
    }
}

/// The comparison of a stream that arrives with the recorded one. What is left out of both is no difference, nor is what
/// is missing in the recording. Each byte is looked at once.
#[derive(Clone, Debug)]
pub struct Comparison<'e> {
    recorded: &'e [u8],
    /// The parts of it that are compared and were not compared to their end.
    parts: VecDeque<Part>,
    /// The number of bytes of the other stream that were compared or left out.
    seen: usize,
    run: Option<Run>,
    compared: Compared,
}

impl<'e> Comparison<'e> {
    /// Compares with this stream, without these parts of it.
    #[must_use]
    pub fn new(expected: &'e Expected, left_out: &[Range<usize>]) -> Self {
        let known = outside(&expected.unknown, 0..expected.bytes.len()).map(|range| (range, true));
        let unknown = expected.unknown.iter().cloned().map(|range| (range, false));
        let mut all: Vec<_> = known.chain(unknown).collect();
        all.sort_by_key(|(range, _)| range.start);
        let parts = all.into_iter().flat_map(|(range, is_known)| {
            outside(left_out, range).map(move |range| Part { range, is_known }).collect::<Vec<_>>()
        });
        Self {
            recorded: &expected.bytes,
            parts: parts.collect(),
            seen: 0,
            run: None,
            compared: Compared::default(),
        }
    }

    /// Compares the bytes up to `settled` of a stream of which these have arrived. It is known which of them are left out.
    pub fn advance(&mut self, got: &[u8], left_out: &[Range<usize>], settled: usize) {
        if settled <= self.seen {
            return;
        }
        for kept in outside(left_out, self.seen..settled) {
            self.take(kept.start, &got[kept]);
        }
        self.seen = settled;
    }

    /// Returns what was found so far: differences behind which enough bytes are equal.
    #[must_use]
    pub const fn found(&self) -> &Compared {
        &self.compared
    }

    /// Returns the difference that may go on with the next bytes, if there is one.
    #[must_use]
    pub fn unfinished(&self) -> Option<&Difference> {
        self.run.as_ref().map(|run| &run.difference)
    }

    /// Returns what was found. The stream has ended with these bytes; of the recorded one, the first `length` bytes count.
    #[must_use]
    pub fn finish(mut self, got: &[u8], left_out: &[Range<usize>], length: usize) -> Compared {
        for part in &mut self.parts {
            part.range.end = part.range.end.min(length);
        }
        self.parts.retain(|part| !part.range.is_empty());
        self.recorded = &self.recorded[..self.recorded.len().min(length)];
        self.advance(got, left_out, got.len());
        while let Some(Part { range, is_known }) = self.parts.pop_front() {
            if !is_known {
                // It cannot be said what is missing.
                self.end_run();
                continue;
            }
            for at in range {
                self.differ(at, Some(self.recorded[at]), None, got.len());
            }
        }
        self.end_run();
        self.compared
    }

    /// Compares the next bytes, the first of which has this offset.
    fn take(&mut self, mut offset: usize, mut got: &[u8]) {
        while !got.is_empty() {
            let Some(part) = self.parts.front_mut() else {
                for (at, &byte) in (offset..).zip(got) {
                    self.differ(self.recorded.len(), None, Some(byte), at);
                }
                return;
            };
            let start = part.range.start;
            let length = part.range.len().min(got.len());
            let is_known = part.is_known;
            part.range.start += length;
            if part.range.is_empty() {
                self.parts.pop_front();
            }
            let (now, rest) = got.split_at(length);
            got = rest;
            if is_known {
                self.compare(start, offset, now);
            } else {
                // What is there now stands for what is not known.
                self.end_run();
            }
            offset += length;
        }
    }

    /// Compares bytes from an offset on with those from an offset of the recorded stream on.
    fn compare(&mut self, start: usize, offset: usize, got: &[u8]) {
        let expected = &self.recorded[start..start + got.len()];
        if self.run.is_none() && expected == got {
            return;
        }
        for (at, (&one, &other)) in expected.iter().zip(got).enumerate() {
            if one != other {
                self.differ(start + at, Some(one), Some(other), offset + at);
            } else if let Some(run) = &mut self.run {
                run.equal.push(one);
                if run.equal.len() > NEAR {
                    self.end_run();
                }
            }
        }
    }

    /// Takes bytes that differ: where the recorded one is, both, and where the one of now is.
    fn differ(&mut self, recorded_at: usize, expected: Option<u8>, got: Option<u8>, at: usize) {
        let (offset, at) = (recorded_at as u64, at as u64);
        let difference = || Difference { offset, expected: Vec::new(), got: Vec::new(), place: at..at };
        let run = self.run.get_or_insert_with(|| Run { difference: difference(), equal: Vec::new() });
        run.push(expected, got, at);
    }

    fn end_run(&mut self) {
        let Some(run) = self.run.take() else { return };
        self.compared.found += 1;
        if self.compared.told.len() < MOST {
            self.compared.told.push(run.difference);
        }
    }
}

/// Returns the parts of a range that are in none of these ranges, which are in their order and do not overlap.
fn outside(ranges: &[Range<usize>], whole: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let (start, end) = (whole.start, whole.end);
    let within = move |at: usize| at.clamp(start, end);
    let first = ranges.partition_point(|range| range.end <= start);
    let last = first + ranges[first..].partition_point(|range| range.start < end);
    let ranges = &ranges[first..last];
    let starts = std::iter::once(start).chain(ranges.iter().map(move |range| within(range.end)));
    let ends = ranges.iter().map(move |range| within(range.start)).chain([end]);
    starts.zip(ends).map(|(start, end)| start..end).filter(|part| !part.is_empty())
}

/// Compares a whole stream with the recorded one.
#[must_use]
pub fn compare(expected: &Expected, got: &[u8], ignored: &Ignored) -> Compared {
    if expected.unknown.is_empty() && expected.bytes == got {
        return Compared::default();
    }
    let comparison = Comparison::new(expected, &ignored.ranges(&expected.bytes));
    comparison.finish(got, &ignored.ranges(got), expected.bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bytes::encoding::Encoding;
    use crate::bytes::pattern::Pattern;
    use crate::recording::replay::ignored::ArrivedCounter;

    fn expected(bytes: &[u8]) -> Expected {
        Expected { bytes: bytes.to_vec(), unknown: Vec::new() }
    }

    fn found(recorded: &[u8], got: &[u8]) -> Vec<Difference> {
        compare(&expected(recorded), got, &Ignored::default()).told
    }

    /// A difference at the same offset of both streams.
    fn difference(offset: u64, expected: &[u8], got: &[u8]) -> Difference {
        let place = offset..offset + got.len() as u64;
        Difference { offset, expected: expected.to_vec(), got: got.to_vec(), place }
    }

    #[test]
    fn a_difference_has_its_offset_and_both_bytes() {
        assert!(found(b"same", b"same").is_empty());
        assert_eq!(found(b"one two", b"one Two"), [difference(4, b"t", b"T")]);
        assert_eq!(found(b"one two", b"One Two"), [difference(0, b"one t", b"One T")], "near each other");
        let far = [difference(0, b"a", b"A"), difference(11, b"b", b"B")];
        assert_eq!(found(b"a..........b", b"A..........B"), far);
    }

    #[test]
    fn what_is_missing_or_too_much_is_a_difference() {
        assert_eq!(found(b"abcd", b"ab"), [difference(2, b"cd", b"")]);
        assert_eq!(found(b"ab", b"abcd"), [difference(2, b"", b"cd")]);
        assert_eq!(found(b"", b"x"), [difference(0, b"", b"x")]);
    }

    #[test]
    fn only_the_first_bytes_of_the_first_differences_are_told() {
        let compared = compare(&expected(&[0; 5_000]), &[1; 5_000], &Ignored::default());
        assert_eq!((compared.found, compared.told[0].got.len()), (1, LONGEST));
        let every_twentieth: Vec<u8> = (0..2_000).map(|at| u8::from(at % 20 == 0)).collect();
        let compared = compare(&expected(&[0; 2_000]), &every_twentieth, &Ignored::default());
        assert_eq!((compared.found, compared.told.len()), (100, MOST));
    }

    #[test]
    fn what_is_left_out_may_have_any_length() {
        let dates = Ignored::new(vec![Pattern::parse("re:Date: [^\\r]*", Encoding::UTF_8).unwrap()]);
        let recorded = expected(b"A\r\nDate: Monday\r\nbody");
        assert_eq!(compare(&recorded, b"A\r\nDate: Wednesday\r\nbody", &dates).found, 0);
        let compared = compare(&recorded, b"A\r\nDate: Wednesday\r\nBody", &dates);
        let moved = Difference { place: 20..21, ..difference(17, b"b", b"B") };
        assert_eq!(compared.told, [moved], "the offset is that of the recording");
    }

    #[test]
    fn bytes_that_are_missing_in_the_recording_are_no_difference() {
        let recorded =
            Expected { bytes: b"ab\0\0ef".to_vec(), unknown: Vec::from([Range { start: 2, end: 4 }]) };
        let ignored = Ignored::default();
        assert_eq!(compare(&recorded, b"abcdef", &ignored).found, 0);
        assert_eq!(compare(&recorded, b"abcdeX", &ignored).told, [difference(5, b"f", b"X")]);
        let missing = Difference { place: 3..3, ..difference(4, b"ef", b"") };
        assert_eq!(compare(&recorded, b"abc", &ignored).told, [missing]);
        assert_eq!(
            compare(&recorded, b"aBcdEf", &ignored).told.len(),
            2,
            "nothing is said of what is between"
        );
        let end = Expected { bytes: b"ab\0\0".to_vec(), unknown: Vec::from([Range { start: 2, end: 4 }]) };
        assert_eq!(compare(&end, b"ab", &ignored).found, 0, "it cannot be said what is missing");
        assert_eq!(compare(&end, b"abcdX", &ignored).told, [difference(4, b"", b"X")]);
    }

    #[test]
    fn a_stream_that_arrives_in_pieces_is_compared_as_at_once() {
        let ignored = Ignored::new(vec![Pattern::parse("re:[0-9]+", Encoding::UTF_8).unwrap()]);
        let recorded = Expected {
            bytes: b"one 1 two 22 three ....  four and the end".to_vec(),
            unknown: Vec::from([Range { start: 19, end: 23 }]),
        };
        let got = b"one 100 Two 2 three wxyz  Four and the END, too";
        let whole = compare(&recorded, got, &ignored);
        assert_eq!((whole.found, whole.told[0].offset), (3, 6), "{whole:?}");
        for step in 1..got.len() {
            let mut comparison = Comparison::new(&recorded, &ignored.ranges(&recorded.bytes));
            let mut counter = ArrivedCounter::new(&ignored);
            for length in (0..got.len()).step_by(step) {
                counter.count(&got[..length]);
                comparison.advance(&got[..length], counter.left_out(), counter.settled());
            }
            assert_eq!(comparison.finish(got, &ignored.ranges(got), recorded.bytes.len()), whole, "{step}");
        }
    }

    #[test]
    fn a_difference_is_known_at_its_first_byte() {
        let recorded = expected(b"one two three four");
        let mut comparison = Comparison::new(&recorded, &[]);
        comparison.advance(b"one T", &[], 5);
        assert_eq!(comparison.unfinished(), Some(&difference(4, b"t", b"T")));
        assert_eq!(comparison.found().found, 0);
        comparison.advance(b"one Two three fo", &[], 16);
        assert_eq!((comparison.unfinished(), comparison.found().found), (None, 1));
    }
}
