//! What is known of one socket of a connection.

use std::time::Instant;

use bytes::Bytes;

use crate::event::SideFaults;
use crate::server::connection::hold::Hold;
use crate::server::connection::injection_queue::InjectionQueue;
use crate::server::connection::lane::{Lane, LaneEvent};
use crate::server::connection::piece::Piece;
use crate::server::connection::transport::Tls;
use crate::server::net::latency_sampler::CoarseInstant;

/// The state of one side of a connection, without its socket.
pub(in crate::server) struct Endpoint {
    /// What encrypts this side.
    pub(super) tls: Option<Box<Tls>>,
    /// The pending bytes: they were read or made, and the socket has not taken them yet. Plaintext, if the side is
    /// encrypted.
    pub(super) outgoing: Piece,
    /// What goes to the socket before anything else, also before TLS, and how much of it the socket has taken.
    first: Option<Box<First>>,
    /// What was received behind a PROXY header in the same read, and is still to be delivered.
    early: Option<Box<Bytes>>,
    /// What the user wants to be sent behind the pending bytes. Empty unless there are any, and with a lane.
    pub(super) injected: InjectionQueue,
    /// The bytes that faults keep back from the pending ones; `None` without faults.
    lane: Option<Box<Lane>>,
    /// Whether a fault has ended what goes to the peer, before anything else did.
    is_cut: bool,
    /// Up to when the time with pending bytes has been recorded; `None` if no write of them was blocked so far.
    pub(super) blocked_since: Option<CoarseInstant>,
    /// How many bytes the peer has sent, decrypted.
    pub(super) received: u64,
    /// What is held of them.
    pub(super) hold: Option<Box<Hold>>,
    pub(super) input: InputState,
    pub(super) reading: Reading,
    pub(super) output: OutputState,
    pub(super) backpressure: Backpressure,
}

/// What goes to the socket before anything else.
struct First {
    data: Bytes,
    sent: usize,
}

/// What is still to come from the peer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum InputState {
    Open,
    /// The peer's FIN or RST has arrived, and all bytes before it were read.
    Ended,
}

/// Whether the user lets the peer's bytes be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Reading {
    Running,
    Paused,
}

/// What is still to go to the peer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum OutputState {
    Open,
    /// FIN follows the pending bytes.
    Finishing,
    /// Our FIN is out.
    Ended,
}

/// Whether the peer takes its pending bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Backpressure {
    None,
    /// The peer was reported as a slow reader.
    Slow,
}

impl Endpoint {
    pub(super) fn new(tls: Option<Tls>) -> Self {
        Self {
            tls: tls.map(Box::new),
            outgoing: Piece::empty(),
            first: None,
            early: None,
            injected: InjectionQueue::default(),
            lane: None,
            is_cut: false,
            blocked_since: None,
            received: 0,
            hold: None,
            input: InputState::Open,
            reading: Reading::Running,
            output: OutputState::Open,
            backpressure: Backpressure::None,
        }
    }

    /// Sends these bytes before anything else, also before TLS. To be called before anything was written.
    pub(super) fn send_first(&mut self, data: Bytes) {
        self.first = Some(Box::new(First { data, sent: 0 }));
    }

    /// What was [sent first](Self::send_first), once the socket has taken all of it.
    pub(super) fn take_sent_first(&mut self) -> Option<Bytes> {
        self.first.take_if(|first| first.sent == first.data.len()).map(|first| first.data)
    }

    /// Delivers these bytes before anything else that is read.
    pub(super) fn deliver_later(&mut self, bytes: Bytes) {
        self.early = Some(Box::new(bytes));
    }

    /// Takes at most this number of the bytes that are [delivered](Self::deliver_later) before anything else.
    pub(super) fn take_early(&mut self, most: usize) -> Option<Bytes> {
        let early = self.early.as_deref_mut()?;
        let taken = early.split_to(early.len().min(most));
        self.early.take_if(|early| early.is_empty());
        Some(taken)
    }

    /// Lets FIN follow the pending bytes, and those that faults keep back.
    pub(super) fn finish(&mut self) {
        match &mut self.lane {
            Some(lane) => lane.finish(),
            None => self.end_output(),
        }
    }

