//! One direction of one connection: exact counters and the newest bytes.

use super::history::History;
pub use super::history::NewChunk;
use super::malformed_index::MalformedIndex;
use super::message_index::MessageIndex;
use super::payload::Payload;
use super::rate::Rate;
use crate::bytes::frame::Rule;
use crate::bytes::utf8::{Counts, Reason};
use crate::event::ids::Timestamp;
use crate::event::utf8_scanner::{Pending, Utf8Summary};

/// Number of seconds of the small rate graph, the current one included.
pub const GRAPH_SECONDS: usize = 11;

/// The state of one stream.
#[derive(Clone, Debug)]
pub struct Stream {
    /// Number of observed bytes.
    pub bytes: u64,
    /// Number of observed reads or writes.
    pub events: u64,
    /// Number of bytes that were moved but not observed.
    pub missed_bytes: u64,
    /// Number of reads or writes that were not observed.
    pub missed_events: u64,
    /// Bytes per second.
    pub rate: Rate<GRAPH_SECONDS>,
    /// Counts of characters and malformed parts, with the bytes read as UTF-8.
    pub characters: Counts,
    /// The newest bytes. After a trimmed read they stay those before it, until `ahead` is full.
    pub history: History,
    /// Index of the malformed parts in the newest bytes.
    pub malformed_index: MalformedIndex,
    /// The messages, if there is a rule for them.
    pub messages: Option<Box<MessageIndex>>,
    /// Whether the stream has ended: an incomplete character at its end will not be completed.
    pub ended: bool,
    pending: Pending,
    /// The bytes behind those that were trimmed before they were reported. It replaces `history` once it is full, so
    /// that a full history can be shown between any two reads.
    ahead: Option<Box<History>>,
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
            characters: Counts::default(),
            history: History::new(history),
            malformed_index: MalformedIndex::default(),
            messages: None,
            ended: false,
            pending: Pending::default(),
            ahead: None,
        }
    }

    /// Bytes of an incomplete character at the end of the stream.
    #[must_use]
    pub fn pending(&self) -> &[u8] {
        self.pending.bytes()
    }

    /// Number of bytes moved, observed or not.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.bytes + self.missed_bytes
    }

    /// Adds one read or write.
    pub fn push(&mut self, chunk: NewChunk, payload: Payload<'_>, summary: &Utf8Summary) {
        self.count(chunk.at, payload.bytes.len() as u64, summary);
        let before = self.observed();
        if let Some(ahead) = &mut self.ahead {
            ahead.push(chunk, payload);
            if ahead.is_full() {
                self.catch_up();
            }
        } else {
            self.history.push(chunk, payload);
            self.trim_indexes();
        }
        // What is looked at in slices comes later.
        if let Some(messages) = self.messages.as_mut().filter(|messages| messages.next() >= before) {
            messages.push(chunk.wall_clock.0, chunk.offset, payload.bytes);
        }
    }

    /// Offset behind the newest observed byte.
    fn observed(&self) -> u64 {
        self.ahead.as_ref().map_or(self.history.end(), |ahead| ahead.end())
    }

    /// Tells messages apart by this rule from now on, or not any more. Returns whether that changes anything.
    pub(super) fn set_framing(&mut self, rule: Option<&Rule>) -> bool {
        let is_new = self.messages.as_ref().map(|messages| messages.rule()) != rule;
        if is_new {
            self.messages = rule.map(|rule| Box::new(MessageIndex::new(rule, &self.history)));
        }
        is_new
    }

    /// Notes that messages are looked for in slices. Returns whether that was not so before.
    pub(super) fn queue_framing(&mut self) -> bool {
        self.messages.as_mut().is_some_and(|messages| !std::mem::replace(&mut messages.is_queued, true))
    }

    /// Whether there are bytes in which messages were not looked for.
    #[must_use]
    pub fn is_framing_behind(&self) -> bool {
        self.messages.as_ref().is_some_and(|messages| messages.next() < self.observed())
    }

    /// Looks for messages in about this many of the bytes that were not looked at. Returns about how many those were.
    pub(super) fn advance_framing(&mut self, budget: usize) -> usize {
        let Some(messages) = &mut self.messages else { return 0 };
        let mut work = messages.advance(&self.history, budget);
        if let Some(ahead) = self.ahead.as_ref().filter(|_| work < budget) {
            work += messages.advance(ahead, budget - work);
        }
        messages.trim_before(self.history.start());
        if messages.next() >= self.observed() {
            self.end_slices();
        }
        work
    }

    /// Takes notice that all bytes were looked at.
    fn end_slices(&mut self) {
        if let Some(messages) = &mut self.messages {
            messages.is_queued = false;
        }
        if self.ended {
            self.end_framing();
        }
    }

    /// Takes notice of the end of the stream, once all of it was looked at.
    fn end_framing(&mut self) {
        let observed = self.observed();
        if let Some(messages) = self.messages.as_mut().filter(|messages| messages.next() >= observed) {
            messages.finish();
        }
    }

    fn trim_indexes(&mut self) {
        self.malformed_index.trim_before(self.history.start());
        if let Some(messages) = &mut self.messages {
            messages.trim_before(self.history.start());
        }
    }

    /// Offsets of the history's segments that begin at or behind `offset`, in order.
    pub fn segments_from(&self, offset: u64) -> impl Iterator<Item = u64> {
        self.ahead.as_deref().unwrap_or(&self.history).segments_from(offset)
    }

    /// Adds one read or write whose bytes are trimmed already. The kept bytes stay until a full history has followed.
    pub fn skip_trimmed(&mut self, at: Timestamp, offset: u64, bytes: u64, summary: &Utf8Summary) {
        self.count(at, bytes, summary);
        let before = self.observed();
        if self.history.oldest_segment().is_some() {
            let mut ahead = History::new(self.history.limit());
            ahead.skip_trimmed(offset + bytes);
            self.ahead = Some(Box::new(ahead));
        } else {
            self.history.skip_trimmed(offset + bytes);
            self.trim_indexes();
        }
        if let Some(messages) = self.messages.as_mut().filter(|messages| messages.next() >= before) {
            messages.skip_to(offset + bytes);
        }
    }

    /// Replaces the history by the bytes behind the trimmed ones.
    fn catch_up(&mut self) {
        if let Some(ahead) = self.ahead.take() {
            self.history = *ahead;
            self.trim_indexes();
        }
    }

    /// Number of bytes that were missed behind the newest observed byte.
    #[must_use]
    pub fn missed_at_end(&self) -> u64 {
        self.total().saturating_sub(self.observed())
    }

    fn count(&mut self, at: Timestamp, bytes: u64, summary: &Utf8Summary) {
        self.bytes += bytes;
        self.events += 1;
        self.rate.add(at, bytes);
        self.characters.well_formed += summary.characters;
        if let Some(malformed) = &summary.malformed {
            for (reason, &parts) in Reason::ALL.into_iter().zip(&malformed.by_reason) {
                self.characters.add(reason, parts);
            }
            malformed.by_block.iter().for_each(|&(offset, parts)| self.malformed_index.add(offset, parts));
        }
        self.pending = summary.pending;
    }

    /// Drops the oldest segment of the history, because the memory budget is exhausted.
    pub fn drop_oldest(&mut self) {
        self.history.drop_oldest();
        if self.history.oldest_segment().is_none() {
            self.catch_up();
        }
        self.trim_indexes();
    }

    /// Memory that the history and the index take, in bytes.
    #[must_use]
    pub fn cost(&self) -> usize {
        let ahead = self.ahead.as_ref().map_or(0, |ahead| ahead.cost());
        let messages = self.messages.as_ref().map_or(0, |messages| messages.cost());
        self.history.cost() + self.malformed_index.cost() + ahead + messages
    }

    /// Counts reads or writes that were not observed.
    pub fn record_missed(&mut self, at: Timestamp, events: u64, bytes: u64) {
        self.missed_events += events;
        self.missed_bytes += bytes;
        self.rate.add(at, bytes);
    }

    /// Marks the stream as ended.
    pub fn end(&mut self) {
        if !self.ended {
            self.ended = true;
            self.catch_up();
            self.end_framing();
            let open = std::mem::take(&mut self.pending).bytes().len() as u64;
            if open > 0 {
                self.characters.add(Reason::Incomplete, 1);
                self.malformed_index.add(self.history.end().saturating_sub(open), 1);
            }
        }
    }
}

#[cfg(test)]
mod tests;
