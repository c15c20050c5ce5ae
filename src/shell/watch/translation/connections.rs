//! The connections of all hosts: what was told of each so far, so that counters become what was moved since.

use std::collections::HashMap;
use std::sync::Arc;

use crate::event::utf8_scanner::MalformedCounts;
use crate::event::{
    Address, BackendKind, CloseReason, ConnectionEvent, ConnectionId, Direction, Event, Origin, Side,
    Stamped, StreamEvent, StreamId, Timestamp, Utf8Summary,
};
use crate::fleet::wire::{self, ConnectionState, Counters, Text};

/// What was moved this long ago, in microseconds, is in no rate any more.
const BEFORE_RATES: u64 = 600_000_000;

/// The connections that were told of.
#[derive(Default)]
pub(super) struct Connections {
    live: HashMap<ConnectionId, Told>,
}

/// What was told of one.
struct Told {
    counters: Counters,
    backend: BackendKind,
    is_relayed: bool,
}

impl Connections {
    /// Tells of a connection that was just opened.
    pub(super) fn open(
        &mut self,
        id: ConnectionId,
        event: &wire::Event,
        backend_now: Option<wire::Backend>,
        now: Timestamp,
        into: &mut Vec<Stamped>,
    ) {
        let wire::Event::Opened { peer, local, upstream, backend, .. } = event else { return };
        let backend = backend.or(backend_now).map_or(BackendKind::Async, BackendKind::from);
        self.tell_opened(id, [peer, local, upstream], backend, now, now, into);
    }

    /// Tells of a connection that was found in the state of its host, where it is this old.
    pub(super) fn list(
        &mut self,
        id: ConnectionId,
        state: &ConnectionState,
        now: Timestamp,
        age: u64,
        into: &mut Vec<Stamped>,
    ) {
        let ConnectionState { peer, local, upstream, backend, counters, .. } = state;
        let backend = backend.map_or(BackendKind::Async, BackendKind::from);
        let opened = Timestamp(now.0.saturating_sub(age));
        if !self.tell_opened(id, [peer, local, upstream], backend, opened, now, into) {
            return;
        }
        // What was moved before this is no part of the rates.
        let before = Timestamp(now.0.saturating_sub(age.max(BEFORE_RATES)));
        self.tell_moved(id, counters, before, into);
        let mut slow = |side: Side, is_slow: bool| {
            let event =
                if is_slow { ConnectionEvent::Slow { side } } else { ConnectionEvent::Flowing { side } };
            into.push(Stamped { at: now, event: Event::Connection(id, event) });
        };
        slow(Side::Client, state.is_slow);
        if state.is_upstream_slow {
            slow(Side::Upstream, true);
        }
    }

    /// Tells what became of a connection.
    pub(super) fn change(
        &mut self,
        id: ConnectionId,
        event: &wire::Event,
        now: Timestamp,
        into: &mut Vec<Stamped>,
    ) {
        let Some(told) = self.live.get_mut(&id) else { return };
        match event {
            wire::Event::Moved { counters, backend, .. } => {
                let backend = backend.map_or(told.backend, BackendKind::from);
                let before = std::mem::replace(&mut told.backend, backend);
                self.tell_moved(id, counters, now, into);
                if backend != before {
                    let event = ConnectionEvent::HandedOver { to: backend };
                    into.push(Stamped { at: now, event: Event::Connection(id, event) });
                }
            }
            wire::Event::Slow { side, .. } => {
                let event = ConnectionEvent::Slow { side: (*side).into() };
                into.push(Stamped { at: now, event: Event::Connection(id, event) });
            }
            wire::Event::Flowing { side, .. } => {
                let event = ConnectionEvent::Flowing { side: (*side).into() };
                into.push(Stamped { at: now, event: Event::Connection(id, event) });
            }
            wire::Event::Closed { reason, detail, counters, .. } => {
                self.tell_moved(id, counters, now, into);
                let known = CloseReason::ALL.into_iter().find(|known| known.word() == reason.as_str());
                let detail = detail.as_ref().map(Text::as_str);
                let (reason, detail) = match known {
                    Some(reason) => (reason, detail.map(str::to_owned)),
                    // A reason of a later version.
                    None => (CloseReason::Error, Some(detail.unwrap_or(reason.as_str()).to_owned())),
                };
                self.tell_closed(id, reason, detail, now, into);
            }
            wire::Event::Shed { .. }
            | wire::Event::Opened { .. }
            | wire::Event::Switching { .. }
            | wire::Event::Switched { .. }
            | wire::Event::SwitchFailed { .. }
            | wire::Event::Refused { .. }
            | wire::Event::Failed { .. }
            | wire::Event::Blocked { .. }
            | wire::Event::Unblocked { .. } => {}
        }
    }

