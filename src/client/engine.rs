//! The event loop of all clients: one thread owns the sockets of many clients and makes their system calls.
//!
//! What the clients do is a [`Behaviour`]. It makes no system call on a socket: it is told what arrived and what was
//! sent, and asked what comes next. Its [`act`](Behaviour::act) runs before each wait: there it connects clients, and
//! acts on timers and commands.

mod connection;
mod route;
pub(in crate::client) mod timers;

use std::io::{self, ErrorKind};
use std::ops::ControlFlow;
use std::os::fd::AsFd as _;
use std::time::{Duration, Instant};

use mio::{Events, Poll, Token, Waker};
use nix::poll::{PollFd, PollFlags, ppoll};
use socket2::Socket;

use crate::client::engine::connection::{Connection, Received};
use crate::client::engine::timers::Timers;

pub(in crate::client) use crate::client::engine::route::{Route, SocketBuffers};

/// The number of system calls that one client makes in one direction before the others have their turn.
const MAX_CALLS_PER_TURN: usize = 16;
/// The largest read.
const READ_SIZE: usize = 64 * 1024;
/// The token of the waker.
const WAKER_TOKEN: Token = Token(usize::MAX);

/// The number of a client. It has at most one connection at a time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(in crate::client) struct ClientId(pub(in crate::client) usize);

/// What a client does next on its sending side.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::client) enum Output<'a> {
    /// The client sends nothing now.
    Nothing,
    /// The client sends these bytes, at least one.
    Bytes(&'a [u8]),
    /// The client sends FIN.
    Fin,
    /// The client closes the connection with RST.
    Reset,
}

/// How long the engine waits for events.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::client) struct EngineWait {
    /// When the wait ends at the latest; without it, an event ends the wait.
    pub(in crate::client) until: Option<Instant>,
    pub(in crate::client) precision: Precision,
}

/// How exactly a wait ends at its time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::client) enum Precision {
    /// Up to a millisecond late.
    Milliseconds,
    /// As exactly as the system can, for one more system call.
    Exact,
}

/// What the clients of an engine do.
pub(in crate::client) trait Behaviour {
    /// Does what is due. Called before each wait; says how long to wait, or ends the run.
    fn act(&mut self, engine: &mut Engine, now: Instant) -> ControlFlow<(), EngineWait>;

    /// The client has connected.
    fn connected(&mut self, client: ClientId, socket: &Socket);

    /// What the client does next on its sending side. Asked again until it is nothing.
    fn output(&self, client: ClientId) -> Output<'_>;

    /// The first `length` bytes of the client's output are sent.
    fn sent(&mut self, client: ClientId, length: usize);

    /// The client's FIN is sent.
    fn finished(&mut self, client: ClientId);

    /// The number of bytes that the client reads at most now; 0 while it does not read. When it reads again,
    /// [`Engine::serve`] has to be called: bytes that have already arrived cause no event.
    fn read_limit(&self, client: ClientId) -> usize;

    /// These bytes have arrived.
    fn received(&mut self, client: ClientId, bytes: &[u8]);

    /// The server's FIN has arrived. The connection is closed next, with RST if the output is [`Output::Reset`].
    fn ended(&mut self, client: ClientId);

    /// The connection is closed, or could not be made: the server or the client closed it, or a call failed.
    fn closed(&mut self, client: ClientId, error: Option<io::Error>);
}

/// The clients' sockets, and the means to wait for them.
pub(in crate::client) struct Engine {
    poll: Poll,
    events: Events,
    /// The connections, by the number of the client.
    connections: Vec<Option<Connection>>,
    /// Clients to serve in the next turn even without an event: they were ready at the end of their turn.
    ready_again: Vec<ClientId>,
    timers: Timers<ConnectTimer>,
    buffer: Vec<u8>,
    /// The number of connects started so far.
    started: u64,
}

/// Ends the connect of this number, or tries it again.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct ConnectTimer {
    client: ClientId,
    number: u64,
}

