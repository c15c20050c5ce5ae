//! What the user does to a connection that is served: bytes are sent, one direction is ended, reads are paused, and
//! what is received is held.

use bytes::Bytes;

use crate::event::{MOST_TO_SEND, Release, Side};
use crate::server::connection::endpoint::{Endpoint, InputState, Reading};
use crate::server::connection::ends::Ends;
use crate::server::connection::hold::Hold;
use crate::server::connection::lifecycle::Lifecycle;
use crate::server::connection::tap::Tap;
use crate::server::control::orders::Order;
use crate::server::net::latency_sampler::CoarseInstant;

/// The parts of a connection that an order changes.
pub(super) struct Injection<'a> {
    pub(super) tap: &'a mut Tap,
    pub(super) ends: &'a mut Ends,
    pub(super) lifecycle: &'a mut Lifecycle,
    pub(super) now: CoarseInstant,
}

impl Injection<'_> {
    /// Carries an order out, or tells why not.
    pub(super) fn apply(&mut self, order: Order) {
        let side = order.side();
        if let Err(why) = self.check(side).and_then(|()| self.carry_out(order)) {
            self.tap.declined(side, why.to_owned());
        }
    }

    fn check(&self, side: Side) -> Result<(), &'static str> {
        if !self.ends.sides().contains(&side) {
            return Err("the connection has no upstream");
        }
        if !self.lifecycle.is_serving() && !self.lifecycle.is_connecting() {
            return Err("the connection is being closed");
        }
        Ok(())
    }

    fn carry_out(&mut self, order: Order) -> Result<(), &'static str> {
        match order {
            Order::Send { to, bytes } => {
                let end = self.ends.get_mut(to);
                check_injection(end, bytes.len())?;
                if !bytes.is_empty() {
                    end.inject(bytes, self.now);
                }
                Ok(())
            }
            Order::HalfClose(side) => {
                let end = self.ends.get_mut(side);
                if !end.takes_more() {
                    return Err(ENDED);
                }
                end.finish();
                self.lifecycle.half_closed();
                self.tap.half_closed(side);
                Ok(())
            }
            Order::Pause(side) => {
                let end = self.ends.get_mut(side);
                if end.input == InputState::Ended {
                    return Err("its peer has ended, so nothing is read from it");
                }
                if std::mem::replace(&mut end.reading, Reading::Paused) == Reading::Running {
                    self.tap.paused(side);
                }
                Ok(())
            }
            Order::Resume(side) => {
                let end = self.ends.get_mut(side);
                if std::mem::replace(&mut end.reading, Reading::Running) == Reading::Paused {
                    self.tap.resumed(side);
                }
                Ok(())
            }
            Order::Hold { from, at } => self.hold(from, at),
            Order::Release { from, what } => self.release(from, what),
            Order::Replace { from, position, length, bytes } => self.replace(from, position, length, bytes),
        }
    }
}

/// What is held.
impl Injection<'_> {
    fn hold(&mut self, from: Side, at: Option<u64>) -> Result<(), &'static str> {
        let end = self.ends.get_mut(from);
        if end.input == InputState::Ended {
            return Err("its peer has ended, so nothing more comes from it");
        }
        let received = end.received;
        let hold = end.hold.get_or_insert_with(|| Box::new(Hold::new(received)));
        self.tap.hold(from, hold.begin(at)?);
        Ok(())
    }

    fn release(&mut self, from: Side, what: Release) -> Result<(), &'static str> {
        for change in self.held(from)?.release(what)? {
            self.tap.hold(from, change);
        }
        self.ends.get_mut(from).hold.take_if(|hold| hold.is_over());
        Ok(())
    }

    fn replace(&mut self, from: Side, position: u64, length: u64, data: Bytes) -> Result<(), &'static str> {
        let change = self.held(from)?.replace(position, length, data)?;
        self.tap.hold(from, change);
        Ok(())
    }

    fn held(&mut self, from: Side) -> Result<&mut Hold, &'static str> {
        self.ends.get_mut(from).hold.as_deref_mut().ok_or("nothing is held")
    }
}

/// Why nothing can be sent.
const ENDED: &str = "what is sent to it has ended with FIN";

/// Whether this number of bytes of the user can be sent behind those that wait already.
fn check_injection(end: &Endpoint, length: usize) -> Result<(), &'static str> {
    if !end.takes_more() {
        return Err(ENDED);
    }
    if end.user_bytes() + length > MOST_TO_SEND {
        return Err("it has not taken what was sent before: at most 1 MiB may wait");
    }
    Ok(())
}
