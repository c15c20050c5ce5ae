//! One direction of one connection: exact counters, the decoder's state, and the newest bytes.

use std::collections::VecDeque;

use bytes::Bytes;

use super::history::History;
use super::ids::Moment;
use super::rate::Rate;
use crate::bytes::utf8::{Decoder, Malformed, Sink};

/// So many of the newest malformed parts are kept by place; all are counted.
const KEPT_MALFORMED: usize = 64;
/// Seconds that the small rate graph shows, and the running one.
pub const GRAPH_SECONDS: usize = 11;

/// Everything known about one stream.
#[derive(Clone, Debug)]
pub struct Stream {
    /// Bytes observed.
    pub bytes: u64,
    /// Reads or writes observed.
    pub events: u64,
    /// Bytes that were moved but not observed.
    pub missed_bytes: u64,
    /// Reads or writes that were not observed.
    pub missed_events: u64,
    /// Bytes per second.
    pub rate: Rate<GRAPH_SECONDS>,
    /// What the bytes are as UTF-8.
    pub characters: Characters,
    /// The newest bytes.
    pub history: History,
    /// Whether the stream is over: a character that is cut now will not be completed.
    pub ended: bool,
    decoder: Decoder,
}

/// What a stream's bytes are as UTF-8, counted.
#[derive(Clone, Debug, Default)]
pub struct Characters {
    /// Well-formed characters.
    pub well_formed: u64,
    /// Malformed parts.
    pub malformed: u64,
    /// The malformed parts by reason, in the order of `Reason::ALL`.
    pub by_reason: [u64; 7],
    /// The newest malformed parts, oldest first.
    pub recent: VecDeque<Malformed>,
}

impl Sink for Characters {
    fn text(&mut self, text: &str) {
        self.well_formed += text.chars().count() as u64;
    }

    fn malformed(&mut self, part: Malformed) {
        self.malformed += 1;
        self.by_reason[part.reason() as usize] += 1;
        if self.recent.len() == KEPT_MALFORMED {
            self.recent.pop_front();
        }
        self.recent.push_back(part);
    }
}

impl Stream {
    /// An empty stream that keeps the newest `history` bytes.
    #[must_use]
    pub fn new(history: usize) -> Self {
        Self {
            bytes: 0,
            events: 0,
            missed_bytes: 0,
            missed_events: 0,
            rate: Rate::default(),
            characters: Characters::default(),
            history: History::new(history),
            ended: false,
            decoder: Decoder::new(),
        }
    }

    /// Bytes of a character whose rest has not arrived.
    #[must_use]
    pub fn pending(&self) -> &[u8] {
        self.decoder.pending()
    }

    /// Bytes moved, observed or not.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.bytes + self.missed_bytes
    }

    /// Adds one read or write; see [`History::push`] for what it returns.
    pub fn push(&mut self, seq: u64, at: Moment, offset: u64, data: &Bytes) -> Option<u64> {
        self.bytes += data.len() as u64;
        self.events += 1;
        self.rate.add(at, data.len() as u64);
        if offset != self.decoder.offset() {
            self.decoder.skip_to(offset);
        }
        self.decoder.decode(data, &mut self.characters);
        self.history.push(seq, at, offset, data)
    }

    /// Counts what was not observed.
    pub fn miss(&mut self, at: Moment, events: u64, bytes: u64) {
        self.missed_events += events;
        self.missed_bytes += bytes;
        self.rate.add(at, bytes);
    }

    /// No byte follows.
    pub fn end(&mut self) {
        if !self.ended {
            self.ended = true;
            self.decoder.end(&mut self.characters);
        }
    }
}
