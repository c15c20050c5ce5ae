//! The `threads` backend: one OS thread per connection, blocking calls.
//!
//! | | the call |
//! |---|---|
//! | accept | `poll`, then `accept`, on a thread of its own |
//! | read | blocking `recv` |
//! | write | blocking `send` until everything is written; it is flushed then, as a socket has no buffer of ours |
//! | close | `shutdown`, draining, `close` |
//! | concurrency | the kernel's scheduler |
//! | errors | end that thread's connection, and only that |

mod accept;
mod poll;
mod room;
mod serve;
mod spawn;

use std::io;
use std::sync::Arc;

use crate::server::backend::api::{Backend, NotAdopted};
use crate::server::backend::latency_probe::LatencyProbe;
use crate::server::backend::shared::Shared;
use crate::server::backend::threads::accept::Accepting;
use crate::server::backend::threads::spawn::spawn;
use crate::server::connection::Connection;
use crate::server::control::interrupt;
use crate::server::net::route::Entrance;

/// The backend. The threads of its connections are detached: each ends with its connection, or with the handover.
pub(in crate::server) struct Threads {
    shared: Arc<Shared>,
    /// One for each time that listeners were added.
    accepting: Vec<Accepting>,
    _probe: LatencyProbe,
}

impl Threads {
    /// Prepares the backend; it starts no thread for connections yet.
    ///
    /// # Errors
    /// The signal that interrupts blocking calls could not be set up, or the system gave us no thread.
    pub(in crate::server) fn start(shared: &Arc<Shared>) -> io::Result<Self> {
        interrupt::install()?;
        Ok(Self {
            shared: Arc::clone(shared),
            accepting: Vec::new(),
            _probe: LatencyProbe::for_threads(shared)?,
        })
    }
}

impl Backend for Threads {
    fn adopt(&mut self, connection: Box<Connection>) -> Result<(), NotAdopted> {
        spawn(&self.shared, connection)
    }

    fn start_accepting(&mut self, entrances: Vec<Entrance>) -> io::Result<()> {
        self.accepting.push(Accepting::start(&self.shared, entrances)?);
        Ok(())
    }

    fn stop_accepting(&mut self) {
        for accepting in self.accepting.drain(..) {
            accepting.stop(&self.shared.event_queue);
        }
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        self.stop_accepting();
    }
}
