//! All connections that are served, and the place of one among them.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use super::control::{Control, Heard, Request, Server};
use super::idle::IdleClock;
use crate::model::{BackendKind, ConnectionId};

/// What is said of a connection on the way from one backend to the other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Notice {
    /// It is being served, after so long.
    Arrived(ConnectionId, Duration),
    /// It ended on the way.
    Gone(ConnectionId),
}

/// All connections that are served, by number.
pub(super) struct Registry {
    entries: Mutex<Entries>,
    notices: Box<dyn Fn(Notice) + Send + Sync>,
}

#[derive(Debug, Default)]
struct Entries {
    controls: HashMap<ConnectionId, (BackendKind, Arc<Control>)>,
    counts: [usize; 2],
}

impl Registry {
    /// `notices` is told of connections on the way.
    pub(super) fn new(notices: impl Fn(Notice) + Send + Sync + 'static) -> Self {
        Self { entries: Mutex::default(), notices: Box::new(notices) }
    }

    /// A new connection, unless there are as many as `limit` allows.
    fn enter(
        &self,
        id: ConnectionId,
        backend: BackendKind,
        control: &Arc<Control>,
        limit: usize,
    ) -> Option<()> {
        let mut entries = self.entries.lock();
        (entries.controls.len() < limit).then(|| {
            entries.controls.insert(id, (backend, Arc::clone(control)));
            entries.counts[backend as usize] += 1;
        })
    }

    /// Another backend, or the same, is now responsible. Returns who was.
    fn pass(&self, id: ConnectionId, to: BackendKind) -> BackendKind {
        let mut entries = self.entries.lock();
        let Some((backend, _)) = entries.controls.get_mut(&id) else { return to };
        let before = std::mem::replace(backend, to);
        entries.counts[before as usize] -= 1;
        entries.counts[to as usize] += 1;
        before
    }

    fn leave(&self, id: ConnectionId) {
        let mut entries = self.entries.lock();
        if let Some((backend, _)) = entries.controls.remove(&id) {
            entries.counts[backend as usize] -= 1;
        }
    }

    pub(super) fn len(&self) -> usize {
        self.entries.lock().controls.len()
    }

    /// How many a backend serves.
    pub(super) fn count(&self, backend: BackendKind) -> usize {
        self.entries.lock().counts[backend as usize]
    }

    pub(super) fn get(&self, id: ConnectionId) -> Option<Arc<Control>> {
        self.entries.lock().controls.get(&id).map(|(_, control)| Arc::clone(control))
    }

    /// All that a backend serves, lowest number first.
    pub(super) fn served_by(&self, backend: BackendKind) -> Vec<(ConnectionId, Arc<Control>)> {
        let entries = self.entries.lock();
        let served = entries.controls.iter().filter(|(_, (by, _))| *by == backend);
        let mut served: Vec<_> = served.map(|(&id, (_, control))| (id, Arc::clone(control))).collect();
        served.sort_unstable_by_key(|&(id, _)| id);
        served
    }

    /// All of them.
    pub(super) fn all(&self) -> Vec<Arc<Control>> {
        self.entries.lock().controls.values().map(|(_, control)| Arc::clone(control)).collect()
    }
}

/// The place of a connection in the server: given up when it is dropped.
pub(super) struct Membership {
    id: ConnectionId,
    control: Arc<Control>,
    registry: Arc<Registry>,
    /// When the backend that served it let it go.
    left: Option<Instant>,
}

impl Membership {
    /// Enters a new connection, unless there are as many as `limit` allows.
    pub(super) fn new(
        id: ConnectionId,
        backend: BackendKind,
        registry: &Arc<Registry>,
        limit: usize,
        idle_clock: Option<Arc<IdleClock>>,
    ) -> Option<Self> {
        let control = Arc::new(Control::new(idle_clock));
        registry.enter(id, backend, &control, limit)?;
        Some(Self { id, control, registry: Arc::clone(registry), left: None })
    }

    pub(super) fn id(&self) -> ConnectionId {
        self.id
    }

    pub(super) fn control(&self) -> &Control {
        &self.control
    }

    /// From here on `backend` is responsible and reports the connection. Returns the backend that was responsible before.
    pub(super) fn move_to(&self, backend: BackendKind) -> BackendKind {
        let before = self.registry.pass(self.id, backend);
        let (Heard::Soon | Heard::Never) = self.control.ask(Request::Arrive);
        before
    }

    /// The caller serves no longer.
    pub(super) fn let_go(&mut self) {
        self.left = Some(Instant::now());
        self.control.served_by(Server::Nobody);
    }

    /// The caller serves from now on.
    pub(super) fn served_by(&self, server: Server) {
        self.control.served_by(server);
        if self.control.requests().has(Request::Arrive) {
            self.control.answered(Request::Arrive);
            let out = self.left.map_or(Duration::ZERO, |left| left.elapsed());
            (self.registry.notices)(Notice::Arrived(self.id, out));
        }
    }
}

impl Drop for Membership {
    fn drop(&mut self) {
        let unanswered = self.control.end();
        self.registry.leave(self.id);
        if unanswered.has(Request::HandOver) || unanswered.has(Request::Arrive) {
            (self.registry.notices)(Notice::Gone(self.id));
        }
    }
}
