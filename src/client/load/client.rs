//! One connection of a client: the bytes still to send, and how many have come back unchanged.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{IpAddr, Shutdown, SocketAddr};
use std::time::{Duration, Instant};

use mio::net::TcpStream;
use mio::{Interest, Registry, Token};
use nix::errno::Errno;
use nix::sys::socket::setsockopt;
use nix::sys::socket::sockopt::IpBindAddressNoPort;
use socket2::{Domain, Protocol, SockRef, Socket, Type};

use crate::client::load::pattern::{Corpus, WINDOW};
use crate::client::load::stats::{ClientError, Mismatch};

/// The number of system calls that one connection makes before the others have their turn.
const MAX_CALLS_PER_TURN: usize = 16;

/// A connection of the load generator.
#[derive(Debug)]
pub(super) struct LoadConnection {
    stream: TcpStream,
    /// The number of the connection, counted from 1 over the run.
    number: u64,
    /// The offset in the corpus at which the connection's stream starts.
    start: usize,
    began: Instant,
    phase: ClientPhase,
    /// Whether the poll has reported the server's FIN: the connection reads until it reaches it.
    fin_reported: bool,
    /// The number of bytes to send in total.
    queued_total: u64,
    sent: u64,
    compared: u64,
    /// The messages in flight: the end offset of each, and the time from which its latency counts.
    messages: VecDeque<(u64, Instant)>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum ClientPhase {
    Connecting,
    Open,
    /// The client's FIN is sent.
    Finished,
}

/// Whether the socket may still be ready after a turn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum SocketState {
    /// No: the next event of the poll tells.
    Blocked,
    /// Yes: the turn ended at its limit of system calls.
    MaybeReady,
}

/// The result of reading.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum ReadOutcome {
    /// The turn is over.
    TurnOver(SocketState),
    /// The server has closed its side, and no bytes are outstanding.
    Closed,
}

/// Why a connection failed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Failure {
    pub(super) error: ClientError,
    pub(super) mismatch: Option<Mismatch>,
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        Self { error, mismatch: None }
    }
}

impl From<&io::Error> for Failure {
    fn from(error: &io::Error) -> Self {
        let error = match error.kind() {
            ErrorKind::ConnectionRefused => ClientError::Refused,
            ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe => {
                ClientError::Reset
            }
            ErrorKind::TimedOut | ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => {
                ClientError::TimedOut
            }
            ErrorKind::AddrNotAvailable | ErrorKind::AddrInUse | ErrorKind::OutOfMemory => {
                ClientError::OutOfResources
            }
            // Too many open files (EMFILE, ENFILE) have no `ErrorKind`.
            _ if matches!(error.raw_os_error(), Some(code) if code == nix::libc::EMFILE || code == nix::libc::ENFILE) => {
                ClientError::OutOfResources
            }
            _ => ClientError::Other,
        };
        error.into()
    }
}

