//! Faults of the traffic, with a handover at every step: the machine's part in them.

use super::*;
use crate::event::{ConnectionEvent, Event, Latency, Limit, SideFaults, Slice, Stall};

pub(super) fn to(side: Side, faults: SideFaults) -> Faults {
    let mut all = Faults::default();
    all.to[side] = faults;
    all
}

pub(super) fn latency(millis: u64) -> SideFaults {
    SideFaults { latency: Some(Latency { micros: millis * 1_000, jitter: 0 }), ..SideFaults::default() }
}

impl World {
    pub(super) fn set(&mut self, faults: &Faults) {
        self.machine.set_faults(faults, self.now);
    }

    /// Runs, and lets the time pass up to each deadline, until the connection is closed or waits for its peers.
    pub(super) fn run_through(&mut self) -> Option<CloseReason> {
        loop {
            if let Some(reason) = self.run() {
                return Some(reason);
            }
            let Next::Await(wants) = self.machine.next() else { panic!("it has not stopped") };
            let is_blocked = Side::ALL.iter().any(|&side| wants.write.contains(side));
            let deadline = wants.deadline.filter(|_| !is_blocked)?;
            assert!(deadline > self.now, "a deadline that has passed would be waited for again and again");
            self.now = deadline;
        }
    }

    fn fault_events(&mut self) -> Vec<String> {
        let mut events = Vec::new();
        self.feed.drain(&mut events);
        let fault = |event: Event| match event {
            Event::Connection(_, ConnectionEvent::Fault(FaultChange { to, kind, detail })) => {
                Some(format!("{to} {} {detail}", kind.word()))
            }
            _ => None,
        };
        events.into_iter().filter_map(|stamped| fault(stamped.event)).collect()
    }
}

#[test]
fn latency_delays_bytes_and_their_end_in_its_direction_only() {
    let mut world = relaying();
    world.set(&to(Side::Client, latency(100)));
    world.incoming(Side::Client, [Input::Bytes(text(100))]);
    world.incoming(Side::Upstream, [Input::Bytes(text(200)), Input::Fin]);
    assert_eq!(world.run(), None);
    assert_eq!(world.sockets.upstream.written, text(100));
    assert_eq!(world.pass(Duration::from_millis(99)), None);
    assert!(world.sockets.client.written.is_empty() && !world.sockets.client.finished);
    assert_eq!(world.pass(Duration::from_millis(1)), None);
    assert_eq!(world.sockets.client.written, text(200));
    assert!(world.sockets.client.finished && !world.sockets.upstream.finished);
    world.incoming(Side::Client, [Input::Fin]);
    assert_eq!(world.run_through(), Some(CloseReason::UpstreamFinished));
    assert!(!world.machine.resets());
}

#[test]
fn a_peer_that_does_not_read_does_not_make_the_lane_grow() {
    let mut world = relaying();
    world.set(&to(Side::Upstream, latency(1)));
    world.sockets.upstream.room = 10;
    world.incoming(Side::Client, [Input::Bytes(text(2_000_000))]);
    assert_eq!(world.run_through(), None);
    let Some(Input::Bytes(left)) = world.sockets.client.incoming.front() else { panic!("all was read") };
    assert!((1_600_000..1_700_000).contains(&left.len()), "{}", left.len());
    world.sockets.upstream.room = usize::MAX;
    assert_eq!(world.run_through(), None);
    assert!(world.sockets.upstream.written == text(2_000_000));
}

#[test]
fn a_cut_ends_one_direction_of_a_relay_and_the_other_goes_on() {
    let mut world = relaying();
    world.set(&to(Side::Client, SideFaults { cut: Some(Limit::Bytes(50)), ..SideFaults::default() }));
    world.incoming(Side::Upstream, [Input::Bytes(text(500))]);
    assert_eq!(world.run(), None);
    assert_eq!(world.sockets.client.written, text(50));
    assert!(world.sockets.client.finished);
    assert!(world.sockets.upstream.incoming.is_empty(), "what comes later is read and dropped");
    world.incoming(Side::Client, [Input::Bytes(text(300)), Input::Fin]);
    assert_eq!(world.run(), None);
    assert_eq!(world.sockets.upstream.written, text(300));
    assert!(world.sockets.upstream.finished);
    world.incoming(Side::Upstream, [Input::Fin]);
    assert_eq!(world.run(), Some(CloseReason::WeFinished));
    assert!(!world.machine.resets());
}

#[test]
fn a_connection_that_is_cut_in_all_directions_drains_and_closes() {
    let mut world = world(false);
    world.set(&to(Side::Client, SideFaults { cut: Some(Limit::Bytes(50)), ..SideFaults::default() }));
    world.incoming(Side::Client, [Input::Bytes(text(500))]);
    assert_eq!(world.run(), None);
    assert_eq!(world.sockets.client.written, text(50));
    assert!(world.sockets.client.finished && world.sockets.client.incoming.is_empty());
    world.incoming(Side::Client, [Input::Fin]);
    assert_eq!(world.run(), Some(CloseReason::WeFinished));
    assert!(!world.machine.resets());
}

