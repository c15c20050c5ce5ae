//! The state of one server: a fold over its events.

mod eviction;
mod framing;
mod switches;
mod traffic;
mod wall_clock;

use std::collections::{HashMap, VecDeque};

use foldhash::fast::RandomState;

use super::backend_totals::BackendTotals;
use super::connection::{CloseRecord, Connection, ConnectionAddresses, Upstream};
use super::fault_table::FaultTable;
use super::payload::PayloadFiles;
use super::rate::Rate;
use super::stream::Stream;
use crate::bytes::prefetch::prefetch;
use crate::event::activity::BackendActivity;
use crate::event::ids::{BackendKind, ConnectionId, StreamId, Timestamp};
use crate::event::{
    Address, ConnectionEvent, Encryption, Event, FaultChange, Outage, PerBackend, PerDirection, ServerEvent,
    Stamped, StreamEvent,
};
use wall_clock::WallClock;

/// Number of seconds of the graph of the whole server, the current one included.
pub const TOTAL_SECONDS: usize = 241;
/// The largest number of closed connections of a server that are kept, if memory allows.
pub const KEPT_CLOSED: usize = 1_000;
/// Between the event that is applied and the one whose bytes are fetched there is one other.
const PREFETCH_DISTANCE: usize = 2;

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
    /// Bytes received from clients and sent to them, missed ones included; exact once a connection is closed.
    pub bytes: PerDirection<u64>,
    /// Number of bytes missed.
    pub missed_bytes: u64,
    /// Number of reads, writes and connections missed.
    pub missed_events: u64,
}

