use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use bytes::Bytes;

use super::consumer_waker::WakeOn;
use super::runs::ENTRY;
use super::*;
use crate::event::{
    BackendKind, CloseReason, ConnectionEvent, ConnectionId, Direction, Event, Origin, ServerEvent, Side,
    Stamped, StreamEvent, StreamId, Timestamp, Utf8Summary,
};

mod counts;
mod refusals;

const ID: ConnectionId = ConnectionId(3);

fn drained(feed: &mut EventReceiver) -> Vec<Stamped> {
    let mut events = Vec::new();
    feed.drain(&mut events);
    events
}

const SHARD: Shard = Shard::of(BackendKind::Threads, ID);

/// Inserts a read or write like the tap of a connection.
fn put(queue: &EventQueue, direction: Direction, offset: u64, data: Payload<'_>) -> Admission {
    if queue.demand().is_none() {
        return Admission::Shed;
    }
    let admission = queue.admission();
    match admission {
        Admission::Shed => queue.record_missed(SHARD, ID, direction, data.bytes().len() as u64),
        Admission::Admitted => {
            let (stream, origin) = (StreamId::client(ID, direction), Origin::of(direction));
            let transfer = Transfer { stream, origin, offset, data, summary: Utf8Summary::default() };
            queue.insert(SHARD, transfer, &mut Run::default());
        }
    }
    admission
}

fn offset(event: &Event) -> Option<u64> {
    match *event {
        Event::Stream(_, StreamEvent::Bytes { offset, .. }) => Some(offset),
        _ => None,
    }
}

/// Waits for a condition that other threads bring about.
fn eventually(condition: impl Fn() -> bool) {
    let limit = Instant::now() + Duration::from_secs(10);
    while !condition() {
        assert!(Instant::now() < limit, "in vain");
        thread::yield_now();
    }
}

fn push(queue: &EventQueue, offset: u64, data: &[u8]) -> Admission {
    put(queue, Direction::Received, offset, Payload::Slice(data))
}

