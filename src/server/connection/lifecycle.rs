//! The phases of a connection, from the connect to the upstream to the close. Time is an argument here.

use std::time::{Duration, Instant};

use crate::event::{Call, CloseReason, Side};
use crate::server::connection::broken::{
    Broken, next_after_reset, next_after_tls_failure, next_before_reset,
};
use crate::server::connection::close_cause::CloseCause;
use crate::server::connection::close_timeouts::{CloseTimeouts, DrainDeadline, RESET_DELAY};
use crate::server::connection::endpoint::{InputState, OutputState};
use crate::server::connection::ends::Ends;
use crate::server::connection::lane::LaneEvent;
use crate::server::connection::wants::{Next, Wants};

/// A connection whose write is blocked for longer than this is slow.
pub(in crate::server) const SLOW_AFTER: Duration = Duration::from_millis(500);

#[derive(Clone, PartialEq, Eq, Debug)]
enum Phase {
    /// The connect to the upstream is under way; nothing is read meanwhile.
    Connecting,
    Serving,
    /// Nothing is read any more; the pending bytes go out, then FIN. `waits` counts the waits of [`SLOW_AFTER`] since
    /// the last progress.
    Flushing {
        limits: CloseTimeouts,
        waits: u32,
    },
    /// Our FIN is out; what the peers still send is read and discarded.
    Draining(DrainDeadline),
    /// One side was reset. What it sent before still goes to the other side, which is reset then.
    Broken(Broken),
    /// The TLS of one side failed. It gets the alert that says why, and what it sent before goes to the other side,
    /// which is reset then.
    TlsFailed(Broken),
    /// A fault resets the connection as soon as this side has what was written to it before.
    Resetting(Broken),
    Closed(CloseCause),
}

/// The phase of a connection, and what its close will say.
#[derive(Debug)]
pub(super) struct Lifecycle {
    phase: Phase,
    /// Whether a byte was moved since the last [`timeout`](Self::timeout).
    progressed: bool,
    /// The close reason if both directions of every side end; it says who ended first.
    first_end: Option<CloseReason>,
    /// The close reason if the server closes with FIN.
    close_reason: CloseReason,
    /// Whether the sockets are reset when they are closed.
    resets: bool,
}

impl Lifecycle {
    /// A connection that is served at once.
    pub(super) const fn serving() -> Self {
        Self {
            phase: Phase::Serving,
            progressed: false,
            first_end: None,
            close_reason: CloseReason::WeFinished,
            resets: false,
        }
    }

    /// A connection whose upstream is still to be connected.
    pub(super) fn connecting() -> Self {
        Self { phase: Phase::Connecting, ..Self::serving() }
    }

    /// What the backend does next.
    pub(super) fn next(&self, ends: &Ends) -> Next {
        if let (Phase::Draining(_), Some(side)) = (&self.phase, ends.news()) {
            return Next::Deliver(side);
        }
        match &self.phase {
            Phase::Closed(_) => Next::Close,
            Phase::Connecting => {
                Next::Await(Wants { connect: true, watch: ends.open_inputs(), ..Wants::default() })
            }
            Phase::Serving => ends.next(true),
            Phase::Flushing { .. } => ends.next(false),
            Phase::Draining(drain) => Next::Await(Wants {
                read: ends.open_inputs(),
                deadline: Some(drain.deadline()),
                ..Wants::default()
            }),
            Phase::Broken(broken) => next_after_reset(broken, ends),
            Phase::TlsFailed(failed) => next_after_tls_failure(failed, ends),
            Phase::Resetting(reset) => next_before_reset(reset, ends),
        }
    }

    /// Whether bytes of this side go to the service.
    pub(super) fn serves(&self, side: Side) -> bool {
        match &self.phase {
            Phase::Serving => true,
            _ => self.is_broken(side),
        }
    }

    /// Whether this side was reset or its TLS failed, and what it sent before still goes to the other side.
    pub(super) fn is_broken(&self, side: Side) -> bool {
        matches!(&self.phase, Phase::Broken(broken) | Phase::TlsFailed(broken) if broken.side == side)
    }

    /// Whether the connection is open and not closing.
    pub(super) const fn is_serving(&self) -> bool {
        matches!(self.phase, Phase::Serving)
    }

    /// Whether the upstream is still to be connected.
    pub(super) const fn is_connecting(&self) -> bool {
        matches!(self.phase, Phase::Connecting)
    }

    pub(super) const fn is_closed(&self) -> bool {
        matches!(self.phase, Phase::Closed(_))
    }

    /// Records that bytes came from a peer or went to one.
    pub(super) const fn progress(&mut self) {
        self.progressed = true;
    }

    /// Records that a peer took pending bytes.
    pub(super) const fn write_progress(&mut self) {
        self.progressed = true;
        if let Phase::Flushing { waits, .. } = &mut self.phase {
            *waits = 0;
        }
    }

