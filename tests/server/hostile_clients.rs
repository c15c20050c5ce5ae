//! Clients that never stop sending, that never read, that send urgent data; and a consumer that does not drain.

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use bytewatch::event::{BackendKind, CloseMode, Command, ConnectionCommand, ConnectionId, Direction};
use bytewatch::event::{
    CloseReason, ConnectionEvent, Event, ServerEvent, Stamped, StreamEvent, StreamId, SwitchEvent,
};
use bytewatch::server::{Config, EventReceiver, Overload, ReplyTo, Server, ServiceConfig, Template, WakeOn};
use socket2::SockRef;

use crate::harness::{LIMIT, Running, check, config, echo, ending, in_full, model};

on_both_backends!(
    a_client_that_never_falls_silent_is_closed_all_the_same,
    draining_a_client_fills_no_memory,
    urgent_data_is_data,
    a_stalled_consumer_delays_no_close,
    a_stalled_consumer_delays_no_switch,
    a_connection_that_came_unseen_is_seen_later,
    a_client_that_reads_nothing_can_be_closed,
    a_stop_ends_a_client_that_never_falls_silent,
    a_stop_ends_a_client_that_reads_nothing,
    a_long_reply_to_a_client_that_does_not_read_is_bounded_and_exact,
    a_large_read_of_a_client_that_does_not_read_is_bounded_and_exact,
);

fn discard(backend: BackendKind) -> Config {
    Config { service: ServiceConfig::Discard, ..in_full(backend) }
}

/// Sends until the server closes.
fn chatter(mut client: TcpStream) -> thread::JoinHandle<()> {
    thread::spawn(move || while client.write(&[7; 64 * 1024]).is_ok() {})
}

fn a_client_that_never_falls_silent_is_closed_all_the_same(backend: BackendKind) {
    let running = Running::start(discard(backend));
    let client = chatter(running.connect());
    running.wait_for("some bytes", 10, |event| matches!(event, Event::Stream(_, StreamEvent::Bytes { .. })));
    running.server.command(Command::Connection(ConnectionId(1), ConnectionCommand::Close(CloseMode::Finish)));
    assert_eq!(running.wait_for_close(1).0, CloseReason::WeFinished);
    client.join().unwrap();
    running.stop();
}

fn draining_a_client_fills_no_memory(backend: BackendKind) {
    let (server, mut feed) = Server::start(discard(backend)).unwrap();
    let client = TcpStream::connect(server.addresses()[0]).unwrap();
    let (mut events, waker) = (Vec::new(), feed.waker());
    let client = chatter(client);
    while events.len() < 10 {
        waker.wait(WakeOn::Event, Instant::now() + LIMIT);
        feed.drain(&mut events);
    }
    server.command(Command::Connection(ConnectionId(1), ConnectionCommand::Close(CloseMode::Finish)));
    // The consumer drains nothing until the client has seen the close.
    client.join().unwrap();
    events.clear();
    feed.drain(&mut events);
    let size = |stamped: &Stamped| match &stamped.event {
        Event::Stream(_, StreamEvent::Bytes { data, .. }) => data.len(),
        _ => 0,
    };
    let queued: usize = events.iter().map(size).sum();
    assert!(queued < 36 << 20, "{} MiB were queued", queued >> 20);
}

fn urgent_data_is_data(backend: BackendKind) {
    let running = Running::echo(backend);
    let mut client = running.connect();
    for _ in 0..50 {
        SockRef::from(&client).send_out_of_band(b"abcX").unwrap();
        client.write_all(b"efg").unwrap();
        let mut back = [0; 7];
        client.read_exact(&mut back).unwrap();
        assert_eq!(&back, b"abcXefg");
    }
    running.stop();
}

/// A server whose event queue is full, with clients that want to send more.
fn full(backend: BackendKind) -> (Server, EventReceiver, Vec<TcpStream>) {
    let (server, feed) = Server::start(discard(backend)).unwrap();
    let clients: Vec<_> = (0..3).map(|_| TcpStream::connect(server.addresses()[0]).unwrap()).collect();
    for mut client in &clients {
        client.set_write_timeout(Some(Duration::from_millis(500))).unwrap();
        while client.write(&[7; 64 * 1024]).is_ok() {}
    }
    (server, feed, clients)
}

