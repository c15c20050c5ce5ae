//! Counts the characters and the malformed parts of bytes that are not all well-formed, a vector of bytes at a step.
//!
//! What a byte ends depends on itself and the three bytes before it only, by the rules of [`mod@unit`](super::unit): a
//! continuation behind a lead that takes it is a *second* byte; one behind the second byte of a character of three or
//! four is a *third*; one behind the third of four is a *fourth*; any other is unexpected. So all bytes of a vector are
//! told at once, without a state that would have to be carried from byte to byte.
//!
//! Of a lead, either the character is found or what is wrong with it: who knows how many leads, characters and other
//! mistakes there are knows how many are truncated. [`Sums`] holds what is counted, and what follows from it.
//!
//! This module must not know about pieces and offsets: it takes one stretch of bytes as if nothing were around it.

use fearless_simd::{Level, dispatch, prelude::*};

use super::{Counts, Reason};

/// A vector of the processor, its bytes as signed numbers, since all processors tell the greater of these: `80..=FF`
/// come before `00..=7F`, each in their order.
type Lanes<S> = <S as Simd>::i8s;
/// Which lanes are meant. As [`Lanes`], each of these is -1.
type Mask<S> = <S as Simd>::mask8s;

/// The most steps that fit in a lane of a [`Tally`]: each adds at most 1 to it.
const FULL: usize = u8::MAX as usize;
/// As many bytes as the longest vector has.
const LONGEST: usize = 64;

/// Adds what is in `bytes`, which begin with something new. What is open at their end is taken as cut short by a byte
/// that is no continuation.
pub(super) fn count(bytes: &[u8], counts: &mut Counts) {
    count_with(level(), bytes, counts);
}

/// As [`count`], with the vectors of this level.
pub(super) fn count_with(level: Level, bytes: &[u8], counts: &mut Counts) {
    dispatch!(level, simd => sums_of(simd, bytes)).add_to(counts);
}

/// The best that the processor has, but AVX-512: it compares into registers of bits, and to make lanes of them again
/// costs more than the longer vectors save.
fn level() -> Level {
    let level = Level::new();
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    let level = level.as_avx2().map_or(level, Level::Avx2);
    level
}

/// What is in a stretch of bytes.
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
    /// Continuations that belong to a lead.
    expected: u64,
    /// Those of them behind which the character still lacks some.
    inner: u64,
}

impl Sums {
    fn add_to(&self, counts: &mut Counts) {
        let longer = self.expected - self.inner;
        let misled = self.overlong + self.surrogate + self.above_maximum;
        counts.well_formed += self.ascii + longer;
        counts.add(Reason::UnexpectedContinuation, self.continuations - self.expected);
        counts.add(Reason::InvalidLead, self.bytes - self.ascii - self.continuations - self.leads);
        counts.add(Reason::Overlong, self.overlong);
        counts.add(Reason::Surrogate, self.surrogate);
        counts.add(Reason::AboveMaximum, self.above_maximum);
        counts.add(Reason::Truncated, self.leads - longer - misled);
    }

    #[inline(always)]
    fn add<S: Simd>(&mut self, tally: &Tally<S>) {
        self.ascii += total::<S>(tally.ascii);
        self.continuations += total::<S>(tally.continuations);
        self.leads += total::<S>(tally.leads);
        self.expected += total::<S>(tally.expected);
        self.inner += total::<S>(tally.inner);
    }

    /// Continuations that are none to the lead before them, and where such leads are. Most vectors have none.
    #[inline(always)]
    fn add_misled<S: Simd>(&mut self, misled: Mask<S>, overlong: Mask<S>, surrogate: Mask<S>) {
        let ones = |mask: Mask<S>| u64::from(mask.to_bitmask().count_ones());
        let (all, overlong, surrogate) = (ones(misled), ones(misled & overlong), ones(misled & surrogate));
        self.overlong += overlong;
        self.surrogate += surrogate;
        self.above_maximum += all - overlong - surrogate;
    }
}

/// What most vectors add to some of the [`Sums`], by lane: from 0 to [`FULL`].
struct Tally<S: Simd> {
    ascii: Lanes<S>,
    continuations: Lanes<S>,
    leads: Lanes<S>,
    expected: Lanes<S>,
    inner: Lanes<S>,
}

/// What is to be known of the vector before: its bytes, and behind which of them a character lacks more.
struct Before<S: Simd> {
    bytes: Lanes<S>,
    /// Second bytes of three or four.
    second: Lanes<S>,
    /// Third bytes of four.
    third: Lanes<S>,
}

// A function that is not inlined here would be built for the least of the processors: so all are.

