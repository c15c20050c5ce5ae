//! What the user puts in, holds and edits passes the faults of its destination like everything else: in order, and told
//! once with who made it.

use super::faults::{latency, to};
use super::orders::{Dice, Told, check};
use super::tls_peers::{Peers, SideTls};
use super::*;
use crate::event::{
    ConnectionEvent, Latency, Limit, MOST_TO_SEND, Origin, Release, SideFaults, Slice, Stall,
};

const CLIENT: Side = Side::Client;
const UPSTREAM: Side = Side::Upstream;
const MILLI: Duration = Duration::from_millis(1);

fn cut(limit: Limit) -> SideFaults {
    SideFaults { cut: Some(limit), ..SideFaults::default() }
}

/// The lengths of what was sent to a side, with who made it; without a hole.
fn sent_to_client(told: &Told) -> Vec<(Origin, usize)> {
    let mut end = 0;
    let chunks = told.of(CLIENT, Direction::Sent);
    let lengths = chunks.map(|chunk| {
        assert_eq!(chunk.offset, end, "in order, without a hole");
        end += chunk.data.len() as u64;
        (chunk.origin, chunk.data.len())
    });
    lengths.collect()
}

#[test]
fn what_the_user_sends_has_the_latency_of_its_destination_and_keeps_its_place() {
    let mut world = relaying();
    world.set(&to(CLIENT, latency(100)));
    world.say(UPSTREAM, b"one");
    assert_eq!(world.pass(10 * MILLI), None);
    world.send(CLIENT, b"user");
    world.send(UPSTREAM, b"at once");
    assert_eq!(world.run(), None);
    assert_eq!(world.pass(10 * MILLI), None);
    world.say(UPSTREAM, b"three");
    assert_eq!(world.sockets.upstream.written, b"at once", "the other direction has no fault");
    assert_eq!(world.pass(79 * MILLI), None);
    assert_eq!(world.sockets.client.written, b"");
    assert_eq!(world.pass(MILLI), None);
    assert_eq!(world.sockets.client.written, b"one");
    assert_eq!(world.pass(9 * MILLI), None);
    assert_eq!(world.sockets.client.written, b"one");
    assert_eq!(world.pass(MILLI), None);
    assert_eq!(world.sockets.client.written, b"oneuser");
    assert_eq!(world.run_through(), None);
    assert_eq!(world.sockets.client.written, b"oneuserthree");
    let told = world.told();
    assert_eq!(sent_to_client(&told), [(Origin::Service, 3), (Origin::User, 4), (Origin::Service, 5)]);
    assert_eq!(told.bytes(UPSTREAM, Direction::Sent, true), b"at once");
}

#[test]
fn an_end_of_the_user_follows_what_faults_delay_and_is_told_once() {
    for is_relayed in [true, false] {
        let mut world = if is_relayed { relaying() } else { world(false) };
        world.set(&to(CLIENT, latency(100)));
        let from = if is_relayed { UPSTREAM } else { CLIENT };
        world.say(from, b"service ");
        world.send(CLIENT, b"user");
        world.order(Order::HalfClose(CLIENT));
        world.order(Order::HalfClose(CLIENT));
        world.send(CLIENT, b"late");
        world.say(from, b"discarded");
        assert_eq!(world.pass(99 * MILLI), None);
        assert!(world.sockets.client.written.is_empty() && !world.sockets.client.finished);
        assert_eq!(world.pass(MILLI), None);
        assert_eq!(world.sockets.client.written, b"service user");
        assert!(world.sockets.client.finished);
        let told = world.told();
        assert_eq!(told.declined(), ["what is sent to it has ended with FIN"; 2]);
        let ends = told.events.iter().filter(|event| matches!(event, ConnectionEvent::HalfClosed { .. }));
        assert_eq!(ends.count(), 1);
        assert_eq!(world.pass(60_000 * MILLI), None, "what the client sends is still read");
        world.say(CLIENT, b"more");
        assert!(world.sockets.client.incoming.is_empty());
        world.incoming(CLIENT, [Input::Fin]);
        if is_relayed {
            assert_eq!(world.run_through(), None);
            assert_eq!(world.sockets.upstream.written, b"more");
            world.incoming(UPSTREAM, [Input::Fin]);
        }
        assert_eq!(world.run_through(), Some(CloseReason::WeFinished));
        assert!(!world.machine.resets());
    }
}

