//! Handovers to a backend that stops adopting connections.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use super::*;
use crate::event::{Address, CloseMode, ConnectionCommand, ConnectionEvent, Demand, Event, ListenerId};
use crate::server::backend::event_loop::EventLoop;
use crate::server::backend::shared::{PeerLimits, Routes};
use crate::server::backend::threads::Threads;
use crate::server::control::registry::Registration;
use crate::server::feed::{EventReceiver, FEED_LIMIT, Overload, event_channel};
use crate::server::net::limits::{Limits, SocketsPerConnection};
use crate::server::net::listener::Listener;
use crate::server::net::peer_rules::PeerRules;
use crate::server::net::route::{Entrance, Route};
use crate::server::service::ServiceConfig;
use crate::server::service::factory::ServiceFactory;

const CLIENTS: usize = 200;
/// The limit of every wait.
const LIMIT: Duration = Duration::from_secs(30);

/// Adopts a number of connections, then refuses some, then adopts all others.
struct Flaky<B> {
    backend: B,
    takes: usize,
    /// The number of connections that are refused after that.
    refuses: usize,
    /// If set, it refuses as the event loop does: later, by a message to the controller.
    by_message: Option<Sender<ControlMessage>>,
}

impl<B: Backend> Backend for Flaky<B> {
    fn adopt(&mut self, connection: Box<Connection>) -> Result<(), NotAdopted> {
        if self.takes > 0 {
            self.takes -= 1;
        } else if self.refuses > 0 {
            self.refuses -= 1;
            let why = io::Error::other("no thread is left");
            let Some(message) = &self.by_message else { return Err(NotAdopted { connection, why }) };
            message.send(ControlMessage::NotAdopted(connection, why)).unwrap();
            return Ok(());
        }
        self.backend.adopt(connection)
    }

    fn start_accepting(&mut self, entrances: Vec<Entrance>) -> io::Result<()> {
        self.backend.start_accepting(entrances)
    }

    fn stop_accepting(&mut self) {
        self.backend.stop_accepting();
    }
}

struct Fixture {
    shared: Arc<Shared>,
    inbox: Receiver<ControlMessage>,
    feed: EventReceiver,
    clients: Vec<TcpStream>,
}

impl Fixture {
    /// Connects clients to this backend, which stops accepting then.
    fn set(
        backend: &mut dyn Backend,
        shared: Arc<Shared>,
        inbox: Receiver<ControlMessage>,
        feed: EventReceiver,
    ) -> Self {
        let loopback = SocketAddr::from(([127, 0, 0, 1], 0)).into();
        let listener = crate::server::net::listen::listen(&[loopback]).unwrap();
        let address = listener[0].local_address().unwrap();
        let entrances = listener.into_iter().map(|listener| entrance(listener, address.clone()));
        backend.start_accepting(entrances.collect()).unwrap();
        let address = address.inet().unwrap();
        let clients: Vec<_> = (0..CLIENTS).map(|_| TcpStream::connect(address).unwrap()).collect();
        let fixture = Self { shared, inbox, feed, clients };
        fixture.all_echo();
        backend.stop_accepting();
        fixture
    }

    fn all_echo(&self) {
        for (number, mut client) in self.clients.iter().enumerate() {
            client.set_read_timeout(Some(LIMIT)).unwrap();
            client.write_all(&number.to_be_bytes()).unwrap();
            let mut back = [0; 8];
            client.read_exact(&mut back).unwrap();
            assert_eq!(back, number.to_be_bytes());
        }
    }

    fn run<'e>(
        &self,
        mut from: BackendRef<'e>,
        mut to: BackendRef<'e>,
        on_failure: OnFailure,
    ) -> HandoverReport {
        let mut deferred = VecDeque::new();
        Handover::new(&self.shared, &self.inbox, &mut deferred).run(&mut from, &mut to, on_failure)
    }

    fn served_by(&self, backend: BackendKind) -> usize {
        self.shared.registry.count(backend)
    }

    /// The number of connections that this backend serves, according to the events.
    fn told_by_events(&mut self, backend: BackendKind) -> usize {
        let mut events = Vec::new();
        self.feed.drain(&mut events);
        let (mut at, mut handed_over) = (HashMap::new(), 0);
        for stamped in events {
            match stamped.event {
                Event::Connection(connection, ConnectionEvent::Opened { backend, .. }) => {
                    at.insert(connection, backend);
                }
                Event::Connection(connection, ConnectionEvent::HandedOver { to }) => {
                    handed_over += 1;
                    assert_ne!(at.insert(connection, to), Some(to));
                }
                _ => {}
            }
        }
        assert!(handed_over <= 2 * CLIENTS);
        at.values().filter(|at| **at == backend).count()
    }
}

