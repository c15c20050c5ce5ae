//! SIMD counting of characters and malformed parts in bytes that are not all well-formed.
//!
//! By the rules of [`mod@unit`](super::unit), the role of a byte depends only on itself and the three bytes before it:
//! a continuation behind a lead that allows it is a *second* byte; one behind the second byte of a character of three
//! or four is a *third*; one behind the third of four is a *fourth*; any other is unexpected. So all bytes of a vector
//! are classified at once, without state carried from byte to byte.
//!
//! Every lead either begins a character or a malformed part. So the number of truncated ones follows from the numbers
//! of leads, characters and other malformed parts. [`Sums`] holds the counters and derives the rest.
//!
//! This module must not know about pieces and offsets: it counts one slice as if it were a whole stream.

use fearless_simd::{Level, dispatch, prelude::*};

use super::{Counts, Reason};

/// A SIMD vector of signed bytes, because every instruction set can compare those: `80..=FF` are less than `00..=7F`,
/// each range in its order.
type Lanes<S> = <S as Simd>::i8s;
/// A mask of lanes. As [`Lanes`], a selected lane is -1.
type Mask<S> = <S as Simd>::mask8s;

/// The largest number of steps that fit in a lane of a [`LaneCounters`]: each adds at most 1.
const FULL: usize = u8::MAX as usize;
/// Number of bytes of the longest vector.
const LONGEST: usize = 64;

/// Counts `bytes`, which begin at a character boundary. A character that is incomplete at their end counts as
/// truncated.
pub(super) fn count(bytes: &[u8], counts: &mut Counts) {
    count_with(level(), bytes, counts);
}

/// Like [`count`], with the vectors of this instruction set.
pub(super) fn count_with(level: Level, bytes: &[u8], counts: &mut Counts) {
    dispatch!(level, simd => sums_of(simd, bytes)).add_to(counts);
}

/// The best instruction set of the processor except AVX-512, whose comparisons yield bit masks: converting them back to
/// lanes costs more than the longer vectors save.
fn level() -> Level {
    let level = Level::new();
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    let level = level.as_avx2().map_or(level, Level::Avx2);
    level
}

/// Counters of one slice.
#[derive(Default)]
struct Sums {
    bytes: u64,
    ascii: u64,
    /// `80..=BF`.
    continuations: u64,
    /// `C2..=F4`.
    leads: u64,
    overlong: u64,
    surrogate: u64,
    above_maximum: u64,
    /// Continuations that continue a character.
    expected: u64,
    /// Expected continuations after which the character is still incomplete.
    inner: u64,
}

impl Sums {
    fn add_to(&self, counts: &mut Counts) {
        let longer = self.expected - self.inner;
        let disallowed = self.overlong + self.surrogate + self.above_maximum;
        counts.well_formed += self.ascii + longer;
        counts.add(Reason::UnexpectedContinuation, self.continuations - self.expected);
        counts.add(Reason::InvalidLead, self.bytes - self.ascii - self.continuations - self.leads);
        counts.add(Reason::Overlong, self.overlong);
        counts.add(Reason::Surrogate, self.surrogate);
        counts.add(Reason::AboveMaximum, self.above_maximum);
        counts.add(Reason::Truncated, self.leads - longer - disallowed);
    }

    #[inline(always)]
    fn add<S: Simd>(&mut self, counters: &LaneCounters<S>) {
        self.ascii += total::<S>(counters.ascii);
        self.continuations += total::<S>(counters.continuations);
        self.leads += total::<S>(counters.leads);
        self.expected += total::<S>(counters.expected);
        self.inner += total::<S>(counters.inner);
    }

    /// Adds continuations that the lead before them does not allow, by the kind of lead. Most vectors have none.
    #[inline(always)]
    fn add_disallowed<S: Simd>(&mut self, disallowed: Mask<S>, overlong: Mask<S>, surrogate: Mask<S>) {
        let ones = |mask: Mask<S>| u64::from(mask.to_bitmask().count_ones());
        let (all, overlong, surrogate) =
            (ones(disallowed), ones(disallowed & overlong), ones(disallowed & surrogate));
        self.overlong += overlong;
        self.surrogate += surrogate;
        self.above_maximum += all - overlong - surrogate;
    }
}

/// Counters by lane, from 0 to [`FULL`], which are added to the [`Sums`] when they are full.
struct LaneCounters<S: Simd> {
    ascii: Lanes<S>,
    continuations: Lanes<S>,
    leads: Lanes<S>,
    expected: Lanes<S>,
    inner: Lanes<S>,
}

/// State of the previous vector: its bytes, and behind which of them a character is incomplete.
struct Before<S: Simd> {
    bytes: Lanes<S>,
    /// Second bytes of characters of three or four.
    second: Lanes<S>,
    /// Third bytes of characters of four.
    third: Lanes<S>,
}

// All functions here are inlined: one that is not would be compiled for the lowest instruction set.

