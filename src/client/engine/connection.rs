//! One socket of the engine: how far its connect is, and whether it may be ready.

use std::io::{self, ErrorKind, Read as _};
use std::net::Shutdown;
use std::os::fd::AsRawFd as _;
use std::time::{Duration, Instant};

use mio::event::Event;
use mio::unix::SourceFd;
use mio::{Interest, Registry, Token};
use nix::errno::Errno;
use socket2::{SockAddr, Socket};

use crate::client::engine::route::Route;

/// The time after which a connect is tried again for which the queue of a Unix listener had no room.
const RETRY_DELAY: Duration = Duration::from_millis(5);

/// A connection, or the attempt to make one.
#[derive(Debug)]
pub(super) struct Connection {
    socket: Socket,
    /// The number of the connect.
    number: u64,
    /// When the connect fails.
    gives_up: Instant,
    phase: SocketPhase,
    /// Whether a call would not block, as far as is known. The poll reports edges only.
    readable: bool,
    writable: bool,
    /// Whether the poll has reported the server's FIN: no further event follows it.
    fin_reported: bool,
}

#[derive(Debug)]
enum SocketPhase {
    /// The connect to this address has not started; the queue of a Unix listener may have no room.
    Waiting(Box<SockAddr>),
    Connecting,
    Open,
}

/// The result of a read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Received {
    /// Nothing has arrived.
    Nothing,
    /// This number of bytes, at least one.
    Bytes(usize),
    /// The server's FIN.
    Fin,
}

impl Connection {
    /// Starts a connection along `route`.
    ///
    /// # Errors
    /// The system cannot start the connect.
    pub(super) fn begin(
        route: &Route,
        number: u64,
        registry: &Registry,
        token: Token,
        now: Instant,
    ) -> io::Result<Self> {
        let mut connection = Self {
            socket: route.socket()?,
            number,
            gives_up: now + route.timeout,
            phase: SocketPhase::Waiting(Box::new(route.target.clone())),
            readable: false,
            writable: false,
            fin_reported: false,
        };
        connection.retry(registry, token, now)?;
        Ok(connection)
    }

    /// Starts the connect, unless it has started: a Unix socket cannot wait for room in the queue of the listener
    /// without blocking.
    ///
    /// # Errors
    /// The system cannot start the connect, or the time for it is over.
    pub(super) fn retry(&mut self, registry: &Registry, token: Token, now: Instant) -> io::Result<()> {
        if now >= self.gives_up {
            return Err(ErrorKind::TimedOut.into());
        }
        let SocketPhase::Waiting(target) = &self.phase else { return Ok(()) };
        match self.socket.connect(target) {
            Err(error) if error.kind() == ErrorKind::WouldBlock && target.is_unix() => return Ok(()),
            Err(error) if error.raw_os_error() != Some(Errno::EINPROGRESS as i32) => return Err(error),
            _ => {}
        }
        self.phase = SocketPhase::Connecting;
        let events = Interest::READABLE | Interest::WRITABLE;
        registry.register(&mut SourceFd(&self.socket.as_raw_fd()), token, events)
    }

    /// When the connect has to be tried again, or is over.
    pub(super) fn timer(&self, now: Instant) -> Instant {
        match self.phase {
            SocketPhase::Waiting(_) => self.gives_up.min(now + RETRY_DELAY),
            SocketPhase::Connecting | SocketPhase::Open => self.gives_up,
        }
    }

    pub(super) const fn number(&self) -> u64 {
        self.number
    }

    pub(super) const fn socket(&self) -> &Socket {
        &self.socket
    }

    pub(super) const fn is_connecting(&self) -> bool {
        !matches!(self.phase, SocketPhase::Open)
    }

    /// Whether the connect, which was not over yet, has succeeded.
    pub(super) fn has_connected(&mut self) -> io::Result<bool> {
        if let Some(error) = self.socket.take_error()? {
            return Err(error);
        }
        let connected = self.socket.peer_addr().is_ok();
        if connected {
            self.phase = SocketPhase::Open;
        }
        Ok(connected)
    }

    /// Notes what the poll reports.
    pub(super) fn note(&mut self, event: &Event) {
        // The next call of either kind returns the error.
        self.readable |= event.is_readable() || event.is_read_closed() || event.is_error();
        self.writable |= event.is_writable() || event.is_error();
        self.fin_reported |= event.is_read_closed();
    }

    /// Sends some of these bytes; `None` if the socket is full.
    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<Option<usize>> {
        while self.writable {
            match self.socket.send(bytes) {
                Ok(length) => {
                    // A short write has filled the socket: the poll reports when it has room.
                    self.writable = length == bytes.len();
                    return Ok(Some(length));
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => self.writable = false,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }

    pub(super) fn read(&mut self, buffer: &mut [u8]) -> io::Result<Received> {
        while self.readable {
            match self.socket.read(buffer) {
                Ok(0) => return Ok(Received::Fin),
                Ok(length) => {
                    // A short read has emptied the socket: the poll reports later bytes.
                    self.readable = length == buffer.len() || self.fin_reported;
                    return Ok(Received::Bytes(length));
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => self.readable = false,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Received::Nothing)
    }

    /// Sends FIN.
    pub(super) fn finish(&self) -> io::Result<()> {
        self.socket.shutdown(Shutdown::Write)
    }

    /// Makes the close send RST.
    pub(super) fn reset_at_close(&self) {
        // If this fails, the connection closes with FIN.
        let _ = self.socket.set_linger(Some(Duration::ZERO));
    }
}
