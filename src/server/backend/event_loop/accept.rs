//! Accepting on the event loop: one task per listener.

use std::io;
use std::rc::Rc;
use std::sync::Arc;

use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::task::JoinHandle;

use crate::event::BackendKind;
use crate::server::backend::accept::{Acceptor, Next, PAUSE};
use crate::server::backend::api::NotAdopted;
use crate::server::backend::event_loop::context::LoopContext;
use crate::server::backend::event_loop::{calls, serve};
use crate::server::net::listener::Listener;
use crate::server::net::route::{Entrance, Route};

/// The most clients that are accepted in a row before the loop yields to the connected clients.
const ACCEPTS_PER_YIELD: u32 = 32;

/// The same for clients with TLS: a handshake takes the loop 100 µs.
const TLS_ACCEPTS_PER_YIELD: u32 = 8;

/// The running accept tasks.
#[derive(Default)]
pub(super) struct AcceptTask(Vec<JoinHandle<()>>);

impl AcceptTask {
    /// Starts one task per listener.
    ///
    /// # Errors
    /// A listener could not be registered; none of these accepts then.
    pub(super) fn start(&mut self, context: &Rc<LoopContext>, entrances: Vec<Entrance>) -> io::Result<()> {
        let registered: Vec<_> = entrances
            .into_iter()
            .map(|entrance| Ok((calls::watch(entrance.listener, Interest::READABLE)?, entrance.route)))
            .collect::<io::Result<_>>()?;
        let tasks = registered.into_iter();
        let tasks = tasks.map(|(listener, route)| run(Rc::clone(context), listener, route));
        self.0.extend(tasks.map(tokio::task::spawn_local));
        Ok(())
    }

    /// Stops the tasks. A task stops only where it waits, so a client is either served or still in the backlog.
    pub(super) async fn stop(&mut self) {
        for task in self.0.drain(..) {
            task.abort();
            // The error says that it was aborted.
            let _ = task.await;
        }
    }
}

async fn run(context: Rc<LoopContext>, listener: AsyncFd<Listener>, route: Arc<Route>) {
    let mut acceptor = Acceptor::new(Arc::clone(&context.shared), BackendKind::Async);
    let most = if context.shared.has_tls() { TLS_ACCEPTS_PER_YIELD } else { ACCEPTS_PER_YIELD };
    let mut turns: u32 = 0;
    loop {
        context.shared.event_queue.room().wait_for_connection_as_task().await;
        let next = match listener.async_io(Interest::READABLE, Listener::accept).await {
            Ok(accepted) => {
                context.heartbeat.start_step(None);
                if let Some(connection) = acceptor.admit(accepted, &route)
                    && let Err(NotAdopted { connection, why }) = serve::adopt(&context, connection)
                {
                    acceptor.turn_away(connection, &why);
                }
                Next::Accept
            }
            Err(error) => acceptor.failed(&error, listener.get_ref()),
        };
        if next == Next::Pause {
            tokio::time::sleep(PAUSE).await;
        }
        turns = turns.wrapping_add(1);
        if turns.is_multiple_of(most) {
            tokio::task::yield_now().await;
        }
    }
}
