//! Index of the messages in the kept bytes of one stream, by a framing rule.
//!
//! The index is fed with the bytes of the stream in order: with those that arrive at once, and with those that were kept
//! before the rule was chosen in slices, so that nothing waits for it. It keeps where each message ends, 16 bytes for each,
//! and is trimmed together with the history; messages that were trimmed stay counted.

use std::collections::VecDeque;
use std::ops::Range;

use crate::bytes::frame::{Asked, Beginnings, Fault, Framer, Mark, MessageBeginning, Rule};
use crate::model::fresh_messages::{Fresh, FreshMessages};
use crate::model::history::History;

/// A stream whose history is limited to some bytes has at most one kept message for this number of bytes.
const BYTES_PER_MESSAGE: usize = 16;
/// This many messages are kept in any case.
const FEWEST: usize = 1_024;
/// No more messages than this are kept.
const MOST: usize = 1 << 20;
/// The largest number of faults that are kept.
const MOST_FAULTS: usize = 1_024;

/// Where a message ends, or bytes that belong to none.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Border {
    /// The offset behind the last byte.
    end: u64,
    /// The number of messages that end here or before, since the start of the index.
    messages: u64,
}

/// A message, or bytes that belong to none.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Message {
    /// The number of the message in its stream, counted from 1; `None` for bytes that belong to none.
    pub number: Option<u64>,
    /// Its bytes, as far as they have arrived.
    pub range: Range<u64>,
    /// Where it ends.
    pub end: End,
}

/// What is known of the end of a message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    /// It has arrived.
    Arrived,
    /// It has not arrived, but its length is known: the offset of the end.
    Due(u64),
    /// It has not arrived.
    Open,
    /// After a fault, nothing says where messages begin and end.
    Unknown,
}

impl Message {
    /// The length of the whole message, if it is known.
    #[must_use]
    pub const fn length(&self) -> Option<u64> {
        match self.end {
            End::Arrived => Some(self.range.end - self.range.start),
            End::Due(end) => Some(end - self.range.start),
            End::Open | End::Unknown => None,
        }
    }
}

/// The messages of one stream.
#[derive(Clone, Debug)]
pub struct MessageIndex {
    framer: Framer,
    beginnings: Beginnings,
    fresh: FreshMessages,
    /// Where the first kept message begins.
    start: u64,
    borders: VecDeque<Border>,
    /// The number of messages that are not kept any more.
    trimmed: u64,
    /// The newest faults, in order.
    faults: VecDeque<Fault>,
    /// The number of faults, those included that are not kept any more.
    all_faults: u64,
    /// The largest number of messages that are kept.
    most: usize,
    /// The offset that messages are counted from.
    counted_from: u64,
    /// Whether the stream is among those that are looked at in slices.
    pub(super) is_queued: bool,
}

impl MessageIndex {
    /// An index of what this history keeps, in which nothing has been looked at. If the beginning of the stream is trimmed,
    /// the first read or write that is kept from its beginning is taken for that of a message.
    #[must_use]
    pub fn new(rule: &Rule, history: &History) -> Self {
        let is_whole = |offset: &u64| *offset >= history.start();
        let first = history.chunks().iter().map(|chunk| chunk.offset).find(is_whole);
        let start = if history.start() == 0 { 0 } else { first.unwrap_or(history.end()) };
        Self {
            framer: Framer::from_offset(rule, start),
            beginnings: Beginnings::new(0),
            fresh: FreshMessages::default(),
            start,
            borders: VecDeque::new(),
            trimmed: 0,
            faults: VecDeque::new(),
            all_faults: 0,
            most: (history.limit() / BYTES_PER_MESSAGE).clamp(FEWEST, MOST),
            counted_from: start,
            is_queued: false,
        }
    }

    /// The rule.
    #[must_use]
    pub const fn rule(&self) -> &Rule {
        self.framer.rule()
    }

    /// The offset that messages are counted from: 0, or where the kept bytes began.
    #[must_use]
    pub const fn counted_from(&self) -> u64 {
        self.counted_from
    }

    /// The offset of the next byte to be looked at.
    #[must_use]
    pub const fn next(&self) -> u64 {
        self.framer.offset()
    }

    /// Looks at bytes that arrived at `at`, in microseconds. Those between them and what was looked at before were missed.
    pub(super) fn push(&mut self, at: u64, offset: u64, data: &[u8]) {
        let known = self.framer.offset().saturating_sub(offset).min(data.len() as u64);
        self.skip_to(offset);
        self.fresh.newest = at;
        self.find(|framer, beginnings, found| {
            beginnings.push(framer, Some(at), &data[known as usize..], &mut |mark, beginning| {
                found.tell(mark, beginning);
            });
        });
        self.limit();
    }