#[inline(always)]
fn sums_of<S: Simd>(simd: S, bytes: &[u8]) -> Sums {
    let zero = Lanes::<S>::splat(simd, 0);
    let mut before = Before::<S> { bytes: zero, second: zero, third: zero };
    let (mut sums, mut rest) = (Sums { bytes: bytes.len() as u64, ..Sums::default() }, bytes);
    loop {
        let (part, behind) = rest.split_at(rest.len().min((FULL - 1) * Lanes::<S>::LEN));
        rest = behind;
        let mut counters = LaneCounters::new(zero);
        let mut vectors = part.chunks_exact(Lanes::<S>::LEN);
        for vector in &mut vectors {
            counters.step(simd, S::u8s::from_slice(simd, vector).bitcast(), &mut before, &mut sums);
        }
        if rest.is_empty() {
            // At least one ASCII byte behind the last byte ends an incomplete character.
            let (last, mut padded) = (vectors.remainder(), [0; LONGEST]);
            padded[..last.len()].copy_from_slice(last);
            let padded = S::u8s::from_slice(simd, &padded[..Lanes::<S>::LEN]);
            counters.step(simd, padded.bitcast(), &mut before, &mut sums);
            sums.add(&counters);
            sums.ascii -= (Lanes::<S>::LEN - last.len()) as u64;
            return sums;
        }
        sums.add(&counters);
    }
}

impl<S: Simd> LaneCounters<S> {
    #[inline(always)]
    fn new(zero: Lanes<S>) -> Self {
        Self { ascii: zero, continuations: zero, leads: zero, expected: zero, inner: zero }
    }

    /// Counts one vector: the characters that its bytes end, and the leads just before its bytes.
    #[inline(always)]
    fn step(&mut self, simd: S, bytes: Lanes<S>, before: &mut Before<S>, sums: &mut Sums) {
        let all = |byte: u8| Lanes::<S>::splat(simd, byte.cast_signed());
        let below = |bytes: Lanes<S>, end: u8| all(end).simd_gt(bytes);
        let beyond = |bytes: Lanes<S>, end: u8| bytes.simd_gt(all(end));
        let from = |lanes: Lanes<S>| Mask::<S>::from_vector(lanes);

        let last = one_back::<S>(before.bytes, bytes);
        let is = |byte: u8| last.simd_eq(all(byte));
        let continuation = below(bytes, 0xc0);
        // As signed bytes, ASCII is greater than `FF`, and never less than another byte.
        let lead = beyond(last, 0xc1) & below(last, 0xf5);
        let taken = lead & continuation;
        // Four leads allow only some continuations: two the greater ones, two the lesser ones.
        let of_three = below(bytes, 0xa0).select(is(0xe0), is(0xed));
        let of_four = below(bytes, 0x90).select(is(0xf0), is(0xf4));
        let disallowed = taken & (of_three | of_four);
        if disallowed.any_true() {
            sums.add_disallowed::<S>(disallowed, is(0xe0) | is(0xf0), is(0xed));
        }

        let second = taken & !(of_three | of_four);
        let inner_second = (second & beyond(last, 0xdf)).to_vector();
        let third = from(one_back::<S>(before.second, inner_second)) & continuation;
        let inner_third = (third & beyond(two_back::<S>(before.bytes, bytes), 0xef)).to_vector();
        let fourth = from(one_back::<S>(before.third, inner_third)) & continuation;

        // Subtracting -1 adds one.
        self.ascii -= beyond(bytes, 0xff).to_vector();
        self.continuations -= continuation.to_vector();
        self.leads -= lead.to_vector();
        self.expected -= (second | third | fourth).to_vector();
        self.inner -= inner_second | inner_third;
        *before = Before { bytes, second: inner_second, third: inner_third };
    }
}

/// Shifts all lanes by one.
#[inline(always)]
fn one_back<S: Simd>(before: Lanes<S>, now: Lanes<S>) -> Lanes<S> {
    match Lanes::<S>::LEN {
        16 => before.slide::<15>(now),
        32 => before.slide::<31>(now),
        _ => before.slide::<{ LONGEST - 1 }>(now),
    }
}

/// Shifts all lanes by two.
#[inline(always)]
fn two_back<S: Simd>(before: Lanes<S>, now: Lanes<S>) -> Lanes<S> {
    match Lanes::<S>::LEN {
        16 => before.slide::<14>(now),
        32 => before.slide::<30>(now),
        _ => before.slide::<{ LONGEST - 2 }>(now),
    }
}

/// Sum of the lanes as unsigned numbers, up to [`FULL`]. Pairs and quadruples are added in place first, because the
/// compiler would extract the lanes one by one.
#[inline(always)]
fn total<S: Simd>(lanes: Lanes<S>) -> u64 {
    let twos = lanes.bitcast::<S::u16s>();
    let twos = (twos & 0xff) + (twos >> 8);
    let fours = twos.bitcast::<S::u32s>();
    let fours = (fours & 0xffff) + (fours >> 16);
    u64::from(fours.as_slice().iter().sum::<u32>())
}
