//! What a user holds, over real sockets, while the connection moves between the backends.

use std::io::{Read as _, Write as _};
use std::net::Shutdown;
use std::thread;

use bytes::Bytes;
use bytewatch::event::{
    BackendKind, CloseReason, ConnectionCommand, ConnectionEvent, Event, Faults, HOLD_LIMIT, HoldChange,
    Latency, Release, Side, SideFaults, Stamped,
};

use crate::acting::{FIRST, Relayed, put_in, tell, wait_for_clients};
use crate::harness::{LIMIT, Running, in_full, model, pattern};

on_both_backends!(
    one_direction_is_held_and_the_other_goes_on,
    an_echo_answers_what_was_released,
    a_reset_passes_through_a_hold,
    what_is_sent_and_released_passes_faults_while_the_connection_moves,
);

fn hold(running: &Running, from: Side, at: Option<u64>) {
    wait_for_clients(running, 1);
    tell(running, ConnectionCommand::Hold { from, at });
    running.wait_for("the hold", 1, |event| matches!(change(event), Some(HoldChange::Began { .. })));
}

fn change(event: &Event) -> Option<&HoldChange> {
    match event {
        Event::Connection(_, ConnectionEvent::Hold { change, .. }) => Some(change),
        _ => None,
    }
}

/// The number of bytes that were held so far.
fn held(events: &[Stamped]) -> usize {
    let lengths = events.iter().filter_map(|stamped| match change(&stamped.event)? {
        HoldChange::Held { data, .. } => Some(data.len()),
        HoldChange::Began { .. }
        | HoldChange::Edited { .. }
        | HoldChange::Released { .. }
        | HoldChange::Ended => None,
    });
    lengths.sum()
}

fn wait_for_held(running: &Running, bytes: usize) {
    running.wait("held bytes", |events| (held(events) >= bytes).then_some(()));
}

fn one_direction_is_held_and_the_other_goes_on(backend: BackendKind) {
    const LENGTH: usize = 8_000_000;
    const FROM: usize = 1_000;
    let Relayed { running, client, mut upstream } = Relayed::start(backend, Faults::default());
    hold(&running, Side::Client, Some(FROM as u64));
    let bytes = pattern(7, 0, LENGTH);
    let arrived = thread::scope(|scope| {
        let upload = scope.spawn(|| {
            (&client).write_all(&bytes).unwrap();
            client.shutdown(Shutdown::Write).unwrap();
        });
        let mut first = vec![0; FROM];
        upstream.read_exact(&mut first).unwrap();
        wait_for_held(&running, HOLD_LIMIT);
        running.switch(backend.other());
        upstream.write_all(&pattern(8, 0, 100_000)).unwrap();
        let mut answer = vec![0; 100_000];
        (&client).read_exact(&mut answer).unwrap();
        assert!(answer == pattern(8, 0, 100_000), "the other direction goes on");
        let replace = |position: usize, length: u64, bytes: &'static [u8]| {
            let (from, position) = (Side::Client, position as u64);
            let bytes = Bytes::from_static(bytes);
            tell(&running, ConnectionCommand::Replace { from, position, length, bytes });
        };
        replace(FROM + 10, 5, b"");
        replace(FROM, 0, b"put in");
        running.wait_for("the edits", 2, |event| matches!(change(event), Some(HoldChange::Edited { .. })));
        tell(&running, ConnectionCommand::Release { from: Side::Client, what: Release::Bytes(500_000) });
        running.switch(backend);
        let mut part = vec![0; 500_000];
        upstream.read_exact(&mut part).unwrap();
        tell(&running, ConnectionCommand::Release { from: Side::Client, what: Release::End });
        let mut rest = Vec::new();
        upstream.read_to_end(&mut rest).unwrap();
        upload.join().unwrap();
        [first, part, rest].concat()
    });
    let expected = [&bytes[..FROM], b"put in", &bytes[FROM..FROM + 10], &bytes[FROM + 15..]].concat();
    assert!(arrived == expected);
    upstream.shutdown(Shutdown::Write).unwrap();
    assert_eq!(running.wait_for_close(1), (CloseReason::PeerFinished, LENGTH as u64, 100_000));
    let events = running.stop();
    let most = HOLD_LIMIT + (1 << 20);
    assert!(held(&events) < most, "nothing was read beyond the limit: {}", held(&events));
    let model = model(&events);
    let known = model.connection(FIRST).unwrap();
    let [client, upstream] = Side::ALL.map(|side| known.user(side).unwrap());
    assert_eq!((client.dropped, client.injected, upstream.injected), (5, 0, 6));
    assert_eq!(arrived.len() as u64, LENGTH as u64 - client.dropped + upstream.injected);
}

