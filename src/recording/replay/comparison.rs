//! The comparison of a stream with the recorded one.

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
}

/// What a comparison found.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Compared {
    /// The first differences, with the first bytes of each.
    pub told: Vec<Difference>,
    /// The number of differences.
    pub found: u64,
}

/// The parts of a stream that are compared.
struct Kept<'b> {
    bytes: &'b [u8],
    /// Where they are in the stream.
    parts: Vec<Range<usize>>,
}

impl<'b> Kept<'b> {
    fn new(bytes: &'b [u8], left_out: &[Range<usize>]) -> Self {
        let starts = std::iter::once(0).chain(left_out.iter().map(|range| range.end));
        let ends = left_out.iter().map(|range| range.start).chain([bytes.len()]);
        let parts = starts.zip(ends).map(|(start, end)| start..end).filter(|part| !part.is_empty());
        Self { bytes, parts: parts.collect() }
    }

    fn iter(&self) -> impl Iterator<Item = (usize, u8)> + '_ {
        self.parts.iter().flat_map(|part| part.clone().map(|at| (at, self.bytes[at])))
    }
}

/// Bytes that differ and belong together.
struct Run {
    difference: Difference,
    /// Equal bytes behind it so far.
    equal: Vec<u8>,
}

impl Run {
    fn push(&mut self, expected: Option<u8>, got: Option<u8>) {
        let Difference { expected: before, got: now, .. } = &mut self.difference;
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

/// Compares a stream with the recorded one. What is left out of both is no difference, nor is what is missing in the recording.
#[must_use]
pub fn compare(expected: &Expected, got: &[u8], ignored: &Ignored) -> Compared {
    if expected.unknown.is_empty() && expected.bytes == got {
        return Compared::default();
    }
    let recorded = Kept::new(&expected.bytes, &ignored.ranges(&expected.bytes));
    let now = Kept::new(got, &ignored.ranges(got));
    let (mut recorded, mut now) = (recorded.iter(), now.iter());
    let mut unknown = expected.unknown.iter().peekable();
    let mut compared = Compared::default();
    let mut run: Option<Run> = None;
    loop {
        let (one, other) = (recorded.next(), now.next());
        if one.is_none() && other.is_none() {
            break;
        }
        let at = one.map_or(expected.bytes.len(), |(at, _)| at);
        while unknown.next_if(|range| range.end <= at).is_some() {}
        let is_unknown = other.is_some() && unknown.peek().is_some_and(|range| range.contains(&at));
        let (one, other) = (one.map(|(_, byte)| byte), other.map(|(_, byte)| byte));
        if one == other || is_unknown {
            // What is there now stands for what is not known.
            let equal = other.unwrap_or_default();
            if let Some(some) = &mut run {
                some.equal.push(equal);
                if some.equal.len() > NEAR {
                    compared.end(run.take());
                }
            }
            continue;
        }
        let difference = || Difference { offset: at as u64, expected: Vec::new(), got: Vec::new() };
        run.get_or_insert_with(|| Run { difference: difference(), equal: Vec::new() }).push(one, other);
    }
    compared.end(run);
    compared
}

impl Compared {
    fn end(&mut self, run: Option<Run>) {
        let Some(run) = run else { return };
        self.found += 1;
        if self.told.len() < MOST {
            self.told.push(run.difference);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bytes::encoding::Encoding;
    use crate::bytes::pattern::Pattern;

    fn expected(bytes: &[u8]) -> Expected {
        Expected { bytes: bytes.to_vec(), unknown: Vec::new() }
    }

    fn found(recorded: &[u8], got: &[u8]) -> Vec<Difference> {
        compare(&expected(recorded), got, &Ignored::default()).told
    }

    fn difference(offset: u64, expected: &[u8], got: &[u8]) -> Difference {
        Difference { offset, expected: expected.to_vec(), got: got.to_vec() }
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
        assert_eq!(compared.told, [difference(17, b"b", b"B")], "the offset is that of the recording");
    }

    #[test]
    fn bytes_that_are_missing_in_the_recording_are_no_difference() {
        let recorded =
            Expected { bytes: b"ab\0\0ef".to_vec(), unknown: Vec::from([Range { start: 2, end: 4 }]) };
        let ignored = Ignored::default();
        assert_eq!(compare(&recorded, b"abcdef", &ignored).found, 0);
        assert_eq!(compare(&recorded, b"abcdeX", &ignored).told, [difference(5, b"f", b"X")]);
        assert_eq!(compare(&recorded, b"abc", &ignored).told, [difference(3, b"\0ef", b"")]);
    }
}
