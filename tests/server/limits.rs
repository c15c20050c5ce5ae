//! Too many clients, and a consumer that cannot keep up.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::thread;
use std::time::Instant;

use bytewatch::bytes::utf8::{Counts, Decoder};
use bytewatch::event::{BackendKind, Command, ConnectionId, Direction};
use bytewatch::event::{ConnectionEvent, Event, PerDirection, ServerEvent, Stamped, StreamEvent};
use bytewatch::server::{Config, Limit, Limits, Overload, Server, WakeOn};

use crate::harness::{LIMIT, Running, check, config, echo, in_full, model, pattern};

on_both_backends!(
    clients_beyond_the_limit_are_refused,
    a_stalled_consumer_misses_what_is_counted,
    a_stalled_consumer_of_the_newest_slows_no_client,
    a_stalled_consumer_slows_and_misses_nothing,
);

fn clients_beyond_the_limit_are_refused(backend: BackendKind) {
    let running = Running::start(Config { max_connections: Some(10), ..config(backend) });
    let clients: Vec<_> = (0..50).map(|_| running.connect()).collect();
    let refused = |events: &[Stamped]| {
        let clients = events.iter().map(|stamped| match &stamped.event {
            Event::Server(ServerEvent::Refused { clients, detail }) => {
                assert!(detail.contains("10") && detail.contains("--max-connections"), "{detail}");
                *clients
            }
            _ => 0,
        });
        clients.sum::<u64>()
    };
    running.wait("40 refusals", |events| (refused(events) == 40).then_some(()));
    clients[..10].iter().for_each(|client| echo(client, 1, 1000));
    for mut client in &clients[10..] {
        assert_eq!(client.read(&mut [0; 10]).unwrap(), 0, "a refused client is closed");
    }
    drop(clients);
    running.wait_for("all ends", 10, |event| {
        matches!(event, Event::Connection(_, ConnectionEvent::Closed { .. }))
    });
    echo(&running.connect(), 2, 1000);
    running.stop();
}

/// The number of bytes that each of these clients moves while the consumer drains nothing.
const BYTES: usize = 20 << 20;

fn a_stalled_consumer_misses_what_is_counted(backend: BackendKind) {
    let (server, mut feed) = Server::start(Config { overload: Overload::Shed, ..in_full(backend) }).unwrap();
    let clients: Vec<_> = (0..3).map(|_| TcpStream::connect(server.addresses()[0]).unwrap()).collect();
    thread::scope(|scope| {
        for (seed, client) in clients.iter().enumerate() {
            scope.spawn(move || echo(client, seed as u64, BYTES));
        }
    });
    // Opened and closed while the queue was full: only counted.
    let unseen = TcpStream::connect(server.addresses()[0]).unwrap();
    echo(&unseen, 9, 100);
    drop((clients, unseen));
    let (mut events, waker) = (Vec::new(), feed.waker());
    server.command(Command::Stop);
    while events.last().is_none_or(|stamped: &Stamped| stamped.event != Event::Server(ServerEvent::Stopped)) {
        waker.wait(WakeOn::Event, Instant::now() + LIMIT);
        feed.drain(&mut events);
    }
    check(&events);
    let model = model(&events);
    for known in model.connections() {
        for direction in Direction::ALL {
            let stream = known.stream(direction);
            // The last connection is observed only if it was closed after the drain.
            let moved = if known.id.0 <= 3 { BYTES as u64 } else { 100 };
            assert_eq!(stream.total(), moved, "{} {direction}", known.id);
        }
    }
    assert!(model.connections().len() >= 3);
    assert_eq!(model.totals.bytes, PerDirection::from_fn(|_| 3 * BYTES as u64 + 100));
    assert!(model.totals.missed_bytes > 3 * BYTES as u64, "{}", model.totals.missed_bytes);
}

