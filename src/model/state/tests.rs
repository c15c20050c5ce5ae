use bytes::Bytes;

use super::*;
use crate::bytes::utf8::Reason;
use crate::event::{
    CloseReason, Direction, Forwarded, Origin, Side, StreamEvent, StreamId, SwitchEvent, Utf8Scanner,
    Utf8Summary,
};
use crate::model::ConnectionState;
use crate::model::connection::Connected;

const ID: ConnectionId = ConnectionId(1);

fn address(port: u16) -> Address {
    ([127, 0, 0, 1], port).into()
}

fn opened(id: u64) -> Event {
    Event::Connection(
        ConnectionId(id),
        ConnectionEvent::Opened {
            peer: address(50_000),
            local: address(7777),
            backend: BackendKind::Async,
            upstream: None,
        },
    )
}

fn received(id: u64, offset: u64, data: &[u8]) -> Event {
    Event::Stream(
        StreamId::client(ConnectionId(id), Direction::Received),
        StreamEvent::Bytes {
            offset,
            data: Bytes::copy_from_slice(data),
            summary: Utf8Summary::default(),
            origin: Origin::Peer,
            forwarded: None,
            place: None,
        },
    )
}

fn closed(id: u64, received: u64) -> Event {
    Event::Connection(
        ConnectionId(id),
        ConnectionEvent::Closed {
            reason: CloseReason::PeerFinished,
            detail: None,
            failed_call: None,
            received,
            sent: 0,
        },
    )
}

fn model(memory: usize, events: impl IntoIterator<Item = Event>) -> Model {
    let mut model = Model::new(Budget { history: 64 * 1024, memory });
    let mut scanners: HashMap<StreamId, Utf8Scanner> = HashMap::new();
    for (index, mut event) in events.into_iter().enumerate() {
        if let Event::Stream(id, StreamEvent::Bytes { offset, data, summary, .. }) = &mut event {
            *summary = scanners.entry(*id).or_default().scan(*offset, data);
        }
        model.apply(&Stamped { at: Timestamp(1_000_000 + index as u64), event });
    }
    model
}

/// The expected value of `memory()`, summed over all connections.
fn counted(model: &Model) -> usize {
    model.connections().map(Connection::cost).sum()
}

#[test]
fn a_character_cut_by_a_read_and_a_switch_is_one() {
    let model = model(
        1 << 20,
        [
            opened(1),
            received(1, 0, b"\xe2"),
            Event::Connection(ID, ConnectionEvent::HandedOver { to: BackendKind::Threads }),
            received(1, 1, b"\x82\xac\xff"),
        ],
    );
    let known = model.connection(ID).unwrap();
    assert_eq!((known.received.characters.well_formed, known.malformed()), (1, 1));
    assert_eq!((model.live_on(BackendKind::Async), model.live_on(BackendKind::Threads)), (0, 1));
    assert_eq!(known.handovers, 1);
}

#[test]
fn a_character_cut_by_the_end_is_incomplete() {
    let model = model(1 << 20, [opened(1), received(1, 0, b"ab\xe2\x82"), closed(1, 4)]);
    let known = model.connection(ID).unwrap();
    assert_eq!(known.malformed(), 1);
    assert_eq!(known.received.characters.by_reason[Reason::Incomplete as usize], 1);
    assert_eq!(known.received.malformed_index.next_block(0), Some(0..1024));
    assert_eq!(model.memory(), counted(&model));
    assert_eq!((known.state(), model.live(), model.totals.seen), (ConnectionState::Closed, 0, 1));
}

#[test]
fn what_an_echo_sends_back_is_malformed_once() {
    let mut echoed = received(1, 0, b"caf\xe9 \xc0\xaf");
    let Event::Stream(id, _) = &mut echoed else { panic!("{echoed:?}") };
    id.direction = Direction::Sent;
    let model = model(1 << 20, [opened(1), received(1, 0, b"caf\xe9 \xc0\xaf"), echoed]);
    let known = model.connection(ID).unwrap();
    assert_eq!((known.malformed(), known.sent.characters.malformed), (3, 3));
}

