//! Handovers to a backend that stops adopting connections.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use super::*;
use crate::model::event::Fact;
use crate::server::event_loop::EventLoop;
use crate::server::feed::{Detail, FEED_LIMIT, Feed, Overload, feed};
use crate::server::limits::Limits;
use crate::server::service::ServiceConfig;
use crate::server::switchboard::share;
use crate::server::threads::Threads;

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
    by_mail: Option<Sender<Mail>>,
}

impl<B: Backend> Backend for Flaky<B> {
    fn adopt(&mut self, connection: Box<Connection>) -> Result<(), NotAdopted> {
        if self.takes > 0 {
            self.takes -= 1;
        } else if self.refuses > 0 {
            self.refuses -= 1;
            let why = io::Error::other("no thread is left");
            let Some(mail) = &self.by_mail else { return Err(NotAdopted { connection, why }) };
            mail.send(Mail::NotAdopted(connection, why)).unwrap();
            return Ok(());
        }
        self.backend.adopt(connection)
    }

    fn start_accepting(&mut self, listeners: Vec<TcpListener>) -> io::Result<()> {
        self.backend.start_accepting(listeners)
    }

    fn stop_accepting(&mut self) {
        self.backend.stop_accepting();
    }
}

struct Stage {
    shared: Arc<Shared>,
    mailbox: Receiver<Mail>,
    feed: Feed,
    clients: Vec<TcpStream>,
}

impl Stage {
    /// Connects clients to this backend, which stops accepting then.
    fn set(backend: &mut dyn Backend, shared: Arc<Shared>, mailbox: Receiver<Mail>, feed: Feed) -> Self {
        let listener = crate::server::listen::listen(&[SocketAddr::from(([127, 0, 0, 1], 0))]).unwrap();
        let address = listener[0].local_addr().unwrap();
        backend.start_accepting(share(&listener).unwrap()).unwrap();
        let clients: Vec<_> = (0..CLIENTS).map(|_| TcpStream::connect(address).unwrap()).collect();
        let stage = Self { shared, mailbox, feed, clients };
        stage.all_echo();
        backend.stop_accepting();
        stage
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

    fn run<'e>(&self, mut from: End<'e>, mut to: End<'e>, on_refusal: OnRefusal) -> Moved {
        let mut waiting = VecDeque::new();
        Movement::new(&self.shared, &self.mailbox, &mut waiting).run(&mut from, &mut to, on_refusal)
    }

    fn served_by(&self, backend: BackendKind) -> usize {
        self.shared.registry.count(backend)
    }

    /// The number of connections that this backend serves, according to the facts.
    fn told(&mut self, backend: BackendKind) -> usize {
        let mut facts = Vec::new();
        self.feed.drain(&mut facts);
        let (mut at, mut handed_over) = (HashMap::new(), 0);
        for stamped in facts {
            match stamped.fact {
                Fact::Opened { connection, backend, .. } => drop(at.insert(connection, backend)),
                Fact::HandedOver { connection, to } => {
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

fn shared() -> (Arc<Shared>, Receiver<Mail>, Feed) {
    let (hub, feed) = feed(FEED_LIMIT, Overload::Slow, Detail::All);
    let (switchboard, mailbox) = channel();
    let shared = Shared::new(hub, Limits::find(None, 1), ServiceConfig::Echo, 4096, None, switchboard);
    (Arc::new(shared), mailbox, feed)
}

#[test]
fn threads_that_run_out_give_everybody_back() {
    let (shared, mailbox, feed) = shared();
    let mut old = EventLoop::start(&shared).unwrap();
    let mut new =
        Flaky { backend: Threads::start(&shared).unwrap(), takes: 70, refuses: usize::MAX, by_mail: None };
    let mut stage = Stage::set(&mut old, shared, mailbox, feed);
    let (there, back) = ((BackendKind::Threads), (BackendKind::Async));
    let moved = stage.run(End::new(back, &mut old), End::new(there, &mut new), OnRefusal::GiveBack);
    assert_eq!(moved.failure.map(|why| why.to_string()), Some("no thread is left".to_owned()));
    assert_eq!((moved.over, stage.served_by(there)), (70, 70));
    assert!(moved.back > 0);
    stage.all_echo();
    let moved = stage.run(End::new(there, &mut new), End::new(back, &mut old), OnRefusal::Insist);
    assert!(moved.failure.is_none());
    assert_eq!((moved.over, stage.served_by(back)), (70, CLIENTS));
    stage.all_echo();
    assert_eq!(stage.told(back), CLIENTS);
}

#[test]
fn a_backend_that_hesitates_is_asked_again() {
    for by_mail in [None, Some(())] {
        let (shared, mailbox, feed) = shared();
        let (letters, received) = channel();
        let mut old = Threads::start(&shared).unwrap();
        let by_mail = by_mail.map(|()| letters);
        let mut new = Flaky { backend: EventLoop::start(&shared).unwrap(), takes: 5, refuses: 7, by_mail };
        let to_mailbox = Arc::clone(&shared);
        let postman = std::thread::spawn(move || received.iter().for_each(|letter| to_mailbox.mail(letter)));
        let mut stage = Stage::set(&mut old, shared, mailbox, feed);
        let (from, to) = (BackendKind::Threads, BackendKind::Async);
        let moved = stage.run(End::new(from, &mut old), End::new(to, &mut new), OnRefusal::Insist);
        assert_eq!((moved.over, moved.back, stage.served_by(to)), (CLIENTS as u64, 0, CLIENTS));
        stage.all_echo();
        assert_eq!(stage.told(to), CLIENTS, "each is told once, however often it was offered");
        drop(new);
        postman.join().unwrap();
    }
}