    /// Passes over bytes that were not observed.
    pub(super) fn skip_to(&mut self, offset: u64) {
        let missed = offset.saturating_sub(self.framer.offset());
        if missed > 0 {
            self.find(|framer, beginnings, found| {
                beginnings.skip(framer, missed, &mut |mark, beginning| found.tell(mark, beginning));
            });
        }
    }

    /// Takes notice of the end of the stream: a message that has not ended does not.
    pub(super) fn finish(&mut self) {
        self.find(|framer, beginnings, found| {
            beginnings.finish(framer, &mut |mark, beginning| found.tell(mark, beginning));
        });
    }

    /// Keeps what the next messages begin with, until it is [taken](Self::take_fresh).
    pub(super) fn keep_fresh(&mut self) {
        self.beginnings = self.fresh.keep();
    }

    /// Takes what was found since the last time.
    pub(super) fn take_fresh(&mut self) -> Vec<Fresh> {
        self.fresh.take()
    }

    /// Takes what the messages that were found since the last time ask the other side for; `None` where some may have
    /// been missed.
    pub(super) fn take_asked(&mut self) -> Vec<Option<Asked>> {
        self.fresh.take_asked()
    }

    /// Takes notice of a message of the other side, or that some may have been missed.
    pub(super) fn ask(&mut self, asked: Option<Asked>) {
        match asked {
            Some(asked) => self.framer.ask(asked),
            None => self.framer.lose_asked(),
        }
    }

    /// The number of the first message that is kept.
    pub(super) const fn first_kept(&self) -> u64 {
        self.trimmed + 1
    }

    fn find(&mut self, read: impl FnOnce(&mut Framer, &mut Beginnings, &mut Found<'_>)) {
        let messages = self.count();
        let Self { framer, beginnings, borders, faults, fresh, .. } = self;
        let mut found = Found { borders, faults, fresh, messages, new_faults: 0 };
        read(framer, beginnings, &mut found);
        self.all_faults += found.new_faults;
    }

    /// Looks at about this many kept bytes. Returns about how many it looked at; 0 at the end.
    pub(super) fn advance(&mut self, history: &History, budget: usize) -> usize {
        let from = self.next().max(history.start());
        let index = history.chunks().partition_point(|chunk| chunk.end() <= from);
        let mut work = 0;
        for chunk in history.chunks().range(index..) {
            let range = self.next().max(chunk.offset).max(history.start())..chunk.end();
            let left = budget.saturating_sub(work) as u64;
            if left == 0 {
                break;
            }
            let range = range.start..range.end.min(range.start + left);
            for (offset, data) in history.slices(range.clone()) {
                self.push(chunk.at.0, offset, &data);
                work += data.len();
            }
            self.skip_to(range.end);
            // A chunk costs something even if it is short.
            work += 16;
        }
        work
    }

    /// Forgets what ends at or before `offset`, because its bytes are gone.
    pub(super) fn trim_before(&mut self, offset: u64) {
        while let Some(first) = self.borders.front().filter(|first| first.end <= offset) {
            (self.start, self.trimmed) = (first.end, first.messages);
            self.borders.pop_front();
        }
        while self.faults.front().is_some_and(|fault| fault.at < offset) {
            self.faults.pop_front();
        }
        if self.borders.is_empty() {
            self.borders.shrink_to_fit();
        }
    }

    fn limit(&mut self) {
        while self.borders.len() > self.most {
            let Some(first) = self.borders.pop_front() else { break };
            (self.start, self.trimmed) = (first.end, first.messages);
        }
        while self.faults.len() > MOST_FAULTS {
            self.faults.pop_front();
        }
    }

    /// Memory that the index takes, in bytes.
    #[must_use]
    pub fn cost(&self) -> usize {
        size_of::<Self>()
            + self.fresh.cost()
            + self.borders.capacity() * size_of::<Border>()
            + self.faults.capacity() * size_of::<Fault>()
    }
}

/// What was found.
impl MessageIndex {
    /// The number of messages that have ended, trimmed ones included.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.borders.back().map_or(self.trimmed, |last| last.messages)
    }

    /// The number of faults, those included that are not kept any more.
    #[must_use]
    pub const fn fault_count(&self) -> u64 {
        self.all_faults
    }