#[test]
fn observed_and_missed_make_what_was_moved() {
    let missed = Event::Stream(
        StreamId::client(ID, Direction::Received),
        StreamEvent::Missed { events: 3, bytes: 96 },
    );
    let model =
        model(1 << 20, [opened(1), received(1, 0, b"abcd"), missed, received(1, 100, b"ef"), closed(1, 102)]);
    let known = model.connection(ID).unwrap();
    assert_eq!((known.received.bytes, known.received.missed_bytes, known.received.total()), (6, 96, 102));
    assert_eq!(model.totals.bytes, PerDirection { received: 102, sent: 0 });
    assert_eq!((model.totals.missed_bytes, model.totals.missed_events), (96, 3));
}

#[test]
fn closed_connections_are_kept_for_a_while() {
    let many = KEPT_CLOSED as u64 + 50;
    let events = (1..=many).flat_map(|id| [opened(id), received(id, 0, b"hello"), closed(id, 5)]);
    let model = model(1 << 30, events);
    assert_eq!(model.connections().len(), KEPT_CLOSED);
    assert!(model.connection(ConnectionId(50)).is_none() && model.connection(ConnectionId(51)).is_some());
    assert_eq!((model.totals.seen, model.live()), (many, 0));
    assert_eq!(model.memory(), counted(&model));
    assert!(model.eviction_queue.len() <= 2 * eviction::MIN_QUEUE);
}

#[test]
fn the_table_of_connections_becomes_small_again() {
    let many = 10 * KEPT_CLOSED as u64;
    let events = (1..=many).map(opened).chain((1..=many).map(|id| closed(id, 0)));
    let model = model(1 << 30, events);
    assert_eq!(model.connections().len(), KEPT_CLOSED);
    assert!(model.connections.capacity() < 5 * KEPT_CLOSED, "{}", model.connections.capacity());
}

#[test]
fn closed_connections_without_bytes_go_before_those_with_bytes() {
    let silent = KEPT_CLOSED as u64 + 50;
    let events = [opened(1), received(1, 0, b"caf\xe9"), closed(1, 4)].into_iter();
    let model = model(1 << 30, events.chain((2..2 + silent).flat_map(|id| [opened(id), closed(id, 0)])));
    assert!(model.connection(ID).is_some());
    assert_eq!((model.connections().len(), model.totals.dropped), (KEPT_CLOSED, 51));
    assert!(model.connection(ConnectionId(52)).is_none() && model.connection(ConnectionId(53)).is_some());
}

/// Health checks with bytes, twice a second, must not push the others out.
#[test]
fn like_connections_go_before_the_others_but_the_newest_of_them() {
    let other = |id: u64| [opened(id), received(id, 0, &vec![b'x'; id as usize]), closed(id, id)];
    let check = |id| [opened(id), received(id, 0, b"check"), closed(id, 5)];
    let last = 20_000;
    let events = (10..20).flat_map(other).chain((100..last).flat_map(check)).chain(other(50));
    let model = model(1 << 30, events);
    assert_eq!(model.connections().len(), KEPT_CLOSED);
    assert!((10..20).all(|id| model.connection(ConnectionId(id)).is_some()));
    let newest = last - (KEPT_CLOSED as u64 - 11);
    assert!(model.connection(ConnectionId(newest - 1)).is_none());
    assert!((newest..last).all(|id| model.connection(ConnectionId(id)).is_some()));
    assert_eq!(
        (model.totals.dropped, model.memory()),
        (last - 100 + 11 - KEPT_CLOSED as u64, counted(&model))
    );
}

#[test]
fn the_newest_like_connections_go_in_their_turn() {
    let other = |id: u64| [opened(id), received(id, 0, &vec![b'x'; id as usize]), closed(id, id)];
    let check = |id| [opened(id), received(id, 0, b"check"), closed(id, 5)];
    let events = (1..=500).flat_map(check).chain((501..=2_000).flat_map(other));
    let model = model(1 << 30, events);
    let kept = |id| model.connection(ConnectionId(id)).is_some();
    assert_eq!(model.connections().len(), KEPT_CLOSED);
    assert!((1_001..=2_000).all(kept));
}

