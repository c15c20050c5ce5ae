//! Switches of the backend, and handovers of connections.

use super::{Model, Outcome, Switch};
use crate::model::event::Fact;
use crate::model::ids::{BackendKind, ConnectionId, Moment};

/// The largest number of switches that are kept.
const KEPT_SWITCHES: usize = 32;

impl Model {
    pub(super) fn switch(&mut self, at: Moment, fact: &Fact) {
        match fact {
            &Fact::Switching { from, to, connections } => self.switching = Some((from, to, connections, 0)),
            &Fact::HandedOver { connection, to } => self.hand_over(at, connection, to),
            &Fact::Switched { from, to, connections, micros, outage } => {
                let outcome = Outcome::Done { connections, micros, outage };
                self.end_switch(Switch { at, from, to, outcome }, to);
            }
            Fact::SwitchFailed { from, to, moved_back, detail } => {
                let outcome = Outcome::Failed { moved_back: *moved_back, detail: detail.clone() };
                self.end_switch(Switch { at, from: *from, to: *to, outcome }, *from);
            }
            _ => {}
        }
    }

    fn hand_over(&mut self, at: Moment, id: ConnectionId, to: BackendKind) {
        let Some(known) = self.connections.get_mut(&id).filter(|known| known.closed.is_none()) else {
            return;
        };
        self.live[known.backend as usize] -= 1;
        self.live[to as usize] += 1;
        known.backend = to;
        known.handovers += 1;
        known.active = at;
        if let Some((_, _, _, done)) = &mut self.switching {
            *done += 1;
        }
    }

    fn end_switch(&mut self, switch: Switch, now: BackendKind) {
        self.switching = None;
        self.backend = Some(now);
        if self.switches.len() == KEPT_SWITCHES {
            self.switches.pop_front();
        }
        self.switches.push_back(switch);
    }
}
