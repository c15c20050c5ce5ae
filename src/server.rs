//! The server: two backends behind one trait, the services, the switch, the tap.
//!
//! | module | holds |
//! |---|---|
//! | `net` | sockets, listening, limits, certificates, errors of system calls, the times at which bytes arrived |
//! | `service` | what the server answers, and faults injected into its handlers |
//! | `feed` | how events reach the consumer |
//! | `control` | requests to a connection that a thread or task is serving; the idle timeout |
//! | `connection` | the state machine of a connection, which moves between the backends, and its tap |
//! | `backend` | the two backends `threads` and `async`: accept, read, write, close, and the probe of their latency |
//! | `switch` | the controller: switches backends, closes connections, stops the server |
//! | `api` | control over HTTP |
//!
//! A later room may import an earlier one, never the other way; `service`, `feed` and `control` do not see each other.
//!
//! The server emits [`crate::event`] and does not know its consumer.

mod api;
mod backend;
mod connection;
mod control;
mod feed;
mod net;
mod service;
mod switch;

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::Duration;
use std::{fmt, io, thread};

#[cfg(feature = "fuzzing")]
pub use crate::server::api::fuzzing as api_fuzzing;
pub use crate::server::api::http::{Api, MetricsText};
#[cfg(feature = "fuzzing")]
pub use crate::server::connection::fuzzing;
pub use crate::server::feed::consumer_waker::{ConsumerWaker, WakeOn};
pub use crate::server::net::c_library::{allocated, return_free_pages, use_one_arena};
pub use crate::server::net::limits::{Limit, Limits, SocketsPerConnection};
pub use crate::server::net::listen::StartError;
pub use crate::server::net::listen_address::{ListenAddress, UnixListenAddress};
pub use crate::server::net::peer_rules::{Network, PeerRules};
pub use crate::server::net::tls::{CertificateFiles, ServerTlsConfig, TlsSetupError};
pub use crate::server::net::unix_name::UnixName;
pub use crate::server::net::upstream::{HostAndPort, RelayConfig, Trust, Upstream, UpstreamTlsConfig};
pub use crate::server::service::template::Template;
pub use feed::{EventReceiver, FEED_LIMIT, Overload};
pub use service::{Answer, Discard, Echo, Relay, Reply, ReplyTo, Service, ServiceConfig};

use parking_lot::Mutex;

use crate::event::{Address, BackendKind, Command, Demand, Event, Faults, ListenerId, ServerEvent};
use crate::server::backend::shared::{PeerLimits, Routes, Shared};
use crate::server::control::idle_sweeper::IdleSweeper;
use crate::server::net::listener::Listener;
use crate::server::net::route::{Entrance, Route};
use crate::server::net::tls::TlsSettings;
use crate::server::service::factory::ServiceFactory;
use crate::server::switch::commands::Commands;
use crate::server::switch::controller::{Controller, clone_listeners, start_backend};

/// Settings of a server.
#[derive(Clone, Debug)]
pub struct Config {
    /// The addresses to listen on.
    pub listen: Vec<ListenAddress>,
    /// The backend that serves at the start.
    pub backend: BackendKind,
    /// The service, which decides what the server answers.
    pub service: ServiceConfig,
    /// TLS on the side of the clients; `None` for none.
    pub tls: Option<ServerTlsConfig>,
    /// Whether each client has to send a PROXY header first.
    pub proxy_protocol: bool,
    /// What each client is sent before anything is read from it; not with the service `relay`.
    pub greeting: Option<Template>,
    /// Where the service `relay` connects to; `None` for the other services.
    pub relay: Option<RelayConfig>,
    /// The faults of the traffic of every connection, at first.
    pub faults: Arc<Faults>,
    /// The number of bytes that one read asks for; at least 1.
    pub read_size: usize,
    /// The most connections at once; `None` for the limit of the machine.
    pub max_connections: Option<usize>,
    /// Which peers are served.
    pub peer_rules: PeerRules,
    /// The server closes a connection on which no byte is received or sent for this time; `None` for never.
    pub idle_timeout: Option<Duration>,
    /// The most bytes that may wait for the consumer of events; one read of each connection may exceed it.
    pub feed_limit: usize,
    /// What to do when the consumer of events cannot keep up.
    pub overload: Overload,
    /// What that consumer needs at first; it may change that.
    pub demand: Demand,
}

/// A running server, with threads of its own. It is told what to do with a [`Command`].
pub struct Server {
    shared: Arc<Shared>,
    addresses: Vec<SocketAddr>,
    limits: Limits,
}

impl Server {
    /// Binds the listeners, starts the backend and starts accepting.
    ///
    /// # Errors
    /// An address cannot be bound, or the system gives us no thread.
    pub fn start(config: Config) -> Result<(Self, EventReceiver), StartError> {
        let sockets = match &config.relay {
            Some(_) => SocketsPerConnection::ClientAndUpstream,
            None => SocketsPerConnection::Client,
        };
        let limits = Limits::find(config.max_connections, config.listen.len(), sockets);
        Self::start_within(config, limits)
    }

