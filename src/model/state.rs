//! The state of one server: a fold over its facts.

mod eviction;
mod switches;
mod traffic;
mod wall_clock;

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;

use foldhash::fast::FixedState;

use super::backend_totals::BackendTotals;
use super::connection::{CloseRecord, Connection};
use super::rate::Rate;
use super::stream::Stream;
use crate::event::activity::{BackendActivity, WaitTimeline};
use crate::event::ids::{BackendKind, ConnectionId, Direction, Timestamp};
use crate::event::{Fact, Outage, PerBackend, PerDirection, Stamped};
use traffic::ChunkTransfer;
use wall_clock::WallClock;

/// Number of seconds of the graph of the whole server, the current one included.
pub const TOTAL_SECONDS: usize = 241;
/// The largest number of closed connections that are kept, if memory allows.
pub const KEPT_CLOSED: usize = 1_000;

/// Limits of memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Budget {
    /// Bytes of history per direction of a connection.
    pub history: usize,
    /// Bytes in all. Closed connections are evicted first, then the oldest bytes.
    pub memory: usize,
}

/// One switch of the backend.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Switch {
    /// When the switch ended.
    pub at: Timestamp,
    /// The backend that served before.
    pub from: BackendKind,
    /// The backend that was to serve afterwards.
    pub to: BackendKind,
    /// How the switch ended.
    pub outcome: Outcome,
}

/// How a switch ended.
#[expect(missing_docs, reason = "each variant says what its fields are")]
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// All connections were handed over.
    Done { connections: u64, micros: u64, outage: Outage },
    /// The old backend keeps all connections.
    Failed { moved_back: u64, detail: String },
}

/// Sums over all connections, closed and evicted ones included.
#[derive(Clone, Debug, Default)]
pub struct Totals {
    /// Number of connections ever accepted.
    pub seen: u64,
    /// Number of closed connections that were evicted.
    pub dropped: u64,
    /// Number of refused clients.
    pub refused: u64,
    /// Bytes received and sent, missed ones included; exact once a connection is closed.
    pub bytes: PerDirection<u64>,
    /// Number of bytes missed.
    pub missed_bytes: u64,
    /// Number of reads, writes and connections missed.
    pub missed_events: u64,
}

/// The state that follows from the facts so far.
#[derive(Debug)]
pub struct Model {
    budget: Budget,
    /// Keyed by numbers that only this program chooses, so a fast hash without protection against collisions suffices.
    connections: HashMap<ConnectionId, Connection, FixedState>,
    live: PerBackend<u64>,
    closed: eviction::ClosedQueues,
    /// Where each kept segment of each history begins, oldest first. Entries may be stale: their segment may be gone.
    eviction_queue: VecDeque<eviction::EvictionEntry>,
    /// With more entries than this, the stale ones are removed.
    compact_at: usize,
    cost: usize,
    /// The addresses that the server listens on.
    pub listening: Vec<SocketAddr>,
    /// The service of the server.
    pub service: String,
    /// The backend that accepts connections.
    pub backend: Option<BackendKind>,
    /// The switch in progress: from, to, connections to hand over, connections handed over.
    pub switching: Option<(BackendKind, BackendKind, u64, u64)>,
    /// The newest switches, oldest first.
    pub switches: VecDeque<Switch>,
    /// Sums over all connections.
    pub totals: Totals,
    /// Bytes per second of the whole server, by direction.
    pub rates: PerDirection<Rate<TOTAL_SECONDS>>,
    /// Totals and latencies of each backend.
    backend_totals: PerBackend<BackendTotals>,
    /// The current stall of the event loop: the connection whose handler blocks it, and since when.
    pub blocked: Option<(Option<ConnectionId>, Timestamp)>,
    /// The newest reason why clients were refused, or the newest error of the server.
    pub last_error: Option<(Timestamp, String)>,
    wall_clock: WallClock,
}

impl Model {
    /// An empty model.
    #[must_use]
    pub fn new(budget: Budget) -> Self {
        Self {
            budget,
            connections: HashMap::default(),
            live: PerBackend::default(),
            closed: eviction::ClosedQueues::default(),
            eviction_queue: VecDeque::new(),
            compact_at: eviction::MIN_QUEUE,
            cost: 0,
            listening: Vec::new(),
            service: String::new(),
            backend: None,
            switching: None,
            switches: VecDeque::new(),
            totals: Totals::default(),
            rates: PerDirection::default(),
            backend_totals: PerBackend::default(),
            blocked: None,
            last_error: None,
            wall_clock: WallClock::default(),
        }
    }

    /// The connection with this number, if it is kept.
    #[must_use]
    pub fn connection(&self, id: ConnectionId) -> Option<&Connection> {
        self.connections.get(&id)
    }

    /// All kept connections, unordered.
    pub fn connections(&self) -> impl ExactSizeIterator<Item = &Connection> {
        self.connections.values()
    }

    /// Number of live connections.
    #[must_use]
    pub const fn live(&self) -> u64 {
        self.live.event_loop + self.live.threads
    }

    /// Number of live connections that this backend serves.
    #[must_use]
    pub const fn live_on(&self, backend: BackendKind) -> u64 {
        *self.live.get(backend)
    }

    /// Memory that histories and connections take, in bytes.
    #[must_use]
    pub const fn memory(&self) -> usize {
        self.cost
    }

    /// Totals and latencies of a backend.
    #[must_use]
    pub const fn backend_totals(&self, backend: BackendKind) -> &BackendTotals {
        self.backend_totals.get(backend)
    }

    /// Limits of memory.
    #[must_use]
    pub const fn budget(&self) -> Budget {
        self.budget
    }

