//! Accepting: one client at a time, for both backends.
//!
//! A client that the server cannot serve is accepted, closed at once and counted, rather than left waiting. That
//! needs a descriptor even when there is none left: one is kept in reserve for it.

use std::fs::File;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use nix::errno::Errno;

use crate::event::{Address, BackendKind, Event, ServerEvent};
use crate::server::backend::shared::Shared;
use crate::server::connection::Connection;
use crate::server::connection::machine::Machine;
use crate::server::connection::sockets::{Sockets, UpstreamLink};
use crate::server::connection::tap::{Addresses, Tap};
use crate::server::control::Control;
use crate::server::control::registry::Registration;
use crate::server::net::latency_sampler::LatencySampler;
use crate::server::net::listener::{Accepted, Listener};
use crate::server::net::route::Route;
use crate::server::net::upstream::Upstream;

/// After running out of descriptors, nothing is accepted for this time.
pub(in crate::server) const PAUSE: Duration = Duration::from_millis(100);
/// Refusals are logged at most once in this time.
const LOG_EVERY: Duration = Duration::from_secs(1);

/// What to do after an accept.
#[must_use]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::server) enum Next {
    /// There may be more clients: accept again.
    Accept,
    /// No client waits: wait until the listener is readable.
    Wait,
    /// The system has no descriptor or memory for more clients: accept again after [`PAUSE`].
    Pause,
}

/// Decides which clients are served, for all listeners of one backend.
pub(in crate::server) struct Acceptor {
    shared: Arc<Shared>,
    backend: BackendKind,
    reserve: Option<File>,
    log_limit: LogLimit,
}

impl Acceptor {
    pub(in crate::server) fn new(shared: Arc<Shared>, backend: BackendKind) -> Self {
        Self { shared, backend, reserve: reserve(), log_limit: LogLimit::default() }
    }

    /// Admits a client of the listener of this route. `None` means that the client is refused: its socket is closed. That
    /// happens before the TLS handshake.
    pub(in crate::server) fn admit(&mut self, accepted: Accepted, route: &Route) -> Option<Connection> {
        let Accepted { socket, peer } = accepted;
        if self.denies(&peer) {
            return None;
        }
        let (limit, id) = (&self.shared.limits.connections, self.shared.next_number());
        let idle_clock = self.shared.idle_clock();
        let (registry, most) = (&self.shared.registry, limit.connections);
        let registration =
            Registration::new(id, self.backend, registry, most, Control::new(route.id, idle_clock.clone()));
        let Some(registration) = registration else {
            let why = format!("the limit of {} at once is reached: {}", limit.connections, limit.set_by);
            self.refused(&why);
            return None;
        };
        let local = socket.local_address().unwrap_or_else(|_| peer.clone());
        let upstream = route.upstream.as_ref();
        let service = match upstream {
            Some(_) => self.shared.services.relay(id),
            None => self.shared.services.start(&peer.to_string(), id),
        };
        tracing::debug!(target: "bytewatch::accept", "{id} accepted from {peer}");
        let proxying = self.shared.proxying(upstream.is_some(), &peer, &local);
        let addresses = Addresses { peer, local, upstream: upstream.map(Upstream::to_string) };
        let tap = Tap::open(Arc::clone(&self.shared.event_queue), id, addresses, self.backend, idle_clock);
        let mut machine = match upstream {
            Some(_) => Machine::relayed(id, tap, service, self.shared.tls(), route.upstream_tls.as_ref()),
            None => Machine::new(id, tap, service, self.shared.tls()),
        };
        if let Some(proxying) = proxying {
            machine.set_proxying(proxying);
        }
        let faults = self.shared.begin_faults(registration.control(), id, route);
        if faults.refuse {
            machine.refuse_by_fault();
        } else if !faults.is_empty() {
            machine.set_faults(&faults, Instant::now());
        }
        machine.greet();
        let link = upstream.map(|upstream| {
            let notify = registration.waker();
            Box::new(UpstreamLink::Connecting(Box::new(self.shared.connect(upstream, notify))))
        });
        let sockets = Sockets { client: socket, upstream: link };
        Some(Connection { sockets, sampler: LatencySampler::default(), machine, registration })
    }

    /// Handles a failed accept. Without descriptors, one client is refused, with the descriptor kept in reserve.
    pub(in crate::server) fn failed(&mut self, error: &io::Error, listener: &Listener) -> Next {
        match Errno::from_raw(error.raw_os_error().unwrap_or(0)) {
            Errno::EAGAIN => Next::Wait,
            // A signal, or a client that has left already.
            Errno::EINTR | Errno::ECONNABORTED | Errno::EPROTO => Next::Accept,
            Errno::EMFILE | Errno::ENFILE if self.reserve.take().is_some() => {
                // The socket is closed here, which frees its descriptor for the reserve.
                let refused = listener.accept().map(|accepted| accepted.peer);
                self.reserve = reserve();
                let Ok(peer) = refused else {
                    // All waiting clients have been refused; try again when a descriptor may be free.
                    return Next::Pause;
                };
                if !self.denies(&peer) {
                    self.refused("no descriptor is left; raise `ulimit -n`");
                }
                Next::Accept
            }
            _ => {
                self.reserve = self.reserve.take().or_else(reserve);
                self.report(error);
                Next::Pause
            }
        }
    }

    /// Refuses a client that the backend cannot serve.
    pub(in crate::server) fn turn_away(&mut self, mut connection: Box<Connection>, why: &io::Error) {
        let why = format!("{} cannot serve one more: {why}", self.backend);
        connection.machine.refuse(&why);
        drop(connection);
        self.refused(&why);
    }

    /// Returns whether the rules for peers deny this one; then it is counted.
    fn denies(&mut self, peer: &Address) -> bool {
        let Self { shared, log_limit, .. } = self;
        let Some(denied) = shared.peer_rules.refusal(peer) else { return false };
        shared.event_queue.record_refused(denied.rule, Some(denied.address));
        if log_limit.is_due() {
            tracing::warn!(target: "bytewatch::accept", "client refused: {denied}");
        }
        true
    }

    fn refused(&mut self, why: &str) {
        self.shared.event_queue.record_refused(why, None);
        if self.log_limit.is_due() {
            tracing::warn!(target: "bytewatch::accept", "client refused: {why}");
        }
    }

    fn report(&mut self, error: &io::Error) {
        if self.log_limit.is_due() {
            tracing::error!(target: "bytewatch::accept", "accept failed: {error}");
            self.shared
                .event_queue
                .emit(Event::Server(ServerEvent::Failed { detail: format!("accept failed: {error}") }));
        }
    }
}

/// Limits how often refusals are logged.
#[derive(Default)]
struct LogLimit {
    logged: Option<Instant>,
}

impl LogLimit {
    /// Returns whether one may be logged now, and takes it as logged.
    fn is_due(&mut self) -> bool {
        let due = self.logged.is_none_or(|last| last.elapsed() >= LOG_EVERY);
        if due {
            self.logged = Some(Instant::now());
        }
        due
    }
}

fn reserve() -> Option<File> {
    File::open("/dev/null").ok()
}