#[test]
fn a_reset_follows_the_bytes_before_it_once_they_are_delivered() {
    for side in Side::ALL {
        let mut world = relaying();
        world.set(&to(side, SideFaults { reset: Some(Limit::Bytes(50)), ..SideFaults::default() }));
        world.sockets[side].unacknowledged = 1;
        world.sockets[side].room = 20;
        world.incoming(side.other(), [Input::Bytes(text(500))]);
        assert_eq!(world.run(), None);
        world.sockets[side].room = 1_000;
        assert_eq!(world.run(), None, "it is not delivered yet");
        world.sockets[side].unacknowledged = 0;
        assert_eq!(world.run(), Some(CloseReason::WeReset));
        assert_eq!(world.sockets[side].written, text(50));
        assert!(world.machine.resets() && world.detail.is_some());
    }
}

#[test]
fn a_reset_in_both_directions_waits_for_what_was_written_as_one_does() {
    let mut world = relaying();
    let reset = SideFaults { reset: Some(Limit::After(1_000)), ..SideFaults::default() };
    world.set(&Faults { to: PerSide::from_fn(|_| reset), ..Faults::default() });
    world.incoming(Side::Upstream, [Input::Bytes(text(50))]);
    world.sockets.client.unacknowledged = 1;
    assert_eq!(world.run(), None);
    assert_eq!(world.pass(Duration::from_millis(1)), None);
    world.sockets.client.unacknowledged = 0;
    assert_eq!(world.run(), Some(CloseReason::WeReset));
}

#[test]
fn a_reset_waits_for_two_seconds_at_most() {
    let mut world = world(false);
    world
        .set(&to(Side::Client, SideFaults { reset: Some(Limit::After(5_000_000)), ..SideFaults::default() }));
    world.sockets.client.unacknowledged = 1;
    assert_eq!(world.run(), None);
    assert_eq!(world.pass(Duration::from_millis(4_999)), None);
    assert_eq!(world.pass(Duration::from_millis(1)), None);
    assert_eq!(world.pass(Duration::from_millis(1_999)), None);
    assert_eq!(world.pass(Duration::from_millis(1)), Some(CloseReason::WeReset));
}

#[test]
fn what_a_peer_sent_before_its_own_reset_is_delayed_and_then_followed_by_the_reset() {
    let mut world = relaying();
    world.set(&to(Side::Upstream, latency(5_000)));
    world.incoming(Side::Client, [Input::Bytes(text(500)), Input::Reset]);
    assert_eq!(world.run(), None);
    assert_eq!(world.pass(Duration::from_millis(4_999)), None);
    assert_eq!(world.pass(Duration::from_millis(1)), Some(CloseReason::PeerReset));
    assert_eq!(world.sockets.upstream.written, text(500));
    assert!(world.machine.resets());
}

#[test]
fn a_peer_that_does_not_read_delays_the_reset_of_the_other_one_for_two_seconds_only() {
    let mut world = relaying();
    world.set(&to(Side::Upstream, latency(1)));
    world.sockets.upstream.room = 10;
    world.incoming(Side::Client, [Input::Bytes(text(500)), Input::Reset]);
    assert_eq!(world.run(), None);
    assert_eq!(world.pass(Duration::from_millis(1)), None);
    assert_eq!(world.sockets.upstream.written, text(10));
    let Next::Await(wants) = world.machine.next() else { panic!("it is open") };
    assert!(wants.write.contains(Side::Upstream));
    world.machine.was_reset(Side::Client);
    assert_eq!(world.pass(Duration::from_millis(1)), None);
    assert_eq!(world.pass(Duration::from_millis(1_900)), None);
    assert_eq!(world.pass(Duration::from_millis(200)), Some(CloseReason::PeerReset));
}

#[test]
fn a_connection_that_is_closed_is_not_delayed_any_more() {
    let mut world = world(false);
    let stall = Some(Stall { micros: 10, every: 20 });
    let slice = Some(Slice { bytes: 1, variation: 0, pause: 1_000_000 });
    world.set(&to(Side::Client, SideFaults { bandwidth: Some(1), stall, slice, ..latency(60_000) }));
    world.incoming(Side::Client, [Input::Bytes(text(500))]);
    assert_eq!(world.run(), None);
    world.machine.finish(CloseTimeouts::CLOSE, world.now);
    world.incoming(Side::Client, [Input::Fin]);
    assert_eq!(world.run(), Some(CloseReason::WeFinished));
    assert_eq!(world.sockets.client.written, text(500));
}

