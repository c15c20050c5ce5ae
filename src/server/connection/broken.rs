//! What follows when one side of a connection has broken, or a fault resets it: the other side gets what is still to be
//! delivered, and is reset then.

use std::time::Instant;

use crate::event::Side;
use crate::server::connection::close_cause::CloseCause;
use crate::server::connection::endpoint::InputState;
use crate::server::connection::ends::Ends;
use crate::server::connection::wants::{Next, Wants};

/// Why a connection ends with RST, and what has to be delivered before.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Broken {
    /// The side that was reset, or whose TLS failed.
    pub(super) side: Side,
    pub(super) cause: CloseCause,
    /// When to stop waiting for the other side; known from the first `Lifecycle::timeout` on.
    pub(super) until: Option<Instant>,
}

impl Broken {
    /// Whether the other side waits for faults, and not they for it: that takes its time.
    pub(super) fn is_delayed(&self, ends: &Ends) -> bool {
        let to = ends.get(self.side.other());
        to.has_delayed() && !to.is_pending()
    }
}

/// What was written to this side before the fault is delivered, and nothing more is read.
pub(super) fn next_before_reset(&Broken { side, until, .. }: &Broken, ends: &Ends) -> Next {
    let mut wants = Wants { deadline: until, ..Wants::default() };
    if ends.get(side).to_write().is_empty() {
        wants.delivery = Some(side);
    } else {
        wants.write.insert(side);
    }
    Next::Await(wants)
}

/// The other side gets what is still to be delivered, and then what can still be read of the broken one.
pub(super) fn next_after_reset(&Broken { side, until, .. }: &Broken, ends: &Ends) -> Next {
    let mut wants =
        Wants { deadline: until.into_iter().chain(ends.lane_deadline()).min(), ..Wants::default() };
    let end = ends.get(side);
    if ends.want_flush(side.other(), &mut wants) {
        return Next::Await(wants);
    }
    // What is held and not released is lost, and with it what would come behind it.
    if end.has_released() || end.hold.is_none() && end.has_news() {
        return Next::Deliver(side);
    }
    if end.hold.is_none() && end.input == InputState::Open {
        wants.read.insert(side);
    } else {
        wants.delivery = Some(side.other());
    }
    Next::Await(wants)
}

/// First the alert and what is still to be delivered to the other side, then our FIN. What the peer sends meanwhile is
/// discarded, until it ends, too: closing a socket with unread bytes would destroy the alert.
pub(super) fn next_after_tls_failure(&Broken { side, until, .. }: &Broken, ends: &Ends) -> Next {
    let mut wants =
        Wants { deadline: until.into_iter().chain(ends.lane_deadline()).min(), ..Wants::default() };
    let end = ends.get(side);
    let to = Some(side.other()).filter(|_| ends.are_relayed());
    if !end.to_write().is_empty() {
        wants.write.insert(side);
    }
    let is_flushing = to.is_some_and(|to| ends.want_flush(to, &mut wants));
    if !is_flushing && end.has_news() {
        return Next::Deliver(side);
    }
    if end.is_to_shut_down() {
        return Next::ShutDown(side);
    }
    if end.input == InputState::Open {
        wants.read.insert(side);
    } else if wants.write.is_empty() && !is_flushing {
        wants.delivery = to;
    }
    Next::Await(wants)
}