#[test]
fn closed_connections_of_built_in_clients_go_before_those_of_others() {
    let silent = || [opened(1), closed(1, 0)].into_iter();
    let talked = |id| [opened(id), received(id, 0, b"hello"), closed(id, 5)];
    let built_in = KEPT_CLOSED as u64;
    let mut model = model(1 << 30, silent().chain(talked(2)));
    let events = (3..3 + built_in).flat_map(talked).chain(talked(10_000)).chain(talked(10_001));
    for event in events {
        model.apply(&Stamped { at: Timestamp(2_000_000), event: event.clone() });
        match event {
            Event::Connection(connection, ConnectionEvent::Opened { .. }) if connection.0 < 10_000 => {
                model.mark_built_in(connection);
            }
            // A closed connection keeps the rank that it had when it was closed.
            Event::Connection(connection, ConnectionEvent::Closed { .. }) => model.mark_built_in(connection),
            _ => {}
        }
    }
    let kept = |id| model.connection(ConnectionId(id)).is_some();
    assert_eq!((model.connections().len(), model.totals.dropped), (KEPT_CLOSED, 4));
    assert!(!kept(1), "the one without bytes, the first of all");
    assert!((3..=5).all(|id| !kept(id)) && kept(6), "then the oldest of the built-in clients");
    assert!([2, 10_000, 10_001].into_iter().all(kept), "and none of the others");
    assert_eq!(model.memory(), counted(&model));
}

#[test]
fn memory_holds_and_closed_ones_go_first() {
    let block = vec![b'x'; 10_000];
    let mut events =
        vec![opened(1), opened(2), received(1, 0, &block), received(2, 0, &block), closed(1, 10_000)];
    events.extend((0..40).map(|round| received(2, 10_000 * (round + 1), &block)));
    let model = model(90_000, events);
    assert!(model.connection(ID).is_none(), "the closed one went");
    let kept = &model.connection(ConnectionId(2)).unwrap().received.history;
    assert!(
        model.memory() <= 90_000 && kept.end() - kept.start() >= 40_000,
        "{} kept",
        kept.end() - kept.start()
    );
    assert_eq!(model.memory(), counted(&model));
}

#[test]
fn the_oldest_bytes_of_all_connections_go_first() {
    let block = vec![b'x'; 10_000];
    let mut events: Vec<_> = (1..=100).flat_map(|id| [opened(id), received(id, 0, &block)]).collect();
    events.push(received(100, 10_000, &block));
    let model = model(500_000, events);
    assert!(model.memory() <= 500_000);
    assert_eq!(model.memory(), counted(&model));
    let kept = |id| model.connection(ConnectionId(id)).unwrap().received.history.start();
    assert_eq!((kept(1), kept(100)), (10_000, 0), "the first gave up its bytes, the last kept them");
}

#[test]
fn a_failed_switch_leaves_the_old_backend() {
    let (from, to) = (BackendKind::Async, BackendKind::Threads);
    let failed =
        Event::Switch(SwitchEvent::Failed { from, to, moved_back: 3, detail: "thread limit".into() });
    let model =
        model(1 << 20, [opened(1), Event::Switch(SwitchEvent::Started { from, to, connections: 1 }), failed]);
    assert_eq!((model.backend, model.switching.is_none()), (Some(from), true));
    assert_eq!(model.switches[0].outcome, Outcome::Failed { moved_back: 3, detail: "thread limit".into() });
}

#[test]
fn many_full_histories_are_not_searched_for_every_byte() {
    // Each read begins a new segment.
    let block = vec![b'x'; 16_384];
    let mut events: Vec<_> = (1..=1_200).map(opened).collect();
    events.extend(
        (0..15u64)
            .flat_map(|round| (1..=1_200).map(move |id| (round, id)))
            .map(|(round, id)| received(id, round * 16_384, &block)),
    );
    let model = model(1 << 30, events);
    let live: usize = 1_200 * 4;
    assert!(model.eviction_queue.len() >= live, "more marks name something than are tolerated at first");
    assert!(model.eviction_queue.len() <= model.compact_at, "the next byte does not search them all again");
    assert!(model.compact_at <= 2 * (live + 2_400), "{}", model.compact_at);
}

