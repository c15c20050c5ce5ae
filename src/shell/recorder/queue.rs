//! The events that wait for the thread that records them.
//!
//! The queue is bounded in bytes. While it is full, reads and writes are not taken: they are counted, and the offset of
//! what follows shows the gap. Other events are small and few, and have more room, so that connections are known.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use parking_lot::{Condvar, Mutex};

use crate::event::{ConnectionEvent, Event, HoldChange, Stamped, StreamEvent, Timestamp};

/// The number of bytes of events that wait at most.
const LIMIT: usize = 256 << 20;

/// Events without payload have this much room.
const LIMIT_WITHOUT_PAYLOAD: usize = LIMIT + (8 << 20);

/// Payload of this length or more is shared with the server, whose buffer it has for itself. Shorter ones are parts of
/// large buffers, which the server uses again, so they are copied.
const SHARED: usize = 8 << 10;

/// The thread waits until this much has come, or for [`PAUSE`], so that it is not woken for every event.
const ENOUGH: usize = 1 << 20;

/// How long an event waits at most until it is written.
const PAUSE: Duration = Duration::from_millis(50);

/// Events on their way to the thread, and what is known of its work.
#[derive(Debug, Default)]
pub(super) struct EventQueue {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    batches: VecDeque<Batch>,
    /// The cost of what waits, and of what the thread works on.
    bytes: usize,
    /// Since when something waits, here or collected by the thread, and is not written.
    since: Option<Instant>,
    /// Whether the thread takes what waits, until nothing does.
    is_draining: bool,
    /// Reads and writes that were not taken.
    missed: u64,
    /// When the recording ends, once that is known.
    end: Option<Timestamp>,
    progress: Progress,
}

#[derive(Debug)]
struct Batch {
    events: Vec<Stamped>,
    cost: usize,
}

/// How far a recording is.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Progress {
    /// The number of bytes that are written.
    pub(crate) written: u64,
    /// The number of reads and writes that are not in it.
    pub(crate) missed: u64,
    /// Whether it has ended, and if it failed, why.
    pub(crate) end: Option<Result<(), String>>,
}

/// What the thread does next.
pub(super) enum Work {
    /// Record these events. They are done when the cost is given back.
    Take { events: Vec<Stamped>, cost: usize },
    /// Write what is collected: nothing waits, and it has waited for long enough.
    Rest,
    /// End the recording; so many reads and writes are not in it.
    End { at: Timestamp, missed: u64 },
}

impl EventQueue {
    /// Takes copies of events, as far as there is room. Never blocks for long.
    pub(super) fn push(&self, events: &[Stamped]) {
        let room = {
            let mut state = self.state.lock();
            if state.end.is_some() || state.progress.end.is_some() {
                state.missed += missed(events);
                return;
            }
            state.bytes
        };
        let mut batch = Batch { events: Vec::with_capacity(events.len()), cost: 0 };
        let mut left_out = 0;
        for event in events {
            let cost = cost(event);
            let limit = if payload(event).is_some() { LIMIT } else { LIMIT_WITHOUT_PAYLOAD };
            if room + batch.cost + cost <= limit {
                batch.events.push(kept(event));
                batch.cost += cost;
            } else {
                left_out += 1;
            }
        }
        let mut state = self.state.lock();
        state.missed += left_out;
        let (before, after) = (state.bytes, state.bytes + batch.cost);
        state.bytes = after;
        state.batches.push_back(batch);
        let is_first = state.since.is_none();
        state.since.get_or_insert_with(Instant::now);
        drop(state);
        if is_first || (before < ENOUGH && after >= ENOUGH) {
            self.changed.notify_one();
        }
    }

    /// Ends the recording behind the events that wait.
    pub(super) fn end(&self, at: Timestamp) {
        let mut state = self.state.lock();
        state.end.get_or_insert(at);
        drop(state);
        self.changed.notify_one();
    }

    /// What the thread does next. Waits for it.
    pub(super) fn next(&self) -> Work {
        let mut state = self.state.lock();
        loop {
            if state.is_draining {
                match (state.batches.pop_front(), state.end) {
                    (Some(Batch { events, cost }), _) => return Work::Take { events, cost },
                    (None, Some(at)) => return Work::End { at, missed: state.missed },
                    (None, None) => state.is_draining = false,
                }
            }
            let has_enough = state.bytes >= ENOUGH || state.end.is_some();
            let is_due = !has_enough
                && match state.since {
                    Some(since) => self.changed.wait_until(&mut state, since + PAUSE).timed_out(),
                    None => {
                        self.changed.wait(&mut state);
                        false
                    }
                };
            if is_due && state.batches.is_empty() {
                state.since = None;
                return Work::Rest;
            }
            state.is_draining = has_enough || is_due;
        }
    }

    /// Notes that events of this cost are done, and how many bytes are written. Returns
    /// whether there is time to wait for a slow disk: half of the room is free.
    pub(super) fn done(&self, cost: usize, written: u64) -> bool {
        let mut state = self.state.lock();
        state.bytes -= cost;
        state.progress.written = written;
        state.bytes <= LIMIT / 2
    }

    /// Notes that nothing more is recorded, and why if that is a failure. `unwritten` reads and writes were taken, and are
    /// not in the file.
    pub(super) fn finish(&self, end: Result<(), String>, written: u64, unwritten: u64) {
        let mut state = self.state.lock();
        let waiting: u64 = state.batches.drain(..).map(|batch| missed(&batch.events)).sum();
        state.missed += unwritten + waiting;
        state.bytes = 0;
        state.progress.written = written;
        state.progress.end = Some(end);
    }

    pub(super) fn progress(&self) -> Progress {
        let state = self.state.lock();
        Progress { missed: state.missed, ..state.progress.clone() }
    }
}

/// Ends the recording when it is dropped, so that the thread ends.
#[derive(Debug)]
pub(super) struct QueueOwner(pub(super) Arc<EventQueue>);

impl Drop for QueueOwner {
    fn drop(&mut self) {
        self.0.end(Timestamp::default());
    }
}

/// The number of reads and writes.
pub(super) fn missed(events: &[Stamped]) -> u64 {
    events.iter().filter(|event| is_payload(event)).count() as u64
}

/// Whether an event is a read or a write.
pub(super) fn is_payload(event: &Stamped) -> bool {
    payload(event).is_some()
}

fn payload(event: &Stamped) -> Option<&Bytes> {
    match &event.event {
        Event::Stream(_, StreamEvent::Bytes { data, .. }) => Some(data),
        Event::Connection(_, ConnectionEvent::Hold { change, .. }) => match &**change {
            HoldChange::Held { data, .. } | HoldChange::Edited { data, .. } => Some(data),
            HoldChange::Began { .. } | HoldChange::Released { .. } | HoldChange::Ended => None,
        },
        Event::Stream(..) | Event::Connection(..) | Event::Switch(_) | Event::Server(_) => None,
    }
}

fn cost(event: &Stamped) -> usize {
    size_of::<Stamped>() + payload(event).map_or(0, Bytes::len)
}

fn kept(event: &Stamped) -> Stamped {
    let mut kept = event.clone();
    if let Event::Stream(_, StreamEvent::Bytes { data, .. }) = &mut kept.event
        && data.len() < SHARED
    {
        *data = Bytes::copy_from_slice(data);
    }
    kept
}

#[cfg(test)]
mod tests;
