//! What waits for the consumer, of one shard.

use std::collections::HashMap;

use super::Tick;
use super::deeds::Deeds;
use super::runs::{ENTRY, Moved, Run, Runs, Slot};
use crate::model::event::Fact;
use crate::model::{ConnectionId, Direction, Moment};

/// What a fact costs.
const FACT: usize = size_of::<Fact>();

/// Room for this number of entries is kept from one use to the next; a burst gives back the rest.
const KEPT: usize = 4_096;

/// Facts and runs, in the order in which they came.
#[derive(Default)]
pub(super) struct Batch {
    runs: Runs,
    facts: Vec<Option<Fact>>,
    heads: Vec<(Tick, Head)>,
    missed: HashMap<(Option<ConnectionId>, Direction), (u64, u64)>,
    refused: HashMap<String, u64>,
    /// With a full feed, of facts that undo each other only the last one of each connection is kept.
    pace: HashMap<ConnectionId, Fact>,
    backend: HashMap<ConnectionId, Fact>,
    pub(super) deeds: Deeds,
    /// What it holds, in bytes.
    pub(super) cost: usize,
}

/// Where a fact stands, or where a run begins.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Head {
    Fact(u32),
    Run(ConnectionId, u32),
}

impl Batch {
    /// Begins another use; slots of the last one are void.
    pub(super) const fn begin(&mut self, epoch: u64) {
        self.runs.epoch = epoch;
    }

    /// A fact, at its place.
    pub(super) fn fact(&mut self, at: Tick, fact: Fact) {
        self.cost += FACT;
        self.heads.push((at, Head::Fact(self.facts.len() as u32)));
        self.facts.push(Some(fact));
    }

    /// One read or write; see [`Runs::put`].
    pub(super) fn moved(&mut self, at: Tick, moved: Moved<'_>, run: &mut Run, trim: Option<u64>) -> Slot {
        let (connection, length) = (moved.connection, moved.data.bytes().len());
        match moved.direction {
            Direction::Received => self.deeds.read(length),
            Direction::Sent => self.deeds.wrote(),
        }
        let put = self.runs.put(at, moved, run, trim);
        self.heads.extend(put.begins.map(|first| (at, Head::Run(connection, first))));
        self.cost = self.cost + ENTRY + length - put.saved;
        put.slot
    }

    /// What this slot holds was written as it was read. Says whether the slot can tell so.
    pub(super) fn echoed(&mut self, slot: Slot, at: Tick) -> bool {
        let took = self.runs.echoed(slot, at);
        if let Some(nanos) = took {
            self.deeds.wrote();
            self.deeds.owed_for(nanos.get().into());
        }
        took.is_some()
    }

    /// With a full feed: a fact that the next of its kind, for the same connection, undoes. Returns any other fact.
    pub(super) fn keep_latest(&mut self, fact: Fact) -> Option<Fact> {
        match fact {
            Fact::Slow { connection } | Fact::Flowing { connection } => self.pace.insert(connection, fact),
            Fact::HandedOver { connection, .. } => self.backend.insert(connection, fact),
            other => return Some(other),
        };
        None
    }

    /// Clients were turned away.
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
        missed.0 += events;
        missed.1 += bytes;
    }

    /// What was only counted of a connection is told before its end.
    pub(super) fn tell_of(&mut self, at: Tick, connection: Option<ConnectionId>) {
        if let Some(id) = connection {
            for late in [self.backend.remove(&id), self.pace.remove(&id)].into_iter().flatten() {
                self.fact(at, late);
            }
        }
        for direction in Direction::ALL {
            if let Some((events, bytes)) = self.missed.remove(&(connection, direction)) {
                self.fact(at, Fact::Missed { connection, direction, events, bytes });
            }
        }
    }

    /// What was only counted so far is told.
    pub(super) fn tell_counts(&mut self, at: Tick) {
        let missed = self.missed.drain().map(|((connection, direction), (events, bytes))| Fact::Missed {
            connection,
            direction,
            events,
            bytes,
        });
        let refused = self.refused.drain().map(|(detail, clients)| Fact::Refused { clients, detail });
        let late = self.backend.drain().chain(self.pace.drain()).map(|(_, fact)| fact);
        let counted: Vec<_> = late.chain(missed).chain(refused).collect();
        counted.into_iter().for_each(|fact| self.fact(at, fact));
    }

    /// Closes this use; `now` stamps what was only counted. Returns where everything stands, and when it happened: a run,
    /// when it began.
    pub(super) fn close(&mut self, now: Tick) -> &[(Tick, Head)] {
        self.tell_counts(now);
        self.cost = 0;
        self.runs.close();
        &self.heads
    }

    /// Tells what stands there.
    pub(super) fn tell(
        &mut self,
        (at, head): (Tick, Head),
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

    /// Ready for the next use.
    pub(super) fn settle(&mut self) {
        self.heads.clear();
        self.heads.shrink_to(KEPT);
        self.facts.clear();
        self.facts.shrink_to(KEPT);
        self.runs.settle();
    }
}
