//! The messages of connections, as they end.

use std::collections::HashMap;

use bytes::Bytes;

use crate::bytes::frame::{Fault, Framer, Framing, Mark};
use crate::bytes::protocol::{Recognised, Speaker};
use crate::event::{
    ConnectionEvent, ConnectionId, Direction, Event, PerDirection, Side, StreamEvent, Timestamp,
};
use crate::model::opening::{Change, Opening};

/// The bytes of a connection that wait for its protocol. Once there are more, it is decided by these.
const MOST_WAITING: usize = 64 * 1024;

/// Finds the messages of all connections, on the side of the client.
#[derive(Debug)]
pub(super) struct Messages {
    framing: Framing,
    connections: HashMap<ConnectionId, Connection>,
}

#[derive(Debug)]
enum Connection {
    /// The protocol is not known.
    Waiting(Opening, Vec<Read>, usize),
    Framed(Box<PerDirection<Stream>>),
}

/// Some bytes that were moved.
#[derive(Debug)]
struct Read {
    at: Timestamp,
    direction: Direction,
    offset: u64,
    data: Bytes,
}

/// One direction of a connection; without a rule, nothing is told of it.
#[derive(Debug, Default)]
struct Stream {
    framer: Option<Framer>,
    /// The number of messages so far.
    number: u64,
    /// When the last one ended.
    last: Option<Timestamp>,
}

/// A line about a message.
#[derive(PartialEq, Debug)]
pub(super) struct MessageLine {
    pub(super) at: Timestamp,
    pub(super) connection: ConnectionId,
    pub(super) direction: Direction,
    pub(super) what: What,
}

#[derive(PartialEq, Debug)]
pub(super) enum What {
    /// A message has ended.
    Message {
        number: u64,
        offset: u64,
        length: u64,
        micros: Option<u64>,
    },
    Fault(Fault),
}

impl Messages {
    pub(super) fn new(framing: Framing) -> Self {
        Self { framing, connections: HashMap::new() }
    }

    /// Whether no connection is live.
    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.connections.is_empty()
    }

    /// Tells the messages that an event ends, which comes at this time.
    pub(super) fn add(&mut self, at: Timestamp, event: &Event, tell: &mut impl FnMut(MessageLine)) {
        if self.framing == Framing::None {
            return;
        }
        match event {
            Event::Stream(id, StreamEvent::Bytes { offset, data, .. }) if id.side == Side::Client => {
                let read = Read { at, direction: id.direction, offset: *offset, data: data.clone() };
                self.read(id.connection, read, tell);
            }
            Event::Connection(id, ConnectionEvent::Closed { received, sent, .. }) => {
                let lengths = PerDirection { received: *received, sent: *sent };
                self.close(at, *id, lengths, tell);
            }
            Event::Connection(..) | Event::Stream(..) | Event::Switch(_) | Event::Server(_) => {}
        }
    }

    fn read(&mut self, id: ConnectionId, read: Read, tell: &mut impl FnMut(MessageLine)) {
        let framing = &self.framing;
        let connection = self.connections.entry(id).or_insert_with(|| match framing {
            Framing::Auto => Connection::Waiting(Opening::default(), Vec::new(), 0),
            Framing::None | Framing::Rule(_) => Connection::Framed(streams(framing, None)),
        });
        match connection {
            Connection::Framed(streams) => streams[read.direction].read(id, &read, tell),
            Connection::Waiting(opening, waiting, length) => {
                let change = opening.add(read.direction, read.offset, &read.data);
                *length += read.data.len();
                waiting.push(read);
                match change {
                    Change::Settled => {}
                    Change::Same | Change::Changed if *length <= MOST_WAITING => return,
                    Change::Same | Change::Changed => {
                        opening.end();
                    }
                }
                connection.decide(framing, id, tell);
            }
        }
    }

    fn close(
        &mut self,
        at: Timestamp,
        id: ConnectionId,
        lengths: PerDirection<u64>,
        tell: &mut impl FnMut(MessageLine),
    ) {
        let Some(mut connection) = self.connections.remove(&id) else { return };
        if let Connection::Waiting(opening, ..) = &mut connection {
            opening.end();
            connection.decide(&self.framing, id, tell);
        }
        if let Connection::Framed(mut streams) = connection {
            for (direction, length) in lengths.iter() {
                streams[direction].close(at, id, direction, *length, tell);
            }
        }
    }
}

impl Connection {
    /// Applies the rules of a protocol to what has waited for it.
    fn decide(&mut self, framing: &Framing, id: ConnectionId, tell: &mut impl FnMut(MessageLine)) {
        let Self::Waiting(opening, waiting, _) = self else { return };
        let mut streams = streams(framing, opening.protocol());
        waiting.drain(..).for_each(|read| streams[read.direction].read(id, &read, tell));
        *self = Self::Framed(streams);
    }
}

/// The streams of a connection in which this was recognised.
fn streams(framing: &Framing, found: Option<&Recognised>) -> Box<PerDirection<Stream>> {
    let stream = |speaker| {
        let framer = framing.rule(found, speaker).map(|rule| Framer::new(&rule));
        Stream { framer, ..Stream::default() }
    };
    Box::new(PerDirection { received: stream(Speaker::Client), sent: stream(Speaker::Server) })
}

impl Stream {
    fn read(&mut self, id: ConnectionId, read: &Read, tell: &mut impl FnMut(MessageLine)) {
        let &Read { at, direction, offset, ref data } = read;
        let marks = &mut Vec::new();
        let Some(framer) = &mut self.framer else { return };
        // The beginning of a recording may be missing: then the stream begins where it does.
        if framer.offset() == 0 && offset > 0 {
            *framer = Framer::from_offset(framer.rule(), offset);
        }
        let begun = framer.start();
        if let Some(missed) = offset.checked_sub(framer.offset()) {
            framer.skip(missed, &mut |mark| marks.push(mark));
        }
        framer.push(Some(at.0), data, &mut |mark| marks.push(mark));
        self.tell(at, id, direction, begun, marks, tell);
    }

    fn close(
        &mut self,
        at: Timestamp,
        id: ConnectionId,
        direction: Direction,
        length: u64,
        tell: &mut impl FnMut(MessageLine),
    ) {
        let Some(framer) = &mut self.framer else { return };
        // Of a stream whose end was not observed, nothing is known.
        if framer.offset() != length {
            return;
        }
        let (begun, mut marks) = (framer.start(), Vec::new());
        framer.finish(&mut |mark| marks.push(mark));
        self.tell(at, id, direction, begun, &mut marks, tell);
    }

    /// Tells what these marks say; the first message begins at `begun`.
    fn tell(
        &mut self,
        at: Timestamp,
        connection: ConnectionId,
        direction: Direction,
        mut begun: u64,
        marks: &mut Vec<Mark>,
        tell: &mut impl FnMut(MessageLine),
    ) {
        for mark in marks.drain(..) {
            let what = match mark {
                Mark::Outside { end } => {
                    begun = end;
                    continue;
                }
                Mark::Fault(fault) => What::Fault(fault),
                Mark::Message { end } => {
                    self.number += 1;
                    let micros = self.last.replace(at).map(|last| at.0.saturating_sub(last.0));
                    let offset = std::mem::replace(&mut begun, end);
                    What::Message { number: self.number, offset, length: end - offset, micros }
                }
            };
            tell(MessageLine { at, connection, direction, what });
        }
    }
}
