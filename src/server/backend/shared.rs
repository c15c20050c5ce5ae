//! State that both backends and the controller share: the event queue, the registry, the connection numbers, the
//! limits.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use crate::event::{
    BackendKind, CloseMode, ConnectionCommand, ConnectionEvent, ConnectionId, Event, Faults, ServerEvent,
    Side,
};
use crate::server::connection::Connection;
use crate::server::connection::read_buffer::BufferPool;
use crate::server::control::idle::IdleClock;
use crate::server::control::orders::{Order, QueueFull};
use crate::server::control::registry::{HandoverEvent, Registry};
use crate::server::control::{ConnectionClosed, Control, Request};
use crate::server::feed::EventQueue;
use crate::server::net::connect::Connect;
use crate::server::net::limits::Limits;
use crate::server::net::peer_rules::PeerRules;
use crate::server::net::resolver::{Notify, Resolver};
use crate::server::net::tls::{ServerTls, TlsSettings, UpstreamTls};
use crate::server::net::upstream::{RelayConfig, Upstream};
use crate::server::service::factory::ServiceFactory;

/// A message to the controller.
pub(in crate::server) enum ControlMessage {
    /// The user switches to this backend.
    Switch(BackendKind),
    /// A connection was given this request, and has to be woken again until it acknowledges it.
    Requested(Unacknowledged),
    /// The program ends; the second one resets the connections that are left.
    Stop,
    /// A backend released this connection, as requested.
    Released(Box<Connection>),
    /// A backend could not adopt this connection after all.
    NotAdopted(Box<Connection>, std::io::Error),
    /// How the handover of one connection ended.
    Handover(HandoverEvent),
}

/// A request that may not be acknowledged yet, and the connection that it was sent to.
pub(in crate::server) struct Unacknowledged {
    pub(in crate::server) request: Request,
    pub(in crate::server) control: Arc<Control>,
}

/// Where clients are relayed to, how they and the upstreams are encrypted, and the faults of their traffic.
#[derive(Default)]
pub(in crate::server) struct Routes {
    pub(in crate::server) relay: Option<RelayConfig>,
    pub(in crate::server) tls: TlsSettings,
    /// The faults of the traffic of new connections.
    pub(in crate::server) faults: Mutex<Faults>,
}

/// What restricts the peers.
pub(in crate::server) struct PeerLimits {
    /// How many are served at once.
    pub(in crate::server) limits: Limits,
    /// Which ones are served.
    pub(in crate::server) rules: PeerRules,
    /// A connection without a byte in this time is closed; `None` for never.
    pub(in crate::server) idle_timeout: Option<Duration>,
}

/// State that is shared by everything in the server.
pub(in crate::server) struct Shared {
    pub(in crate::server) event_queue: Arc<EventQueue>,
    pub(in crate::server) registry: Arc<Registry>,
    pub(in crate::server) limits: Limits,
    pub(in crate::server) peer_rules: PeerRules,
    pub(in crate::server) services: ServiceFactory,
    routes: Routes,
    resolver: Resolver,
    pub(in crate::server) buffer_pool: Arc<BufferPool>,
    idle_timeout: Option<Duration>,
    last_number: AtomicU64,
    controller: Sender<ControlMessage>,
}

impl Shared {
    pub(in crate::server) fn new(
        event_queue: Arc<EventQueue>,
        peer_limits: PeerLimits,
        services: ServiceFactory,
        routes: Routes,
        read_size: usize,
        controller: Sender<ControlMessage>,
    ) -> Self {
        let PeerLimits { limits, rules: peer_rules, idle_timeout } = peer_limits;
        let handover_events = controller.clone();
        let registry = Arc::new(Registry::new(move |event| {
            // The controller ends after the last connection.
            let _ = handover_events.send(ControlMessage::Handover(event));
        }));
        let last_number = AtomicU64::new(0);
        let buffer_pool = Arc::new(BufferPool::new(read_size));
        Self {
            event_queue,
            registry,
            limits,
            peer_rules,
            services,
            routes,
            resolver: Resolver::default(),
            buffer_pool,
            idle_timeout,
            last_number,
            controller,
        }
    }

    /// Asks a connection to close. It need not wait for a switch that is under way.
    fn close(&self, id: ConnectionId, how: CloseMode) {
        let Some(control) = self.registry.get(id) else { return };
        let request = match how {
            CloseMode::Finish => Request::Finish,
            CloseMode::Reset => Request::Reset,
        };
        if control.request(request).is_ok() {
            self.event_queue.room().wake_threads();
            self.send(ControlMessage::Requested(Unacknowledged { request, control }));
        }
    }

    /// Gives a connection an order of the user. It need not wait for a switch that is under way.
    fn order(&self, id: ConnectionId, order: Order) {
        let (side, request) = (order.side(), Request::Orders);
        let declined = match self.registry.get(id) {
            None => Some("the connection is closed"),
            Some(control) => match control.order(order) {
                Err(QueueFull) => Some("too much waits to be done with this connection"),
                Ok(()) => match control.request(request) {
                    Err(ConnectionClosed) => Some("the connection is closed"),
                    Ok(()) => {
                        self.event_queue.room().wake_threads();
                        self.send(ControlMessage::Requested(Unacknowledged { request, control }));
                        None
                    }
                },
            },
        };
        if let Some(detail) = declined.map(str::to_owned) {
            self.event_queue.emit(Event::Connection(id, ConnectionEvent::Declined { side, detail }));
        }
    }

