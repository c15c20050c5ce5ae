//! What the user does to a connection: what arrives is what was sent plus what the user put in, in order, and every byte
//! is told once with who made it.

use super::tls_peers::{Peers, SideTls};
use super::*;
use crate::event::{ConnectionEvent, Event, MOST_TO_SEND, Origin, StreamEvent, StreamId};
use crate::server::connection::wants::SideSet;

impl World {
    pub(super) fn order(&mut self, order: Order) {
        self.machine.order(order, CoarseInstant::now());
    }

    pub(super) fn send(&mut self, to: Side, bytes: &[u8]) {
        self.order(Order::Send { to, bytes: Bytes::copy_from_slice(bytes) });
    }

    pub(super) fn told(&mut self) -> Told {
        let mut stamped = Vec::new();
        self.feed.drain(&mut stamped);
        let mut told = Told::default();
        for stamped in stamped {
            match stamped.event {
                Event::Stream(id, StreamEvent::Bytes { offset, data, origin, .. }) => {
                    told.chunks.push(ToldChunk { id, offset, data, origin });
                }
                Event::Connection(_, event) => told.events.push(event),
                other => panic!("{other:?}"),
            }
        }
        told.events.retain(|event| {
            !matches!(event, ConnectionEvent::HandedOver { .. } | ConnectionEvent::Opened { .. })
        });
        told
    }
}

#[derive(Default)]
pub(super) struct Told {
    chunks: Vec<ToldChunk>,
    pub(super) events: Vec<ConnectionEvent>,
}

pub(super) struct ToldChunk {
    id: StreamId,
    pub(super) offset: u64,
    pub(super) data: Bytes,
    pub(super) origin: Origin,
}

impl Told {
    /// The chunks of one stream.
    pub(super) fn of(&self, side: Side, direction: Direction) -> impl Iterator<Item = &ToldChunk> {
        self.chunks.iter().filter(move |chunk| (chunk.id.side, chunk.id.direction) == (side, direction))
    }

    /// The bytes of one stream that have this origin, or another one.
    pub(super) fn bytes(&self, side: Side, direction: Direction, by_user: bool) -> Vec<u8> {
        let chunks = self.of(side, direction).filter(|chunk| (chunk.origin == Origin::User) == by_user);
        chunks.flat_map(|chunk| chunk.data.iter().copied()).collect()
    }

    pub(super) fn declined(&self) -> Vec<&str> {
        let detail = |event: &'_ ConnectionEvent| matches!(event, ConnectionEvent::Declined { .. });
        let events = self.events.iter().filter(|event| detail(event));
        events
            .map(|event| match event {
                ConnectionEvent::Declined { detail, .. } => detail.as_str(),
                _ => "",
            })
            .collect()
    }
}

#[test]
fn bytes_of_the_user_follow_what_is_pending() {
    let mut world = world(false);
    world.sockets.client.room = 3;
    world.incoming(Side::Client, [Input::Bytes(b"answer".to_vec())]);
    assert_eq!(world.run(), None);
    world.send(Side::Client, b"one");
    world.send(Side::Client, b"two");
    world.sockets.client.room = 4;
    assert_eq!(world.run(), None);
    world.incoming(Side::Client, [Input::Bytes(b"!".to_vec()), Input::Fin]);
    world.sockets.client.room = usize::MAX;
    assert_eq!(world.run(), Some(CloseReason::PeerFinished));
    assert_eq!(world.sockets.client.written, b"answeronetwo!");
    let told = world.told();
    assert_eq!(told.bytes(Side::Client, Direction::Sent, false), b"answer!");
    assert_eq!(told.bytes(Side::Client, Direction::Sent, true), b"onetwo");
    let mut end = 0;
    for chunk in told.of(Side::Client, Direction::Sent) {
        assert_eq!(chunk.offset, end, "in order, without a hole");
        end += chunk.data.len() as u64;
    }
    assert_eq!(end, 13);
}

/// Pseudo-random numbers, the same in each run.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

#[test]
fn a_relayed_stream_is_what_was_sent_plus_what_the_user_put_in() {
    for seed in 0..40 {
        let mut dice = Dice(seed);
        let mut world = world(true);
        let (mut sent, mut put_in) = (PerSide::<Vec<u8>>::default(), PerSide::<Vec<u8>>::default());
        for round in 0..60 {
            let side = Side::ALL[dice.below(2) as usize];
            let bytes: Vec<u8> = (0..1 + dice.below(150)).map(|_| dice.below(256) as u8).collect();
            match dice.below(5) {
                0 | 1 => {
                    sent[side].extend(&bytes);
                    world.incoming(side, [Input::Bytes(bytes)]);
                }
                2 => {
                    put_in[side].extend(&bytes);
                    world.send(side, &bytes);
                }
                3 => world.sockets[side].room = dice.below(200) as usize,
                _ => world.order(if dice.below(2) == 0 { Order::Pause(side) } else { Order::Resume(side) }),
            }
            if round == 10 {
                world = connected(world);
            } else if round > 10 {
                assert_eq!(world.run(), None);
            }
        }
        for side in Side::ALL {
            world.order(Order::Resume(side));
            world.sockets[side].room = usize::MAX;
            world.incoming(side, [Input::Fin]);
        }
        assert!(world.run().is_some());
        check(&mut world, &sent, &put_in);
    }
}

