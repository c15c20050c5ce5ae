//! Upstreams that are silent, reset, never stop, or are full: each affects its own client only.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use crate::harness::{Pair, Relay, Upstream, limited, of_kind};
use crate::modes::Mode;
use crate::proc_net::{resident, wait_until, wait_until_acknowledged};
use crate::stream::{Ending, assert_received, expect, fill, pattern, read_all, reset, send_and_finish};

/// The memory that a relay may need more when one connection is stalled. It keeps 64 KiB of history for each direction.
const MOST_MEMORY: u64 = 24 << 20;

fn a_silent_upstream_keeps_its_client(mode: Mode) {
    let upstream = Upstream::new();
    let relay = Relay::to(mode, upstream.address);
    let Pair { mut client, upstream } = relay.pair(&upstream);
    client.write_all(b"anybody?").unwrap();
    client.shutdown(Shutdown::Write).unwrap();
    wait_until_acknowledged(&client);
    if mode == Mode::Switching {
        relay.wait_for_switches(5);
    }
    expect(&upstream, b"anybody?");
    drop(upstream);
    assert_received(&read_all(&client), b"", Ending::Fin);
    assert_eq!(relay.close_reason(1), "peer-finished");
    relay.stop();
}

fn an_upstream_that_resets_at_once_resets_its_client(mode: Mode) {
    let relay = Relay::to(mode, Upstream::new().serve(reset));
    for number in 1..=30 {
        let client = relay.connect();
        assert_received(&read_all(client), b"", Ending::Reset);
        relay.event("connected", number);
        assert_eq!(relay.close_reason(number), "upstream-reset");
    }
    relay.stop();
}

fn an_upstream_that_closes_at_once_finishes_its_client(mode: Mode) {
    let relay = Relay::to(mode, Upstream::new().serve(drop));
    for number in 1..=30 {
        let client = relay.connect();
        assert_received(&read_all(&client), b"", Ending::Fin);
        drop(client);
        assert_eq!(relay.close_reason(number), "upstream-finished");
    }
    relay.stop();
}

/// One client does not read, and its upstream sends without end; another one is served meanwhile.
fn an_upstream_that_sends_without_end_is_held_back(mode: Mode) {
    let sent = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&sent);
    let address = Upstream::new().serve(move |stream| serve_by_first_byte(stream, &counted));
    let relay = Relay::to(mode, address);
    let before = resident(relay.pid());
    let mut stalled = relay.connect();
    stalled.write_all(b"E").unwrap();
    wait_until_still(&sent);
    let grown = resident(relay.pid()).saturating_sub(before);
    assert!(grown < MOST_MEMORY, "{grown} bytes more");
    // Others are served while it waits.
    let mut other = relay.connect();
    other.write_all(b"F").unwrap();
    let bytes = pattern(8, 0, 1_000_000);
    send_and_finish(&other, bytes.clone());
    assert_received(&read_all(&other), &bytes, Ending::Fin);
    assert_eq!(relay.close_reason(2), "peer-finished");
    // Once the client reads, the stream goes on.
    let seen = sent.load(Ordering::Relaxed);
    let mut piece = vec![0; 64 * 1024];
    while sent.load(Ordering::Relaxed) <= seen + (16 << 20) {
        assert!(stalled.read(&mut piece).unwrap() > 0);
    }
    reset(stalled);
    assert_eq!(relay.close_reason(1), "peer-reset");
    relay.stop();
}

/// Echoes after an `F`, and sends without end after an `E`.
fn serve_by_first_byte(mut stream: TcpStream, sent: &AtomicU64) {
    let mut first = [0];
    stream.read_exact(&mut first).unwrap();
    if first == *b"F" {
        // An error ends the copy as the FIN does: the client compares what came back.
        let _ = std::io::copy(&mut &stream, &mut &stream).and_then(|_| stream.shutdown(Shutdown::Write));
        return;
    }
    stream.set_write_timeout(None).unwrap();
    let piece = vec![b'e'; 64 * 1024];
    while let Ok(length) = stream.write(&piece) {
        sent.fetch_add(length as u64, Ordering::Relaxed);
    }
}

