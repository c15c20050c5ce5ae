//! What the service of a connection is given: the bytes that are received, those that were held, and the ends of the
//! streams.

use bytes::Bytes;

use crate::event::held_bytes::{Source, Taken};
use crate::event::{Direction, HoldChange, Side};
use crate::server::connection::endpoint::InputState;
use crate::server::connection::ends::Ends;
use crate::server::connection::hold;
use crate::server::connection::lifecycle::Lifecycle;
use crate::server::connection::piece::Piece;
use crate::server::connection::read_buffer::ReadBytes;
use crate::server::connection::tap::Tap;
use crate::server::connection::transport::StreamEnd;
use crate::server::connection::wants::{Delivery, Reply};
use crate::server::service::{Answer, Service};

/// The parts of a connection that take part in a delivery.
pub(super) struct Deliveries<'a> {
    pub(super) tap: &'a mut Tap,
    pub(super) service: &'a mut dyn Service,
    pub(super) ends: &'a mut Ends,
    pub(super) lifecycle: &'a mut Lifecycle,
}

impl Deliveries<'_> {
    /// What is to be delivered; `None` if the end of the stream was.
    pub(super) fn take(&mut self, side: Side) -> Option<Delivery> {
        let most = self.service.max_read();
        let is_released = self.ends.get(side).has_released() && self.ends.has_room(side);
        if is_released && self.lifecycle.serves(side) {
            return self.take_released(side, most);
        }
        if let Some(early) = self.ends.get_mut(side).take_early(most) {
            return Some(Delivery::Received(early));
        }
        let tls = self.ends.get_mut(side).tls.as_mut()?;
        match tls.end() {
            None => Some(Delivery::Received(tls.take_plaintext(most))),
            Some(end) => {
                if end == StreamEnd::Truncated && self.lifecycle.is_serving() {
                    self.tap.truncated(side);
                }
                self.input_ended(side);
                None
            }
        }
    }

    fn take_released(&mut self, side: Side, most: usize) -> Option<Delivery> {
        let hold = &mut self.ends.get_mut(side).hold;
        let next = hold.as_mut()?.take(most)?;
        hold.take_if(|hold| hold.is_over());
        match next {
            hold::Next::Bytes(taken) => Some(Delivery::Released(taken)),
            hold::Next::End => {
                self.pass_end(side);
                None
            }
        }
    }

    /// Processes the bytes of one read; there is at least one.
    pub(super) fn received(&mut self, side: Side, chunk: &ReadBytes<'_>) -> Reply {
        if side == Side::Client {
            self.tap.record(Direction::Received, chunk);
        }
        self.lifecycle.progress();
        let end = self.ends.get_mut(side);
        let offset = end.received;
        end.received += chunk.len() as u64;
        if !self.lifecycle.serves(side) {
            return Reply::Nothing;
        }
        if let Some(hold) = &mut end.hold {
            let passed = hold.push(chunk);
            if passed < chunk.len() {
                let data = Bytes::copy_from_slice(&chunk[passed..]);
                self.tap.hold(side, HoldChange::Held { offset: offset + passed as u64, data });
            }
            return Reply::Nothing;
        }
        match self.service.received(side, chunk) {
            Answer::Nothing => Reply::Taken,
            // FIN is on its way: nothing can follow it.
            Answer::Same(to) | Answer::Bytes(to, _) if !self.ends.get(to).takes_more() => Reply::Taken,
            Answer::Same(to) if self.ends.get(to).is_direct() => Reply::Forward(to),
            Answer::Same(to) => {
                let reply = self.queue(to, Piece::of_service(chunk.clone().into_bytes()));
                if let (Reply::Write(_), Some(tls)) = (reply, &mut self.ends.get_mut(to).tls) {
                    tls.is_echo = side == to;
                }
                reply
            }
            Answer::Bytes(to, bytes) => self.queue(to, Piece::of_service(Bytes::from(bytes))),
        }
    }

    /// Gives the service bytes that were held.
    pub(super) fn released(&mut self, side: Side, taken: Taken) -> Reply {
        match self.service.received(side, &taken.bytes) {
            Answer::Nothing => Reply::Taken,
            Answer::Same(to) | Answer::Bytes(to, _) if !self.ends.get(to).takes_more() => Reply::Taken,
            Answer::Same(to) => {
                let piece = match taken.source {
                    Source::User => Piece::of_user(taken.bytes),
                    Source::Received(_) => Piece::of_service(taken.bytes),
                };
                self.queue(to, piece)
            }
            Answer::Bytes(to, bytes) => self.queue(to, Piece::of_service(Bytes::from(bytes))),
        }
    }

    fn queue(&mut self, to: Side, piece: Piece) -> Reply {
        if self.ends.get_mut(to).queue(piece) { Reply::Write(to) } else { Reply::Nothing }
    }

    /// Processes that a peer has sent everything.
    pub(super) fn input_ended(&mut self, side: Side) {
        let end = self.ends.get_mut(side);
        if end.input == InputState::Open {
            end.input = InputState::Ended;
            // Behind a reset that was told already, the socket reports the end of the stream.
            if !self.lifecycle.is_broken(side) {
                self.tap.input_ended(side);
            }
        }
        if self.lifecycle.is_serving()
            && let Some(hold) = &mut self.ends.get_mut(side).hold
        {
            return hold.ended();
        }
        self.pass_end(side);
    }

    /// Tells the service that the stream of a side has ended, behind what was held of it.
    fn pass_end(&mut self, side: Side) {
        if self.lifecycle.ended(side, self.ends)
            && let Some(to) = self.service.ended(side)
        {
            self.ends.get_mut(to).finish();
        }
    }
}
