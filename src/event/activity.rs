//! Activity of a backend as it is reported, and the waiting times of one connection.

use crate::event::ids::{ConnectionId, Timestamp};

/// Counters of the reads and writes of a backend.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct IoCounters {
    /// Reads that returned bytes.
    pub reads: u64,
    /// Bytes that these reads returned.
    pub read_bytes: u64,
    /// Writes that took bytes.
    pub writes: u64,
    /// Writes that took only some of the queued bytes.
    pub partial_writes: u64,
    /// Microseconds during which a connection had queued bytes: in `send`, or until the socket was writable again.
    pub blocked_micros: u64,
}

impl IoCounters {
    /// Adds the counters of `other`.
    pub const fn merge(&mut self, other: &Self) {
        self.reads += other.reads;
        self.read_bytes += other.read_bytes;
        self.writes += other.writes;
        self.partial_writes += other.partial_writes;
        self.blocked_micros += other.blocked_micros;
    }

    /// What was counted since `before`; 0 for a counter that was greater then.
    #[must_use]
    pub const fn since(&self, before: &Self) -> Self {
        Self {
            reads: self.reads.saturating_sub(before.reads),
            read_bytes: self.read_bytes.saturating_sub(before.read_bytes),
            writes: self.writes.saturating_sub(before.writes),
            partial_writes: self.partial_writes.saturating_sub(before.partial_writes),
            blocked_micros: self.blocked_micros.saturating_sub(before.blocked_micros),
        }
    }
}

/// Activity of a backend since its last report. Counters are exact; answers are sampled if there are very many.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct BackendActivity {
    /// Reads and writes of the backend.
    pub io: IoCounters,
    /// How long clients waited for answers.
    pub answers: Vec<ResponseTime>,
    /// Scheduling delays: how late a periodic timer of the backend fired, in microseconds. There are some per second.
    pub scheduling_delays: Vec<u32>,
}

/// How long a client waited: from the arrival of its bytes until the whole answer was written, or, if the service does
/// not answer, until the bytes were read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ResponseTime {
    /// The connection of the client.
    pub connection: ConnectionId,
    /// The waiting time in microseconds.
    pub micros: u32,
    /// The number of answers that this sample represents.
    pub weight: u32,
}

/// Number of slots of a [`WaitTimeline`], half a second each.
pub const TIMELINE_SLOTS: usize = 24;
const SLOT_MICROS: u64 = 500_000;

/// The waiting times of one client over the last seconds: the longest wait of each half second.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct WaitTimeline {
    /// The newest slot with a wait; slot `s` is stored at `s % TIMELINE_SLOTS`.
    newest: u64,
    /// Bit length of the longest wait in microseconds; 0 for no answer.
    slots: [u8; TIMELINE_SLOTS],
    /// The most recent wait in microseconds.
    last: Option<u32>,
}

impl WaitTimeline {
    /// Records an answer that took this number of microseconds.
    pub fn record(&mut self, at: Timestamp, micros: u32) {
        let slot = at.0 / SLOT_MICROS;
        if slot > self.newest {
            let passed = (slot - self.newest).min(TIMELINE_SLOTS as u64);
            for between in slot - passed + 1..=slot {
                self.slots[Self::place(between)] = 0;
            }
            self.newest = slot;
        } else if slot + TIMELINE_SLOTS as u64 <= self.newest {
            return;
        }
        let place = &mut self.slots[Self::place(slot)];
        *place = (*place).max(32 - micros.max(1).leading_zeros() as u8);
        self.last = Some(micros);
    }

    /// The most recent wait in microseconds.
    #[must_use]
    pub const fn last(&self) -> Option<u32> {
        self.last
    }

    /// The last `many` slots (at most [`TIMELINE_SLOTS`]), the current one included, oldest first: the longest wait in
    /// microseconds, rounded down to a power of two; `None` for a slot without an answer.
    pub fn slots(&self, now: Timestamp, many: usize) -> impl ExactSizeIterator<Item = Option<u32>> + '_ {
        let now = now.0 / SLOT_MICROS;
        (0..many.min(TIMELINE_SLOTS)).rev().map(move |back| {
            let slot = now.saturating_sub(back as u64);
            let kept = slot <= self.newest && slot + TIMELINE_SLOTS as u64 > self.newest;
            let doublings = if kept { self.slots[Self::place(slot)] } else { 0 };
            (doublings > 0).then(|| 1 << (doublings - 1))
        })
    }

    const fn place(slot: u64) -> usize {
        (slot % TIMELINE_SLOTS as u64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(half_seconds: u64) -> Timestamp {
        Timestamp(half_seconds * SLOT_MICROS + 7)
    }

    #[test]
    fn a_timeline_keeps_the_longest_wait_of_each_slot() {
        let mut timeline = WaitTimeline::default();
        timeline.record(at(100), 20);
        timeline.record(at(100), 200_000);
        timeline.record(at(102), 64);
        assert_eq!(timeline.last(), Some(64));
        assert_eq!(timeline.slots(at(102), 4).collect::<Vec<_>>(), [None, Some(131_072), None, Some(64)]);
        assert_eq!(timeline.slots(at(104), 4).collect::<Vec<_>>(), [None, Some(64), None, None]);
    }

    #[test]
    fn old_slots_are_forgotten() {
        let mut timeline = WaitTimeline::default();
        timeline.record(at(100), 20);
        timeline.record(at(1_000), 30);
        timeline.record(at(3), 40);
        assert_eq!(timeline.slots(at(1_000), TIMELINE_SLOTS).flatten().collect::<Vec<_>>(), [16]);
        assert_eq!(timeline.slots(at(2_000), TIMELINE_SLOTS).flatten().count(), 0);
    }
}
