//! The events of one shard that wait for the consumer.

use std::collections::HashMap;
use std::net::IpAddr;

use super::clock::MonotonicNanos;
use super::counters::ShardCounters;
use super::runs::{Run, Runs, Slot, Transfer};
use crate::event::{
    ByteDemand, ConnectionEvent, ConnectionId, Demand, Direction, Event, HoldChange, ServerEvent, Side,
    StreamEvent, StreamId, Timestamp,
};

/// The cost of one event.
const EVENT: usize = size_of::<Event>();

/// The capacity that a batch keeps when it is recycled, in entries; a burst gives back the rest.
const RETAINED: usize = 4_096;

/// The number of bytes that an event keeps. Only those of a hold do.
fn held_bytes(event: &Event) -> usize {
    match event {
        Event::Connection(_, ConnectionEvent::Hold { change, .. }) => match &**change {
            HoldChange::Held { data, .. } | HoldChange::Edited { data, .. } => data.len(),
            HoldChange::Began { .. } | HoldChange::Released { .. } | HoldChange::Ended => 0,
        },
        Event::Connection(..) | Event::Stream(..) | Event::Switch(_) | Event::Server(_) => 0,
    }
}

/// Events and runs, in the order of arrival.
#[derive(Default)]
pub(super) struct Batch {
    runs: Runs,
    events: Vec<Option<Event>>,
    positions: Vec<TimedPosition>,
    missed: HashMap<(Option<ConnectionId>, Direction), Missed>,
    refused: HashMap<String, Refused>,
    /// While the queue is full, only the last of the events that undo each other is kept for each side of a connection,
    /// and for each connection.
    backpressure: HashMap<(ConnectionId, Side), Event>,
    backend: HashMap<ConnectionId, Event>,
    pub(super) counters: ShardCounters,
    /// The cost of everything in the batch, in bytes.
    pub(super) cost: usize,
}

/// What was shed of one direction of a connection.
#[derive(Clone, Copy, Default, Debug)]
struct Missed {
    events: u64,
    bytes: u64,
}

impl Missed {
    /// The event that reports it, about a stream of a connection or about connections that were never observed.
    fn event(self, connection: Option<ConnectionId>, direction: Direction) -> Event {
        let Self { events, bytes } = self;
        match connection {
            Some(id) => Event::Stream(StreamId::client(id, direction), StreamEvent::Missed { events, bytes }),
            None => Event::Server(ServerEvent::Missed { direction, events, bytes }),
        }
    }
}

/// Clients that were refused for the same reason.
#[derive(Clone, Copy, Debug)]
struct Refused {
    clients: u64,
    /// The address of all of them, if they have one and the reason is about it.
    peer: Option<IpAddr>,
}

impl Refused {
    /// The event that reports them. It names their address only if they have one in common, so that many addresses are
    /// one event.
    fn event(self, reason: String) -> Event {
        let Self { clients, peer } = self;
        let detail = match peer {
            Some(peer) => format!("{peer} is {reason}"),
            None => reason,
        };
        Event::Server(ServerEvent::Refused { clients, detail })
    }
}

/// A position with the time of its event, or of the first entry of its run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct TimedPosition {
    pub(super) at: MonotonicNanos,
    pub(super) position: Position,
}

/// The position of an event, or of the first entry of a run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Position {
    Event(u32),
    Run(ConnectionId, u32),
}

impl Batch {
    /// Starts a new epoch; the slots of earlier epochs are void.
    pub(super) const fn start_epoch(&mut self, epoch: u64) {
        self.runs.epoch = epoch;
    }

    /// Appends an event.
    pub(super) fn event(&mut self, at: MonotonicNanos, event: Event) {
        self.cost += EVENT + held_bytes(&event);
        self.positions.push(TimedPosition { at, position: Position::Event(self.events.len() as u32) });
        self.events.push(Some(event));
    }

    /// Inserts one read or write as the consumer demands it; see [`Runs::insert`] and [`Runs::count`].
    pub(super) fn insert(
        &mut self,
        at: MonotonicNanos,
        transfer: Transfer<'_>,
        run: &mut Run,
        demand: Demand,
    ) -> Slot {
        let (connection, length) = (transfer.stream.connection, transfer.data.bytes().len());
        match transfer.stream.direction {
            Direction::Received => self.counters.read(length),
            Direction::Sent => self.counters.wrote(),
        }
        let inserted = match demand.bytes {
            _ if demand.only_counts() => self.runs.count(at, &transfer, run),
            ByteDemand::Newest(history) => {
                let trim = transfer.offset.saturating_sub(history as u64);
                self.runs.insert(at, transfer, run, Some(trim))
            }
            ByteDemand::Every => self.runs.insert(at, transfer, run, None),
        };
        self.positions.extend(
            inserted.begins.map(|first| TimedPosition { at, position: Position::Run(connection, first) }),
        );
        self.cost = self.cost + inserted.added - inserted.freed;
        inserted.slot
    }

