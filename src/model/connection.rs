//! The state of one connection, folded from its events.

use super::connection_state::ConnectionState;
use super::fault_table;
use super::message_pairs::MessagePairs;
use super::opening::Opening;
use super::proxy_record::ProxyRecord;
use super::response_times::ResponseTimes;
use super::stream::Stream;
use super::user_actions::{Held, UserActions};
use crate::event::activity::WaitTimeline;
use crate::event::ids::{BackendKind, ConnectionId, Direction, Origin, Side, StreamId, Timestamp};
use crate::event::{Address, Call, CloseReason, FaultChange, Handshake, PerDirection, PerSide};

/// One accepted socket, and the one to the upstream if it is relayed. It is kept for a while after it was closed.
#[derive(Clone, Debug)]
pub struct Connection {
    /// The number of the connection.
    pub id: ConnectionId,
    /// The client's address.
    pub peer: Address,
    /// The address that the client connected to.
    pub local: Address,
    /// The backend that serves the connection now.
    pub backend: BackendKind,
    /// When the connection was accepted.
    pub opened: Timestamp,
    /// When bytes last moved or the state last changed.
    pub active: Timestamp,
    /// The bytes received from the client.
    pub received: Stream,
    /// The bytes sent to the client.
    pub sent: Stream,
    /// What the client and the server speak, by the first bytes of both directions.
    pub opening: Opening,
    /// Which messages answer which, if that can be known.
    pub pairs: Option<Box<MessagePairs>>,
    /// Number of handovers to another backend.
    pub handovers: u64,
    /// How the connection ended; `None` while it is live.
    pub closed: Option<CloseRecord>,
    /// Whether a write has been blocked for long enough to call the client a slow reader.
    pub slow: bool,
    /// Whether this program started the client: for a lesson, or as a load.
    pub built_in: bool,
    /// How long the client waited for its answers during the last seconds; for those of its upstream, if the connection
    /// is relayed.
    pub waits: WaitTimeline,
    /// The socket to the upstream, if the connection is relayed.
    pub upstream: Option<Box<Upstream>>,
    /// The PROXY headers that are no part of the streams, if there are any.
    pub proxy: Option<Box<PerSide<Option<ProxyRecord>>>>,
    /// What is known of the TLS of each side, if there is any.
    pub tls: Option<Box<PerSide<TlsRecord>>>,
    /// What the user has done to each side, if anything.
    pub user: Option<Box<PerSide<UserActions>>>,
    /// The faults of its traffic, one of each kind and side at most.
    pub faults: Vec<FaultChange>,
    /// Sequence number of the next chunk on the client's side. Both directions share the count, and so do the bytes of the
    /// user that go to the upstream.
    next_seq: u64,
    /// The bytes that had been sent when the client last sent some.
    pub(super) sent_before_last: u64,
}

/// The second socket of a relayed connection, to the real server.
#[derive(Clone, Debug)]
pub struct Upstream {
    /// The address or the name that the connection is relayed to.
    pub name: String,
    /// The address that accepted the connection, and how many microseconds that took; `None` until then.
    pub connected: Option<Connected>,
    /// The bytes received from the upstream and sent to it.
    pub streams: PerDirection<Stream>,
    /// Whether a write has been blocked for long enough to call the upstream a slow reader.
    pub slow: bool,
    /// How long it took to answer.
    pub responses: ResponseTimes,
    /// Like that of [`Connection`], for this side without what the user puts in.
    next_seq: u64,
}

/// What is known of the TLS of one side.
#[derive(Clone, Debug, Default)]
pub struct TlsRecord {
    /// What the handshake has agreed on, once it is complete.
    pub handshake: Option<Box<Handshake>>,
    /// Whether the peer ended its stream with FIN alone, so that it may have been cut short.
    pub is_truncated: bool,
}

impl TlsRecord {
    fn cost(&self) -> usize {
        let texts = self.handshake.as_ref().map_or(0, |handshake| {
            let Handshake { version, sni, alpn, certificate } = &**handshake;
            let optional = [sni, alpn, certificate].map(|text| text.as_ref().map_or(0, String::capacity));
            size_of::<Handshake>() + version.capacity() + optional.iter().sum::<usize>()
        });
        size_of::<Self>() + texts
    }
}

/// The connection to an upstream.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Connected {
    /// The address that accepted it.
    pub address: Address,
    /// How many microseconds connecting took.
    pub micros: u64,
}

impl Upstream {
    /// An upstream that is not connected yet, and keeps the newest `history` bytes of each direction.
    #[must_use]
    pub fn new(name: &str, history: usize) -> Self {
        Self {
            name: name.to_owned(),
            connected: None,
            streams: PerDirection::from_fn(|_| Stream::new(history)),
            slow: false,
            responses: ResponseTimes::default(),
            next_seq: 0,
        }
    }