    /// Applies one fact.
    pub fn apply(&mut self, stamped: &Stamped) {
        let at = stamped.at;
        match &stamped.fact {
            Fact::Listening { address, backend, service } => {
                self.listening.push(*address);
                self.backend = Some(*backend);
                self.service.clone_from(service);
            }
            &Fact::Opened { connection, peer, local, backend } => {
                self.open(at, connection, peer, local, backend);
            }
            Fact::Bytes { connection, direction, offset, data, summary, echoed } => {
                let (direction, offset, echoed) = (*direction, *offset, *echoed);
                let transfer = ChunkTransfer { direction, offset, bytes: data.len() as u64, echoed };
                self.transferred(at, *connection, transfer, |chunk, stream| {
                    stream.push(chunk, data, summary);
                });
            }
            Fact::Trimmed { connection, direction, offset, bytes, summary, echoed } => {
                let (direction, offset, bytes, echoed) = (*direction, *offset, *bytes, *echoed);
                let transfer = ChunkTransfer { direction, offset, bytes, echoed };
                self.transferred(at, *connection, transfer, |chunk, stream| {
                    stream.skip_trimmed(chunk.at, offset, bytes, summary);
                });
            }
            &Fact::Missed { connection, direction, events, bytes } => {
                self.missed(at, connection, direction, events, bytes);
            }
            Fact::Closed { connection, reason, detail, failed_call, .. } => {
                let (reason, detail, failed_call) = (*reason, detail.clone(), *failed_call);
                self.close(*connection, CloseRecord { at, reason, detail, failed_call });
            }
            &Fact::InputEnded { connection } => {
                self.on_connection(at, connection, |known| known.received.end());
            }
            &Fact::Slow { connection } => self.on_connection(at, connection, |known| known.slow = true),
            &Fact::Flowing { connection } => self.on_connection(at, connection, |known| known.slow = false),
            Fact::Worked { backend, work } => self.worked(at, *backend, work),
            &Fact::Blocked { connection, micros } => {
                self.blocked = Some((connection, Timestamp(at.0.saturating_sub(micros))));
            }
            Fact::Unblocked { micros, .. } => self.unblocked(*micros),
            Fact::Refused { clients, detail } => self.refused(at, *clients, detail),
            Fact::Failed { detail } => self.last_error = Some((at, detail.clone())),
            &Fact::ClockStepped { micros, .. } => self.wall_clock.step(at, micros),
            &Fact::Switching { from, to, connections } => self.switching = Some((from, to, connections, 0)),
            &Fact::HandedOver { connection, to } => self.hand_over(at, connection, to),
            &Fact::Switched { from, to, connections, micros, outage } => {
                self.end_switch(at, from, to, Outcome::Done { connections, micros, outage });
            }
            Fact::SwitchFailed { from, to, moved_back, detail } => {
                let (moved_back, detail) = (*moved_back, detail.clone());
                self.end_switch(at, *from, *to, Outcome::Failed { moved_back, detail });
            }
            Fact::Stopped => {}
        }
    }

    fn unblocked(&mut self, micros: u64) {
        self.blocked = None;
        let (times, longest) = &mut self.backend_totals.event_loop.blocked;
        (*times, *longest) = (*times + 1, (*longest).max(micros));
    }

    fn refused(&mut self, at: Timestamp, clients: u64, detail: &str) {
        self.totals.refused += clients;
        if let Some(backend) = self.backend {
            self.backend_totals[backend].refused += clients;
        }
        self.last_error = Some((at, detail.to_owned()));
    }

    fn open(
        &mut self,
        at: Timestamp,
        id: ConnectionId,
        peer: SocketAddr,
        local: SocketAddr,
        backend: BackendKind,
    ) {
        let connection = Connection {
            id,
            peer,
            local,
            backend,
            opened: at,
            active: at,
            received: Stream::new(self.budget.history),
            sent: Stream::new(self.budget.history),
            handovers: 0,
            closed: None,
            slow: false,
            built_in: false,
            waits: WaitTimeline::default(),
            next_seq: 0,
        };
        self.cost += connection.cost();
        self.connections.insert(id, connection);
        self.live[backend] += 1;
        self.backend_totals[backend].accepted += 1;
        self.totals.seen += 1;
        self.evict();
    }

    /// Marks a connection whose client this program started. A closed connection keeps its rank.
    pub fn mark_built_in(&mut self, id: ConnectionId) {
        if let Some(known) = self.connections.get_mut(&id) {
            known.built_in |= known.closed.is_none();
        }
    }

    fn worked(&mut self, at: Timestamp, backend: BackendKind, work: &BackendActivity) {
        self.backend_totals[backend].worked(at, work);
        for answer in &work.answers {
            if let Some(known) = self.connections.get_mut(&answer.connection) {
                known.waits.record(at, answer.micros);
            }
        }
    }

    fn on_connection(&mut self, at: Timestamp, id: ConnectionId, change: impl FnOnce(&mut Connection)) {
        if let Some(known) = self.connections.get_mut(&id) {
            known.active = at;
            let cost = known.cost();
            change(known);
            self.cost = self.cost + known.cost() - cost;
        }
    }

    fn close(&mut self, id: ConnectionId, closed: CloseRecord) {
        let at = closed.at;
        let Some(known) = self.connections.get_mut(&id) else { return };
        if known.closed.is_some() {
            return;
        }
        let rank = eviction::Rank::of(known);
        self.live[known.backend] -= 1;
        self.backend_totals[known.backend].closed(closed.reason, closed.failed_call);
        self.on_connection(at, id, |known| {
            known.received.end();
            known.sent.end();
            known.slow = false;
            known.closed = Some(closed);
        });
        self.closed.push(id, rank);
        while self.closed.len() > KEPT_CLOSED {
            self.evict_closed();
        }
    }
}

#[cfg(test)]
mod tests;
