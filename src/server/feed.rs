//! The way of facts from the backends to the one consumer: batches behind a few locks, bounded in bytes.
//!
//! Short reads are copied into the batch, a long read travels as its buffer. A connection always uses the same shard,
//! so its facts stay in order, whichever backend serves it. The consumer takes all shards at one moment, so an effect
//! never comes out before its cause.
//!
//! When the consumer cannot follow, either the server waits for room, and nothing is missed, or it goes on and what was
//! not observed is counted to the byte. Facts about the life of a connection are small and are never shed, except those of
//! connections that came after the feed was full: these are counted whole, until there is room to tell of them.

mod batch;

use std::mem;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Instant, SystemTime};

use parking_lot::{Condvar, Mutex, MutexGuard};
use tokio::sync::Notify;

pub(super) use self::batch::Payload;
use self::batch::{Batch, ENTRY, Tick};
use super::bell::Bell;
use crate::model::event::{Fact, Stamped};
use crate::model::{ConnectionId, Direction, Moment};

/// More locks than this did not help a thousand threads; fewer did hurt.
const SHARDS: usize = 8;
/// So many bytes may be under way, and one read of each connection beyond that.
const BOUND: usize = 16 << 20;
/// From here on the consumer is woken instead of waiting for its next frame.
const HIGH_WATER: usize = BOUND / 4;

/// What to do when the consumer cannot follow.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Overload {
    /// The server waits; nothing is missed.
    #[default]
    Slow,
    /// The server never waits; what was not observed is counted.
    Shed,
}

/// Whether a fact found room.
#[must_use]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Admission {
    /// It will be observed.
    Admitted,
    /// It was shed.
    Shed,
}

/// What all producers share.
pub(super) struct Hub {
    shards: [Mutex<Batch>; SHARDS],
    queued: AtomicUsize,
    overload: Overload,
    bell: Arc<Bell>,
    /// Threads wait here for room, tasks at `room_for_tasks`.
    room_for_threads: (Mutex<()>, Condvar),
    room_for_tasks: Notify,
    abandoned: AtomicBool,
    began: Instant,
    began_at: Moment,
}

/// The consumer's end. When it is dropped, the server goes on unobserved.
pub struct Feed {
    hub: Arc<Hub>,
    /// Empty ones, to be put where full ones are taken.
    batches: [Batch; SHARDS],
    /// Facts between being taken and being sorted; empty but for its capacity.
    taken: Vec<(Tick, Fact)>,
}

/// A hub and its consumer's end.
pub(super) fn feed(overload: Overload) -> (Arc<Hub>, Feed) {
    let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let hub = Arc::new(Hub {
        shards: Default::default(),
        queued: AtomicUsize::new(0),
        overload,
        bell: Arc::default(),
        room_for_threads: (Mutex::new(()), Condvar::new()),
        room_for_tasks: Notify::new(),
        abandoned: AtomicBool::new(false),
        began: Instant::now(),
        began_at: Moment(u64::try_from(since_epoch.as_micros()).unwrap_or(0)),
    });
    (Arc::clone(&hub), Feed { hub, batches: Default::default(), taken: Vec::new() })
}

impl Hub {
    /// Now, by a clock that never goes back.
    fn now(&self) -> Tick {
        Tick(u64::try_from(self.began.elapsed().as_nanos()).unwrap_or(u64::MAX))
    }

    fn moment(&self, tick: Tick) -> Moment {
        self.began_at.plus_micros(tick.0 / 1_000)
    }

    fn shard(&self, connection: Option<ConnectionId>) -> &Mutex<Batch> {
        &self.shards[connection.map_or(0, |id| id.0 as usize % SHARDS)]
    }

    /// Whether a producer may go on now. Under `shed` it always may.
    pub(super) fn has_room(&self) -> bool {
        self.overload == Overload::Shed
            || self.queued.load(Ordering::Acquire) < BOUND
            || self.abandoned.load(Ordering::Acquire)
    }

    /// Told when room may have been made; look at [`has_room`](Self::has_room) again then.
    pub(super) const fn room(&self) -> &Notify {
        &self.room_for_tasks
    }

    /// Blocks this thread until there is room, or the time is over, or `go_on` says no; it is asked again at every
    /// [`nudge`](Self::nudge). Returns whether there is room.
    pub(super) fn wait_for_room(&self, until: Option<Instant>, go_on: impl Fn() -> bool) -> bool {
        if self.has_room() {
            return true;
        }
        let (lock, condvar) = &self.room_for_threads;
        let mut guard = lock.lock();
        while !self.has_room() && go_on() {
            match until {
                None => condvar.wait(&mut guard),
                Some(until) => {
                    if condvar.wait_until(&mut guard, until).timed_out() {
                        break;
                    }
                }
            }
        }
        self.has_room()
    }

    /// Lets threads that wait for room look at what was asked of them: no signal ends that wait.
    pub(super) fn nudge(&self) {
        if !self.has_room() {
            let (lock, condvar) = &self.room_for_threads;
            // Whoever looked before it was asked is asleep by now, and hears this.
            drop(lock.lock());
            condvar.notify_all();
        }
    }

