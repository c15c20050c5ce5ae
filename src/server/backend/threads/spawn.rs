//! Starting the thread of a connection.

use std::io;
use std::sync::Arc;
use std::thread;

use parking_lot::Mutex;

use crate::event::BackendKind;
use crate::server::backend::api::NotAdopted;
use crate::server::backend::shared::Shared;
use crate::server::backend::threads::serve;
use crate::server::connection::Connection;

/// Enough for the deepest call, a log line; only touched pages cost memory.
const STACK: usize = 256 * 1024;

/// Starts the thread of one connection. A closure that cannot be spawned is dropped with everything it holds, so the
/// connection waits where both sides can take it.
pub(super) fn spawn(shared: &Arc<Shared>, connection: Box<Connection>) -> Result<(), NotAdopted> {
    let limit = &shared.limits.threads;
    if shared.registry.count(BackendKind::Threads) > limit.connections {
        let why = io::Error::other(format!("thread limit: {} allows {}", limit.set_by, limit.connections));
        return Err(NotAdopted { connection, why });
    }
    let name = format!("connection {}", connection.registration.id().0);
    let shared_connection = Arc::new(Mutex::new(Some(connection)));
    let (taken, serving) = (Arc::clone(&shared_connection), Arc::clone(shared));
    let spawned = thread::Builder::new().name(name).stack_size(STACK).spawn(move || {
        let connection = taken.lock().take();
        drop(taken);
        if let Some(connection) = connection {
            serve::serve(*connection, &serving);
        }
    });
    let Err(error) = spawned else { return Ok(()) };
    let Some(connection) = shared_connection.lock().take() else { return Ok(()) };
    let why = io::Error::new(error.kind(), format!("thread limit: the system gives no more ({error})"));
    Err(NotAdopted { connection, why })
}
