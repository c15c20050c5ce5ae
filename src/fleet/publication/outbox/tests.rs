use proptest::prelude::*;

use super::*;
use crate::fleet::wire::{Batch, Counters, Entry, Text};

fn moved(connection: u64) -> Event {
    Event::Moved {
        connection,
        counters: Counters { received: connection, ..Counters::default() },
        backend: None,
    }
}

fn failed(at: u64) -> Event {
    Event::Failed { at, detail: Some(Text::new("the descriptors are used up")) }
}

/// Counts what a reader of the batches can know.
#[derive(Default)]
struct Reader {
    next: u64,
    shed_before: u64,
    told: u64,
    shed: u64,
    lost: u64,
    life: Vec<u64>,
}

impl Reader {
    fn read(&mut self, bytes: &[u8]) {
        let batch = Batch::read(bytes).unwrap();
        let within: u64 = batch.entries.iter().map(|entry| entry.numbers()).sum::<u64>();
        let told =
            batch.entries.iter().filter(|entry| !matches!(entry, Entry::Event(Event::Shed { .. }))).count()
                as u64;
        let shed_within = within - told;
        let gap = batch.head.first - self.next;
        let shed_in_gap = batch.head.shed - shed_within - self.shed_before;
        assert!(shed_in_gap <= gap, "{:?}", batch.head);
        self.told += told;
        self.shed += shed_in_gap + shed_within;
        self.lost += gap - shed_in_gap;
        self.next = batch.head.first + batch.head.count;
        self.shed_before = batch.head.shed;
        for entry in batch.entries {
            if let Entry::Event(Event::Failed { at, .. }) = entry {
                self.life.push(at);
            }
        }
    }
}

#[test]
fn counters_are_shed_first_and_the_oldest_of_them() {
    let mut outbox = Outbox::new(1, 300 << 10);
    for number in 0..20_000 {
        if number % 20 == 0 {
            outbox.push(Kind::Life, &failed(number));
        } else {
            outbox.push(Kind::Moved, &moved(number));
        }
        assert!(outbox.cost <= outbox.limit, "{} bytes", outbox.cost);
    }
    let (shed, bytes) = outbox.shed();
    assert!(shed > 1000 && bytes > shed * 4, "{shed} events, {bytes} B");
    let (mut reader, mut batches, mut counters) = (Reader::default(), 0, Vec::new());
    while let Some(batch) = outbox.next_batch() {
        reader.read(&batch);
        for entry in Batch::read(&batch).unwrap().entries {
            if let Entry::Event(Event::Moved { connection, .. }) = entry {
                counters.push(connection);
            }
        }
        batches += 1;
    }
    assert_eq!(reader.life, (0..20_000).step_by(20).collect::<Vec<_>>(), "no life of a connection is shed");
    assert_eq!((reader.told + reader.shed, reader.shed, reader.lost), (20_000, shed, 0));
    let kept: Vec<_> = (counters[0]..20_000).filter(|number| number % 20 != 0).collect();
    assert_eq!(counters, kept, "the newest counters are kept");
    assert!(batches < 30, "short segments go together: {batches}");
}

#[test]
fn without_counters_the_oldest_events_are_shed() {
    let mut outbox = Outbox::new(1, 200 << 10);
    (0..20_000).for_each(|number| outbox.push(Kind::Life, &failed(number)));
    let mut reader = Reader::default();
    while let Some(batch) = outbox.next_batch() {
        reader.read(&batch);
    }
    assert!(outbox.shed().0 > 1000);
    assert_eq!(reader.life, (outbox.shed().0..20_000).collect::<Vec<_>>());
}

proptest! {
    #[test]
    fn told_shed_and_lost_are_what_happened(
        steps in proptest::collection::vec((0..40_u64, any::<bool>(), 0..6_u8), 1..200),
        limit in 500..20_000_usize,
    ) {
        let (mut outbox, mut reader, mut lost, mut told) = (Outbox::new(1, limit), Reader::default(), 0, 0);
        for (events, is_life, step) in steps {
            for event in 0..events {
                match is_life && event % 3 == 0 {
                    true => outbox.push(Kind::Life, &failed(event)),
                    false => outbox.push(Kind::Moved, &moved(event)),
                }
                prop_assert!(outbox.cost <= limit.max(300), "{} of {limit} bytes", outbox.cost);
            }
            match step {
                0 | 1 => outbox.next_batch().iter().for_each(|batch| reader.read(batch)),
                2 => {
                    // Lost on the way.
                    let before = outbox.told;
                    outbox.next_batch();
                    lost += outbox.told - before;
                }
                3 => outbox.shed_all(),
                _ => {}
            }
            let waiting: u64 = outbox.segments.iter().map(Segment::events).sum();
            prop_assert_eq!(outbox.told + outbox.shed + waiting, outbox.next);
            told = outbox.told;
        }
        outbox.push(Kind::Life, &failed(0));
        let end = outbox.next;
        while let Some(batch) = outbox.next_batch() {
            reader.read(&batch);
        }
        prop_assert!(told <= outbox.told && outbox.cost == 0);
        if limit >= 600 {
            prop_assert_eq!(reader.told + reader.shed + reader.lost, end);
            prop_assert_eq!((reader.shed, reader.lost), (outbox.shed, lost));
        }
    }
}
