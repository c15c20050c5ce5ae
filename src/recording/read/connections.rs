//! The TCP connections of a capture: which one a segment belongs to.

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;

use crate::event::{ConnectionId, Stamped, Timestamp};
use crate::recording::read::conversation::{Conversation, Scan};
use crate::recording::read::segment::Segment;

/// The largest number of connections that are followed at once; closed ones that may be repeated are among them.
const MOST: usize = 1 << 18;
/// Memory of all pieces that wait for others.
const MOST_WAITING: usize = 64 << 20;

/// Both addresses of a connection, in an order that does not depend on who sends.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
struct Addresses(SocketAddr, SocketAddr);

impl Addresses {
    fn of(segment: &Segment) -> Self {
        if segment.from < segment.to {
            Self(segment.from, segment.to)
        } else {
            Self(segment.to, segment.from)
        }
    }
}

/// What became of a segment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Taken {
    Yes,
    /// It would begin one connection too many.
    NoRoom,
}

/// All connections. The addresses come from the file, so the table withstands chosen keys.
#[derive(Debug)]
pub(super) struct Connections {
    known: HashMap<Addresses, Conversation>,
    /// Those that are closed, oldest first; some may have been replaced since.
    closed: VecDeque<Addresses>,
    opened: u64,
    waiting: usize,
    scan: Scan,
}

impl Connections {
    pub(super) fn new(scan: Scan) -> Self {
        Self { known: HashMap::new(), closed: VecDeque::new(), opened: 0, waiting: 0, scan }
    }

    /// Takes a segment, and adds the events that follow from it.
    pub(super) fn take(&mut self, segment: &Segment, at: Timestamp, out: &mut Vec<Stamped>) -> Taken {
        let addresses = Addresses::of(segment);
        let is_followed = match self.known.get_mut(&addresses) {
            Some(known) if known.is_followed_by(segment) => {
                self.waiting -= known.waiting_cost();
                known.end_unseen(out);
                true
            }
            Some(_) => false,
            // An acknowledgement or an end alone says nothing of a connection whose bytes are not known.
            None if !segment.syn && segment.payload.bytes.is_empty() && segment.cut == 0 => {
                return Taken::Yes;
            }
            None if segment.rst => return Taken::Yes,
            None => true,
        };
        if is_followed && !self.open(addresses, segment, at, out) {
            return Taken::NoRoom;
        }
        if let Some(known) = self.known.get_mut(&addresses) {
            let (before, was_closed) = (known.waiting_cost(), known.is_closed());
            known.take(segment, at, out);
            if self.waiting + known.waiting_cost() - before > MOST_WAITING {
                known.release(out);
            }
            self.waiting = self.waiting + known.waiting_cost() - before;
            if known.is_closed() && !was_closed {
                self.closed.push_back(addresses);
            }
        }
        Taken::Yes
    }

    /// The connection that a segment belongs to, if it is known.
    pub(super) fn of(&self, segment: &Segment) -> Option<ConnectionId> {
        self.known.get(&Addresses::of(segment)).map(Conversation::id)
    }

    /// Opens a connection in the place of an older one, or in a new one if there is room.
    fn open(
        &mut self,
        addresses: Addresses,
        segment: &Segment,
        at: Timestamp,
        out: &mut Vec<Stamped>,
    ) -> bool {
        while self.known.len() >= MOST && !self.known.contains_key(&addresses) {
            let Some(oldest) = self.closed.pop_front() else { return false };
            if self.known.get(&oldest).is_some_and(Conversation::is_closed) {
                self.known.remove(&oldest);
            }
        }
        self.opened += 1;
        let opened = Conversation::new(ConnectionId(self.opened), segment, at, self.scan);
        opened.open(out);
        self.known.insert(addresses, opened);
        true
    }

    /// Ends all connections with the file, in the order of their numbers.
    pub(super) fn end(&mut self, out: &mut Vec<Stamped>) {
        let mut left: Vec<Conversation> = self.known.drain().map(|(_, known)| known).collect();
        left.sort_unstable_by_key(Conversation::id);
        left.iter_mut().for_each(|known| known.end_with_file(out));
        (self.waiting, self.closed) = (0, VecDeque::new());
    }
}

#[cfg(test)]
mod tests;