/// Starts a non-blocking connect, from the address `source` if there is one.
fn connect(target: SocketAddr, source: Option<IpAddr>) -> io::Result<TcpStream> {
    let Some(source) = source else { return TcpStream::connect(target) };
    let socket = Socket::new(Domain::for_address(target), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_nonblocking(true)?;
    // The port is chosen at connect(2): a port chosen at bind(2) could not be one that an old connection still has.
    let _ = setsockopt(&socket, IpBindAddressNoPort, &true);
    socket.bind(&SocketAddr::new(source, 0).into())?;
    match socket.connect(&target.into()) {
        Err(error) if error.raw_os_error() != Some(Errno::EINPROGRESS as i32) => Err(error),
        _ => Ok(TcpStream::from_std(socket.into())),
    }
}

impl LoadConnection {
    /// Starts the connection.
    ///
    /// # Errors
    /// The system cannot start the connect.
    pub(super) fn begin(
        (target, source): (SocketAddr, Option<IpAddr>),
        (number, start): (u64, usize),
        (registry, token): (&Registry, Token),
        now: Instant,
    ) -> io::Result<Self> {
        let mut stream = connect(target, source)?;
        registry.register(&mut stream, token, Interest::READABLE | Interest::WRITABLE)?;
        Ok(Self {
            stream,
            number,
            start,
            began: now,
            phase: ClientPhase::Connecting,
            fin_reported: false,
            queued_total: 0,
            sent: 0,
            compared: 0,
            messages: VecDeque::new(),
        })
    }

    /// Returns how long the connect took, once, when it has succeeded.
    pub(super) fn has_connected(&mut self, now: Instant) -> Result<Option<Duration>, Failure> {
        if self.phase != ClientPhase::Connecting {
            return Ok(None);
        }
        if let Some(error) = self.stream.take_error().map_err(|error| Failure::from(&error))? {
            return Err(Failure::from(&error));
        }
        match self.stream.peer_addr() {
            Err(_) => Ok(None),
            Ok(_) => {
                self.phase = ClientPhase::Open;
                // A failure only makes the measurement less exact.
                let _ = self.stream.set_nodelay(true);
                Ok(Some(now.saturating_duration_since(self.began)))
            }
        }
    }

    /// Notes that the poll has reported the server's FIN.
    pub(super) const fn note_fin(&mut self) {
        self.fin_reported = true;
    }

    pub(super) fn is_connecting(&self) -> bool {
        self.phase == ClientPhase::Connecting
    }

    /// Queues one more message, whose latency counts from `since`.
    pub(super) fn queue_message(&mut self, size: usize, since: Instant) {
        self.queued_total += size as u64;
        self.messages.push_back((self.queued_total, since));
    }

    /// Queues bytes that do not count as a message.
    pub(super) const fn queue_bytes(&mut self, length: u64) {
        self.queued_total += length;
    }

    /// The number of messages in flight.
    pub(super) fn in_flight(&self) -> usize {
        self.messages.len()
    }

    /// The number of queued bytes that are not sent yet.
    pub(super) const fn unsent(&self) -> u64 {
        self.queued_total - self.sent
    }

    /// The number of bytes that are sent and have not come back.
    pub(super) const fn outstanding(&self) -> u64 {
        self.sent - self.compared
    }

    /// Drops what is queued and not sent.
    pub(super) fn drop_queued(&mut self) {
        self.queued_total = self.sent;
        while self.messages.back().is_some_and(|&(end, _)| end > self.sent) {
            self.messages.pop_back();
        }
    }

    /// Writes queued bytes until the socket is full or the turn is over. Returns the number of bytes written.
    pub(super) fn write(&mut self, corpus: &Corpus) -> Result<(u64, SocketState), Failure> {
        let before = self.sent;
        for _ in 0..MAX_CALLS_PER_TURN {
            if self.phase != ClientPhase::Open || self.unsent() == 0 {
                return Ok((self.sent - before, SocketState::Blocked));
            }
            let most = self.unsent().min(WINDOW as u64) as usize;
            let piece = corpus.at(self.start, self.sent, most);
            match self.stream.write(piece) {
                Ok(length) => {
                    self.sent += length as u64;
                    // A short write has filled the socket: the poll reports when it has room.
                    if length < most {
                        return Ok((self.sent - before, SocketState::Blocked));
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    return Ok((self.sent - before, SocketState::Blocked));
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(Failure::from(&error)),
            }
        }
        Ok((self.sent - before, SocketState::MaybeReady))
    }

    /// Reads and compares up to `most` bytes. Calls `message` for each message that is complete now, with the time from
    /// which its latency counts.
    pub(super) fn read(
        &mut self,
        corpus: &Corpus,
        buffer: &mut [u8],
        most: u64,
        mut message: impl FnMut(Instant),
    ) -> Result<(u64, ReadOutcome), Failure> {
        let before = self.compared;
        for _ in 0..MAX_CALLS_PER_TURN {
            let left = most - (self.compared - before);
            if left == 0 {
                return Ok((most, ReadOutcome::TurnOver(SocketState::MaybeReady)));
            }
            let asked = left.min(buffer.len() as u64) as usize;
            let length = match self.stream.read(&mut buffer[..asked]) {
                Ok(0) if self.outstanding() > 0 => return Err(self.missing(corpus, ClientError::ClosedEarly)),
                Ok(0) => return Ok((self.compared - before, ReadOutcome::Closed)),
                Ok(length) => length,
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    return Ok((self.compared - before, ReadOutcome::TurnOver(SocketState::Blocked)));
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(Failure::from(&error)),
            };
            self.compare(corpus, &buffer[..length])?;
            while let Some(&(end, since)) = self.messages.front()
                && end <= self.compared
            {
                self.messages.pop_front();
                message(since);
            }
            // A short read has emptied the socket: the poll reports later bytes.
            if length < asked && !self.fin_reported {
                return Ok((self.compared - before, ReadOutcome::TurnOver(SocketState::Blocked)));
            }
        }
        Ok((self.compared - before, ReadOutcome::TurnOver(SocketState::MaybeReady)))
    }

    /// Compares received bytes with the bytes that were sent.
    fn compare(&mut self, corpus: &Corpus, received: &[u8]) -> Result<(), Failure> {
        let mut received = received;
        while !received.is_empty() {
            let comparable = (received.len() as u64).min(self.outstanding()).min(WINDOW as u64) as usize;
            if comparable == 0 {
                return Err(self.mismatch(0, None, Some(received[0])));
            }
            let expected = corpus.at(self.start, self.compared, comparable);
            if received[..comparable] != *expected {
                let at = received.iter().zip(expected).position(|(a, b)| a != b).unwrap_or(0);
                return Err(self.mismatch(at as u64, Some(expected[at]), Some(received[at])));
            }
            self.compared += comparable as u64;
            received = &received[comparable..];
        }
        Ok(())
    }

    fn mismatch(&self, further: u64, expected: Option<u8>, found: Option<u8>) -> Failure {
        let mismatch = Mismatch { connection: self.number, offset: self.compared + further, expected, found };
        Failure { error: ClientError::Mismatch, mismatch: Some(mismatch) }
    }

    /// The failure of a connection whose outstanding bytes will not come.
    pub(super) fn missing(&self, corpus: &Corpus, error: ClientError) -> Failure {
        let expected = Some(corpus.at(self.start, self.compared, 1)[0]);
        let mismatch = Mismatch { connection: self.number, offset: self.compared, expected, found: None };
        Failure { error, mismatch: Some(mismatch) }
    }

    /// Whether the client's FIN is sent.
    pub(super) fn has_sent_fin(&self) -> bool {
        self.phase == ClientPhase::Finished
    }

    /// Sends the client's FIN.
    pub(super) fn finish(&mut self) -> Result<(), Failure> {
        if self.phase == ClientPhase::Open {
            self.phase = ClientPhase::Finished;
            self.stream.shutdown(Shutdown::Write).map_err(|error| Failure::from(&error))?;
        }
        Ok(())
    }

    /// Makes the following close send RST.
    pub(super) fn reset(&self) {
        // If this fails, the connection closes with FIN.
        let _ = SockRef::from(&self.stream).set_linger(Some(Duration::ZERO));
    }
}
