//! The facts of one shard that wait for the consumer.

use std::collections::HashMap;

use super::clock::Tick;
use super::deeds::Deeds;
use super::runs::{ENTRY, Moved, Run, Runs, Slot};
use crate::model::event::Fact;
use crate::model::{ConnectionId, Direction, Moment};

/// The cost of one fact.
const FACT: usize = size_of::<Fact>();

/// The capacity that a batch keeps when it is recycled, in entries; a burst gives back the rest.
const KEPT: usize = 4_096;

/// Facts and runs, in the order of arrival.
#[derive(Default)]
pub(super) struct Batch {
    runs: Runs,
    facts: Vec<Option<Fact>>,
    heads: Vec<Placed>,
    missed: HashMap<(Option<ConnectionId>, Direction), Missed>,
    refused: HashMap<String, u64>,
    /// While the queue is full, only the last of the facts that undo each other is kept for each connection.
    pace: HashMap<ConnectionId, Fact>,
    backend: HashMap<ConnectionId, Fact>,
    pub(super) deeds: Deeds,
    /// The cost of everything in the batch, in bytes.
    pub(super) cost: usize,
}

/// What was shed of one direction of a connection.
#[derive(Clone, Copy, Default, Debug)]
struct Missed {
    events: u64,
    bytes: u64,
}

/// A position with the time of its fact, or of the first entry of its run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Placed {
    pub(super) at: Tick,
    pub(super) head: Head,
}

/// The position of a fact, or of the first entry of a run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Head {
    Fact(u32),
    Run(ConnectionId, u32),
}

impl Batch {
    /// Starts a new epoch; the slots of earlier epochs are void.
    pub(super) const fn begin(&mut self, epoch: u64) {
        self.runs.epoch = epoch;
    }

    /// Appends a fact.
    pub(super) fn fact(&mut self, at: Tick, fact: Fact) {
        self.cost += FACT;
        self.heads.push(Placed { at, head: Head::Fact(self.facts.len() as u32) });
        self.facts.push(Some(fact));
    }

    /// Inserts one read or write; see [`Runs::put`].
    pub(super) fn moved(&mut self, at: Tick, moved: Moved<'_>, run: &mut Run, trim: Option<u64>) -> Slot {
        let (connection, length) = (moved.connection, moved.data.bytes().len());
        match moved.direction {
            Direction::Received => self.deeds.read(length),
            Direction::Sent => self.deeds.wrote(),
        }
        let put = self.runs.put(at, moved, run, trim);
        self.heads.extend(put.begins.map(|first| Placed { at, head: Head::Run(connection, first) }));
        self.cost = self.cost + ENTRY + length - put.saved;
        put.slot
    }

    /// Marks the read in this slot as written unchanged. Returns whether the slot is still in the batch.
    pub(super) fn echoed(&mut self, slot: Slot, at: Tick) -> bool {
        let took = self.runs.echoed(slot, at);
        if let Some(nanos) = took {
            self.deeds.wrote();
            self.deeds.owed_for(nanos.get().into());
        }
        took.is_some()
    }

    /// While the queue is full: keeps a fact that the next one of its kind, for the same connection, undoes. Returns
    /// any other fact.
    pub(super) fn keep_latest(&mut self, fact: Fact) -> Option<Fact> {
        match fact {
            Fact::Slow { connection } | Fact::Flowing { connection } => self.pace.insert(connection, fact),
            Fact::HandedOver { connection, .. } => self.backend.insert(connection, fact),
            other => return Some(other),
        };
        None
    }

    /// Counts refused clients.
    pub(super) fn refuse(&mut self, clients: u64, detail: &str) {
        match self.refused.get_mut(detail) {
            Some(count) => *count += clients,
            None => {
                self.refused.insert(detail.to_owned(), clients);
            }
        }
    }

    pub(super) fn miss(
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
    pub(super) fn tell_of(&mut self, at: Tick, connection: Option<ConnectionId>) {
        if let Some(id) = connection {
            for late in [self.backend.remove(&id), self.pace.remove(&id)].into_iter().flatten() {
                self.fact(at, late);
            }
        }
        for direction in Direction::ALL {
            if let Some(Missed { events, bytes }) = self.missed.remove(&(connection, direction)) {
                self.fact(at, Fact::Missed { connection, direction, events, bytes });
            }
        }
    }

    /// Emits everything that was only counted so far.
    pub(super) fn tell_counts(&mut self, at: Tick) {
        let missed = self.missed.drain().map(|((connection, direction), Missed { events, bytes })| {
            Fact::Missed { connection, direction, events, bytes }
        });
        let refused = self.refused.drain().map(|(detail, clients)| Fact::Refused { clients, detail });
        let late = self.backend.drain().chain(self.pace.drain()).map(|(_, fact)| fact);
        let counted: Vec<_> = late.chain(missed).chain(refused).collect();
        counted.into_iter().for_each(|fact| self.fact(at, fact));
    }

    /// Seals the batch; `now` stamps what was only counted. Returns the position of each fact and run with its time;
    /// the time of a run is the time of its first entry.
    pub(super) fn close(&mut self, now: Tick) -> &[Placed] {
        self.tell_counts(now);
        self.cost = 0;
        self.runs.close();
        &self.heads
    }

    /// Emits the fact or the run at this position.
    pub(super) fn tell(
        &mut self,
        Placed { at, head }: Placed,
        moment: impl Fn(Tick) -> Moment + Copy,
        mut tell: impl FnMut(Tick, Fact),
    ) {
        match head {
            Head::Run(connection, first) => self.runs.tell(connection, first, moment, tell),
            Head::Fact(which) => {
                if let Some(fact) = self.facts[which as usize].take() {
                    tell(at, fact);
                }
            }
        }
    }

    /// Clears the batch for its next use.
    pub(super) fn settle(&mut self) {
        self.heads.clear();
        self.heads.shrink_to(KEPT);
        self.facts.clear();
        self.facts.shrink_to(KEPT);
        self.runs.settle();
    }
}
