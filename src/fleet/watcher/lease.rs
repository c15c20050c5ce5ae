//! A lease on the bytes of one connection: when to ask for it, which bytes have come, and which are missing.
//!
//! There is no clock and no input or output in here, as in the rest of the watcher.

use crate::event::{Direction, Side, Timestamp};
use crate::fleet::subject::Publisher;
use crate::fleet::wire::{self, Answer, Ask, Chunk, Counters, LONGEST_CHUNK, LONGEST_LEASE, Text};

/// How often a lease is renewed.
const RENEW_EVERY: u64 = 2_000_000;

/// How long after an answer is missing or is a refusal the question is asked again.
const ASK_AGAIN: u64 = 1_000_000;

/// How long after the end of a connection its last bytes may arrive.
const LATE_AFTER: u64 = 1_000_000;

/// One stream of the connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LeasedStream {
    /// The socket.
    pub side: Side,
    /// The direction.
    pub direction: Direction,
}

impl LeasedStream {
    const ALL: [Self; 4] = [
        Self { side: Side::Client, direction: Direction::Received },
        Self { side: Side::Client, direction: Direction::Sent },
        Self { side: Side::Upstream, direction: Direction::Received },
        Self { side: Side::Upstream, direction: Direction::Sent },
    ];

    const fn index(self) -> usize {
        self.side as usize * 2 + self.direction as usize
    }
}

/// What is new of a lease.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LeaseNews {
    /// The bytes are published from now on. What went before is not told.
    Granted,
    /// They are not, and why. It is asked for again and again.
    Refused(Text),
    /// The publisher does not answer. It is asked again and again.
    NoAnswer,
    /// Bytes have come.
    Bytes {
        /// Their stream.
        stream: LeasedStream,
        /// How many bytes the stream had before.
        offset: u64,
        /// When they were moved, by the clock of the host: microseconds since 1970.
        at: u64,
        /// The bytes.
        data: Vec<u8>,
    },
    /// Bytes that were moved since the lease began have not come.
    Missing {
        /// Their stream.
        stream: LeasedStream,
        /// How many bytes the stream had before them.
        offset: u64,
        /// How many they are.
        bytes: u64,
    },
}

/// A lease, or the wish for one.
#[derive(Debug)]
pub struct Lease {
    publisher: Publisher,
    connection: u64,
    who: Text,
    epoch: Option<u64>,
    ask_from: Timestamp,
    is_asked: bool,
    /// What was told of the answers.
    told: Option<LeaseNews>,
    /// The offset at which each stream goes on, once something of it has come.
    next: [Option<u64>; 4],
    /// Since when the connection is over, and what it has moved.
    closed: Option<(Timestamp, Counters)>,
    malformed: u64,
    news: Vec<LeaseNews>,
}

impl Lease {
    /// A lease that is still to be asked for. `who` is the name under which it is.
    #[must_use]
    pub fn new(publisher: Publisher, connection: u64, who: Text) -> Self {
        Self {
            publisher,
            connection,
            who,
            epoch: None,
            ask_from: Timestamp::default(),
            is_asked: false,
            told: None,
            next: [None; 4],
            closed: None,
            malformed: 0,
            news: Vec::new(),
        }
    }

    /// Who publishes the bytes.
    #[must_use]
    pub const fn publisher(&self) -> &Publisher {
        &self.publisher
    }

    /// The number of the connection.
    #[must_use]
    pub const fn connection(&self) -> u64 {
        self.connection
    }

    /// Messages that could not be read, or were about bytes that have come already.
    #[must_use]
    pub const fn malformed(&self) -> u64 {
        self.malformed
    }

    /// The question that is to be asked now, if there is one. None is asked once the connection is over.
    pub fn question(&mut self, now: Timestamp) -> Option<Ask> {
        if self.is_asked || self.closed.is_some() || now < self.ask_from {
            return None;
        }
        self.is_asked = true;
        self.ask_from = now.plus_micros(RENEW_EVERY);
        Some(Ask::Lease { connection: self.connection, micros: LONGEST_LEASE, who: self.who.clone() })
    }

    /// The question that gives the lease back.
    #[must_use]
    pub fn give_back(&self) -> Ask {
        Ask::Lease { connection: self.connection, micros: 0, who: self.who.clone() }
    }

    /// Takes the answer, or notes that there is none.
    pub fn answered(&mut self, answer: Option<&[u8]>, now: Timestamp) {
        self.is_asked = false;
        let news = match answer.map(wire::read::<Answer>) {
            Some(Ok(Answer::Leased { epoch, .. })) => {
                self.follow(epoch);
                LeaseNews::Granted
            }
            Some(Ok(Answer::Refused { why })) => LeaseNews::Refused(why),
            Some(Ok(Answer::Page { .. } | Answer::Clock { .. }) | Err(_)) => {
                self.malformed += 1;
                LeaseNews::NoAnswer
            }
            None => LeaseNews::NoAnswer,
        };
        if news != LeaseNews::Granted {
            self.ask_from = now.plus_micros(ASK_AGAIN);
        }
        if self.closed.is_none() && self.told.as_ref() != Some(&news) {
            self.told = Some(news.clone());
            self.news.push(news);
        }
    }

    /// Takes a message with bytes.
    pub fn take(&mut self, payload: &[u8]) {
        let Ok(Chunk { head, data }) = wire::read::<Chunk<'_>>(payload) else {
            self.malformed += 1;
            return;
        };
        let end = head.offset.checked_add(data.len() as u64);
        let Some(end) = end.filter(|_| (1..=LONGEST_CHUNK).contains(&data.len())) else {
            self.malformed += 1;
            return;
        };
        if *self.epoch.get_or_insert(head.epoch) != head.epoch {
            self.malformed += 1;
            return;
        }
        let stream = LeasedStream { side: head.side.into(), direction: head.direction.into() };
        let next = &mut self.next[stream.index()];
        let before = next.unwrap_or(head.offset);
        if head.offset < before {
            self.malformed += 1;
            return;
        }
        *next = Some(end);
        if head.offset > before {
            self.news.push(LeaseNews::Missing { stream, offset: before, bytes: head.offset - before });
        }
        self.news.push(LeaseNews::Bytes { stream, offset: head.offset, at: head.at, data: data.to_vec() });
    }

    /// Notes that the connection is over, and what it has moved. Its last bytes may still be on their way.
    pub fn close(&mut self, counters: Counters, now: Timestamp) {
        self.closed.get_or_insert((now, counters));
    }

    /// What is new since the last call.
    pub fn news(&mut self, now: Timestamp) -> Vec<LeaseNews> {
        if let Some((at, counters)) = self.closed.filter(|(at, _)| now.micros_since(*at) >= LATE_AFTER) {
            let ends = [
                Some(counters.received),
                Some(counters.sent),
                counters.upstream_received,
                counters.upstream_sent,
            ];
            for (stream, end) in LeasedStream::ALL.into_iter().zip(ends) {
                let next = &mut self.next[stream.index()];
                if let (Some(offset), Some(end)) = (*next, end)
                    && end > offset
                {
                    *next = Some(end);
                    self.news.push(LeaseNews::Missing { stream, offset, bytes: end - offset });
                }
            }
            // Not looked at again.
            self.closed = Some((at, Counters::default()));
        }
        std::mem::take(&mut self.news)
    }

    /// Follows this run of the publisher. A connection of another run is another connection.
    fn follow(&mut self, epoch: u64) {
        if self.epoch.replace(epoch).is_some_and(|before| before != epoch) {
            self.next = [None; 4];
        }
    }
}

#[cfg(test)]
mod tests;
