//! The registry of all open connections, and the registration of each.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use crate::event::{BackendKind, ConnectionId, ListenerId, PerBackend};
use crate::server::control::requests::{Control, Executor, Request};

/// How the handover of one connection ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::server) enum HandoverEvent {
    /// The other backend serves the connection, after an outage of this length.
    Adopted(ConnectionId, Duration),
    /// The connection closed during the handover.
    Closed(ConnectionId),
}

/// All open connections, by number.
pub(in crate::server) struct Registry {
    entries: Mutex<Entries>,
    handover_events: Box<dyn Fn(HandoverEvent) + Send + Sync>,
}

#[derive(Debug, Default)]
struct Entries {
    connections: HashMap<ConnectionId, RegistryEntry>,
    counts: PerBackend<usize>,
}

#[derive(Debug)]
struct RegistryEntry {
    /// The backend that is responsible.
    backend: BackendKind,
    control: Arc<Control>,
}

impl Registry {
    /// Creates a registry; `handover_events` receives the results of handovers.
    pub(in crate::server) fn new(handover_events: impl Fn(HandoverEvent) + Send + Sync + 'static) -> Self {
        Self { entries: Mutex::default(), handover_events: Box::new(handover_events) }
    }

    /// Inserts a new connection, unless there are `limit` already.
    fn insert(
        &self,
        id: ConnectionId,
        backend: BackendKind,
        control: &Arc<Control>,
        limit: usize,
    ) -> Option<()> {
        let mut entries = self.entries.lock();
        (entries.connections.len() < limit).then(|| {
            entries.connections.insert(id, RegistryEntry { backend, control: Arc::clone(control) });
            entries.counts[backend] += 1;
        })
    }

    /// Makes a backend responsible for a connection. Returns the backend that was responsible before.
    fn reassign(&self, id: ConnectionId, to: BackendKind) -> BackendKind {
        let mut entries = self.entries.lock();
        let Some(entry) = entries.connections.get_mut(&id) else { return to };
        let before = std::mem::replace(&mut entry.backend, to);
        entries.counts[before] -= 1;
        entries.counts[to] += 1;
        before
    }

    fn remove(&self, id: ConnectionId) {
        let mut entries = self.entries.lock();
        if let Some(entry) = entries.connections.remove(&id) {
            entries.counts[entry.backend] -= 1;
        }
    }

    pub(in crate::server) fn len(&self) -> usize {
        self.entries.lock().connections.len()
    }

    /// The number of connections that a backend serves.
    pub(in crate::server) fn count(&self, backend: BackendKind) -> usize {
        self.entries.lock().counts[backend]
    }

    pub(in crate::server) fn get(&self, id: ConnectionId) -> Option<Arc<Control>> {
        self.entries.lock().connections.get(&id).map(|entry| Arc::clone(&entry.control))
    }

    /// All connections that a backend serves, lowest number first.
    pub(in crate::server) fn served_by(&self, backend: BackendKind) -> Vec<(ConnectionId, Arc<Control>)> {
        let entries = self.entries.lock();
        let served = entries.connections.iter().filter(|(_, entry)| entry.backend == backend);
        let mut served: Vec<_> = served.map(|(&id, entry)| (id, Arc::clone(&entry.control))).collect();
        served.sort_unstable_by_key(|&(id, _)| id);
        served
    }

    /// All connections that a listener has accepted.
    pub(in crate::server) fn of_listener(&self, listener: ListenerId) -> Vec<(ConnectionId, Arc<Control>)> {
        let entries = self.entries.lock();
        let accepted = entries.connections.iter().filter(|(_, entry)| entry.control.listener() == listener);
        accepted.map(|(&id, entry)| (id, Arc::clone(&entry.control))).collect()
    }

    /// The numbers of all connections, lowest first.
    pub(in crate::server) fn ids(&self) -> Vec<ConnectionId> {
        let mut ids: Vec<_> = self.entries.lock().connections.keys().copied().collect();
        ids.sort_unstable();
        ids
    }

    /// The controls of all connections.
    pub(in crate::server) fn all(&self) -> Vec<Arc<Control>> {
        self.entries.lock().connections.values().map(|entry| Arc::clone(&entry.control)).collect()
    }
}

/// The registration of a connection; dropping it removes the connection from the registry.
pub(in crate::server) struct Registration {
    id: ConnectionId,
    control: Arc<Control>,
    registry: Arc<Registry>,
    /// When the last backend released the connection.
    released_at: Option<Instant>,
}

impl Registration {
    /// Registers a new connection, unless there are `limit` already.
    pub(in crate::server) fn new(
        id: ConnectionId,
        backend: BackendKind,
        registry: &Arc<Registry>,
        limit: usize,
        control: Control,
    ) -> Option<Self> {
        let control = Arc::new(control);
        registry.insert(id, backend, &control, limit)?;
        Some(Self { id, control, registry: Arc::clone(registry), released_at: None })
    }

    pub(in crate::server) fn id(&self) -> ConnectionId {
        self.id
    }

    pub(in crate::server) fn control(&self) -> &Control {
        &self.control
    }

    /// What wakes the executor of the connection, whichever it is by then.
    pub(in crate::server) fn waker(&self) -> Arc<dyn Fn() + Send + Sync> {
        let control = Arc::clone(&self.control);
        Arc::new(move || control.wake())
    }

    /// Reassigns the connection to `backend`, whose executor must confirm the adoption. Returns the backend that was
    /// responsible before.
    pub(in crate::server) fn reassign(&self, backend: BackendKind) -> BackendKind {
        let before = self.registry.reassign(self.id, backend);
        // A closed connection is reported by its registration.
        let _ = self.control.request(Request::ConfirmAdoption);
        before
    }

    /// Detaches the executor: the caller no longer serves the connection.
    pub(in crate::server) fn release(&mut self) {
        self.released_at = Some(Instant::now());
        self.control.attach(Executor::Detached);
    }

    /// Attaches the executor that serves from now on, and confirms the adoption if that was requested.
    pub(in crate::server) fn attach(&self, executor: Executor) {
        self.control.attach(executor);
        if self.control.requests().has(Request::ConfirmAdoption) {
            self.control.acknowledge(Request::ConfirmAdoption);
            let outage = self.released_at.map_or(Duration::ZERO, |at| at.elapsed());
            (self.registry.handover_events)(HandoverEvent::Adopted(self.id, outage));
        }
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        let unanswered = self.control.end();
        self.registry.remove(self.id);
        if unanswered.has(Request::HandOver) || unanswered.has(Request::ConfirmAdoption) {
            (self.registry.handover_events)(HandoverEvent::Closed(self.id));
        }
    }
}
