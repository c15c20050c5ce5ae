//! State that both backends and the controller share: the fact queue, the registry, the connection numbers, the
//! limits.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::Sender;
use std::time::Duration;

use super::connection::Connection;
use super::feed::Hub;
use super::hurts::{Hurts, Suffering};
use super::idle::IdleClock;
use super::limits::Limits;
use super::read_buffer::SpareBuffers;
use super::registry::{Notice, Registry};
use super::service::{Service, ServiceConfig};
use crate::model::{BackendKind, Closing, ConnectionId};

/// A message to the controller.
pub(super) enum Mail {
    /// The user switches to this backend.
    Switch(BackendKind),
    /// The user closes a connection.
    Close(ConnectionId, Closing),
    /// The program ends; the second one resets the connections that are left.
    Stop,
    /// A backend released this connection, as requested.
    Released(Box<Connection>),
    /// A backend could not adopt this connection after all.
    NotAdopted(Box<Connection>, std::io::Error),
    /// How the handover of one connection ended.
    Notice(Notice),
}

/// State that is shared by everything in the server.
pub(super) struct Shared {
    pub(super) hub: Arc<Hub>,
    pub(super) registry: Arc<Registry>,
    pub(super) limits: Limits,
    service: ServiceConfig,
    pub(super) hurts: Arc<Hurts>,
    pub(super) spare_buffers: Arc<SpareBuffers>,
    idle_timeout: Option<Duration>,
    last_number: AtomicU64,
    switchboard: Sender<Mail>,
}

impl Shared {
    pub(super) fn new(
        hub: Arc<Hub>,
        limits: Limits,
        service: ServiceConfig,
        read_size: usize,
        idle_timeout: Option<Duration>,
        switchboard: Sender<Mail>,
    ) -> Self {
        let notices = switchboard.clone();
        let registry = Arc::new(Registry::new(move |notice| {
            // The controller ends after the last connection.
            let _ = notices.send(Mail::Notice(notice));
        }));
        let (hurts, last_number) = (Arc::default(), AtomicU64::new(0));
        let spare_buffers = Arc::new(SpareBuffers::new(read_size));
        Self { hub, registry, limits, service, hurts, spare_buffers, idle_timeout, last_number, switchboard }
    }

    /// Creates the service of a new connection, with fault injection.
    pub(super) fn handler(&self, peer: &str, connection: ConnectionId) -> Box<dyn Service> {
        let service = self.service.begin(peer, connection.0);
        Box::new(Suffering::new(service, Arc::clone(&self.hurts), connection))
    }

    /// Creates the idle clock of a new connection, if there is an idle timeout.
    pub(super) fn idle_clock(&self) -> Option<Arc<IdleClock>> {
        self.idle_timeout.map(|timeout| Arc::new(IdleClock::new(timeout)))
    }

    /// Takes the number of a new connection.
    pub(super) fn next_number(&self) -> ConnectionId {
        ConnectionId(self.last_number.fetch_add(1, Ordering::Relaxed) + 1)
    }

    /// Sends a message to the controller. The controller ends after the last connection; messages that come later
    /// have no effect.
    pub(super) fn mail(&self, mail: Mail) {
        let _ = self.switchboard.send(mail);
    }
}
