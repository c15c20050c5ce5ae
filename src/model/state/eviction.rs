//! Eviction: what is dropped when the memory budget is exhausted.

use std::collections::VecDeque;

use super::{Connection, ConnectionId, Model};
use crate::event::ids::StreamId;
use crate::model::payload::PayloadFiles;

/// The eviction queue is not compacted before it has more entries than this.
pub(super) const MIN_QUEUE: usize = 4_096;

/// An entry of the eviction queue: where a segment of a history begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct EvictionEntry {
    pub(super) stream: StreamId,
    pub(super) offset: u64,
}

/// The value of a closed connection. Connections of a lower rank are evicted first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Rank {
    /// No byte was received or sent.
    Silent,
    /// This program started the client.
    BuiltIn,
    /// A connection of an outside client, with bytes.
    Other,
}

impl Rank {
    pub(super) const fn of(known: &Connection) -> Self {
        if known.received.total() + known.sent.total() == 0 {
            Self::Silent
        } else if known.built_in {
            Self::BuiltIn
        } else {
            Self::Other
        }
    }
}

/// The table of connections has room for at least this many.
const FEWEST_PLACES: usize = 256;

/// Closed connections that are kept: a queue for each rank, in the order of the ranks, the oldest connection first.
#[derive(Debug, Default)]
pub(super) struct ClosedQueues([VecDeque<ConnectionId>; 3]);

impl ClosedQueues {
    pub(super) fn push(&mut self, id: ConnectionId, rank: Rank) {
        self.0[rank as usize].push_back(id);
    }

    pub(super) fn len(&self) -> usize {
        self.0.iter().map(VecDeque::len).sum()
    }

    /// Removes the oldest connection of the lowest rank.
    fn pop(&mut self) -> Option<ConnectionId> {
        self.0.iter_mut().find_map(VecDeque::pop_front)
    }
}

impl Model {
    /// Keeps all closed connections that memory allows: they are what a recording is about.
    #[must_use]
    pub fn with_all_closed(mut self) -> Self {
        self.kept_closed = usize::MAX;
        self
    }

    /// Leaves the bytes of these files where they are, as far as events say where that is.
    #[must_use]
    pub fn with_files(mut self, files: Option<PayloadFiles>) -> Self {
        self.files = files;
        self
    }

    /// Evicts until the budget holds: closed connections first, in the order of their ranks, the oldest first; then the
    /// oldest bytes of any connection.
    pub(super) fn evict(&mut self) {
        while self.cost > self.budget.memory {
            if !self.evict_closed() && !self.evict_oldest_segment() {
                break;
            }
        }
        if self.eviction_queue.len() > self.compact_at {
            self.compact_queue();
            // The next compaction waits until the queue has doubled, so each entry is examined a constant number of
            // times.
            self.compact_at = MIN_QUEUE.max(2 * self.eviction_queue.len());
        }
    }

    pub(super) fn evict_closed(&mut self) -> bool {
        let Some(id) = self.closed.pop() else { return false };
        self.totals.dropped += 1;
        if let Some(gone) = self.connections.remove(&id) {
            self.cost -= gone.cost();
        }
        // The table itself is 14 MiB after ten thousand connections. Each time it is rebuilt, it has lost three quarters.
        let kept = self.connections.len().max(FEWEST_PLACES);
        if self.connections.capacity() > 4 * kept {
            self.connections.shrink_to(2 * kept);
        }
        true
    }

    fn evict_oldest_segment(&mut self) -> bool {
        while let Some(EvictionEntry { stream: id, offset }) = self.eviction_queue.pop_front() {
            let known = self.connections.get_mut(&id.connection);
            let Some(stream) = known.and_then(|known| known.stream_mut(id.side, id.direction)) else {
                continue;
            };
            if stream.history.oldest_segment() == Some(offset) {
                let before = stream.cost();
                stream.drop_oldest();
                self.cost = self.cost + stream.cost() - before;
                return true;
            }
        }
        false
    }

    fn compact_queue(&mut self) {
        let connections = &self.connections;
        self.eviction_queue.retain(|entry| {
            let StreamId { connection, side, direction } = entry.stream;
            let stream = connections.get(&connection).and_then(|known| known.stream_of(side, direction));
            let kept = stream.and_then(|stream| stream.history.oldest_segment());
            kept.is_some_and(|oldest| entry.offset >= oldest)
        });
    }
}
