//! The live connections of one publisher, from pages of its state and the events since.
//!
//! A page says up to which event it is. Events that arrive are applied at once; those of connections that no page was
//! about yet are kept, and applied again when it comes, if they are later than it. Every event says what is, not what
//! changes, so applying it twice is harmless.

use std::collections::BTreeMap;

use crate::fleet::wire::{ConnectionState, Counters, Event, Side};

/// The largest number of events that are kept for pages to come.
const MOST_HELD: usize = 100_000;

/// The live connections.
#[derive(Debug, Default)]
pub(super) struct Connections {
    live: BTreeMap<u64, ConnectionState>,
    /// The ranges that the pages of this round were about, in their order.
    pages: Vec<PageRange>,
    /// The pages are about the connections up to this number.
    covered: u64,
    /// The events before this number are in some page.
    paged_before: u64,
    /// Pages are of use only if the events before this number are in them: some of those are missing.
    needed: u64,
    held: Vec<(u64, Event)>,
    /// Connections that were not kept, because there were too many.
    pub(super) not_kept: u64,
}

#[derive(Clone, Copy, Debug)]
struct PageRange {
    up_to: u64,
    next: u64,
}

/// A page, as it was answered.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) next: u64,
    pub(super) after: u64,
    pub(super) up_to: u64,
    pub(super) connections: Vec<ConnectionState>,
}

/// What a page has changed.
#[derive(Debug, Default)]
pub(super) struct PageNews {
    /// Connections that were not known.
    pub(super) listed: Vec<ConnectionState>,
    /// Connections that are over, although nothing was told of their end.
    pub(super) unseen: Vec<u64>,
}

impl Connections {
    pub(super) fn len(&self) -> usize {
        self.live.len()
    }

    pub(super) fn live(&self) -> impl Iterator<Item = &ConnectionState> {
        self.live.values()
    }

    /// The number after which the next page begins; `None` once all have come.
    pub(super) fn wants_page_after(&self) -> Option<u64> {
        (self.covered != u64::MAX).then_some(self.covered)
    }

    /// Notes that events before this number are missing: only pages say what they have changed.
    pub(super) fn miss_before(&mut self, number: u64) {
        self.needed = self.needed.max(number);
    }

    /// Whether events are missing that the pages of this round do not tell.
    pub(super) fn are_outdated(&self) -> bool {
        self.pages.iter().any(|page| page.next < self.needed)
    }

    /// Begins a new round of pages.
    pub(super) fn begin_pages(&mut self) {
        self.pages.clear();
        self.held.clear();
        (self.covered, self.paged_before) = (0, 0);
    }

    /// Forgets all connections. Returns their numbers.
    pub(super) fn end_all(&mut self) -> Vec<u64> {
        self.begin_pages();
        self.needed = 0;
        std::mem::take(&mut self.live).into_keys().collect()
    }

    /// Applies the event with this number; there is room for as many connections. Returns whether it was not known yet.
    pub(super) fn apply(&mut self, number: u64, event: &Event, room: usize) -> bool {
        let Some(connection) = connection_of(event) else { return true };
        if number < self.paged_before {
            let range = self.pages.partition_point(|range| range.up_to < connection);
            if self.pages.get(range).is_some_and(|range| number < range.next) {
                return false;
            }
        }
        if connection > self.covered && self.held.len() < MOST_HELD {
            self.held.push((number, event.clone()));
        } else if connection > self.covered {
            // Too much happens between the pages: they begin again.
            self.begin_pages();
        }
        if self.live.len() >= room && matches!(event, Event::Opened { .. }) {
            self.not_kept += 1;
            return true;
        }
        apply(&mut self.live, event);
        true
    }

    /// Takes a page that continues the one before. Returns what it has changed; `None` if it does not continue it.
    pub(super) fn take_page(&mut self, page: Page, room: usize) -> Option<PageNews> {
        let Page { next, after, up_to, connections } = page;
        let is_in = |connection: u64| connection > after && connection <= up_to;
        let fits = connections.iter().all(|state| is_in(state.connection));
        if after != self.covered || up_to <= after || !fits || next < self.needed {
            return None;
        }
        let mut before = self.live.split_off(&after.saturating_add(1));
        if let Some(behind) = up_to.checked_add(1) {
            self.live.append(&mut before.split_off(&behind));
        }
        let mut now: BTreeMap<u64, ConnectionState> =
            connections.into_iter().map(|state| (state.connection, state)).collect();
        self.held.retain(|(number, event)| {
            let is_here = connection_of(event).is_some_and(is_in);
            if is_here && *number >= next {
                apply(&mut now, event);
            }
            !is_here
        });
        while self.live.len() + now.len() > room && now.pop_last().is_some() {
            self.not_kept += 1;
        }
        let unseen = before.keys().filter(|connection| !now.contains_key(connection)).copied().collect();
        let listed = now.values().filter(|state| !before.contains_key(&state.connection)).cloned().collect();
        self.live.append(&mut now);
        self.pages.push(PageRange { up_to, next });
        self.covered = up_to;
        self.paged_before = self.paged_before.max(next);
        Some(PageNews { listed, unseen })
    }
}

/// The connection that an event is about.
const fn connection_of(event: &Event) -> Option<u64> {
    match event {
        Event::Opened { connection, .. }
        | Event::Moved { connection, .. }
        | Event::Slow { connection, .. }
        | Event::Flowing { connection, .. }
        | Event::Closed { connection, .. } => Some(*connection),
        Event::Shed { .. }
        | Event::Switching { .. }
        | Event::Switched { .. }
        | Event::SwitchFailed { .. }
        | Event::Refused { .. }
        | Event::Failed { .. }
        | Event::Blocked { .. }
        | Event::Unblocked { .. } => None,
    }
}

fn apply(live: &mut BTreeMap<u64, ConnectionState>, event: &Event) {
    match event {
        Event::Opened { connection, at, peer, local, upstream, backend } => {
            let state = ConnectionState {
                connection: *connection,
                opened: *at,
                peer: peer.clone(),
                local: local.clone(),
                upstream: upstream.clone(),
                backend: *backend,
                counters: Counters::default(),
                is_slow: false,
                is_upstream_slow: false,
            };
            live.insert(*connection, state);
        }
        Event::Moved { connection, counters, backend } => {
            if let Some(state) = live.get_mut(connection) {
                (state.counters, state.backend) = (*counters, *backend);
            }
        }
        Event::Slow { connection, side, .. } => set_slow(live, *connection, *side, true),
        Event::Flowing { connection, side, .. } => set_slow(live, *connection, *side, false),
        Event::Closed { connection, .. } => drop(live.remove(connection)),
        Event::Shed { .. }
        | Event::Switching { .. }
        | Event::Switched { .. }
        | Event::SwitchFailed { .. }
        | Event::Refused { .. }
        | Event::Failed { .. }
        | Event::Blocked { .. }
        | Event::Unblocked { .. } => {}
    }
}

fn set_slow(live: &mut BTreeMap<u64, ConnectionState>, connection: u64, side: Side, is_slow: bool) {
    let Some(state) = live.get_mut(&connection) else { return };
    match side {
        Side::Client => state.is_slow = is_slow,
        Side::Upstream => state.is_upstream_slow = is_slow,
    }
}
