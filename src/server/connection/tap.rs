//! The tap of a connection: each read and write of a backend passes it, and it emits the events.
//!
//! The tap moves with its connection between the backends, so offsets and counts continue.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use crate::event::{
    Address, BackendKind, ConnectionEvent, ConnectionId, Direction, Event, EventOrder, FaultChange,
    Handshake, HoldChange, Origin, PerDirection, Side, StreamEvent, StreamId, Utf8Scanner, Utf8Summary,
};
use crate::server::connection::close_cause::CloseCause;
use crate::server::connection::read_buffer::ReadBytes;
use crate::server::control::idle::IdleClock;
use crate::server::feed::{Admission, EventQueue, Run, Shard, Slot, Transfer};
use crate::server::net::latency_sampler::LatencySample;

/// The tap of one connection. Its owner calls [`close`](Self::close) once, as the last call.
pub(in crate::server) struct Tap {
    event_queue: Arc<EventQueue>,
    id: ConnectionId,
    addresses: Addresses,
    backend: BackendKind,
    /// Whether the consumer knows this connection. It does not if the event queue was full when the connection was
    /// accepted, and has been full since.
    observed: Admission,
    events: PerDirection<u64>,
    bytes: PerDirection<u64>,
    /// The UTF-8 state of each stream, if the consumer demands it.
    scanners: PerDirection<Utf8Scanner>,
    to_upstream: ToUpstream,
    /// The last read, until the service has decided whether to echo it.
    last: Option<Echoable>,
    /// The entries of this connection in the event queue.
    run: Run,
    /// Records progress at each read and write, if there is an idle timeout.
    idle_clock: Option<Arc<IdleClock>>,
}

/// A read that the service may echo. The sent stream then stays identical, byte for byte, to the received stream.
struct Echoable {
    slot: Slot,
    offset: u64,
    summary: Utf8Summary,
}

/// What was written to the upstream. Only what the user puts in is reported: the rest is what the client sent.
#[derive(Default)]
struct ToUpstream {
    bytes: u64,
    /// The UTF-8 state of what the user puts in.
    scanner: Utf8Scanner,
    /// What the user put in before the consumer knew the connection.
    unobserved: PutIn,
}

/// Writes of the user's bytes.
#[derive(Default)]
struct PutIn {
    writes: u64,
    bytes: u64,
}

/// The addresses of a connection.
#[derive(Clone, Debug)]
pub(in crate::server) struct Addresses {
    pub(in crate::server) peer: Address,
    pub(in crate::server) local: Address,
    /// The upstream that it is relayed to, as the user wrote it.
    pub(in crate::server) upstream: Option<String>,
}

impl Addresses {
    fn opened(&self, connection: ConnectionId, backend: BackendKind) -> Event {
        let Self { peer, local, upstream } = self.clone();
        Event::Connection(connection, ConnectionEvent::Opened { peer, local, backend, upstream })
    }
}

impl Tap {
    /// Opens the tap of an accepted client.
    pub(in crate::server) fn open(
        event_queue: Arc<EventQueue>,
        id: ConnectionId,
        addresses: Addresses,
        backend: BackendKind,
        idle_clock: Option<Arc<IdleClock>>,
    ) -> Self {
        let observed = event_queue.opened(Shard::of(backend, id), id, addresses.opened(id, backend));
        Self {
            event_queue,
            id,
            addresses,
            backend,
            observed,
            events: PerDirection::default(),
            bytes: PerDirection::default(),
            scanners: PerDirection::default(),
            to_upstream: ToUpstream::default(),
            last: None,
            run: Run::default(),
            idle_clock,
        }
    }

    fn shard(&self) -> Shard {
        Shard::of(self.backend, self.id)
    }

    /// Whether there is a consumer, which may keep the bytes.
    pub(in crate::server) fn is_watched(&self) -> bool {
        self.event_queue.demand().is_some_and(|demand| !demand.only_counts())
    }

    /// Records one system call that read or wrote these bytes.
    pub(in crate::server) fn record(&mut self, direction: Direction, chunk: &ReadBytes<'_>) {
        self.last = None;
        let Some(demand) = self.event_queue.demand() else {
            self.count(direction, chunk.len());
            return;
        };
        self.announce();
        let offset = self.count(direction, chunk.len());
        if self.observed == Admission::Shed {
            return;
        }
        if self.event_queue.admission() == Admission::Shed {
            return self.event_queue.record_missed(self.shard(), self.id, direction, chunk.len() as u64);
        }
        // An echo leaves the sent stream identical only if it was identical before.
        let PerDirection { received, sent } = &self.scanners;
        let same = demand.order == EventOrder::Grouped
            && !demand.only_counts()
            && direction == Direction::Received
            && self.bytes.sent == offset
            && received.same_state(sent);
        let summary =
            if demand.utf8 { self.scanners[direction].scan(offset, chunk) } else { Utf8Summary::default() };
        let stream = StreamId::client(self.id, direction);
        let slot = self.insert(stream, Origin::of(direction), offset, chunk, summary.clone());
        self.last = same.then_some(Echoable { slot, offset, summary });
    }