    /// Does what somebody wants of a connection.
    pub(in crate::server) fn command(&self, id: ConnectionId, command: ConnectionCommand) {
        match command {
            ConnectionCommand::Close(how) => self.close(id, how),
            ConnectionCommand::Send { to, bytes } => self.order(id, Order::Send { to, bytes }),
            ConnectionCommand::HalfClose(side) => self.order(id, Order::HalfClose(side)),
            ConnectionCommand::Pause(side) => self.order(id, Order::Pause(side)),
            ConnectionCommand::Resume(side) => self.order(id, Order::Resume(side)),
            ConnectionCommand::Hold { from, at } => self.order(id, Order::Hold { from, at }),
            ConnectionCommand::Release { from, what } => self.order(id, Order::Release { from, what }),
            ConnectionCommand::Replace { from, position, length, bytes } => {
                self.order(id, Order::Replace { from, position, length, bytes });
            }
            ConnectionCommand::SetFaults(faults) => self.change_faults(id, |before| *before = *faults),
            ConnectionCommand::ChangeFaults(edits) => {
                self.change_faults(id, |faults| faults.edit_all(&edits));
            }
        }
    }

    /// Does what somebody wants of all connections. Faults are those of new connections, too.
    pub(in crate::server) fn command_all(&self, command: ConnectionCommand) {
        match command {
            ConnectionCommand::SetFaults(faults) => self.change_all_faults(|before| *before = *faults),
            ConnectionCommand::ChangeFaults(edits) => {
                self.change_all_faults(|faults| faults.edit_all(&edits));
            }
            ConnectionCommand::Close(_)
            | ConnectionCommand::Send { .. }
            | ConnectionCommand::HalfClose(_)
            | ConnectionCommand::Pause(_)
            | ConnectionCommand::Resume(_)
            | ConnectionCommand::Hold { .. }
            | ConnectionCommand::Release { .. }
            | ConnectionCommand::Replace { .. } => {
                for id in self.registry.ids() {
                    self.command(id, command.clone());
                }
            }
        }
    }

    /// Takes the faults that the traffic of a new connection begins with.
    pub(in crate::server) fn begin_faults(&self, control: &Control) -> Faults {
        // A connection is registered before, so that no change misses it: until here it changes what is taken here.
        let faults = self.routes.faults.lock();
        control.begin_faults(*faults);
        *faults
    }

    /// Changes the faults of the traffic of all connections, also of those to come.
    fn change_all_faults(&self, change: impl Fn(&mut Faults)) {
        let mut faults = self.routes.faults.lock();
        let before = *faults;
        change(&mut faults);
        self.tell_faults(&before, &faults);
        for control in self.registry.all() {
            self.ask_for_faults(control, &change);
        }
    }

    /// Emits how the faults of new connections change.
    pub(in crate::server) fn tell_faults(&self, before: &Faults, after: &Faults) {
        let sides: &[Side] = if self.routes.relay.is_some() { &Side::ALL } else { &[Side::Client] };
        for change in after.changes(before, sides) {
            self.event_queue.emit(Event::Server(ServerEvent::Fault(change)));
        }
    }

    /// Changes the faults of the traffic of a connection. They need not wait for a switch that is under way.
    fn change_faults(&self, id: ConnectionId, change: impl Fn(&mut Faults)) {
        if let Some(control) = self.registry.get(id) {
            self.ask_for_faults(control, &change);
        }
    }

    fn ask_for_faults(&self, control: Arc<Control>, change: impl Fn(&mut Faults)) {
        if control.change_faults(change).is_ok() {
            self.event_queue.room().wake_threads();
            self.send(ControlMessage::Requested(Unacknowledged { request: Request::SetFaults, control }));
        }
    }

    /// The upstream of clients of this listener, if they are relayed.
    pub(in crate::server) fn upstream(&self, listener: usize) -> Option<&Upstream> {
        self.routes.relay.as_ref()?.upstreams.get(listener)
    }

    /// Whether clients connect with TLS.
    pub(in crate::server) const fn has_tls(&self) -> bool {
        self.routes.tls.client.is_some()
    }

    /// The TLS of the clients, if they connect with it.
    pub(in crate::server) const fn tls(&self) -> Option<&ServerTls> {
        self.routes.tls.client.as_ref()
    }

    /// The TLS of the upstream of clients of this listener, if it is connected to with it.
    pub(in crate::server) fn upstream_tls(&self, listener: usize) -> Option<&UpstreamTls> {
        self.routes.tls.upstreams.get(listener)
    }

    /// Prepares the connect to an upstream; `notify` wakes the executor of the connection.
    pub(in crate::server) fn connect(&self, upstream: &Upstream, notify: Notify) -> Connect {
        let now = Instant::now();
        let timeout = self.routes.relay.as_ref().map_or(Duration::ZERO, |relay| relay.connect_timeout);
        Connect::new(upstream, now, now + timeout, &self.resolver, notify)
    }

    /// Creates the idle clock of a new connection, if there is an idle timeout.
    pub(in crate::server) fn idle_clock(&self) -> Option<Arc<IdleClock>> {
        self.idle_timeout.map(|timeout| Arc::new(IdleClock::new(timeout)))
    }

    /// Takes the number of a new connection.
    pub(in crate::server) fn next_number(&self) -> ConnectionId {
        ConnectionId(self.last_number.fetch_add(1, Ordering::Relaxed) + 1)
    }

    /// Sends a message to the controller. The controller ends after the last connection; messages that come later
    /// have no effect.
    pub(in crate::server) fn send(&self, message: ControlMessage) {
        let _ = self.controller.send(message);
    }
}
