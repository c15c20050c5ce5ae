//! What a backend is, whatever serves inside.

use std::io;
use std::net::TcpListener;

use super::connection::Connection;

/// A way to serve connections. Two of them exist at once only during a switch. Dropping one stops it; by then it serves
/// nobody.
pub(super) trait Backend: Send {
    /// Serves this connection from now on.
    ///
    /// # Errors
    /// The connection comes back untouched, with the reason.
    fn adopt(&mut self, connection: Box<Connection>) -> Result<(), NotAdopted>;

    /// Accepts from these listeners from now on, beside any other backend that still does.
    ///
    /// # Errors
    /// Nothing is accepted then.
    fn start_accepting(&mut self, listeners: Vec<TcpListener>) -> io::Result<()>;

    /// Accepts no more. When this returns, every client that was accepted is served.
    fn stop_accepting(&mut self);
}

/// A connection that a backend could not take.
pub(super) struct NotAdopted {
    pub(super) connection: Box<Connection>,
    pub(super) why: io::Error,
}
