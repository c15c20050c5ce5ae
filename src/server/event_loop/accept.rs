//! Accepting on the event loop: one task per listener.

use std::io;
use std::net::TcpListener as StdListener;
use std::rc::Rc;
use std::sync::Arc;

use socket2::SockRef;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::{Loop, serve};
use crate::model::BackendKind;
use crate::server::accept::{Acceptor, Next, PAUSE};
use crate::server::connection::Connection;

/// So many clients are accepted in a row before those who are served get their turn.
const ACCEPTS_A_TURN: u32 = 32;

/// The accept tasks that run.
#[derive(Default)]
pub(super) struct Accepting(Vec<JoinHandle<()>>);

impl Accepting {
    /// Starts one task per listener.
    ///
    /// # Errors
    /// A listener could not be registered; none accepts then.
    pub(super) fn start(&mut self, this: &Rc<Loop>, listeners: Vec<StdListener>) -> io::Result<()> {
        let registered: Vec<_> = listeners
            .into_iter()
            .map(|listener| Ok((TcpListener::from_std(listener.try_clone()?)?, listener)))
            .collect::<io::Result<_>>()?;
        self.0.extend(
            registered
                .into_iter()
                .map(|(listener, plain)| tokio::task::spawn_local(run(Rc::clone(this), listener, plain))),
        );
        Ok(())
    }

    /// Stops them. A task stops only where it waits, so a client is either served or still to be accepted.
    pub(super) async fn stop(&mut self) {
        for task in self.0.drain(..) {
            task.abort();
            // The error says that it was aborted.
            let _aborted = task.await;
        }
    }
}

/// `plain` is the same listener, for turning clients away when there is no descriptor for them.
async fn run(this: Rc<Loop>, listener: TcpListener, plain: StdListener) {
    let mut acceptor = Acceptor::new(Arc::clone(&this.shared), BackendKind::Async);
    let mut turns = 0;
    loop {
        serve::wait_for_room(&this.shared.hub).await;
        let next = match listener.accept().await {
            Ok((socket, peer)) => {
                if let Some((core, membership)) = acceptor.admit(&SockRef::from(&socket), peer) {
                    let connection = Connection { socket, core, membership };
                    tokio::task::spawn_local(serve::serve(Rc::clone(&this), connection));
                }
                Next::Accept
            }
            Err(error) => acceptor.failed(&error, &plain),
        };
        if next == Next::Pause {
            tokio::time::sleep(PAUSE).await;
        }
        turns += 1;
        if turns % ACCEPTS_A_TURN == 0 {
            tokio::task::yield_now().await;
        }
    }
}