#[test]
fn short_reads_are_copied_and_long_ones_travel() {
    let (queue, mut feed) = event_channel(FEED_LIMIT, Overload::Slow, Demand::EVERY_BYTE);
    assert_eq!(push(&queue, 0, b"abc"), Admission::Admitted);
    assert_eq!(push(&queue, 3, b"de"), Admission::Admitted);
    let long = Bytes::from(vec![7; OWN_BUFFER]);
    assert_eq!(put(&queue, Direction::Sent, 0, Payload::Shared(&long)), Admission::Admitted);
    let events = drained(&mut feed);
    let data: Vec<_> = events
        .iter()
        .map(|stamped| match &stamped.event {
            Event::Stream(_, StreamEvent::Bytes { offset, data, .. }) => (*offset, data.clone()),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(data[..2], [(0, Bytes::from_static(b"abc")), (3, Bytes::from_static(b"de"))]);
    assert_eq!(data[2].1.as_ptr(), long.as_ptr());
    assert_eq!(queue.room.queued(), 0);
    assert!(drained(&mut feed).is_empty());
}

#[test]
fn what_is_shed_is_counted_to_the_byte() {
    let (queue, mut feed) = event_channel(FEED_LIMIT, Overload::Shed, Demand::EVERY_BYTE);
    let block = Bytes::from(vec![1; 1 << 20]);
    let (mut observed, mut shed, mut offset) = (0, 0, 0);
    for round in 0..3 {
        for _ in 0..40 {
            match put(&queue, Direction::Received, offset, Payload::Shared(&block)) {
                Admission::Admitted => observed += block.len() as u64,
                Admission::Shed => shed += block.len() as u64,
            }
            offset += block.len() as u64;
        }
        let events = drained(&mut feed);
        let last = events.last().map(|stamped| &stamped.event);
        assert!(
            matches!(last, Some(Event::Stream(_, StreamEvent::Missed { .. }))),
            "round {round}: missed is told"
        );
        for stamped in events {
            match stamped.event {
                Event::Stream(_, StreamEvent::Bytes { data, .. }) => observed -= data.len() as u64,
                Event::Stream(StreamId { connection, .. }, StreamEvent::Missed { bytes, .. }) => {
                    assert_eq!(connection, ID);
                    shed -= bytes;
                }
                other => panic!("{other:?}"),
            }
        }
        assert_eq!((observed, shed), (0, 0));
    }
}

#[test]
fn missed_is_reported_before_the_end() {
    let (queue, mut feed) = event_channel(FEED_LIMIT, Overload::Shed, Demand::EVERY_BYTE);
    let block = Bytes::from(vec![1; FEED_LIMIT]);
    let _ = put(&queue, Direction::Received, 0, Payload::Shared(&block));
    assert_eq!(push(&queue, FEED_LIMIT as u64, b"late"), Admission::Shed);
    let closed = Event::Connection(
        ID,
        ConnectionEvent::Closed {
            reason: CloseReason::PeerFinished,
            detail: None,
            failed_call: None,
            received: FEED_LIMIT as u64 + 4,
            sent: 0,
        },
    );
    queue.emit_for(SHARD, Some(ID), closed.clone());
    let events = drained(&mut feed);
    assert!(matches!(events[1].event, Event::Stream(_, StreamEvent::Missed { events: 1, bytes: 4, .. })));
    assert_eq!(queue.room.queued(), 0, "what was told late is accounted for");
    assert_eq!(events[2].event, closed);
    assert_eq!(events.len(), 3);
}

#[test]
fn slow_waits_until_the_consumer_has_come() {
    let (queue, mut feed) = event_channel(FEED_LIMIT, Overload::Slow, Demand::EVERY_BYTE);
    let producer = Arc::clone(&queue);
    let thread = thread::spawn(move || {
        let block = Bytes::from(vec![1; 1 << 20]);
        for index in 0..64u64 {
            let room = producer.room.reserve(block.len(), None, || true);
            assert!(room.is_some());
            let _ = put(&producer, Direction::Received, index << 20, Payload::Shared(&block));
            assert!(producer.room.queued() <= FEED_LIMIT + block.len() + ENTRY);
        }
    });
    let (waker, mut events) = (feed.waker(), Vec::new());
    while events.len() < 64 {
        waker.wait(WakeOn::Event, Instant::now() + Duration::from_secs(10));
        feed.drain(&mut events);
    }
    thread.join().unwrap();
    let offsets: Vec<_> = events
        .iter()
        .map(|stamped| match stamped.event {
            Event::Stream(_, StreamEvent::Bytes { offset, .. }) => offset >> 20,
            ref other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(offsets, (0..64).collect::<Vec<_>>());
}

#[test]
fn threads_get_room_in_the_order_in_which_they_came() {
    const BLOCK: usize = 1 << 20;
    let (queue, mut feed) = event_channel(BLOCK, Overload::Slow, Demand::EVERY_BYTE);
    let _ = push(&queue, 0, &[0; BLOCK]);
    let threads: Vec<_> = (1..=8u64)
        .map(|arrival| {
            let producer = Arc::clone(&queue);
            let thread = thread::spawn(move || {
                let room = producer.room.reserve(BLOCK, None, || true);
                let _ = push(&producer, arrival, &[0; BLOCK]);
                drop(room);
            });
            eventually(|| queue.room.waiting_threads() == arrival as usize);
            thread
        })
        .collect();
    for expected in 0..=8u64 {
        eventually(|| queue.room.is_full());
        let offsets: Vec<_> =
            drained(&mut feed).iter().filter_map(|stamped| offset(&stamped.event)).collect();
        assert_eq!(offsets, [expected], "one at a time, as the room is for one");
    }
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    assert_eq!(queue.room.waiting_threads(), 0);
}

#[test]
fn a_thread_that_gives_up_lets_the_next_one_in() {
    let (queue, mut feed) = event_channel(1, Overload::Slow, Demand::EVERY_BYTE);
    let _ = push(&queue, 0, b"full");
    let gives_up = Arc::new(AtomicBool::new(false));
    let (producer, stop) = (Arc::clone(&queue), Arc::clone(&gives_up));
    let first =
        thread::spawn(move || producer.room.reserve(1, None, || !stop.load(Ordering::Acquire)).is_some());
    eventually(|| queue.room.waiting_threads() == 1);
    assert!(queue.room.reserve(1, Some(Instant::now()), || true).is_none(), "the time is up");
    let producer = Arc::clone(&queue);
    let second = thread::spawn(move || producer.room.reserve(1, None, || true).is_some());
    eventually(|| queue.room.waiting_threads() == 2);
    gives_up.store(true, Ordering::Release);
    queue.room.wake_threads();
    assert!(!first.join().unwrap());
    drained(&mut feed);
    assert!(second.join().unwrap());
    assert_eq!(queue.room.waiting_threads(), 0);
}

#[test]
fn room_that_is_reserved_counts_before_the_bytes_are_there() {
    let (queue, _feed) = event_channel(4 * OWN_BUFFER, Overload::Slow, Demand::EVERY_BYTE);
    let reserve = || queue.room.try_reserve(OWN_BUFFER);
    let mut reserved: Vec<_> = (0..4).map(|_| reserve().unwrap()).collect();
    assert!(reserve().is_none(), "as many threads as there is room for");
    assert!(queue.room.try_reserve(1).is_none());
    reserved.pop();
    assert!(queue.room.try_reserve(1).is_some());
    assert!(reserve().is_some(), "the last one was not reserved for long");
}

#[test]
fn room_that_was_reserved_and_is_given_back_goes_to_a_thread_that_waits() {
    let (queue, _feed) = event_channel(OWN_BUFFER, Overload::Slow, Demand::EVERY_BYTE);
    let reserved = queue.room.try_reserve(OWN_BUFFER).unwrap();
    let producer = Arc::clone(&queue);
    let thread = thread::spawn(move || producer.room.reserve(OWN_BUFFER, None, || true).is_some());
    eventually(|| queue.room.waiting_threads() == 1);
    // Without a drain: the last one may have been while the room was still reserved.
    drop(reserved);
    eventually(|| queue.room.waiting_threads() == 0);
    assert!(thread.join().unwrap());
}

#[test]
fn connections_that_take_all_room_do_not_keep_new_clients_out() {
    const LIMIT: usize = 1 << 20;
    let (queue, mut feed) = event_channel(LIMIT, Overload::Slow, Demand::EVERY_BYTE);
    let _ = push(&queue, 0, &[0; LIMIT]);
    assert!(!queue.room.is_free());
    assert!(queue.room.wait_for_connection(|| false));
    // There is an end to that, too: a flood of clients is told to the consumer in bounded memory.
    let _ = push(&queue, LIMIT as u64, &[0; LIMIT / 4]);
    assert!(!queue.room.wait_for_connection(|| false));
    drained(&mut feed);
    assert!(queue.room.wait_for_connection(|| false));
}

#[test]
fn a_dropped_consumer_blocks_no_producer() {
    let (queue, feed) = event_channel(FEED_LIMIT, Overload::Slow, Demand::EVERY_BYTE);
    drop(feed);
    for index in 0..40u64 {
        assert!(queue.room.reserve(1 << 20, None, || true).is_some());
        let _ = put(&queue, Direction::Received, index << 20, Payload::Slice(&vec![0; 1 << 20]));
    }
    assert_eq!(queue.room.queued(), 0);
}

#[test]
fn effects_never_come_before_their_causes() {
    let (queue, mut feed) = event_channel(FEED_LIMIT, Overload::Slow, Demand::EVERY_BYTE);
    let writers: Vec<_> = (0..4)
        .map(|writer| {
            let queue = Arc::clone(&queue);
            thread::spawn(move || {
                for index in 0..5_000 {
                    let id = ConnectionId(writer * 5_000 + index);
                    queue.emit_for(
                        Shard::of(BackendKind::Threads, id),
                        Some(id),
                        Event::Connection(id, ConnectionEvent::InputEnded { side: Side::Client }),
                    );
                    queue.emit(Event::Connection(id, ConnectionEvent::Slow { side: Side::Client }));
                }
            })
        })
        .collect();
    let (mut events, mut seen) = (Vec::new(), std::collections::HashSet::new());
    let mut effects = 0;
    while effects < 20_000 {
        events.clear();
        feed.drain(&mut events);
        for stamped in &events {
            match stamped.event {
                Event::Connection(connection, ConnectionEvent::InputEnded { .. }) => {
                    seen.insert(connection);
                }
                Event::Connection(connection, ConnectionEvent::Slow { .. }) => {
                    assert!(seen.contains(&connection), "{connection}");
                    effects += 1;
                }
                ref other => panic!("{other:?}"),
            }
        }
        thread::yield_now();
    }
    writers.into_iter().for_each(|writer| writer.join().unwrap());
}

#[test]
fn what_was_taken_is_all_that_had_come_by_then() {
    let (queue, mut feed) = event_channel(FEED_LIMIT, Overload::Slow, Demand::EVERY_BYTE);
    let (mut events, mut until) = (Vec::new(), Timestamp(0));
    for offset in 0..100 {
        let _ = push(&queue, offset, b"x");
        let known = until;
        until = feed.drain(&mut events);
        let at = events.pop().unwrap().at;
        assert!(known <= at && at <= until, "{known:?} {at:?} {until:?}");
    }
}

/// The refusals of one drain: how many clients, and why.
#[test]
fn a_drain_that_is_due_soon_does_not_wait_for_a_producer_without_the_processor() {
    let (queue, mut feed) = event_channel(FEED_LIMIT, Overload::Slow, Demand::EVERY_BYTE);
    assert_eq!(push(&queue, 0, b"abc"), Admission::Admitted);
    let inserting = queue.shards[SHARD.index()].lock();
    let (mut events, before) = (Vec::new(), feed.now());
    assert!(feed.drain_soon(&mut events) <= before, "nothing is known since");
    assert!(events.is_empty());
    drop(inserting);
    // The events still wake the consumer.
    let limit = Instant::now() + Duration::from_secs(60);
    feed.waker().wait(WakeOn::Event, limit);
    assert!(Instant::now() < limit);
    assert!(feed.drain_soon(&mut events) >= before);
    assert_eq!(events.iter().find_map(|stamped| offset(&stamped.event)), Some(0));
    assert!(queue.shards.iter().all(|shard| !shard.is_locked()));
}

fn refusals(feed: &mut EventReceiver) -> Vec<(u64, String)> {
    let refused = drained(feed).into_iter().map(|stamped| match stamped.event {
        Event::Server(ServerEvent::Refused { clients, detail }) => (clients, detail),
        other => panic!("{other:?}"),
    });
    refused.collect()
}

#[test]
fn what_undoes_itself_does_not_pile_up_in_a_full_feed() {
    let (queue, mut feed) = event_channel(FEED_LIMIT, Overload::Shed, Demand::EVERY_BYTE);
    let _ = put(&queue, Direction::Received, 0, Payload::Shared(&Bytes::from(vec![1; FEED_LIMIT])));
    for _ in 0..1_000 {
        queue.emit_for(SHARD, Some(ID), Event::Connection(ID, ConnectionEvent::Slow { side: Side::Client }));
        queue.emit_for(
            SHARD,
            Some(ID),
            Event::Connection(ID, ConnectionEvent::HandedOver { to: BackendKind::Threads }),
        );
        queue.emit_for(
            SHARD,
            Some(ID),
            Event::Connection(ID, ConnectionEvent::Flowing { side: Side::Client }),
        );
        queue.emit_for(
            SHARD,
            Some(ID),
            Event::Connection(ID, ConnectionEvent::HandedOver { to: BackendKind::Async }),
        );
    }
    let events: Vec<_> = drained(&mut feed).into_iter().skip(1).map(|stamped| stamped.event).collect();
    let last = Event::Connection(ID, ConnectionEvent::HandedOver { to: BackendKind::Async });
    assert_eq!(events, [last, Event::Connection(ID, ConnectionEvent::Flowing { side: Side::Client })]);
}

#[test]
fn an_idle_server_lets_the_consumer_come_to_rest() {
    let (queue, mut feed) = event_channel(FEED_LIMIT, Overload::Slow, Demand::newest(1 << 16));
    let late = Duration::from_micros(30);
    for _ in 1..50 {
        queue.record_lag(BackendKind::Async, late);
        assert!(drained(&mut feed).is_empty(), "nothing worth a look");
    }
    queue.record_lag(BackendKind::Async, late);
    let events = drained(&mut feed);
    assert!(
        matches!(&events[..], [Stamped { event: Event::Server(ServerEvent::Worked { work, .. }), .. }] if work.scheduling_delays.len() == 50),
        "about once a second: {events:?}"
    );
    queue.record_lag(BackendKind::Threads, late);
    let _ = put(&queue, Direction::Received, 0, Payload::Slice(b"abc"));
    let events = drained(&mut feed);
    assert!(
        events.iter().any(|stamped| matches!(&stamped.event, Event::Server(ServerEvent::Worked { work, .. }) if work.io.reads == 1)),
        "what was done is told at once: {events:?}"
    );
}