/// The result of serving a client.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Turn {
    /// The socket is not ready any more, or the client wants nothing of it.
    Over,
    /// The turn ended at its limit of system calls.
    MaybeReady,
    Closed,
}

impl Engine {
    /// Creates an engine without clients.
    ///
    /// # Errors
    /// The system cannot poll sockets.
    pub(in crate::client) fn new() -> io::Result<Self> {
        Ok(Self {
            poll: Poll::new()?,
            events: Events::with_capacity(1_024),
            connections: Vec::new(),
            ready_again: Vec::new(),
            timers: Timers::new(),
            buffer: vec![0; READ_SIZE],
            started: 0,
        })
    }

    /// Creates a means to end the wait from another thread. An engine has at most one.
    ///
    /// # Errors
    /// The system has no descriptor left for it.
    pub(in crate::client) fn waker(&self) -> io::Result<Waker> {
        Waker::new(self.poll.registry(), WAKER_TOKEN)
    }

    /// Serves the clients until the behaviour ends the run.
    ///
    /// # Errors
    /// The system cannot poll sockets.
    pub(in crate::client) fn run<B: Behaviour>(&mut self, behaviour: &mut B) -> io::Result<()> {
        loop {
            let now = Instant::now();
            while let Some(timer) = self.timers.pop_expired(now) {
                self.connect_timer_expired(timer, now, behaviour);
            }
            match behaviour.act(self, now) {
                ControlFlow::Continue(wait) => self.turn(wait, behaviour)?,
                ControlFlow::Break(()) => return Ok(()),
            }
        }
    }

    /// Starts to connect a client, which has no connection.
    ///
    /// # Errors
    /// The system refuses the connect at once. Later errors are told to [`Behaviour::closed`].
    pub(in crate::client) fn connect(
        &mut self,
        client: ClientId,
        route: &Route,
        now: Instant,
    ) -> io::Result<()> {
        self.started += 1;
        let number = self.started;
        let connection = Connection::begin(route, number, self.poll.registry(), Token(client.0), now)?;
        self.timers.add(connection.timer(now), ConnectTimer { client, number });
        if self.connections.len() <= client.0 {
            self.connections.resize_with(client.0 + 1, || None);
        }
        self.connections[client.0] = Some(connection);
        Ok(())
    }

    /// Closes the connection of a client, if it has one, without telling the behaviour.
    pub(in crate::client) fn discard(&mut self, client: ClientId) {
        if let Some(connection) = self.connections.get_mut(client.0) {
            *connection = None;
        }
    }

    /// Sends and reads what the client and its socket allow. Call this after a change that is not due to the engine.
    pub(in crate::client) fn serve<B: Behaviour>(&mut self, client: ClientId, behaviour: &mut B) {
        let Some(Some(connection)) = self.connections.get_mut(client.0) else { return };
        match take_turn(connection, &mut self.buffer, client, behaviour) {
            Ok(Turn::Over) => {}
            Ok(Turn::MaybeReady) => self.ready_again.push(client),
            Ok(Turn::Closed) => self.close(client, None, behaviour),
            Err(error) => self.close(client, Some(error), behaviour),
        }
    }

    fn close<B: Behaviour>(&mut self, client: ClientId, error: Option<io::Error>, behaviour: &mut B) {
        self.connections[client.0] = None;
        behaviour.closed(client, error);
    }

