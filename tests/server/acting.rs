//! What a user does to connections, over real sockets, also while connections move between the backends.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use bytes::Bytes;
use bytewatch::event::{
    BackendKind, CloseReason, Command, ConnectionCommand, ConnectionEvent, ConnectionId, Direction, Event,
    Faults, Origin, Side, Stamped, StreamEvent,
};
use bytewatch::server::{Config, RelayConfig, ServiceConfig, Upstream};

use crate::harness::{LIMIT, Running, in_full, model, pattern};

on_both_backends!(
    what_the_user_sends_arrives_between_echoes,
    a_relay_carries_what_the_user_puts_in_on_either_side,
    a_paused_client_waits_and_can_be_reset,
    a_direction_is_ended_and_the_other_goes_on,
    all_connections_get_what_is_sent_to_all,
    what_cannot_be_done_is_declined,
);

/// The first connection.
pub(crate) const FIRST: ConnectionId = ConnectionId(1);

/// Asks the first connection to do this.
pub(crate) fn tell(running: &Running, command: ConnectionCommand) {
    running.server.command(Command::Connection(FIRST, command));
}

fn send(running: &Running, to: Side, bytes: &[u8]) {
    tell(running, ConnectionCommand::Send { to, bytes: Bytes::copy_from_slice(bytes) });
}

/// The bytes of the user that were sent to a side, as they were told.
pub(crate) fn put_in(events: &[Stamped], side: Side) -> Vec<u8> {
    let bytes = events.iter().filter_map(|stamped| match &stamped.event {
        Event::Stream(id, StreamEvent::Bytes { data, origin: Origin::User, .. }) => {
            assert_eq!(id.direction, Direction::Sent);
            (id.side == side).then_some(data.as_ref())
        }
        _ => None,
    });
    bytes.collect::<Vec<_>>().concat()
}

fn what_the_user_sends_arrives_between_echoes(backend: BackendKind) {
    let running = Running::start(in_full(backend));
    let mut client = running.connect();
    let mut expected = Vec::new();
    let mut user = Vec::new();
    for round in 0..20 {
        let bytes = pattern(round, 0, 1 + 700 * round as usize);
        client.write_all(&bytes).unwrap();
        let mut echoed = vec![0; bytes.len()];
        client.read_exact(&mut echoed).unwrap();
        assert!(echoed == bytes);
        let note = format!("<{round}>");
        send(&running, Side::Client, note.as_bytes());
        if round % 4 == 0 {
            running.switch(if round % 8 == 0 { backend.other() } else { backend });
        }
        let mut arrived = vec![0; note.len()];
        client.read_exact(&mut arrived).unwrap();
        assert_eq!(arrived, note.as_bytes());
        expected.extend(bytes);
        user.extend(note.into_bytes());
    }
    client.shutdown(Shutdown::Write).unwrap();
    let sent = (expected.len() + user.len()) as u64;
    assert_eq!(running.wait_for_close(1), (CloseReason::PeerFinished, expected.len() as u64, sent));
    let events = running.stop();
    assert_eq!(put_in(&events, Side::Client), user);
    let model = model(&events);
    let known = model.connection(FIRST).unwrap();
    assert_eq!(known.user(Side::Client).unwrap().injected, user.len() as u64);
    assert_eq!(known.sent.total(), sent);
}

/// A relay with one client, and the other end of its connection.
pub(crate) struct Relayed {
    pub(crate) running: Running,
    pub(crate) client: TcpStream,
    pub(crate) upstream: TcpStream,
}

impl Relayed {
    /// Starts a relay with these faults, and connects the client.
    pub(crate) fn start(backend: BackendKind, faults: Faults) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let upstream = Upstream::parse(&listener.local_addr().unwrap().to_string()).unwrap();
        let relay =
            RelayConfig { upstreams: vec![upstream], connect_timeout: LIMIT, tls: None, send_proxy: None };
        let running = Running::start(Config {
            service: ServiceConfig::Relay,
            relay: Some(relay),
            faults: Arc::new(faults),
            ..in_full(backend)
        });
        let client = running.connect();
        let upstream = listener.accept().unwrap().0;
        upstream.set_read_timeout(Some(LIMIT)).unwrap();
        upstream.set_write_timeout(Some(LIMIT)).unwrap();
        Self { running, client, upstream }
    }
}

/// Waits until this many clients are connected.
pub(crate) fn wait_for_clients(running: &Running, count: usize) {
    running.wait_for("the clients", count, |event| {
        matches!(event, Event::Connection(_, ConnectionEvent::Opened { .. }))
    });
}

/// Reads to the end, slowly at first, so that something is pending.
fn read_slowly(mut stream: &TcpStream) -> Vec<u8> {
    let mut all = Vec::new();
    let mut part = [0; 4_096];
    for _ in 0..50 {
        let length = stream.read(&mut part).unwrap();
        all.extend(&part[..length]);
        thread::sleep(Duration::from_millis(1));
    }
    stream.read_to_end(&mut all).unwrap();
    all
}

