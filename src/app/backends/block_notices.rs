//! Messages about blocks of the event loop: at most one per second.

use crate::event::{ConnectionId, Timestamp};

/// The least number of microseconds between two messages.
const MIN_INTERVAL: u64 = 1_000_000;

/// A message about one or more blocks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct BlockNotice {
    /// The number of blocks.
    pub(crate) times: u64,
    /// The longest block, in microseconds.
    pub(crate) longest: u64,
    /// The connection of the last block, if it is known.
    pub(crate) last: Option<ConnectionId>,
}

/// The blocks that have not been reported yet.
#[derive(Debug, Default)]
pub(crate) struct BlockNotices {
    times: u64,
    longest: u64,
    last: Option<ConnectionId>,
    reported_at: Timestamp,
}

impl BlockNotices {
    /// Records a block of this number of microseconds.
    pub(crate) fn record(&mut self, by: Option<ConnectionId>, micros: u64) {
        self.times += 1;
        self.longest = self.longest.max(micros);
        self.last = by;
    }

    /// Returns the blocks since the last message; `None` if there are none, or if the last message is too recent.
    pub(crate) fn take(&mut self, now: Timestamp) -> Option<BlockNotice> {
        if self.times == 0 || now.micros_since(self.reported_at) < MIN_INTERVAL {
            return None;
        }
        let Self { times, longest, last, .. } =
            std::mem::replace(self, Self { reported_at: now, ..Self::default() });
        Some(BlockNotice { times, longest, last })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_are_reported_together() {
        let mut block_notices = BlockNotices::default();
        let (id, second) = (Some(ConnectionId(7)), 1_000_000);
        block_notices.record(id, 5);
        assert_eq!(
            block_notices.take(Timestamp(second)),
            Some(BlockNotice { times: 1, longest: 5, last: id })
        );
        block_notices.record(id, 9);
        block_notices.record(None, 8);
        assert_eq!(block_notices.take(Timestamp(second + 1)), None);
        assert_eq!(
            block_notices.take(Timestamp(2 * second)),
            Some(BlockNotice { times: 2, longest: 9, last: None })
        );
        assert_eq!(block_notices.take(Timestamp(9 * second)), None, "nothing new");
    }
}