/// The state that follows from the events so far.
#[derive(Debug)]
pub struct Model {
    budget: Budget,
    /// Other machines choose a part of these numbers, so the hash has a seed that they do not know.
    connections: HashMap<ConnectionId, Connection, RandomState>,
    live: PerBackend<u64>,
    closed: eviction::ClosedQueues,
    /// The largest number of closed connections that are kept, if memory allows.
    kept_closed: usize,
    /// Where each kept segment of each history begins, oldest first. Entries may be stale: their segment may be gone.
    eviction_queue: VecDeque<eviction::EvictionEntry>,
    /// With more entries than this, the stale ones are removed.
    compact_at: usize,
    cost: usize,
    /// The addresses that the server listens on.
    pub listening: Vec<Address>,
    /// Where the server can be controlled over HTTP, if it can.
    pub api: Option<Address>,
    /// The service of the server.
    pub service: String,
    /// How connections are encrypted.
    pub encryption: Encryption,
    /// The backend that accepts connections.
    pub backend: Option<BackendKind>,
    /// The switch in progress: from, to, connections to hand over, connections handed over.
    pub switching: Option<(BackendKind, BackendKind, u64, u64)>,
    /// The newest switches, oldest first.
    pub switches: VecDeque<Switch>,
    /// Sums over all connections.
    pub totals: Totals,
    /// Bytes per second of all clients, by direction.
    pub rates: PerDirection<Rate<TOTAL_SECONDS>>,
    /// Totals and latencies of each backend.
    backend_totals: PerBackend<BackendTotals>,
    /// The current stall of the event loop: the connection whose handler blocks it, and since when.
    pub blocked: Option<(Option<ConnectionId>, Timestamp)>,
    /// The newest reason why clients were refused.
    pub last_refusal: Option<String>,
    /// The faults of the traffic.
    pub faults: FaultTable,
    wall_clock: WallClock,
    /// The files that an opened recording is in.
    files: Option<PayloadFiles>,
    messages: framing::Messages,
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
            kept_closed: KEPT_CLOSED,
            eviction_queue: VecDeque::new(),
            compact_at: eviction::MIN_QUEUE,
            cost: 0,
            listening: Vec::new(),
            api: None,
            service: String::new(),
            encryption: Encryption::default(),
            backend: None,
            switching: None,
            switches: VecDeque::new(),
            totals: Totals::default(),
            rates: PerDirection::default(),
            backend_totals: PerBackend::default(),
            blocked: None,
            last_refusal: None,
            faults: FaultTable::default(),
            wall_clock: WallClock::default(),
            files: None,
            messages: framing::Messages::default(),
        }
    }

    /// The connection with this number, if it is kept.
    #[must_use]
    pub fn connection(&self, id: ConnectionId) -> Option<&Connection> {
        self.connections.get(&id)
    }

    /// The stream with this id, if its connection is kept.
    #[must_use]
    pub fn stream(&self, id: StreamId) -> Option<&Stream> {
        self.connections.get(&id.connection)?.stream_of(id.side, id.direction)
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

    /// Prepares to apply these events, one after the other: fetches the bytes that will be copied into a history soon.
    pub fn prefetch(coming: &[Stamped]) {
        if let Some(Stamped { event: Event::Stream(_, StreamEvent::Bytes { data, .. }), .. }) =
            coming.get(PREFETCH_DISTANCE)
        {
            prefetch(data, 0..data.len());
        }
    }

    /// Applies one event.
    pub fn apply(&mut self, stamped: &Stamped) {
        let at = stamped.at;
        match &stamped.event {
            Event::Connection(id, event) => self.apply_to_connection(at, *id, event),
            Event::Stream(id, event) => self.apply_to_stream(at, *id, event),
            Event::Switch(event) => self.apply_to_switch(at, event),
            Event::Server(event) => self.apply_to_server(at, event),
        }
    }

    fn apply_to_connection(&mut self, at: Timestamp, id: ConnectionId, event: &ConnectionEvent) {
        match event {
            ConnectionEvent::Opened { peer, local, backend, upstream } => {
                let upstream = upstream.as_deref().map(|name| Upstream::new(name, self.budget.history));
                let ends = ConnectionAddresses { peer: peer.clone(), local: local.clone(), upstream };
                self.open(Connection::new(id, at, ends, *backend, self.budget.history));
            }
            ConnectionEvent::Connected { upstream, micros } => {
                self.on_connection(at, id, |known| known.connected(at, upstream, *micros));
            }
            ConnectionEvent::ProxyHeader { side, data } => {
                self.on_connection(at, id, |known| known.note_proxy_header(*side, data));
            }
            ConnectionEvent::Handshake { side, handshake } => {
                self.on_connection(at, id, |known| known.tls_mut(*side).handshake = Some(handshake.clone()));
            }
            &ConnectionEvent::Truncated { side } => {
                self.on_connection(at, id, |known| known.tls_mut(side).is_truncated = true);
            }
            &ConnectionEvent::InputEnded { side } => {
                self.on_connection(at, id, |known| known.end_input(side));
            }
            &ConnectionEvent::Slow { side } => self.on_connection(at, id, |known| known.set_slow(side, true)),
            &ConnectionEvent::Flowing { side } => {
                self.on_connection(at, id, |known| known.set_slow(side, false));
            }
            &ConnectionEvent::Paused { side } => {
                self.on_connection(at, id, |known| known.user_mut(side).is_paused = true);
            }
            &ConnectionEvent::Resumed { side } => {
                self.on_connection(at, id, |known| known.user_mut(side).is_paused = false);
            }
            &ConnectionEvent::HalfClosed { side } => {
                self.on_connection(at, id, |known| known.user_mut(side).is_half_closed = true);
            }
            ConnectionEvent::Hold { side, change } => {
                self.on_connection(at, id, |known| known.user_mut(*side).hold_changed(change));
            }
            ConnectionEvent::Declined { .. } => {}
            ConnectionEvent::Fault(change) => self.set_fault(at, id, change),
            &ConnectionEvent::HandedOver { to } => self.hand_over(at, id, to),
            ConnectionEvent::Closed { reason, detail, failed_call, .. } => {
                let (reason, detail, failed_call) = (*reason, detail.clone(), *failed_call);
                self.close(id, CloseRecord { at, reason, detail, failed_call, unread: None });
            }
        }
    }

    fn apply_to_server(&mut self, at: Timestamp, event: &ServerEvent) {
        match event {
            ServerEvent::Listening { address, backend, service, encryption } => {
                self.listening.push(address.clone());
                self.backend = Some(*backend);
                // A listener that is added may have another one.
                if self.service.is_empty() {
                    self.service.clone_from(service);
                }
                self.encryption.clone_from(encryption);
            }
            ServerEvent::ApiListening { address } => self.api = Some(address.clone()),
            ServerEvent::ListenerClosed { address } => {
                self.listening.retain(|known| known != address);
                self.faults.forget_listener(address);
            }
            &ServerEvent::Missed { direction, events, bytes } => {
                self.count_missed(at, direction, events, bytes);
            }
            ServerEvent::Worked { backend, work } => self.worked(at, *backend, work),
            &ServerEvent::Blocked { connection, micros } => {
                self.blocked = Some((connection, Timestamp(at.0.saturating_sub(micros))));
            }
            ServerEvent::Unblocked { micros, .. } => self.unblocked(*micros),
            ServerEvent::Refused { clients, detail } => self.refused(*clients, detail),
            ServerEvent::Fault(change) => self.faults.change_for_new(change),
            ServerEvent::ListenerFault { listener, change } => {
                self.faults.change_for_listener(listener, change);
            }
            &ServerEvent::ClockStepped { micros, .. } => self.wall_clock.step(at, micros),
            ServerEvent::Failed { .. } | ServerEvent::Comment { .. } | ServerEvent::Stopped => {}
        }
    }

    fn unblocked(&mut self, micros: u64) {
        self.blocked = None;
        let (times, longest) = &mut self.backend_totals.event_loop.blocked;
        (*times, *longest) = (*times + 1, (*longest).max(micros));
    }

    fn refused(&mut self, clients: u64, detail: &str) {
        self.totals.refused += clients;
        if let Some(backend) = self.backend {
            self.backend_totals[backend].refused += clients;
        }
        self.last_refusal = Some(detail.to_owned());
    }

    fn open(&mut self, mut connection: Connection) {
        // Another program may claim anything. A number that is known is not given to another connection.
        if connection.id.run().is_some() && self.connections.contains_key(&connection.id) {
            return;
        }
        self.messages.begin(&mut connection);
        let backend = connection.backend;
        self.cost += connection.cost();
        self.connections.insert(connection.id, connection);
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
            // For a relayed connection this is the time of forwarding one read, and its client waits for the upstream.
            let known = self.connections.get_mut(&answer.connection);
            if let Some(known) = known.filter(|known| known.upstream.is_none()) {
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

    fn set_fault(&mut self, at: Timestamp, id: ConnectionId, change: &FaultChange) {
        if let Some(known) = self.connections.get(&id) {
            self.faults.remove(id, &known.faults);
        }
        self.on_connection(at, id, |known| known.set_fault(change));
        if let Some(known) = self.connections.get(&id).filter(|known| known.closed.is_none()) {
            self.faults.add(id, &known.faults);
        }
    }
}

#[cfg(test)]
mod tests;
