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

use super::book::{Difference, Trouble};
use super::pattern::{PIECE, Ring};

/// The number of system calls that one connection makes before the others have their turn.
const TURN: usize = 16;

/// A connection of the load generator.
#[derive(Debug)]
pub(super) struct Connection {
    stream: TcpStream,
    /// The number of the connection, counted from 1 over the run.
    number: u64,
    /// The offset in the corpus at which the connection's stream starts.
    start: usize,
    began: Instant,
    phase: Phase,
    /// Whether the poll has reported the server's FIN: the connection reads until it reaches it.
    ends: bool,
    /// The number of bytes to send in total.
    wanted: u64,
    sent: u64,
    back: u64,
    /// The messages in flight: the end offset of each, and the time from which its latency counts.
    messages: VecDeque<(u64, Instant)>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Phase {
    Connecting,
    Open,
    /// The client's FIN is sent.
    Finished,
}

/// Whether the socket may still be ready after a turn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum More {
    /// No: the next event of the poll tells.
    Later,
    /// Yes: the turn ended at its limit of system calls.
    Now,
}

/// The result of reading.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Read {
    /// The turn is over.
    So(More),
    /// The server has closed its side, and no bytes are outstanding.
    End,
}

/// Why a connection failed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Failure {
    pub(super) trouble: Trouble,
    pub(super) difference: Option<Difference>,
}

impl From<Trouble> for Failure {
    fn from(trouble: Trouble) -> Self {
        Self { trouble, difference: None }
    }
}