    /// Records that the first `length` bytes of the last received chunk were written unchanged.
    pub(in crate::server) fn echoed(
        &mut self,
        chunk: &ReadBytes<'_>,
        length: usize,
        sample: Option<LatencySample>,
    ) {
        let whole = length == chunk.len();
        match self.last.take() {
            Some(Echoable { slot, offset, summary })
                if whole && self.event_queue.admission() == Admission::Admitted =>
            {
                self.count(Direction::Sent, length);
                self.scanners.sent = self.scanners.received.clone();
                if !self.event_queue.echoed(self.shard(), self.id, slot, sample) {
                    let stream = StreamId::client(self.id, Direction::Sent);
                    self.insert(stream, Origin::Service, offset, chunk, summary);
                }
            }
            _ => {
                self.record(Direction::Sent, &chunk.slice(..length));
                self.record_latency(sample);
            }
        }
    }

    /// Records that the socket of a side took bytes that the user put in. They are never shed: they are bounded, and the
    /// user waits for them.
    pub(in crate::server) fn injected(&mut self, to: Side, chunk: &ReadBytes<'_>) {
        self.last = None;
        let demand = self.event_queue.demand();
        if demand.is_some() {
            self.announce();
        }
        let offset = match to {
            Side::Client => self.count(Direction::Sent, chunk.len()),
            Side::Upstream => {
                self.idle_clock.iter().for_each(|idle_clock| idle_clock.progress());
                self.count_to_upstream(chunk.len())
            }
        };
        let Some(demand) = demand else { return };
        if self.observed == Admission::Shed {
            if to == Side::Upstream {
                self.to_upstream.unobserved.writes += 1;
                self.to_upstream.unobserved.bytes += chunk.len() as u64;
            }
            return;
        }
        let scanner = match to {
            Side::Client => &mut self.scanners.sent,
            Side::Upstream => &mut self.to_upstream.scanner,
        };
        let summary = if demand.utf8 { scanner.scan(offset, chunk) } else { Utf8Summary::default() };
        let stream = StreamId { connection: self.id, side: to, direction: Direction::Sent };
        self.insert(stream, Origin::User, offset, chunk, summary);
    }

    /// Counts a write to the upstream. Returns the offset of its first byte.
    pub(in crate::server) fn count_to_upstream(&mut self, length: usize) -> u64 {
        let offset = self.to_upstream.bytes;
        self.to_upstream.bytes += length as u64;
        offset
    }

    /// Records the latency of an answer, now that the client has it.
    pub(in crate::server) fn record_latency(&self, sample: Option<LatencySample>) {
        if let Some(sample) = sample.filter(|_| self.is_timed()) {
            self.event_queue.record_latency(self.shard(), self.id, sample);
        }
    }

    /// Records that a write took only a part of the bytes.
    pub(in crate::server) fn record_partial_write(&self) {
        if self.is_timed() {
            self.event_queue.record_partial_write(self.shard());
        }
    }

    /// Records a time for which a write was blocked.
    pub(in crate::server) fn add_write_stall(&self, time: Duration) {
        if self.is_timed() {
            self.event_queue.add_write_stall(self.shard(), time);
        }
    }

    /// Whether the consumer demands latencies.
    fn is_timed(&self) -> bool {
        self.event_queue.demand().is_some_and(|demand| demand.activity)
    }

    /// Counts a read or write. Returns the offset of its first byte.
    fn count(&mut self, direction: Direction, length: usize) -> u64 {
        if let Some(idle_clock) = &self.idle_clock {
            idle_clock.progress();
        }
        let offset = self.bytes[direction];
        self.bytes[direction] += length as u64;
        self.events[direction] += 1;
        offset
    }

    fn insert(
        &mut self,
        stream: StreamId,
        origin: Origin,
        offset: u64,
        chunk: &ReadBytes<'_>,
        summary: Utf8Summary,
    ) -> Slot {
        let transfer = Transfer { stream, origin, offset, data: chunk.payload(), summary };
        self.event_queue.insert(self.shard(), transfer, &mut self.run)
    }

