//! The tap of a connection: each read and write of a backend passes it, and it emits the facts.
//!
//! The tap moves with its connection between the backends, so offsets and counts continue.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use super::feed::{Admission, Detail, Hub, Moved, Run, Shard, Slot};
use super::idle::IdleClock;
use super::read_buffer::Chunk;
use super::waits::Waited;
use crate::model::event::{Call, CloseReason, Fact};
use crate::model::{BackendKind, ConnectionId, Direction, Finder, Found};

/// The tap of one connection. Its owner calls [`close`](Self::close) once, as the last call.
pub(super) struct Tap {
    hub: Arc<Hub>,
    id: ConnectionId,
    addresses: Addresses,
    backend: BackendKind,
    /// Whether the consumer knows this connection. It does not if the fact queue was full when the connection was
    /// accepted, and has been full since.
    observed: Admission,
    events: [u64; 2],
    bytes: [u64; 2],
    /// The UTF-8 state of each stream, if the consumer demands it.
    finders: [Finder; 2],
    /// The last read, until the service has decided whether to echo it.
    last: Option<Echoable>,
    /// The entries of this connection in the fact queue.
    run: Run,
    /// Records progress at each read and write, if there is an idle timeout.
    idle_clock: Option<Arc<IdleClock>>,
}

/// A read that the service may echo. The sent stream then stays identical, byte for byte, to the received stream.
struct Echoable {
    slot: Slot,
    offset: u64,
    found: Found,
}

/// Both addresses of a connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Addresses {
    pub(super) peer: SocketAddr,
    pub(super) local: SocketAddr,
}

impl Addresses {
    const fn opened(self, connection: ConnectionId, backend: BackendKind) -> Fact {
        let Self { peer, local } = self;
        Fact::Opened { connection, peer, local, backend }
    }
}

/// Why a connection is closed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Ending {
    pub(super) reason: CloseReason,
    pub(super) detail: Option<String>,
    /// The call that failed, if that is the reason.
    pub(super) caught: Option<Call>,
}

impl Tap {
    /// Opens the tap of an accepted client.
    pub(super) fn open(
        hub: Arc<Hub>,
        id: ConnectionId,
        addresses: Addresses,
        backend: BackendKind,
        idle_clock: Option<Arc<IdleClock>>,
    ) -> Self {
        let observed = hub.opened(Shard::of(backend, id), id, addresses.opened(id, backend));
        Self {
            hub,
            id,
            addresses,
            backend,
            observed,
            events: [0; 2],
            bytes: [0; 2],
            finders: Default::default(),
            last: None,
            run: Run::default(),
            idle_clock,
        }
    }

    fn shard(&self) -> Shard {
        Shard::of(self.backend, self.id)
    }

    /// Whether there is a consumer, which may keep the bytes.
    pub(super) fn is_watched(&self) -> bool {
        self.hub.detail().is_some()
    }

    /// Records one system call that read or wrote these bytes.
    pub(super) fn moved(&mut self, direction: Direction, chunk: &Chunk<'_>) {
        self.last = None;
        let Some(detail) = self.hub.detail() else {
            self.count(direction, chunk.len());
            return;
        };
        self.appear();
        let offset = self.count(direction, chunk.len());
        if self.observed == Admission::Shed {
            return;
        }
        if self.hub.admits() == Admission::Shed {
            return self.hub.missed(self.shard(), self.id, direction, chunk.len() as u64);
        }
        let Detail::Newest(_) = detail else {
            self.put(direction, offset, chunk, Found::default());
            return;
        };
        // An echo leaves the sent stream identical only if it was identical before.
        let [received, sent] = &self.finders;
        let same = direction == Direction::Received && self.bytes[1] == offset && received.agrees(sent);
        let found = self.finders[direction as usize].find(offset, chunk);
        let slot = self.put(direction, offset, chunk, found.clone());
        self.last = same.then_some(Echoable { slot, offset, found });
    }