fn an_echo_answers_what_was_released(backend: BackendKind) {
    let running = Running::start(in_full(backend));
    let mut client = running.connect();
    hold(&running, Side::Client, None);
    client.write_all(b"one\ntwo\nthree").unwrap();
    wait_for_held(&running, 13);
    let from = Side::Client;
    let mut answered = Vec::new();
    for (what, expected) in [(Release::Line, "one\n"), (Release::Bytes(2), "tw"), (Release::End, "o\nthree")]
    {
        tell(&running, ConnectionCommand::Release { from, what });
        let mut answer = vec![0; expected.len()];
        client.read_exact(&mut answer).unwrap();
        assert_eq!(answer, expected.as_bytes());
        running.switch(backend.other());
        running.switch(backend);
        answered.extend(answer);
    }
    client.write_all(b"!").unwrap();
    client.read_exact(&mut [0; 1]).unwrap();
    client.shutdown(Shutdown::Write).unwrap();
    assert_eq!(running.wait_for_close(1), (CloseReason::PeerFinished, 14, 14));
    running.stop();
}

fn a_reset_passes_through_a_hold(backend: BackendKind) {
    let Relayed { running, mut client, mut upstream } = Relayed::start(backend, Faults::default());
    hold(&running, Side::Client, None);
    client.write_all(b"held").unwrap();
    wait_for_held(&running, 4);
    socket2::SockRef::from(&client).set_linger(Some(std::time::Duration::ZERO)).unwrap();
    drop(client);
    upstream.set_read_timeout(Some(LIMIT)).unwrap();
    assert_eq!(upstream.read(&mut [0; 8]).unwrap_err().kind(), std::io::ErrorKind::ConnectionReset);
    assert_eq!(running.wait_for_close(1).0, CloseReason::PeerReset);
    running.stop();
}

fn what_is_sent_and_released_passes_faults_while_the_connection_moves(backend: BackendKind) {
    const LENGTH: usize = 60_000;
    let mut faults = Faults::default();
    faults.to.upstream = SideFaults {
        latency: Some(Latency { micros: 50_000, jitter: 20_000 }),
        bandwidth: Some(200_000),
        ..SideFaults::default()
    };
    let Relayed { running, mut client, mut upstream } = Relayed::start(backend, faults);
    hold(&running, Side::Client, None);
    let bytes = pattern(9, 0, LENGTH);
    client.write_all(&bytes).unwrap();
    client.shutdown(Shutdown::Write).unwrap();
    wait_for_held(&running, LENGTH);
    let from = Side::Client;
    for command in [
        ConnectionCommand::Send { to: Side::Upstream, bytes: Bytes::from_static(b"sent") },
        ConnectionCommand::Replace { from, position: 0, length: 0, bytes: Bytes::from_static(b"put in") },
        ConnectionCommand::Replace { from, position: 1_006, length: 500, bytes: Bytes::new() },
        ConnectionCommand::Release { from, what: Release::End },
    ] {
        tell(&running, command);
    }
    for to in [backend.other(), backend, backend.other()] {
        running.switch(to);
    }
    let mut arrived = Vec::new();
    upstream.read_to_end(&mut arrived).unwrap();
    let expected = [&b"sentput in"[..], &bytes[..1_000], &bytes[1_500..]].concat();
    assert!(arrived == expected);
    drop(upstream);
    assert_eq!(running.wait_for_close(1), (CloseReason::PeerFinished, LENGTH as u64, 0));
    let events = running.stop();
    assert_eq!(put_in(&events, Side::Upstream), b"sentput in");
    assert_eq!(model(&events).connection(FIRST).unwrap().user(Side::Upstream).unwrap().injected, 10);
}
