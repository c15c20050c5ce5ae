//! The queue without a thread: what it takes, and what it counts.

use super::*;
use crate::event::{ConnectionId, Direction, Origin, StreamId, Utf8Summary};

fn read(offset: u64, length: usize) -> Stamped {
    let event = StreamEvent::Bytes {
        offset,
        data: vec![7; length].into(),
        summary: Utf8Summary::default(),
        origin: Origin::Peer,
        forwarded: None,
        place: None,
    };
    Stamped {
        at: Timestamp(offset),
        event: Event::Stream(StreamId::client(ConnectionId(1), Direction::Received), event),
    }
}

fn finished() -> Stamped {
    let event = ConnectionEvent::InputEnded { side: crate::event::Side::Client };
    Stamped { at: Timestamp(1), event: Event::Connection(ConnectionId(1), event) }
}

fn taken(queue: &EventQueue) -> (Vec<Stamped>, usize) {
    match queue.next() {
        Work::Take { events, cost } => (events, cost),
        Work::Rest | Work::End { .. } => panic!("nothing waits"),
    }
}

#[test]
fn what_has_no_room_is_counted_and_other_events_are_taken() {
    let queue = EventQueue::default();
    let length = LIMIT / 4;
    for number in 0..6 {
        queue.push(&[read(number * length as u64, length), finished()]);
    }
    assert_eq!(queue.progress().missed, 3, "each costs more than its bytes");
    for index in 0..6 {
        let (events, cost) = taken(&queue);
        assert_eq!(events.len(), if index < 3 { 2 } else { 1 });
        assert_eq!(events.last(), Some(&finished()));
        queue.done(cost, 10);
    }
    queue.push(&[read(0, length)]);
    assert_eq!((taken(&queue).0.len(), queue.progress().missed), (1, 3));
}

#[test]
fn short_reads_are_copied_and_long_ones_are_shared() {
    let queue = EventQueue::default();
    let (short, long) = (read(0, 100), read(100, SHARED));
    queue.push(&[short.clone(), long.clone()]);
    let (events, _) = taken(&queue);
    assert_eq!(events, [short.clone(), long.clone()]);
    let address = |event: &Stamped| payload(event).unwrap().as_ptr();
    assert_ne!(address(&events[0]), address(&short));
    assert_eq!(address(&events[1]), address(&long));
}

#[test]
fn the_end_comes_behind_what_waits_and_nothing_after_it() {
    let queue = EventQueue::default();
    queue.push(&[read(0, 10)]);
    queue.end(Timestamp(5));
    queue.end(Timestamp(9));
    queue.push(&[read(10, 10)]);
    assert_eq!(taken(&queue).0, [read(0, 10)]);
    assert!(matches!(queue.next(), Work::End { at: Timestamp(5), missed: 1 }));
}

#[test]
fn what_is_collected_is_written_in_time() {
    let queue = EventQueue::default();
    queue.push(&[read(0, 10)]);
    let (_, cost) = taken(&queue);
    queue.done(cost, 0);
    assert!(matches!(queue.next(), Work::Rest), "nothing more comes");
    queue.push(&[read(10, ENOUGH), finished()]);
    queue.push(&[read(10 + ENOUGH as u64, 10)]);
    assert_eq!([taken(&queue).0.len(), taken(&queue).0.len()], [2, 1], "all that waits, once it is enough");
}

#[test]
fn a_failure_counts_what_waits() {
    let queue = EventQueue::default();
    queue.push(&[read(0, 10), read(10, 10), finished()]);
    queue.finish(Err("full".to_owned()), 77, 3);
    queue.push(&[read(20, 10)]);
    let expected = Progress { written: 77, missed: 6, end: Some(Err("full".to_owned())) };
    assert_eq!(queue.progress(), expected);
}