    fn cost(&self) -> usize {
        let streams: usize = self.streams.iter().map(|(_, stream)| stream.cost()).sum();
        size_of::<Self>() + self.name.capacity() + streams
    }
}

/// The ends of a new connection.
#[derive(Debug)]
pub(super) struct ConnectionAddresses {
    pub(super) peer: Address,
    pub(super) local: Address,
    pub(super) upstream: Option<Upstream>,
}

/// How a connection ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CloseRecord {
    /// When the connection was closed.
    pub at: Timestamp,
    /// The reason of the close.
    pub reason: CloseReason,
    /// The text of the error, if there was one.
    pub detail: Option<String>,
    /// The system call that failed, if one did.
    pub failed_call: Option<Call>,
    /// For a client that sent RST after it had been served: the number of bytes sent behind its last ones, which it may
    /// not have read.
    pub unread: Option<u64>,
}

impl Connection {
    /// A connection that was just accepted, and keeps the newest `history` bytes of each stream.
    pub(super) fn new(
        id: ConnectionId,
        at: Timestamp,
        ends: ConnectionAddresses,
        backend: BackendKind,
        history: usize,
    ) -> Self {
        let ConnectionAddresses { peer, local, upstream } = ends;
        Self {
            id,
            peer,
            local,
            backend,
            opened: at,
            active: at,
            received: Stream::new(history),
            sent: Stream::new(history),
            opening: Opening::default(),
            pairs: None,
            handovers: 0,
            closed: None,
            slow: false,
            built_in: false,
            waits: WaitTimeline::default(),
            upstream: upstream.map(Box::new),
            proxy: None,
            tls: None,
            user: None,
            faults: Vec::new(),
            next_seq: 0,
            sent_before_last: 0,
        }
    }

    /// The state of the connection. If several apply: closed before connecting, connecting before
    /// slow, slow before paused, paused before held, held before half-closed.
    #[must_use]
    pub fn state(&self) -> ConnectionState {
        if self.closed.is_some() {
            ConnectionState::Closed
        } else if self.upstream.as_ref().is_some_and(|upstream| upstream.connected.is_none()) {
            ConnectionState::Connecting
        } else if Side::ALL.into_iter().any(|side| self.is_slow(side)) {
            ConnectionState::Slow
        } else if Side::ALL.into_iter().any(|side| self.is_paused(side)) {
            ConnectionState::Paused
        } else if Side::ALL.into_iter().any(|side| self.held(side).is_some()) {
            ConnectionState::Held
        } else if Side::ALL
            .into_iter()
            .any(|side| self.has_input_ended(side) || self.user(side).is_some_and(|user| user.is_half_closed))
        {
            ConnectionState::HalfClosed
        } else {
            ConnectionState::Open
        }
    }

    /// Whether the peer of this side is a slow reader.
    #[must_use]
    pub fn is_slow(&self, side: Side) -> bool {
        match side {
            Side::Client => self.slow,
            Side::Upstream => self.upstream.as_ref().is_some_and(|upstream| upstream.slow),
        }
    }

    /// Whether the peer of this side has sent FIN.
    #[must_use]
    pub fn has_input_ended(&self, side: Side) -> bool {
        self.stream_of(side, Direction::Received).is_some_and(|stream| stream.ended)
    }

    /// The stream of one direction, on the client's side.
    #[must_use]
    pub const fn stream(&self, direction: Direction) -> &Stream {
        match direction {
            Direction::Received => &self.received,
            Direction::Sent => &self.sent,
        }
    }

    /// The stream of one direction on this side. Only a relayed connection has streams on the side of the upstream.
    #[must_use]
    pub fn stream_of(&self, side: Side, direction: Direction) -> Option<&Stream> {
        match side {
            Side::Client => Some(self.stream(direction)),
            Side::Upstream => self.upstream.as_ref().map(|upstream| upstream.streams.get(direction)),
        }
    }

    pub(super) fn stream_mut(&mut self, side: Side, direction: Direction) -> Option<&mut Stream> {
        match (side, direction) {
            (Side::Client, Direction::Received) => Some(&mut self.received),
            (Side::Client, Direction::Sent) => Some(&mut self.sent),
            (Side::Upstream, _) => self.upstream.as_mut().map(|upstream| upstream.streams.get_mut(direction)),
        }
    }

