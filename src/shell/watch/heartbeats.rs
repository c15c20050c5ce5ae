//! What the heartbeats of a host tell: its clock, and how much it moves.

use crate::app::hosts::{Clock, HostAction, HostHere, Published};
use crate::event::{BackendKind, PerDirection, Timestamp};
use crate::fleet::watcher::ClockOffset;
use crate::fleet::wire::{self, Here, Text};

/// The newest heartbeat of a host, and the one before.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Heartbeats {
    newest: Option<Heartbeat>,
    before: Option<Heartbeat>,
}

#[derive(Clone, Copy, Debug)]
struct Heartbeat {
    /// The clock of the host.
    at: Timestamp,
    /// When it arrived, by the clock here.
    arrived: Timestamp,
    bytes: PerDirection<u64>,
}

impl Heartbeats {
    /// Takes the newest heartbeat, which may be known already.
    pub(super) fn hear(&mut self, here: &Here, arrived: Timestamp) {
        let at = Timestamp(here.at);
        if self.newest.is_some_and(|newest| newest.at == at) {
            return;
        }
        let bytes = bytes(here);
        self.before = self.newest.replace(Heartbeat { at, arrived, bytes });
    }

    /// How long something has lasted at a time here that began at this time of the clock of the host.
    pub(super) fn age(&self, began: u64, now: Timestamp) -> u64 {
        let Some(newest) = self.newest else { return now.0.saturating_sub(began) };
        newest.at.0.saturating_add(now.micros_since(newest.arrived)).saturating_sub(began)
    }

    /// Bytes per second between the last two heartbeats.
    pub(super) fn rates(&self) -> Option<PerDirection<u64>> {
        let (newest, before) = (self.newest?, self.before?);
        let micros = u128::from(newest.at.micros_since(before.at));
        if micros == 0 {
            return None;
        }
        Some(PerDirection::from_fn(|direction| {
            let moved = newest.bytes[direction].saturating_sub(before.bytes[direction]);
            u64::try_from(u128::from(moved) * 1_000_000 / micros).unwrap_or(u64::MAX)
        }))
    }
}

const fn bytes(here: &Here) -> PerDirection<u64> {
    PerDirection { received: here.totals.received, sent: here.totals.sent }
}

/// What a heartbeat says.
pub(super) fn here(here: &Here) -> HostHere {
    let text = |text: &Text| text.as_str().to_owned();
    HostHere {
        machine: text(&here.machine),
        version: text(&here.version),
        backend: here.backend.map(BackendKind::from),
        service: here.service.as_ref().map(text),
        addresses: here.addresses.values().iter().map(text).collect(),
        uptime: here.at.saturating_sub(here.epoch),
        live: here.live,
        opened: here.totals.opened,
        refused: here.totals.refused,
        bytes: bytes(here),
        malformed: here.totals.malformed,
        publishes: match here.publishes {
            Some(wire::Published::Counts) => Published::Counts,
            Some(wire::Published::Peers) => Published::Peers,
            Some(wire::Published::Bytes) => Published::Bytes,
            None => Published::Unknown,
        },
        obeys: here.obeys.values().iter().copied().map(action).collect(),
    }
}

/// What a host may be asked for.
pub(super) const fn action(action: wire::Action) -> HostAction {
    match action {
        wire::Action::Switch => HostAction::Switch,
        wire::Action::Close => HostAction::Close,
        wire::Action::Reset => HostAction::Reset,
    }
}

/// How a clock differs.
pub(super) const fn clock(offset: ClockOffset) -> Clock {
    Clock { ahead: offset.micros, round_trip: offset.round_trip }
}
