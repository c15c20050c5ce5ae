//! The live connections, and sums over all of them.

use std::collections::{BTreeSet, HashMap};

use foldhash::fast::FixedState;

use crate::event::utf8_scanner::Utf8Summary;
use crate::event::{ConnectionEvent, Direction, Side, StreamEvent, StreamId};
use crate::fleet::publication::texts::Texts;
use crate::fleet::wire::{self, ConnectionState, Counters, List, MOST_IN_PAGE, Text, Totals};

/// The bytes of a page stay below this, whatever texts there are.
const PAGE_BYTES: usize = 240 << 10;

/// What one connection takes in a page beside its texts, at most.
const STATE_BYTES: usize = 128;

/// The live connections.
#[derive(Debug, Default)]
pub(super) struct Connections {
    /// Keyed by numbers that only this program chooses, so a fast hash without protection against collisions suffices.
    live: HashMap<u64, Known, FixedState>,
    /// The same numbers in their order.
    order: BTreeSet<u64>,
    /// Those whose counters are to be told. Some may be closed since.
    changed: Vec<u64>,
    totals: Totals,
}

#[derive(Debug)]
struct Known {
    state: ConnectionState,
    is_changed: bool,
}

impl Connections {
    pub(super) fn live(&self) -> u64 {
        self.live.len() as u64
    }

    pub(super) fn is_live(&self, connection: u64) -> bool {
        self.live.contains_key(&connection)
    }

    /// The addresses of a connection: of its client, and those that were connected to.
    pub(super) fn addresses(&self, connection: u64) -> [Option<Text>; 3] {
        let state = self.live.get(&connection).map(|known| &known.state);
        state.map_or_else(Default::default, |state| {
            [&state.peer, &state.local, &state.upstream].map(Clone::clone)
        })
    }

    pub(super) const fn totals(&self) -> Totals {
        self.totals
    }

    pub(super) fn have_changed(&self) -> bool {
        !self.changed.is_empty()
    }

    /// Tells the counters of those that changed.
    pub(super) fn take_changed(&mut self, mut tell: impl FnMut(wire::Event)) {
        for connection in self.changed.drain(..) {
            let Some(known) = self.live.get_mut(&connection) else { continue };
            known.is_changed = false;
            let ConnectionState { counters, backend, .. } = known.state;
            tell(wire::Event::Moved { connection, counters, backend });
        }
    }

    /// Applies an event of a connection. Returns what is told of it.
    pub(super) fn apply(
        &mut self,
        at: u64,
        connection: u64,
        event: &ConnectionEvent,
        texts: Texts,
    ) -> Option<wire::Event> {
        match event {
            ConnectionEvent::Opened { peer, local, backend, upstream } => {
                let state = ConnectionState {
                    connection,
                    opened: at,
                    peer: texts.text(peer),
                    local: texts.text(local),
                    upstream: upstream.as_ref().and_then(|upstream| texts.text(upstream)),
                    backend: Some((*backend).into()),
                    counters: Counters::default(),
                    is_slow: false,
                    is_upstream_slow: false,
                };
                Some(self.open(state))
            }
            &ConnectionEvent::Slow { side } => {
                self.set_slow(connection, side, true);
                Some(wire::Event::Slow { connection, at, side: side.into() })
            }
            &ConnectionEvent::Flowing { side } => {
                self.set_slow(connection, side, false);
                Some(wire::Event::Flowing { connection, at, side: side.into() })
            }
            &ConnectionEvent::HandedOver { to } => {
                self.change(connection, |state| state.backend = Some(to.into()));
                None
            }
            ConnectionEvent::Closed { reason, detail, received, sent, .. } => {
                let Known { state, .. } = self.live.remove(&connection)?;
                self.order.remove(&connection);
                self.totals.closed += 1;
                // These are exact, even if bytes were not observed.
                let counters = Counters { received: *received, sent: *sent, ..state.counters };
                self.totals.received += received.saturating_sub(state.counters.received);
                self.totals.sent += sent.saturating_sub(state.counters.sent);
                let detail = detail.as_ref().and_then(|detail| texts.text(detail));
                let reason = Text::new(reason.word());
                Some(wire::Event::Closed { connection, at, reason, detail, counters })
            }
            ConnectionEvent::Connected { .. }
            | ConnectionEvent::ProxyHeader { .. }
            | ConnectionEvent::Handshake { .. }
            | ConnectionEvent::Truncated { .. }
            | ConnectionEvent::InputEnded { .. }
            | ConnectionEvent::Paused { .. }
            | ConnectionEvent::Resumed { .. }
            | ConnectionEvent::HalfClosed { .. }
            | ConnectionEvent::Hold { .. }
            | ConnectionEvent::Declined { .. }
            | ConnectionEvent::Fault(_) => None,
        }
    }