    /// Tells that a connection is over, although nothing was told of its end.
    pub(super) fn lose(&mut self, id: ConnectionId, now: Timestamp, into: &mut Vec<Stamped>) {
        self.tell_closed(id, CloseReason::Unseen, None, now, into);
    }

    /// Tells of a connection, unless it is known. Returns whether it was not.
    fn tell_opened(
        &mut self,
        id: ConnectionId,
        [peer, local, upstream]: [&Option<Text>; 3],
        backend: BackendKind,
        opened: Timestamp,
        now: Timestamp,
        into: &mut Vec<Stamped>,
    ) -> bool {
        if self.live.contains_key(&id) {
            return false;
        }
        let address = |text: &Option<Text>| {
            text.as_ref().and_then(|text| Address::parse(text.as_str())).unwrap_or(Address::Untold)
        };
        let to = upstream.as_ref().map(|text| text.as_str().to_owned());
        let is_relayed = to.is_some();
        let event =
            ConnectionEvent::Opened { peer: address(peer), local: address(local), backend, upstream: to };
        into.push(Stamped { at: opened, event: Event::Connection(id, event) });
        if is_relayed {
            // How long that took is not told, and neither is a connection that is still waited for.
            let event = ConnectionEvent::Connected { upstream: address(upstream), micros: 0 };
            into.push(Stamped { at: now, event: Event::Connection(id, event) });
        }
        self.live.insert(id, Told { counters: Counters::default(), backend, is_relayed });
        true
    }

    /// Tells what was moved since the counters before.
    fn tell_moved(&mut self, id: ConnectionId, counters: &Counters, at: Timestamp, into: &mut Vec<Stamped>) {
        let Some(told) = self.live.get_mut(&id) else { return };
        let before = told.counters;
        let since = |now: u64, before: u64| now.saturating_sub(before);
        let malformed = since(counters.malformed, before.malformed);
        let from_client = |counters: &Counters| counters.malformed_received.unwrap_or(0);
        let received_malformed = since(from_client(counters), from_client(&before)).min(malformed);
        let mut characters = since(counters.characters, before.characters);
        let mut missed = since(counters.missed, before.missed);
        let client = [
            (Direction::Received, counters.received, before.received, received_malformed),
            (Direction::Sent, counters.sent, before.sent, malformed - received_malformed),
        ];
        for (direction, now, before, malformed) in client {
            let stream = StreamId::client(id, direction);
            let moved = since(now, before);
            let not_observed = missed.min(moved);
            missed -= not_observed;
            let observed = moved - not_observed;
            if observed > 0 || malformed > 0 || characters > 0 {
                let summary = summary(std::mem::take(&mut characters), malformed);
                into.push(trimmed(stream, before, observed, summary, at));
            }
            if not_observed > 0 {
                let event = StreamEvent::Missed { events: 1, bytes: not_observed };
                into.push(Stamped { at, event: Event::Stream(stream, event) });
            }
        }
        let upstream = [
            (Direction::Received, counters.upstream_received, before.upstream_received),
            (Direction::Sent, counters.upstream_sent, before.upstream_sent),
        ];
        for (direction, now, before) in upstream {
            let (now, before) = (now.unwrap_or(0), before.unwrap_or(0));
            if told.is_relayed && now > before {
                let stream = StreamId { connection: id, side: Side::Upstream, direction };
                into.push(trimmed(stream, before, now - before, Utf8Summary::default(), at));
            }
        }
        told.counters = *counters;
    }

    fn tell_closed(
        &mut self,
        id: ConnectionId,
        reason: CloseReason,
        detail: Option<String>,
        at: Timestamp,
        into: &mut Vec<Stamped>,
    ) {
        let Some(Told { counters, .. }) = self.live.remove(&id) else { return };
        let Counters { received, sent, .. } = counters;
        let event = ConnectionEvent::Closed { reason, detail, failed_call: None, received, sent };
        into.push(Stamped { at, event: Event::Connection(id, event) });
    }
}

/// Bytes that are only counted.
fn trimmed(stream: StreamId, offset: u64, bytes: u64, summary: Utf8Summary, at: Timestamp) -> Stamped {
    let origin = Origin::of(stream.direction);
    let event = StreamEvent::Trimmed { offset, bytes, summary, origin, forwarded: None };
    Stamped { at, event: Event::Stream(stream, event) }
}

/// Counts of characters and of malformed parts. Why these are malformed, and where, is not told.
fn summary(characters: u64, malformed: u64) -> Utf8Summary {
    let malformed = (malformed > 0).then(|| {
        let mut counts = MalformedCounts::default();
        counts.by_reason[0] = malformed;
        Arc::new(counts)
    });
    Utf8Summary { characters, malformed, ..Utf8Summary::default() }
}
