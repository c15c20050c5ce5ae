//! Switches under live clients.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::Shutdown;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use bytewatch::event::{BackendKind, Command, ConnectionId, Direction};
use bytewatch::event::{CloseReason, ConnectionEvent, Event, StreamEvent, StreamId, SwitchEvent};
use bytewatch::server::{Limit, Limits};

use crate::harness::{Running, config, echo, model, pattern};

on_both_backends!(
    idle_clients_are_handed_over,
    busy_clients_notice_nothing,
    a_half_written_answer_goes_on,
    a_half_closed_client_goes_on,
    a_cut_character_goes_on,
    clients_are_accepted_all_the_while,
    stopping_during_a_switch_ends_all_connections,
);

fn idle_clients_are_handed_over(backend: BackendKind) {
    let running = Running::echo(backend);
    let clients: Vec<_> = (0..50).map(|_| running.connect()).collect();
    running.wait_for("all clients", 50, |event| {
        matches!(event, Event::Connection(_, ConnectionEvent::Opened { .. }))
    });
    running.switch(backend.other());
    clients.iter().for_each(|client| echo(client, 1, 1000));
    running.switch(backend);
    clients.iter().for_each(|client| echo(client, 2, 1000));
    let events = running.stop();
    let handed = |to: BackendKind| {
        events
            .iter()
            .filter(|stamped| matches!(stamped.event, Event::Connection(_, ConnectionEvent::HandedOver { to: kind, .. }) if kind == to))
            .count()
    };
    assert_eq!((handed(backend.other()), handed(backend)), (50, 50));
    let reported = events.iter().filter_map(|stamped| match stamped.event {
        Event::Switch(SwitchEvent::Completed { connections, .. }) => Some(connections),
        _ => None,
    });
    assert_eq!(reported.collect::<Vec<_>>(), [50, 50]);
}

fn busy_clients_notice_nothing(backend: BackendKind) {
    let running = Running::echo(backend);
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        for seed in 0..40 {
            let (client, stop) = (running.connect(), &stop);
            scope.spawn(move || {
                let mut round = 0;
                while !stop.load(Ordering::Relaxed) {
                    // From one byte to more than a socket buffer holds.
                    echo(&client, seed * 1000 + round, 1 << (round % 18));
                    round += 1;
                }
            });
        }
        let mut to = backend;
        for _ in 0..20 {
            to = to.other();
            running.switch(to);
        }
        stop.store(true, Ordering::Relaxed);
    });
    running.stop();
}

fn a_half_written_answer_goes_on(backend: BackendKind) {
    let running = Running::echo(backend);
    let mut client = running.connect();
    client.set_nonblocking(true).unwrap();
    let mut written = 0;
    let mut fill = |client: &mut std::net::TcpStream| loop {
        match client.write(&pattern(3, written, 64 * 1024)) {
            Ok(length) => written += length as u64,
            Err(error) if error.kind() == ErrorKind::WouldBlock => break,
            Err(error) => panic!("{error}"),
        }
    };
    running.wait("a slow connection", |events| {
        fill(&mut client);
        events
            .iter()
            .any(|stamped| matches!(stamped.event, Event::Connection(_, ConnectionEvent::Slow { .. })))
            .then_some(())
    });
    for to in [backend.other(), backend, backend.other()] {
        running.switch(to);
        fill(&mut client);
    }
    client.set_nonblocking(false).unwrap();
    client.shutdown(Shutdown::Write).unwrap();
    let mut back = Vec::new();
    client.read_to_end(&mut back).unwrap();
    assert!(back == pattern(3, 0, written as usize), "{} of {written} came back", back.len());
    assert_eq!(running.wait_for_close(1), (CloseReason::PeerFinished, written, written));
    running.stop();
}

fn a_half_closed_client_goes_on(backend: BackendKind) {
    let running = Running::echo(backend);
    let mut client = running.connect();
    let sent = pattern(4, 0, 16 << 20);
    let mut writer = client.try_clone().unwrap();
    let data = sent.clone();
    let writing = thread::spawn(move || {
        writer.write_all(&data).unwrap();
        writer.shutdown(Shutdown::Write).unwrap();
    });
    running.wait_for("a slow connection", 1, |event| {
        matches!(event, Event::Connection(_, ConnectionEvent::Slow { .. }))
    });
    running.switch(backend.other());
    let mut back = Vec::new();
    client.read_to_end(&mut back).unwrap();
    assert!(back == sent);
    writing.join().unwrap();
    running.stop();
}

fn a_cut_character_goes_on(backend: BackendKind) {
    let running = Running::echo(backend);
    let mut client = running.connect();
    client.write_all(b"\xf0\x9f").unwrap();
    let back = |event: &Event| {
        matches!(
            event,
            Event::Stream(StreamId { direction: Direction::Sent, .. }, StreamEvent::Bytes { .. })
                | Event::Stream(_, StreamEvent::Bytes { forwarded: Some(_), .. })
        )
    };
    running.wait_for("two bytes back", 1, back);
    running.switch(backend.other());
    client.write_all(b"\x98\x80").unwrap();
    let mut back = [0; 4];
    client.read_exact(&mut back).unwrap();
    drop(client);
    running.wait_for_close(1);
    let model = model(&running.stop());
    let known = model.connection(ConnectionId(1)).unwrap();
    assert_eq!((known.received.characters.well_formed, known.malformed(), known.handovers), (1, 0, 1));
}

fn clients_are_accepted_all_the_while(backend: BackendKind) {
    let running = Running::echo(backend);
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        for seed in 0..4 {
            let (running, stop) = (&running, &stop);
            scope.spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    echo(&running.connect(), seed, 100);
                }
            });
        }
        let mut to = backend;
        for _ in 0..20 {
            to = to.other();
            running.switch(to);
        }
        stop.store(true, Ordering::Relaxed);
    });
    running.stop();
}

fn stopping_during_a_switch_ends_all_connections(backend: BackendKind) {
    let running = Running::echo(backend);
    let clients: Vec<_> = (0..100).map(|_| running.connect()).collect();
    running.wait_for("all clients", 100, |event| {
        matches!(event, Event::Connection(_, ConnectionEvent::Opened { .. }))
    });
    running.server.command(Command::Switch(backend.other()));
    running.stop();
    drop(clients);
}

#[test]
fn a_switch_beyond_the_thread_limit_says_so_and_keeps_all_connections() {
    let limit = |connections, set_by: &str| Limit { connections, set_by: set_by.to_owned() };
    let limits = Limits { connections: limit(100, "open files"), threads: limit(5, "kernel.threads-max") };
    let running = Running::within(config(BackendKind::Async), limits);
    let clients: Vec<_> = (0..10).map(|_| running.connect()).collect();
    running.wait_for("all clients", 10, |event| {
        matches!(event, Event::Connection(_, ConnectionEvent::Opened { .. }))
    });
    running.server.command(Command::Switch(BackendKind::Threads));
    let why = running.wait("a failed switch", |events| {
        events.iter().find_map(|stamped| match &stamped.event {
            Event::Switch(SwitchEvent::Failed { detail, .. }) => Some(detail.clone()),
            _ => None,
        })
    });
    assert!(why.contains("thread limit") && why.contains("kernel.threads-max"), "{why}");
    clients.iter().for_each(|client| echo(client, 5, 1000));
    drop(clients);
    running.wait_for("all ends", 10, |event| {
        matches!(event, Event::Connection(_, ConnectionEvent::Closed { .. }))
    });
    running.switch(BackendKind::Threads);
    echo(&running.connect(), 6, 1000);
    running.stop();
}
