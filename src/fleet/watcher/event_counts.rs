//! What became of the events of one run of a publisher: told, shed by the publisher, or lost on the way.

use crate::fleet::wire::{Batch, Entry, Event, Here};

/// Counts of events, by what became of them. Their sum is the number of events since the first that arrived.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct EventCounts {
    /// Events that have arrived.
    pub told: u64,
    /// Events that the publisher did not publish.
    pub shed: u64,
    /// Events that were published and did not arrive.
    pub lost: u64,
    /// Those of the events that have arrived whose kind this version does not know.
    pub unknown: u64,
}

/// How a batch continues the one before.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Continuation {
    /// Nothing is missing.
    Complete,
    /// These events are missing.
    Gap(Gap),
    /// It is older than what has arrived, or lies across it.
    Repeated,
}

/// Events that are missing.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Gap {
    /// Those that the publisher did not publish.
    pub shed: u64,
    /// Those that were lost on the way.
    pub lost: u64,
}

/// Follows the numbers of the batches.
#[derive(Clone, Debug, Default)]
pub(super) struct Numbers {
    pub(super) counts: EventCounts,
    position: Option<Position>,
}

#[derive(Clone, Copy, Debug)]
struct Position {
    /// The number that is expected next.
    next: u64,
    /// How many events with lower numbers were shed.
    shed: u64,
}

impl Numbers {
    /// The number that is expected next, if any batch has arrived.
    pub(super) fn next(&self) -> Option<u64> {
        self.position.map(|position| position.next)
    }

    /// Counts the events of a batch, and what is missing before it.
    pub(super) fn add(&mut self, batch: &Batch) -> Continuation {
        let head = &batch.head;
        let (mut shed_within, mut told, mut unknown) = (0_u64, 0, 0);
        for entry in &batch.entries {
            match entry {
                Entry::Event(Event::Shed { events }) => shed_within += events,
                Entry::Event(_) => told += 1,
                Entry::Unknown => (told, unknown) = (told + 1, unknown + 1),
            }
        }
        let shed_before = head.shed.saturating_sub(shed_within);
        let before = *self.position.get_or_insert(Position { next: head.first, shed: shed_before });
        if head.first < before.next {
            return Continuation::Repeated;
        }
        let gap = gap(before, Position { next: head.first, shed: shed_before });
        self.position = Some(Position { next: head.first + head.count, shed: head.shed });
        self.counts.told += told;
        self.counts.unknown += unknown;
        self.counts.shed += gap.shed + shed_within;
        self.counts.lost += gap.lost;
        let gap = Gap { shed: gap.shed + shed_within, ..gap };
        if gap == Gap::default() { Continuation::Complete } else { Continuation::Gap(gap) }
    }

    /// Counts what is missing before the end of a publisher: everything was told or shed.
    pub(super) fn end(&mut self, bye: &Here) -> Gap {
        let Some(before) = self.position else { return Gap::default() };
        let end = Position { next: bye.next.max(before.next), shed: bye.shed };
        let gap = gap(before, end);
        self.position = Some(end);
        self.counts.shed += gap.shed;
        self.counts.lost += gap.lost;
        gap
    }
}

/// What lies between two positions, if nothing of it has arrived.
fn gap(before: Position, after: Position) -> Gap {
    let missing = after.next - before.next;
    let shed = after.shed.saturating_sub(before.shed).min(missing);
    Gap { shed, lost: missing - shed }
}