    /// Emits the opening of a connection that was accepted while the queue was full, as soon as there is room, and
    /// what was missed of it.
    fn announce(&mut self) {
        if self.observed == Admission::Admitted {
            return;
        }
        let id = self.id;
        let opened = self.addresses.opened(id, self.backend);
        self.observed = self.event_queue.opened(self.shard(), id, opened);
        if self.observed == Admission::Admitted {
            for direction in Direction::ALL {
                let (events, bytes) = (self.events[direction], self.bytes[direction]);
                if events > 0 {
                    self.emit_event(Event::Stream(
                        StreamId::client(id, direction),
                        StreamEvent::Missed { events, bytes },
                    ));
                }
            }
            let PutIn { writes: events, bytes } = std::mem::take(&mut self.to_upstream.unobserved);
            if events > 0 {
                let stream = StreamId { connection: id, side: Side::Upstream, direction: Direction::Sent };
                self.emit_event(Event::Stream(stream, StreamEvent::Missed { events, bytes }));
            }
        }
    }

    /// Records a handover: this backend serves the connection from now on.
    pub(in crate::server) fn handed_over(&mut self, to: BackendKind) {
        self.event_queue.flush(self.shard(), self.id);
        (self.run, self.last) = (Run::default(), None);
        self.backend = to;
        self.emit(ConnectionEvent::HandedOver { to });
    }

    fn emit(&mut self, event: ConnectionEvent) {
        self.emit_event(Event::Connection(self.id, event));
    }

    fn emit_event(&mut self, event: Event) {
        self.run.end();
        if self.observed == Admission::Admitted {
            self.event_queue.emit_for(self.shard(), Some(self.id), event);
        }
    }

    /// Emits that the upstream is connected.
    pub(in crate::server) fn connected(&mut self, upstream: Address, micros: u64) {
        self.emit(ConnectionEvent::Connected { upstream, micros });
    }

    /// The number of the connection.
    pub(in crate::server) const fn id(&self) -> ConnectionId {
        self.id
    }

    /// Emits the PROXY header that was received from the client, or sent to the upstream.
    pub(in crate::server) fn proxy_header(&mut self, side: Side, data: Bytes) {
        self.emit(ConnectionEvent::ProxyHeader { side, data });
    }

    /// Emits that the TLS handshake of a side is complete.
    pub(in crate::server) fn handshake(&mut self, side: Side, handshake: Handshake) {
        self.emit(ConnectionEvent::Handshake { side, handshake: Box::new(handshake) });
    }

    /// Emits that the peer of a side has ended its stream without the end of TLS.
    pub(in crate::server) fn truncated(&mut self, side: Side) {
        self.emit(ConnectionEvent::Truncated { side });
    }

    /// Emits that the peer of a side has ended its stream.
    pub(in crate::server) fn input_ended(&mut self, side: Side) {
        self.emit(ConnectionEvent::InputEnded { side });
    }

    /// Emits that a fault of the traffic has changed.
    pub(in crate::server) fn fault(&mut self, change: FaultChange) {
        self.emit(ConnectionEvent::Fault(change));
    }

    /// Emits that the peer of a side is slow to take its bytes.
    pub(in crate::server) fn slow(&mut self, side: Side) {
        self.emit(ConnectionEvent::Slow { side });
    }

    /// Emits that the user pauses the reads from a side.
    pub(in crate::server) fn paused(&mut self, side: Side) {
        self.emit(ConnectionEvent::Paused { side });
    }

    /// Emits that the user lets a side be read again.
    pub(in crate::server) fn resumed(&mut self, side: Side) {
        self.emit(ConnectionEvent::Resumed { side });
    }

    /// Emits that the user ends what is sent to a side.
    pub(in crate::server) fn half_closed(&mut self, side: Side) {
        self.emit(ConnectionEvent::HalfClosed { side });
    }

    /// Emits a change of what is held of the bytes that are received from a side.
    pub(in crate::server) fn hold(&mut self, side: Side, change: HoldChange) {
        self.emit(ConnectionEvent::Hold { side, change: Box::new(change) });
    }

    /// Emits why something that the user wants of a side is not done.
    pub(in crate::server) fn declined(&mut self, side: Side, detail: String) {
        self.emit(ConnectionEvent::Declined { side, detail });
    }

    /// Emits that a slow peer has taken its bytes.
    pub(in crate::server) fn flowing(&mut self, side: Side) {
        self.emit(ConnectionEvent::Flowing { side });
    }

    /// Emits the close of the connection. Nothing may be emitted after it.
    pub(in crate::server) fn close(&mut self, cause: CloseCause) {
        let PerDirection { received, sent } = self.bytes;
        match self.observed {
            Admission::Admitted => {
                let CloseCause { reason, detail, failed_call } = cause;
                self.emit(ConnectionEvent::Closed { reason, detail, failed_call, received, sent });
            }
            Admission::Shed => {
                for direction in Direction::ALL {
                    // The opening of the connection is one of the events.
                    let events = self.events[direction] + u64::from(direction == Direction::Received);
                    self.event_queue.record_unobserved(direction, events, self.bytes[direction]);
                }
            }
        }
    }
}
