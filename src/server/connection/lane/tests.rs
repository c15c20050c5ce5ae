//! A lane in virtual time, in front of a peer that takes every write at once.

use bytes::Bytes;

use self::simulated::{MILLI, text, world};
use super::*;
use crate::event::{Limit, Slice, Stall};

mod simulated;

fn latency(millis: u64, jitter: u64) -> SideFaults {
    let latency = Latency { micros: millis * 1_000, jitter: jitter * 1_000 };
    SideFaults { latency: Some(latency), ..SideFaults::default() }
}

#[test]
fn latency_delays_each_read_from_its_arrival_and_the_end_too() {
    let mut world = world(latency(100, 0));
    world.push(b"a");
    world.pass(30);
    world.push(b"b");
    world.lane.finish();
    world.settle();
    world.pass(1_000);
    assert_eq!(world.out.bytes(), b"ab");
    assert_eq!(world.out.times(), [100, 130], "they are under way at once");
    assert_eq!(world.out.end, Some((LaneEvent::Finish, 130)));
}

#[test]
fn jitter_varies_the_delay_within_its_bounds_and_keeps_the_order() {
    let run = |seed| {
        let mut world = world(latency(50, 40));
        world.lane.random = Random::new(seed);
        for byte in 0..100 {
            world.push(&[byte]);
            world.pass(5);
        }
        world.pass(1_000);
        assert_eq!(world.out.bytes(), (0..100).collect::<Vec<_>>());
        world.out.times()
    };
    let times = run(1);
    assert!(times.is_sorted());
    let delays: Vec<_> = times.iter().zip(0..).map(|(at, index)| at - 5 * index).collect();
    assert!(delays.iter().all(|delay| (10..=90).contains(delay)), "{delays:?}");
    assert!(delays.iter().max() > delays.iter().min());
    assert_eq!(run(1), times, "the same seed gives the same delays");
    assert_ne!(run(2), times);
}

#[test]
fn a_bandwidth_passes_its_bytes_per_second_in_pieces_of_10_ms() {
    let mut world = world(SideFaults { bandwidth: Some(100_000), ..SideFaults::default() });
    world.push(&text(50_000));
    world.pass(1_000);
    assert_eq!(world.out.bytes(), text(50_000));
    assert!(world.out.lengths().iter().all(|&length| length == 1_000));
    assert_eq!(world.out.times(), (0..50).map(|piece| piece * 10).collect::<Vec<_>>());
    // An idle connection saves nothing up.
    world.pass(10_000);
    let before = world.out.writes.len();
    world.push(&text(10_000));
    assert_eq!(world.out.writes.len() - before, 1);
}

#[test]
fn a_late_timer_is_made_up_for_by_50_ms_at_most() {
    let mut world = world(SideFaults { bandwidth: Some(100_000), ..SideFaults::default() });
    world.push(&text(100_000));
    world.now += 30 * MILLI;
    world.settle();
    assert_eq!(world.out.writes.len(), 4, "what 30 ms have missed");
    world.now += 500 * MILLI;
    world.settle();
    assert_eq!(world.out.writes.len(), 4 + 6, "what 50 ms have missed, and the next one");
}

#[test]
fn slices_have_their_size_and_the_pause_is_never_made_up_for() {
    let slice = Slice { bytes: 4, variation: 0, pause: 10_000 };
    let mut world = world(SideFaults { slice: Some(slice), ..SideFaults::default() });
    for chunk in text(21).chunks(3) {
        world.lane.push(Piece::of_service(Bytes::copy_from_slice(chunk)));
    }
    world.settle();
    world.now += 500 * MILLI;
    world.settle();
    assert_eq!(world.out.writes.len(), 2, "however late it is");
    world.pass(1_000);
    assert_eq!(world.out.bytes(), text(21));
    assert_eq!(world.out.lengths(), [4, 4, 4, 4, 4, 1]);
    assert_eq!(world.out.times(), [0, 500, 510, 520, 530, 540]);
}

#[test]
fn slices_that_vary_are_repeated_with_the_seed() {
    let slice = Slice { bytes: 10, variation: 10, pause: 1_000 };
    let lengths = || {
        let mut world = world(SideFaults { slice: Some(slice), ..SideFaults::default() });
        world.push(&text(3_000));
        world.pass(3_000);
        assert_eq!(world.out.bytes(), text(3_000));
        world.out.lengths()
    };
    let first = lengths();
    assert_eq!(first, lengths());
    let [whole @ .., _] = &first[..] else { panic!("nothing was written") };
    assert_eq!((whole.iter().min(), whole.iter().max()), (Some(&1), Some(&20)));
}