    /// Records that a write was blocked for [`SLOW_AFTER`].
    pub(super) fn write_blocked(&mut self) {
        let Phase::Flushing { limits, waits } = &mut self.phase else { return };
        *waits += 1;
        if SLOW_AFTER * *waits >= limits.flush {
            let reason = match self.close_reason {
                CloseReason::IdleTimeout => CloseReason::IdleTimeout,
                _ => CloseReason::Timeout,
            };
            let detail = "it was being closed and did not read what it was owed";
            self.close(reason, Some(detail.to_owned()));
        }
    }

    /// The upstream is connected.
    pub(super) fn connected(&mut self) {
        self.phase = Phase::Serving;
    }

    /// The connection cannot be served: the client is reset if that is an error.
    pub(super) fn give_up(&mut self, reason: CloseReason, detail: String) {
        self.resets |= reason.is_error();
        self.close(reason, Some(detail));
    }

    /// The peer of this side has ended. Returns whether the service is to be told.
    pub(super) fn ended(&mut self, side: Side, ends: &Ends) -> bool {
        self.progressed = true;
        self.first_end.get_or_insert(match side {
            Side::Client => CloseReason::PeerFinished,
            Side::Upstream => CloseReason::UpstreamFinished,
        });
        if matches!(self.phase, Phase::Draining(_)) && ends.open_inputs().is_empty() {
            self.close(self.close_reason, None);
        } else if self.is_serving() && ends.open_inputs().is_empty() && ends.are_shut_down() {
            self.close_ended();
        }
        self.finish_tls_failure(ends);
        self.is_serving()
    }

    /// Our FIN is out on one side.
    pub(super) fn shut_down(&mut self, ends: &Ends, now: Instant) {
        if matches!(self.phase, Phase::TlsFailed(_)) {
            return self.finish_tls_failure(ends);
        }
        if !ends.are_shut_down() {
            return;
        }
        match (ends.open_inputs().is_empty(), &self.phase) {
            (true, _) => self.close_ended(),
            (false, Phase::Flushing { limits, .. }) => {
                self.phase = Phase::Draining(DrainDeadline::start(now, *limits));
            }
            // A fault has ended what goes to a peer that has not ended: what it still sends goes nowhere.
            (false, Phase::Serving) if ends.are_cut() => {
                self.phase = Phase::Draining(DrainDeadline::start(now, CloseTimeouts::CLOSE));
            }
            // The user has ended what we send: what the peers send is read until they end.
            (false, Phase::Serving) => {}
            (false, _) => self.close(self.close_reason, None),
        }
    }

    /// The user ends what is sent to one side.
    pub(super) fn half_closed(&mut self) {
        self.first_end.get_or_insert(CloseReason::WeFinished);
    }

    /// Closes a connection all of whose directions have ended.
    fn close_ended(&mut self) {
        self.close(self.first_end.unwrap_or(CloseReason::PeerFinished), None);
    }

    /// The TLS of a side failed.
    pub(super) fn tls_failed(&mut self, side: Side, detail: String, ends: &mut Ends) {
        let end = ends.get_mut(side);
        end.discard_outgoing();
        end.finish();
        self.progressed = false;
        let cause = CloseCause { reason: CloseReason::TlsFailed, detail: Some(detail), failed_call: None };
        if !matches!(self.phase, Phase::Closed(_) | Phase::TlsFailed(_)) {
            self.phase = Phase::TlsFailed(Broken { side, cause, until: None });
        }
    }

    /// Closes a connection without an upstream whose TLS has failed, once both directions have ended.
    fn finish_tls_failure(&mut self, ends: &Ends) {
        let has_ended = |side| {
            let end = ends.get(side);
            end.input == InputState::Ended && end.output == OutputState::Ended
        };
        if matches!(&self.phase, Phase::TlsFailed(failed) if !ends.are_relayed() && has_ended(failed.side)) {
            self.delivered(ends);
        }
    }

    /// Whether what a peer sends is discarded.
    pub(super) const fn is_draining(&self) -> bool {
        matches!(self.phase, Phase::Draining(_))
    }

    /// A call failed for good, or a side that is watched was reset. A relay first delivers what that side has sent.
    pub(super) fn failed(&mut self, side: Side, call: Option<Call>, cause: CloseCause, ends: &mut Ends) {
        if matches!(self.phase, Phase::TlsFailed(_)) {
            return self.delivered(ends);
        }
        let breaks = ends.are_relayed() && self.is_serving();
        if !breaks && !self.is_broken(side) {
            self.resets |= ends.are_relayed();
            return self.set_closed(cause);
        }
        let end = ends.get_mut(side);
        end.discard_outgoing();
        // An error is told once: what the peer sent before its reset can still be read after a failed write.
        if call == Some(Call::Read) {
            end.input = InputState::Ended;
        }
        self.progressed = true;
        if breaks {
            self.phase = Phase::Broken(Broken { side, cause, until: None });
        }
    }