    /// Adds a connection. Returns what is told of it.
    fn open(&mut self, state: ConnectionState) -> wire::Event {
        let ConnectionState { connection, opened: at, backend, .. } = state;
        let [peer, local, upstream] = [&state.peer, &state.local, &state.upstream].map(Clone::clone);
        self.live.insert(connection, Known { state, is_changed: false });
        self.order.insert(connection);
        self.totals.opened += 1;
        wire::Event::Opened { connection, at, peer, local, upstream, backend }
    }

    /// Counts the bytes of a read or a write, and those of the write that forwarded it.
    pub(super) fn count(&mut self, stream: StreamId, event: &StreamEvent) {
        let (bytes, summary, forwarded) = match event {
            StreamEvent::Bytes { data, summary, forwarded, .. } => {
                (data.len() as u64, Some(summary), *forwarded)
            }
            StreamEvent::Trimmed { bytes, summary, forwarded, .. } => (*bytes, Some(summary), *forwarded),
            StreamEvent::Missed { bytes, .. } => (*bytes, None, None),
        };
        self.add(stream, bytes, summary);
        if let Some(forwarded) = forwarded {
            self.add(StreamId { side: forwarded.side, direction: Direction::Sent, ..stream }, bytes, summary);
        }
    }

    /// Counts bytes of connections that were opened and closed unobserved.
    pub(super) const fn count_unobserved(&mut self, direction: Direction, bytes: u64) {
        match direction {
            Direction::Received => self.totals.received += bytes,
            Direction::Sent => self.totals.sent += bytes,
        }
    }

    fn add(&mut self, stream: StreamId, bytes: u64, summary: Option<&Utf8Summary>) {
        let (side, direction) = (stream.side, stream.direction);
        let malformed = summary.and_then(|summary| summary.malformed.as_ref());
        let malformed = malformed.map_or(0, |counts| counts.by_reason.iter().sum());
        let is_of_client = side == Side::Client;
        if is_of_client {
            self.count_unobserved(direction, bytes);
            self.totals.malformed += malformed;
        }
        self.change(stream.connection.0, |state| {
            let counters = &mut state.counters;
            let count = match (side, direction) {
                (Side::Client, Direction::Received) => &mut counters.received,
                (Side::Client, Direction::Sent) => &mut counters.sent,
                (Side::Upstream, Direction::Received) => counters.upstream_received.get_or_insert(0),
                (Side::Upstream, Direction::Sent) => counters.upstream_sent.get_or_insert(0),
            };
            *count += bytes;
            if !is_of_client {
                return;
            }
            counters.malformed += malformed;
            if direction == Direction::Received && malformed > 0 {
                *counters.malformed_received.get_or_insert(0) += malformed;
            }
            match summary {
                Some(summary) => counters.characters += summary.characters,
                None => counters.missed += bytes,
            }
        });
    }

    fn set_slow(&mut self, connection: u64, side: Side, is_slow: bool) {
        let Some(known) = self.live.get_mut(&connection) else { return };
        match side {
            Side::Client => known.state.is_slow = is_slow,
            Side::Upstream => known.state.is_upstream_slow = is_slow,
        }
    }

    fn change(&mut self, connection: u64, change: impl FnOnce(&mut ConnectionState)) {
        let Some(known) = self.live.get_mut(&connection) else { return };
        change(&mut known.state);
        if !known.is_changed {
            known.is_changed = true;
            self.changed.push(connection);
        }
    }

    /// The live connections behind `after`, and the number up to which they are all.
    pub(super) fn page(&self, after: u64) -> (List<ConnectionState, MOST_IN_PAGE>, u64) {
        let mut page = List::default();
        let mut bytes = 0;
        let mut up_to = after;
        for connection in after.checked_add(1).into_iter().flat_map(|from| self.order.range(from..)) {
            let Some(Known { state, .. }) = self.live.get(connection) else { continue };
            let texts = [&state.peer, &state.local, &state.upstream];
            let texts = texts.into_iter().flatten().map(|text| text.as_str().len()).sum::<usize>();
            bytes += STATE_BYTES + texts;
            if page.values().len() == MOST_IN_PAGE || bytes > PAGE_BYTES {
                return (page, up_to);
            }
            up_to = *connection;
            page.push(state.clone());
        }
        (page, u64::MAX)
    }
}
