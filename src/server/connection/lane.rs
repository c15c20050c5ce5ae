//! Faults of the bytes on their way to one side: a queue in front of the pending bytes.
//!
//! Bytes pass latency, then bandwidth, stall, slice and cut, always in this order. A lane only decides when its bytes
//! become pending, and in which pieces; it makes no call and reads no clock. So faults are the same on both backends, and
//! a handover moves them with the connection.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use bytes::BytesMut;

use crate::event::{Latency, Limit, SideFaults, Slice};
use crate::server::connection::pacing::{Allowance, Bucket, Gap, Random, Stalls};
use crate::server::connection::piece::Piece;

/// The most memory that what waits in a lane takes, but for the last read: while there is more, nothing is read for it.
/// Less would turn a latency into a limit of the bandwidth.
const MAX_QUEUED: usize = 1024 * 1024;

/// What a read takes besides its bytes: a peer that sends single bytes must not make a lane large.
const READ_COST: usize = 128;

/// The queue of the bytes that go to one side.
pub(super) struct Lane {
    faults: SideFaults,
    random: Random,
    /// What came since the last [`Lane::advance`], which knows the time.
    new: VecDeque<Item>,
    queue: VecDeque<Queued>,
    /// The memory that both take.
    cost: usize,
    /// The number of bytes of the user in both.
    user_bytes: usize,
    /// Whether the end of the stream is in one of them, or was.
    is_finishing: bool,
    bucket: Bucket,
    stalls: Stalls,
    gap: Gap,
    cut: Allowance,
    reset: Allowance,
    timeout: Allowance,
    /// Whether a cut has ended the stream: what comes is dropped.
    is_cut: bool,
    deadline: Option<Instant>,
}

/// Something that goes to the peer.
enum Item {
    Bytes(Piece),
    /// The end of the stream.
    End,
}

impl Item {
    /// How much later than bytes it goes on.
    fn close_delay(&self, faults: &SideFaults) -> Duration {
        match self {
            Self::Bytes(_) => Duration::ZERO,
            Self::End => Duration::from_micros(faults.slow_close.unwrap_or(0)),
        }
    }
}

/// An item, when it came, and when its latency is over.
struct Queued {
    arrived: Instant,
    due: Instant,
    item: Item,
}

/// What follows from the time, besides bytes that become pending.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum LaneEvent {
    Nothing,
    /// FIN follows the pending bytes.
    Finish,
    /// FIN follows the pending bytes, although the stream goes on.
    Cut,
    /// RST follows the pending bytes.
    Reset,
    /// FIN follows the pending bytes of both directions, although the streams go on.
    TimedOut,
}

impl Lane {
    /// A lane without faults; `seed` is where its random numbers start.
    pub(super) fn new(seed: u64, now: Instant) -> Self {
        Self {
            faults: SideFaults::default(),
            random: Random::new(seed),
            new: VecDeque::new(),
            queue: VecDeque::new(),
            cost: 0,
            user_bytes: 0,
            is_finishing: false,
            bucket: Bucket::new(now),
            stalls: Stalls::new(now),
            gap: Gap::default(),
            cut: Allowance::default(),
            reset: Allowance::default(),
            timeout: Allowance::default(),
            is_cut: false,
            deadline: None,
        }
    }

    /// The faults that are set.
    pub(super) const fn faults(&self) -> &SideFaults {
        &self.faults
    }

    /// Replaces the faults. What waits is delayed as if the new ones had been there when it came. A fault that stays goes
    /// on as it was.
    pub(super) fn set(&mut self, faults: SideFaults, now: Instant) {
        let before = std::mem::replace(&mut self.faults, faults);
        if before.latency != faults.latency || before.slow_close != faults.slow_close {
            let mut last = None;
            for queued in &mut self.queue {
                queued.due = due(queued.arrived, last, faults.latency, &mut self.random)
                    + queued.item.close_delay(&faults);
                last = Some(queued.due);
            }
        }
        if before.bandwidth != faults.bandwidth {
            self.bucket = Bucket::new(now);
        }
        if before.stall != faults.stall {
            self.stalls = Stalls::new(now);
        }
        if before.slice != faults.slice {
            self.gap = Gap::default();
        }
        if before.cut != faults.cut {
            self.cut = Allowance::new(faults.cut, now);
        }
        if before.reset != faults.reset {
            self.reset = Allowance::new(faults.reset, now);
        }
        if before.timeout != faults.timeout {
            self.timeout = Allowance::new(faults.timeout.filter(|&it| it > 0).map(Limit::After), now);
        }
    }

