//! The search for a pattern in the histories of one connection or of all, as far as they are kept, and in what arrives.
//!
//! A search is done in slices: [`Search::advance`] looks at a limited number of bytes, so that neither a key nor a frame
//! waits for it. Each stream is searched once: [`Search::arrived`] only has the new bytes searched, from where a match
//! could still begin. Hits are trimmed with their bytes.
//!
//! The number of hits is exact, but not all of them are kept: at most [`MOST_OF_STREAM`] for each stream, and fewer
//! once [`MOST_IN_ALL`] are kept. Those that are kept are the oldest; when most of them have been trimmed, the next ones
//! are searched for again.

mod stream_hits;
mod window;

use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;

use crate::bytes::pattern::Pattern;
use crate::event::ids::{ConnectionId, StreamId};
use crate::model::stream::Stream;

pub use self::stream_hits::Hit;
use self::stream_hits::StreamHits;
use self::window::{HistoryWindow, Next};

/// The largest number of hits that are kept for one stream.
pub const MOST_OF_STREAM: usize = 16_384;
/// Once this many hits are kept, only [`FEWEST_OF_STREAM`] more are kept for each stream.
pub const MOST_IN_ALL: usize = 262_144;
/// This many hits are kept for each stream in any case.
pub const FEWEST_OF_STREAM: usize = 64;

/// Which streams are searched.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scope {
    /// Those of one connection.
    Connection(ConnectionId),
    /// Those of all connections.
    All,
}

impl Scope {
    /// Whether the streams of a connection are searched.
    #[must_use]
    pub fn contains(self, connection: ConnectionId) -> bool {
        match self {
            Self::Connection(only) => only == connection,
            Self::All => true,
        }
    }
}

/// A search, as far as it has come.
#[derive(Debug)]
pub struct Search {
    pattern: Pattern,
    scope: Scope,
    streams: BTreeMap<StreamId, StreamHits>,
    /// The streams with bytes that have not been searched, each once.
    queue: VecDeque<StreamId>,
    /// The number of hits that are kept.
    kept: usize,
    /// The number of hits.
    total: u64,
    window: HistoryWindow,
}

impl Search {
    /// A search that has not begun. The streams to be searched are added with [`arrived`](Self::arrived).
    #[must_use]
    pub fn new(pattern: Pattern, scope: Scope) -> Self {
        Self {
            pattern,
            scope,
            streams: BTreeMap::new(),
            queue: VecDeque::new(),
            kept: 0,
            total: 0,
            window: HistoryWindow::default(),
        }
    }

    /// The pattern that is searched for.
    #[must_use]
    pub const fn pattern(&self) -> &Pattern {
        &self.pattern
    }

    /// Which streams are searched.
    #[must_use]
    pub const fn scope(&self) -> Scope {
        self.scope
    }

    /// Searches other streams from now on. Hits in streams that are not searched any more are forgotten.
    pub fn set_scope(&mut self, scope: Scope) {
        self.scope = scope;
        self.retain(|id| scope.contains(id.connection));
    }

    /// Notes that a stream has bytes that were not searched, unless it is not one of those to be searched.
    pub fn arrived(&mut self, stream: StreamId) {
        if self.scope.contains(stream.connection) {
            self.enqueue(stream);
        }
    }

    fn enqueue(&mut self, stream: StreamId) {
        let hits = self.streams.entry(stream).or_default();
        if !std::mem::replace(&mut hits.is_queued, true) {
            self.queue.push_back(stream);
        }
    }

    /// Whether there are bytes that have not been searched.
    #[must_use]
    pub fn is_searching(&self) -> bool {
        !self.queue.is_empty()
    }

    /// Whether a stream has bytes that have not been searched.
    #[must_use]
    pub fn is_queued(&self, stream: StreamId) -> bool {
        self.streams.get(&stream).is_some_and(|hits| hits.is_queued)
    }