    fn end_output(&mut self) {
        if self.output == OutputState::Open {
            self.output = OutputState::Finishing;
        }
    }

    /// Whether more can be sent: no FIN follows what is still to be sent, and none is out.
    pub(super) fn takes_more(&self) -> bool {
        self.output == OutputState::Open && self.lane.as_ref().is_none_or(|lane| !lane.is_finishing())
    }

    /// The number of bytes of the user that are still to be sent.
    pub(super) fn user_bytes(&self) -> usize {
        let delayed = self.lane.as_ref().map_or(0, |lane| lane.user_bytes());
        self.outgoing.user_bytes() + self.injected.bytes() + delayed
    }

    /// Adds bytes of the user, behind everything that is still to be sent.
    pub(super) fn inject(&mut self, bytes: Bytes, now: CoarseInstant) {
        if let Some(lane) = &mut self.lane {
            return lane.push(Piece::of_user(bytes));
        }
        if self.outgoing.is_empty() {
            self.blocked_since = Some(now);
        }
        self.injected.push(bytes);
        self.load_injected();
    }

    /// Makes what the user wants to be sent next the pending bytes, if there are none.
    pub(super) fn load_injected(&mut self) {
        if self.outgoing.is_empty()
            && let Some(next) = self.injected.pop()
        {
            self.outgoing = Piece::of_user(next);
        }
    }

    /// The faults of what goes to the peer.
    pub(super) fn faults(&self) -> SideFaults {
        self.lane.as_ref().map_or_else(SideFaults::default, |lane| *lane.faults())
    }

    /// Replaces the faults of what goes to the peer; `seed` is where their random numbers start.
    pub(super) fn set_faults(&mut self, faults: SideFaults, seed: u64, now: Instant) {
        if self.lane.is_none() && faults.is_empty() {
            return;
        }
        let lane = self.lane.get_or_insert_with(|| Box::new(Lane::new(seed, now)));
        // What waits behind the pending bytes has to stay in front of what comes.
        while let Some(next) = self.injected.pop() {
            lane.push(Piece::of_user(next));
        }
        lane.set(faults, now);
    }

    /// Ends the faults that delay bytes.
    pub(super) fn hurry(&mut self, now: Instant) {
        self.lane.iter_mut().for_each(|lane| lane.hurry(now));
    }

    /// Whether bytes go to the peer as they come.
    pub(super) const fn is_direct(&self) -> bool {
        self.tls.is_none() && self.lane.is_none() && self.first.is_none()
    }

    /// Whether there are faults, or bytes that they have kept back.
    pub(super) const fn has_lane(&self) -> bool {
        self.lane.is_some()
    }

    /// When faults let the next bytes go on, or end the stream.
    pub(super) fn lane_deadline(&self) -> Option<Instant> {
        self.lane.as_ref()?.deadline()
    }

    /// Whether faults keep bytes back.
    pub(super) fn has_delayed(&self) -> bool {
        self.lane.as_ref().is_some_and(|lane| !lane.is_empty())
    }

    /// Adds bytes for the peer. Returns whether they are pending now.
    pub(super) fn queue(&mut self, piece: Piece) -> bool {
        match &mut self.lane {
            Some(lane) => lane.push(piece),
            None => {
                self.outgoing = piece;
                self.encrypt();
            }
        }
        self.lane.is_none()
    }

    /// Whether more may be read for the peer.
    pub(super) fn has_room(&self) -> bool {
        self.lane.as_ref().map_or(self.outgoing.is_empty(), |lane| lane.has_room())
    }

    /// Lets the bytes go on that faults need not keep back any more.
    pub(super) fn advance(&mut self, now: Instant) -> LaneEvent {
        let Some(lane) = &mut self.lane else { return LaneEvent::Nothing };
        let was_empty = self.outgoing.is_empty();
        let was_open = self.output == OutputState::Open && !lane.is_finishing();
        let event = lane.advance(now, &mut self.outgoing);
        if lane.is_unused() {
            self.lane = None;
        }
        if was_empty && !self.outgoing.is_empty() {
            self.blocked_since = None;
        }
        match event {
            LaneEvent::Finish => self.end_output(),
            LaneEvent::Cut | LaneEvent::TimedOut => {
                self.is_cut |= was_open;
                self.end_output();
            }
            LaneEvent::Nothing | LaneEvent::Reset => {}
        }
        event
    }