fn wait_until_no_listener_is_left(server: &Server) {
    let deadline = Instant::now() + LIMIT;
    while TcpStream::connect(server.addresses()[0]).is_ok() {
        assert!(Instant::now() < deadline, "it still listens");
        thread::yield_now();
    }
}

fn see_the_end(mut feed: EventReceiver) -> Vec<Stamped> {
    let (mut events, waker) = (Vec::new(), feed.waker());
    while events.last().is_none_or(|stamped: &Stamped| stamped.event != Event::Server(ServerEvent::Stopped)) {
        waker.wait(WakeOn::Event, Instant::now() + LIMIT);
        feed.drain(&mut events);
    }
    events
}

fn a_stalled_consumer_delays_no_close(backend: BackendKind) {
    let (server, feed, clients) = full(backend);
    let _in_the_backlog = TcpStream::connect(server.addresses()[0]).unwrap();
    server.command(Command::Stop);
    server.command(Command::Stop);
    wait_until_no_listener_is_left(&server);
    // Each client sees the close, though the consumer has drained nothing yet.
    for mut client in &clients {
        client.set_read_timeout(Some(LIMIT)).unwrap();
        let ended = client.read(&mut [0; 10]);
        assert!(ended.is_err() || ended.is_ok_and(|length| length == 0));
    }
    check(&see_the_end(feed));
}

fn a_stalled_consumer_delays_no_switch(backend: BackendKind) {
    let (server, feed, _clients) = full(backend);
    server.command(Command::Switch(backend.other()));
    // The stop is carried out after the switch, not before.
    server.command(Command::Stop);
    wait_until_no_listener_is_left(&server);
    let events = see_the_end(feed);
    let switched = |stamped: &Stamped| {
        matches!(stamped.event, Event::Switch(SwitchEvent::Completed { connections: 3.., .. }))
    };
    assert!(events.iter().any(switched));
}

fn a_connection_that_came_unseen_is_seen_later(backend: BackendKind) {
    let (server, mut feed) = Server::start(Config { overload: Overload::Shed, ..in_full(backend) }).unwrap();
    echo(&TcpStream::connect(server.addresses()[0]).unwrap(), 1, 20 << 20);
    let late = TcpStream::connect(server.addresses()[0]).unwrap();
    echo(&late, 2, 1000);
    let mut events = Vec::new();
    feed.drain(&mut events);
    echo(&late, 3, 10);
    drop(late);
    server.command(Command::Stop);
    events.append(&mut see_the_end(feed));
    check(&events);
    let model = model(&events);
    let late = model.connection(ConnectionId(2)).unwrap();
    for stream in [&late.received, &late.sent] {
        assert_eq!(stream.missed_bytes + stream.bytes, 1010);
    }
    // A write may be reported after the client has the bytes, and so after there is room again.
    assert!(late.received.missed_bytes >= 1000, "{}", late.received.missed_bytes);
}

/// A client that sends until the server is blocked because this client does not read.
fn stuck(running: &Running) -> TcpStream {
    let mut client = running.connect();
    client.set_nonblocking(true).unwrap();
    // A buffer that the system makes larger takes some more now and then.
    nix::sys::socket::setsockopt(&client, nix::sys::socket::sockopt::RcvBuf, &65_536).unwrap();
    running.wait("a slow connection", |events| {
        while client.write(&[7; 64 * 1024]).is_ok() {}
        // A write of the server may be blocked for a while on a busy machine and continue then.
        let pace = |stamped: &&Stamped| {
            matches!(
                stamped.event,
                Event::Connection(_, ConnectionEvent::Slow { .. })
                    | Event::Connection(_, ConnectionEvent::Flowing { .. })
            )
        };
        events
            .iter()
            .rfind(pace)
            .filter(|last| matches!(last.event, Event::Connection(_, ConnectionEvent::Slow { .. })))
            .map(|_| ())
    });
    client
}

fn a_client_that_reads_nothing_can_be_closed(backend: BackendKind) {
    let running = Running::echo(backend);
    let client = stuck(&running);
    running.server.command(Command::Connection(ConnectionId(1), ConnectionCommand::Close(CloseMode::Finish)));
    check_end_of_stuck(running.wait_for_close(1), client);
    running.stop();
}