    /// Ends the faults that delay bytes: the connection is being closed.
    pub(super) fn hurry(&mut self, now: Instant) {
        let SideFaults { cut, reset, .. } = self.faults;
        self.set(SideFaults { cut, reset, ..SideFaults::default() }, now);
    }

    /// Adds bytes.
    pub(super) fn push(&mut self, piece: Piece) {
        if !self.is_cut {
            self.cost += piece.len() + READ_COST;
            self.user_bytes += piece.user_bytes();
            self.new.push_back(Item::Bytes(piece));
        }
    }

    /// Ends the stream: what waits, and what comes, is dropped.
    pub(super) fn cut(&mut self) {
        self.new.clear();
        self.clear();
    }

    /// Adds the end of the stream.
    pub(super) fn finish(&mut self) {
        if !std::mem::replace(&mut self.is_finishing, true) {
            self.new.push_back(Item::End);
        }
    }

    /// Whether the end of the stream follows what waits, or has gone on.
    pub(super) const fn is_finishing(&self) -> bool {
        self.is_finishing
    }

    /// The number of bytes of the user that wait.
    pub(super) const fn user_bytes(&self) -> usize {
        self.user_bytes
    }

    /// Whether more may be read for this lane.
    pub(super) const fn has_room(&self) -> bool {
        self.cost < MAX_QUEUED
    }

    /// Whether nothing waits.
    pub(super) fn is_empty(&self) -> bool {
        self.new.is_empty() && self.queue.is_empty()
    }

    /// Whether bytes need not pass the lane.
    pub(super) fn is_unused(&self) -> bool {
        self.is_empty() && !self.is_cut && self.faults.is_empty()
    }

    /// When to [advance](Self::advance) again, unless something happens before.
    pub(super) const fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// Moves what is due to the pending bytes, as one write at most: there is nothing until those are written.
    pub(super) fn advance(&mut self, now: Instant, outgoing: &mut Piece) -> LaneEvent {
        self.admit(now);
        if outgoing.is_empty() {
            self.gap.written(self.faults.slice, now);
        }
        let mut event = self.ending(now);
        if event == LaneEvent::Nothing && outgoing.is_empty() && self.is_released(now) {
            event = self.release(now, outgoing);
        }
        let released_at = self.released_at(now).filter(|_| outgoing.is_empty());
        let limits = [self.cut.expires(), self.reset.expires(), self.timeout.expires()];
        self.deadline = limits.into_iter().chain([released_at]).flatten().min();
        event
    }

    fn is_released(&self, now: Instant) -> bool {
        self.released_at(now).is_some_and(|at| at <= now)
    }

    /// Moves the bytes of the next write to the pending bytes.
    fn release(&mut self, now: Instant, outgoing: &mut Piece) -> LaneEvent {
        if self.queue.front().is_some_and(|first| matches!(first.item, Item::End)) {
            self.queue.pop_front();
            return LaneEvent::Finish;
        }
        *outgoing = self.take(now);
        self.ending(now)
    }

    /// Gives what has come its time.
    fn admit(&mut self, now: Instant) {
        let mut last = self.queue.back().map(|queued| queued.due);
        for item in self.new.drain(..) {
            let due = due(now, last, self.faults.latency, &mut self.random) + item.close_delay(&self.faults);
            last = Some(due);
            self.queue.push_back(Queued { arrived: now, due, item });
        }
    }

    /// Ends the stream or the connection if its limit is reached.
    fn ending(&mut self, now: Instant) -> LaneEvent {
        if self.reset.is_used_up(now) {
            self.reset = Allowance::default();
            self.clear();
            return LaneEvent::Reset;
        }
        if self.cut.is_used_up(now) {
            self.cut = Allowance::default();
            self.clear();
            return LaneEvent::Cut;
        }
        if self.timeout.is_used_up(now) {
            self.timeout = Allowance::default();
            self.clear();
            return LaneEvent::TimedOut;
        }
        LaneEvent::Nothing
    }