#[test]
fn a_connection_without_faults_has_no_lane_again() {
    let mut world = world(false);
    world.set(&to(Side::Client, latency(100)));
    world.incoming(Side::Client, [Input::Bytes(text(10))]);
    assert_eq!(world.run(), None);
    assert!(world.machine.has_faults() && world.machine.has_timer());
    world.set(&Faults::default());
    assert_eq!(world.run(), None);
    assert_eq!(world.sockets.client.written, text(10));
    assert!(!world.machine.has_faults() && !world.machine.has_timer());
    let Next::Await(wants) = world.machine.next() else { panic!("it is open") };
    assert_eq!(wants.deadline, None);
}

#[test]
fn changes_are_told() {
    let mut world = relaying();
    let both = Faults { to: PerSide::from_fn(|_| latency(100)), ..Faults::default() };
    world.set(&both);
    assert_eq!(world.fault_events(), ["client latency 100ms", "upstream latency 100ms"]);
    world.set(&to(Side::Client, latency(50)));
    assert_eq!(world.fault_events(), ["client latency 50ms", "upstream latency off"]);
    world.set(&Faults::default());
    assert_eq!(world.fault_events(), ["client latency off"]);
    world.machine.refuse_by_fault();
    assert_eq!(world.fault_events(), ["client refuse on"]);
    assert_eq!(world.run(), Some(CloseReason::WeReset));
}

#[test]
fn a_timeout_ends_both_directions() {
    let mut world = relaying();
    world.set(&to(Side::Client, SideFaults { timeout: Some(50_000), ..SideFaults::default() }));
    world.incoming(Side::Client, [Input::Bytes(text(100))]);
    world.incoming(Side::Upstream, [Input::Bytes(text(200))]);
    assert_eq!(world.run(), None);
    assert_eq!(world.sockets.upstream.written, text(100), "the other direction goes on until then");
    assert_eq!(world.pass(Duration::from_millis(49)), None);
    assert!(!world.sockets.client.finished && !world.sockets.upstream.finished);
    assert_eq!(world.pass(Duration::from_millis(1)), None);
    assert!(world.sockets.client.finished && world.sockets.upstream.finished);
    world.incoming(Side::Client, [Input::Fin]);
    world.incoming(Side::Upstream, [Input::Bytes(text(9)), Input::Fin]);
    assert_eq!(world.run_through(), Some(CloseReason::WeFinished));
    assert!(world.sockets.client.written.is_empty() && !world.machine.resets());
}

/// Faults that keep all bytes, by chance.
fn lossless(random: &mut fastrand::Rng) -> SideFaults {
    let micros = random.u64(0..50_000);
    SideFaults {
        latency: random.bool().then(|| Latency { micros, jitter: random.u64(0..=micros) }),
        bandwidth: random.bool().then(|| random.u64(5_000..1_000_000)),
        stall: random
            .bool()
            .then(|| Stall { micros: random.u64(1..20_000), every: random.u64(20_000..90_000) }),
        slice: random.bool().then(|| Slice {
            bytes: random.u64(1..50),
            variation: 0,
            pause: random.u64(0..5_000),
        }),
        slow_close: random.bool().then(|| random.u64(0..50_000)),
        ..SideFaults::default()
    }
}

#[test]
fn whatever_faults_are_set_every_byte_comes_in_order() {
    for seed in 0..200 {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut world = if seed % 3 == 0 { world(false) } else { relaying() };
        let sides = world.machine.ends.sides();
        let destination = |side: Side| if sides.len() == 1 { side } else { side.other() };
        let mut sent = PerSide::from_fn(|_| Vec::<u8>::new());
        for _ in 0..100 {
            let side = sides[random.usize(..sides.len())];
            if random.u8(..5) == 0 {
                let faults = Faults { to: PerSide::from_fn(|_| lossless(&mut random)), ..Faults::default() };
                world.set(&faults);
            }
            let bytes = text(random.usize(1..300));
            sent[side].extend(&bytes);
            world.incoming(side, [Input::Bytes(bytes)]);
            world.sockets[side].room = random.usize(..400);
            assert_eq!(world.pass(Duration::from_micros(random.u64(..20_000))), None);
        }
        for &side in sides {
            world.sockets[side].room = usize::MAX;
            world.incoming(side, [Input::Fin]);
        }
        let reason = world.run_through();
        assert!(
            matches!(reason, Some(CloseReason::PeerFinished | CloseReason::UpstreamFinished)),
            "seed {seed}: {reason:?}"
        );
        assert!(!world.machine.resets(), "seed {seed}");
        for &side in sides {
            assert!(world.sockets[destination(side)].written == sent[side], "seed {seed}, from {side}");
        }
    }
}
