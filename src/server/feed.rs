//! The way of facts from the backends to the one consumer: batches behind a few locks, bounded in bytes.
//!
//! Short reads are copied into the batch, a long read travels as its buffer. Bytes that are written just as they were read
//! are held once. The consumer takes all shards at one moment and sorts, so an effect never comes out before its cause.
//!
//! When the consumer cannot follow, either the server waits for room, and nothing is missed, or it goes on and what was
//! not observed is counted to the byte. Facts about the life of a connection are small and are never shed, except those of
//! connections that came after the feed was full: these are counted whole, until there is room to tell of them.
//!
//! What profiles showed, with an echo under a closed loop of clients on two cores:
//!
//! - A consumer that looks at every byte costs most, wherever that happens: so it happens once, where the byte is still in
//!   the cache, and for an echo not twice.
//! - At 64 bytes the way in takes 0.4 µs of the 7 that a message takes: the lock and the entry 0.15, two looks at the clock
//!   0.06, counting 0.05. A line of the cache that the other core wrote last costs 0.1, so entries are short.
//! - At 16 KiB it takes 2.5 µs of 13: half because the buffer is another one each time, no longer in the cache, as the
//!   newest 64 KiB of each stream have to be somewhere; a third for counting, where the text is not ASCII.
//! - Draining four times a frame did not pay: with both cores busy, each time the consumer wakes it stops the client or the
//!   server, and the other soon has nothing to do either.

mod arena;
mod batch;
mod deeds;
mod runs;
mod shard;
mod wall;

use std::mem;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Instant, SystemTime};

use parking_lot::{Condvar, Mutex, MutexGuard};
use tokio::sync::Notify;

pub(super) use self::arena::OWN_BUFFER;
use self::batch::{Batch, Head};
use self::deeds::Deeds;
pub(super) use self::runs::{Moved, Payload, Run, Slot};
use self::shard::SHARDS;
pub(super) use self::shard::Shard;
use self::wall::Wall;
use super::bell::Bell;
use super::waits::Waited;
use crate::model::event::{Fact, Stamped};
use crate::model::{ConnectionId, Direction, Moment};

/// The usual limit of the bytes that wait for the consumer.
pub const FEED_LIMIT: usize = 32 << 20;

/// What to do when the consumer cannot follow.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Overload {
    /// The server waits; nothing is missed.
    #[default]
    Slow,
    /// The server never waits; what was not observed is counted.
    Shed,
}

/// How closely the consumer looks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Detail {
    /// Every byte is told. A consumer that wants characters decodes them.
    All,
    /// Bytes are counted as UTF-8 where they move, and of each direction of a connection only this number of the
    /// newest has to be told; older ones are only counted.
    Newest(usize),
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

/// Nanoseconds since the hub began: finer than a moment of the model, because an effect may follow its cause within a
/// microsecond and must not be sorted before it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Tick(u64);

/// What all producers share.
pub(super) struct Hub {
    shards: [Mutex<Batch>; SHARDS],
    queued: AtomicUsize,
    /// At most this many bytes wait for the consumer, and one read of each connection beyond that.
    limit: usize,
    overload: Overload,
    detail: Detail,
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
    /// Where runs and facts stand, between being taken and being told; empty but for its capacity.
    order: Vec<(Tick, usize, Head)>,
    /// What each backend did.
    deeds: [Deeds; 2],
    wall: Wall,
    /// So often facts were taken.
    epoch: u64,
}

/// A hub and its consumer's end.
pub(super) fn feed(limit: usize, overload: Overload, detail: Detail) -> (Arc<Hub>, Feed) {
    let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let hub = Arc::new(Hub {
        shards: Default::default(),
        queued: AtomicUsize::new(0),
        limit,
        overload,
        detail,
        bell: Arc::default(),
        room_for_threads: (Mutex::new(()), Condvar::new()),
        room_for_tasks: Notify::new(),
        abandoned: AtomicBool::new(false),
        began: Instant::now(),
        began_at: Moment(u64::try_from(since_epoch.as_micros()).unwrap_or(0)),
    });
    let wall = Wall::new(hub.began_at.0);
    let feed = Feed {
        hub: Arc::clone(&hub),
        batches: Default::default(),
        order: Vec::new(),
        deeds: Default::default(),
        wall,
        epoch: 0,
    };
    (hub, feed)
}

impl Hub {
    /// Now, by a clock that never goes back.
    fn now(&self) -> Tick {
        Tick(u64::try_from(self.began.elapsed().as_nanos()).unwrap_or(u64::MAX))
    }

    fn moment(&self, tick: Tick) -> Moment {
        self.began_at.plus_micros(tick.0 / 1_000)
    }

    /// How closely the consumer looks; `None` if there is none.
    pub(super) fn detail(&self) -> Option<Detail> {
        (!self.abandoned.load(Ordering::Acquire)).then_some(self.detail)
    }

    fn is_full(&self) -> bool {
        self.queued.load(Ordering::Acquire) >= self.limit
    }

