//! The tap of a connection: every byte that a backend moves goes past it, and it tells the feed.
//!
//! It travels with its connection from one backend to the other, so offsets and counts go on.

use std::net::SocketAddr;
use std::sync::Arc;

use super::feed::{Admission, Hub, Payload};
use crate::model::event::{CloseReason, Fact};
use crate::model::{BackendKind, ConnectionId, Direction};

/// The tap of one connection. Its owner closes it once, as the last thing.
pub(super) struct Tap {
    hub: Arc<Hub>,
    id: ConnectionId,
    peer: SocketAddr,
    local: SocketAddr,
    backend: BackendKind,
    /// Whether the feed knows this connection: not, while the feed has been full since it was accepted.
    observed: Admission,
    events: [u64; 2],
    bytes: [u64; 2],
}

impl Tap {
    /// A client was accepted.
    pub(super) fn open(
        hub: Arc<Hub>,
        id: ConnectionId,
        (peer, local): (SocketAddr, SocketAddr),
        backend: BackendKind,
    ) -> Self {
        let observed = hub.opened(id, Fact::Opened { connection: id, peer, local, backend });
        Self { hub, id, peer, local, backend, observed, events: [0; 2], bytes: [0; 2] }
    }

    /// One system call moved these bytes.
    pub(super) fn moved(&mut self, direction: Direction, data: Payload<'_>) {
        self.appear();
        let offset = self.bytes[direction as usize];
        self.bytes[direction as usize] += data.len() as u64;
        self.events[direction as usize] += 1;
        if self.observed == Admission::Admitted {
            // What is shed is counted by the hub.
            let (Admission::Admitted | Admission::Shed) = self.hub.bytes(self.id, direction, offset, data);
        }
    }

    /// A connection that was accepted while the feed was full is told as soon as it is not, with what was missed of it.
    fn appear(&mut self) {
        if self.observed == Admission::Admitted {
            return;
        }
        let Self { id, peer, local, backend, .. } = *self;
        self.observed = self.hub.opened(id, Fact::Opened { connection: id, peer, local, backend });
        if self.observed == Admission::Admitted {
            for direction in Direction::ALL {
                let (events, bytes) = (self.events[direction as usize], self.bytes[direction as usize]);
                if events > 0 {
                    self.tell(Fact::Missed { connection: Some(id), direction, events, bytes });
                }
            }
        }
    }

    /// It is served by this backend from now on.
    pub(super) fn handed_over(&mut self, to: BackendKind) {
        self.backend = to;
        self.tell(Fact::HandedOver { connection: self.id, to });
    }

    /// Says something of this connection.
    pub(super) fn tell(&self, fact: Fact) {
        if self.observed == Admission::Admitted {
            self.hub.fact(Some(self.id), fact);
        }
    }

    /// The connection is over; nothing is told after this.
    pub(super) fn close(&mut self, reason: CloseReason, detail: Option<String>) {
        let [received, sent] = self.bytes;
        match self.observed {
            Admission::Admitted => {
                self.tell(Fact::Closed { connection: self.id, reason, detail, received, sent });
            }
            Admission::Shed => {
                for direction in Direction::ALL {
                    // The connection itself is one of the events.
                    let events =
                        self.events[direction as usize] + u64::from(direction == Direction::Received);
                    self.hub.unseen(direction, events, self.bytes[direction as usize]);
                }
            }
        }
    }

    /// The feed behind it.
    pub(super) fn hub(&self) -> &Hub {
        &self.hub
    }
}
