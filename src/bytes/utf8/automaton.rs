//! Counts the characters and the malformed parts of bytes that are not all well-formed, without stopping at each.
//!
//! An automaton takes one byte a step. Its state is what may be open between two bytes; all that the rules of
//! [`mod@unit`] say of a state and a byte is worked out when the program is built. A [`Row`] holds the next
//! states of a byte side by side in one word, so that a step is a shift of that word: the next step does not wait for a
//! table to be looked up with the result of this one. What is found on the way is added up in another word, a lane of
//! eight bits for each kind.

use super::unit;
use super::{Counts, Reason};

/// What may be open: the beginning of a character. Two of them are the same state if the same bytes may follow, so one
/// stands for all: `E1` for `EE`, and `C2` for all that lack just one byte that may be any continuation.
const OPEN: [&[u8]; 8] = [b"", b"\xc2", b"\xe1", b"\xf1", b"\xe0", b"\xed", b"\xf0", b"\xf4"];
/// Bits of a lane, and of a state in [`Row::next`].
const LANE: usize = 8;
/// The lane of characters; before it come those of the reasons, in the order of [`Reason::ALL`].
const CHARACTERS: usize = Reason::ALL.len();
/// So many bytes add up before a lane is full: a byte adds at most 1 to each.
const FULL: usize = u8::MAX as usize;

/// What one byte does in each state.
#[derive(Clone, Copy)]
struct Row {
    /// The next states, times [`LANE`], that of state `s` in lane `s`.
    next: u64,
    /// What is complete with this byte, by state.
    found: [u64; OPEN.len()],
}

static ROWS: [Row; 256] = {
    let mut rows = [Row { next: 0, found: [0; OPEN.len()] }; 256];
    let mut byte = 0;
    while byte < rows.len() {
        let mut state = 0;
        while state < OPEN.len() {
            let (next, found) = step(OPEN[state], byte as u8);
            rows[byte].next |= ((next * LANE) as u64) << (state * LANE);
            rows[byte].found[state] = found;
            state += 1;
        }
        byte += 1;
    }
    rows
};

/// One step by the rules: the state behind `byte`, and what is found with it.
const fn step(open: &[u8], byte: u8) -> (usize, u64) {
    if let Some(&lead) = open.first() {
        return match unit::misfit(open, byte) {
            None if open.len() + 1 == unit::length(lead) => (0, one(CHARACTERS)),
            // States 1 and 2 lack so many bytes, which may be any continuations.
            None => (unit::length(lead) - open.len() - 1, 0),
            Some(reason) => {
                let (next, found) = step(b"", byte);
                (next, found + one(reason as usize))
            }
        };
    }
    match (unit::length(byte), byte) {
        (0, 0x80..=0xbf) => (0, one(Reason::UnexpectedContinuation as usize)),
        (0, _) => (0, one(Reason::InvalidLead as usize)),
        (1, _) => (0, one(CHARACTERS)),
        (_, 0xe0) => (4, 0),
        (_, 0xed) => (5, 0),
        (_, 0xf0) => (6, 0),
        (_, 0xf4) => (7, 0),
        (length, _) => (length - 1, 0),
    }
}

const fn one(lane: usize) -> u64 {
    1 << (lane * LANE)
}

/// Adds what is in `bytes`, which begin with something new. What is open at their end is taken as cut short by a byte
/// that is no continuation.
pub(super) fn count(bytes: &[u8], counts: &mut Counts) {
    let mut state = 0;
    for part in bytes.chunks(FULL) {
        let mut found = 0;
        for byte in part {
            let row = &ROWS[usize::from(*byte)];
            found += row.found[state / LANE];
            state = (row.next >> state) as usize % (OPEN.len() * LANE);
        }
        counts.well_formed += lane(found, CHARACTERS);
        for reason in Reason::ALL {
            counts.add(reason, lane(found, reason as usize));
        }
    }
    counts.add(Reason::Truncated, u64::from(state != 0));
}

const fn lane(word: u64, lane: usize) -> u64 {
    word >> (lane * LANE) & 0xff
}
