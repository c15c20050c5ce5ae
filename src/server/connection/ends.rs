//! The sides of a connection: one, or two if it is relayed.

use crate::event::Side;
use crate::server::connection::endpoint::{Endpoint, InputState, OutputState};
use crate::server::connection::wants::{Next, SideSet, Wants};

/// The one or two sides of a connection.
#[derive(Debug)]
pub(super) struct Ends {
    client: Endpoint,
    /// The other side of a relayed connection.
    upstream: Option<Box<Endpoint>>,
}

impl Ends {
    pub(super) fn client_only() -> Self {
        Self { client: Endpoint::new(), upstream: None }
    }

    pub(super) fn relayed() -> Self {
        Self { client: Endpoint::new(), upstream: Some(Box::new(Endpoint::new())) }
    }

    pub(super) const fn are_relayed(&self) -> bool {
        self.upstream.is_some()
    }

    pub(super) fn sides(&self) -> &'static [Side] {
        if self.upstream.is_some() { &Side::ALL } else { &[Side::Client] }
    }

    pub(super) fn get(&self, side: Side) -> &Endpoint {
        match (side, &self.upstream) {
            (Side::Upstream, Some(upstream)) => upstream,
            _ => &self.client,
        }
    }

    pub(super) fn get_mut(&mut self, side: Side) -> &mut Endpoint {
        match (side, &mut self.upstream) {
            (Side::Upstream, Some(upstream)) => upstream,
            _ => &mut self.client,
        }
    }

    /// The side to which bytes of this side go.
    const fn destination(&self, side: Side) -> Side {
        if self.upstream.is_some() { side.other() } else { Side::Client }
    }

    /// What comes next while the connection is open: FIN, writes, and reads if `reads` says so.
    pub(super) fn next(&self, reads: bool) -> Next {
        let mut wants = Wants::default();
        for &side in self.sides() {
            let end = self.get(side);
            if end.is_to_shut_down() {
                return Next::ShutDown(side);
            }
            if !end.outgoing.is_empty() {
                wants.write.insert(side);
            }
            if end.input == InputState::Ended {
                continue;
            }
            if reads && self.get(self.destination(side)).outgoing.is_empty() {
                wants.read.insert(side);
            } else if self.upstream.is_some() && end.output != OutputState::Ended {
                // With both directions ended, `poll` would report that again and again.
                wants.watch.insert(side);
            }
        }
        Next::Await(wants)
    }

    /// The sides whose peers have not ended.
    pub(super) fn open_inputs(&self) -> SideSet {
        let mut open = SideSet::default();
        for &side in self.sides().iter().filter(|&&side| self.get(side).input == InputState::Open) {
            open.insert(side);
        }
        open
    }

    /// Whether our FIN is out on every side.
    pub(super) fn are_shut_down(&self) -> bool {
        self.sides().iter().all(|&side| self.get(side).output == OutputState::Ended)
    }

    /// Lets FIN follow the pending bytes of every side.
    pub(super) fn finish(&mut self) {
        for &side in self.sides() {
            self.get_mut(side).finish();
        }
    }

    /// Whether any side has pending bytes.
    pub(super) fn has_outgoing(&self) -> bool {
        self.sides().iter().any(|&side| !self.get(side).outgoing.is_empty())
    }
}
