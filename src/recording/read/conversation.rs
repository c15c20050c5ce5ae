//! One TCP connection of a capture.

use std::net::SocketAddr;

use crate::event::{
    BackendKind, CloseReason, ConnectionEvent, ConnectionId, Direction, Event, Origin, PerDirection, Side,
    Stamped, StreamEvent, StreamId, Timestamp, Utf8Scanner, Utf8Summary,
};
use crate::recording::read::captured::Captured;
use crate::recording::read::half::{Delivered, Half};
use crate::recording::read::segment::Segment;

/// The largest number of bytes that are captured before the start of their connection is.
const LATE_START: i64 = 1 << 20;

/// What the events have to say beside what was captured.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Scan {
    /// The UTF-8 summary of bytes.
    Utf8,
    /// Nothing.
    Nothing,
}

/// Whether a connection goes on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    /// The client asked for it and no answer has come.
    Asked,
    Open,
    Closed,
}

/// A connection. `received` is what the client sends and `sent` what the server does, as the server itself sees it.
#[derive(Debug)]
pub(super) struct Conversation {
    id: ConnectionId,
    client: SocketAddr,
    server: SocketAddr,
    halves: PerDirection<Half>,
    scanners: PerDirection<Utf8Scanner>,
    /// The numbers with which both sides began, as far as that was captured.
    initial: PerDirection<Option<u32>>,
    /// Who ended its stream first.
    first_end: Option<Direction>,
    state: State,
    /// The time of the last event.
    at: Timestamp,
    scan: Scan,
}

impl Conversation {
    /// A connection that this segment belongs to, as the first one that was captured.
    pub(super) fn new(id: ConnectionId, segment: &Segment, at: Timestamp, scan: Scan) -> Self {
        let by_client = match (segment.syn, segment.acknowledged) {
            (true, None) => true,
            (true, Some(_)) => false,
            // Servers have the lower port, as a rule.
            (false, _) => segment.to.port() <= segment.from.port(),
        };
        let (client, server) =
            if by_client { (segment.from, segment.to) } else { (segment.to, segment.from) };
        Self {
            id,
            client,
            server,
            halves: PerDirection::default(),
            scanners: PerDirection::default(),
            initial: PerDirection::default(),
            first_end: None,
            state: if segment.syn && by_client { State::Asked } else { State::Open },
            at,
            scan,
        }
    }

    /// Its number.
    pub(super) const fn id(&self) -> ConnectionId {
        self.id
    }

    /// Whether it has ended: what belongs to it can only be repeated.
    pub(super) fn is_closed(&self) -> bool {
        self.state == State::Closed
    }

    /// The memory that pieces take which wait for others.
    pub(super) fn waiting_cost(&self) -> usize {
        self.halves.received.waiting_cost() + self.halves.sent.waiting_cost()
    }

    fn direction(&self, segment: &Segment) -> Direction {
        if segment.from == self.client { Direction::Received } else { Direction::Sent }
    }

    /// Whether the segment begins another connection between the same addresses.
    pub(super) fn is_followed_by(&self, segment: &Segment) -> bool {
        let direction = self.direction(segment);
        let is_new = match (self.initial[direction], self.state) {
            (Some(known), _) => known != segment.sequence,
            (None, State::Closed) => true,
            // The start of a connection may be captured behind its first bytes.
            (None, State::Asked | State::Open) => {
                let first = self.halves[direction].offset(segment.sequence.wrapping_add(1));
                first.is_some_and(|first| !(-LATE_START..=0).contains(&first))
            }
        };
        segment.syn && !segment.rst && is_new
    }

    /// The event that it was opened.
    pub(super) fn open(&self, out: &mut Vec<Stamped>) {
        // A capture does not know how its server serves.
        let backend = BackendKind::Async;
        let (peer, local) = (self.client.into(), self.server.into());
        self.tell(ConnectionEvent::Opened { peer, local, backend, upstream: None }, out);
    }