#[test]
fn a_slice_waits_until_the_one_before_is_written() {
    let slice = Slice { bytes: 4, variation: 0, pause: 10_000 };
    let mut world = world(SideFaults { slice: Some(slice), ..SideFaults::default() });
    world.lane.push(Piece::of_service(Bytes::from_static(b"12345678")));
    let mut outgoing = Piece::empty();
    assert_eq!(world.lane.advance(world.now, &mut outgoing), LaneEvent::Nothing);
    let written_at = world.now + 100 * MILLI;
    assert_eq!(world.lane.advance(written_at, &mut outgoing), LaneEvent::Nothing);
    assert_eq!(outgoing.bytes, b"1234"[..], "the peer takes nothing");
    outgoing = Piece::empty();
    assert_eq!(world.lane.advance(written_at, &mut outgoing), LaneEvent::Nothing);
    assert!(outgoing.is_empty());
    assert_eq!(world.lane.deadline(), Some(written_at + 10 * MILLI));
}

#[test]
fn a_stall_holds_what_comes_meanwhile_and_drops_nothing() {
    let stall = Stall { micros: 200_000, every: 1_000_000 };
    let mut world = world(SideFaults { stall: Some(stall), ..SideFaults::default() });
    for byte in 0..25 {
        world.push(&[byte]);
        world.pass(100);
    }
    world.pass(1_000);
    assert_eq!(world.out.bytes(), (0..25).collect::<Vec<_>>());
    let expected: Vec<_> = (0..25)
        .map(|at| match at * 100 {
            at @ (1_000..1_200 | 2_000..2_200) => at / 1_000 * 1_000 + 200,
            at => at,
        })
        .collect();
    assert_eq!(world.out.times(), expected);
}

#[test]
fn a_stream_is_cut_or_reset_after_exactly_its_bytes() {
    for (faults, event) in [
        (SideFaults { cut: Some(Limit::Bytes(10)), ..SideFaults::default() }, LaneEvent::Cut),
        (SideFaults { reset: Some(Limit::Bytes(10)), ..SideFaults::default() }, LaneEvent::Reset),
    ] {
        let mut world = world(faults);
        world.push(&text(7));
        assert_eq!(world.out.end, None);
        world.pass(5);
        world.push(&text(7));
        assert_eq!(world.out.lengths(), [7, 3]);
        assert_eq!(world.out.end, Some((event, 5)));
        world.push(&text(7));
        assert!(world.lane.is_empty() && world.lane.has_room(), "what comes later is dropped");
        assert!(!world.lane.is_unused(), "also when the fault has ended");
        world.lane.set(SideFaults::default(), world.now);
        assert!(!world.lane.is_unused());
    }
}

#[test]
fn a_stream_is_cut_or_reset_after_its_time_also_if_it_is_idle() {
    let after = Some(Limit::After(50_000));
    for (faults, event) in [
        (SideFaults { cut: after, ..latency(100, 0) }, LaneEvent::Cut),
        (SideFaults { reset: after, ..SideFaults::default() }, LaneEvent::Reset),
    ] {
        let mut world = world(faults);
        world.settle();
        world.pass(20);
        if event == LaneEvent::Cut {
            world.push(b"under way");
        }
        world.pass(1_000);
        assert_eq!(world.out.end, Some((event, 50)));
        assert!(world.out.writes.is_empty(), "a cut takes what is under way");
    }
}

#[test]
fn a_change_takes_effect_at_once_and_drops_nothing() {
    let mut world = world(latency(1_000, 0));
    world.push(b"a");
    world.pass(10);
    world.push(b"b");
    world.lane.set(latency(100, 0), world.now);
    world.settle();
    world.pass(100);
    assert_eq!(world.out.times(), [100, 110], "as if it had been so before");
    world.push(b"c");
    world.lane.finish();
    world.lane.set(SideFaults::default(), world.now);
    world.settle();
    assert_eq!((world.out.bytes(), world.out.end), (b"abc".to_vec(), Some((LaneEvent::Finish, 110))));
    assert!(world.lane.is_unused());
}

