//! Switches of the backend, and handovers of connections.

use super::{Model, Outcome, Switch};
use crate::event::SwitchEvent;
use crate::event::ids::{BackendKind, ConnectionId, Timestamp};

/// The largest number of switches that are kept.
const KEPT_SWITCHES: usize = 32;

impl Model {
    pub(super) fn apply_to_switch(&mut self, at: Timestamp, event: &SwitchEvent) {
        match event {
            &SwitchEvent::Started { from, to, connections } => {
                self.switching = Some((from, to, connections, 0));
            }
            &SwitchEvent::Completed { from, to, connections, micros, outage } => {
                self.end_switch(at, from, to, Outcome::Done { connections, micros, outage });
            }
            SwitchEvent::Failed { from, to, moved_back, detail } => {
                let (moved_back, detail) = (*moved_back, detail.clone());
                self.end_switch(at, *from, *to, Outcome::Failed { moved_back, detail });
            }
        }
    }

    pub(super) fn hand_over(&mut self, at: Timestamp, id: ConnectionId, to: BackendKind) {
        let Some(known) = self.connections.get_mut(&id).filter(|known| known.closed.is_none()) else {
            return;
        };
        self.live[known.backend] -= 1;
        self.live[to] += 1;
        known.backend = to;
        known.handovers += 1;
        known.active = at;
        if let Some((_, _, _, done)) = &mut self.switching {
            *done += 1;
        }
    }

    fn end_switch(&mut self, at: Timestamp, from: BackendKind, to: BackendKind, outcome: Outcome) {
        self.switching = None;
        self.backend = Some(match outcome {
            Outcome::Done { .. } => to,
            Outcome::Failed { .. } => from,
        });
        if self.switches.len() == KEPT_SWITCHES {
            self.switches.pop_front();
        }
        self.switches.push_back(Switch { at, from, to, outcome });
    }
}
