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
mod serve;

use std::cell::RefCell;
use std::io;
use std::net::TcpListener;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::thread;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::LocalSet;

use super::backend::{Backend, NotAdopted};
use super::connection::Connection;
use super::pulse::{Heart, Pulse};
use super::read_buffer::ReadBuffer;
use super::shared::{Mail, Shared};

/// After this number of adoptions in a row the loop yields to the connections that were adopted: without this, the
/// outage of one connection grows tenfold during a switch (measured).
const ADOPTIONS_A_TURN: usize = 16;

/// A command to the event loop.
enum Order {
    Adopt(Box<Connection>),
    Accept { listeners: Vec<TcpListener>, answer: Sender<io::Result<()>> },
    StopAccepting { answer: Sender<()> },
}

/// State that the tasks of the loop share; all on one thread.
struct Loop {
    shared: Arc<Shared>,
    buffer: RefCell<ReadBuffer<'static>>,
    heart: Arc<Heart>,
}

/// The backend: a handle to its thread.
pub(super) struct EventLoop {
    /// `None` once the loop has been told to end.
    orders: Option<UnboundedSender<Order>>,
    thread: Option<thread::JoinHandle<()>>,
    pulse: Option<Pulse>,
}

impl EventLoop {
    /// Starts the loop on a thread of its own.
    ///
    /// # Errors
    /// The system gave us no thread or no event queue.
    pub(super) fn start(shared: &Arc<Shared>) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (orders, received) = unbounded_channel();
        let heart = Arc::new(Heart::new());
        let pulse = Pulse::of_loop(shared, &heart)?;
        let shared = Arc::clone(shared);
        let thread = thread::Builder::new().name("event loop".to_owned()).spawn(move || {
            let buffer = RefCell::new(ReadBuffer::new(&shared.spare_buffers));
            let this = Rc::new(Loop { shared, buffer, heart });
            LocalSet::new().block_on(&runtime, run(this, received));
        })?;
        Ok(Self { orders: Some(orders), thread: Some(thread), pulse: Some(pulse) })
    }

    fn order(&self, order: Order) -> Result<(), Order> {
        match &self.orders {
            Some(orders) => orders.send(order).map_err(|unsent| unsent.0),
            None => Err(order),
        }
    }
}

impl Backend for EventLoop {
    fn adopt(&mut self, connection: Box<Connection>) -> Result<(), NotAdopted> {
        match self.order(Order::Adopt(connection)) {
            Err(Order::Adopt(connection)) => Err(NotAdopted { connection, why: gone() }),
            _ => Ok(()),
        }
    }

    fn start_accepting(&mut self, listeners: Vec<TcpListener>) -> io::Result<()> {
        let (answer, answered) = std::sync::mpsc::channel();
        // An error shows in the answer: its sender is dropped.
        let _ = self.order(Order::Accept { listeners, answer });
        answered.recv().unwrap_or_else(|_| Err(gone()))
    }

    fn stop_accepting(&mut self) {
        let (answer, answered) = std::sync::mpsc::channel();
        // An error shows in the answer: its sender is dropped.
        let _ = self.order(Order::StopAccepting { answer });
        // An error means that the loop has ended, and accepts nothing either.
        let _ = answered.recv();
    }
}

impl Drop for EventLoop {
    fn drop(&mut self) {
        // The probe ends first: a loop that ends does not answer, and is not blocked.
        self.pulse = None;
        self.orders = None;
        if let Some(thread) = self.thread.take() {
            // A panic was reported by the hook.
            let _ = thread.join();
        }
    }
}

fn gone() -> io::Error {
    io::Error::other("the event loop has ended")
}

/// Handles commands until their sender is dropped.
async fn run(this: Rc<Loop>, mut orders: UnboundedReceiver<Order>) {
    tokio::task::spawn_local(Arc::clone(&this.heart).answer());
    let mut accepting = accept::Accepting::default();
    let mut adopted = 0;
    while let Some(order) = orders.recv().await {
        this.heart.begins(None);
        match order {
            Order::Adopt(connection) => {
                if let Err(NotAdopted { connection, why }) = serve::adopt(&this, *connection) {
                    this.shared.mail(Mail::NotAdopted(connection, why));
                }
                adopted += 1;
                if adopted % ADOPTIONS_A_TURN == 0 {
                    tokio::task::yield_now().await;
                }
            }
            Order::Accept { listeners, answer } => {
                // The caller waits for the answer.
                let _ = answer.send(accepting.start(&this, listeners));
            }
            Order::StopAccepting { answer } => {
                accepting.stop().await;
                // The caller waits for the answer.
                let _ = answer.send(());
            }
        }
    }
}