impl From<&io::Error> for Failure {
    fn from(error: &io::Error) -> Self {
        let trouble = match error.kind() {
            ErrorKind::ConnectionRefused => Trouble::Refused,
            ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe => {
                Trouble::Reset
            }
            ErrorKind::TimedOut | ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => {
                Trouble::TimedOut
            }
            ErrorKind::AddrNotAvailable | ErrorKind::AddrInUse | ErrorKind::OutOfMemory => Trouble::NoRoom,
            // Too many open files (EMFILE, ENFILE) have no `ErrorKind`.
            _ if matches!(error.raw_os_error(), Some(code) if code == nix::libc::EMFILE || code == nix::libc::ENFILE) => {
                Trouble::NoRoom
            }
            _ => Trouble::Other,
        };
        trouble.into()
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

impl Connection {
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
            phase: Phase::Connecting,
            ends: false,
            wanted: 0,
            sent: 0,
            back: 0,
            messages: VecDeque::new(),
        })
    }

    /// Returns how long the connect took, once, when it has succeeded.
    pub(super) fn has_connected(&mut self, now: Instant) -> Result<Option<Duration>, Failure> {
        if self.phase != Phase::Connecting {
            return Ok(None);
        }
        if let Some(error) = self.stream.take_error().map_err(|error| Failure::from(&error))? {
            return Err(Failure::from(&error));
        }
        match self.stream.peer_addr() {
            Err(_) => Ok(None),
            Ok(_) => {
                self.phase = Phase::Open;
                // A failure only makes the measurement less exact.
                let _ = self.stream.set_nodelay(true);
                Ok(Some(now.saturating_duration_since(self.began)))
            }
        }
    }

    /// Notes that the poll has reported the server's FIN.
    pub(super) const fn will_end(&mut self) {
        self.ends = true;
    }

    pub(super) fn is_connecting(&self) -> bool {
        self.phase == Phase::Connecting
    }

    /// Queues one more message, whose latency counts from `since`.
    pub(super) fn ask(&mut self, size: usize, since: Instant) {
        self.wanted += size as u64;
        self.messages.push_back((self.wanted, since));
    }

    /// Queues bytes that do not count as a message.
    pub(super) const fn ask_bytes(&mut self, length: u64) {
        self.wanted += length;
    }

    /// The number of messages in flight.
    pub(super) fn under_way(&self) -> usize {
        self.messages.len()
    }

    /// The number of queued bytes that are not sent yet.
    pub(super) const fn unsent(&self) -> u64 {
        self.wanted - self.sent
    }

    /// The number of bytes that are sent and have not come back.
    pub(super) const fn owed(&self) -> u64 {
        self.sent - self.back
    }

    /// Drops what is queued and not sent.
    pub(super) fn ask_no_more(&mut self) {
        self.wanted = self.sent;
        while self.messages.back().is_some_and(|&(end, _)| end > self.sent) {
            self.messages.pop_back();
        }
    }

    /// Writes queued bytes until the socket is full or the turn is over. Returns the number of bytes written.
    pub(super) fn write(&mut self, ring: &Ring) -> Result<(u64, More), Failure> {
        let before = self.sent;
        for _ in 0..TURN {
            if self.phase != Phase::Open || self.unsent() == 0 {
                return Ok((self.sent - before, More::Later));
            }
            let most = self.unsent().min(PIECE as u64) as usize;
            let piece = ring.at(self.start, self.sent, most);
            match self.stream.write(piece) {
                Ok(length) => {
                    self.sent += length as u64;
                    // A short write has filled the socket: the poll reports when it has room.
                    if length < most {
                        return Ok((self.sent - before, More::Later));
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    return Ok((self.sent - before, More::Later));
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(Failure::from(&error)),
            }
        }
        Ok((self.sent - before, More::Now))
    }

    /// Reads and compares up to `most` bytes. Calls `message` for each message that is complete now, with the time from
    /// which its latency counts.
    pub(super) fn read(
        &mut self,
        ring: &Ring,
        space: &mut [u8],
        most: u64,
        mut message: impl FnMut(Instant),
    ) -> Result<(u64, Read), Failure> {
        let before = self.back;
        for _ in 0..TURN {
            let left = most - (self.back - before);
            if left == 0 {
                return Ok((most, Read::So(More::Now)));
            }
            let asked = left.min(space.len() as u64) as usize;
            let length = match self.stream.read(&mut space[..asked]) {
                Ok(0) if self.owed() > 0 => return Err(self.missing(ring, Trouble::ClosedEarly)),
                Ok(0) => return Ok((self.back - before, Read::End)),
                Ok(length) => length,
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    return Ok((self.back - before, Read::So(More::Later)));
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(Failure::from(&error)),
            };
            self.compare(ring, &space[..length])?;
            while let Some(&(end, since)) = self.messages.front()
                && end <= self.back
            {
                self.messages.pop_front();
                message(since);
            }
            // A short read has emptied the socket: the poll reports later bytes.
            if length < asked && !self.ends {
                return Ok((self.back - before, Read::So(More::Later)));
            }
        }
        Ok((self.back - before, Read::So(More::Now)))
    }

    /// Compares received bytes with the bytes that were sent.
    fn compare(&mut self, ring: &Ring, came: &[u8]) -> Result<(), Failure> {
        let mut came = came;
        while !came.is_empty() {
            let comparable = (came.len() as u64).min(self.owed()).min(PIECE as u64) as usize;
            if comparable == 0 {
                return Err(self.differs(0, None, Some(came[0])));
            }
            let expected = ring.at(self.start, self.back, comparable);
            if came[..comparable] != *expected {
                let at = came.iter().zip(expected).position(|(a, b)| a != b).unwrap_or(0);
                return Err(self.differs(at as u64, Some(expected[at]), Some(came[at])));
            }
            self.back += comparable as u64;
            came = &came[comparable..];
        }
        Ok(())
    }

    fn differs(&self, further: u64, expected: Option<u8>, found: Option<u8>) -> Failure {
        let difference = Difference { connection: self.number, offset: self.back + further, expected, found };
        Failure { trouble: Trouble::Different, difference: Some(difference) }
    }

    /// The failure of a connection whose outstanding bytes will not come.
    pub(super) fn missing(&self, ring: &Ring, trouble: Trouble) -> Failure {
        let expected = Some(ring.at(self.start, self.back, 1)[0]);
        let difference = Difference { connection: self.number, offset: self.back, expected, found: None };
        Failure { trouble, difference: Some(difference) }
    }

    /// Whether the client's FIN is sent.
    pub(super) fn has_finished(&self) -> bool {
        self.phase == Phase::Finished
    }

    /// Sends the client's FIN.
    pub(super) fn finish(&mut self) -> Result<(), Failure> {
        if self.phase == Phase::Open {
            self.phase = Phase::Finished;
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
