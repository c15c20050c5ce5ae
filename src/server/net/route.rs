//! A listener, and what becomes of its clients.

use std::io;
use std::sync::Arc;

use parking_lot::Mutex;

use crate::event::{Address, FaultPlan, ListenerId};
use crate::server::net::listener::Listener;
use crate::server::net::tls::UpstreamTls;
use crate::server::net::upstream::Upstream;

/// Where the clients of one listener go, and what is done to their traffic on purpose.
pub(in crate::server) struct Route {
    /// The number of the listener.
    pub(in crate::server) id: ListenerId,
    /// The address that it listens on, with its actual port.
    pub(in crate::server) address: Address,
    /// The permissions that were asked for, of the file of a Unix socket.
    pub(in crate::server) file_mode: Option<u32>,
    /// Where its clients are relayed to; `None` for the service of the server.
    pub(in crate::server) upstream: Option<Upstream>,
    /// The TLS of the upstream, if it is connected to with it.
    pub(in crate::server) upstream_tls: Option<UpstreamTls>,
    /// The faults of its connections.
    pub(in crate::server) plan: Mutex<Arc<FaultPlan>>,
}

/// A listener with its route.
pub(in crate::server) struct Entrance {
    pub(in crate::server) listener: Listener,
    pub(in crate::server) route: Arc<Route>,
}

impl Entrance {
    /// One more descriptor of the same listener, with the same route.
    ///
    /// # Errors
    /// No descriptor is left.
    pub(in crate::server) fn try_clone(&self) -> io::Result<Self> {
        Ok(Self { listener: self.listener.try_clone()?, route: Arc::clone(&self.route) })
    }
}
