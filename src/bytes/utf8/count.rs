//! Counting without decoding: characters, malformed parts by reason, and the blocks in which they begin.
//!
//! There are three tests of a byte slice, each more expensive than the one before: is it ASCII, is it well-formed, and
//! which parts are malformed and why ([`simd`])? The cheapest one that may suffice is tried first. Reads may be small:
//! the few bytes left over at their ends are counted by [`mod@unit`] instead.
//!
//! This module must not decode: it produces no text.

use super::unit::{self, Unit};
use super::{Counts, Decoder, simd, sinks};

/// Size in bytes of the blocks by which [`Decoder::count`] reports where malformed parts begin.
pub const BLOCK: u64 = 1024;

/// A prediction for the next bytes, made from those before them. It decides only which test is tried first.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Expectation {
    #[default]
    WellFormed,
    Malformed,
}

impl Decoder {
    /// Takes the next bytes of the stream like [`decode`](Self::decode), but only counts them.
    ///
    /// `marked` is called in the order of the stream with an offset and a number of malformed parts, all of which begin
    /// in the block of [`BLOCK`] bytes that contains the offset.
    pub fn count(&mut self, input: &[u8], counts: &mut Counts, mut marked: impl FnMut(u64, u64)) {
        let (mut begun, mut before) = (self.settled(), counts.malformed);
        let mut rest = self.count_pending(input, counts);
        // Most reads are well-formed, except for a character that is cut by their end.
        let (body, last) = rest.split_at(unit::last(rest));
        if let Some(characters) = self.characters(body) {
            counts.well_formed += characters;
            self.advance(body.len());
            rest = last;
        }
        loop {
            if counts.malformed > before {
                marked(begun, counts.malformed - before);
            }
            if rest.is_empty() {
                break;
            }
            (begun, before) = (self.offset, counts.malformed);
            rest = self.count_block(rest, counts);
        }
    }

    /// Counts the pending character, as far as `input` decides it. Returns the input that does not belong to it.
    fn count_pending<'i>(&mut self, input: &'i [u8], counts: &mut Counts) -> &'i [u8] {
        let had = usize::from(self.pending_len);
        if had == 0 {
            return input;
        }
        let (mut joined, mut len) = ([0; 4], had);
        joined[..had].copy_from_slice(self.pending());
        for (slot, byte) in joined[had..].iter_mut().zip(input) {
            *slot = *byte;
            len += 1;
        }
        self.pending_len = 0;
        let taken = self.count_unit(&joined[..len], counts) - had;
        self.advance(taken);
        &input[taken..]
    }

    /// Counts the characters and parts that begin in the block of the next byte. Returns the rest of the input.
    fn count_block<'i>(&mut self, input: &'i [u8], counts: &mut Counts) -> &'i [u8] {
        let window = input.len().min((BLOCK - self.offset % BLOCK) as usize);
        let (body, last) = input.split_at(unit::last(&input[..window]));
        if let Some(characters) = self.characters(body) {
            counts.well_formed += characters;
        } else {
            let before = counts.malformed;
            simd::count(body, counts);
            self.expectation =
                if counts.malformed > before { Expectation::Malformed } else { Expectation::WellFormed };
        }
        self.advance(body.len());
        self.count_units(last, window - body.len(), counts)
    }

    /// Counts the characters and parts that begin in the first `window` bytes, one by one. Returns the rest of the
    /// input.
    fn count_units<'i>(&mut self, input: &'i [u8], window: usize, counts: &mut Counts) -> &'i [u8] {
        let mut at = 0;
        while at < window {
            let len = self.count_unit(&input[at..], counts);
            self.advance(len);
            at += len;
        }
        &input[at..]
    }

    /// Counts the character or part at the start of `bytes`, or keeps it pending if it is cut. Returns its length.
    fn count_unit(&mut self, bytes: &[u8], counts: &mut Counts) -> usize {
        match unit::first(bytes) {
            Unit::Character { len, .. } => {
                counts.well_formed += 1;
                len
            }
            Unit::Malformed { reason, len } => {
                counts.add(reason, 1);
                len
            }
            Unit::Cut { len } => {
                self.hold(bytes);
                len
            }
        }
    }

    /// The number of characters of `bytes`, if they are well-formed. Where malformed bytes are expected, only ASCII is
    /// tested: SIMD validation fails at the end of the slice, not at the first malformed part.
    fn characters(&self, bytes: &[u8]) -> Option<u64> {
        if bytes.is_ascii() {
            return Some(bytes.len() as u64);
        }
        match self.expectation {
            Expectation::WellFormed => simdutf8::basic::from_utf8(bytes).ok().map(sinks::characters),
            Expectation::Malformed => None,
        }
    }
}