/// Bytes that the consumer would not keep need not wait for it: the reads are counted, as bytes and as characters,
/// and the bytes are dropped.
fn a_stalled_consumer_of_the_newest_slows_no_client(backend: BackendKind) {
    let (server, mut feed) = Server::start(config(backend)).unwrap();
    let client = TcpStream::connect(server.addresses()[0]).unwrap();
    // Far more than the queue holds.
    echo(&client, 5, 3 * BYTES);
    drop(client);
    let (mut events, waker) = (Vec::new(), feed.waker());
    server.command(Command::Stop);
    while events.last().is_none_or(|last: &Stamped| last.event != Event::Server(ServerEvent::Stopped)) {
        waker.wait(WakeOn::Event, Instant::now() + LIMIT);
        feed.drain(&mut events);
    }
    check(&events);
    let sent = pattern(5, 0, 3 * BYTES);
    let mut counts = Counts::default();
    let mut decoder = Decoder::new();
    decoder.decode(&sent, &mut counts);
    decoder.end(&mut counts);
    let model = model(&events);
    let known = model.connection(ConnectionId(1)).unwrap();
    for stream in [&known.received, &known.sent] {
        assert_eq!((stream.bytes, stream.missed_bytes), (sent.len() as u64, 0));
        assert_eq!(stream.characters, counts);
        let kept = stream.history.copy(0..u64::MAX);
        assert_eq!(kept.len(), 64 * 1024);
        assert!(sent.ends_with(&kept));
    }
    let trimmed = events
        .iter()
        .filter(|stamped| matches!(stamped.event, Event::Stream(_, StreamEvent::Trimmed { .. })))
        .count();
    assert!(trimmed > 100, "{trimmed}");
}

fn a_stalled_consumer_slows_and_misses_nothing(backend: BackendKind) {
    let (server, mut feed) = Server::start(in_full(backend)).unwrap();
    let mut client = TcpStream::connect(server.addresses()[0]).unwrap();
    let mut reader = client.try_clone().unwrap();
    let reading = thread::spawn(move || {
        let mut back = vec![0; 3 * BYTES];
        reader.read_exact(&mut back).unwrap();
    });
    client.set_write_timeout(Some(std::time::Duration::from_millis(500))).unwrap();
    let (block, mut written) = (vec![7; 1 << 20], 0);
    // The queue is full, so the server does not read, so the client cannot write.
    while let Ok(length) = client.write(&block[..block.len().min(3 * BYTES - written)]) {
        assert!(length > 0, "all {written} bytes were taken though nobody looks");
        written += length;
    }
    client.set_write_timeout(None).unwrap();
    let (mut events, waker) = (Vec::new(), feed.waker());
    thread::scope(|scope| {
        scope.spawn(|| {
            let rest = vec![7; 3 * BYTES - written];
            client.write_all(&rest).unwrap();
            reading.join().unwrap();
            client.shutdown(std::net::Shutdown::Both).unwrap();
            server.command(Command::Stop);
        });
        while events
            .last()
            .is_none_or(|stamped: &Stamped| stamped.event != Event::Server(ServerEvent::Stopped))
        {
            waker.wait(WakeOn::Event, Instant::now() + LIMIT);
            feed.drain(&mut events);
        }
    });
    let model = model(&events);
    assert_eq!(
        (model.totals.missed_bytes, model.totals.bytes),
        (0, PerDirection::from_fn(|_| 3 * BYTES as u64))
    );
    check(&events);
}

#[test]
fn a_thread_that_cannot_be_had_is_a_client_refused() {
    let limit = |connections| Limit { connections, set_by: "kernel.threads-max".to_owned() };
    let limits = Limits { connections: limit(100), threads: limit(5) };
    let running = Running::within(config(BackendKind::Threads), limits);
    let clients: Vec<_> = (0..5).map(|_| running.connect()).collect();
    running.wait_for("five clients", 5, |event| {
        matches!(event, Event::Connection(_, ConnectionEvent::Opened { .. }))
    });
    assert_eq!(running.connect().read(&mut [0; 10]).unwrap_or(0), 0);
    running.wait_for(
        "a refusal",
        1,
        |event| matches!(event, Event::Server(ServerEvent::Refused { detail, .. }) if detail.contains("thread limit")),
    );
    clients.iter().for_each(|client| echo(client, 1, 1000));
    running.stop();
}
