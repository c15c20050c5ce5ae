//! The clients of a lesson that have names: all of them on one thread, doing what they are ordered, in that order.
//!
//! They are like clients on a network, not on the loopback: small segments and small buffers, so that one who does not
//! read is felt after a few hundred kilobytes and not after ten megabytes.

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

/// Wakes the thread for orders.
const ORDERS: Token = Token(0);

/// A client's name.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) struct Name(Arc<str>);

impl Name {
    /// The longest that there is room for.
    const LONGEST: usize = 12;

    /// The name that is written so, if it can be one.
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

/// What a client is to do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Order {
    /// Connect. It is told how that went.
    Connect(Name),
    /// Send this, in one write.
    Send(Name, Vec<u8>),
    /// Have these messages to send, one each turn.
    Talk(Name, Vec<Vec<u8>>),
    /// Send the next of them; not while the one before is still on its way out.
    Turn(Name),
    /// Have no messages any more.
    Quiet(Name),
    /// Read nothing from now on.
    Deaf(Name),
    /// Read again.
    Hear(Name),
    /// Send FIN behind all that is to go out.
    Finish(Name),
    /// Send RST.
    Reset(Name),
}

/// How connecting went: from which address, or why not.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Told {
    /// Who.
    pub(super) name: Name,
    /// Where from.
    pub(super) address: Result<SocketAddr, String>,
}

/// The thread. They all leave when it is dropped.
pub(super) struct Cast {
    orders: Option<Sender<Order>>,
    waker: Waker,
    thread: Option<JoinHandle<()>>,
}

impl Cast {
    /// Clients of the server at `address`; nobody is connected yet. `tell` is called from their thread.
    ///
    /// # Errors
    ///
    /// When the system gives no thread, or no means to watch sockets.
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

    /// Orders something. Returns at once.
    pub(super) fn order(&self, order: Order) {
        // A thread that could not watch its sockets takes no orders: nobody is connected any more, as can be seen.
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

/// The connected clients, and the means to serve them.
struct Company<T> {
    address: SocketAddr,
    poll: Poll,
    orders: Receiver<Order>,
    tell: T,
    clients: HashMap<Token, Client>,
    /// A client that has finished has no name here any more, and stays until the server has finished, too.
    names: HashMap<Name, Token>,
    /// The newest token.
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

    /// Does nothing for a client that is gone: the server says how its connection ended.
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
