//! The events that wait to be published, within a limit of bytes.
//!
//! Each event gets its number when it happens. What does not fit is shed: first the oldest counters, which later ones
//! repair, and what happens in the life of connections last. The numbers of shed events stay in their places, so a
//! watcher knows of each event whether it was told, shed here, or lost on its way.

use std::collections::VecDeque;

use crate::fleet::wire::batch::{append_event, write_batch};
use crate::fleet::wire::{Event, Head};

/// Batches are not larger than this, unless one event is.
const BATCH_BYTES: usize = 64 << 10;

/// Batches have at most this number of events.
const BATCH_EVENTS: usize = 8 * 1024;

/// What an event is about, which says how early it is shed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// Counters, which the next ones repair.
    Moved,
    /// The life of a connection or of the server.
    Life,
}

/// Events that wait.
#[derive(Debug)]
pub(super) struct Outbox {
    epoch: u64,
    limit: usize,
    segments: VecDeque<Segment>,
    cost: usize,
    next: u64,
    told: u64,
    /// The events of the last batch, and their bytes.
    last: (u64, u64),
    shed: u64,
    shed_bytes: u64,
}

/// Events one behind the other, with places where some were shed.
#[derive(Debug, Default)]
struct Segment {
    first: u64,
    numbers: u64,
    bytes: Vec<u8>,
    places: Vec<Place>,
    has_moved: bool,
}

/// One event, or several that were shed.
#[derive(Clone, Copy, Debug)]
struct Place {
    /// Where its bytes end in the segment.
    end: u32,
    what: What,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum What {
    Event(Kind),
    Shed(u64),
}

impl What {
    const fn numbers(self) -> u64 {
        match self {
            Self::Event(_) => 1,
            Self::Shed(events) => events,
        }
    }
}

impl Segment {
    const fn end(&self) -> u64 {
        self.first + self.numbers
    }

    fn cost(&self) -> usize {
        size_of::<Self>() + self.bytes.len() + self.places.len() * size_of::<Place>()
    }

    fn is_full(&self) -> bool {
        self.bytes.len() >= BATCH_BYTES || self.places.len() >= BATCH_EVENTS
    }

    fn push(&mut self, what: What, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        self.numbers += what.numbers();
        self.has_moved |= what == What::Event(Kind::Moved);
        // Segments are far shorter than 4 GiB.
        self.places.push(Place { end: self.bytes.len() as u32, what });
    }

    /// Adds a place where this number of events was shed, or adds them to the one at the end.
    fn push_shed(&mut self, events: u64) {
        if let Some(Place { what: What::Shed(before), .. }) = self.places.last().copied() {
            self.places.pop();
            self.bytes.truncate(self.places.last().map_or(0, |place| place.end as usize));
            self.numbers -= before;
            return self.push_shed_place(before + events);
        }
        self.push_shed_place(events);
    }

    fn push_shed_place(&mut self, events: u64) {
        if events > 0 {
            let mut bytes = Vec::new();
            append_event(&mut bytes, &Event::Shed { events });
            self.push(What::Shed(events), &bytes);
        }
    }

    /// Adds all of another segment, which comes later.
    fn append(&mut self, other: &Self) {
        self.push_shed(other.first - self.end());
        for (what, bytes) in other.contents() {
            match what {
                What::Event(_) => self.push(what, bytes),
                What::Shed(events) => self.push_shed(events),
            }
        }
    }

    fn contents(&self) -> impl Iterator<Item = (What, &[u8])> {
        let begins = std::iter::once(0).chain(self.places.iter().map(|place| place.end as usize));
        begins.zip(&self.places).map(|(begin, place)| (place.what, &self.bytes[begin..place.end as usize]))
    }

    /// The number of its events.
    fn events(&self) -> u64 {
        self.places.iter().filter(|place| matches!(place.what, What::Event(_))).count() as u64
    }

