//! What is given up when more is known than may be kept.

use std::collections::VecDeque;

use super::{ConnectionId, Model};

/// The marks of the oldest bytes are not tidied before there are more than this.
pub(super) const STALE_MARKS: usize = 4_096;

/// Closed connections that are kept, in the order in which they are given up.
#[derive(Debug, Default)]
pub(super) struct Closed {
    /// Nothing was received from them and nothing sent, the oldest first.
    silent: VecDeque<ConnectionId>,
    /// All others, the oldest first.
    others: VecDeque<ConnectionId>,
}

impl Closed {
    pub(super) fn push(&mut self, id: ConnectionId, bytes: u64) {
        let queue = if bytes == 0 { &mut self.silent } else { &mut self.others };
        queue.push_back(id);
    }

    pub(super) fn len(&self) -> usize {
        self.silent.len() + self.others.len()
    }

    /// The one that says least: the oldest of those without bytes, else the oldest.
    fn pop(&mut self) -> Option<ConnectionId> {
        self.silent.pop_front().or_else(|| self.others.pop_front())
    }
}

impl Model {
    /// Closed connections are dropped first, those without bytes before the others, the oldest first; then the oldest bytes
    /// of any connection.
    pub(super) fn make_room(&mut self) {
        while self.cost > self.budget.memory {
            if !self.forget_closed() && !self.forget_oldest_bytes() {
                break;
            }
        }
        if self.oldest.len() > self.tidy_at {
            self.drop_stale_marks();
            // Only when as many have come again: each mark is looked at a constant number of times.
            self.tidy_at = STALE_MARKS.max(2 * self.oldest.len());
        }
    }

    pub(super) fn forget_closed(&mut self) -> bool {
        let Some(id) = self.closed.pop() else { return false };
        self.totals.dropped += 1;
        if let Some(gone) = self.connections.remove(&id) {
            self.cost -= gone.cost();
        }
        true
    }

    fn forget_oldest_bytes(&mut self) -> bool {
        while let Some((id, direction, offset)) = self.oldest.pop_front() {
            let Some(known) = self.connections.get_mut(&id) else { continue };
            let stream = known.stream_mut(direction);
            if stream.history.oldest_segment() == Some(offset) {
                let before = stream.cost();
                stream.drop_oldest();
                self.cost = self.cost + stream.cost() - before;
                return true;
            }
        }
        false
    }

    fn drop_stale_marks(&mut self) {
        let connections = &self.connections;
        self.oldest.retain(|&(id, direction, offset)| {
            let kept =
                connections.get(&id).and_then(|known| known.stream(direction).history.oldest_segment());
            kept.is_some_and(|oldest| offset >= oldest)
        });
    }
}
