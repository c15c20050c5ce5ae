//! The named clients of a lesson: all on one thread, which carries out their commands in sequence.
//!
//! Their sockets behave like those of a network, not of the loopback: with small segments and small buffers, a client
//! that does not read blocks the server after a few hundred kilobytes, not after ten megabytes.

mod client;

use std::collections::HashMap;
use std::fmt;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender, TryRecvError};
use std::thread::{self, JoinHandle};

use mio::{Events, Poll, Token, Waker};

use client::{Client, Ear, Gone};

/// The token of the waker, which announces commands.
const ORDERS: Token = Token(0);

/// The name of a client.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) struct Name(Arc<str>);

impl Name {
    /// The longest name that the column of names has room for.
    const LONGEST: usize = 12;

    /// Makes a name of `text`, if it is valid.
    pub(super) fn new(text: &str) -> Option<Self> {
        let sign = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
        let fits = (1..=Self::LONGEST).contains(&text.len());
        (fits && text.chars().all(sign)).then(|| Self(text.into()))
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// A command to a client.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Order {
    /// Connect. The result is reported.
    Connect(Name),
    /// Send these bytes in one write.
    Send(Name, Vec<u8>),
    /// Set the messages that [`Turn`](Self::Turn) sends.
    Talk(Name, Vec<Vec<u8>>),
    /// Send the next of those messages, unless the one before is not completely sent.
    Turn(Name),
    /// Drop those messages.
    Quiet(Name),
    /// Stop reading.
    Deaf(Name),
    /// Read again.
    Hear(Name),
    /// Send FIN after all queued bytes.
    Finish(Name),
    /// Send RST.
    Reset(Name),
}

/// The result of a connect.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Told {
    /// The client.
    pub(super) name: Name,
    /// The address that the client connects from, or the error.
    pub(super) address: Result<SocketAddr, String>,
}

/// A handle to the clients' thread. Dropping it closes all clients.
pub(super) struct Cast {
    orders: Option<Sender<Order>>,
    waker: Waker,
    thread: Option<JoinHandle<()>>,
}

impl Cast {
    /// Starts the thread for clients of the server at `address`. It calls `tell` with the result of each connect.
    ///
    /// # Errors
    ///
    /// The system cannot start a thread or poll sockets.
    pub(super) fn start(address: SocketAddr, tell: impl Fn(Told) + Send + 'static) -> io::Result<Self> {
        let poll = Poll::new()?;
        let waker = Waker::new(poll.registry(), ORDERS)?;
        let (sender, orders) = mpsc::channel();
        let company = Company {
            address,
            poll,
            orders,
            tell,
            clients: HashMap::new(),
            names: HashMap::new(),
            made: ORDERS.0,
        };
        let thread = thread::Builder::new()
            .name("clients".to_owned())
            .spawn(move || company.play())
            .map_err(super::no_thread::advise)?;
        Ok(Self { orders: Some(sender), waker, thread: Some(thread) })
    }

    /// Queues a command and returns at once.
    pub(super) fn order(&self, order: Order) {
        // The thread ends when it cannot poll; its clients are closed then, which the dashboard shows.
        let _ = self.orders.as_ref().map(|orders| orders.send(order));
        let _ = self.waker.wake();
    }
}

impl Drop for Cast {
    fn drop(&mut self) {
        self.orders = None;
        let _ = self.waker.wake();
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

/// The state of the clients' thread.
struct Company<T> {
    address: SocketAddr,
    poll: Poll,
    orders: Receiver<Order>,
    tell: T,
    clients: HashMap<Token, Client>,
    /// The clients that take commands. A client that has sent FIN is removed here, but stays in `clients` until the
    /// server closes.
    names: HashMap<Name, Token>,
    /// The token of the newest client.
    made: usize,
}

impl<T: Fn(Told)> Company<T> {
    fn play(mut self) {
        let mut events = Events::with_capacity(64);
        loop {
            match self.poll.poll(&mut events, None) {
                Err(error) if error.kind() != ErrorKind::Interrupted => return,
                _ => {}
            }
            for event in &events {
                self.with(event.token(), Client::serve);
            }
            loop {
                match self.orders.try_recv() {
                    Ok(order) => self.carry_out(order),
                    Err(TryRecvError::Empty) => break,
                    Err(TryRecvError::Disconnected) => return,
                }
            }
        }
    }

    fn carry_out(&mut self, order: Order) {
        match order {
            Order::Connect(name) => {
                let address = self.connect(&name).map_err(|error| error.to_string());
                (self.tell)(Told { name, address });
            }
            Order::Send(name, bytes) => self.of(&name, |client| client.send(&bytes)),
            Order::Talk(name, messages) => self.of(&name, |client| client.talk(messages)),
            Order::Turn(name) => self.of(&name, Client::turn),
            Order::Quiet(name) => self.of(&name, |client| client.talk(Vec::new())),
            Order::Deaf(name) => self.of(&name, |client| client.turn_ear(Ear::Deaf)),
            Order::Hear(name) => self.of(&name, |client| client.turn_ear(Ear::Hears)),
            Order::Finish(name) => {
                self.of(&name, Client::finish);
                self.names.remove(&name);
            }
            Order::Reset(name) => {
                self.of(&name, Client::reset);
                self.names.remove(&name);
            }
        }
    }

    fn connect(&mut self, name: &Name) -> io::Result<SocketAddr> {
        self.made += 1;
        let token = Token(self.made);
        let (client, address) = Client::connect(self.address, self.poll.registry(), token)?;
        self.clients.insert(token, client);
        self.names.insert(name.clone(), token);
        Ok(address)
    }

    /// Runs `act` on a client. Commands for closed clients are ignored; the server reports the close.
    fn of(&mut self, name: &Name, act: impl FnOnce(&mut Client) -> Result<(), Gone>) {
        if let Some(&token) = self.names.get(name) {
            self.with(token, act);
        }
    }

    fn with(&mut self, token: Token, act: impl FnOnce(&mut Client) -> Result<(), Gone>) {
        if self.clients.get_mut(&token).is_some_and(|client| act(client).is_err()) {
            self.clients.remove(&token);
        }
    }
}

#[cfg(test)]
mod tests;
