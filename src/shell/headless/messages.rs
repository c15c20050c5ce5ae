//! The messages of connections, as they end.

use std::collections::HashMap;

use bytes::Bytes;

use crate::bytes::answers::{Answered, BEGINNING, PairedMessage, Pairer};
use crate::bytes::frame::{Asked, Beginnings, Fault, Framer, Framing, Mark, MessageBeginning};
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
    Framed(Box<Framed>),
}

/// A connection whose messages are told apart.
#[derive(Debug)]
struct Framed {
    streams: PerDirection<Stream>,
    /// Says which message answers which, if that is known.
    pairer: Option<Pairer>,
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
#[derive(Debug)]
struct Stream {
    framer: Option<Framer>,
    beginnings: Beginnings,
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
        /// The message of the other direction that it answers.
        answers: Option<Answered>,
        /// Why nothing is said of the answers that follow.
        pairs_end: Option<&'static str>,
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
            Framing::None | Framing::Protocol(_) | Framing::Rule(_) => {
                Connection::Framed(Box::new(Framed::new(framing, None)))
            }
        });
        match connection {
            Connection::Framed(framed) => framed.read(id, &read, tell),
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
        if let Connection::Framed(mut framed) = connection {
            for (direction, length) in lengths.iter() {
                framed.close(at, id, direction, *length, tell);
            }
        }
    }
}

impl Connection {
    /// Applies the rules of a protocol to what has waited for it.
    fn decide(&mut self, framing: &Framing, id: ConnectionId, tell: &mut impl FnMut(MessageLine)) {
        let Self::Waiting(opening, waiting, _) = self else { return };
        let mut framed = Framed::new(framing, opening.protocol());
        waiting.drain(..).for_each(|read| framed.read(id, &read, tell));
        *self = Self::Framed(Box::new(framed));
    }
}

impl Framed {
    /// A connection in which this was recognised.
    fn new(framing: &Framing, found: Option<&Recognised>) -> Self {
        let pairer = framing.protocol(found).and_then(Pairer::of);
        let most = if pairer.is_some() { BEGINNING } else { 0 };
        let stream = |speaker| {
            let framer = framing.rule(found, speaker).map(|rule| Framer::new(&rule));
            Stream { framer, beginnings: Beginnings::new(most), number: 0, last: None }
        };
        let streams = PerDirection { received: stream(Speaker::Client), sent: stream(Speaker::Server) };
        Self { streams, pairer }
    }

    fn read(&mut self, id: ConnectionId, read: &Read, tell: &mut impl FnMut(MessageLine)) {
        let &Read { at, direction, offset, ref data } = read;
        let Self { streams, pairer } = self;
        let Stream { framer: Some(framer), beginnings, number, last } = &mut streams[direction] else {
            return;
        };
        let mut asked = Vec::new();
        // The beginning of a recording may be missing: then the stream begins where it does.
        if framer.offset() == 0 && offset > 0 {
            *framer = Framer::from_offset(framer.rule(), offset);
            asked.push(None);
            if let Some(pairer) = pairer {
                pairer.lose(false);
            }
        }
        let mut told = Told { at, connection: id, direction, number, last, pairer, asked: &mut asked, tell };
        if let Some(missed) = offset.checked_sub(framer.offset()) {
            beginnings.skip(framer, missed, &mut |mark, beginning| told.tell(mark, beginning));
        }
        beginnings.push(framer, Some(at.0), data, &mut |mark, beginning| told.tell(mark, beginning));
        if let (Direction::Received, Some(answers)) = (direction, &mut streams.sent.framer) {
            asked.into_iter().for_each(|asked| match asked {
                Some(asked) => answers.ask(asked),
                None => answers.lose_asked(),
            });
        }
    }

    fn close(
        &mut self,
        at: Timestamp,
        id: ConnectionId,
        direction: Direction,
        length: u64,
        tell: &mut impl FnMut(MessageLine),
    ) {
        let Self { streams, pairer } = self;
        let Stream { framer: Some(framer), beginnings, number, last } = &mut streams[direction] else {
            return;
        };
        // Of a stream whose end was not observed, nothing is known.
        if framer.offset() == length {
            let asked = &mut Vec::new();
            let mut told = Told { at, connection: id, direction, number, last, pairer, asked, tell };
            beginnings.finish(framer, &mut |mark, beginning| told.tell(mark, beginning));
        }
    }
}

/// Tells what the marks of one direction say.
struct Told<'a, T> {
    at: Timestamp,
    connection: ConnectionId,
    direction: Direction,
    number: &'a mut u64,
    last: &'a mut Option<Timestamp>,
    pairer: &'a mut Option<Pairer>,
    /// What the messages ask for; `None` where some may have been missed.
    asked: &'a mut Vec<Option<Asked>>,
    tell: &'a mut T,
}

impl<T: FnMut(MessageLine)> Told<'_, T> {
    fn tell(&mut self, mark: Mark, beginning: MessageBeginning<'_>) {
        let what = match mark {
            Mark::Outside { .. } => return,
            Mark::Fault(fault) => {
                self.asked.push(None);
                if let Some(pairer) = self.pairer {
                    pairer.lose(fault.stops);
                }
                What::Fault(fault)
            }
            Mark::Message { end } => self.message(end, beginning),
        };
        let &mut Told { at, connection, direction, .. } = self;
        (self.tell)(MessageLine { at, connection, direction, what });
    }

    fn message(&mut self, end: u64, beginning: MessageBeginning<'_>) -> What {
        *self.number += 1;
        let (number, at) = (*self.number, self.at.0);
        self.asked.extend(Asked::of(beginning.bytes).map(Some));
        let said = self.pairer.as_mut().map(|pairer| {
            let speaker = match self.direction {
                Direction::Received => Speaker::Client,
                Direction::Sent => Speaker::Server,
            };
            let MessageBeginning { begun, bytes, .. } = beginning;
            pairer.message(speaker, &PairedMessage { number, begun, ended: at, beginning: bytes })
        });
        let said = said.unwrap_or_default();
        What::Message {
            number,
            offset: beginning.start,
            length: end - beginning.start,
            micros: self.last.replace(self.at).map(|last| at.saturating_sub(last.0)),
            answers: said.answers,
            pairs_end: said.ends,
        }
    }
}
