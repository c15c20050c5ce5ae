//! A consumer that only counts.

use super::{ID, SHARD, drained};
use crate::event::Stamped;
use crate::event::{Demand, Direction, Event, Origin, StreamEvent, StreamId, Utf8Summary};
use crate::server::feed::runs::ENTRY;
use crate::server::feed::{EventReceiver, FEED_LIMIT, Overload, Payload, Run, Transfer, event_channel};

#[test]
fn a_consumer_that_only_counts_gets_the_sum_of_each_direction() {
    let (queue, mut feed) = event_channel(FEED_LIMIT, Overload::Slow, Demand::COUNTS);
    let mut run = Run::default();
    let mut insert = |direction, offset, length| {
        let (data, summary) = (vec![0; length], Utf8Summary::default());
        let data = Payload::Slice(&data);
        let (stream, origin) = (StreamId::client(ID, direction), Origin::of(direction));
        queue.insert(SHARD, Transfer { stream, origin, offset, data, summary }, &mut run);
    };
    let counted = |feed: &mut EventReceiver| -> Vec<_> {
        let event = |stamped: Stamped| match stamped.event {
            Event::Stream(id, StreamEvent::Trimmed { offset, bytes, .. }) => (id.direction, offset, bytes),
            other => panic!("{other:?}"),
        };
        drained(feed).into_iter().map(event).collect()
    };
    for round in 0..100 {
        insert(Direction::Received, round * 9_000, 9_000);
        insert(Direction::Sent, round * 10, 10);
    }
    assert_eq!(queue.room.queued(), 2 * ENTRY);
    assert_eq!(counted(&mut feed), [(Direction::Received, 0, 900_000), (Direction::Sent, 0, 1_000)]);
    insert(Direction::Received, 900_000, 1);
    insert(Direction::Received, 900_007, 2);
    let gap = [(Direction::Received, 900_000, 1), (Direction::Received, 900_007, 2)];
    assert_eq!(counted(&mut feed), gap, "bytes between were missed");
    feed.set_demand(Demand::newest(0));
    insert(Direction::Received, 900_009, 3);
    assert!(matches!(
        drained(&mut feed)[0].event,
        Event::Stream(_, StreamEvent::Bytes { offset: 900_009, .. })
    ));
}
