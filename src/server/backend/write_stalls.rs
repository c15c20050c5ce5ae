//! How long the writes of a connection have been blocked, for both backends.

use std::time::{Duration, Instant};

use crate::event::{PerSide, Side};
use crate::server::connection::machine::Machine;
use crate::server::connection::{SLOW_AFTER, Wants};
use crate::server::net::latency_sampler::CoarseInstant;

/// Since when the pending bytes of each side wait. It starts anew after a handover.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct WriteStalls {
    since: PerSide<Option<Instant>>,
}

impl WriteStalls {
    /// The time at which to call [`report`](Self::report), if nothing happens before; `None` if nothing is to be
    /// written.
    pub(super) fn deadline(&mut self, wants: Wants) -> Option<Instant> {
        if wants.write.is_empty() {
            *self = Self::default();
            return None;
        }
        let waiting = Side::ALL.into_iter().filter_map(|side| {
            let since = &mut self.since[side];
            if !wants.write.contains(side) {
                *since = None;
                return None;
            }
            Some(*since.get_or_insert_with(Instant::now) + SLOW_AFTER)
        });
        waiting.min()
    }

    /// Records that a side took some of its bytes.
    pub(super) fn progress(&mut self, side: Side) {
        self.since[side] = None;
    }

    /// Reports the sides that have been blocked for [`SLOW_AFTER`].
    pub(super) fn report(&mut self, machine: &mut Machine) {
        for side in Side::ALL {
            let blocked = self.since[side].map_or(Duration::ZERO, |since| since.elapsed());
            if blocked >= SLOW_AFTER {
                self.since[side] = None;
                machine.write_blocked(side, CoarseInstant::now());
            }
        }
    }
}
