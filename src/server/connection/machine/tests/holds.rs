//! What the user holds: what goes on is what was received and not dropped, with what the user put in, in order; and the
//! counts add up.

use super::orders::Dice;
use super::tls_peers::{Peers, SideTls};
use super::*;
use crate::event::{ConnectionEvent, Event, HOLD_LIMIT, HoldChange, Origin, Release, StreamEvent};

const CLIENT: Side = Side::Client;
const UPSTREAM: Side = Side::Upstream;

impl World {
    pub(super) fn hold(&mut self, from: Side, at: Option<u64>) {
        self.order(Order::Hold { from, at });
    }

    pub(super) fn release(&mut self, from: Side, what: Release) {
        self.order(Order::Release { from, what });
    }

    pub(super) fn replace(&mut self, from: Side, range: std::ops::Range<u64>, bytes: &[u8]) {
        let (position, length) = (range.start, range.end - range.start);
        self.order(Order::Replace { from, position, length, bytes: Bytes::copy_from_slice(bytes) });
    }

    pub(super) fn say(&mut self, from: Side, bytes: &[u8]) {
        self.incoming(from, [Input::Bytes(bytes.to_vec())]);
        assert_eq!(self.run(), None);
    }
}

fn hold(side: Side, change: HoldChange) -> ConnectionEvent {
    ConnectionEvent::Hold { side, change: Box::new(change) }
}

fn bytes(text: &'static str) -> Bytes {
    Bytes::from_static(text.as_bytes())
}

#[test]
fn what_is_held_is_edited_and_released_while_the_other_direction_goes_on() {
    let mut world = relaying();
    world.hold(CLIENT, Some(3));
    world.say(CLIENT, b"abcdef\nghi");
    world.say(UPSTREAM, b"answer");
    assert_eq!(world.sockets.upstream.written, b"abc", "held from the offset on, in the middle of a read");
    assert_eq!(world.sockets.client.written, b"answer");
    world.replace(CLIENT, 4..6, b"XYZ");
    world.release(CLIENT, Release::Line);
    assert_eq!(world.run(), None);
    assert_eq!(world.sockets.upstream.written, b"abcdXYZ\n");
    world.replace(CLIENT, 8..9, b"");
    world.release(CLIENT, Release::Bytes(1));
    assert_eq!(world.run(), None);
    world.release(CLIENT, Release::End);
    world.say(CLIENT, b"!");
    assert_eq!(world.sockets.upstream.written, b"abcdXYZ\nhi!");

    let told = world.told();
    let changes: Vec<_> =
        told.events.iter().filter(|event| matches!(event, ConnectionEvent::Hold { .. })).cloned().collect();
    assert_eq!(
        changes,
        [
            hold(CLIENT, HoldChange::Began { offset: 3, position: 3 }),
            hold(CLIENT, HoldChange::Held { offset: 3, data: bytes("def\nghi") }),
            hold(CLIENT, HoldChange::Edited { position: 4, removed: 2, dropped: 2, data: bytes("XYZ") }),
            hold(CLIENT, HoldChange::Released { position: 3, bytes: 5 }),
            hold(CLIENT, HoldChange::Edited { position: 8, removed: 1, dropped: 1, data: Bytes::new() }),
            hold(CLIENT, HoldChange::Released { position: 8, bytes: 1 }),
            hold(CLIENT, HoldChange::Released { position: 9, bytes: 1 }),
            hold(CLIENT, HoldChange::Ended),
        ]
    );
    assert_eq!(told.bytes(CLIENT, Direction::Received, false), b"abcdef\nghi!");
    assert_eq!(
        told.bytes(UPSTREAM, Direction::Sent, true),
        b"XYZ",
        "the bytes of the user are told as theirs"
    );
    assert_eq!(told.bytes(CLIENT, Direction::Sent, false), b"answer");
    assert!(world.machine.ends.get(CLIENT).hold.is_none(), "nothing of it is left");
}

#[test]
fn an_echo_answers_what_was_released() {
    let mut world = world(false);
    world.say(CLIENT, b"one ");
    world.hold(CLIENT, None);
    world.say(CLIENT, b"two ");
    world.replace(CLIENT, 8..8, b"three ");
    world.sockets.client.room = 2;
    world.release(CLIENT, Release::All);
    assert_eq!(world.run(), None);
    world.say(CLIENT, b"four");
    world.sockets.client.room = usize::MAX;
    assert_eq!(world.run(), None);
    assert_eq!(world.sockets.client.written, b"one two three ");
    world.incoming(CLIENT, [Input::Fin]);
    world.release(CLIENT, Release::End);
    assert_eq!(world.run(), Some(CloseReason::PeerFinished));
    assert_eq!(world.sockets.client.written, b"one two three four");
    let told = world.told();
    assert_eq!(told.bytes(CLIENT, Direction::Sent, true), b"three ");
    assert_eq!(told.bytes(CLIENT, Direction::Sent, false), b"one two four");
    assert_eq!(told.declined(), [""; 0]);
}

