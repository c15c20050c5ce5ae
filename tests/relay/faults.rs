//! Faults on purpose between a client and its upstream.

use std::io::{Read as _, Write as _};
use std::net::Shutdown;
use std::thread;
use std::time::{Duration, Instant};

use crate::harness::{Relay, Upstream, of_kind};
use crate::modes::Mode;
use crate::stream::{Ending, assert_received, expect, pattern, read_all};

fn relay(mode: Mode, upstream: &Upstream, faults: &[&str]) -> Relay {
    let options = faults.iter().flat_map(|fault| ["--fault", fault]);
    Relay::start(
        mode,
        upstream.address,
        &["-l", "127.0.0.1:0"].into_iter().chain(options).collect::<Vec<_>>(),
    )
}

/// A latency without `to` counts in both directions, and FIN has it, too.
fn latency_counts_twice_in_a_round_trip(mode: Mode) {
    let upstream = Upstream::new();
    let relay = relay(mode, &upstream, &["latency=40ms"]);
    let mut pair = relay.pair(&upstream);
    let start = Instant::now();
    pair.client.write_all(b"ping").unwrap();
    expect(&pair.upstream, b"ping");
    assert!(start.elapsed() >= Duration::from_millis(40));
    pair.upstream.write_all(b"pong").unwrap();
    expect(&pair.client, b"pong");
    assert!(start.elapsed() >= Duration::from_millis(80));
    let ended_at = Instant::now();
    pair.client.shutdown(Shutdown::Write).unwrap();
    assert_received(&read_all(&pair.upstream), b"", Ending::Fin);
    assert!(ended_at.elapsed() >= Duration::from_millis(40));
    drop(pair);
    assert_eq!(relay.close_reason(1), "peer-finished");
    let events = relay.stop();
    let told: Vec<_> = of_kind(&events, "fault").map(|event| event["to"].as_str().unwrap()).collect();
    assert_eq!(told, ["client", "upstream"]);
    assert!(of_kind(&events, "fault").all(|event| event["kind"] == "latency" && event["detail"] == "40ms"));
}

fn a_cut_ends_its_direction_at_its_byte_and_the_other_goes_on(mode: Mode) {
    let upstream = Upstream::new();
    let relay = relay(mode, &upstream, &["cut=12345,to=client", "latency=5ms,to=client"]);
    let mut pair = relay.pair(&upstream);
    let (down, up) = (pattern(1, 0, 100_000), pattern(2, 0, 300_000));
    pair.upstream.write_all(&down).unwrap();
    assert_received(&read_all(&pair.client), &down[..12_345], Ending::Fin);
    let mut client = pair.client;
    let sent = up.clone();
    let writing = thread::spawn(move || {
        client.write_all(&sent).unwrap();
        client.shutdown(Shutdown::Write).unwrap();
        client
    });
    assert_received(&read_all(&pair.upstream), &up, Ending::Fin);
    writing.join().unwrap();
    drop(pair.upstream);
    assert_eq!(relay.close_reason(1), "we-finished");
    relay.stop();
}

fn a_reset_meets_both_ends_behind_its_bytes(mode: Mode) {
    let upstream = Upstream::new();
    let relay = relay(mode, &upstream, &["reset=54321,to=upstream"]);
    let mut pair = relay.pair(&upstream);
    let bytes = pattern(3, 0, 54_400);
    pair.client.write_all(&bytes).unwrap();
    assert_eq!(relay.close_reason(1), "we-reset");
    assert_received(&read_all(&pair.upstream), &bytes[..54_321], Ending::Reset);
    assert_received(&read_all(&pair.client), b"", Ending::Reset);
    relay.stop();
}

fn every_byte_comes_through_all_faults_together(mode: Mode) {
    let upstream = Upstream::new();
    let faults = [
        "latency=15ms,jitter=10ms",
        "bandwidth=3MB",
        "stall=20ms,every=90ms",
        "slice=20000,every=2ms,to=upstream",
    ];
    let relay = relay(mode, &upstream, &faults);
    let pairs: Vec<_> = (0..3).map(|_| relay.pair(&upstream)).collect();
    let directions: Vec<_> = pairs
        .into_iter()
        .zip(0..)
        .flat_map(|(pair, number)| {
            let ends = [pair.client, pair.upstream];
            let other = ends.each_ref().map(|end| end.try_clone().unwrap());
            let [client, upstream] = ends;
            let [client_too, upstream_too] = other;
            [(client, upstream_too, 2 * number), (upstream, client_too, 2 * number + 1)]
        })
        .map(|(mut from, to, seed)| {
            let bytes = pattern(seed, 0, 500_000);
            let sent = bytes.clone();
            let writing = thread::spawn(move || {
                from.write_all(&sent).unwrap();
                from.shutdown(Shutdown::Write).unwrap();
            });
            (bytes, writing, thread::spawn(move || read_all(&to)))
        })
        .collect();
    for (bytes, writing, reading) in directions {
        writing.join().unwrap();
        assert_received(&reading.join().unwrap(), &bytes, Ending::Fin);
    }
    relay.stop();
}

/// The first bytes of a client that is refused go nowhere, and its upstream is never connected to.
fn a_refused_client_is_reset_without_an_upstream(mode: Mode) {
    let upstream = Upstream::new();
    let relay = relay(mode, &upstream, &["refuse"]);
    let mut client = relay.connect();
    let mut space = [0; 1];
    assert!(client.read(&mut space).is_err());
    assert_eq!(relay.close_reason(1), "we-reset");
    let events = relay.stop();
    assert_eq!(of_kind(&events, "connected").count(), 0);
    assert_eq!(of_kind(&events, "fault").next().unwrap()["detail"], "on");
}

in_each_mode!(
    latency_counts_twice_in_a_round_trip,
    a_cut_ends_its_direction_at_its_byte_and_the_other_goes_on,
    a_reset_meets_both_ends_behind_its_bytes,
    every_byte_comes_through_all_faults_together,
    a_refused_client_is_reset_without_an_upstream,
);
