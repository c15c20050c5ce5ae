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

use std::io;
use std::sync::Arc;
use std::thread;

use parking_lot::Mutex;

use crate::event::BackendKind;
use crate::server::backend::api::{Backend, NotAdopted};
use crate::server::backend::latency_probe::LatencyProbe;
use crate::server::backend::shared::Shared;
use crate::server::backend::threads::accept::Accepting;
use crate::server::connection::Connection;
use crate::server::control::interrupt;
use crate::server::net::listener::Listener;

/// Enough for the deepest call, a log line; only touched pages cost memory.
const STACK: usize = 256 * 1024;

/// The backend. The threads of its connections are detached: each ends with its connection, or with the handover.
pub(in crate::server) struct Threads {
    shared: Arc<Shared>,
    accepting: Option<Accepting>,
    _probe: LatencyProbe,
}

impl Threads {
    /// Prepares the backend; it starts no thread for connections yet.
    ///
    /// # Errors
    /// The signal that interrupts blocking calls could not be set up, or the system gave us no thread.
    pub(in crate::server) fn start(shared: &Arc<Shared>) -> io::Result<Self> {
        interrupt::install()?;
        Ok(Self { shared: Arc::clone(shared), accepting: None, _probe: LatencyProbe::for_threads(shared)? })
    }
}

impl Backend for Threads {
    fn adopt(&mut self, connection: Box<Connection>) -> Result<(), NotAdopted> {
        spawn(&self.shared, connection)
    }

    fn start_accepting(&mut self, listeners: Vec<Listener>) -> io::Result<()> {
        self.accepting = Some(Accepting::start(&self.shared, listeners)?);
        Ok(())
    }

    fn stop_accepting(&mut self) {
        if let Some(accepting) = self.accepting.take() {
            accepting.stop(&self.shared.event_queue);
        }
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        self.stop_accepting();
    }
}

/// Starts the thread of one connection. A closure that cannot be spawned is dropped with everything it holds, so the
/// connection waits where both sides can take it.
fn spawn(shared: &Arc<Shared>, connection: Box<Connection>) -> Result<(), NotAdopted> {
    let limit = &shared.limits.threads;
    if shared.registry.count(BackendKind::Threads) > limit.connections {
        let why = io::Error::other(format!("thread limit: {} allows {}", limit.set_by, limit.connections));
        return Err(NotAdopted { connection, why });
    }
    let name = format!("connection {}", connection.registration.id().0);
    let parked = Arc::new(Mutex::new(Some(connection)));
    let (taken, serving) = (Arc::clone(&parked), Arc::clone(shared));
    let spawned = thread::Builder::new().name(name).stack_size(STACK).spawn(move || {
        let connection = taken.lock().take();
        drop(taken);
        if let Some(connection) = connection {
            serve::serve(*connection, &serving);
        }
    });
    let Err(error) = spawned else { return Ok(()) };
    let Some(connection) = parked.lock().take() else { return Ok(()) };
    let why = io::Error::new(error.kind(), format!("thread limit: the system gives no more ({error})"));
    Err(NotAdopted { connection, why })
}
