//! State that both backends and the controller share: the fact queue, the registry, the connection numbers, the
//! limits.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::Sender;
use std::time::Duration;

use super::connection::Connection;
use super::feed::FactQueue;
use super::handler_faults::{FaultyService, HandlerFaults};
use super::idle::IdleClock;
use super::limits::Limits;
use super::read_buffer::BufferPool;
use super::registry::{HandoverEvent, Registry};
use super::service::{Service, ServiceConfig};
use crate::model::{BackendKind, CloseMode, ConnectionId};

/// A message to the controller.
pub(super) enum ControlMessage {
    /// The user switches to this backend.
    Switch(BackendKind),
    /// The user closes a connection.
    Close(ConnectionId, CloseMode),
    /// The program ends; the second one resets the connections that are left.
    Stop,
    /// A backend released this connection, as requested.
    Released(Box<Connection>),
    /// A backend could not adopt this connection after all.
    NotAdopted(Box<Connection>, std::io::Error),
    /// How the handover of one connection ended.
    Handover(HandoverEvent),
}

/// State that is shared by everything in the server.
pub(super) struct Shared {
    pub(super) fact_queue: Arc<FactQueue>,
    pub(super) registry: Arc<Registry>,
    pub(super) limits: Limits,
    service: ServiceConfig,
    pub(super) faults: Arc<HandlerFaults>,
    pub(super) buffer_pool: Arc<BufferPool>,
    idle_timeout: Option<Duration>,
    last_number: AtomicU64,
    controller: Sender<ControlMessage>,
}

impl Shared {
    pub(super) fn new(
        fact_queue: Arc<FactQueue>,
        limits: Limits,
        service: ServiceConfig,
        read_size: usize,
        idle_timeout: Option<Duration>,
        controller: Sender<ControlMessage>,
    ) -> Self {
        let handover_events = controller.clone();
        let registry = Arc::new(Registry::new(move |event| {
            // The controller ends after the last connection.
            let _ = handover_events.send(ControlMessage::Handover(event));
        }));
        let (faults, last_number) = (Arc::default(), AtomicU64::new(0));
        let buffer_pool = Arc::new(BufferPool::new(read_size));
        Self {
            fact_queue,
            registry,
            limits,
            service,
            faults,
            buffer_pool,
            idle_timeout,
            last_number,
            controller,
        }
    }

    /// Creates the service of a new connection, with fault injection.
    pub(super) fn handler(&self, peer: &str, connection: ConnectionId) -> Box<dyn Service> {
        let service = self.service.start(peer, connection.0);
        Box::new(FaultyService::new(service, Arc::clone(&self.faults), connection))
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
    pub(super) fn send(&self, message: ControlMessage) {
        let _ = self.controller.send(message);
    }
}
