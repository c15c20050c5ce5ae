//! Creates the service of each new connection.

use std::sync::Arc;

use crate::event::ConnectionId;
use crate::server::service::config::ServiceConfig;
use crate::server::service::greeting::Greeting;
use crate::server::service::handler_faults::{FaultyService, HandlerFaults};
use crate::server::service::services::{Relay, Service};
use crate::server::service::template::Template;

/// What the service of a connection is made of.
pub(in crate::server) struct ServiceFactory {
    service: ServiceConfig,
    greeting: Option<Template>,
    /// The faults of all services.
    pub(in crate::server) faults: Arc<HandlerFaults>,
}

impl ServiceFactory {
    /// Creates services of this kind, which first send the greeting, if there is one.
    pub(in crate::server) fn new(service: ServiceConfig, greeting: Option<Template>) -> Self {
        Self { service, greeting, faults: Arc::default() }
    }

    /// The name of the service.
    pub(in crate::server) const fn word(&self) -> &'static str {
        self.service.word()
    }

    /// The name of the service of a listener that has an upstream, or none.
    pub(in crate::server) const fn word_of(&self, has_upstream: bool) -> &'static str {
        if has_upstream { ServiceConfig::Relay.word() } else { self.word() }
    }

    /// Creates the service of a new connection that goes to an upstream, with fault injection.
    pub(in crate::server) fn relay(&self, connection: ConnectionId) -> Box<dyn Service> {
        Box::new(FaultyService::new(Box::new(Relay), Arc::clone(&self.faults), connection))
    }

    /// Creates the service of a new connection, with fault injection.
    pub(in crate::server) fn start(&self, peer: &str, connection: ConnectionId) -> Box<dyn Service> {
        let greeting = self.greeting.as_ref().map(|greeting| greeting.fill_unread(peer, connection.0));
        let service = self.service.start(peer, connection.0, greeting.as_deref().unwrap_or_default());
        let service = match greeting {
            None => service,
            Some(greeting) => Box::new(Greeting::new(greeting, service)),
        };
        Box::new(FaultyService::new(service, Arc::clone(&self.faults), connection))
    }
}
