//! Leases of watchers on the bytes of connections, and the bytes that wait to be published because of them.
//!
//! Bytes are the first thing to be left out: beyond the rate, and while too much waits. What is left out shows by the
//! offsets of what follows.

use std::collections::VecDeque;

use crate::event::{StreamEvent, StreamId, Timestamp};
use crate::fleet::wire::{self, Answer, Chunk, ChunkHead, LONGEST_CHUNK, LONGEST_LEASE, Text};

/// The largest number of leases at one time.
const MOST_LEASES: usize = 4;

/// The bytes of one connection are published at this rate at most, in bytes a second.
const RATE: u64 = 1 << 20;

/// As many may come at once.
const BURST: u64 = 256 << 10;

/// As many bytes wait to be published at most.
const MOST_WAITING: usize = 1 << 20;

/// All leases.
#[derive(Debug, Default)]
pub(super) struct Leases {
    leases: Vec<Lease>,
    rates: Vec<Rate>,
    waiting: VecDeque<(u64, Vec<u8>)>,
    waiting_bytes: usize,
}

#[derive(Debug)]
struct Lease {
    asker: String,
    connection: u64,
    until: Timestamp,
}

/// How much of a connection may be published at once.
#[derive(Debug)]
struct Rate {
    connection: u64,
    allowance: u64,
    at: Timestamp,
}

impl Rate {
    /// Takes this number of bytes out of the allowance, if it suffices.
    fn takes(&mut self, bytes: u64, now: Timestamp) -> bool {
        let micros = now.micros_since(self.at);
        let more = micros.saturating_mul(RATE) / 1_000_000;
        if more > 0 {
            (self.allowance, self.at) = (self.allowance.saturating_add(more).min(BURST), now);
        }
        let suffices = bytes <= self.allowance;
        if suffices {
            self.allowance -= bytes;
        }
        suffices
    }
}

/// What comes of a question for bytes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LeaseOutcome {
    /// The answer.
    pub answer: Answer,
    /// Whether the asker had no lease on this connection before.
    pub is_new: bool,
}

impl Leases {
    /// Gives a lease on a live connection, or renews it.
    pub(super) fn give(
        &mut self,
        epoch: u64,
        asker: &str,
        connection: u64,
        micros: u64,
        now: Timestamp,
    ) -> LeaseOutcome {
        self.expire(now);
        let micros = micros.min(LONGEST_LEASE);
        let at = self.leases.iter().position(|lease| lease.asker == asker);
        let before = at.map(|at| self.leases.swap_remove(at));
        let is_new = before.is_none_or(|before| before.connection != connection);
        if micros > 0 && self.leases.len() == MOST_LEASES {
            self.forget_rates();
            let why = Text::new("other watchers have as many leases as there may be");
            return LeaseOutcome { answer: Answer::Refused { why }, is_new };
        }
        if micros > 0 {
            let until = now.plus_micros(micros);
            self.leases.push(Lease { asker: asker.to_owned(), connection, until });
            if !self.rates.iter().any(|rate| rate.connection == connection) {
                self.rates.push(Rate { connection, allowance: BURST, at: now });
            }
        }
        self.forget_rates();
        LeaseOutcome { answer: Answer::Leased { epoch, micros }, is_new: is_new && micros > 0 }
    }

    fn forget_rates(&mut self) {
        let leases = &self.leases;
        self.rates.retain(|rate| leases.iter().any(|lease| lease.connection == rate.connection));
    }

    /// Ends the leases that were not renewed in time.
    pub(super) fn expire(&mut self, now: Timestamp) {
        self.leases.retain(|lease| now < lease.until);
        self.forget_rates();
    }

    /// When the first lease ends, if there is one.
    pub(super) fn due(&self) -> Option<Timestamp> {
        self.leases.iter().map(|lease| lease.until).min()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.leases.is_empty()
    }

    /// Takes the bytes of a read or a write, if somebody has a lease on them.
    pub(super) fn take(
        &mut self,
        epoch: u64,
        at: u64,
        stream: StreamId,
        event: &StreamEvent,
        now: Timestamp,
    ) {
        let StreamEvent::Bytes { offset, data, forwarded, .. } = event else { return };
        let connection = stream.connection.0;
        let Some(rate) = self.rates.iter_mut().find(|rate| rate.connection == connection) else { return };
        let read = (stream.side, stream.direction, at);
        let write =
            forwarded.map(|forwarded| (forwarded.side, crate::event::Direction::Sent, forwarded.at.0));
        for (side, direction, at) in [Some(read), write].into_iter().flatten() {
            let mut offset = *offset;
            for data in data.chunks(LONGEST_CHUNK) {
                let has_room = self.waiting_bytes + data.len() <= MOST_WAITING;
                if has_room && rate.takes(data.len() as u64, now) {
                    let head =
                        ChunkHead { epoch, side: side.into(), direction: direction.into(), offset, at };
                    let message = wire::write(&Chunk { head, data });
                    self.waiting_bytes += message.len();
                    self.waiting.push_back((connection, message));
                }
                offset += data.len() as u64;
            }
        }
    }

    pub(super) fn has_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// The next message, and the connection that it is about.
    pub(super) fn next(&mut self) -> Option<(u64, Vec<u8>)> {
        let (connection, message) = self.waiting.pop_front()?;
        self.waiting_bytes -= message.len();
        Some((connection, message))
    }

    /// Leaves out all that waits.
    pub(super) fn shed_all(&mut self) {
        self.waiting.clear();
        self.waiting_bytes = 0;
    }
}