#[test]
fn a_fault_that_stays_goes_on_as_it_was() {
    let cut = Some(Limit::Bytes(10));
    let mut world = world(SideFaults { cut, ..SideFaults::default() });
    world.push(&text(6));
    world.lane.set(SideFaults { cut, ..latency(5, 0) }, world.now);
    world.push(&text(6));
    world.pass(10);
    assert_eq!(world.out.lengths(), [6, 4]);
}

#[test]
fn more_than_a_mebibyte_is_not_read_for() {
    let mut world = world(latency(1_000, 0));
    world.push(&vec![0; MAX_QUEUED - READ_COST - 1]);
    assert!(world.lane.has_room());
    world.push(b"x");
    assert!(!world.lane.has_room());
    world.pass(1_000);
    assert!(world.lane.has_room() && world.lane.is_empty());
    assert_eq!(world.lane.cost, 0);
}

#[test]
fn a_slow_close_delays_the_end_only() {
    let mut world = world(SideFaults { slow_close: Some(40_000), ..latency(5, 0) });
    world.push(b"a");
    world.lane.finish();
    world.settle();
    world.pass(1_000);
    assert_eq!((world.out.times(), world.out.end), (vec![5], Some((LaneEvent::Finish, 45))));
}

#[test]
fn a_timeout_holds_everything_and_ends_the_stream() {
    let mut world = world(SideFaults { timeout: Some(50_000), ..SideFaults::default() });
    world.push(b"a");
    world.pass(20);
    world.lane.finish();
    world.settle();
    world.pass(1_000);
    assert_eq!((world.out.bytes(), world.out.end), (vec![], Some((LaneEvent::TimedOut, 50))));
    assert!(world.lane.is_empty());
    // What comes later is dropped, but for the end of the stream, which nothing waits for.
    world.push(b"b");
    world.lane.finish();
    world.settle();
    assert!(world.out.bytes().is_empty() && world.lane.is_empty());
}

#[test]
fn a_timeout_without_an_end_holds_everything_until_it_is_removed() {
    let mut world = world(SideFaults { timeout: Some(0), ..SideFaults::default() });
    world.push(b"a");
    world.pass(1_000_000);
    assert_eq!((world.out.bytes(), world.out.end), (vec![], None));
    world.lane.set(SideFaults::default(), world.now);
    world.settle();
    assert_eq!(world.out.bytes(), b"a");
}

#[test]
fn a_jitter_above_the_latency_delays_by_no_less_than_nothing() {
    let mut world = world(latency(5, 50));
    for byte in 0..100 {
        world.push(&[byte]);
        world.pass(100);
    }
    let delays: Vec<_> = world.out.times().iter().zip(0..).map(|(at, index)| at - 100 * index).collect();
    assert!(delays.contains(&0) && delays.iter().any(|&delay| delay > 20), "{delays:?}");
    assert!(delays.iter().all(|&delay| delay <= 55), "{delays:?}");
}

/// Faults that keep all bytes, by chance.
fn lossless(random: &mut fastrand::Rng) -> SideFaults {
    let micros = random.u64(0..50_000);
    SideFaults {
        latency: random.bool().then(|| Latency { micros, jitter: random.u64(0..=micros) }),
        bandwidth: random.bool().then(|| random.u64(500..1_000_000)),
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
fn whatever_is_changed_every_byte_comes_in_order() {
    for seed in 0..300 {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut world = world(lossless(&mut random));
        let mut sent = Vec::<u8>::new();
        for _ in 0..100 {
            match random.u8(..4) {
                0 => {
                    world.lane.set(lossless(&mut random), world.now);
                    world.settle();
                }
                1 => world.pass(random.u32(0..100)),
                _ => {
                    let bytes: Vec<_> = (0..random.usize(1..200)).map(|_| random.u8(..)).collect();
                    sent.extend(&bytes);
                    world.push(&bytes);
                }
            }
        }
        assert_eq!(world.out.end, None);
        world.lane.finish();
        world.settle();
        world.pass(3_600_000);
        assert!(world.out.bytes() == sent, "seed {seed}");
        assert_eq!(world.out.end.map(|(event, _)| event), Some(LaneEvent::Finish), "seed {seed}");
        assert!(world.lane.is_empty() && world.lane.cost == 0);
    }
}
