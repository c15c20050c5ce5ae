//! `--idle-timeout`: which connections it closes, which it does not, and how.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use bytewatch::event::{BackendKind, CloseMode, Command, ConnectionCommand, ConnectionId};
use bytewatch::event::{CloseReason, ConnectionEvent, Event, Stamped};
use bytewatch::server::{Config, ReplyTo, Server, ServiceConfig, Template, WakeOn};

use socket2::{Domain, Socket, Type};

use crate::harness::{LIMIT, Running, config, echo, in_full, pattern};

on_both_backends!(
    a_silent_client_is_ended_with_fin,
    a_client_that_drips_stays,
    a_client_that_never_reads_is_ended_with_rst,
    a_half_closed_client_that_never_reads_is_ended,
    a_slow_reader_stays,
    a_switch_does_not_restart_the_clock,
    a_client_that_the_server_does_not_read_stays,
    the_usual_close_has_its_usual_reason,
);

const TIMEOUT: Duration = Duration::from_millis(400);

fn within(timeout: Duration, backend: BackendKind) -> Config {
    Config { idle_timeout: Some(timeout), ..config(backend) }
}

fn opened(event: &Event) -> bool {
    matches!(event, Event::Connection(_, ConnectionEvent::Opened { .. }))
}

/// Sends until the server stops reading.
fn fill(client: &TcpStream) {
    let mut writer = client;
    client.set_write_timeout(Some(Duration::from_millis(200))).unwrap();
    while writer.write(&pattern(1, 0, 1 << 16)).is_ok() {}
}

fn a_silent_client_is_ended_with_fin(backend: BackendKind) {
    let running = Running::start(within(TIMEOUT, backend));
    let mut client = running.connect();
    assert_eq!(client.read(&mut [0; 10]).unwrap(), 0, "the end is a FIN");
    drop(client);
    assert_eq!(running.wait_for_close(1), (CloseReason::IdleTimeout, 0, 0));
    running.stop();
    assert!(!CloseReason::IdleTimeout.is_error());
}

/// Sends for three times the timeout, one byte in each quarter of it.
fn a_client_that_drips_stays(backend: BackendKind) {
    let running = Running::start(within(4 * TIMEOUT, backend));
    let mut client = running.connect();
    for _ in 0..12 {
        // The pause is the subject of this test: a client that sends seldom, but more often than the timeout.
        client.set_read_timeout(Some(TIMEOUT)).unwrap();
        let waited = client.read(&mut [0]).unwrap_err();
        assert_eq!(waited.kind(), ErrorKind::WouldBlock, "nothing comes, not even the end");
        client.set_read_timeout(Some(LIMIT)).unwrap();
        echo(&client, 3, 1);
    }
    assert_eq!(client.read(&mut [0; 10]).unwrap(), 0, "it ends when nothing more comes");
    drop(client);
    assert_eq!(running.wait_for_close(1), (CloseReason::IdleTimeout, 12, 12));
    running.stop();
}

fn a_client_that_never_reads_is_ended_with_rst(backend: BackendKind) {
    let service = ServiceConfig::Reply(Template::parse(&"x".repeat(900_000)).unwrap(), ReplyTo::Read);
    let running = Running::start(Config { service, ..within(TIMEOUT, backend) });
    // Small segments and a small window: the kernel holds only little of the answer.
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.set_tcp_mss(536).unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    socket.connect(&running.server.addresses()[0].into()).unwrap();
    let mut client = TcpStream::from(socket);
    client.set_read_timeout(Some(LIMIT)).unwrap();
    // One byte: no input stays unread in the server, which alone would turn any close into a reset.
    client.write_all(b"?").unwrap();
    running.wait_for("that it is slow", 1, |event| {
        matches!(event, Event::Connection(_, ConnectionEvent::Slow { .. }))
    });
    let (reason, received, sent) = running.wait_for_close(1);
    assert_eq!((reason, received), (CloseReason::IdleTimeout, 1));
    assert!(sent < 900_000, "all of it went out");
    let end = client.read_to_end(&mut Vec::new());
    assert_eq!(end.unwrap_err().kind(), ErrorKind::ConnectionReset, "a FIN would say that this is all");
    running.stop();
}

