//! The demand of the consumer, which producers read at each read and write.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::event::{ByteDemand, Demand, EventOrder};

const UTF8: u64 = 1 << 63;
const ACTIVITY: u64 = 1 << 62;
const TIME: u64 = 1 << 61;
/// The number of the newest bytes is in the other bits; all of them stand for every byte.
const BYTES: u64 = TIME - 1;

/// A demand that one thread changes and all producers read, in one word so that they never see half of a change.
#[derive(Debug)]
pub(super) struct AtomicDemand(AtomicU64);

impl AtomicDemand {
    pub(super) fn new(demand: Demand) -> Self {
        Self(AtomicU64::new(to_bits(demand)))
    }

    pub(super) fn get(&self) -> Demand {
        // Relaxed: the locks of the queue order it where that matters.
        from_bits(self.0.load(Ordering::Relaxed))
    }

    pub(super) fn set(&self, demand: Demand) {
        self.0.store(to_bits(demand), Ordering::Relaxed);
    }
}

fn to_bits(demand: Demand) -> u64 {
    let bytes = match demand.bytes {
        ByteDemand::Every => BYTES,
        ByteDemand::Newest(bytes) => (bytes as u64).min(BYTES - 1),
    };
    let flag = |wanted, flag| if wanted { flag } else { 0 };
    bytes
        | flag(demand.utf8, UTF8)
        | flag(demand.activity, ACTIVITY)
        | flag(demand.order == EventOrder::Time, TIME)
}

const fn from_bits(bits: u64) -> Demand {
    Demand {
        bytes: match bits & BYTES {
            BYTES => ByteDemand::Every,
            bytes => ByteDemand::Newest(bytes as usize),
        },
        utf8: bits & UTF8 != 0,
        activity: bits & ACTIVITY != 0,
        order: if bits & TIME == 0 { EventOrder::Grouped } else { EventOrder::Time },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_demand_is_read_as_it_was_set() {
        let atomic = AtomicDemand::new(Demand::COUNTS);
        assert_eq!(atomic.get(), Demand::COUNTS);
        for bytes in [ByteDemand::Every, ByteDemand::Newest(0), ByteDemand::Newest(1 << 40)] {
            for order in [EventOrder::Grouped, EventOrder::Time] {
                for (utf8, activity) in [(false, false), (false, true), (true, false), (true, true)] {
                    let demand = Demand { bytes, utf8, activity, order };
                    atomic.set(demand);
                    assert_eq!(atomic.get(), demand);
                }
            }
        }
        atomic.set(Demand::newest(usize::MAX));
        assert!(matches!(atomic.get().bytes, ByteDemand::Newest(many) if many > 1 << 60));
    }
}
