//! What the state machine of a connection wants from its backend.

use std::time::Instant;

use bytes::Bytes;

use crate::event::Side;
use crate::event::held_bytes::Taken;

/// A set of sides.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(in crate::server) struct SideSet(u8);

impl SideSet {
    const fn bit(side: Side) -> u8 {
        match side {
            Side::Client => 1,
            Side::Upstream => 2,
        }
    }

    pub(in crate::server) const fn insert(&mut self, side: Side) {
        self.0 |= Self::bit(side);
    }

    pub(in crate::server) const fn contains(self, side: Side) -> bool {
        self.0 & Self::bit(side) != 0
    }

    pub(in crate::server) const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// What the backend does next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::server) enum Next {
    /// Wait until one of these is possible, and do it.
    Await(Wants),
    /// Deliver what this side's transport has decrypted or what was held of it: bytes, or the end of the stream.
    Deliver(Side),
    /// Send FIN on this side.
    ShutDown(Side),
    /// Close: drop the connection.
    Close,
}

/// What the backend waits for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(in crate::server) struct Wants {
    /// Read from these sides.
    pub(in crate::server) read: SideSet,
    /// Write the pending bytes of these sides.
    pub(in crate::server) write: SideSet,
    /// Tell whether the peers of these sides reset the connection, although nothing is read from them now.
    pub(in crate::server) watch: SideSet,
    /// Go on with the connect to the upstream.
    pub(in crate::server) connect: bool,
    /// Tell when the peer of this side has everything that was written to it.
    pub(in crate::server) delivery: Option<Side>,
    /// Tell the machine the time at this moment at the latest.
    pub(in crate::server) deadline: Option<Instant>,
}

impl Wants {
    /// Whether an event of this side's socket matters.
    pub(in crate::server) const fn concerns(&self, side: Side) -> bool {
        self.read.contains(side) || self.write.contains(side) || self.watch.contains(side)
    }
}

/// What is delivered to the service.
pub(in crate::server) enum Delivery {
    /// Decrypted bytes that were not recorded yet.
    Received(Bytes),
    /// Bytes that were held.
    Released(Taken),
}

/// What to do with the bytes of a read.
#[must_use]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::server) enum Reply {
    /// Nothing.
    Nothing,
    /// Nothing: the service has dealt with them and does not answer.
    Taken,
    /// Write them to this side, unchanged, as far as its socket takes them.
    Forward(Side),
    /// Write the pending bytes of this side, as far as its socket takes them.
    Write(Side),
}

/// What the executor of a connection does after it has applied the requests.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::server) enum ControlAction {
    /// Continue to serve.
    Continue,
    /// Release the connection for the other backend.
    HandOver,
}
