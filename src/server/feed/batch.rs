//! Facts that wait for the consumer, of one shard.

use std::collections::{HashMap, VecDeque};
use std::mem;
use std::num::NonZeroU32;

use bytes::Bytes;

use super::arena::{Arena, Place};
use crate::model::event::{Fact, OWN_BUFFER};
use crate::model::found::Found;
use crate::model::{ConnectionId, Direction};

/// What an entry costs beside its payload.
pub(super) const ENTRY: usize = size_of::<Entry>();

/// Room for so many entries is kept from one use of a batch to the next; a burst gives back the rest.
const KEPT: usize = 4_096;

/// Bytes on their way into a batch.
#[derive(Clone, Copy, Debug)]
pub(in crate::server) enum Payload<'a> {
    /// To be copied.
    Slice(&'a [u8]),
    /// To travel as it is, if it is long enough.
    Shared(&'a Bytes),
}

impl Payload<'_> {
    pub(in crate::server) fn bytes(&self) -> &[u8] {
        match self {
            Self::Slice(data) => data,
            Self::Shared(data) => data,
        }
    }
}

/// One read or write, as it is put in.
pub(in crate::server) struct Moved<'a> {
    pub(in crate::server) connection: ConnectionId,
    pub(in crate::server) direction: Direction,
    pub(in crate::server) offset: u64,
    pub(in crate::server) data: Payload<'a>,
    pub(in crate::server) found: Found,
}

/// Nanoseconds since the hub began: finer than a moment of the model, because an effect may follow its cause within a
/// microsecond and must not be sorted before it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Tick(pub(super) u64);

struct Entry {
    at: Tick,
    what: What,
}

enum What {
    Moved(Entered),
    /// Boxed: these are rare, and would make every entry larger.
    Fact(Box<Fact>),
    /// Was told.
    Told,
}

/// One read or write.
struct Entered {
    connection: ConnectionId,
    direction: Direction,
    offset: u64,
    data: Data,
    found: Found,
    /// If the same bytes were written at once, at the same offset: when.
    echoed: Option<Tick>,
    /// The next one of the same run.
    next: Option<NonZeroU32>,
}

enum Data {
    /// In the arena.
    Copied(Place),
    Shared(Bytes),
    /// So many, and newer ones have come that will be kept instead.
    Trimmed(u64),
}

/// An entry of one use of a batch.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::server) struct Slot {
    epoch: u64,
    index: u32,
}

/// Where the reads and writes of one connection stand in the batch that is being filled. Those that nothing else came
/// between are a run: they are told one after another, because whoever hears them then has one connection at hand.
#[derive(Debug, Default)]
pub(in crate::server) struct Run {
    /// The first of the run, and its last.
    ends: Option<(Slot, Slot)>,
    /// Long ones that wait for the consumer, by direction, oldest first, each with the offset behind it.
    long: [VecDeque<(Slot, u64)>; 2],
}

impl Run {
    /// Something else comes between.
    pub(in crate::server) const fn end(&mut self) {
        self.ends = None;
    }
}

#[derive(Default)]
pub(super) struct Batch {
    /// Which use this is: slots of another one are void.
    pub(super) epoch: u64,
    entries: Vec<Entry>,
    /// Where a run begins and when it ends, and where facts stand and when they happened.
    heads: Vec<(Tick, u32)>,
    arena: Arena,
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
        self.cost += ENTRY;
        self.heads.push((at, self.entries.len() as u32));
        self.entries.push(Entry { at, what: What::Fact(Box::new(fact)) });
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

