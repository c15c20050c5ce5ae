//! Eviction: what is dropped when the memory budget is exhausted.

use std::collections::{HashMap, HashSet, VecDeque};

use foldhash::fast::RandomState;

use super::{CloseRecord, Connection, ConnectionId, Model};
use crate::event::ids::StreamId;
use crate::model::leaving;
use crate::model::likeness::Likeness;
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
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Rank {
    /// No byte was received or sent.
    Silent,
    /// There are many like it that are newer.
    Repeated,
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

/// Of connections with bytes that are like each other, this number keeps its rank; older ones are worth less.
const MOST_ALIKE: usize = 64;

/// With fewer stale entries than this, the queues are not compacted.
const MIN_STALE: usize = 256;

/// A closed connection in a queue.
#[derive(Clone, Copy, Debug)]
pub(super) struct Closed {
    pub(super) id: ConnectionId,
    pub(super) rank: Rank,
    /// A number that only like connections have in common; `None` for one that is like no other.
    pub(super) kind: Option<u64>,
}

/// Closed connections that are kept: a queue for each rank, in the order of the ranks, the oldest connection first.
#[derive(Debug, Default)]
pub(super) struct ClosedQueues {
    queues: [VecDeque<Closed>; 4],
    /// Those of each kind that have kept their rank, the oldest first.
    kinds: HashMap<u64, VecDeque<ConnectionId>, RandomState>,
    /// Those that have lost their rank, but are still in the queue of that.
    stale: HashSet<ConnectionId, RandomState>,
}

impl ClosedQueues {
    pub(super) fn push(&mut self, closed: Closed) {
        self.queues[closed.rank as usize].push_back(closed);
        let Some(kind) = closed.kind.filter(|_| closed.rank > Rank::Repeated) else { return };
        let alike = self.kinds.entry(kind).or_default();
        alike.push_back(closed.id);
        if alike.len() > MOST_ALIKE
            && let Some(id) = alike.pop_front()
        {
            self.stale.insert(id);
            self.queues[Rank::Repeated as usize].push_back(Closed { id, rank: Rank::Repeated, kind: None });
            self.compact();
        }
    }

    pub(super) fn len(&self) -> usize {
        self.queues.iter().map(VecDeque::len).sum::<usize>() - self.stale.len()
    }

    /// Removes the oldest connection of the lowest rank.
    fn pop(&mut self) -> Option<ConnectionId> {
        let Self { queues, kinds, stale } = self;
        for queue in queues {
            while let Some(Closed { id, rank, kind }) = queue.pop_front() {
                if rank > Rank::Repeated && stale.remove(&id) {
                    continue;
                }
                if let Some(kind) = kind.filter(|_| rank > Rank::Repeated)
                    && let Some(alike) = kinds.get_mut(&kind)
                {
                    // The oldest of its rank is the oldest of its kind.
                    alike.pop_front();
                    if alike.is_empty() {
                        kinds.remove(&kind);
                    }
                }
                return Some(id);
            }
        }
        None
    }

    /// Removes stale entries once they are more than the others.
    fn compact(&mut self) {
        let Self { queues, stale, .. } = self;
        if stale.len() < MIN_STALE.max(queues.iter().map(VecDeque::len).sum::<usize>() / 2) {
            return;
        }
        for queue in queues {
            queue.retain(|closed| closed.rank <= Rank::Repeated || !stale.contains(&closed.id));
        }
        stale.clear();
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

    /// Closes a connection, which is kept for as long as there is room.
    pub(super) fn close(&mut self, id: ConnectionId, mut closed: CloseRecord) {
        let at = closed.at;
        let Some(known) = self.connections.get_mut(&id) else { return };
        if known.closed.is_some() {
            return;
        }
        closed.unread = leaving::unread(known, &closed);
        let rank = Rank::of(known);
        self.faults.remove(id, &known.faults);
        self.live[known.backend] -= 1;
        self.backend_totals[known.backend].closed(closed.reason, closed.failed_call);
        self.on_connection(at, id, |known| {
            known.close(closed);
        });
        let likeness = self.connections.get(&id).and_then(Likeness::of);
        self.closed.push(Closed { id, rank, kind: likeness.map(|likeness| likeness.fingerprint()) });
        while self.closed.len() > self.kept_closed {
            self.evict_closed();
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
