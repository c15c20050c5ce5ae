//! What messages begin with, however they were cut into reads.

use crate::bytes::frame::framer::{Framer, LOOKAHEAD};
use crate::bytes::frame::mark::Mark;

/// The newest bytes that are kept: a border may lie among them.
const TAIL: usize = LOOKAHEAD as usize;

/// Keeps the first bytes of the message that has not ended.
#[derive(Clone, Debug)]
pub struct Beginnings {
    most: usize,
    beginning: Vec<u8>,
    /// When the first of them came.
    begun: Option<u64>,
    tail: Vec<u8>,
}

/// What a message begins with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MessageBeginning<'a> {
    /// The offset of its first byte.
    pub start: u64,
    /// Its first bytes, as many as are kept.
    pub bytes: &'a [u8],
    /// When the first of them came.
    pub begun: Option<u64>,
}

impl Beginnings {
    /// Keeps at most this many bytes of each message.
    #[must_use]
    pub const fn new(most: usize) -> Self {
        Self { most, beginning: Vec::new(), begun: None, tail: Vec::new() }
    }

    /// Lets a framer read the next bytes of its stream, as [`Framer::push`] does, and tells with what the message begins
    /// that ends.
    pub fn push(
        &mut self,
        framer: &mut Framer,
        at: Option<u64>,
        bytes: &[u8],
        tell: &mut impl FnMut(Mark, MessageBeginning<'_>),
    ) {
        let (start, next, mut marks) = (framer.start(), framer.offset(), Vec::new());
        framer.push(at, bytes, &mut |mark| marks.push(mark));
        let start = self.tell(marks, start, next, bytes, at, tell);
        self.keep(start, next + bytes.len() as u64, next, bytes, at);
        if bytes.len() >= TAIL {
            self.tail.clear();
        }
        self.tail.extend_from_slice(&bytes[bytes.len().saturating_sub(TAIL)..]);
        self.tail.drain(..self.tail.len().saturating_sub(TAIL));
    }

    /// Lets a framer go on behind bytes that were not observed, as [`Framer::skip`] does.
    pub fn skip(
        &mut self,
        framer: &mut Framer,
        count: u64,
        tell: &mut impl FnMut(Mark, MessageBeginning<'_>),
    ) {
        let (start, next, mut marks) = (framer.start(), framer.offset(), Vec::new());
        framer.skip(count, &mut |mark| marks.push(mark));
        self.tell(marks, start, next, &[], None, tell);
        self.tail.clear();
    }

    /// Lets a framer end its stream, as [`Framer::finish`] does.
    pub fn finish(&mut self, framer: &mut Framer, tell: &mut impl FnMut(Mark, MessageBeginning<'_>)) {
        let (start, next, mut marks) = (framer.start(), framer.offset(), Vec::new());
        framer.finish(&mut |mark| marks.push(mark));
        self.tell(marks, start, next, &[], None, tell);
    }

    /// Tells marks, and returns where the message begins that has not ended.
    fn tell(
        &mut self,
        marks: Vec<Mark>,
        mut start: u64,
        next: u64,
        bytes: &[u8],
        at: Option<u64>,
        tell: &mut impl FnMut(Mark, MessageBeginning<'_>),
    ) -> u64 {
        for mark in marks {
            let end = match &mark {
                Mark::Message { end } | Mark::Outside { end } => Some(*end),
                Mark::Fault(_) => None,
            };
            if let Some(end) = end {
                self.keep(start, end, next, bytes, at);
            }
            let begun = self.begun;
            tell(mark, MessageBeginning { start, bytes: &self.beginning, begun });
            if let Some(end) = end {
                self.beginning.clear();
                (self.begun, start) = (None, end);
            }
        }
        start
    }

    /// Keeps what there is of a message with these borders. `bytes` have the offset `next`, behind the tail.
    fn keep(&mut self, start: u64, end: u64, next: u64, bytes: &[u8], at: Option<u64>) {
        let length = usize::try_from(end.saturating_sub(start)).unwrap_or(usize::MAX).min(self.most);
        self.beginning.truncate(length);
        for (offset, part) in [(next - self.tail.len() as u64, self.tail.as_slice()), (next, bytes)] {
            let from = (start + self.beginning.len() as u64).checked_sub(offset);
            let from = from.and_then(|from| usize::try_from(from).ok());
            // What was not observed is not there, and what follows is no beginning.
            let part = from.and_then(|from| part.get(from..)).unwrap_or_default();
            let missing = length - self.beginning.len();
            if missing > 0 && !part.is_empty() {
                if self.beginning.is_empty() {
                    self.begun = at;
                }
                self.beginning.extend_from_slice(&part[..missing.min(part.len())]);
            }
        }
    }
}
