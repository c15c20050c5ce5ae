//! The handler call that blocks the event loop, or did so a moment ago: a block of a tenth of a second is shown long
//! enough to be read.

use crate::event::{ConnectionId, Timestamp};

/// How long a block stays visible after its end, in microseconds.
const SHOWN: u64 = 2_000_000;

/// One or more blocks of the event loop with short breaks between them, as the screen shows them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LoopBlock {
    /// The connection whose handler blocks the loop, if it is known.
    pub by: Option<ConnectionId>,
    /// The duration of the longest block, in microseconds.
    pub micros: u64,
}

/// The most recent block that has ended.
#[derive(Debug, Default)]
pub(crate) struct BlockHistory {
    last: Option<(LoopBlock, Timestamp)>,
}

impl BlockHistory {
    /// Records that a block has ended at `now`.
    pub(crate) fn ended(&mut self, by: Option<ConnectionId>, micros: u64, now: Timestamp) {
        let before = self.recent(now).map_or(0, |block| block.micros);
        self.last = Some((LoopBlock { by, micros: micros.max(before) }, now));
    }

    /// Returns the block to show at `now`; `running` is the block that goes on, with its start.
    pub(crate) fn shown(
        &self,
        running: Option<(Option<ConnectionId>, Timestamp)>,
        now: Timestamp,
    ) -> Option<LoopBlock> {
        let recent = self.recent(now);
        let Some((by, since)) = running else { return recent };
        let before = recent.map_or(0, |block| block.micros);
        Some(LoopBlock { by, micros: now.micros_since(since).max(before) })
    }

    fn recent(&self, now: Timestamp) -> Option<LoopBlock> {
        let (block, end) = self.last?;
        (now.micros_since(end) < SHOWN).then_some(block)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_shown_for_two_seconds_after_the_last_one() {
        let mut blocked = BlockHistory::default();
        let (by, start) = (Some(ConnectionId(3)), Timestamp(10 * SHOWN));
        let shown = |blocked: &BlockHistory, micros| blocked.shown(None, start.plus_micros(micros));
        assert_eq!(shown(&blocked, 0), None);
        assert_eq!(blocked.shown(Some((by, start)), start.plus_micros(7)), Some(LoopBlock { by, micros: 7 }));
        blocked.ended(by, 203_000, start);
        blocked.ended(by, 150_000, start.plus_micros(500_000));
        assert_eq!(shown(&blocked, 2_499_999), Some(LoopBlock { by, micros: 203_000 }));
        assert_eq!(shown(&blocked, 2_500_000), None);
        blocked.ended(None, 9, start.plus_micros(9_000_000));
        assert_eq!(
            shown(&blocked, 9_000_000),
            Some(LoopBlock { by: None, micros: 9 }),
            "the old one is forgotten"
        );
    }
}