#[test]
fn what_is_released_passes_a_bandwidth_in_pieces_of_one_origin() {
    let mut world = relaying();
    world.set(&to(CLIENT, SideFaults { bandwidth: Some(1_000), ..SideFaults::default() }));
    world.hold(UPSTREAM, None);
    world.say(UPSTREAM, &text(100));
    world.replace(UPSTREAM, 40..60, &[b'X'; 25]);
    assert_eq!(world.pass(1_000 * MILLI), None);
    assert_eq!(world.sockets.client.written, b"", "held, not delayed");
    let start = world.now;
    world.release(UPSTREAM, Release::All);
    assert_eq!(world.run(), None);
    assert_eq!(world.sockets.client.written, text(10));
    world.send(CLIENT, b"behind");
    assert_eq!(world.run_through(), None);
    let expected = [&text(40)[..], &[b'X'; 25], &text(100)[60..], b"behind"].concat();
    assert_eq!(world.sockets.client.written, expected);
    let told = world.told();
    let (service, user) = ((Origin::Service, 10), (Origin::User, 10));
    let released = [service, service, service, service, user, user, (Origin::User, 5)];
    let rest = [service, service, service, service, (Origin::User, 6)];
    assert_eq!(sent_to_client(&told), [&released[..], &rest].concat());
    assert_eq!(world.now - start, 105 * MILLI, "each byte takes a millisecond, whoever made it");
}

#[test]
fn slices_have_bytes_of_one_origin() {
    let mut world = relaying();
    world.set(&to(
        CLIENT,
        SideFaults { slice: Some(Slice { bytes: 4, variation: 0, pause: 10_000 }), ..latency(5) },
    ));
    world.say(UPSTREAM, b"abcde");
    world.send(CLIENT, b"123");
    world.send(CLIENT, b"45");
    world.say(UPSTREAM, b"f");
    assert_eq!(world.run_through(), None);
    assert_eq!(world.sockets.client.written, b"abcde12345f");
    let (service, user) = (Origin::Service, Origin::User);
    assert_eq!(
        sent_to_client(&world.told()),
        [(service, 4), (service, 1), (user, 4), (user, 1), (service, 1)]
    );
}

#[test]
fn a_cut_counts_what_goes_on_and_not_what_was_dropped() {
    let mut world = relaying();
    world.set(&to(UPSTREAM, cut(Limit::Bytes(6))));
    world.hold(CLIENT, None);
    world.say(CLIENT, b"abcdefgh");
    world.replace(CLIENT, 1..4, b"");
    world.replace(CLIENT, 3..3, b"USER");
    world.release(CLIENT, Release::Bytes(2));
    assert_eq!(world.run(), None);
    assert_eq!(world.sockets.upstream.written, b"ae");
    world.release(CLIENT, Release::All);
    assert_eq!(world.run(), None);
    assert_eq!(world.sockets.upstream.written, b"aefUSE", "the cut is between two bytes of the user");
    assert!(world.sockets.upstream.finished && !world.sockets.client.finished);
    world.send(UPSTREAM, b"late");
    world.say(CLIENT, b"held and released behind the end");
    world.release(CLIENT, Release::End);
    world.say(CLIENT, b"read and dropped");
    world.say(UPSTREAM, b"answer");
    assert_eq!(world.sockets.upstream.written, b"aefUSE");
    assert_eq!(world.sockets.client.written, b"answer");
    let told = world.told();
    assert_eq!(told.bytes(UPSTREAM, Direction::Sent, true), b"USE", "what a cut drops is not told as sent");
    assert_eq!(told.declined(), ["what is sent to it has ended with FIN"]);
    world.incoming(CLIENT, [Input::Fin]);
    world.incoming(UPSTREAM, [Input::Fin]);
    assert_eq!(world.run(), Some(CloseReason::PeerFinished));
}