#[inline(always)]
fn sums_of<S: Simd>(simd: S, bytes: &[u8]) -> Sums {
    let zero = Lanes::<S>::splat(simd, 0);
    let mut before = Before::<S> { bytes: zero, second: zero, third: zero };
    let (mut sums, mut rest) = (Sums { bytes: bytes.len() as u64, ..Sums::default() }, bytes);
    loop {
        let (part, behind) = rest.split_at(rest.len().min((FULL - 1) * Lanes::<S>::LEN));
        rest = behind;
        let mut tally = Tally::new(zero);
        let mut vectors = part.chunks_exact(Lanes::<S>::LEN);
        for vector in &mut vectors {
            tally.step(simd, S::u8s::from_slice(simd, vector).bitcast(), &mut before, &mut sums);
        }
        if rest.is_empty() {
            // ASCII behind the last byte, 1 at least: that ends what is open.
            let (last, mut padded) = (vectors.remainder(), [0; LONGEST]);
            padded[..last.len()].copy_from_slice(last);
            let padded = S::u8s::from_slice(simd, &padded[..Lanes::<S>::LEN]);
            tally.step(simd, padded.bitcast(), &mut before, &mut sums);
            sums.add(&tally);
            sums.ascii -= (Lanes::<S>::LEN - last.len()) as u64;
            return sums;
        }
        sums.add(&tally);
    }
}

impl<S: Simd> Tally<S> {
    #[inline(always)]
    fn new(zero: Lanes<S>) -> Self {
        Self { ascii: zero, continuations: zero, leads: zero, expected: zero, inner: zero }
    }

    /// Adds what the bytes of one vector end, and which leads the bytes just before each of them are.
    #[inline(always)]
    fn step(&mut self, simd: S, bytes: Lanes<S>, before: &mut Before<S>, sums: &mut Sums) {
        let all = |byte: u8| Lanes::<S>::splat(simd, byte.cast_signed());
        let below = |bytes: Lanes<S>, end: u8| all(end).simd_gt(bytes);
        let beyond = |bytes: Lanes<S>, end: u8| bytes.simd_gt(all(end));
        let from = |lanes: Lanes<S>| Mask::<S>::from_vector(lanes);

        let last = one_back::<S>(before.bytes, bytes);
        let is = |byte: u8| last.simd_eq(all(byte));
        let continuation = below(bytes, 0xc0);
        // What lies beyond `FF` is ASCII, and never below another byte.
        let lead = beyond(last, 0xc1) & below(last, 0xf5);
        let taken = lead & continuation;
        // Four leads take only a part of the continuations: two the greater ones, two the less.
        let of_three = below(bytes, 0xa0).select(is(0xe0), is(0xed));
        let of_four = below(bytes, 0x90).select(is(0xf0), is(0xf4));
        let misled = taken & (of_three | of_four);
        if misled.any_true() {
            sums.add_misled::<S>(misled, is(0xe0) | is(0xf0), is(0xed));
        }

        let second = taken & !(of_three | of_four);
        let inner_second = (second & beyond(last, 0xdf)).to_vector();
        let third = from(one_back::<S>(before.second, inner_second)) & continuation;
        let inner_third = (third & beyond(two_back::<S>(before.bytes, bytes), 0xef)).to_vector();
        let fourth = from(one_back::<S>(before.third, inner_third)) & continuation;

        // Less -1 is one more.
        self.ascii -= beyond(bytes, 0xff).to_vector();
        self.continuations -= continuation.to_vector();
        self.leads -= lead.to_vector();
        self.expected -= (second | third | fourth).to_vector();
        self.inner -= inner_second | inner_third;
        *before = Before { bytes, second: inner_second, third: inner_third };
    }
}

/// In each lane what was one lane before.
#[inline(always)]
fn one_back<S: Simd>(before: Lanes<S>, now: Lanes<S>) -> Lanes<S> {
    match Lanes::<S>::LEN {
        16 => before.slide::<15>(now),
        32 => before.slide::<31>(now),
        _ => before.slide::<{ LONGEST - 1 }>(now),
    }
}

/// In each lane what was two lanes before.
#[inline(always)]
fn two_back<S: Simd>(before: Lanes<S>, now: Lanes<S>) -> Lanes<S> {
    match Lanes::<S>::LEN {
        16 => before.slide::<14>(now),
        32 => before.slide::<30>(now),
        _ => before.slide::<{ LONGEST - 2 }>(now),
    }
}

/// Sum of the lanes, which are unsigned here: they have counted to [`FULL`]. Added up by twos and by fours first, where
/// they lie: a compiler would take them out one by one.
#[inline(always)]
fn total<S: Simd>(lanes: Lanes<S>) -> u64 {
    let twos = lanes.bitcast::<S::u16s>();
    let twos = (twos & 0xff) + (twos >> 8);
    let fours = twos.bitcast::<S::u32s>();
    let fours = (fours & 0xffff) + (fours >> 16);
    u64::from(fours.as_slice().iter().sum::<u32>())
}
