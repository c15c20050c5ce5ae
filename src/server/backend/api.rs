//! What a backend offers, whatever serves inside.

use std::io;

use crate::server::connection::Connection;
use crate::server::net::route::Entrance;

/// A way to serve connections. Two backends exist at once only during a switch. Dropping a backend stops it; it
/// serves no connection by then.
pub(in crate::server) trait Backend: Send {
    /// Serves this connection from now on.
    ///
    /// # Errors
    /// Returns the connection unchanged, with the reason.
    fn adopt(&mut self, connection: Box<Connection>) -> Result<(), NotAdopted>;

    /// Accepts from these listeners from now on, beside those from which it accepts already, and beside another backend
    /// that still accepts.
    ///
    /// # Errors
    /// The backend accepts from none of these then.
    fn start_accepting(&mut self, entrances: Vec<Entrance>) -> io::Result<()>;

    /// Stops accepting from all listeners. When this returns, every client that was accepted is served.
    fn stop_accepting(&mut self);
}

/// A connection that a backend could not adopt.
pub(in crate::server) struct NotAdopted {
    pub(in crate::server) connection: Box<Connection>,
    pub(in crate::server) why: io::Error,
}
