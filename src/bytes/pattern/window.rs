//! The search for a pattern in consecutive bytes that may be part of more.

use std::ops::Range;

use regex_automata::meta::Regex;
use regex_automata::{Anchored, Input};
use regex_syntax::hir::Hir;

/// Bytes of a character, which a word boundary looks at.
const CHARACTER: usize = 4;
/// An expression without a longest match is searched for in pieces of this many longest matches. It may look at a whole
/// piece for each match.
const PIECE: usize = 4;

/// Some consecutive bytes that are searched.
#[derive(Clone, Copy, Debug)]
pub struct Window<'b> {
    /// The bytes.
    pub bytes: &'b [u8],
    /// The index of the first byte at which a match may begin. The bytes before it only decide about borders of words
    /// and lines.
    pub from: usize,
    /// What comes behind the bytes.
    pub end: WindowEnd,
}

/// What comes behind the bytes of a window.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WindowEnd {
    /// More bytes that are known. A match that they may change is left to the next window.
    More,
    /// Bytes that are not known yet. A match that they may change is reported, and will be reported again.
    Open,
    /// Nothing: every match is final.
    Final,
}

/// How far a search has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Scanned {
    /// The index from which a search has to continue. The matches that begin before it are final.
    pub settled: usize,
    /// About how many bytes were looked at.
    pub work: usize,
    /// Whether the search came to the end of the window.
    pub is_complete: bool,
}

/// The limits of the matches of an expression.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// The longest match.
    pub(super) longest: usize,
    /// How many bytes from the start of a match on may matter to it.
    pub(super) reach: usize,
    /// Whether the expression has no longer matches.
    is_exact: bool,
}

impl Limits {
    /// The limits of an expression, with matches of at most `most` bytes if it has no longest one, or a longer one.
    pub(super) fn of(expression: &Hir, most: usize) -> Self {
        let properties = expression.properties();
        let exact = properties.maximum_len().filter(|&longest| longest <= most);
        let longest = exact.unwrap_or(most);
        let behind = if properties.look_set().is_empty() { 0 } else { CHARACTER };
        Self { longest, reach: longest + behind, is_exact: exact.is_some() }
    }
}

/// An expression and its limits.
#[derive(Clone, Debug)]
pub(super) struct Engine {
    regex: Regex,
    limits: Limits,
}

impl Engine {
    pub(super) const fn new(regex: Regex, limits: Limits) -> Self {
        Self { regex, limits }
    }

    pub(super) const fn limits(&self) -> Limits {
        self.limits
    }

    pub(super) fn scan(
        &self,
        window: Window<'_>,
        most_work: usize,
        mut found: impl FnMut(Range<usize>),
    ) -> Scanned {
        let Window { bytes, from, end } = window;
        // Where a match begins before this index, all bytes that matter to it are known.
        let known = (bytes.len() + 1).saturating_sub(self.limits.reach).max(from);
        let known = if end == WindowEnd::Final { bytes.len().max(from) } else { known };
        let last = if end == WindowEnd::More { known } else { bytes.len() };
        let (mut at, mut settled, mut work) = (from, from, 0);
        while at < last {
            if work >= most_work && at < known {
                return Scanned { settled: at, work, is_complete: false };
            }
            let piece = self.piece(at, bytes.len());
            let next = self.next(bytes, piece.clone());
            work += next.as_ref().map_or(piece.end, |next| next.end) - at;
            match next {
                None if piece.end == bytes.len() => break,
                None => at = piece.end + 1 - self.limits.reach,
                Some(next) if next.start >= last => break,
                Some(next) if piece.end < bytes.len() && next.start + self.limits.reach > piece.end => {
                    at = next.start;
                }
                Some(next) => match self.cut(bytes, next.clone()) {
                    Some(hit) => {
                        at = hit.end;
                        settled = if hit.start < known { hit.end } else { settled };
                        found(hit);
                    }
                    None => at = next.start + 1,
                },
            }
        }
        Scanned { settled: settled.max(known), work, is_complete: true }
    }

    /// The bytes from `at` on that are searched at once.
    fn piece(&self, at: usize, end: usize) -> Range<usize> {
        if self.limits.is_exact { at..end } else { at..end.min(at + PIECE * self.limits.reach) }
    }

    /// The first match in a range. What lies around the range decides about borders of words and lines.
    fn next(&self, bytes: &[u8], range: Range<usize>) -> Option<Range<usize>> {
        self.regex.search(&Input::new(bytes).range(range)).map(|found| found.range())
    }

    /// A match that is at most as long as the limit says, and begins where `found` does.
    fn cut(&self, bytes: &[u8], found: Range<usize>) -> Option<Range<usize>> {
        if found.len() <= self.limits.longest {
            return Some(found);
        }
        let range = found.start..found.start + self.limits.longest;
        self.regex.search(&Input::new(bytes).range(range).anchored(Anchored::Yes)).map(|found| found.range())
    }
}