    /// Lets the bytes go on that faults need not keep back any more, and ends what faults end.
    pub(super) fn advance_faults(&mut self, ends: &mut Ends, now: Instant) {
        if !matches!(self.phase, Phase::Connecting | Phase::Draining(_)) {
            for (side, &event) in ends.advance(now).iter() {
                self.fault(side, event);
            }
        }
    }

    /// Processes what faults do to the stream that goes to a side.
    fn fault(&mut self, to: Side, event: LaneEvent) {
        let is_open = match &self.phase {
            Phase::Serving | Phase::Flushing { .. } | Phase::Broken(_) | Phase::TlsFailed(_) => true,
            Phase::Connecting | Phase::Draining(_) | Phase::Resetting(_) | Phase::Closed(_) => false,
        };
        if is_open && event == LaneEvent::Reset {
            let detail = Some(format!("a fault of what goes to the {}", to.word()));
            let cause = CloseCause { reason: CloseReason::WeReset, detail, failed_call: None };
            self.phase = Phase::Resetting(Broken { side: to, cause, until: None });
        }
    }

    /// The other side has everything that a broken one sent.
    pub(super) fn delivered(&mut self, ends: &Ends) {
        if let Phase::Resetting(reset) = &self.phase {
            self.resets = true;
            let cause = reset.cause.clone();
            self.set_closed(cause);
        }
        if let Phase::Broken(broken) | Phase::TlsFailed(broken) = &self.phase {
            self.resets = ends.are_relayed();
            let cause = broken.cause.clone();
            self.set_closed(cause);
        }
    }

    /// Whether [`timeout`](Self::timeout) has to be called before [`next`](Self::next).
    pub(super) const fn has_timer(&self) -> bool {
        matches!(
            self.phase,
            Phase::Draining(_) | Phase::Broken(_) | Phase::TlsFailed(_) | Phase::Resetting(_)
        )
    }

    /// Applies the time.
    pub(super) fn timeout(&mut self, ends: &Ends, now: Instant) {
        let progressed = std::mem::take(&mut self.progressed);
        let is_extended = match &self.phase {
            Phase::Broken(broken) => progressed || broken.is_delayed(ends),
            Phase::TlsFailed(broken) => broken.is_delayed(ends),
            Phase::Resetting(_) => progressed,
            _ => false,
        };
        match &mut self.phase {
            Phase::Draining(drain) => {
                if progressed {
                    drain.heard(now);
                }
                if drain.has_elapsed(now) {
                    self.close(self.close_reason, None);
                }
            }
            Phase::Broken(broken) | Phase::TlsFailed(broken) | Phase::Resetting(broken) => {
                if is_extended {
                    broken.until = None;
                }
                if now >= *broken.until.get_or_insert(now + RESET_DELAY) {
                    self.delivered(ends);
                }
            }
            _ => {}
        }
    }

    /// Ends the connection with FIN, after its pending bytes.
    pub(super) fn finish(&mut self, limits: CloseTimeouts, ends: &mut Ends, now: Instant) {
        match &mut self.phase {
            Phase::Connecting => self.close(self.close_reason, None),
            Phase::Serving => {
                self.phase = Phase::Flushing { limits, waits: 0 };
                ends.finish(now);
            }
            Phase::Flushing { limits: earlier, .. } => *earlier = earlier.shortest(limits),
            Phase::Draining(drain) => drain.shorten(now, limits),
            Phase::Broken(_) | Phase::TlsFailed(_) | Phase::Resetting(_) => self.delivered(ends),
            Phase::Closed(_) => {}
        }
    }

    /// Says that the idle timeout ends the connection.
    pub(super) const fn set_idle(&mut self) {
        self.close_reason = CloseReason::IdleTimeout;
    }

    /// Ends the connection with RST.
    pub(super) fn reset(&mut self) {
        self.resets = true;
        self.close(CloseReason::WeReset, None);
    }

    /// Ends the connection with RST, because of this fault.
    pub(super) fn reset_by_fault(&mut self, why: &str) {
        self.resets = true;
        self.close(CloseReason::WeReset, Some(why.to_owned()));
    }

    /// Ends a connection that no backend could serve.
    pub(super) fn refuse(&mut self, why: &str) {
        self.close(CloseReason::Refused, Some(why.to_owned()));
    }

    /// Whether closing the sockets sends RST.
    pub(super) const fn resets(&self) -> bool {
        self.resets
    }

    /// Why the connection is closed; `None` if it is not.
    pub(super) fn take_cause(&mut self) -> Option<CloseCause> {
        let phase = std::mem::replace(&mut self.phase, Phase::Serving);
        if let Phase::Closed(cause) = phase { Some(cause) } else { None }
    }

    fn close(&mut self, reason: CloseReason, detail: Option<String>) {
        self.set_closed(CloseCause { reason, detail, failed_call: None });
    }

    fn set_closed(&mut self, cause: CloseCause) {
        if !self.is_closed() {
            self.phase = Phase::Closed(cause);
        }
    }
}
