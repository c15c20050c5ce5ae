//! Accepting, on a thread of its own.

use std::io;
use std::os::fd::AsFd as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use crate::event::BackendKind;
use crate::server::backend::accept::{Acceptor, Next, PAUSE};
use crate::server::backend::api::NotAdopted;
use crate::server::backend::shared::Shared;
use crate::server::backend::threads::spawn::spawn;
use crate::server::control::interrupt::InterruptHandle;
use crate::server::feed::EventQueue;
use crate::server::net::route::Entrance;

/// The accept thread.
pub(super) struct Accepting {
    stop: Arc<AtomicBool>,
    handle: InterruptHandle,
    thread: thread::JoinHandle<()>,
    ended: Receiver<()>,
}

impl Accepting {
    /// Starts the thread.
    ///
    /// # Errors
    /// The system gave us no thread.
    pub(super) fn start(shared: &Arc<Shared>, entrances: Vec<Entrance>) -> io::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let (handle_sender, handle) = channel();
        let (ends, ended) = channel();
        let (stopped, shared) = (Arc::clone(&stop), Arc::clone(shared));
        let thread = thread::Builder::new().name("accept".to_owned()).spawn(move || {
            let _ends: Sender<()> = ends;
            // The receiver waits for it, so this cannot fail.
            let _ = handle_sender.send(InterruptHandle::this_thread());
            run(&shared, &entrances, &stopped);
        })?;
        let handle = handle.recv().map_err(io::Error::other)?;
        Ok(Self { stop, handle, thread, ended })
    }

    /// Stops the thread. The signal can arrive before the thread blocks, so it is sent until the thread has ended.
    pub(super) fn stop(self, event_queue: &EventQueue) {
        self.stop.store(true, Ordering::Release);
        loop {
            self.handle.interrupt();
            event_queue.room().wake_threads();
            if self.ended.recv_timeout(Duration::from_millis(20)) == Err(RecvTimeoutError::Disconnected) {
                break;
            }
        }
        // The thread has ended; a panic was reported by the hook.
        let _ = self.thread.join();
    }
}

fn run(shared: &Arc<Shared>, entrances: &[Entrance], stop: &AtomicBool) {
    let mut acceptor = Acceptor::new(Arc::clone(shared), BackendKind::Threads);
    while !stop.load(Ordering::Acquire) {
        let listeners = entrances.iter().map(|entrance| entrance.listener.as_fd());
        let mut ready: Vec<PollFd<'_>> =
            listeners.map(|listener| PollFd::new(listener, PollFlags::POLLIN)).collect();
        if poll(&mut ready, PollTimeout::NONE).is_err() {
            continue;
        }
        for (place, _) in ready.iter().enumerate().filter(|(_, ready)| ready.any() == Some(true)) {
            accept_all(shared, &mut acceptor, &entrances[place], stop);
        }
    }
}

/// Accepts until no client waits.
fn accept_all(shared: &Arc<Shared>, acceptor: &mut Acceptor, entrance: &Entrance, stop: &AtomicBool) {
    let Entrance { listener, route } = entrance;
    while !stop.load(Ordering::Acquire) {
        if !shared.event_queue.room().wait_for_connection(|| !stop.load(Ordering::Acquire)) {
            return;
        }
        let next = match listener.accept() {
            Ok(accepted) => {
                if let Some(connection) = acceptor.admit(accepted, route)
                    && let Err(NotAdopted { connection, why }) = spawn(shared, Box::new(connection))
                {
                    acceptor.turn_away(connection, &why);
                }
                Next::Accept
            }
            Err(error) => acceptor.failed(&error, listener),
        };
        match next {
            Next::Accept => {}
            Next::Wait => return,
            Next::Pause => {
                // Not a sleep: the signal that stops us ends it.
                let _ = poll(&mut [], PollTimeout::try_from(PAUSE).unwrap_or(PollTimeout::ZERO));
                return;
            }
        }
    }
}