pub(super) fn check(world: &mut World, sent: &PerSide<Vec<u8>>, put_in: &PerSide<Vec<u8>>) {
    let told = world.told();
    assert_eq!(told.declined(), [""; 0]);
    let written = &world.sockets;
    assert_eq!(told.bytes(Side::Client, Direction::Received, false), sent.client);
    assert_eq!(told.bytes(Side::Client, Direction::Sent, false), sent.upstream);
    for side in Side::ALL {
        assert_eq!(told.bytes(side, Direction::Sent, true), put_in[side]);
    }
    let all: Vec<u8> =
        told.of(Side::Client, Direction::Sent).flat_map(|chunk| chunk.data.iter().copied()).collect();
    assert!(all == written.client.written, "the client got what was told");
    let mut to_upstream = written.upstream.written.clone();
    for chunk in told.of(Side::Upstream, Direction::Sent).collect::<Vec<_>>().into_iter().rev() {
        let start = chunk.offset as usize;
        let range = start..start + chunk.data.len();
        assert_eq!(to_upstream[range.clone()], chunk.data);
        to_upstream.drain(range);
    }
    assert!(to_upstream == sent.client, "the rest is what the client sent");
    assert_eq!(told.of(Side::Upstream, Direction::Received).count(), 0);
}

#[test]
fn what_waits_to_be_sent_is_bounded() {
    let mut world = relaying();
    world.sockets.upstream.room = 0;
    assert_eq!(world.run(), None);
    world.send(Side::Upstream, &vec![1; MOST_TO_SEND]);
    world.send(Side::Upstream, b"too much");
    world.send(Side::Client, b"fits");
    assert_eq!(world.run(), None);
    let told = world.told();
    assert_eq!(told.declined(), ["it has not taken what was sent before: at most 1 MiB may wait"]);
    assert_eq!(world.sockets.client.written, b"fits");
    world.sockets.upstream.room = usize::MAX;
    assert_eq!(world.run(), None);
    world.send(Side::Upstream, b"fits");
    assert_eq!(world.run(), None);
    assert_eq!(world.sockets.upstream.written.len(), MOST_TO_SEND + 4);
}

#[test]
fn the_user_ends_one_direction_and_the_other_stays_open() {
    let mut world = relaying();
    world.sockets.upstream.room = 2;
    world.incoming(Side::Client, [Input::Bytes(b"question".to_vec())]);
    assert_eq!(world.run(), None);
    world.send(Side::Upstream, b"!");
    world.order(Order::HalfClose(Side::Upstream));
    world.order(Order::HalfClose(Side::Upstream));
    world.send(Side::Upstream, b"late");
    assert!(!world.sockets.upstream.finished);
    world.sockets.upstream.room = usize::MAX;
    world.incoming(Side::Client, [Input::Bytes(b"discarded".to_vec())]);
    world.incoming(Side::Upstream, [Input::Bytes(b"answer".to_vec())]);
    assert_eq!(world.run(), None);
    assert!(world.sockets.upstream.finished && !world.sockets.client.finished);
    assert_eq!(world.sockets.upstream.written, b"question!");
    assert_eq!(world.sockets.client.written, b"answer");
    let told = world.told();
    assert_eq!(told.events[1], ConnectionEvent::HalfClosed { side: Side::Upstream });
    assert_eq!(told.declined(), ["what is sent to it has ended with FIN"; 2]);
    world.incoming(Side::Upstream, [Input::Fin]);
    assert_eq!(world.run(), None, "the client may still send");
    world.incoming(Side::Client, [Input::Fin]);
    assert_eq!(world.run(), Some(CloseReason::WeFinished));
    assert!(!world.machine.resets());
}

#[test]
fn an_echo_whose_output_has_ended_still_reads() {
    let mut world = world(false);
    world.order(Order::HalfClose(Side::Client));
    assert_eq!(world.run(), None);
    assert!(world.sockets.client.finished);
    world.incoming(Side::Client, [Input::Bytes(b"read and discarded".to_vec())]);
    assert_eq!(world.run(), None);
    assert!(world.sockets.client.written.is_empty());
    world.incoming(Side::Client, [Input::Fin]);
    assert_eq!(world.run(), Some(CloseReason::WeFinished));
    let told = world.told();
    assert_eq!(told.bytes(Side::Client, Direction::Received, false), b"read and discarded");
}

