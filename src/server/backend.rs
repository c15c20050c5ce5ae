//! The trait of both backends.

pub(super) mod accept;
pub(super) mod event_loop;
pub(super) mod latency_probe;
pub(super) mod shared;
pub(super) mod threads;

use std::io;
use std::net::TcpListener;

use super::connection::Connection;

/// A way to serve connections. Two backends exist at once only during a switch. Dropping a backend stops it; it
/// serves no connection by then.
pub(super) trait Backend: Send {
    /// Serves this connection from now on.
    ///
    /// # Errors
    /// Returns the connection unchanged, with the reason.
    fn adopt(&mut self, connection: Box<Connection>) -> Result<(), NotAdopted>;

    /// Accepts from these listeners from now on, beside another backend that still accepts.
    ///
    /// # Errors
    /// The backend accepts nothing then.
    fn start_accepting(&mut self, listeners: Vec<TcpListener>) -> io::Result<()>;

    /// Stops accepting. When this returns, every client that was accepted is served.
    fn stop_accepting(&mut self);
}

/// A connection that a backend could not adopt.
pub(super) struct NotAdopted {
    pub(super) connection: Box<Connection>,
    pub(super) why: io::Error,
}