    /// Marks the read in this slot as written unchanged. Returns whether the slot is still in the batch.
    pub(super) fn echoed(&mut self, slot: Slot, at: MonotonicNanos) -> bool {
        let took = self.runs.echoed(slot, at);
        if let Some(nanos) = took {
            self.counters.wrote();
            self.counters.add_write_stall(nanos.get().into());
        }
        took.is_some()
    }

    /// While the queue is full: keeps an event that the next one of its kind, for the same connection, undoes. Returns
    /// any other event.
    pub(super) fn keep_latest(&mut self, event: Event) -> Option<Event> {
        match event {
            Event::Connection(
                connection,
                ConnectionEvent::Slow { side } | ConnectionEvent::Flowing { side },
            ) => self.backpressure.insert((connection, side), event),
            Event::Connection(connection, ConnectionEvent::HandedOver { .. }) => {
                self.backend.insert(connection, event)
            }
            other => return Some(other),
        };
        None
    }

    /// Counts a refused client, by the reason. If that is about its address, `peer` is the address.
    pub(super) fn refuse(&mut self, reason: &str, peer: Option<IpAddr>) {
        match self.refused.get_mut(reason) {
            Some(refused) => {
                refused.clients += 1;
                refused.peer = refused.peer.filter(|known| Some(*known) == peer);
            }
            None => {
                self.refused.insert(reason.to_owned(), Refused { clients: 1, peer });
            }
        }
    }

    pub(super) fn record_missed(
        &mut self,
        connection: Option<ConnectionId>,
        direction: Direction,
        events: u64,
        bytes: u64,
    ) {
        let missed = self.missed.entry((connection, direction)).or_default();
        missed.events += events;
        missed.bytes += bytes;
    }

    /// Emits what was only counted of a connection; called before its close or its handover.
    pub(super) fn flush_connection(&mut self, at: MonotonicNanos, connection: Option<ConnectionId>) {
        if let Some(id) = connection {
            let handover = self.backend.remove(&id);
            let slow_events = Side::ALL.map(|side| self.backpressure.remove(&(id, side)));
            handover
                .into_iter()
                .chain(slow_events.into_iter().flatten())
                .for_each(|late| self.event(at, late));
        }
        for direction in Direction::ALL {
            if let Some(missed) = self.missed.remove(&(connection, direction)) {
                self.event(at, missed.event(connection, direction));
            }
        }
    }

    /// Emits everything that was only counted so far.
    pub(super) fn flush_counters(&mut self, at: MonotonicNanos) {
        let missed =
            self.missed.drain().map(|((connection, direction), missed)| missed.event(connection, direction));
        let refused = self.refused.drain().map(|(reason, refused)| refused.event(reason));
        let backends = self.backend.drain().map(|(_, event)| event);
        let late = backends.chain(self.backpressure.drain().map(|(_, event)| event));
        let counted: Vec<_> = late.chain(missed).chain(refused).collect();
        counted.into_iter().for_each(|event| self.event(at, event));
    }

    /// Seals the batch; `now` stamps what was only counted. Returns the position of each event and run with its time;
    /// the time of a run is the time of its first entry.
    pub(super) fn seal(&mut self, now: MonotonicNanos) -> &[TimedPosition] {
        self.flush_counters(now);
        self.cost = 0;
        self.runs.seal();
        &self.positions
    }

    /// Emits the event or the run at this position.
    pub(super) fn emit(
        &mut self,
        TimedPosition { at, position }: TimedPosition,
        timestamp: impl Fn(MonotonicNanos) -> Timestamp + Copy,
        mut emit: impl FnMut(MonotonicNanos, Event),
    ) {
        match position {
            Position::Run(connection, first) => self.runs.emit(connection, first, timestamp, emit),
            Position::Event(which) => {
                if let Some(event) = self.events[which as usize].take() {
                    emit(at, event);
                }
            }
        }
    }

    /// Clears the batch for its next use.
    pub(super) fn recycle(&mut self) {
        self.positions.clear();
        self.positions.shrink_to(RETAINED);
        self.events.clear();
        self.events.shrink_to(RETAINED);
        self.runs.recycle();
    }
}