#[test]
fn a_cut_and_an_end_of_the_user_leave_no_direction_open() {
    let mut world = relaying();
    world.set(&to(CLIENT, cut(Limit::Bytes(2))));
    world.say(UPSTREAM, b"abc");
    world.order(Order::HalfClose(UPSTREAM));
    assert_eq!(world.run(), None);
    assert!(world.sockets.client.finished && world.sockets.upstream.finished);
    assert_eq!(world.pass(2_999 * MILLI), None);
    assert_eq!(world.pass(MILLI), Some(CloseReason::WeFinished));
    assert_eq!(world.sockets.client.written, b"ab");
}

#[test]
fn faults_that_are_set_while_the_user_waits_change_no_order() {
    let mut world = relaying();
    world.sockets.client.room = 2;
    world.say(UPSTREAM, b"pending ");
    world.send(CLIENT, b"user ");
    world.send(CLIENT, b"again ");
    world.set(&to(CLIENT, latency(100)));
    world.say(UPSTREAM, b"delayed ");
    world.send(CLIENT, b"last");
    world.sockets.client.room = usize::MAX;
    assert_eq!(world.pass(99 * MILLI), None);
    assert_eq!(world.sockets.client.written, b"pending ");
    world.set(&Faults::default());
    assert_eq!(world.run(), None);
    assert_eq!(world.sockets.client.written, b"pending user again delayed last");
    assert!(!world.machine.has_faults(), "nothing of them is left");
    world.send(CLIENT, b"!");
    assert_eq!(world.run(), None);
    let told = world.told();
    assert_eq!(told.bytes(CLIENT, Direction::Sent, true), b"user again last!");
    assert_eq!(told.bytes(CLIENT, Direction::Sent, false), b"pending delayed ");
}

#[test]
fn what_the_user_sends_is_bounded_also_while_it_is_delayed() {
    let mut world = relaying();
    world.set(&to(CLIENT, latency(100)));
    world.send(CLIENT, &vec![1; MOST_TO_SEND - 1]);
    assert_eq!(world.run(), None);
    world.send(CLIENT, b"xy");
    world.send(CLIENT, b"x");
    world.say(UPSTREAM, b"read");
    assert_eq!(world.told().declined().len(), 1);
    assert_eq!(world.run_through(), None);
    assert_eq!(world.sockets.client.written.len(), MOST_TO_SEND + 4);
    world.send(CLIENT, &vec![1; MOST_TO_SEND]);
    assert_eq!(world.run_through(), None);
    assert_eq!(world.sockets.client.written.len(), 2 * MOST_TO_SEND + 4);
    assert_eq!(world.told().declined(), [""; 0]);
}

#[test]
fn a_held_end_passes_the_latency_behind_its_bytes() {
    let mut world = relaying();
    world.set(&to(UPSTREAM, latency(100)));
    world.hold(CLIENT, None);
    world.incoming(CLIENT, [Input::Bytes(b"last words".to_vec()), Input::Fin]);
    assert_eq!(world.pass(1_000 * MILLI), None);
    world.release(CLIENT, Release::End);
    assert_eq!(world.run(), None);
    assert_eq!(world.pass(99 * MILLI), None);
    assert!(world.sockets.upstream.written.is_empty());
    assert_eq!(world.pass(MILLI), None);
    assert_eq!(world.sockets.upstream.written, b"last words");
    assert!(world.sockets.upstream.finished);
    world.incoming(UPSTREAM, [Input::Fin]);
    assert_eq!(world.run_through(), Some(CloseReason::PeerFinished));
}

#[test]
fn a_reset_passes_what_was_released_before_it_with_its_latency() {
    let mut world = relaying();
    world.set(&to(UPSTREAM, latency(5_000)));
    world.hold(CLIENT, None);
    world.say(CLIENT, b"released held");
    world.release(CLIENT, Release::Bytes(8));
    world.send(UPSTREAM, b" user");
    world.incoming(CLIENT, [Input::Reset]);
    assert_eq!(world.run(), None);
    assert_eq!(world.pass(4_999 * MILLI), None);
    assert_eq!(world.pass(MILLI), Some(CloseReason::PeerReset));
    assert_eq!(world.sockets.upstream.written, b" userreleased");
    assert!(world.machine.resets());
}

#[test]
fn a_close_passes_on_what_is_delayed_of_the_user() {
    let mut world = relaying();
    world.set(&to(CLIENT, latency(60_000)));
    world.say(UPSTREAM, b"delayed ");
    world.send(CLIENT, b"user");
    world.machine.finish(CloseTimeouts::CLOSE, world.now);
    assert_eq!(world.run(), None);
    assert_eq!(world.sockets.client.written, b"delayed user");
    assert!(world.sockets.client.finished);
}