    /// Records that the first `length` bytes of the last received chunk were written unchanged.
    pub(super) fn echoed(&mut self, chunk: &Chunk<'_>, length: usize, waited: Option<Waited>) {
        let whole = length == chunk.len();
        match self.last.take() {
            Some(Echoable { slot, offset, found }) if whole && self.hub.admits() == Admission::Admitted => {
                self.count(Direction::Sent, length);
                self.finders[Direction::Sent as usize] = self.finders[Direction::Received as usize].clone();
                if !self.hub.echoed(self.shard(), self.id, slot, waited) {
                    self.put(Direction::Sent, offset, chunk, found);
                }
            }
            _ => {
                self.moved(Direction::Sent, &chunk.slice(..length));
                self.waited(waited);
            }
        }
    }

    /// Records the latency of an answer, now that the client has it.
    pub(super) fn waited(&self, waited: Option<Waited>) {
        if let Some(waited) = waited.filter(|_| self.is_timed()) {
            self.hub.waited(self.shard(), self.id, waited);
        }
    }

    /// Records that a write took only a part of the bytes.
    pub(super) fn left_something(&self) {
        if self.is_timed() {
            self.hub.left_something(self.shard());
        }
    }

    /// Records a time for which a write was blocked.
    pub(super) fn owed_for(&self, time: Duration) {
        if self.is_timed() {
            self.hub.owed_for(self.shard(), time);
        }
    }

    /// Whether the consumer demands latencies.
    fn is_timed(&self) -> bool {
        matches!(self.hub.detail(), Some(Detail::Newest(_)))
    }

    /// Counts a read or write. Returns the offset of its first byte.
    fn count(&mut self, direction: Direction, length: usize) -> u64 {
        if let Some(idle_clock) = &self.idle_clock {
            idle_clock.progress();
        }
        let offset = self.bytes[direction as usize];
        self.bytes[direction as usize] += length as u64;
        self.events[direction as usize] += 1;
        offset
    }

    fn put(&mut self, direction: Direction, offset: u64, chunk: &Chunk<'_>, found: Found) -> Slot {
        let moved = Moved { connection: self.id, direction, offset, data: chunk.payload(), found };
        self.hub.moved(self.shard(), moved, &mut self.run)
    }

    /// Emits the opening of a connection that was accepted while the queue was full, as soon as there is room, and
    /// what was missed of it.
    fn appear(&mut self) {
        if self.observed == Admission::Admitted {
            return;
        }
        let id = self.id;
        let opened = self.addresses.opened(id, self.backend);
        self.observed = self.hub.opened(self.shard(), id, opened);
        if self.observed == Admission::Admitted {
            for direction in Direction::ALL {
                let (events, bytes) = (self.events[direction as usize], self.bytes[direction as usize]);
                if events > 0 {
                    self.tell(Fact::Missed { connection: Some(id), direction, events, bytes });
                }
            }
        }
    }

    /// Records a handover: this backend serves the connection from now on.
    pub(super) fn handed_over(&mut self, to: BackendKind) {
        self.hub.leave(self.shard(), self.id);
        (self.run, self.last) = (Run::default(), None);
        self.backend = to;
        self.tell(Fact::HandedOver { connection: self.id, to });
    }

    /// Emits a fact about this connection.
    pub(super) fn tell(&mut self, fact: Fact) {
        self.run.end();
        if self.observed == Admission::Admitted {
            self.hub.fact_of(self.shard(), Some(self.id), fact);
        }
    }

    /// Emits the close of the connection. Nothing may be emitted after it.
    pub(super) fn close(&mut self, ending: Ending) {
        let [received, sent] = self.bytes;
        match self.observed {
            Admission::Admitted => {
                let Ending { reason, detail, caught } = ending;
                self.tell(Fact::Closed { connection: self.id, reason, detail, caught, received, sent });
            }
            Admission::Shed => {
                for direction in Direction::ALL {
                    // The opening of the connection is one of the events.
                    let events =
                        self.events[direction as usize] + u64::from(direction == Direction::Received);
                    self.hub.unseen(direction, events, self.bytes[direction as usize]);
                }
            }
        }
    }

    /// The fact queue that this tap emits to.
    pub(super) fn hub(&self) -> &Hub {
        &self.hub
    }
}
