//! What the consumers of events need, so that a source does no work that no consumer needs.

/// What one consumer needs, or several together.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Demand {
    /// Which bytes are delivered; the others are only counted.
    pub bytes: ByteDemand,
    /// Whether the summaries of UTF-8 are needed.
    pub utf8: bool,
    /// Whether the activity of the backends is needed: counters, latencies, delays.
    pub activity: bool,
    /// The order in which events are needed.
    pub order: EventOrder,
}

/// Which bytes are delivered.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum ByteDemand {
    /// For each stream, at least this number of the newest bytes.
    Newest(usize),
    /// Every byte.
    Every,
}

/// The order of events of different connections, and of the two directions of one connection.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum EventOrder {
    /// Reads and writes of one connection may come together, and bytes that were written as they were read may come
    /// once, with both times.
    Grouped,
    /// Each event comes in the order of its time.
    Time,
}

impl Demand {
    /// The demand of a consumer that only counts: counts are exact under every demand.
    pub const COUNTS: Self =
        Self { bytes: ByteDemand::Newest(0), utf8: false, activity: false, order: EventOrder::Grouped };

    /// The demand of a consumer that prints or stores every byte, and decodes characters itself if it wants them.
    pub const EVERY_BYTE: Self =
        Self { bytes: ByteDemand::Every, utf8: false, activity: false, order: EventOrder::Time };

    /// All that a source can tell.
    pub const EVERYTHING: Self =
        Self { bytes: ByteDemand::Every, utf8: true, activity: true, order: EventOrder::Time };

    /// The demand of a consumer that shows the newest bytes of each stream, and figures about all of them.
    #[must_use]
    pub const fn newest(bytes: usize) -> Self {
        Self { bytes: ByteDemand::Newest(bytes), utf8: true, activity: true, order: EventOrder::Grouped }
    }

    /// Whether no byte and no summary of them is needed: reads and writes may come added up, as one event of the sum.
    #[must_use]
    pub const fn only_counts(self) -> bool {
        matches!(self.bytes, ByteDemand::Newest(0)) && !self.utf8
    }

    /// Whether a user waits for the consumer. Only one that is looked at needs the activity of the backends.
    #[must_use]
    pub const fn is_interactive(self) -> bool {
        self.activity
    }

    /// The demand that satisfies both.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self {
            bytes: self.bytes.max(other.bytes),
            utf8: self.utf8 || other.utf8,
            activity: self.activity || other.activity,
            order: self.order.max(other.order),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_union_satisfies_both() {
        let recorded_and_shown = Demand::EVERY_BYTE.union(Demand::newest(7));
        assert_eq!(recorded_and_shown, Demand::EVERYTHING);
        assert_eq!(Demand::newest(7).union(Demand::newest(9)), Demand::newest(9));
        for demand in [Demand::COUNTS, Demand::newest(7), Demand::EVERY_BYTE, Demand::EVERYTHING] {
            assert_eq!(Demand::COUNTS.union(demand), demand);
            assert_eq!(demand.union(Demand::EVERYTHING), Demand::EVERYTHING);
        }
    }
}