#[test]
fn what_the_user_puts_in_is_delayed_before_it_is_encrypted() {
    let tls = SideTls::new();
    let mut world = encrypted_world(false, PerSide { client: Some(&tls), upstream: None });
    let mut peers = Peers::client(tls.client(&[]));
    world.set(&to(CLIENT, latency(100)));
    world.send(CLIENT, b"first ");
    peers.get(CLIENT).send(b"echo ");
    assert_eq!(peers.settle(&mut world, 7, 100), None);
    assert!(peers.get(CLIENT).received.is_empty());
    world.send(CLIENT, &text(50_000));
    world.order(Order::HalfClose(CLIENT));
    assert_eq!(world.run(), None);
    world.now += 99 * MILLI;
    assert_eq!(peers.settle(&mut world, 7, 100), None);
    assert!(peers.get(CLIENT).received.is_empty());
    world.now += MILLI;
    assert_eq!(peers.settle(&mut world, 1_000, 1_000), None);
    let expected = [b"first echo ".to_vec(), text(50_000)].concat();
    assert!(peers.get(CLIENT).received == expected);
    assert!(peers.get(CLIENT).has_closed && world.sockets.client.finished);
    assert_eq!(world.told().bytes(CLIENT, Direction::Sent, true).len(), 6 + 50_000);
}

/// Faults that keep all bytes, by chance.
fn lossless(dice: &mut Dice) -> SideFaults {
    let micros = dice.below(50_000);
    let jitter = dice.below(micros + 1);
    SideFaults {
        latency: (dice.below(2) == 0).then_some(Latency { micros, jitter }),
        bandwidth: (dice.below(3) == 0).then(|| 500 + dice.below(100_000)),
        stall: (dice.below(3) == 0)
            .then(|| Stall { micros: 1 + dice.below(20_000), every: 20_001 + dice.below(90_000) }),
        slice: (dice.below(3) == 0).then(|| Slice {
            bytes: 1 + dice.below(50),
            variation: 0,
            pause: dice.below(5_000),
        }),
        ..SideFaults::default()
    }
}

#[test]
fn whatever_happens_together_every_byte_comes_in_order_and_is_told_once() {
    for seed in 0..100 {
        let mut dice = Dice(seed);
        let mut world = relaying();
        let (mut sent, mut put_in) = (PerSide::<Vec<u8>>::default(), PerSide::<Vec<u8>>::default());
        let mut held = PerSide::from_fn(|_| false);
        for _ in 0..100 {
            let side = Side::ALL[dice.below(2) as usize];
            let bytes: Vec<u8> = (0..1 + dice.below(150)).map(|_| dice.below(256) as u8).collect();
            match dice.below(8) {
                0 | 1 => {
                    sent[side].extend(&bytes);
                    world.incoming(side, [Input::Bytes(bytes)]);
                }
                2 => {
                    put_in[side].extend(&bytes);
                    world.send(side, &bytes);
                }
                3 => world.sockets[side].room = dice.below(200) as usize,
                4 => world.order(if dice.below(2) == 0 { Order::Pause(side) } else { Order::Resume(side) }),
                5 if held[side] => {
                    held[side] = false;
                    world.release(side, Release::End);
                }
                5 => {
                    held[side] = true;
                    world.hold(side, None);
                }
                6 => {
                    let faults = PerSide::from_fn(|_| lossless(&mut dice));
                    world.set(&Faults { to: faults, ..Faults::default() });
                }
                _ => world.now += dice.below(30) as u32 * MILLI,
            }
            assert_eq!(world.run(), None);
        }
        for side in Side::ALL {
            world.order(Order::Resume(side));
            world.sockets[side].room = usize::MAX;
            world.incoming(side, [Input::Fin]);
        }
        for side in Side::ALL.into_iter().filter(|&side| held[side]) {
            assert_eq!(world.run_through(), None, "seed {seed}: an end is held");
            world.release(side, Release::End);
        }
        assert!(world.run_through().is_some(), "seed {seed}");
        check(&mut world, &sent, &put_in);
    }
}
