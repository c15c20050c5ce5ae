//! A server with a consumer that keeps every event, and waits for conditions with a limit.

use std::collections::HashMap;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use bytewatch::event::{BackendKind, Command, ConnectionId, Demand, Direction, Side};
use bytewatch::event::{
    CloseReason, ConnectionEvent, Event, ServerEvent, Stamped, StreamEvent, StreamId, SwitchEvent,
};
use bytewatch::model::{Budget, Model};
use bytewatch::server::{
    Config, EventReceiver, FEED_LIMIT, Limits, Overload, PeerRules, Server, ServiceConfig, WakeOn,
};
use parking_lot::{Condvar, Mutex};

/// The limit of every wait; a test that reaches it has failed.
pub(crate) const LIMIT: Duration = Duration::from_secs(60);

/// Declares each test once for each backend.
macro_rules! on_both_backends {
    ($($story:ident),+ $(,)?) => {
        mod threads { $(#[test] fn $story() { super::$story(bytewatch::event::BackendKind::Threads); })+ }
        mod event_loop { $(#[test] fn $story() { super::$story(bytewatch::event::BackendKind::Async); })+ }
    };
}

#[derive(Default)]
struct Observed {
    events: Mutex<Vec<Stamped>>,
    changed: Condvar,
}

/// A running server and its events so far.
pub(crate) struct Running {
    pub(crate) server: Server,
    observed: Arc<Observed>,
}

/// Like [`config`], with every byte in the events.
pub(crate) fn in_full(backend: BackendKind) -> Config {
    Config { demand: Demand::EVERY_BYTE, ..config(backend) }
}

/// The configuration of an echo server on this backend, on any port of the loopback interface.
pub(crate) fn config(backend: BackendKind) -> Config {
    Config {
        listen: vec![SocketAddr::from(([127, 0, 0, 1], 0)).into()],
        backend,
        service: ServiceConfig::Echo,
        tls: None,
        proxy_protocol: false,
        greeting: None,
        relay: None,
        faults: Arc::default(),
        read_size: 16 * 1024,
        max_connections: None,
        peer_rules: PeerRules::default(),
        idle_timeout: None,
        feed_limit: FEED_LIMIT,
        overload: Overload::Slow,
        demand: Demand::newest(64 * 1024),
    }
}

impl Running {
    pub(crate) fn echo(backend: BackendKind) -> Self {
        Self::start(config(backend))
    }

    pub(crate) fn start(config: Config) -> Self {
        let (server, feed) = Server::start(config).unwrap();
        Self::listen_to(server, feed)
    }

    pub(crate) fn within(config: Config, limits: Limits) -> Self {
        let (server, feed) = Server::start_within(config, limits).unwrap();
        Self::listen_to(server, feed)
    }

    fn listen_to(server: Server, feed: EventReceiver) -> Self {
        let observed = Arc::new(Observed::default());
        let listener = Arc::clone(&observed);
        thread::spawn(move || listen(feed, &listener));
        Self { server, observed }
    }

    /// Connects a client. Its reads fail after [`LIMIT`] instead of hanging.
    pub(crate) fn connect(&self) -> TcpStream {
        let client = TcpStream::connect(self.server.addresses()[0]).unwrap();
        client.set_read_timeout(Some(LIMIT)).unwrap();
        client.set_write_timeout(Some(LIMIT)).unwrap();
        client
    }

    /// Waits until `answer` returns a value for the events so far.
    pub(crate) fn wait<T>(&self, what: &str, mut answer: impl FnMut(&[Stamped]) -> Option<T>) -> T {
        let deadline = Instant::now() + LIMIT;
        let mut events = self.observed.events.lock();
        loop {
            if let Some(answer) = answer(&events) {
                return answer;
            }
            let late = self.observed.changed.wait_until(&mut events, deadline).timed_out();
            let tail = events.len().saturating_sub(20);
            assert!(!late, "waited in vain for {what}; the last events: {:#?}", &events[tail..]);
        }
    }

    /// Waits until `count` events match.
    pub(crate) fn wait_for(&self, what: &str, count: usize, mut fits: impl FnMut(&Event) -> bool) {
        self.wait(what, |events| {
            (events.iter().filter(|stamped| fits(&stamped.event)).count() >= count).then_some(())
        });
    }

    /// Waits until a connection is closed.
    pub(crate) fn wait_for_close(&self, id: u64) -> (CloseReason, u64, u64) {
        self.wait(&format!("the end of #{id}"), |events| {
            events.iter().find_map(|stamped| ending(&stamped.event, id))
        })
    }

    /// Switches the backend, and waits until the switch is done.
    pub(crate) fn switch(&self, to: BackendKind) {
        let done = |events: &[Stamped]| {
            events
                .iter()
                .filter(|stamped| matches!(stamped.event, Event::Switch(SwitchEvent::Completed { .. })))
                .count()
        };
        let before = done(&self.observed.events.lock());
        self.server.command(Command::Switch(to));
        self.wait("a switch", |events| (done(events) > before).then_some(()));
    }

    /// Stops the server, waits for the last event, and checks the invariants of all events.
    pub(crate) fn stop(self) -> Vec<Stamped> {
        self.server.command(Command::Stop);
        self.wait_for("the end", 1, |event| *event == Event::Server(ServerEvent::Stopped));
        let events = std::mem::take(&mut *self.observed.events.lock());
        check(&events);
        events
    }
}

pub(crate) fn ending(event: &Event, id: u64) -> Option<(CloseReason, u64, u64)> {
    match event {
        Event::Connection(connection, ConnectionEvent::Closed { reason, received, sent, .. })
            if *connection == ConnectionId(id) =>
        {
            Some((*reason, *received, *sent))
        }
        _ => None,
    }
}

fn listen(mut feed: EventReceiver, observed: &Observed) {
    let waker = feed.waker();
    let mut batch = Vec::new();
    loop {
        // Events about lags wake no consumer.
        waker.wait(WakeOn::Event, Instant::now() + Duration::from_millis(100));
        feed.drain(&mut batch);
        let over = batch.last().is_some_and(|stamped| stamped.event == Event::Server(ServerEvent::Stopped));
        observed.events.lock().append(&mut batch);
        observed.changed.notify_all();
        if over {
            return;
        }
    }
}

/// The model that results from the events.
pub(crate) fn model(events: &[Stamped]) -> Model {
    let mut model = Model::new(Budget { history: 64 * 1024, memory: 1 << 30 });
    events.iter().for_each(|stamped| model.apply(stamped));
    model
}

/// Checks the invariants of all events of a stopped server: each opened connection is closed, once, and observed and
/// missed bytes of the client's side add up to the totals.
pub(crate) fn check(events: &[Stamped]) {
    let mut live: HashMap<ConnectionId, [u64; 2]> = HashMap::new();
    for (index, stamped) in events.iter().enumerate() {
        match &stamped.event {
            Event::Connection(connection, ConnectionEvent::Opened { .. }) => {
                assert!(live.insert(*connection, [0; 2]).is_none(), "{connection}");
            }
            Event::Stream(
                StreamId { connection, direction, side: Side::Client },
                StreamEvent::Bytes { offset, data, forwarded, .. },
            ) => {
                let sent = forwarded.map(|_| Direction::Sent);
                for direction in [Some(*direction), sent].into_iter().flatten() {
                    moved(&mut live, *connection, direction, *offset, data.len() as u64);
                }
            }
            Event::Stream(
                StreamId { connection, direction, side: Side::Client },
                StreamEvent::Trimmed { offset, bytes, forwarded, .. },
            ) => {
                let sent = forwarded.map(|_| Direction::Sent);
                for direction in [Some(*direction), sent].into_iter().flatten() {
                    moved(&mut live, *connection, direction, *offset, *bytes);
                }
            }
            Event::Stream(
                StreamId { connection, direction, side: Side::Client },
                StreamEvent::Missed { bytes, .. },
            ) => {
                live.get_mut(connection).unwrap()[*direction as usize] += bytes;
            }
            Event::Connection(connection, ConnectionEvent::Closed { received, sent, .. }) => {
                assert_eq!(live.remove(connection), Some([*received, *sent]), "{connection}");
            }
            Event::Server(ServerEvent::Stopped) => {
                assert_eq!(index, events.len() - 1, "nothing follows the end");
            }
            _ => {}
        }
    }
    assert!(live.is_empty(), "still open: {live:?}");
    assert_eq!(model(events).live(), 0);
}

fn moved(
    live: &mut HashMap<ConnectionId, [u64; 2]>,
    connection: ConnectionId,
    direction: Direction,
    offset: u64,
    bytes: u64,
) {
    let moved = &mut live.get_mut(&connection).unwrap()[direction as usize];
    assert!(offset >= *moved, "{connection} {direction} at {offset}, after {moved}");
    *moved += bytes;
}

/// Bytes that differ at every offset and for every seed, so that a lost, repeated or moved byte is noticed.
pub(crate) fn pattern(seed: u64, offset: u64, length: usize) -> Vec<u8> {
    (offset..).take(length).map(|index| byte_at(seed, index)).collect()
}

/// The byte of a pattern at an offset.
pub(crate) fn byte_at(seed: u64, offset: u64) -> u8 {
    let mixed = (offset ^ seed.rotate_left(32)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed >> 56) as u8 ^ (mixed >> 17) as u8
}

/// Sends all of the pattern while reading the echo, and compares.
pub(crate) fn echo(client: &TcpStream, seed: u64, length: usize) {
    let sent = pattern(seed, 0, length);
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut writer = client;
            writer.write_all(&sent).unwrap();
        });
        let mut back = vec![0; length];
        let mut reader = client;
        reader.read_exact(&mut back).unwrap();
        assert!(back == sent, "seed {seed}");
    });
}
