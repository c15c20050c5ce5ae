//! Facts that wait for the consumer, of one shard.

use std::collections::HashMap;

use bytes::{Bytes, BytesMut};

use crate::model::event::{Fact, OWN_BUFFER};
use crate::model::{ConnectionId, Direction};

/// What an entry costs beside its payload.
pub(super) const ENTRY: usize = size_of::<Entry>();

/// Room for so many entries, and so many bytes, is kept from one use of a batch to the next; a burst gives back the rest.
const KEPT: (usize, usize) = (4_096, 256 * 1024);

/// Bytes on their way into a batch.
#[derive(Clone, Copy, Debug)]
pub(in crate::server) enum Payload<'a> {
    /// To be copied.
    Slice(&'a [u8]),
    /// To travel as it is, if it is long enough.
    Shared(&'a Bytes),
}

impl Payload<'_> {
    pub(in crate::server) fn len(&self) -> usize {
        match self {
            Self::Slice(data) => data.len(),
            Self::Shared(data) => data.len(),
        }
    }
}

/// Nanoseconds since the hub began: finer than a moment of the model, because an effect may follow its cause within a
/// microsecond and must not be sorted before it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Tick(pub(super) u64);

struct Entry {
    at: Tick,
    what: What,
}

enum What {
    /// Bytes that lie in the batch's arena.
    Copied {
        connection: ConnectionId,
        direction: Direction,
        offset: u64,
        start: u32,
        len: u32,
    },
    Fact(Fact),
}

#[derive(Default)]
pub(super) struct Batch {
    entries: Vec<Entry>,
    arena: BytesMut,
    missed: HashMap<(Option<ConnectionId>, Direction), (u64, u64)>,
    refused: HashMap<String, u64>,
    /// With a full feed, of facts that undo each other only the last one of each connection is kept.
    pace: HashMap<ConnectionId, Fact>,
    backend: HashMap<ConnectionId, Fact>,
    /// What its entries cost, in bytes.
    pub(super) cost: usize,
}

impl Batch {
    /// A fact, at its place.
    pub(super) fn fact(&mut self, at: Tick, fact: Fact) {
        self.entries.push(Entry { at, what: What::Fact(fact) });
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

    /// One read or write.
    pub(super) fn bytes(
        &mut self,
        at: Tick,
        connection: ConnectionId,
        direction: Direction,
        offset: u64,
        data: Payload<'_>,
    ) {
        let what = match data {
            Payload::Shared(data) if data.len() >= OWN_BUFFER => {
                What::Fact(Fact::Bytes { connection, direction, offset, data: data.clone() })
            }
            Payload::Slice(data) if data.len() >= OWN_BUFFER => {
                What::Fact(Fact::Bytes { connection, direction, offset, data: Bytes::copy_from_slice(data) })
            }
            Payload::Slice(data) => self.copy(connection, direction, offset, data),
            Payload::Shared(data) => self.copy(connection, direction, offset, data),
        };
        self.entries.push(Entry { at, what });
    }

    fn copy(&mut self, connection: ConnectionId, direction: Direction, offset: u64, data: &[u8]) -> What {
        // Less than `OWN_BUFFER` a piece and bounded by `BOUND` in all: both fit.
        let start = self.arena.len() as u32;
        self.arena.extend_from_slice(data);
        What::Copied { connection, direction, offset, start, len: data.len() as u32 }
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
            let late = self.backend.remove(&id).into_iter().chain(self.pace.remove(&id));
            self.entries.extend(late.map(|fact| Entry { at, what: What::Fact(fact) }));
        }
        for direction in Direction::ALL {
            if let Some((events, bytes)) = self.missed.remove(&(connection, direction)) {
                let fact = Fact::Missed { connection, direction, events, bytes };
                self.entries.push(Entry { at, what: What::Fact(fact) });
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
        self.entries
            .extend(late.chain(missed).chain(refused).map(|fact| Entry { at, what: What::Fact(fact) }));
    }

    /// Takes the facts of this batch, in order; `now` stamps those that were only counted.
    pub(super) fn drain_into(&mut self, now: Tick, into: &mut Vec<(Tick, Fact)>) {
        self.tell_counts(now);
        self.cost = 0;
        // The same memory again, once nobody looks at it any more.
        let arena = self.arena.split().freeze();
        into.extend(self.entries.drain(..).map(|Entry { at, what }| {
            let fact = match what {
                What::Fact(fact) => fact,
                What::Copied { connection, direction, offset, start, len } => {
                    let start = start as usize;
                    Fact::Bytes {
                        connection,
                        direction,
                        offset,
                        data: arena.slice(start..start + len as usize),
                    }
                }
            };
            (at, fact)
        }));
        let (entries, bytes) = KEPT;
        self.entries.shrink_to(entries);
        if arena.len() > bytes {
            self.arena = BytesMut::new();
        }
    }
}