/// A connection whose client reads nothing ends by the timeout, or in order if the system took the rest of the answer
/// after all: Linux says that a socket is writable only when a third of its buffer is free, but takes a write before.
/// What was still received behind that is discarded, and all that was sent arrives.
fn check_end_of_stuck((reason, received, sent): (CloseReason, u64, u64), mut client: TcpStream) {
    match reason {
        CloseReason::Timeout => assert!(sent < received, "all {sent} bytes were sent"),
        CloseReason::WeFinished => {
            client.set_nonblocking(false).unwrap();
            client.set_read_timeout(Some(LIMIT)).unwrap();
            assert_eq!(io::copy(&mut client, &mut io::sink()).unwrap(), sent);
            assert!(sent <= received);
        }
        other => panic!("{other:?}"),
    }
}

/// Stops the server; returns why connection 1 was closed, and how many bytes were received and sent.
fn end_by_stop(running: Running) -> (CloseReason, u64, u64) {
    let events = running.stop();
    events.iter().find_map(|stamped| ending(&stamped.event, 1)).unwrap()
}

fn a_stop_ends_a_client_that_never_falls_silent(backend: BackendKind) {
    let running = Running::start(discard(backend));
    let client = chatter(running.connect());
    running.wait_for("some bytes", 10, |event| matches!(event, Event::Stream(_, StreamEvent::Bytes { .. })));
    assert_eq!(end_by_stop(running).0, CloseReason::WeFinished);
    client.join().unwrap();
}

fn a_stop_ends_a_client_that_reads_nothing(backend: BackendKind) {
    let running = Running::echo(backend);
    let client = stuck(&running);
    // By the timeout of its own close, not by the limit of the whole stop, which resets all connections.
    check_end_of_stuck(end_by_stop(running), client);
}

/// Reads must be short enough that no answer exceeds this size; the server holds at most one answer for each client.
const LARGEST_ANSWER: u64 = 1 << 20;

/// Waits until the server stops reading because the client does not read; then the client reads everything and
/// compares.
fn bounded_and_exact(config: Config, sent: &[u8], factor: u64, expected: &[u8]) {
    let running = Running::start(config);
    let mut client = running.connect();
    let mut writer = client.try_clone().unwrap();
    let data = sent.to_vec();
    let writing = thread::spawn(move || {
        writer.write_all(&data).unwrap();
        writer.shutdown(std::net::Shutdown::Write).unwrap();
    });
    running.wait_for("a slow client", 1, |event| {
        matches!(event, Event::Connection(_, ConnectionEvent::Slow { .. }))
    });
    let (mut whole, mut piece) = (0, vec![0; 64 * 1024]);
    while whole < sent.len() as u64 * factor {
        let length = client.read(&mut piece).unwrap();
        assert!(length > 0, "the answer ends after {whole} bytes");
        let expected = expected.iter().cycle().skip(whole as usize % expected.len());
        assert!(piece[..length].iter().eq(expected.take(length)), "the answer differs after {whole} bytes");
        whole += length as u64;
    }
    assert_eq!(client.read(&mut piece).unwrap(), 0, "nothing more");
    writing.join().unwrap();
    let longest = running.wait("the reads", |events| {
        let read = |stamped: &Stamped| match &stamped.event {
            Event::Stream(
                StreamId { direction: Direction::Received, .. },
                StreamEvent::Bytes { data, .. },
            ) => Some(data.len() as u64),
            Event::Stream(
                StreamId { direction: Direction::Received, .. },
                StreamEvent::Trimmed { bytes, .. },
            ) => Some(*bytes),
            _ => None,
        };
        events.iter().filter_map(read).max()
    });
    assert!(
        longest * factor <= LARGEST_ANSWER,
        "a read of {longest} bytes is answered with {factor} times as many"
    );
    running.stop();
}

fn a_long_reply_to_a_client_that_does_not_read_is_bounded_and_exact(backend: BackendKind) {
    let service = ServiceConfig::Reply(Template::parse(&"{text}".repeat(1000)).unwrap(), ReplyTo::Read);
    bounded_and_exact(
        Config { service, ..in_full(backend) },
        &[0xff; 16 * 1024],
        3_000,
        "\u{fffd}".as_bytes(),
    );
}

fn a_large_read_of_a_client_that_does_not_read_is_bounded_and_exact(backend: BackendKind) {
    bounded_and_exact(Config { read_size: 16 << 20, ..config(backend) }, &vec![b'x'; 32 << 20], 1, b"x");
}
