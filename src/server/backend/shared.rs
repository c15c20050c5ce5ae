//! State that both backends and the controller share: the event queue, the registry, the connection numbers, the
//! limits.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use tokio::sync::oneshot;

use crate::event::{
    Address, BackendKind, CloseMode, ConnectionCommand, ConnectionEvent, ConnectionId, Encryption, Event,
    FaultPlan, Faults, ListenerId, PerSide, ServerEvent, Side,
};
use crate::server::connection::Connection;
use crate::server::connection::proxying::Proxying;
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
use crate::server::net::route::{Entrance, Route};
use crate::server::net::tls::{ServerTls, TlsSettings, TlsSetupError, UpstreamTls};
use crate::server::net::upstream::{RelayConfig, Upstream};
use crate::server::service::factory::ServiceFactory;

/// A message to the controller.
pub(in crate::server) enum ControlMessage {
    /// The user switches to this backend.
    Switch(BackendKind),
    /// Accept from this listener, too.
    AddListener(Entrance, Answer),
    /// Close this listener.
    CloseListener(ListenerId, Answer),
    /// A connection was given this request, and has to be woken again until it acknowledges it.
    Requested(Unacknowledged),
    /// The program ends; the second one resets the connections that are left.
    Stop,
    /// A backend released this connection, as requested.
    Released(Box<Connection>),
    /// A backend could not adopt this connection after all.
    NotAdopted(Box<Connection>, io::Error),
    /// How the handover of one connection ended.
    Handover(HandoverEvent),
}

/// Where the controller answers whether something was done. The receiver may be gone.
pub(in crate::server) type Answer = oneshot::Sender<io::Result<()>>;

