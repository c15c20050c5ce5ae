//! The `async` backend: one thread with an event loop, one task per connection.
//!
//! | | the call |
//! |---|---|
//! | accept | wait until readable, then `accept` |
//! | read | `recv` when readable, into one buffer that the whole loop shares |
//! | write | `send`, and again when writable for the rest; then it is flushed |
//! | close | `shutdown`, draining, `close`, on the loop |
//! | concurrency | tasks that yield at every wait, and after a few calls that did not wait |
//! | errors | end that task's connection, and only that |
//!
//! A read or write happens within one poll, completely or not at all, and all state is in the connection: a task may
//! stop at any wait, for a handover, and nothing is lost. A short read has emptied the socket, so no second read is
//! made only to get `EAGAIN`: that saves one system call of three. But Linux also ends a read early at urgent data,
//! and the bytes after it would stay in the socket until more arrive: such a socket is read until it is empty.

mod accept;
mod calls;
mod connect;
mod context;
mod deadline;
mod handshake_gate;
mod serve;

use std::cell::RefCell;
use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::thread;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::LocalSet;

use crate::server::backend::api::{Backend, NotAdopted};
use crate::server::backend::event_loop::context::LoopContext;
use crate::server::backend::event_loop::handshake_gate::HandshakeGate;
use crate::server::backend::latency_probe::{LatencyProbe, LoopHeartbeat};
use crate::server::backend::shared::{ControlMessage, Shared};
use crate::server::connection::Connection;
use crate::server::connection::read_buffer::ReadBuffer;
use crate::server::net::route::Entrance;

/// After this number of adoptions in a row the loop yields to the connections that were adopted: without this, the
/// outage of one connection grows tenfold during a switch (measured).
const ADOPTIONS_PER_YIELD: usize = 16;

/// A command to the event loop.
enum LoopCommand {
    Adopt(Box<Connection>),
    StartAccepting { entrances: Vec<Entrance>, answer: Sender<io::Result<()>> },
    StopAccepting { answer: Sender<()> },
}

/// The backend: a handle to its thread.
pub(in crate::server) struct EventLoop {
    /// `None` once the loop has been told to end.
    commands: Option<UnboundedSender<LoopCommand>>,
    thread: Option<thread::JoinHandle<()>>,
    probe: Option<LatencyProbe>,
}

impl EventLoop {
    /// Starts the loop on a thread of its own.
    ///
    /// # Errors
    /// The system gave us no thread or no event queue.
    pub(in crate::server) fn start(shared: &Arc<Shared>) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (commands, received) = unbounded_channel();
        let heartbeat = Arc::new(LoopHeartbeat::new());
        let probe = LatencyProbe::for_loop(shared, &heartbeat)?;
        let shared = Arc::clone(shared);
        let thread = thread::Builder::new().name("event loop".to_owned()).spawn(move || {
            let buffer = RefCell::new(ReadBuffer::new(&shared.buffer_pool));
            let context =
                Rc::new(LoopContext { shared, buffer, heartbeat, handshakes: HandshakeGate::default() });
            LocalSet::new().block_on(&runtime, run(context, received));
        })?;
        Ok(Self { commands: Some(commands), thread: Some(thread), probe: Some(probe) })
    }

    fn send(&self, command: LoopCommand) -> Result<(), LoopCommand> {
        match &self.commands {
            Some(commands) => commands.send(command).map_err(|unsent| unsent.0),
            None => Err(command),
        }
    }
}

impl Backend for EventLoop {
    fn adopt(&mut self, connection: Box<Connection>) -> Result<(), NotAdopted> {
        match self.send(LoopCommand::Adopt(connection)) {
            Err(LoopCommand::Adopt(connection)) => Err(NotAdopted { connection, why: ended_error() }),
            _ => Ok(()),
        }
    }

    fn start_accepting(&mut self, entrances: Vec<Entrance>) -> io::Result<()> {
        let (answer, answered) = std::sync::mpsc::channel();
        // An error shows in the answer: its sender is dropped.
        let _ = self.send(LoopCommand::StartAccepting { entrances, answer });
        answered.recv().unwrap_or_else(|_| Err(ended_error()))
    }

    fn stop_accepting(&mut self) {
        let (answer, answered) = std::sync::mpsc::channel();
        // An error shows in the answer: its sender is dropped.
        let _ = self.send(LoopCommand::StopAccepting { answer });
        // An error means that the loop has ended, and accepts nothing either.
        let _ = answered.recv();
    }
}

impl Drop for EventLoop {
    fn drop(&mut self) {
        // The probe ends first: a loop that ends does not answer, and is not blocked.
        self.probe = None;
        self.commands = None;
        if let Some(thread) = self.thread.take() {
            // A panic was reported by the hook.
            let _ = thread.join();
        }
    }
}

fn ended_error() -> io::Error {
    io::Error::other("the event loop has ended")
}

/// Handles commands until their sender is dropped.
async fn run(context: Rc<LoopContext>, mut commands: UnboundedReceiver<LoopCommand>) {
    tokio::task::spawn_local(Arc::clone(&context.heartbeat).answer_pings());
    let mut accepting = accept::AcceptTask::default();
    let mut adopted = 0;
    while let Some(command) = commands.recv().await {
        context.heartbeat.start_step(None);
        match command {
            LoopCommand::Adopt(connection) => {
                if let Err(NotAdopted { connection, why }) = serve::adopt(&context, *connection) {
                    context.shared.send(ControlMessage::NotAdopted(connection, why));
                }
                adopted += 1;
                if adopted % ADOPTIONS_PER_YIELD == 0 {
                    tokio::task::yield_now().await;
                }
            }
            LoopCommand::StartAccepting { entrances, answer } => {
                // The caller waits for the answer.
                let _ = answer.send(accepting.start(&context, entrances));
            }
            LoopCommand::StopAccepting { answer } => {
                accepting.stop().await;
                // The caller waits for the answer.
                let _ = answer.send(());
            }
        }
    }
}
