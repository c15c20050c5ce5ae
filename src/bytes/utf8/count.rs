//! Counts a stream that is not shown: characters, malformed parts by reason, and in which block they begin.
//!
//! Three ways to look at a stretch, each dearer than the one before: is it ASCII, is it well-formed, and what of it is
//! malformed and why ([`lanes`])? The cheapest that may do is tried first. Reads may be small: what is left over at
//! their ends is a few bytes, and is counted by [`mod@unit`] without any of the three.
//!
//! This module must not decode: it makes no text.

use super::unit::{self, Unit};
use super::{Counts, Decoder, lanes, sinks};

/// [`Decoder::count`] tells by blocks of this number of bytes of the stream where malformed parts begin.
pub const BLOCK: u64 = 1024;

/// What the next bytes of a stream likely are, by those before them. It decides only what is tried first.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Expectation {
    #[default]
    WellFormed,
    Malformed,
}

impl Decoder {
    /// Takes the next bytes of the stream, as [`decode`](Self::decode) does, and only adds up what they are.
    ///
    /// `marked` is called in the order of the stream, with an offset and how many malformed parts were found from there
    /// on: all begin in the block of [`BLOCK`] bytes that the offset lies in.
    pub fn count(&mut self, input: &[u8], counts: &mut Counts, mut marked: impl FnMut(u64, u64)) {
        let (mut begun, mut before) = (self.settled(), counts.malformed);
        let mut rest = self.count_pending(input, counts);
        // Most reads are well-formed, but for a character that their end cuts.
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

    /// Counts the pending character, as far as `input` settles it. Returns the input that does not belong to it.
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

    /// Counts what begins in the block that the next byte lies in. Returns what lies behind it.
    fn count_block<'i>(&mut self, input: &'i [u8], counts: &mut Counts) -> &'i [u8] {
        let window = input.len().min((BLOCK - self.offset % BLOCK) as usize);
        let (body, last) = input.split_at(unit::last(&input[..window]));
        if let Some(characters) = self.characters(body) {
            counts.well_formed += characters;
        } else {
            let before = counts.malformed;
            lanes::count(body, counts);
            self.expectation =
                if counts.malformed > before { Expectation::Malformed } else { Expectation::WellFormed };
        }
        self.advance(body.len());
        self.count_units(last, window - body.len(), counts)
    }

    /// Counts what begins in the first `window` bytes, one after the other. Returns what lies behind them.
    fn count_units<'i>(&mut self, input: &'i [u8], window: usize, counts: &mut Counts) -> &'i [u8] {
        let mut at = 0;
        while at < window {
            let len = self.count_unit(&input[at..], counts);
            self.advance(len);
            at += len;
        }
        &input[at..]
    }

    /// Counts what `bytes` begin with, or holds it back if they cut it. Returns its length.
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

    /// How many characters `bytes` are, if that is all they are. Where that is not likely, only ASCII is told: SIMD says
    /// no at the end of the stretch, not at the first malformed part.
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