    /// Takes a segment of this connection.
    pub(super) fn take(&mut self, segment: &Segment, at: Timestamp, out: &mut Vec<Stamped>) {
        if self.is_closed() {
            return;
        }
        self.at = self.at.max(at);
        let direction = self.direction(segment);
        let mut first = segment.sequence;
        if segment.syn {
            self.initial[direction].get_or_insert(segment.sequence);
            // The request to connect takes a number of its own.
            first = first.wrapping_add(1);
            self.halves[direction].begin(first);
        }
        if self.state == State::Asked && direction == Direction::Sent && !segment.rst {
            self.state = State::Open;
        }
        let mut delivered = Vec::new();
        if let Some(number) = segment.acknowledged
            && !segment.rst
        {
            let other = direction.other();
            self.halves[other].acknowledged(number, &mut delivered);
            self.pass_on(other, &mut delivered, out);
        }
        if segment.rst {
            return self.reset(direction, out);
        }
        if segment.fin {
            self.first_end.get_or_insert(direction);
        }
        self.halves[direction].segment(first, &segment.payload, segment.cut, segment.fin, &mut delivered);
        self.pass_on(direction, &mut delivered, out);
        self.close_if_ended(out);
    }

    /// Gives up what waiting pieces wait for.
    pub(super) fn release(&mut self, out: &mut Vec<Stamped>) {
        for direction in Direction::ALL {
            let mut delivered = Vec::new();
            self.halves[direction].release(&mut delivered);
            self.pass_on(direction, &mut delivered, out);
        }
    }

    /// Delivers all that was captured: nothing follows.
    fn finish(&mut self, out: &mut Vec<Stamped>) {
        for direction in Direction::ALL {
            let mut delivered = Vec::new();
            let closing = self.halves[direction.other()].has_ended();
            self.halves[direction].finish(closing, &mut delivered);
            self.pass_on(direction, &mut delivered, out);
        }
    }

    /// Ends with the file: nothing follows.
    pub(super) fn end_with_file(&mut self, out: &mut Vec<Stamped>) {
        if !self.is_closed() {
            self.finish(out);
            self.close_if_ended(out);
        }
    }

    /// Ends, because another connection between the same addresses begins.
    pub(super) fn end_unseen(&mut self, out: &mut Vec<Stamped>) {
        self.end_with_file(out);
        if !self.is_closed() {
            let detail = "its end was not captured: the next connection between these addresses follows";
            self.close(CloseReason::Error, Some(detail.to_owned()), out);
        }
    }

    fn reset(&mut self, by: Direction, out: &mut Vec<Stamped>) {
        self.finish(out);
        match (self.state, by) {
            (State::Asked, Direction::Sent) => {
                self.close(CloseReason::Refused, Some("the server refused it".to_owned()), out);
            }
            (_, Direction::Received) => self.close(CloseReason::PeerReset, None, out),
            (_, Direction::Sent) => self.close(CloseReason::WeReset, None, out),
        }
    }

    fn close_if_ended(&mut self, out: &mut Vec<Stamped>) {
        if !Direction::ALL.iter().all(|direction| self.halves[*direction].has_ended()) || self.is_closed() {
            return;
        }
        let reason = match self.first_end {
            Some(Direction::Sent) => CloseReason::WeFinished,
            Some(Direction::Received) | None => CloseReason::PeerFinished,
        };
        self.close(reason, None, out);
    }

    fn close(&mut self, reason: CloseReason, detail: Option<String>, out: &mut Vec<Stamped>) {
        self.state = State::Closed;
        let (received, sent) = (self.halves.received.length(), self.halves.sent.length());
        self.tell(ConnectionEvent::Closed { reason, detail, failed_call: None, received, sent }, out);
        self.halves = PerDirection::default();
    }

    fn tell(&self, event: ConnectionEvent, out: &mut Vec<Stamped>) {
        out.push(Stamped { at: self.at, event: Event::Connection(self.id, event) });
    }

    fn pass_on(&mut self, direction: Direction, delivered: &mut Vec<Delivered>, out: &mut Vec<Stamped>) {
        for one in delivered.drain(..) {
            let event = match one {
                Delivered::Bytes(offset, Captured { bytes: data, place }) => {
                    let summary = match self.scan {
                        Scan::Utf8 => self.scanners[direction].scan(offset, &data),
                        Scan::Nothing => Utf8Summary::default(),
                    };
                    let origin = Origin::of(direction);
                    StreamEvent::Bytes { offset, data, summary, origin, forwarded: None, place }
                }
                Delivered::Gap(bytes) => StreamEvent::Missed { events: 1, bytes },
                Delivered::End => {
                    self.first_end.get_or_insert(direction);
                    if direction == Direction::Received {
                        self.tell(ConnectionEvent::InputEnded { side: Side::Client }, out);
                    }
                    continue;
                }
            };
            out.push(Stamped {
                at: self.at,
                event: Event::Stream(StreamId::client(self.id, direction), event),
            });
        }
    }
}
