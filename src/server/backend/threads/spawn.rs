//! Starting the thread of a connection.

use std::io;
use std::sync::Arc;
use std::thread;

use parking_lot::Mutex;

use crate::event::{BackendKind, Demand};
use crate::server::backend::api::NotAdopted;
use crate::server::backend::shared::Shared;
use crate::server::backend::threads::serve;
use crate::server::connection::Connection;

/// Enough for the deepest call, a log line; only touched pages cost memory.
const STACK: usize = 256 * 1024;

/// By how many steps of `nice` the threads of connections rank behind the dashboard. The more threads there are, the less
/// of the processors each of them gets, and the dashboard would get too little to answer keys. With more steps, a switch
/// to the event loop takes longer while the processors are full.
#[cfg(target_os = "linux")]
const BEHIND_DASHBOARD: i32 = 10;

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
        #[cfg(target_os = "linux")]
        rank_behind_dashboard(&serving);
        if let Some(connection) = connection {
            serve::serve(*connection, &serving);
        }
    });
    let Err(error) = spawned else { return Ok(()) };
    let Some(connection) = shared_connection.lock().take() else { return Ok(()) };
    let why = io::Error::new(error.kind(), format!("thread limit: the system gives no more ({error})"));
    Err(NotAdopted { connection, why })
}

/// Lets the dashboard run before the calling thread, if there is one. Where `nice` is about whole processes, nothing is
/// changed.
#[cfg(target_os = "linux")]
fn rank_behind_dashboard(shared: &Shared) {
    if shared.event_queue.demand().is_some_and(Demand::is_interactive) {
        // Without it, keys are answered later.
        let _ = rustix::process::nice(BEHIND_DASHBOARD);
    }
}