#[test]
fn the_end_of_the_stream_is_held_behind_the_bytes() {
    for last in [Release::All, Release::End] {
        let mut world = relaying();
        world.hold(CLIENT, None);
        world.incoming(CLIENT, [Input::Bytes(b"last words".to_vec()), Input::Fin]);
        assert_eq!(world.run(), None);
        world.release(CLIENT, Release::Bytes(100));
        assert_eq!(world.run(), None);
        assert_eq!(world.sockets.upstream.written, b"last words");
        assert!(!world.sockets.upstream.finished, "all bytes are not all");
        world.say(UPSTREAM, b"still open");
        world.release(CLIENT, last);
        assert_eq!(world.run(), None);
        assert!(world.sockets.upstream.finished);
        world.incoming(UPSTREAM, [Input::Fin]);
        assert_eq!(world.run(), Some(CloseReason::PeerFinished));
        assert_eq!(world.sockets.client.written, b"still open");
    }
}

#[test]
fn what_is_held_is_bounded() {
    let mut world = relaying();
    world.hold(CLIENT, None);
    world.say(CLIENT, &vec![7; HOLD_LIMIT + 1_000]);
    let Some(Input::Bytes(left)) = world.sockets.client.incoming.front() else { panic!("all was read") };
    assert_eq!(left.len(), 1_000, "the rest is left to the system");
    world.replace(CLIENT, 0..1, &vec![7; HOLD_LIMIT + 2]);
    world.replace(CLIENT, 0..1, &[7; 2]);
    world.say(UPSTREAM, b"the other direction goes on");
    assert_eq!(world.sockets.client.written.len(), 27);
    world.release(CLIENT, Release::Bytes(500));
    world.incoming(CLIENT, []);
    assert_eq!(world.run(), None);
    let Some(Input::Bytes(left)) = world.sockets.client.incoming.front() else { panic!("all was read") };
    assert_eq!(left.len(), 1_000 - 512, "in reads of 64 bytes");
    assert_eq!(world.told().declined(), ["more than 2 MiB would be held"]);
    world.replace(CLIENT, 500..HOLD_LIMIT as u64, b"");
    world.release(CLIENT, Release::End);
    assert_eq!(world.run(), None);
    assert_eq!(world.sockets.upstream.written, [7; 1_501]);
}

#[test]
fn a_reset_does_not_wait_for_the_user() {
    let mut world = relaying();
    world.hold(CLIENT, None);
    world.incoming(CLIENT, [Input::Bytes(b"held".to_vec()), Input::Reset]);
    assert_eq!(world.run(), Some(CloseReason::PeerReset));
    assert_eq!(world.sockets.upstream.written, b"");
    assert!(world.machine.lifecycle.resets());
}

#[test]
fn a_close_ends_a_hold() {
    let mut world = relaying();
    world.hold(CLIENT, None);
    world.say(CLIENT, b"held");
    world.machine.finish(CloseTimeouts::CLOSE, world.now);
    world.incoming(CLIENT, [Input::Fin]);
    world.incoming(UPSTREAM, [Input::Fin]);
    assert_eq!(world.run(), Some(CloseReason::WeFinished));
    assert_eq!(world.sockets.upstream.written, b"", "what was held is lost");
}

#[test]
fn what_cannot_be_done_is_declined() {
    let mut world = relaying();
    world.release(CLIENT, Release::All);
    world.hold(CLIENT, Some(4));
    world.hold(CLIENT, None);
    world.replace(CLIENT, 4..4, b"too early");
    world.say(CLIENT, b"12345678");
    world.release(CLIENT, Release::Line);
    world.replace(CLIENT, 3..5, b"");
    world.replace(CLIENT, 5..9, b"");
    world.replace(CLIENT, 5..5, b"");
    world.replace(CLIENT, u64::MAX..u64::MAX, b"x");
    world.release(CLIENT, Release::Bytes(0));
    let told = world.told();
    assert_eq!(
        told.declined(),
        [
            "nothing is held",
            "its bytes are held already",
            "these bytes are not held",
            "no line feed is held",
            "these bytes are not held",
            "these bytes are not held",
            "there is nothing to put in",
            "these bytes are not held",
            "nothing is held",
        ]
    );
}

/// What the events say of one direction: what is held, what went on, and what the user dropped.
#[derive(Default)]
struct Followed {
    held: Vec<Made>,
    gone_on: Vec<Made>,
    dropped: u64,
}

/// A byte, and whether the user made it.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Made {
    byte: u8,
    by_user: bool,
}

impl Followed {
    fn follow(&mut self, change: &HoldChange) {
        let made = |by_user| move |&byte: &u8| Made { byte, by_user };
        match change {
            HoldChange::Began { .. } | HoldChange::Ended => {}
            HoldChange::Held { data, .. } => self.held.extend(data.iter().map(made(false))),
            HoldChange::Edited { position, removed, dropped, data } => {
                let from = *position as usize - self.gone_on.len();
                let put_in = data.iter().map(made(true));
                let gone: Vec<_> = self.held.splice(from..from + *removed as usize, put_in).collect();
                assert_eq!(*dropped, gone.iter().filter(|made| !made.by_user).count() as u64);
                self.dropped += dropped;
            }
            HoldChange::Released { position, bytes } => {
                assert_eq!(*position, self.gone_on.len() as u64);
                self.gone_on.extend(self.held.drain(..*bytes as usize));
            }
        }
    }