fn a_half_closed_client_that_never_reads_is_ended(backend: BackendKind) {
    let running = Running::start(within(TIMEOUT, backend));
    let client = running.connect();
    fill(&client);
    client.shutdown(Shutdown::Write).unwrap();
    assert_eq!(running.wait_for_close(1).0, CloseReason::IdleTimeout);
    running.stop();
}

/// The client reads a little at a time, and the server has pending bytes for it all the while.
fn a_slow_reader_stays(backend: BackendKind) {
    let running = Running::start(within(4 * TIMEOUT, backend));
    let mut client = running.connect();
    fill(&client);
    // Small enough that bytes are pending until the end, and large enough that the server notices each fourth read.
    let mut back = vec![0; 1 << 18];
    let until = Instant::now() + 6 * TIMEOUT;
    let mut reads = 0;
    while Instant::now() < until {
        let length = client.read(&mut back).unwrap();
        assert!(length > 0, "it ended after {reads} reads");
        reads += 1;
        // The pause is the subject of this test: a client that reads seldom, but more often than the timeout.
        std::thread::sleep(TIMEOUT / 4);
    }
    drop(client);
    assert_ne!(running.wait_for_close(1).0, CloseReason::IdleTimeout);
    running.stop();
}

/// A connection that is handed over again and again, faster than the timeout, is closed no later.
fn a_switch_does_not_restart_the_clock(backend: BackendKind) {
    let running = Running::start(within(4 * TIMEOUT, backend));
    let mut client = running.connect();
    running.wait_for("the client", 1, opened);
    let (mut to, mut switches) = (backend.other(), 0);
    client.set_read_timeout(Some(TIMEOUT)).unwrap();
    loop {
        match client.read(&mut [0; 10]) {
            Ok(0) => break,
            Ok(_) => panic!("nothing was sent"),
            Err(error) => assert_eq!(error.kind(), ErrorKind::WouldBlock),
        }
        switches += 1;
        assert!(switches < 20, "each switch restarts the clock");
        running.switch(to);
        to = to.other();
    }
    assert!(switches >= 2, "{switches}");
    drop(client);
    assert_eq!(running.wait_for_close(1).0, CloseReason::IdleTimeout);
    running.stop();
}

/// While the consumer drains nothing, the server reads from no client: those clients are not idle.
fn a_client_that_the_server_does_not_read_stays(backend: BackendKind) {
    let overloaded =
        Config { idle_timeout: Some(TIMEOUT), service: ServiceConfig::Discard, ..in_full(backend) };
    let (server, mut feed) = Server::start(overloaded).unwrap();
    let client = TcpStream::connect(server.addresses()[0]).unwrap();
    fill(&client);
    let mut reader = &client;
    client.set_read_timeout(Some(4 * TIMEOUT)).unwrap();
    let waited = reader.read(&mut [0]).unwrap_err();
    assert_eq!(waited.kind(), ErrorKind::WouldBlock, "it was ended while it waited for the server");
    // There is room now, and the client sends nothing more.
    let (mut events, waker) = (Vec::new(), feed.waker());
    let reason = |events: &[Stamped]| {
        events.iter().find_map(|stamped| match stamped.event {
            Event::Connection(ConnectionId(1), ConnectionEvent::Closed { reason, .. }) => Some(reason),
            _ => None,
        })
    };
    let deadline = Instant::now() + LIMIT;
    client.shutdown(Shutdown::Read).unwrap();
    while reason(&events).is_none() {
        assert!(Instant::now() < deadline, "it was not ended");
        waker.wait(WakeOn::Event, deadline);
        feed.drain(&mut events);
    }
    assert_eq!(reason(&events), Some(CloseReason::IdleTimeout));
}

fn the_usual_close_has_its_usual_reason(backend: BackendKind) {
    let running = Running::start(within(20 * TIMEOUT, backend));
    let mut client = running.connect();
    echo(&client, 5, 1000);
    running.server.command(Command::Connection(ConnectionId(1), ConnectionCommand::Close(CloseMode::Finish)));
    assert_eq!(client.read(&mut [0; 10]).unwrap(), 0);
    drop(client);
    assert_eq!(running.wait_for_close(1), (CloseReason::WeFinished, 1000, 1000));
    running.stop();
}