#[test]
fn nothing_is_read_from_a_paused_side() {
    for side in Side::ALL {
        let mut world = relaying();
        world.order(Order::Pause(side));
        world.order(Order::Pause(side));
        world.incoming(side, [Input::Bytes(text(500)), Input::Fin]);
        world.incoming(side.other(), [Input::Bytes(text(300))]);
        assert_eq!(world.run(), None);
        assert_eq!(world.sockets[side].incoming.len(), 2, "the kernel keeps it");
        assert_eq!(world.sockets[side].written, text(300));
        world.order(Order::Resume(side));
        assert_eq!(world.run(), None);
        assert_eq!(world.sockets[side.other()].written, text(500));
        let told = world.told();
        let [_, paused, resumed, ended] = &told.events[..] else { panic!("{:?}", told.events) };
        assert_eq!(paused, &ConnectionEvent::Paused { side });
        assert_eq!(resumed, &ConnectionEvent::Resumed { side });
        assert_eq!(ended, &ConnectionEvent::InputEnded { side });
    }
}

#[test]
fn a_paused_side_is_watched_and_its_connection_can_be_closed() {
    let mut world = world(false);
    world.order(Order::Pause(Side::Client));
    let mut client = SideSet::default();
    client.insert(Side::Client);
    assert_eq!(world.machine.next(), Next::Await(Wants { watch: client, ..Wants::default() }));
    world.send(Side::Client, b"bye");
    world.machine.finish(CloseTimeouts::CLOSE, world.now);
    world.order(Order::Resume(Side::Client));
    world.incoming(Side::Client, [Input::Bytes(text(10)), Input::Fin]);
    assert_eq!(world.run(), Some(CloseReason::WeFinished));
    assert_eq!(world.sockets.client.written, b"bye");
    assert_eq!(world.told().declined(), ["the connection is being closed"]);
    let mut world = self::world(false);
    world.order(Order::Pause(Side::Client));
    world.machine.was_reset(Side::Client);
    assert_eq!(world.run(), Some(CloseReason::PeerReset));
}

#[test]
fn orders_without_their_side_are_declined() {
    let mut world = world(false);
    world.send(Side::Upstream, b"x");
    assert_eq!(world.run(), None);
    assert_eq!(world.told().declined(), ["the connection has no upstream"]);
}

#[test]
fn a_reset_side_gets_nothing_of_the_user() {
    let mut world = relaying();
    world.sockets.upstream.room = 0;
    world.send(Side::Upstream, &text(100));
    world.send(Side::Upstream, &text(100));
    world.incoming(Side::Upstream, [Input::Bytes(b"last words".to_vec()), Input::Reset]);
    assert_eq!(world.run(), Some(CloseReason::UpstreamReset));
    assert_eq!(world.sockets.client.written, b"last words");
    assert!(world.sockets.upstream.written.is_empty() && world.machine.resets());
}

#[test]
fn what_the_user_puts_in_is_encrypted_like_the_rest() {
    let tls = SideTls::new();
    for (piece, room) in [(1, 1), (100, usize::MAX)] {
        let mut world = encrypted_world(false, PerSide { client: Some(&tls), upstream: None });
        let mut peers = Peers::client(tls.client(&[]));
        let order = |bytes: &[u8]| Order::Send { to: Side::Client, bytes: Bytes::copy_from_slice(bytes) };
        // In the middle of the handshake, between answers, and before our end.
        world.machine.order(order(b"first"), CoarseInstant::now());
        assert_eq!(peers.settle(&mut world, piece, room), None);
        peers.get(Side::Client).send(&text(40_000));
        assert_eq!(peers.settle(&mut world, piece, room), None);
        world.machine.order(order(&text(50_000)), CoarseInstant::now());
        world.machine.order(order(b"last"), CoarseInstant::now());
        world.machine.order(Order::HalfClose(Side::Client), CoarseInstant::now());
        assert_eq!(peers.settle(&mut world, piece, room), None);
        let expected = [b"first".to_vec(), text(40_000), text(50_000), b"last".to_vec()].concat();
        assert!(peers.get(Side::Client).received == expected, "in pieces of {piece}");
        assert!(peers.get(Side::Client).has_closed && world.sockets.client.finished);
        peers.get(Side::Client).close(&mut world.sockets.client);
        assert_eq!(peers.settle(&mut world, piece, room), Some(CloseReason::WeFinished));
    }
}