    /// One read or write, which goes on with `run` if that is still here. The bytes of long ones of the same direction that
    /// end at `trim` or before need not be told any more. Returns where it stands.
    pub(super) fn moved(&mut self, at: Tick, moved: Moved<'_>, run: &mut Run, trim: Option<u64>) -> Slot {
        let Moved { connection, direction, offset, data, found } = moved;
        let length = data.bytes().len();
        let data = match data {
            Payload::Shared(data) if length >= OWN_BUFFER => Data::Shared(data.clone()),
            Payload::Slice(data) if length >= OWN_BUFFER => Data::Shared(Bytes::copy_from_slice(data)),
            short => Data::Copied(self.arena.copy(short.bytes())),
        };
        // Bounded by `BOUND` in all: it fits.
        let slot = Slot { epoch: self.epoch, index: self.entries.len() as u32 };
        self.cost += ENTRY + length;
        match run.ends.filter(|(_, last)| last.epoch == self.epoch) {
            Some((first, last)) => {
                if let Some(last) = self.at(last) {
                    last.next = NonZeroU32::new(slot.index);
                }
                run.ends = Some((first, slot));
            }
            None => {
                self.heads.push((at, slot.index));
                run.ends = Some((slot, slot));
            }
        }
        let entered = Entered { connection, direction, offset, data, found, echoed: None, next: None };
        self.entries.push(Entry { at, what: What::Moved(entered) });
        if let Some(trim) = trim.filter(|_| length >= OWN_BUFFER) {
            let long = &mut run.long[direction as usize];
            self.trim(long, trim);
            long.push_back((slot, offset + length as u64));
        }
        slot
    }

    /// What this slot holds was written as it was read. Says whether the slot is still here.
    pub(super) fn echoed(&mut self, slot: Slot, at: Tick) -> bool {
        self.at(slot).map(|entered| entered.echoed = Some(at)).is_some()
    }

    /// The bytes of those that end at `offset` or before need not be told. Those that were taken are forgotten.
    fn trim(&mut self, long: &mut VecDeque<(Slot, u64)>, offset: u64) {
        while let Some(&(slot, end)) = long.front() {
            if slot.epoch == self.epoch && end > offset {
                break;
            }
            long.pop_front();
            let Some(entered) = self.at(slot) else { continue };
            if let Data::Shared(data) = &entered.data {
                let length = data.len();
                entered.data = Data::Trimmed(length as u64);
                self.cost -= length;
            }
        }
    }

    fn at(&mut self, slot: Slot) -> Option<&mut Entered> {
        if slot.epoch != self.epoch {
            return None;
        }
        match &mut self.entries.get_mut(slot.index as usize)?.what {
            What::Moved(entered) => Some(entered),
            What::Fact(_) | What::Told => None,
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

    /// Closes this use of the batch; `now` stamps what was only counted. Returns where each run and each fact stands, and
    /// when it happened: a run, when it ended.
    pub(super) fn close(&mut self, now: Tick) -> &[(Tick, u32)] {
        self.tell_counts(now);
        self.cost = 0;
        self.arena.take();
        &self.heads
    }

    /// Tells the run or the fact that stands there.
    pub(super) fn tell(&mut self, head: u32, tell: &mut impl FnMut(Tick, Fact)) {
        let mut next = Some(head);
        while let Some(index) = next {
            let Entry { at, what } = &mut self.entries[index as usize];
            next = match mem::replace(what, What::Told) {
                What::Moved(entered) => {
                    let next = entered.next.map(NonZeroU32::get);
                    entered.tell(*at, &self.arena, tell);
                    next
                }
                What::Fact(fact) => {
                    tell(*at, *fact);
                    None
                }
                What::Told => None,
            };
        }
    }

    /// Ready for the next use.
    pub(super) fn settle(&mut self) {
        self.heads.clear();
        self.entries.clear();
        self.entries.shrink_to(KEPT);
        self.arena.settle();
    }
}

impl Entered {
    fn tell(self, at: Tick, arena: &Arena, tell: &mut impl FnMut(Tick, Fact)) {
        let Self { connection, direction, offset, data, found, echoed, .. } = self;
        let fact = match data {
            Data::Trimmed(bytes) => Fact::Trimmed { connection, direction, offset, bytes, found },
            Data::Shared(data) => Fact::Bytes { connection, direction, offset, data, found },
            Data::Copied(place) => {
                Fact::Bytes { connection, direction, offset, data: arena.at(place), found }
            }
        };
        let echo = echoed.map(|at| (at, echo(&fact)));
        tell(at, fact);
        if let Some((at, echo)) = echo {
            tell(at, echo);
        }
    }
}

/// The same, sent.
fn echo(fact: &Fact) -> Fact {
    let mut echo = fact.clone();
    if let Fact::Bytes { direction, .. } | Fact::Trimmed { direction, .. } = &mut echo {
        *direction = Direction::Sent;
    }
    echo
}