    /// What stays of it without counters; the number of events that are shed, and of their bytes. Nothing stays if there
    /// is nothing else.
    fn without_moved(&self) -> (Option<Self>, u64, u64) {
        let (mut events, mut bytes_shed) = (0, 0);
        let mut kept: Option<Self> = None;
        let (mut at, mut hole) = (self.first, 0);
        for (what, bytes) in self.contents() {
            match what {
                What::Event(Kind::Moved) => {
                    (events, bytes_shed, hole) = (events + 1, bytes_shed + bytes.len() as u64, hole + 1);
                }
                What::Shed(before) => hole += before,
                What::Event(Kind::Life) => {
                    let kept = kept.get_or_insert_with(|| Self { first: at, ..Self::default() });
                    // What was shed before the first event lies between this segment and the one before.
                    if kept.numbers > 0 {
                        kept.push_shed(hole);
                    }
                    kept.push(what, bytes);
                    hole = 0;
                }
            }
            at += what.numbers();
        }
        (kept, events, bytes_shed)
    }
}

impl Outbox {
    pub(super) const fn new(epoch: u64, limit: usize) -> Self {
        Self {
            epoch,
            limit,
            segments: VecDeque::new(),
            cost: 0,
            next: 0,
            told: 0,
            last: (0, 0),
            shed: 0,
            shed_bytes: 0,
        }
    }

    /// The number that the next event gets.
    pub(super) const fn next_number(&self) -> u64 {
        self.next
    }

    /// The number of events that were shed, and of their bytes.
    pub(super) const fn shed(&self) -> (u64, u64) {
        (self.shed, self.shed_bytes)
    }

    /// How many bytes it takes.
    pub(super) const fn cost(&self) -> usize {
        self.cost
    }

    pub(super) fn is_empty(&self) -> bool {
        self.segments.is_empty()
    }

    pub(super) fn has_full_batch(&self) -> bool {
        self.segments.front().is_some_and(Segment::is_full)
    }

    /// Adds an event, and sheds others if there are too many.
    pub(super) fn push(&mut self, kind: Kind, event: &Event) {
        let mut segment = match self.segments.pop_back() {
            Some(last) if !last.is_full() && last.end() == self.next => last,
            last => {
                self.segments.extend(last);
                let segment = Segment { first: self.next, ..Segment::default() };
                self.cost += segment.cost();
                segment
            }
        };
        self.cost -= segment.cost();
        let begin = segment.bytes.len();
        append_event(&mut segment.bytes, event);
        segment.numbers += 1;
        segment.has_moved |= kind == Kind::Moved;
        segment.places.push(Place { end: segment.bytes.len() as u32, what: What::Event(kind) });
        debug_assert!(segment.bytes.len() > begin, "an event has bytes");
        self.cost += segment.cost();
        self.segments.push_back(segment);
        self.next += 1;
        while self.cost > self.limit && self.shed_some() {}
    }

    /// Sheds the oldest counters, or the oldest of the rest. Returns whether there was anything.
    fn shed_some(&mut self) -> bool {
        let with_moved = self.segments.iter().position(|segment| segment.has_moved);
        let at = with_moved.unwrap_or(0);
        let Some(segment) = self.segments.remove(at) else { return false };
        self.cost -= segment.cost();
        let (kept, events, bytes) = match with_moved {
            Some(_) => segment.without_moved(),
            None => (None, segment.events(), segment.bytes.len() as u64),
        };
        self.shed += events;
        self.shed_bytes += bytes;
        if let Some(kept) = kept {
            self.cost += kept.cost();
            self.segments.insert(at, kept);
        }
        true
    }

    /// Notes that the last batch was not published.
    pub(super) fn shed_last_batch(&mut self) {
        let (events, bytes) = std::mem::take(&mut self.last);
        self.told -= events;
        self.shed += events;
        self.shed_bytes += bytes;
    }

    pub(super) fn shed_all(&mut self) {
        while self.shed_some() {}
    }

    /// The bytes of the next batch. Short segments go together.
    pub(super) fn next_batch(&mut self) -> Option<Vec<u8>> {
        let mut batch = self.segments.pop_front()?;
        self.cost -= batch.cost();
        while let Some(next) = self.segments.front() {
            let is_too_large = batch.bytes.len() + next.bytes.len() > BATCH_BYTES
                || batch.places.len() + next.places.len() >= BATCH_EVENTS;
            if is_too_large {
                break;
            }
            self.cost -= next.cost();
            batch.append(next);
            self.segments.pop_front();
        }
        self.last = (batch.events(), batch.bytes.len() as u64);
        self.told += self.last.0;
        let head = Head {
            epoch: self.epoch,
            first: batch.first,
            count: batch.numbers,
            // Every event before the end of this batch was told or shed.
            shed: batch.end() - self.told,
            shed_bytes: self.shed_bytes,
        };
        Some(write_batch(&head, batch.places.len() as u64, &batch.bytes))
    }
}

#[cfg(test)]
mod tests;