#[test]
fn rows_and_ages_outlive_a_step_of_the_wall_clock() {
    let hour = 3_600_000_000;
    let events = [
        opened(1),
        received(1, 0, b"before"),
        Event::Server(ServerEvent::ClockStepped { micros: -hour, suspended: 0 }),
        received(1, 6, b"after"),
    ];
    let mut model = Model::new(Budget { history: 1024, memory: 1 << 20 });
    let start = 400_000 * hour as u64;
    for (second, event) in (0..).zip(events) {
        model.apply(&Stamped { at: Timestamp(start + second * 1_000_000), event });
    }
    let known = model.connection(ID).unwrap();
    let shown: Vec<_> = known.received.history.chunks().iter().map(|chunk| chunk.at.0).collect();
    assert_eq!(shown, [start + 1_000_000, start + 3_000_000 - hour as u64]);
    let now = Timestamp(start + 4_000_000);
    assert_eq!(known.age_micros(now), 4_000_000);
    assert_eq!(model.rates.received.per_second(now), 5, "a clock that went back hides no rate");
    assert_eq!(model.on_wall_clock(now), Timestamp(now.0 - hour as u64));
}

#[test]
fn a_relayed_connection_has_two_sides() {
    let relayed = Event::Connection(
        ID,
        ConnectionEvent::Opened {
            peer: address(50_000),
            local: address(7777),
            backend: BackendKind::Async,
            upstream: Some("db.example:6379".to_owned()),
        },
    );
    let upstream = address(6379);
    let connected = ConnectionEvent::Connected { upstream: upstream.clone(), micros: 311 };
    let forwarded = Some(Forwarded { side: Side::Upstream, at: Timestamp(1_000_900) });
    let mut asked = received(1, 0, b"PING\r\n");
    let Event::Stream(_, StreamEvent::Bytes { forwarded: place, .. }) = &mut asked else {
        panic!("{asked:?}")
    };
    *place = forwarded;
    let mut model = model(1 << 20, [relayed]);
    assert_eq!(model.connection(ID).unwrap().state(), ConnectionState::Connecting);
    for event in [Event::Connection(ID, connected), asked] {
        model.apply(&Stamped { at: Timestamp(1_000_000), event });
    }
    let known = model.connection(ID).unwrap();
    assert_eq!(known.state(), ConnectionState::Open);
    let second = known.upstream.as_ref().unwrap();
    assert_eq!(second.name, "db.example:6379");
    assert_eq!(second.connected, Some(Connected { address: upstream, micros: 311 }));
    assert_eq!((known.received.bytes, known.sent.bytes, known.chunks()), (6, 0, 1));
    assert_eq!((second.streams.received.bytes, second.streams.sent.bytes), (0, 6));
    assert_eq!(model.totals.bytes, PerDirection { received: 6, sent: 0 }, "totals are those of the clients");
    assert_eq!(model.memory(), counted(&model));
    for (event, state) in [
        (ConnectionEvent::Slow { side: Side::Upstream }, ConnectionState::Slow),
        (ConnectionEvent::Flowing { side: Side::Upstream }, ConnectionState::Open),
        (ConnectionEvent::InputEnded { side: Side::Upstream }, ConnectionState::HalfClosed),
    ] {
        model.apply(&Stamped { at: Timestamp(2_000_000), event: Event::Connection(ID, event) });
        assert_eq!(model.connection(ID).unwrap().state(), state);
    }
    let known = model.connection(ID).unwrap();
    assert!(known.has_input_ended(Side::Upstream) && !known.has_input_ended(Side::Client));
    assert!(!known.is_slow(Side::Upstream) && !known.is_slow(Side::Client));
}

#[test]
fn the_oldest_bytes_of_an_upstream_are_evicted_as_well() {
    let relayed = Event::Connection(
        ID,
        ConnectionEvent::Opened {
            peer: address(50_000),
            local: address(7777),
            backend: BackendKind::Async,
            upstream: Some("db".to_owned()),
        },
    );
    let answers = (0..64).map(|index| {
        let mut answer = received(1, index * 1_024, &[b'x'; 1_024]);
        let Event::Stream(id, _) = &mut answer else { panic!("{answer:?}") };
        id.side = Side::Upstream;
        answer
    });
    let model = model(40 << 10, std::iter::once(relayed).chain(answers));
    let stream = model.connection(ID).unwrap().stream_of(Side::Upstream, Direction::Received).unwrap();
    assert_eq!((stream.bytes, stream.history.end()), (64 << 10, 64 << 10));
    assert!(stream.history.start() > 0 && model.memory() <= 40 << 10, "{}", model.memory());
    assert_eq!(model.memory(), counted(&model));
}
