//! The events that are taken from the source and not passed on yet.

use std::collections::VecDeque;
use std::mem;
use std::time::{Duration, Instant};

use crate::event::{Event, Stamped, StreamEvent, Timestamp};
use crate::shell::source::Source;

/// The number of events that are passed on between two checks for inputs: well under a millisecond of work for the app.
const EVENTS_PER_TURN: usize = 256;

/// The number of events below which it is worth to let more of them come.
const FEW: usize = 64;

/// How long they may come. To be woken for each of them costs more than all the rest that is done with it.
const REST: Duration = Duration::from_millis(1);

/// Events in their order, and up to when they are complete.
pub(super) struct PendingEvents {
    events: VecDeque<Stamped>,
    /// The number of events of the last drain.
    last_drain: usize,
    /// When that was.
    last_drain_at: Instant,
    /// The source was drained at this time of its clock.
    drained_at: Timestamp,
    /// The events before those that are here were complete up to this time.
    known_until: Timestamp,
}

impl PendingEvents {
    /// No events; there are none before `now`.
    pub(super) fn new(now: Timestamp) -> Self {
        let last_drain_at = Instant::now();
        Self { events: VecDeque::new(), last_drain: 0, last_drain_at, drained_at: now, known_until: now }
    }

    /// Takes all events from the source. Returns their number.
    pub(super) fn drain(&mut self, source: &mut dyn Source) -> usize {
        self.known_until = self.known_until();
        let before = self.events.len();
        if before == 0 {
            // Room for as many again need not grow, but memory for a burst is not kept.
            self.events.shrink_to(2 * self.last_drain);
        }
        // No event is moved if those before are passed on, as they usually are.
        let mut events = Vec::from(mem::take(&mut self.events));
        self.drained_at = source.drain(&mut events);
        self.events = events.into();
        self.last_drain = self.events.len() - before;
        self.last_drain_at = Instant::now();
        self.last_drain
    }

    /// Until when more events may come before they are taken: the last ones were few.
    pub(super) fn rest_until(&self) -> Option<Instant> {
        let is_worth_it = (1..FEW).contains(&self.last_drain);
        is_worth_it.then(|| self.last_drain_at + REST).filter(|&until| until > Instant::now())
    }

    /// Removes the next events to pass on: at most as many as one turn takes, and at least one, even if it exceeds this
    /// number of bytes.
    pub(super) fn next_slice(&mut self, bytes: usize) -> Vec<Stamped> {
        let mut taken = 0;
        let fits = |event: &&Stamped| {
            let fits = taken < bytes;
            taken += size(event);
            fits
        };
        let count = if bytes == usize::MAX {
            self.events.len().min(EVENTS_PER_TURN)
        } else {
            self.events.iter().take(EVENTS_PER_TURN).take_while(fits).count()
        };
        self.events.drain(..count).collect()
    }

    /// The time up to which all events are passed on.
    pub(super) fn known_until(&self) -> Timestamp {
        if self.events.is_empty() { self.drained_at } else { self.known_until }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    pub(super) fn len(&self) -> u64 {
        self.events.len() as u64
    }

    /// The size in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.events.iter().map(size).sum()
    }
}

fn size(event: &Stamped) -> usize {
    let payload = match &event.event {
        Event::Stream(_, StreamEvent::Bytes { data, .. }) => data.len(),
        Event::Stream(..) | Event::Connection(..) | Event::Switch(_) | Event::Server(_) => 0,
    };
    size_of::<Stamped>() + payload
}