    /// Counts what was put into `batch`, whose lock is held: the consumer, which holds all locks, takes off just what
    /// was counted. Then wakes the consumer as far as it asked for it.
    fn put(&self, mut batch: MutexGuard<'_, Batch>, cost: usize) {
        batch.cost += cost;
        let before = self.queued.fetch_add(cost, Ordering::AcqRel);
        drop(batch);
        if before < HIGH_WATER && before + cost >= HIGH_WATER {
            self.bell.ring();
        }
        self.bell.fact();
    }

    /// One read or write. Shed if there is no room and the policy says so.
    pub(super) fn bytes(
        &self,
        id: ConnectionId,
        direction: Direction,
        offset: u64,
        data: Payload<'_>,
    ) -> Admission {
        if self.abandoned.load(Ordering::Acquire) {
            return Admission::Shed;
        }
        let at = self.now();
        let mut batch = self.shard(Some(id)).lock();
        if self.overload == Overload::Shed && self.queued.load(Ordering::Acquire) >= BOUND {
            batch.miss(Some(id), direction, 1, data.len() as u64);
            drop(batch);
            self.bell.fact();
            return Admission::Shed;
        }
        batch.bytes(at, id, direction, offset, data);
        self.put(batch, ENTRY + data.len());
        Admission::Admitted
    }

    /// A connection that could not be observed at all: `events` reads, writes and the connection itself.
    pub(super) fn unseen(&self, direction: Direction, events: u64, bytes: u64) {
        self.shard(None).lock().miss(None, direction, events, bytes);
        self.bell.fact();
    }

    /// Clients were turned away. Counted by reason until the consumer comes, so that a flood of them is one fact.
    pub(super) fn refused(&self, clients: u64, detail: &str) {
        let mut batch = self.shard(None).lock();
        batch.refuse(clients, detail);
        drop(batch);
        self.bell.fact();
    }

    /// A client was accepted. Shed if there is no room and the policy says so; the connection is then unobserved as a
    /// whole.
    pub(super) fn opened(&self, id: ConnectionId, fact: Fact) -> Admission {
        if self.overload == Overload::Shed && self.queued.load(Ordering::Acquire) >= BOUND {
            return Admission::Shed;
        }
        self.fact(Some(id), fact);
        Admission::Admitted
    }

    /// Any other fact. Never shed.
    pub(super) fn fact(&self, id: Option<ConnectionId>, fact: Fact) {
        if self.abandoned.load(Ordering::Acquire) {
            return;
        }
        let at = self.now();
        let mut batch = self.shard(id).lock();
        match &fact {
            Fact::Closed { .. } => batch.tell_of(at, id),
            Fact::Stopped => batch.tell_counts(at),
            _ => {}
        }
        let full = self.queued.load(Ordering::Acquire) >= BOUND;
        let Some(fact) = (if full { batch.keep_latest(fact) } else { Some(fact) }) else { return };
        batch.fact(at, fact);
        self.put(batch, ENTRY);
    }

    fn make_room(&self) {
        let (lock, condvar) = &self.room_for_threads;
        drop(lock.lock());
        condvar.notify_all();
        self.room_for_tasks.notify_waiters();
    }
}

impl Feed {
    /// Takes all facts that have come, in the order of their time. Returns when that was: what happened before is told
    /// now, but for what was just being put in.
    pub fn drain(&mut self, into: &mut Vec<Stamped>) -> Moment {
        self.hub.bell.facts_are_taken();
        let now = {
            // All locks at once: what is taken is what had happened at one moment.
            let mut shards = self.hub.shards.each_ref().map(Mutex::lock);
            for (shard, batch) in shards.iter_mut().zip(&mut self.batches) {
                mem::swap(&mut **shard, batch);
            }
            let taken: usize = self.batches.iter().map(|batch| batch.cost).sum();
            self.hub.queued.fetch_sub(taken, Ordering::AcqRel);
            self.hub.now()
        };
        self.hub.make_room();
        for batch in &mut self.batches {
            batch.drain_into(now, &mut self.taken);
        }
        // Stable, and quick on what consists of a few sorted runs.
        self.taken.sort_by_key(|&(at, _)| at);
        let hub = &self.hub;
        into.extend(self.taken.drain(..).map(|(at, fact)| Stamped { at: hub.moment(at), fact }));
        hub.moment(now)
    }

    /// Now, by the clock that stamps the facts.
    #[must_use]
    pub fn now(&self) -> Moment {
        self.hub.moment(self.hub.now())
    }

    /// The bell that this feed rings.
    #[must_use]
    pub fn bell(&self) -> Arc<Bell> {
        Arc::clone(&self.hub.bell)
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        self.hub.abandoned.store(true, Ordering::Release);
        self.hub.make_room();
    }
}

#[cfg(test)]
mod tests;
