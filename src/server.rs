//! The server: two backends behind one trait, the services, the switch, the tap.
//!
//! | module | holds |
//! |---|---|
//! | `threads`, `event_loop` | the two backends: accept, read, write, close, as blocking calls or on an event loop |
//! | `connection`, `step`, `call_error` | the state machine of a connection, which moves between the backends; it makes no blocking call |
//! | `service` | what the server answers |
//! | `switchboard` | the controller: switches backends, closes connections, stops the server |
//! | `control`, `registry`, `interrupt`, `c_library` | requests to a connection that a thread or task is serving |
//! | `tap`, `feed`, `bell` | how facts reach the consumer |
//! | `waits`, `pulse` | latency: of clients, of threads, of the event loop |
//! | `end_limits` | timeouts for a connection that the server closes |
//! | `idle`, `idle_sweeper` | the idle timeout |
//! | `hurts` | fault injection into handlers |
//! | `accept`, `listen`, `limits` | listening sockets, accepting, and the limits of both |
//! | [`load`] | a load generator for any echo server |
//!
//! The server emits [`crate::model::event`] and does not know its consumer.

pub mod load;

mod accept;
mod backend;
mod bell;
mod c_library;
mod call_error;
mod connection;
mod control;
mod end_limits;
mod event_loop;
mod feed;
mod hurts;
mod idle;
mod idle_sweeper;
mod interrupt;
mod limits;
mod listen;
mod pulse;
mod read_buffer;
mod registry;
mod service;
mod shared;
mod step;
mod switchboard;
mod tap;
mod template;
mod threads;
mod waits;

use std::collections::VecDeque;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::Duration;

pub use bell::{Bell, Patience};
pub use c_library::{allocated, return_free_pages, use_one_arena};
pub use feed::{Detail, FEED_LIMIT, Feed, Overload};
pub use limits::{Limit, Limits};
pub use listen::StartError;
pub use service::{Answer, Discard, Echo, Reply, Service, ServiceConfig};
pub use template::Template;

use self::hurts::Hurts;
use self::idle_sweeper::IdleSweeper;
use self::shared::{Mail, Shared};
use self::switchboard::{Switchboard, share, start_backend};
use crate::model::event::Fact;
use crate::model::{BackendKind, Closing, ConnectionId, Hurt, Pain};

/// Settings of a server.
#[derive(Clone, Debug)]
pub struct Config {
    /// The addresses to listen on. Port 0 means any free port.
    pub listen: Vec<SocketAddr>,
    /// The backend that serves at the start.
    pub backend: BackendKind,
    /// The service, which decides what the server answers.
    pub service: ServiceConfig,
    /// The number of bytes that one read asks for; at least 1.
    pub read_size: usize,
    /// The most connections at once; `None` for the limit of the machine.
    pub max_connections: Option<usize>,
    /// The server closes a connection on which no byte is received or sent for this time; `None` for never.
    pub idle_timeout: Option<Duration>,
    /// The most bytes that may wait for the consumer of facts; one read of each connection may exceed it.
    pub feed_limit: usize,
    /// What to do when the consumer of facts cannot keep up.
    pub overload: Overload,
    /// Which facts that consumer needs.
    pub detail: Detail,
}

/// A running server, with threads of its own. Its methods return at once; facts report the results.
#[derive(Debug)]
pub struct Server {
    switchboard: Sender<Mail>,
    hurts: Arc<Hurts>,
    addresses: Vec<SocketAddr>,
    limits: Limits,
}

impl Server {
    /// Binds the listeners, starts the backend and starts accepting.
    ///
    /// # Errors
    /// An address cannot be bound, or the system gives us no thread.
    pub fn start(config: Config) -> Result<(Self, Feed), StartError> {
        let limits = Limits::find(config.max_connections, config.listen.len());
        Self::start_within(config, limits)
    }

    /// Like [`start`](Self::start), but with limits from the caller instead of detected ones.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub fn start_within(config: Config, limits: Limits) -> Result<(Self, Feed), StartError> {
        let listeners = listen::listen(&config.listen)?;
        let addresses: Vec<_> = listeners
            .iter()
            .map(TcpListener::local_addr)
            .collect::<io::Result<_>>()
            .map_err(StartError::Serve)?;
        let (hub, feed) = feed::feed(config.feed_limit, config.overload, config.detail);
        for &address in &addresses {
            let service = config.service.word().to_owned();
            hub.fact(Fact::Listening { address, backend: config.backend, service });
        }
        let (switchboard, mailbox) = channel();
        let read_size = config.read_size.max(1);
        let idle_timeout = config.idle_timeout;
        let shared =
            Shared::new(hub, limits.clone(), config.service, read_size, idle_timeout, switchboard.clone());
        let hurts = Arc::clone(&shared.hurts);
        let shared = Arc::new(shared);
        let mut backend = start_backend(config.backend, &shared).map_err(StartError::Serve)?;
        share(&listeners).and_then(|shared| backend.start_accepting(shared)).map_err(StartError::Serve)?;
        let sweeper = |timeout| IdleSweeper::start(timeout, Arc::clone(&shared.registry));
        let idle_sweeper = idle_timeout.map(sweeper).transpose().map_err(StartError::Serve)?;
        let board = Switchboard {
            shared,
            _idle_sweeper: idle_sweeper,
            listeners,
            kind: config.backend,
            backend,
            mailbox,
            waiting: VecDeque::new(),
            unheard: Vec::new(),
        };
        thread::Builder::new()
            .name("switchboard".to_owned())
            .spawn(move || board.run())
            .map_err(StartError::Serve)?;
        listen::warn_of_exposure(&addresses);
        Ok((Self { switchboard, hurts, addresses, limits }, feed))
    }

    /// The addresses of the listeners, with their actual ports.
    #[must_use]
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// The limits of this server.
    #[must_use]
    pub const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Switches to this backend. Returns at once; facts report the switch.
    pub fn switch(&self, to: BackendKind) {
        self.order(Mail::Switch(to));
    }

    /// Closes a connection. Returns at once; a fact reports the close.
    pub fn close(&self, connection: ConnectionId, how: Closing) {
        self.order(Mail::Close(connection, how));
    }

    /// Starts a handler fault. The server ignores faults that are made by clients.
    pub fn hurt(&self, pain: Pain) {
        self.hurts.begin(pain);
    }

    /// Ends a handler fault.
    pub fn heal(&self, hurt: Hurt) {
        self.hurts.end(hurt);
    }

    /// Closes all connections and stops; [`Fact::Stopped`] is the last fact. Returns at once. A second call resets
    /// connections instead of waiting for their clients.
    pub fn stop(&self) {
        self.order(Mail::Stop);
    }

    fn order(&self, order: Mail) {
        // A server that has stopped takes no orders.
        let _ = self.switchboard.send(order);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}
