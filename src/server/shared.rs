//! What both backends and the switchboard share: the feed, the registry, the numbers, the limits.

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

/// Letters to the switchboard.
pub(super) enum Mail {
    /// The user wants this backend.
    Switch(BackendKind),
    /// The user wants a connection closed.
    Close(ConnectionId, Closing),
    /// The program ends; asked a second time, it ends at once.
    Stop,
    /// A backend gave this connection back, as it was asked to.
    Released(Box<Connection>),
    /// A backend could not take this connection after all.
    NotAdopted(Box<Connection>, std::io::Error),
    /// How a connection fares that is being handed over.
    Notice(Notice),
}

/// Shared by everything in the server.
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
            // It ends after the last connection.
            let _too_late = notices.send(Mail::Notice(notice));
        }));
        let (hurts, last_number) = (Arc::default(), AtomicU64::new(0));
        let spare_buffers = Arc::new(SpareBuffers::new(read_size));
        Self { hub, registry, limits, service, hurts, spare_buffers, idle_timeout, last_number, switchboard }
    }

    /// What answers one more connection.
    pub(super) fn handler(&self, peer: &str, connection: ConnectionId) -> Box<dyn Service> {
        let service = self.service.begin(peer, connection.0);
        Box::new(Suffering::new(service, Arc::clone(&self.hurts), connection))
    }

    /// The idle clock of one more connection, if there is an idle timeout.
    pub(super) fn idle_clock(&self) -> Option<Arc<IdleClock>> {
        self.idle_timeout.map(|timeout| Arc::new(IdleClock::new(timeout)))
    }

    /// The number of one more connection.
    pub(super) fn next_number(&self) -> ConnectionId {
        ConnectionId(self.last_number.fetch_add(1, Ordering::Relaxed) + 1)
    }

    /// Writes to the switchboard. It ends after the last connection; letters that come later concern nobody.
    pub(super) fn mail(&self, mail: Mail) {
        let _too_late = self.switchboard.send(mail);
    }
}
