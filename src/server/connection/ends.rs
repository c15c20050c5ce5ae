//! The sides of a connection: one, or two if it is relayed.

use std::time::Instant;

use crate::event::{FaultChange, Faults, Handshake, PerSide, Side};
use crate::server::connection::endpoint::{Endpoint, InputState, OutputState, Reading};
use crate::server::connection::lane::LaneEvent;
use crate::server::connection::transport::{Tls, TlsError};
use crate::server::connection::wants::{Next, SideSet, Wants};

/// The one or two sides of a connection.
pub(super) struct Ends {
    client: Endpoint,
    /// The other side of a relayed connection.
    upstream: Option<Box<Endpoint>>,
}

/// The side whose TLS has failed, and why.
pub(super) struct TlsFailure {
    pub(super) side: Side,
    pub(super) error: TlsError,
}

impl TlsFailure {
    /// The failure in one line; it names the side if that is not the client.
    pub(super) fn detail(self) -> String {
        let TlsError(why) = self.error;
        match self.side {
            Side::Client => why,
            Side::Upstream => format!("upstream: {why}"),
        }
    }
}

impl Ends {
    pub(super) fn client_only(client: Option<Tls>) -> Self {
        Self { client: Endpoint::new(client), upstream: None }
    }

    pub(super) fn relayed(client: Option<Tls>, upstream: Option<Tls>) -> Self {
        Self { client: Endpoint::new(client), upstream: Some(Box::new(Endpoint::new(upstream))) }
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

    /// Whether the service may be given bytes of this side: there is room where they go to.
    pub(super) fn has_room(&self, side: Side) -> bool {
        self.get(self.destination(side)).has_room()
    }

    /// What comes next while the connection is open: FIN, writes, and reads if `reads` says so. A handshake always
    /// reads, unless it would be of no use.
    pub(super) fn next(&self, reads: bool) -> Next {
        let mut wants = Wants { deadline: self.deadline(), ..Wants::default() };
        for &side in self.sides() {
            let end = self.get(side);
            let is_useless = !reads && end.is_handshaking() && end.output == OutputState::Finishing;
            if end.is_to_shut_down() || is_useless && end.outgoing.is_empty() {
                return Next::ShutDown(side);
            }
            if !end.to_write().is_empty() {
                wants.write.insert(side);
            }
            let has_room = reads && self.has_room(side);
            if has_room && end.has_released() {
                return Next::Deliver(side);
            }
            if end.input == InputState::Ended {
                continue;
            }
            let is_paused = reads && end.reading == Reading::Paused;
            let may_read = reads && !is_paused && end.hold.as_ref().map_or(has_room, |hold| hold.has_room());
            let is_stopped = is_paused || end.hold.is_some();
            if end.awaits_handshake() {
                wants.read.insert(side);
            } else if may_read && end.has_news() {
                return Next::Deliver(side);
            } else if may_read && !end.is_handshaking() {
                wants.read.insert(side);
            } else if (self.upstream.is_some() || is_stopped) && end.output != OutputState::Ended {
                // With both directions ended, `poll` would report that again and again.
                wants.watch.insert(side);
            }
        }
        Next::Await(wants)
    }

    /// Adds what a side needs to get the bytes that it does not have yet. Returns whether there are any; those that a
    /// fault delays need nothing now.
    pub(super) fn want_flush(&self, side: Side, wants: &mut Wants) -> bool {
        let end = self.get(side);
        if end.is_undelivered() {
            if !end.to_write().is_empty() {
                wants.write.insert(side);
            }
            if end.awaits_handshake() {
                wants.read.insert(side);
            }
        }
        end.is_undelivered()
    }

    /// Whether any side is encrypted.
    pub(super) fn are_encrypted(&self) -> bool {
        self.sides().iter().any(|&side| self.get(side).tls.is_some())
    }

    /// Whether the handshake of any side is not complete.
    pub(super) fn are_handshaking(&self) -> bool {
        self.sides().iter().any(|&side| self.get(side).is_handshaking())
    }

    fn deadline(&self) -> Option<Instant> {
        let handshakes = self.sides().iter().filter_map(|&side| self.get(side).tls.as_ref()?.deadline());
        handshakes.chain(self.lane_deadline()).min()
    }

    /// When faults let the next bytes go on, or end a stream.
    pub(super) fn lane_deadline(&self) -> Option<Instant> {
        self.sides().iter().filter_map(|&side| self.get(side).lane_deadline()).min()
    }

    /// Whether there are faults, or bytes that they have kept back.
    pub(super) fn have_lanes(&self) -> bool {
        self.sides().iter().any(|&side| self.get(side).has_lane())
    }

    /// Replaces the faults of what goes to each side. Returns what changes.
    pub(super) fn set_faults(&mut self, faults: &Faults, seed: u64, now: Instant) -> Vec<FaultChange> {
        let mut changes = Vec::new();
        for &side in self.sides() {
            let (end, faults) = (self.get_mut(side), faults.to[side]);
            changes.extend(faults.changes(&end.faults(), side));
            // Each side has numbers of its own.
            end.set_faults(faults, seed.rotate_left(32 * side as u32), now);
        }
        changes
    }

    /// Lets the bytes go on that faults need not keep back any more. Returns the sides whose streams faults end.
    pub(super) fn advance(&mut self, now: Instant) -> PerSide<LaneEvent> {
        let mut events = PerSide::from_fn(|_| LaneEvent::Nothing);
        for &side in self.sides() {
            events[side] = self.get_mut(side).advance(now);
        }
        if events.iter().any(|(_, &event)| event == LaneEvent::TimedOut) {
            for &side in self.sides() {
                self.get_mut(side).cut(now);
            }
        }
        events
    }

    /// Goes on with the handshakes as far as they wait for each other, and encrypts what is pending.
    ///
    /// If both sides speak TLS, the upstream is offered the application protocols that the client offers, and the
    /// client gets the one that the upstream chooses. So the client's first message is read first, and is answered last.
    /// A client that asks for TLS before its handshake may begin when an upstream with TLS has been asked, too.
    ///
    /// # Errors
    /// The TLS of a side has failed.
    pub(super) fn negotiate(&mut self) -> Result<(), TlsFailure> {
        let client = self.client.tls.as_deref_mut();
        let upstream = self.upstream.as_mut().and_then(|upstream| upstream.tls.as_deref_mut());
        let failure = |side| move |error| TlsFailure { side, error };
        match (client, upstream) {
            (None, None) => return Ok(()),
            (Some(client), None) => {
                client.begin().and_then(|()| client.accept(None)).map_err(failure(Side::Client))?;
            }
            (None, Some(upstream)) => upstream.greet(Vec::new()).map_err(failure(Side::Upstream))?,
            (Some(client), Some(upstream)) => {
                if client.awaits_begin() && upstream.request() {
                    client.begin().map_err(failure(Side::Client))?;
                }
                if let Some(offered) = client.offered() {
                    upstream.greet(offered).map_err(failure(Side::Upstream))?;
                    if !upstream.is_handshaking() {
                        client.accept(upstream.chosen()).map_err(failure(Side::Client))?;
                    }
                }
            }
        }
        for &side in self.sides() {
            self.get_mut(side).encrypt();
        }
        Ok(())
    }

    /// Fails the handshakes that take too long.
    ///
    /// # Errors
    /// One does.
    pub(super) fn check_handshakes(&mut self, now: Instant) -> Result<(), TlsFailure> {
        for &side in self.sides() {
            if let Some(tls) = &mut self.get_mut(side).tls {
                tls.check_time(now).map_err(|error| TlsFailure { side, error })?;
            }
        }
        Ok(())
    }

    /// The next handshake that is complete and was not told.
    pub(super) fn take_handshake(&mut self) -> Option<(Side, Handshake)> {
        self.sides().iter().find_map(|&side| Some((side, self.get_mut(side).tls.as_mut()?.take_handshake()?)))
    }

    /// A side that has something to deliver.
    pub(super) fn news(&self) -> Option<Side> {
        self.sides().iter().copied().find(|&side| self.get(side).has_news())
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

    /// Whether a fault has ended what goes to any side.
    pub(super) fn are_cut(&self) -> bool {
        self.sides().iter().any(|&side| self.get(side).is_cut())
    }

    /// Lets FIN follow the pending bytes of every side. Faults do not delay them any more.
    pub(super) fn finish(&mut self, now: Instant) {
        for &side in self.sides() {
            let end = self.get_mut(side);
            end.hurry(now);
            end.finish();
        }
    }

    /// Whether any side has pending bytes, or such that faults keep back.
    pub(super) fn has_outgoing(&self) -> bool {
        self.sides().iter().any(|&side| self.get(side).has_outgoing())
    }
}