    /// Like [`start`](Self::start), but with limits from the caller instead of detected ones.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub fn start_within(config: Config, limits: Limits) -> Result<(Self, EventReceiver), StartError> {
        let listeners = net::listen::listen(&config.listen)?;
        let listening: Vec<_> = listeners
            .iter()
            .map(Listener::local_address)
            .collect::<io::Result<_>>()
            .map_err(StartError::Serve)?;
        let addresses = listening.iter().filter_map(Address::inet).collect::<Vec<_>>();
        let tls = TlsSettings::load(config.tls.as_ref(), config.relay.as_ref(), &listening)?;
        let entrances = entrances(listeners, &listening, config.relay.as_ref(), &tls);
        let routes = entrances.iter().map(|entrance| (entrance.route.id, Arc::clone(&entrance.route)));
        let routes = Mutex::new(routes.collect());
        let (event_queue, feed) = feed::event_channel(config.feed_limit, config.overload, config.demand);
        let (controller, inbox) = channel();
        let read_size = config.read_size.max(1);
        let idle_timeout = config.idle_timeout;
        let shared = Shared::new(
            event_queue,
            PeerLimits { limits: limits.clone(), rules: config.peer_rules, idle_timeout },
            ServiceFactory::new(config.service, config.greeting),
            Routes {
                relay: config.relay,
                tls,
                proxy_protocol: config.proxy_protocol,
                faults: Mutex::new(*config.faults),
                listeners: routes,
            },
            read_size,
            controller,
        );
        let shared = Arc::new(shared);
        shared.tell_listening(config.backend);
        shared.tell_faults(&Faults::default(), &config.faults);
        let mut backend = start_backend(config.backend, &shared).map_err(StartError::Serve)?;
        clone_listeners(&entrances)
            .and_then(|clones| backend.start_accepting(clones))
            .map_err(StartError::Serve)?;
        let sweeper = |timeout| IdleSweeper::start(timeout, Arc::clone(&shared.registry));
        let idle_sweeper = idle_timeout.map(sweeper).transpose().map_err(StartError::Serve)?;
        let state = Controller {
            shared: Arc::clone(&shared),
            _idle_sweeper: idle_sweeper,
            entrances,
            kind: config.backend,
            backend,
            inbox,
            deferred: VecDeque::new(),
            unacknowledged: Vec::new(),
        };
        thread::Builder::new()
            .name("controller".to_owned())
            .spawn(move || state.run())
            .map_err(StartError::Serve)?;
        net::listen::warn_of_exposure(&addresses);
        Ok((Self { shared, addresses, limits }, feed))
    }

    /// The addresses of the TCP listeners, with their actual ports.
    #[must_use]
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// The limits of this server.
    #[must_use]
    pub const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Carries out a command. Returns at once; events report what came of it, and [`ServerEvent::Stopped`] is the last
    /// one. Only faults of handlers are started here; those that clients make are ignored.
    pub fn command(&self, command: Command) {
        // Events report what comes of it.
        drop(self.commands().execute(command));
    }

    /// Starts the control over HTTP. It goes on until the result is dropped.
    ///
    /// # Errors
    /// The address cannot be listened on, or the system gives us no thread.
    pub fn start_api(&self, address: SocketAddr, metrics: MetricsText) -> io::Result<Api> {
        let api = Api::start(address, self.commands(), metrics)?;
        let address = Address::Inet(api.address());
        if !address.is_local() {
            tracing::warn!(target: "bytewatch::api", "the API listens on {address}: other machines can control this program");
        }
        tracing::info!(target: "bytewatch::api", "the API listens on {address}");
        self.shared.event_queue.emit(Event::Server(ServerEvent::ApiListening { address }));
        Ok(api)
    }

    fn commands(&self) -> Commands {
        Commands { shared: Arc::clone(&self.shared) }
    }
}

/// The listeners with their routes, numbered from 1.
fn entrances(
    listeners: Vec<Listener>,
    listening: &[Address],
    relay: Option<&RelayConfig>,
    tls: &TlsSettings,
) -> Vec<Entrance> {
    let entrance = |(place, (listener, address)): (usize, (Listener, &Address))| {
        let route = Route {
            id: ListenerId(place as u64 + 1),
            address: address.clone(),
            file_mode: listener.file_mode(),
            upstream: relay.and_then(|relay| relay.upstreams.get(place)).cloned(),
            upstream_tls: tls.upstreams.get(place).cloned(),
            plan: Mutex::default(),
        };
        Entrance { listener, route: Arc::new(route) }
    };
    listeners.into_iter().zip(listening).enumerate().map(entrance).collect()
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("addresses", &self.addresses).finish_non_exhaustive()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.command(Command::Stop);
    }
}