    /// Waits for events once, then serves the clients that are ready.
    fn turn<B: Behaviour>(&mut self, wait: EngineWait, behaviour: &mut B) -> io::Result<()> {
        let mut timeout = self.timeout(wait);
        if wait.precision == Precision::Exact && timeout.is_some_and(|timeout| !timeout.is_zero()) {
            // epoll_wait(2) takes whole milliseconds and mio rounds up; ppoll(2) on the one descriptor of the poll
            // takes nanoseconds.
            let mut word = [PollFd::new(self.poll.registry().as_fd(), PollFlags::POLLIN)];
            // An error here only means that the poll below finds no events yet.
            let _ = ppoll(&mut word, timeout.map(Into::into), None);
            timeout = Some(Duration::ZERO);
        }
        match self.poll.poll(&mut self.events, timeout) {
            Err(error) if error.kind() == ErrorKind::Interrupted => return Ok(()),
            other => other?,
        }
        let mut ready = std::mem::take(&mut self.ready_again);
        for event in &self.events {
            let client = ClientId(event.token().0);
            if let Some(Some(connection)) = self.connections.get_mut(client.0) {
                connection.note(event);
                ready.push(client);
            }
        }
        for &client in &ready {
            self.serve(client, behaviour);
        }
        Ok(())
    }

    /// The time until the wait has to end, if it has to.
    fn timeout(&self, wait: EngineWait) -> Option<Duration> {
        if !self.ready_again.is_empty() {
            return Some(Duration::ZERO);
        }
        let until = self.timers.next_expiry().into_iter().chain(wait.until).min()?;
        Some(until.saturating_duration_since(Instant::now()))
    }

    fn connect_timer_expired<B: Behaviour>(&mut self, timer: ConnectTimer, now: Instant, behaviour: &mut B) {
        let ConnectTimer { client, number } = timer;
        let Some(Some(connection)) = self.connections.get_mut(client.0) else { return };
        if connection.number() != number || !connection.is_connecting() {
            return;
        }
        match connection.retry(self.poll.registry(), Token(client.0), now) {
            Ok(()) => self.timers.add(connection.timer(now), timer),
            Err(error) => self.close(client, Some(error), behaviour),
        }
    }
}

fn take_turn<B: Behaviour>(
    connection: &mut Connection,
    buffer: &mut [u8],
    client: ClientId,
    behaviour: &mut B,
) -> io::Result<Turn> {
    if connection.is_connecting() {
        if !connection.has_connected()? {
            return Ok(Turn::Over);
        }
        behaviour.connected(client, connection.socket());
    }
    if send(connection, client, behaviour)? == Turn::Closed {
        return Ok(Turn::Closed);
    }
    let received = receive(connection, buffer, client, behaviour)?;
    if received == Turn::Closed {
        return Ok(Turn::Closed);
    }
    // Often the client answers what it has read.
    let sent = send(connection, client, behaviour)?;
    Ok(if sent == Turn::Over { received } else { sent })
}

fn send<B: Behaviour>(connection: &mut Connection, client: ClientId, behaviour: &mut B) -> io::Result<Turn> {
    for _ in 0..MAX_CALLS_PER_TURN {
        match behaviour.output(client) {
            Output::Nothing => return Ok(Turn::Over),
            Output::Bytes(bytes) => match connection.write(bytes)? {
                Some(length) => behaviour.sent(client, length),
                None => return Ok(Turn::Over),
            },
            Output::Fin => {
                connection.finish()?;
                behaviour.finished(client);
            }
            Output::Reset => {
                connection.reset_at_close();
                return Ok(Turn::Closed);
            }
        }
    }
    Ok(Turn::MaybeReady)
}

fn receive<B: Behaviour>(
    connection: &mut Connection,
    buffer: &mut [u8],
    client: ClientId,
    behaviour: &mut B,
) -> io::Result<Turn> {
    for _ in 0..MAX_CALLS_PER_TURN {
        let limit = behaviour.read_limit(client).min(buffer.len());
        if limit == 0 {
            return Ok(Turn::Over);
        }
        match connection.read(&mut buffer[..limit])? {
            Received::Nothing => return Ok(Turn::Over),
            Received::Bytes(length) => behaviour.received(client, &buffer[..length]),
            Received::Fin => {
                behaviour.ended(client);
                if behaviour.output(client) == Output::Reset {
                    connection.reset_at_close();
                }
                return Ok(Turn::Closed);
            }
        }
    }
    Ok(Turn::MaybeReady)
}

#[cfg(test)]
mod tests;