    fn clear(&mut self) {
        self.queue.clear();
        (self.cost, self.user_bytes, self.is_cut) = (0, 0, true);
    }

    /// When the next item is released.
    fn released_at(&self, now: Instant) -> Option<Instant> {
        if self.faults.timeout.is_some() && !self.is_cut {
            return None;
        }
        let first = self.queue.front()?;
        let mut at = first.due;
        if matches!(first.item, Item::Bytes(_)) {
            if self.faults.bandwidth.is_some() {
                at = at.max(self.bucket.free());
            }
            at = at.max(self.gap.until().unwrap_or(at));
        }
        Some(self.faults.stall.map_or(at, |stall| self.stalls.end(stall, at.max(now))))
    }

    /// Takes the bytes of the next write; none if the end of the stream comes next.
    fn take(&mut self, now: Instant) -> Piece {
        let Some(first) = self.queue.front() else { return Piece::empty() };
        let due = first.due;
        let slice = self.faults.slice.map(|slice| slice_size(slice, &mut self.random));
        let left = [self.cut.bytes(), self.reset.bytes(), slice];
        let mut most = left.into_iter().flatten().min().unwrap_or(u64::MAX);
        // A slice is whole, so it is paid for afterwards.
        if let (Some(rate), None) = (self.faults.bandwidth, self.faults.slice) {
            most = most.min(Bucket::piece(rate));
        }
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let taken = if self.faults.slice.is_some() { self.join(most, now) } else { self.split(most) };
        self.cost -= taken.len();
        self.user_bytes -= taken.user_bytes();
        let length = taken.len() as u64;
        if let Some(rate) = self.faults.bandwidth {
            self.bucket.take(rate, length, due, now);
        }
        self.cut.take(length);
        self.reset.take(length);
        self.gap.start(self.faults.slice.filter(|_| length > 0));
        taken
    }

    /// Takes at most this number of bytes of the first item.
    fn split(&mut self, most: usize) -> Piece {
        match self.queue.front_mut().map(|queued| &mut queued.item) {
            Some(Item::Bytes(piece)) if piece.len() > most => {
                Piece { bytes: piece.bytes.split_to(most), origin: piece.origin }
            }
            Some(Item::Bytes(piece)) => {
                let piece = std::mem::replace(piece, Piece::empty());
                self.queue.pop_front();
                self.cost -= READ_COST;
                piece
            }
            Some(Item::End) | None => Piece::empty(),
        }
    }

    /// Takes at most this number of bytes of the items that are due. All have one origin.
    fn join(&mut self, most: usize, now: Instant) -> Piece {
        let first = self.split(most);
        let goes_on = |queue: &VecDeque<Queued>| {
            queue.front().is_some_and(|next| match &next.item {
                Item::Bytes(piece) => next.due <= now && piece.origin == first.origin,
                Item::End => false,
            })
        };
        if first.is_empty() || first.len() == most || !goes_on(&self.queue) {
            return first;
        }
        let mut joined = BytesMut::from(&first.bytes[..]);
        while joined.len() < most && goes_on(&self.queue) {
            let next = self.split(most - joined.len());
            joined.extend_from_slice(&next.bytes);
        }
        Piece { bytes: joined.freeze(), origin: first.origin }
    }
}

/// The number of bytes of the next slice.
fn slice_size(slice: Slice, random: &mut Random) -> u64 {
    match slice.variation {
        0 => slice.bytes,
        variation => {
            let spread = random.below(variation.saturating_mul(2).saturating_add(1));
            slice.bytes.saturating_add(spread).saturating_sub(variation).max(1)
        }
    }
}

/// When an item is due that comes now, behind one that is due at `last`.
fn due(arrived: Instant, last: Option<Instant>, latency: Option<Latency>, random: &mut Random) -> Instant {
    let delay = latency.map_or(Duration::ZERO, |Latency { micros, jitter }| {
        let spread = random.below(2 * jitter + 1);
        Duration::from_micros(micros.saturating_add(spread).saturating_sub(jitter))
    });
    last.map_or(arrived + delay, |last| last.max(arrived + delay))
}

#[cfg(test)]
mod tests;