    /// Ends the stream that goes to the peer, although it goes on: what comes is dropped.
    pub(super) fn cut(&mut self, now: Instant) {
        self.is_cut |= self.output == OutputState::Open;
        self.lane.get_or_insert_with(|| Box::new(Lane::new(0, now))).cut();
        self.end_output();
    }

    /// Whether a fault has ended what goes to the peer.
    pub(super) const fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// Drops what was to go to the peer.
    pub(super) fn discard_outgoing(&mut self) {
        (self.outgoing, self.lane, self.first) = (Piece::empty(), None, None);
        self.injected.clear();
    }

    /// Whether FIN is due now.
    pub(super) fn is_to_shut_down(&self) -> bool {
        self.output == OutputState::Finishing
            && self.outgoing.is_empty()
            && self.first.is_none()
            && self.tls.as_ref().is_none_or(|tls| tls.is_notified())
    }

    /// Encrypts what is pending, as far as that is possible now.
    pub(super) fn encrypt(&mut self) {
        if let Some(tls) = &mut self.tls {
            tls.encrypt(
                &self.outgoing.bytes,
                self.output == OutputState::Finishing && self.injected.is_empty(),
            );
        }
    }

    /// What the socket has to take: what goes first, and then the pending bytes, or their ciphertext.
    pub(super) fn to_write(&self) -> &[u8] {
        if let Some(First { data, sent }) = self.first.as_deref() {
            return &data[*sent..];
        }
        self.tls.as_ref().map_or(&self.outgoing.bytes, |tls| tls.ciphertext())
    }

    /// Whether the socket has not taken everything, or cannot be given everything yet.
    pub(super) fn is_pending(&self) -> bool {
        !self.outgoing.is_empty() || !self.to_write().is_empty()
    }

    /// Whether there is still something to be delivered to the peer.
    pub(super) fn is_undelivered(&self) -> bool {
        self.is_pending() || self.has_delayed()
    }

    /// Processes that the socket took bytes. Returns the pending bytes that it has now taken; of those that are
    /// encrypted, only all together.
    pub(super) fn take_sent(&mut self, length: usize) -> Bytes {
        if let Some(first) = &mut self.first {
            first.sent += length;
            return Bytes::new();
        }
        let length = self.tls.as_mut().map_or(length, |tls| tls.sent(length).unwrap_or(0));
        self.outgoing.bytes.split_to(length)
    }

    /// Whether the handshake needs bytes of the peer.
    pub(super) fn awaits_handshake(&self) -> bool {
        self.tls.as_ref().is_some_and(|tls| tls.awaits_handshake())
    }

    /// Whether the handshake is not complete.
    pub(super) fn is_handshaking(&self) -> bool {
        self.tls.as_ref().is_some_and(|tls| tls.is_handshaking())
    }

    /// Whether bytes that were held are to be delivered, or the end of the stream behind them.
    pub(super) fn has_released(&self) -> bool {
        self.hold.as_ref().is_some_and(|hold| hold.has_released())
    }

    /// Whether there are bytes to deliver that were read, or the end of the stream behind them.
    pub(super) fn has_news(&self) -> bool {
        let is_decrypted = || self.tls.as_ref().is_some_and(|tls| tls.has_news());
        self.input == InputState::Open && (self.early.is_some() || is_decrypted())
    }

    /// Whether something is still to be sent, or kept back by faults.
    pub(super) fn has_outgoing(&self) -> bool {
        !self.outgoing.is_empty() || self.first.is_some() || self.has_delayed()
    }

    /// Whether the peer has ended and got everything but the end of TLS, which it need not wait for.
    pub(super) fn needs_no_end(&self) -> bool {
        self.tls.is_some()
            && self.input == InputState::Ended
            && self.output == OutputState::Finishing
            && self.outgoing.is_empty()
    }
}
