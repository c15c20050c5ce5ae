//! The differences between two streams, as far as their bytes are kept.
//!
//! Both streams are laid out along one axis of *positions*: equal bytes stand at one position, and where the streams
//! differ, the longer part of the two decides how many positions there are. So a row of a view is a range of positions,
//! and both halves of it scroll in step. Only the places that differ are kept, as [`Hunk`]s: everything between two hunks is
//! equal, and a position is found in the logarithm of their number.
//!
//! The comparison is done in slices: [`Differences::advance`] looks at a limited number of bytes, so that neither a key nor
//! a frame waits for it. It never begins again when bytes arrive. What cannot be decided before more of them are there is
//! decided provisionally, and again the next time; so the result does not depend on how the bytes arrived, once both
//! streams have ended.

mod hunk;
mod piece;
mod resync;

use std::cmp::min;

use self::piece::{Piece, end, piece};
use self::resync::{Tail, resync};
use crate::model::stream::Stream;

pub use self::hunk::{Alignment, Hunk, HunkKind, Place};

/// The largest number of hunks that are kept. What is behind them is not compared.
pub const MOST_HUNKS: usize = 65_536;
/// Bytes that are compared at once while they are equal.
const BLOCK: usize = 256;

/// The two streams.
#[derive(Clone, Copy, Debug)]
pub struct Pair<'a> {
    /// The one whose bytes are shown on the left.
    pub left: &'a Stream,
    /// The one whose bytes are shown on the right.
    pub right: &'a Stream,
}

impl Pair<'_> {
    /// What decides whether anything is to be compared again.
    fn seen(self) -> Seen {
        let seen = |stream: &Stream| (end(stream), stream.ended);
        Seen { left: seen(self.left), right: seen(self.right) }
    }
}

/// How far both streams had come: the offset behind the last byte, and whether that is the end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Seen {
    left: (u64, bool),
    right: (u64, bool),
}

/// How far the comparison has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct Reached {
    /// The position behind the last one that was compared.
    at: u64,
    /// The offset of the next byte on the left.
    left: u64,
    /// The offset of the next byte on the right.
    right: u64,
    /// The number of positions with different bytes.
    different: u64,
    /// The number of positions that cannot be compared.
    unknown: u64,
    /// The number of hunks with different bytes.
    differences: u64,
}

/// What does not depend on bytes that are yet to come.
#[derive(Clone, Debug, Default)]
struct Decided {
    reached: Reached,
    hunks: usize,
    /// The last hunk, which may have grown since.
    last: Option<Hunk>,
}

/// Whether there is more to do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Step {
    GoOn,
    /// Nothing can be compared before more bytes arrive, or nothing more is compared at all.
    Stop,
}

/// The differences between two streams, as far as they are known.
#[derive(Clone, Debug)]
pub struct Differences {
    alignment: Alignment,
    hunks: Vec<Hunk>,
    reached: Reached,
    decided: Decided,
    /// How far the streams had come when everything was compared.
    seen: Option<Seen>,
}

impl Differences {
    /// A comparison that has not begun.
    #[must_use]
    pub fn new(alignment: Alignment) -> Self {
        Self {
            alignment,
            hunks: Vec::new(),
            reached: Reached::default(),
            decided: Decided::default(),
            seen: None,
        }
    }

    /// How bytes are paired.
    #[must_use]
    pub const fn alignment(&self) -> Alignment {
        self.alignment
    }

    /// The position behind the last one that was compared.
    #[must_use]
    pub const fn end(&self) -> u64 {
        self.reached.at
    }

    /// The number of positions where both streams have bytes that are known, or one of them has none.
    #[must_use]
    pub const fn compared(&self) -> u64 {
        self.reached.at - self.reached.unknown
    }

    /// The number of positions with different bytes.
    #[must_use]
    pub const fn different(&self) -> u64 {
        self.reached.different
    }

    /// The number of positions that cannot be compared, because bytes are trimmed or were missed.
    #[must_use]
    pub const fn unknown(&self) -> u64 {
        self.reached.unknown
    }

