//! The server: two backends behind one trait, the services, the switch, the tap.
//!
//! | module | is |
//! |---|---|
//! | `threads`, `event_loop` | the two backends: accept, read, write, close, as blocking calls or on an event loop |
//! | `connection`, `step`, `call_error` | what moves between them: all of a connection but its system calls |
//! | `service` | what is answered |
//! | `switchboard` | switches, closes, stops |
//! | `control`, `registry`, `interrupt`, `c_library` | how a connection that is being served is told something |
//! | `tap`, `feed`, `bell` | how facts get out |
//! | `waits`, `pulse` | how long clients and events wait |
//! | `end_limits` | how long a client may take when we end its connection |
//! | `idle`, `idle_sweeper` | which connections end because nothing moves on them |
//! | `hurts` | what a presenter does to handlers |
//! | `accept`, `listen`, `limits` | how clients get in, and how many |
//! | [`load`] | clients for any echo server, ours or not |
//!
//! It speaks [`crate::model::event`] and knows nothing of who listens.

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

/// How to serve.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to listen. Port 0 means any.
    pub listen: Vec<SocketAddr>,
    /// The backend that serves first.
    pub backend: BackendKind,
    /// What is answered.
    pub service: ServiceConfig,
    /// The number of bytes that one read asks for; at least 1.
    pub read_size: usize,
    /// The most connections at once, if the machine allows; `None` for as many as it does.
    pub max_connections: Option<usize>,
    /// A connection on which no byte is received or sent for this long is ended; `None` for never.
    pub idle_timeout: Option<Duration>,
    /// Bytes that may wait for the consumer of the feed, and one read of each connection beyond that.
    pub feed_limit: usize,
    /// What to do when the consumer of the feed cannot follow.
    pub overload: Overload,
    /// How closely that consumer looks.
    pub detail: Detail,
}

/// A server that runs, on threads of its own. Everything that comes of its methods comes as facts.
#[derive(Debug)]
pub struct Server {
    switchboard: Sender<Mail>,
    hurts: Arc<Hurts>,
    addresses: Vec<SocketAddr>,
    limits: Limits,
}

impl Server {
    /// Listens, starts the backend and accepts.
    ///
    /// # Errors
    /// An address cannot be listened on, or the system gives us no thread.
    pub fn start(config: Config) -> Result<(Self, Feed), StartError> {
        let limits = Limits::find(config.max_connections, config.listen.len());
        Self::start_within(config, limits)
    }

    /// The same, within limits that the caller knows better.
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

    /// The addresses listened on, with their real ports.
    #[must_use]
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// How much this server can hold.
    #[must_use]
    pub const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Serves on this backend from now on. Returns at once; what comes of it are facts.
    pub fn switch(&self, to: BackendKind) {
        self.order(Mail::Switch(to));
    }

    /// Closes a connection. Returns at once.
    pub fn close(&self, connection: ConnectionId, how: Closing) {
        self.order(Mail::Close(connection, how));
    }

    /// Makes handlers suffer from now on, in this way; what is clients' doing is none of the server's.
    pub fn hurt(&self, pain: Pain) {
        self.hurts.begin(pain);
    }

    /// Ends that.
    pub fn heal(&self, hurt: Hurt) {
        self.hurts.end(hurt);
    }

    /// Closes everything; [`Fact::Stopped`] is the last fact. Returns at once. The second time it does not wait for
    /// clients.
    pub fn stop(&self) {
        self.order(Mail::Stop);
    }

    fn order(&self, order: Mail) {
        // A server that has stopped takes no orders.
        let _stopped = self.switchboard.send(order);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}