    fn gone_on(&self, by_user: bool) -> Vec<u8> {
        self.gone_on.iter().filter(|made| made.by_user == by_user).map(|made| made.byte).collect()
    }
}

/// What the events say of a connection whose directions are both held.
#[derive(Default)]
struct Watched {
    directions: PerSide<Followed>,
    put_in: PerSide<Vec<u8>>,
}

impl Watched {
    fn watch(&mut self, world: &mut World) {
        let mut stamped = Vec::new();
        world.feed.drain(&mut stamped);
        for stamped in stamped {
            match stamped.event {
                Event::Connection(_, ConnectionEvent::Hold { side, change }) => {
                    self.directions[side].follow(&change);
                }
                Event::Stream(id, StreamEvent::Bytes { data, origin: Origin::User, .. }) => {
                    self.put_in[id.side].extend(data);
                }
                _ => {}
            }
        }
    }
}

#[test]
fn what_goes_on_is_what_the_events_say_whatever_the_user_does() {
    for seed in 0..60 {
        let mut dice = Dice(seed);
        let mut world = relaying();
        let (mut watched, mut sent) = (Watched::default(), PerSide::<u64>::default());
        for side in Side::ALL {
            world.hold(side, None);
        }
        for _ in 0..120 {
            let side = Side::ALL[dice.below(2) as usize];
            let some: Vec<u8> = (0..dice.below(90)).map(|_| dice.below(256) as u8).collect();
            watched.watch(&mut world);
            let followed = &watched.directions[side];
            let (first, held) = (followed.gone_on.len() as u64, followed.held.len() as u64);
            match dice.below(6) {
                0 | 1 => {
                    sent[side] += some.len() as u64;
                    if !some.is_empty() {
                        world.incoming(side, [Input::Bytes(some)]);
                    }
                }
                2 => world.sockets[side].room = dice.below(200) as usize,
                3 => world.release(side, Release::Bytes(dice.below(100))),
                4 => world.release(side, [Release::Line, Release::All][dice.below(2) as usize]),
                _ => {
                    let start = first + dice.below(held + 1);
                    let end = start + dice.below(first + held - start + 2);
                    world.replace(side, start..end, &some);
                }
            }
            assert_eq!(world.run(), None);
        }
        // Everything is read while it is held: what comes behind the end of a hold is not told as held.
        for side in Side::ALL {
            world.sockets[side].room = usize::MAX;
            world.release(side, Release::All);
        }
        assert_eq!(world.run(), None);
        for side in Side::ALL {
            world.incoming(side, [Input::Fin]);
            assert_eq!(world.run(), None);
            world.release(side, Release::End);
        }
        assert!(world.run().is_some());
        watched.watch(&mut world);
        for side in Side::ALL {
            let followed = &watched.directions[side];
            let arrived = &world.sockets[side.other()].written;
            let all: Vec<u8> = followed.gone_on.iter().map(|made| made.byte).collect();
            let same = arrived.iter().zip(&all).take_while(|(one, other)| one == other).count();
            let lengths = (arrived.len(), all.len());
            assert!(*arrived == all, "seed {seed}, {side}: the same up to {same} of {lengths:?}");
            assert_eq!(watched.put_in[side.other()], followed.gone_on(true), "seed {seed}");
            let of_peer = followed.gone_on(false).len() as u64;
            assert_eq!(sent[side], of_peer + followed.dropped, "seed {seed}: received = went on + dropped");
        }
    }
}

#[test]
fn decrypted_bytes_are_held_like_others() {
    let tls = SideTls::new();
    for (piece, room) in [(1, 1), (100, usize::MAX)] {
        let mut world = encrypted_world(false, PerSide { client: Some(&tls), upstream: None });
        let mut peers = Peers::client(tls.client(&[]));
        world.hold(CLIENT, Some(2));
        peers.get(CLIENT).send(b"hello world");
        assert_eq!(peers.settle(&mut world, piece, room), None);
        assert_eq!(peers.get(CLIENT).received, b"he");
        world.replace(CLIENT, 2..5, b"LP");
        world.release(CLIENT, Release::Bytes(3));
        assert_eq!(peers.settle(&mut world, piece, room), None);
        assert_eq!(peers.get(CLIENT).received, b"heLP ");
        peers.get(CLIENT).close(&mut world.sockets.client);
        assert_eq!(peers.settle(&mut world, piece, room), None);
        assert!(!peers.get(CLIENT).has_closed, "the end is held, too");
        world.release(CLIENT, Release::End);
        assert_eq!(peers.settle(&mut world, piece, room), Some(CloseReason::PeerFinished));
        assert_eq!(peers.get(CLIENT).received, b"heLP world");
    }
}