fn entrance(listener: Listener, address: Address) -> Entrance {
    let (id, plan) = (ListenerId(1), Default::default());
    let route = Route { id, address, file_mode: None, upstream: None, upstream_tls: None, plan };
    Entrance { listener, route: Arc::new(route) }
}

fn shared() -> (Arc<Shared>, Receiver<ControlMessage>, EventReceiver) {
    let (event_queue, feed) = event_channel(FEED_LIMIT, Overload::Slow, Demand::EVERY_BYTE);
    let (controller, inbox) = channel();
    let shared = Shared::new(
        event_queue,
        PeerLimits {
            limits: Limits::find(None, 1, SocketsPerConnection::Client),
            rules: PeerRules::default(),
            idle_timeout: None,
        },
        ServiceFactory::new(ServiceConfig::Echo, None),
        Routes::default(),
        4096,
        controller,
    );
    (Arc::new(shared), inbox, feed)
}

#[test]
fn all_connections_return_when_threads_run_out() {
    let (shared, inbox, feed) = shared();
    let mut old = EventLoop::start(&shared).unwrap();
    let mut new =
        Flaky { backend: Threads::start(&shared).unwrap(), takes: 70, refuses: usize::MAX, by_message: None };
    let mut fixture = Fixture::set(&mut old, shared, inbox, feed);
    let (there, back) = ((BackendKind::Threads), (BackendKind::Async));
    let report =
        fixture.run(BackendRef::new(back, &mut old), BackendRef::new(there, &mut new), OnFailure::Return);
    assert_eq!(report.failure.map(|why| why.to_string()), Some("no thread is left".to_owned()));
    assert_eq!((report.adopted, fixture.served_by(there)), (70, 70));
    assert!(report.returned > 0);
    fixture.all_echo();
    let report =
        fixture.run(BackendRef::new(there, &mut new), BackendRef::new(back, &mut old), OnFailure::Retry);
    assert!(report.failure.is_none());
    assert_eq!((report.adopted, fixture.served_by(back)), (70, CLIENTS));
    fixture.all_echo();
    assert_eq!(fixture.told_by_events(back), CLIENTS);
}

#[test]
fn a_backend_that_hesitates_is_asked_again() {
    for by_message in [None, Some(())] {
        let (shared, inbox, feed) = shared();
        let (messages, received) = channel();
        let mut old = Threads::start(&shared).unwrap();
        let by_message = by_message.map(|()| messages);
        let mut new = Flaky { backend: EventLoop::start(&shared).unwrap(), takes: 5, refuses: 7, by_message };
        let target = Arc::clone(&shared);
        let forwarder = std::thread::spawn(move || received.iter().for_each(|message| target.send(message)));
        let mut fixture = Fixture::set(&mut old, shared, inbox, feed);
        let (from, to) = (BackendKind::Threads, BackendKind::Async);
        let report =
            fixture.run(BackendRef::new(from, &mut old), BackendRef::new(to, &mut new), OnFailure::Retry);
        assert_eq!((report.adopted, report.returned, fixture.served_by(to)), (CLIENTS as u64, 0, CLIENTS));
        fixture.all_echo();
        assert_eq!(fixture.told_by_events(to), CLIENTS, "each is told once, however often it was offered");
        drop(new);
        forwarder.join().unwrap();
    }
}

#[test]
fn a_close_does_not_wait_for_the_controller() {
    let (shared, inbox, _feed) = shared();
    let control = Control::new(ListenerId(1), None);
    let registration =
        Registration::new(ConnectionId(1), BackendKind::Async, &shared.registry, 1, control).unwrap();
    shared.command(ConnectionId(1), ConnectionCommand::Close(CloseMode::Finish));
    // The controller may be in the middle of a switch: its messages have not been read.
    assert!(registration.control().requests().has(Request::Finish));
    assert!(matches!(inbox.try_recv(), Ok(ControlMessage::Requested(_))), "it wakes the connection again");
}
