//! The window of a history that is searched: the bytes of several segments, joined.
//!
//! Joining them costs a copy, but a match may lie across segments. The window stays in the processor's cache.

use crate::bytes::pattern::{Pattern, Window, WindowEnd};
use crate::model::history::History;
use crate::model::search::stream_hits::Hit;

/// The number of bytes of a window in which a match may begin.
const WINDOW: usize = 64 << 10;

/// What a search of one window has found.
#[derive(Debug)]
pub(super) struct Searched {
    /// The hits, in order.
    pub(super) hits: Vec<Hit>,
    /// The offset from which the search has to continue. Hits that begin behind it will be found again.
    pub(super) continue_at: u64,
    /// What the search needs to continue.
    pub(super) next: Next,
    /// About how many bytes were looked at.
    pub(super) work: usize,
}

/// What a search needs to continue.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Next {
    /// Another step.
    Step,
    /// Bytes that have not arrived yet.
    Bytes,
}

/// Some consecutive bytes of a history.
#[derive(Debug, Default)]
pub(super) struct HistoryWindow {
    bytes: Vec<u8>,
    /// The offset of the first byte.
    base: u64,
    /// The offset from which a match may begin.
    from: u64,
}

/// What lies behind the bytes of a window.
enum Behind {
    /// Bytes that have not arrived yet.
    Nothing,
    /// More bytes.
    Bytes,
    /// Bytes that were missed. The next byte that was not has this offset.
    Gap(u64),
}

impl HistoryWindow {
    /// Searches a history from this offset on, up to the size of a window.
    pub(super) fn search(
        &mut self,
        pattern: &Pattern,
        history: &History,
        from: u64,
        most_work: usize,
    ) -> Searched {
        let mut behind = self.fill(history, from.max(history.start()), pattern.reach());
        if let Behind::Gap(offset) = behind
            && self.bytes.is_empty()
        {
            behind = self.fill(history, offset, pattern.reach());
        }
        let end = match behind {
            Behind::Nothing => WindowEnd::Open,
            Behind::Bytes => WindowEnd::More,
            Behind::Gap(_) => WindowEnd::Final,
        };
        let mut hits = Vec::new();
        let base = self.base;
        let window = Window { bytes: &self.bytes, from: (self.from - base) as usize, end };
        let scanned = pattern.scan(window, most_work, |range| {
            let length = u32::try_from(range.len()).unwrap_or(u32::MAX);
            hits.push(Hit { offset: base + range.start as u64, length });
        });
        let settled = base + scanned.settled as u64;
        let (continue_at, next) = match behind {
            _ if !scanned.is_complete => (settled, Next::Step),
            Behind::Nothing => (settled, Next::Bytes),
            Behind::Bytes => (settled, Next::Step),
            Behind::Gap(offset) => (offset, Next::Step),
        };
        Searched { hits, continue_at, next, work: scanned.work.max(self.bytes.len()) }
    }

    /// Takes the bytes from `from` on, with those before it that decide about borders of words and lines. The window is
    /// empty if the byte at `from` was missed.
    fn fill(&mut self, history: &History, from: u64, reach: usize) -> Behind {
        self.bytes.clear();
        (self.base, self.from) = (from.saturating_sub(Pattern::CONTEXT as u64), from);
        let to = from.saturating_add((WINDOW + reach) as u64);
        // What is behind the window is not looked at: it may have to be read from a file.
        for (offset, data) in history.slices(self.base..to) {
            let end = self.base + self.bytes.len() as u64;
            if offset > end {
                if offset > from {
                    if end <= from {
                        self.bytes.clear();
                        self.base = from;
                    }
                    return Behind::Gap(offset);
                }
                // The bytes before `from` were missed or trimmed.
                self.bytes.clear();
                self.base = offset;
            }
            self.bytes.extend_from_slice(&data);
        }
        // Everything may have been trimmed.
        if self.base + (self.bytes.len() as u64) < from {
            self.bytes.clear();
            self.base = from;
        }
        let end = self.base + self.bytes.len() as u64;
        match history.next_kept(end) {
            None => Behind::Nothing,
            Some(next) if next == end => Behind::Bytes,
            Some(next) => {
                if end <= from {
                    self.bytes.clear();
                    self.base = from;
                }
                Behind::Gap(next)
            }
        }
    }
}