/// Waits until a count has stopped growing. Only time shows that: a full socket buffer or a closed window does not prove
/// it, because a relay that buffers without limit also has them for moments, whenever the sender is faster than it.
fn wait_until_still(count: &AtomicU64) {
    let mut last = 0;
    wait_until("the sender is held back", || {
        thread::sleep(std::time::Duration::from_millis(300));
        let now = count.load(Ordering::Relaxed);
        std::mem::replace(&mut last, now) == now && now > 0
    });
}

/// The client sends without end to an upstream that never reads.
fn an_upstream_that_never_reads_costs_no_memory(mode: Mode) {
    let upstream = Upstream::new();
    let relay = Relay::to(mode, upstream.address);
    let before = resident(relay.pid());
    let Pair { client, upstream } = relay.pair(&upstream);
    let taken = fill(&client, 256 << 20);
    assert!(taken < 256 << 20, "nothing holds the client back");
    let grown = resident(relay.pid()).saturating_sub(before);
    assert!(grown < MOST_MEMORY, "{grown} bytes more");
    client.shutdown(Shutdown::Write).unwrap();
    let got = read_all(&upstream);
    assert_eq!((got.bytes.len(), got.ending), (taken, Ending::Fin));
    drop((client, upstream));
    relay.event("closed", 1);
    relay.stop();
}

/// Clients of an upstream with a full backlog wait, and are served one after another as it makes room.
fn clients_of_a_full_upstream_are_served_when_there_is_room(mode: Mode) {
    let (upstream, filler) = Upstream::full();
    let options = ["-l", "127.0.0.1:0", "--connect-timeout", "50s"];
    let relay = Relay::start(mode, upstream.address, &options);
    let clients: Vec<_> = (0..3_u8).map(|number| (number, relay.connect())).collect();
    for (number, client) in &clients {
        let mut client = client;
        client.write_all(&[*number]).unwrap();
    }
    drop((upstream.accept(), filler));
    let mut served = Vec::new();
    for _ in &clients {
        let (mut stream, mut number) = (upstream.accept(), [0]);
        stream.read_exact(&mut number).unwrap();
        stream.write_all(&number).unwrap();
        served.push(number[0]);
    }
    served.sort_unstable();
    assert_eq!(served, [0, 1, 2]);
    for (number, client) in clients {
        assert_received(&read_all(client), &[number], Ending::Fin);
    }
    relay.stop();
}

/// Each relayed connection takes two descriptors. Clients for which there are not two are turned away, and the others
/// are served.
fn few_descriptors_are_shared_by_pairs(mode: Mode) {
    let address = Upstream::new().serve(|stream| {
        let _ = std::io::copy(&mut &stream, &mut &stream);
    });
    let relay = Relay::with_few_descriptors(mode, address, 128);
    // A client that was turned away sees FIN or RST.
    let clients: Vec<_> =
        (0..120).map(|_| limited(TcpStream::connect(&relay.listening[0]).unwrap())).collect();
    let answers = clients.iter().filter(|client| {
        let (mut client, mut back) = (*client, [0; 4]);
        client.write_all(b"echo").and_then(|()| client.read_exact(&mut back)).is_ok()
    });
    let served = answers.count();
    assert!((20..64).contains(&served), "{served} clients were served with 128 descriptors");
    drop(clients);
    relay.wait("all ends", |events| {
        let [opened, closed] = ["opened", "closed"].map(|kind| of_kind(events, kind).count());
        (opened == closed && opened >= served).then_some(())
    });
    // No descriptor was lost.
    let mut client = relay.connect();
    client.write_all(b"still").unwrap();
    expect(&client, b"still");
    drop(client);
    let events = relay.stop();
    assert!(of_kind(&events, "refused").count() > 0);
    let unreachable = |event: &&serde_json::Value| event["reason"] == "upstream-unreachable";
    assert_eq!(of_kind(&events, "closed").filter(unreachable).count(), 0);
}

in_each_mode!(
    a_silent_upstream_keeps_its_client,
    an_upstream_that_resets_at_once_resets_its_client,
    an_upstream_that_closes_at_once_finishes_its_client,
    an_upstream_that_sends_without_end_is_held_back,
    an_upstream_that_never_reads_costs_no_memory,
    clients_of_a_full_upstream_are_served_when_there_is_room,
    few_descriptors_are_shared_by_pairs,
);