    /// Whether a producer may go on now. Under `shed` it always may.
    pub(super) fn has_room(&self) -> bool {
        self.overload == Overload::Shed || !self.is_full() || self.abandoned.load(Ordering::Acquire)
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
            // A thread that looked before it was asked is asleep by now, and hears this.
            drop(lock.lock());
            condvar.notify_all();
        }
    }

    /// Counts what was put into `batch`, or taken out of it, since it cost so much; its lock is held: the consumer, which
    /// holds all locks, takes off just what was counted. Then wakes the consumer as far as it asked for it.
    fn put(&self, batch: MutexGuard<'_, Batch>, cost: usize) {
        let after = batch.cost;
        if after >= cost {
            let before = self.queued.fetch_add(after - cost, Ordering::AcqRel);
            drop(batch);
            // From here on the consumer is woken instead of waiting for its next frame.
            let high_water = self.limit / 4;
            if before < high_water && before + after - cost >= high_water {
                self.bell.ring();
            }
        } else {
            self.queued.fetch_sub(cost - after, Ordering::AcqRel);
            drop(batch);
        }
        self.bell.fact();
    }

    /// Whether a read or write is to be put in: not, if there is no room and the policy says so.
    pub(super) fn admits(&self) -> Admission {
        match self.overload {
            Overload::Shed if self.is_full() => Admission::Shed,
            _ => Admission::Admitted,
        }
    }

    /// A read or write that was [shed](Self::admits): it is counted.
    pub(super) fn missed(&self, shard: Shard, id: ConnectionId, direction: Direction, bytes: u64) {
        self.shards[shard.index()].lock().miss(Some(id), direction, 1, bytes);
        self.bell.fact();
    }

    /// One read or write, of a connection that has `run` in the batch.
    pub(super) fn moved(&self, shard: Shard, moved: Moved<'_>, run: &mut Run) -> Slot {
        let at = self.now();
        let trim = match self.detail {
            Detail::Newest(history) => Some(moved.offset.saturating_sub(history as u64)),
            Detail::All => {
                // Told in the order of time, even if other connections moved something in between.
                run.end();
                None
            }
        };
        let mut batch = self.shards[shard.index()].lock();
        let before = batch.cost;
        let slot = batch.moved(at, moved, run, trim);
        self.put(batch, before);
        slot
    }

    /// What was read into this slot was written as it is. Says whether the slot is still here.
    pub(super) fn echoed(&self, shard: Shard, slot: Slot, waited: Option<(ConnectionId, Waited)>) -> bool {
        let at = self.now();
        let mut batch = self.shards[shard.index()].lock();
        if let Some((connection, waited)) = waited {
            batch.deeds.waited(connection, waited);
        }
        batch.echoed(slot, at)
    }

    /// What was only counted of a connection is told: it goes to another shard.
    pub(super) fn leave(&self, shard: Shard, id: ConnectionId) {
        let at = self.now();
        let mut batch = self.shards[shard.index()].lock();
        let before = batch.cost;
        batch.tell_of(at, Some(id));
        self.put(batch, before);
    }

    /// A connection that could not be observed at all: `events` reads, writes and the connection itself.
    pub(super) fn unseen(&self, direction: Direction, events: u64, bytes: u64) {
        self.shards[Shard::COMMON.index()].lock().miss(None, direction, events, bytes);
        self.bell.fact();
    }

    /// Clients were turned away. Counted by reason until the consumer comes, so that a flood of them is one fact.
    pub(super) fn refused(&self, clients: u64, detail: &str) {
        let mut batch = self.shards[Shard::COMMON.index()].lock();
        batch.refuse(clients, detail);
        drop(batch);
        self.bell.fact();
    }

    /// A client was accepted. Shed if there is no room and the policy says so; the connection is then unobserved as a
    /// whole.
    pub(super) fn opened(&self, shard: Shard, id: ConnectionId, fact: Fact) -> Admission {
        let admission = self.admits();
        if admission == Admission::Admitted {
            self.fact_of(shard, Some(id), fact);
        }
        admission
    }

    /// A fact about the server as a whole. Never shed.
    pub(super) fn fact(&self, fact: Fact) {
        self.fact_of(Shard::COMMON, None, fact);
    }

    /// Any other fact. Never shed.
    pub(super) fn fact_of(&self, shard: Shard, id: Option<ConnectionId>, fact: Fact) {
        if self.abandoned.load(Ordering::Acquire) {
            return;
        }
        let at = self.now();
        let mut batch = self.shards[shard.index()].lock();
        let before = batch.cost;
        match &fact {
            Fact::Closed { .. } => batch.tell_of(at, id),
            Fact::Stopped => batch.tell_counts(at),
            _ => {}
        }
        if let Some(fact) = if self.is_full() { batch.keep_latest(fact) } else { Some(fact) } {
            batch.fact(at, fact);
        }
        self.put(batch, before);
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
            self.epoch += 1;
            for (shard, batch) in shards.iter_mut().zip(&mut self.batches) {
                batch.begin(self.epoch);
                mem::swap(&mut **shard, batch);
            }
            let taken: usize = self.batches.iter().map(|batch| batch.cost).sum();
            self.hub.queued.fetch_sub(taken, Ordering::AcqRel);
            self.hub.now()
        };
        self.hub.make_room();
        for (shard, batch) in self.batches.iter_mut().enumerate() {
            self.order.extend(batch.close(now).iter().map(|&(at, head)| (at, shard, head)));
        }
        // Already in order, where one shard has it all.
        if !self.order.is_sorted() {
            self.order.sort_unstable();
        }
        let moment = |tick| self.hub.moment(tick);
        // Before what is taken with it: it came after what was taken the last time.
        if let Some(fact) = self.wall.step(self.hub.began) {
            let at = moment(self.order.first().map_or(now, |&(at, ..)| at));
            into.push(Stamped { at, fact });
        }
        for (at, shard, head) in self.order.drain(..) {
            let tell = |at, fact| into.push(Stamped { at: moment(at), fact });
            self.batches[shard].tell((at, head), moment, tell);
        }
        self.batches.iter_mut().for_each(Batch::settle);
        self.tell_deeds(now, into);
        self.hub.moment(now)
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