/// How long a connect to an upstream may take, unless the command line says otherwise.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

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
    /// Whether clients have to send a PROXY header first.
    pub(in crate::server) proxy_protocol: bool,
    /// The faults of the traffic of new connections.
    pub(in crate::server) faults: Mutex<Faults>,
    /// The routes of all listeners.
    pub(in crate::server) listeners: Mutex<BTreeMap<ListenerId, Arc<Route>>>,
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
    last_listener: AtomicU64,
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
        let last_listener = routes.listeners.lock().keys().next_back().map_or(0, |last| last.0);
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
            last_listener: AtomicU64::new(last_listener),
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

    /// Carries out a command for one connection.
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

    /// Carries out a command for all connections. Faults are set for new connections, too.
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

    /// Takes the faults that the traffic of a new connection of this listener begins with.
    pub(in crate::server) fn begin_faults(
        &self,
        control: &Control,
        id: ConnectionId,
        route: &Route,
    ) -> Faults {
        // A connection is registered before, so that no change misses it: until here it changes what is taken here.
        let (plan, general) = (route.plan.lock(), self.routes.faults.lock());
        let mut faults = *general;
        faults.replan(&PerSide::default(), &plan.of_connection(id, general.seed), &general.to);
        control.begin_faults(faults);
        faults
    }

    /// Changes the faults that the connections of a listener get, also those that it has accepted.
    pub(in crate::server) fn set_plan(&self, listener: ListenerId, plan: &Arc<FaultPlan>) {
        let Some(route) = self.route(listener) else { return };
        let mut current = route.plan.lock();
        let before = std::mem::replace(&mut *current, Arc::clone(plan));
        self.tell_plan(&route, &before, plan);
        let general = *self.routes.faults.lock();
        for (id, control) in self.registry.of_listener(listener) {
            let [before, after] = [&before, plan].map(|plan| plan.of_connection(id, general.seed));
            self.ask_for_faults(control, general.seed, |faults| faults.replan(&before, &after, &general.to));
        }
    }

    /// Emits how the faults of a listener's new connections change.
    pub(in crate::server) fn tell_plan(&self, route: &Route, before: &FaultPlan, after: &FaultPlan) {
        let sides: &[Side] = if route.upstream.is_some() { &Side::ALL } else { &[Side::Client] };
        for change in after.possible().changes(&before.possible(), sides) {
            let listener = route.address.clone();
            self.event_queue.emit(Event::Server(ServerEvent::ListenerFault { listener, change }));
        }
    }

    /// Does this with each connection that a listener has accepted.
    pub(in crate::server) fn of_listener(&self, listener: ListenerId, act: impl Fn(ConnectionId)) {
        self.registry.of_listener(listener).into_iter().for_each(|(id, _)| act(id));
    }

    /// Changes the faults of the traffic of all connections, also of those to come.
    fn change_all_faults(&self, change: impl Fn(&mut Faults)) {
        let mut faults = self.routes.faults.lock();
        let before = *faults;
        change(&mut faults);
        self.tell_faults(&before, &faults);
        for control in self.registry.all() {
            self.ask_for_faults(control, before.seed, &change);
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
        let seed = self.routes.faults.lock().seed;
        if let Some(control) = self.registry.get(id) {
            self.ask_for_faults(control, seed, &change);
        }
    }

    fn ask_for_faults(&self, control: Arc<Control>, seed: u64, change: impl Fn(&mut Faults)) {
        if control.change_faults(seed, change).is_ok() {
            self.event_queue.room().wake_threads();
            self.send(ControlMessage::Requested(Unacknowledged { request: Request::SetFaults, control }));
        }
    }

    /// Emits on which addresses the server listens.
    pub(in crate::server) fn tell_listening(&self, backend: BackendKind) {
        for route in self.routes() {
            self.tell_listening_on(&route, backend);
        }
    }

    /// Emits that the server listens on the address of this route.
    pub(in crate::server) fn tell_listening_on(&self, route: &Route, backend: BackendKind) {
        self.event_queue.emit(Event::Server(ServerEvent::Listening {
            address: route.address.clone(),
            backend,
            service: self.services.word_of(route.upstream.is_some()).to_owned(),
            encryption: self.encryption(),
        }));
    }

    /// Takes the number of a new listener.
    pub(in crate::server) fn next_listener(&self) -> ListenerId {
        ListenerId(self.last_listener.fetch_add(1, Ordering::Relaxed) + 1)
    }

    /// The route of a listener, unless it is closed.
    pub(in crate::server) fn route(&self, listener: ListenerId) -> Option<Arc<Route>> {
        self.routes.listeners.lock().get(&listener).cloned()
    }

    /// The routes of all listeners, in the order of their numbers.
    pub(in crate::server) fn routes(&self) -> Vec<Arc<Route>> {
        self.routes.listeners.lock().values().cloned().collect()
    }

    /// Adds the route of a new listener.
    pub(in crate::server) fn add_route(&self, route: Arc<Route>) {
        self.routes.listeners.lock().insert(route.id, route);
    }

    /// Removes the route of a closed listener. Its connections keep what they have of it.
    pub(in crate::server) fn remove_route(&self, listener: ListenerId) {
        self.routes.listeners.lock().remove(&listener);
    }

    /// The TLS of an upstream that is added, if upstreams are connected to with it.
    ///
    /// # Errors
    /// The upstream has no name for a certificate, or what is trusted cannot be read.
    pub(in crate::server) fn tls_of_upstream(
        &self,
        upstream: &Upstream,
    ) -> Result<Option<UpstreamTls>, TlsSetupError> {
        let Some(config) = self.routes.relay.as_ref().and_then(|relay| relay.tls.as_ref()) else {
            return Ok(None);
        };
        Ok(UpstreamTls::load(config, std::slice::from_ref(upstream))?.pop())
    }

    /// What to tell about the encryption of clients and upstreams.
    pub(in crate::server) fn encryption(&self) -> Encryption {
        self.routes.tls.encryption(self.routes.relay.as_ref())
    }

    /// Whether clients connect with TLS.
    pub(in crate::server) const fn has_tls(&self) -> bool {
        self.routes.tls.client.is_some()
    }

    /// The TLS of the clients, if they connect with it.
    pub(in crate::server) const fn tls(&self) -> Option<&ServerTls> {
        self.routes.tls.client.as_ref()
    }

    /// The PROXY headers of a new connection between these ends; `None` if there are none.
    pub(in crate::server) fn proxying(
        &self,
        is_relayed: bool,
        peer: &Address,
        local: &Address,
    ) -> Option<Proxying> {
        let relay = self.routes.relay.as_ref().filter(|_| is_relayed);
        let (awaited, sends) = (self.routes.proxy_protocol, relay.and_then(|relay| relay.send_proxy));
        (awaited || sends.is_some()).then(|| Proxying::new(awaited, sends, peer, local))
    }

    /// Prepares the connect to an upstream; `notify` wakes the executor of the connection.
    pub(in crate::server) fn connect(&self, upstream: &Upstream, notify: Notify) -> Connect {
        let now = Instant::now();
        let timeout = self.routes.relay.as_ref().map_or(CONNECT_TIMEOUT, |relay| relay.connect_timeout);
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