    /// The number of differences: of hunks with different bytes.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.reached.differences
    }

    /// Whether there are more differences than are kept, so that the rest is not compared.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.hunks.len() >= MOST_HUNKS
    }

    /// Whether there is something to compare.
    #[must_use]
    pub fn is_behind(&self, pair: Pair<'_>) -> bool {
        self.seen != Some(pair.seen())
    }

    /// Compares about this number of bytes.
    pub fn advance(&mut self, mut budget: usize, pair: Pair<'_>) {
        let Decided { reached, hunks, last } = self.decided.clone();
        self.reached = reached;
        self.hunks.truncate(hunks);
        if let (Some(hunk), Some(last)) = (self.hunks.last_mut(), last) {
            *hunk = last;
        }
        let mut step = Step::GoOn;
        while budget > 0 && step == Step::GoOn {
            step = self.step(pair, Tail::Open, &mut budget);
        }
        self.decided =
            Decided { reached: self.reached, hunks: self.hunks.len(), last: self.hunks.last().cloned() };
        if step == Step::Stop {
            self.seen = Some(pair.seen());
            // One of the streams has few bytes left.
            let mut budget = usize::MAX;
            while self.step(pair, Tail::Closed, &mut budget) == Step::GoOn {}
        }
    }

    fn step(&mut self, pair: Pair<'_>, tail: Tail, budget: &mut usize) -> Step {
        let Reached { left, right, .. } = self.reached;
        let (one, other) = (piece(pair.left, left), piece(pair.right, right));
        *budget = budget.saturating_sub(1);
        match (one, other) {
            (Piece::End, Piece::End) => Step::Stop,
            (Piece::End, _) | (_, Piece::End) if tail == Tail::Open => Step::Stop,
            (Piece::End, _) | (_, Piece::End) => {
                self.push(HunkKind::Different, end(pair.left) - left, end(pair.right) - right)
            }
            (Piece::Gap(some), Piece::Gap(others)) => self.unknown_up_to(min(some, others)),
            (Piece::Gap(gap), Piece::Bytes(bytes)) | (Piece::Bytes(bytes), Piece::Gap(gap)) => {
                self.unknown_up_to(min(gap, bytes.len() as u64))
            }
            (Piece::Bytes(one), Piece::Bytes(other)) => {
                let most = min(one.len(), other.len()).min((*budget).max(1));
                let same = common_prefix(&one[..most], &other[..most]);
                *budget = budget.saturating_sub(same);
                self.reached.at += same as u64;
                self.reached.left += same as u64;
                self.reached.right += same as u64;
                if same == most {
                    return Step::GoOn;
                }
                self.differ(pair, tail, &one[same..most], &other[same..most], budget)
            }
        }
    }

    /// Passes over different bytes; the first ones of both are different.
    fn differ(&mut self, pair: Pair<'_>, tail: Tail, one: &[u8], other: &[u8], budget: &mut usize) -> Step {
        let (left, right) = match self.alignment {
            Alignment::Offset => {
                let run = one.iter().zip(other).take_while(|(one, other)| one != other).count() as u64;
                (run, run)
            }
            Alignment::Content => {
                let at = (self.reached.left, self.reached.right);
                let Some(skipped) = resync(pair.left, at.0, pair.right, at.1, tail) else {
                    return Step::Stop;
                };
                (skipped.left, skipped.right)
            }
        };
        *budget = budget.saturating_sub(left.max(right) as usize);
        self.push(HunkKind::Different, left, right)
    }

    fn unknown_up_to(&mut self, positions: u64) -> Step {
        self.push(HunkKind::Unknown, positions, positions)
    }

    /// Adds a hunk, or makes the last one longer.
    fn push(&mut self, kind: HunkKind, left: u64, right: u64) -> Step {
        let Reached { at, left: from_left, right: from_right, .. } = self.reached;
        let (to_left, to_right) = (from_left + left, from_right + right);
        let is_full = self.is_full();
        let before = match self.hunks.last_mut().filter(|last| last.end() == at && last.kind == kind) {
            Some(last) => {
                let before = last.len();
                (last.left.end, last.right.end) = (to_left, to_right);
                before
            }
            None if is_full => return Step::Stop,
            None => {
                self.reached.differences += u64::from(kind == HunkKind::Different);
                let nth = self.reached.differences;
                let (left, right) = (from_left..to_left, from_right..to_right);
                self.hunks.push(Hunk { kind, at, left, right, nth });
                0
            }
        };
        let grown = self.hunks.last().map_or(0, Hunk::len) - before;
        let reached = &mut self.reached;
        (reached.at, reached.left, reached.right) = (at + grown, to_left, to_right);
        match kind {
            HunkKind::Different => reached.different += grown,
            HunkKind::Unknown => reached.unknown += grown,
        }
        Step::GoOn
    }

    /// What stands at a position; `None` behind the last one that was compared.
    #[must_use]
    pub fn place(&self, at: u64) -> Option<Place> {
        if at >= self.reached.at {
            return None;
        }
        let index = self.hunks.partition_point(|hunk| hunk.at <= at);
        let Some(hunk) = index.checked_sub(1).map(|index| &self.hunks[index]) else {
            return Some(Place { left: Some(at), right: Some(at), difference: None });
        };
        let (within, behind) = (at - hunk.at, (at - hunk.at).checked_sub(hunk.len()));
        Some(match behind {
            Some(behind) => Place {
                left: Some(hunk.left.end + behind),
                right: Some(hunk.right.end + behind),
                difference: None,
            },
            None => Place {
                left: Some(hunk.left.start + within).filter(|offset| hunk.left.contains(offset)),
                right: Some(hunk.right.start + within).filter(|offset| hunk.right.contains(offset)),
                difference: Some(hunk.kind),
            },
        })
    }

    /// The hunk that a position belongs to.
    #[must_use]
    pub fn hunk_at(&self, at: u64) -> Option<&Hunk> {
        let index = self.hunks.partition_point(|hunk| hunk.at <= at);
        self.hunks.get(index.checked_sub(1)?).filter(|hunk| at < hunk.end())
    }

    /// The first difference that begins at this position or behind it.
    #[must_use]
    pub fn first_from(&self, at: u64) -> Option<&Hunk> {
        let index = self.hunks.partition_point(|hunk| hunk.at < at);
        self.hunks[index..].iter().find(|hunk| hunk.kind == HunkKind::Different)
    }

    /// The last difference that begins before this position.
    #[must_use]
    pub fn last_before(&self, at: u64) -> Option<&Hunk> {
        let index = self.hunks.partition_point(|hunk| hunk.at < at);
        self.hunks[..index].iter().rfind(|hunk| hunk.kind == HunkKind::Different)
    }

    /// The first position that is not among those at the start which cannot be compared.
    #[must_use]
    pub fn start(&self) -> u64 {
        let first = self.hunks.first().filter(|first| first.at == 0 && first.kind == HunkKind::Unknown);
        first.map_or(0, Hunk::end)
    }
}

/// The number of bytes at the start that are equal.
fn common_prefix(one: &[u8], other: &[u8]) -> usize {
    let blocks = one.chunks_exact(BLOCK).zip(other.chunks_exact(BLOCK));
    let same = blocks.take_while(|(one, other)| one == other).count() * BLOCK;
    let rest = one[same..].iter().zip(&other[same..]);
    same + rest.take_while(|(one, other)| one == other).count()
}

#[cfg(test)]
mod tests;