fn a_relay_carries_what_the_user_puts_in_on_either_side(backend: BackendKind) {
    const LENGTH: usize = 3_000_000;
    let Relayed { running, client, upstream } = Relayed::start(backend, Faults::default());
    let notes: Vec<u8> = (0..200_u8).map(|note| note | 0x80).collect();
    let received = thread::scope(|scope| {
        for (seed, mut stream) in [(1, &client), (2, &upstream)] {
            scope.spawn(move || {
                // Half of the values are left to the user.
                let bytes: Vec<_> = pattern(seed, 0, LENGTH).iter().map(|byte| byte & 0x7f).collect();
                stream.write_all(&bytes).unwrap();
                stream.shutdown(Shutdown::Write).unwrap();
            });
        }
        let readers = [&client, &upstream].map(|stream| scope.spawn(move || read_slowly(stream)));
        for (round, note) in notes.iter().enumerate() {
            send(&running, Side::ALL[round % 2], &[*note]);
            if round % 50 == 20 {
                running.switch(if round % 100 == 20 { backend.other() } else { backend });
            }
        }
        readers.map(|reader| reader.join().unwrap())
    });
    running.wait_for_close(1);
    let events = running.stop();
    for (side, (seed, all)) in Side::ALL.into_iter().zip([2, 1].into_iter().zip(received)) {
        let (user, peer): (Vec<u8>, Vec<u8>) = all.iter().partition(|byte| **byte & 0x80 != 0);
        let expected: Vec<_> = pattern(seed, 0, LENGTH).iter().map(|byte| byte & 0x7f).collect();
        assert!(peer == expected, "to the {side}");
        assert_eq!(user, put_in(&events, side), "what was told is what arrived");
        let ours: Vec<_> = notes.iter().copied().skip(side as usize).step_by(2).collect();
        assert!(ours.starts_with(&user), "in order; what came behind the end was declined");
    }
}

fn a_paused_client_waits_and_can_be_reset(backend: BackendKind) {
    let running = Running::start(in_full(backend));
    let mut client = running.connect();
    let (paused, resumed) =
        (ConnectionEvent::Paused { side: Side::Client }, ConnectionEvent::Resumed { side: Side::Client });
    wait_for_clients(&running, 1);
    tell(&running, ConnectionCommand::Pause(Side::Client));
    running.wait_for("the pause", 1, |event| *event == Event::Connection(FIRST, paused.clone()));
    client.write_all(b"waits").unwrap();
    send(&running, Side::Client, b"hello");
    let mut hello = [0; 5];
    client.read_exact(&mut hello).unwrap();
    assert_eq!(&hello, b"hello");
    running.switch(backend.other());
    tell(&running, ConnectionCommand::Resume(Side::Client));
    running.wait_for("the end of the pause", 1, |event| *event == Event::Connection(FIRST, resumed.clone()));
    let mut echoed = [0; 5];
    client.read_exact(&mut echoed).unwrap();
    assert_eq!(&echoed, b"waits");
    tell(&running, ConnectionCommand::Pause(Side::Client));
    running.wait_for("the second pause", 2, |event| *event == Event::Connection(FIRST, paused.clone()));
    socket2::SockRef::from(&client).set_linger(Some(Duration::ZERO)).unwrap();
    drop(client);
    assert_eq!(running.wait_for_close(1), (CloseReason::PeerReset, 5, 10));
    running.stop();
}

fn a_direction_is_ended_and_the_other_goes_on(backend: BackendKind) {
    let Relayed { running, mut client, mut upstream } = Relayed::start(backend, Faults::default());
    client.write_all(b"question").unwrap();
    let mut question = [0; 8];
    upstream.read_exact(&mut question).unwrap();
    tell(&running, ConnectionCommand::HalfClose(Side::Upstream));
    assert_eq!(upstream.read(&mut question).unwrap(), 0, "FIN has come");
    running.switch(backend.other());
    client.write_all(b"discarded").unwrap();
    upstream.write_all(b"answer").unwrap();
    drop(upstream);
    let mut answer = Vec::new();
    client.read_to_end(&mut answer).unwrap();
    assert_eq!(answer, b"answer");
    drop(client);
    assert_eq!(running.wait_for_close(1), (CloseReason::WeFinished, 17, 6));
    running.stop();
}

fn all_connections_get_what_is_sent_to_all(backend: BackendKind) {
    let running = Running::start(in_full(backend));
    let mut clients: Vec<_> = (0..20).map(|_| running.connect()).collect();
    wait_for_clients(&running, 20);
    let bytes = Bytes::from_static(b"to all");
    running.server.command(Command::All(ConnectionCommand::Send { to: Side::Client, bytes }));
    for client in &mut clients {
        let mut arrived = [0; 6];
        client.read_exact(&mut arrived).unwrap();
        assert_eq!(&arrived, b"to all");
    }
    drop(clients);
    running.stop();
}

fn what_cannot_be_done_is_declined(backend: BackendKind) {
    let running = Running::start(in_full(backend));
    let client = running.connect();
    wait_for_clients(&running, 1);
    send(&running, Side::Upstream, b"x");
    let declined = |side, detail: &str| {
        Event::Connection(FIRST, ConnectionEvent::Declined { side, detail: detail.to_owned() })
    };
    let no_upstream = declined(Side::Upstream, "the connection has no upstream");
    running.wait_for("no upstream", 1, |event| *event == no_upstream);
    let unknown = ConnectionId(99);
    running.server.command(Command::Connection(unknown, ConnectionCommand::Pause(Side::Client)));
    running.wait_for("no connection", 1, |event| {
        *event
            == Event::Connection(
                unknown,
                ConnectionEvent::Declined {
                    side: Side::Client,
                    detail: "the connection is closed".to_owned(),
                },
            )
    });
    drop(client);
    running.stop();
}