    /// The fault after which no messages are told apart.
    #[must_use]
    pub const fn stopped(&self) -> Option<&Fault> {
        self.framer.stopped()
    }

    /// The message with the byte at this offset, if it is known: the newest one may not have ended.
    #[must_use]
    pub fn at(&self, offset: u64) -> Option<Message> {
        let index = self.borders.partition_point(|border| border.end <= offset);
        if offset < self.start || offset >= self.next() {
            return None;
        }
        Some(match self.borders.get(index) {
            Some(border) => self.ended(index, *border),
            None => self.open(),
        })
    }

    /// The message that has this number, if it is kept and has ended.
    #[must_use]
    pub fn numbered(&self, number: u64) -> Option<Message> {
        let index = self.borders.partition_point(|border| border.messages < number);
        let border = *self.borders.get(index)?;
        (number > self.trimmed && border.messages == number).then(|| self.ended(index, border))
    }

    /// Where the next message ends, if the bytes that follow are these: how many of them belong to it.
    #[must_use]
    pub fn end_among(&self, bytes: &[u8]) -> Option<u64> {
        let mut end = None;
        self.framer.clone().push(None, bytes, &mut |mark| {
            if let Mark::Message { end: at } | Mark::Outside { end: at } = mark {
                end = end.or(Some(at));
            }
        });
        // A border among the bytes before is shown by these.
        end.map(|end| end.saturating_sub(self.next())).filter(|bytes| *bytes > 0)
    }

    fn ended(&self, index: usize, border: Border) -> Message {
        let (start, before) = match index.checked_sub(1).map(|before| self.borders[before]) {
            Some(before) => (before.end, before.messages),
            None => (self.start, self.trimmed),
        };
        let number = (border.messages > before).then_some(border.messages);
        Message { number, range: start..border.end, end: End::Arrived }
    }

    /// The message that has not ended. Behind a fault that stops the framing these are all the bytes that follow.
    fn open(&self) -> Message {
        let start = self.borders.back().map_or(self.start, |last| last.end);
        let end = match (self.framer.stopped(), self.framer.due()) {
            (Some(_), _) => End::Unknown,
            (None, Some(due)) => End::Due(due),
            (None, None) => End::Open,
        };
        let number = (end != End::Unknown).then(|| self.count() + 1);
        Message { number, range: start..self.next(), end }
    }

    /// Where messages begin in a range, in order; also where bytes begin that belong to none.
    pub fn starts(&self, range: Range<u64>) -> impl Iterator<Item = u64> + '_ {
        let first = Some(self.start).filter(|start| range.contains(start) && *start < self.next());
        let index = self.borders.partition_point(|border| border.end < range.start);
        let next = self.next();
        let others = self.borders.range(index..).map(|border| border.end);
        let others = others.take_while(move |start| *start < range.end && *start < next);
        first
            .filter(|first| self.borders.get(index).is_none_or(|border| border.end != *first))
            .into_iter()
            .chain(others)
    }

    /// The last place before `before` where a message begins.
    #[must_use]
    pub fn last_start(&self, before: u64) -> Option<u64> {
        let before = before.min(self.next());
        let index = self.borders.partition_point(|border| border.end < before);
        let last = index.checked_sub(1).map(|last| self.borders[last].end);
        last.or(Some(self.start)).filter(|start| *start < before)
    }

    /// The kept faults in a range, in order.
    pub fn faults(&self, range: Range<u64>) -> impl Iterator<Item = &Fault> {
        let index = self.faults.partition_point(|fault| fault.at < range.start);
        self.faults.range(index..).take_while(move |fault| fault.at < range.end)
    }
}

/// Takes what a framer tells.
struct Found<'a> {
    borders: &'a mut VecDeque<Border>,
    faults: &'a mut VecDeque<Fault>,
    fresh: &'a mut FreshMessages,
    messages: u64,
    new_faults: u64,
}

impl Found<'_> {
    fn tell(&mut self, mark: Mark, beginning: MessageBeginning<'_>) {
        match mark {
            Mark::Message { end } => {
                self.messages += 1;
                self.borders.push_back(Border { end, messages: self.messages });
                self.fresh.message(self.messages, beginning);
            }
            Mark::Outside { end } => self.borders.push_back(Border { end, messages: self.messages }),
            Mark::Fault(fault) => {
                self.new_faults += 1;
                self.fresh.lost(fault.stops);
                self.faults.push_back(fault);
            }
        }
    }
}

#[cfg(test)]
mod tests;