    /// Searches about this many bytes. `stream` returns the streams, as they are now.
    pub fn advance<'m>(&mut self, budget: usize, stream: impl Fn(StreamId) -> Option<&'m Stream>) {
        let mut left = budget;
        while left > 0 {
            let Some(&id) = self.queue.front() else { return };
            let work = match stream(id) {
                Some(found) => self.step(id, found, left),
                None => {
                    self.forget(id);
                    self.queue.pop_front();
                    0
                }
            };
            // A step costs something even if there is nothing to look at.
            left = left.saturating_sub(work.max(64));
        }
    }

    /// Searches one window of the stream that is first in the queue. Returns about how many bytes were looked at.
    fn step(&mut self, id: StreamId, stream: &Stream, most_work: usize) -> usize {
        let most_kept = if self.kept < MOST_IN_ALL { MOST_OF_STREAM } else { FEWEST_OF_STREAM };
        let Some(hits) = self.streams.get_mut(&id) else {
            self.queue.pop_front();
            return 0;
        };
        let before = hits.size();
        hits.trim_before(stream.history.start());
        let searched = self.window.search(&self.pattern, &stream.history, hits.next(), most_work);
        hits.searched(&searched.hits, searched.continue_at, most_kept);
        let after = hits.size();
        if searched.next == Next::Bytes {
            hits.is_queued = false;
            self.queue.pop_front();
        }
        self.count(before, after);
        searched.work
    }

    /// Forgets the hits whose bytes have been trimmed, and streams that are not kept any more. To be called from time to
    /// time, because bytes are also trimmed where none arrive.
    pub fn tidy<'m>(&mut self, stream: impl Fn(StreamId) -> Option<&'m Stream>) {
        self.retain(|id| stream(id).is_some());
        let fewest = if self.kept < MOST_IN_ALL / 2 { MOST_OF_STREAM } else { FEWEST_OF_STREAM } / 2;
        let (mut again, mut changed) = (Vec::new(), (0, 0, 0, 0));
        for (&id, hits) in &mut self.streams {
            let Some(stream) = stream(id) else { continue };
            let (kept, total) = hits.size();
            hits.trim_before(stream.history.start());
            if hits.refill(fewest) {
                again.push(id);
            }
            let (kept_now, total_now) = hits.size();
            changed = (changed.0 + kept, changed.1 + total, changed.2 + kept_now, changed.3 + total_now);
        }
        self.count((changed.0, changed.1), (changed.2, changed.3));
        again.into_iter().for_each(|id| self.enqueue(id));
    }

    fn retain(&mut self, keep: impl Fn(StreamId) -> bool) {
        let gone: Vec<StreamId> = self.streams.keys().copied().filter(|&id| !keep(id)).collect();
        gone.into_iter().for_each(|id| self.forget(id));
        self.queue.retain(|&id| keep(id));
    }

    fn forget(&mut self, id: StreamId) {
        if let Some(gone) = self.streams.remove(&id) {
            self.count(gone.size(), (0, 0));
        }
    }

    /// Takes notice of a change of the hits that are kept, and of all hits.
    fn count(&mut self, before: (usize, u64), after: (usize, u64)) {
        self.kept = self.kept + after.0 - before.0;
        self.total = self.total + after.1 - before.1;
    }
}

/// What was found.
impl Search {
    /// The number of hits in all streams.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.total
    }

    /// The number of connections that are searched.
    #[must_use]
    pub fn connections(&self) -> usize {
        let mut ids: Vec<_> = self.streams.keys().map(|id| id.connection).collect();
        ids.dedup();
        ids.len()
    }

    /// The number of hits that are kept, in all streams.
    #[must_use]
    pub const fn kept(&self) -> usize {
        self.kept
    }

    /// The kept hit with this index, in the order of the streams, and its stream. Costs the number of streams.
    #[must_use]
    pub fn nth(&self, index: usize) -> Option<(StreamId, Hit)> {
        let mut before = 0;
        self.streams.iter().find_map(|(&id, hits)| {
            let hit = hits.nth(index.checked_sub(before)?);
            before += hits.size().0;
            hit.map(|hit| (id, hit))
        })
    }

    /// The number of hits in one stream.
    #[must_use]
    pub fn count_of(&self, stream: StreamId) -> u64 {
        self.streams.get(&stream).map_or(0, |hits| hits.size().1)
    }

    /// The streams with hits, in order, each with the number of its hits.
    pub fn streams(&self) -> impl Iterator<Item = (StreamId, u64)> {
        self.streams.iter().map(|(&id, hits)| (id, hits.size().1)).filter(|&(_, count)| count > 0)
    }

    /// The kept hits of one stream that overlap a range, in order.
    pub fn hits(&self, stream: StreamId, range: Range<u64>) -> impl Iterator<Item = Hit> {
        self.streams.get(&stream).into_iter().flat_map(move |hits| hits.overlapping(range.clone()))
    }

    /// The number of kept hits of a stream that begin before `before`.
    #[must_use]
    pub fn count_before(&self, stream: StreamId, before: u64) -> u64 {
        self.streams.get(&stream).map_or(0, |hits| hits.count_before(before))
    }

    /// The first kept hit of a stream that begins at or behind `from`.
    #[must_use]
    pub fn next(&self, stream: StreamId, from: u64) -> Option<Hit> {
        self.streams.get(&stream)?.next_from(from)
    }

    /// The last kept hit of a stream that begins before `before`.
    #[must_use]
    pub fn previous(&self, stream: StreamId, before: u64) -> Option<Hit> {
        self.streams.get(&stream)?.last_before(before)
    }
}

#[cfg(test)]
mod tests;