    /// Takes the sequence number of the next chunk on this side. What the user puts in has its place among the chunks on
    /// the client's side.
    pub(super) fn take_seq(&mut self, side: Side, origin: Origin) -> u64 {
        let next = match (side, &mut self.upstream) {
            (Side::Upstream, Some(upstream)) if origin != Origin::User => &mut upstream.next_seq,
            (Side::Upstream, _) | (Side::Client, _) => &mut self.next_seq,
        };
        let seq = *next;
        *next += 1;
        seq
    }

    pub(super) fn connected(&mut self, at: Timestamp, address: &Address, micros: u64) {
        if let Some(upstream) = &mut self.upstream {
            upstream.responses.connected(at);
            upstream.connected = Some(Connected { address: address.clone(), micros });
        }
    }

    /// Takes notice of one read or write, and of the response that may begin with it.
    pub(super) fn time_response(&mut self, at: Timestamp, stream: StreamId) {
        let began = self.upstream.as_mut().and_then(|upstream| upstream.responses.transferred(at, stream));
        if let Some(micros) = began {
            self.waits.record(at, micros);
        }
    }

    /// What the user has done to a side, if anything was done to either.
    #[must_use]
    pub fn user(&self, side: Side) -> Option<&UserActions> {
        self.user.as_ref().map(|user| &user[side])
    }

    /// Whether the user lets nothing be read from this side.
    #[must_use]
    pub fn is_paused(&self, side: Side) -> bool {
        self.user(side).is_some_and(|user| user.is_paused)
    }

    /// What is held of the bytes that were received from this side.
    #[must_use]
    pub fn held(&self, side: Side) -> Option<&Held> {
        self.user(side)?.hold.as_ref()
    }

    pub(super) fn user_mut(&mut self, side: Side) -> &mut UserActions {
        &mut self.user.get_or_insert_default()[side]
    }

    /// Counts bytes of the user that were sent to this side. What the upstream sends after them may answer them, and not
    /// the client.
    pub(super) fn count_injected(&mut self, side: Side, bytes: u64) {
        self.user_mut(side).injected += bytes;
        if let (Side::Upstream, Some(upstream)) = (side, &mut self.upstream) {
            upstream.responses.interrupt();
        }
    }

    /// What is known of the TLS of a side.
    #[must_use]
    pub fn tls(&self, side: Side) -> Option<&TlsRecord> {
        self.tls.as_ref().map(|tls| &tls[side])
    }

    /// Keeps a fault in place of that of its kind and side, unless it has ended.
    pub(super) fn set_fault(&mut self, change: &FaultChange) {
        fault_table::replace(&mut self.faults, change);
    }

    pub(super) fn tls_mut(&mut self, side: Side) -> &mut TlsRecord {
        &mut self.tls.get_or_insert_default()[side]
    }

    /// The age at `now` in microseconds; the lifetime, if the connection is closed.
    #[must_use]
    pub fn age_micros(&self, now: Timestamp) -> u64 {
        self.closed.as_ref().map_or(now, |closed| closed.at).micros_since(self.opened)
    }

    /// Number of chunks of both directions on the client's side so far. They are numbered from 0 in the order in which they happened.
    #[must_use]
    pub const fn chunks(&self) -> u64 {
        self.next_seq
    }

    /// Number of malformed parts that the client sent, and of those that the upstream sent if there is one. What this
    /// program sends itself is not counted: an echo repeats the malformed parts of the client, and every other service
    /// sends well-formed text.
    #[must_use]
    pub const fn malformed(&self) -> u64 {
        let from_upstream = if self.upstream.is_some() { self.sent.characters.malformed } else { 0 };
        self.received.characters.malformed + from_upstream
    }

    /// Bytes of both directions on the client's side that were not observed.
    #[must_use]
    pub const fn missed(&self) -> u64 {
        self.received.missed_bytes + self.sent.missed_bytes
    }

    /// Memory that the connection takes, in bytes.
    #[must_use]
    pub fn cost(&self) -> usize {
        let upstream = self.upstream.as_ref().map_or(0, |upstream| upstream.cost());
        let tls: usize = self.tls.iter().flat_map(|tls| Side::ALL.map(|side| tls[side].cost())).sum();
        let user = self.user.as_ref().map_or(0, |user| {
            size_of::<PerSide<UserActions>>() + Side::ALL.map(|side| user[side].cost()).iter().sum::<usize>()
        });
        let faults: usize = self.faults.iter().map(|fault| fault.detail.capacity()).sum();
        let faults = faults + self.faults.capacity() * size_of::<FaultChange>();
        let proxy = self.proxy.as_ref().map_or(0, |proxy| size_of_val(&**proxy));
        let streams = self.received.cost() + self.sent.cost() + proxy;
        let streams = streams + self.pairs.as_ref().map_or(0, |pairs| pairs.cost());
        size_of::<Self>() + streams + self.opening.cost() + upstream + tls + user + faults
    }
}
