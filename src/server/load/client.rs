//! One connection of a client: what it still has to send, and how much of it has come back as it was.

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

/// The most calls that one connection makes before the others have their turn.
const TURN: usize = 16;

/// A connection.
#[derive(Debug)]
pub(super) struct Connection {
    stream: TcpStream,
    /// Which of all that were made, from 1.
    number: u64,
    /// Where in the ring its stream begins.
    start: usize,
    began: Instant,
    phase: Phase,
    /// The system said that the server has sent its last byte: read until it is there.
    ends: bool,
    /// The number of bytes that are to go out in all.
    wanted: u64,
    sent: u64,
    back: u64,
    /// Messages that are not yet back: where each ends, and since when it counts.
    messages: VecDeque<(u64, Instant)>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Phase {
    Connecting,
    Open,
    /// Our FIN has gone out.
    Finished,
}

/// Whether there may be more to do at once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum More {
    /// The system will say when.
    Later,
    /// The turn was over before the socket was.
    Now,
}

/// What reading came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Read {
    /// This is all for now.
    So(More),
    /// The server has ended its side, and owes nothing.
    End,
}

/// Why a connection is over before its time.
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
            // Too many open files have no kind of their own.
            _ if matches!(error.raw_os_error(), Some(code) if code == nix::libc::EMFILE || code == nix::libc::ENFILE) => {
                Trouble::NoRoom
            }
            _ => Trouble::Other,
        };
        trouble.into()
    }
}

/// Asks for a connection, from this address if there is one.
fn connect(target: SocketAddr, source: Option<IpAddr>) -> io::Result<TcpStream> {
    let Some(source) = source else { return TcpStream::connect(target) };
    let socket = Socket::new(Domain::for_address(target), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_nonblocking(true)?;
    // The port is chosen while connecting: chosen before, it could not be one that an old connection still has.
    let _ = setsockopt(&socket, IpBindAddressNoPort, &true);
    socket.bind(&SocketAddr::new(source, 0).into())?;
    match socket.connect(&target.into()) {
        Err(error) if error.raw_os_error() != Some(Errno::EINPROGRESS as i32) => Err(error),
        _ => Ok(TcpStream::from_std(socket.into())),
    }
}

impl Connection {
    /// Asks for a connection.
    ///
    /// # Errors
    /// The system cannot even ask.
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

    /// Whether it is there: says so once, with how long that took.
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
                // Only the measurement suffers without it.
                let _ = self.stream.set_nodelay(true);
                Ok(Some(now.saturating_duration_since(self.began)))
            }
        }
    }

    /// The server has sent its last byte.
    pub(super) const fn will_end(&mut self) {
        self.ends = true;
    }

    pub(super) fn is_connecting(&self) -> bool {
        self.phase == Phase::Connecting
    }

    /// One more message, which counts from `since`.
    pub(super) fn ask(&mut self, size: usize, since: Instant) {
        self.wanted += size as u64;
        self.messages.push_back((self.wanted, since));
    }

    /// Adds bytes to be sent that are no message.
    pub(super) const fn ask_bytes(&mut self, length: u64) {
        self.wanted += length;
    }

    /// Messages that are under way.
    pub(super) fn under_way(&self) -> usize {
        self.messages.len()
    }

    /// Bytes that are to go out.
    pub(super) const fn unsent(&self) -> u64 {
        self.wanted - self.sent
    }

    /// Bytes that went out and have not come back.
    pub(super) const fn owed(&self) -> u64 {
        self.sent - self.back
    }

    /// What has not gone out never will.
    pub(super) fn ask_no_more(&mut self) {
        self.wanted = self.sent;
        while self.messages.back().is_some_and(|&(end, _)| end > self.sent) {
            self.messages.pop_back();
        }
    }

    /// Writes what is to go out, as far as it goes. Returns how much that was.
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
                    // A short write has filled the socket: there will be word of room.
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

    /// Reads what came, up to `most` bytes, and compares it. `message` is told since when each message counted that is
    /// whole now.
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
            // That was all there is. Of what comes later there will be word.
            if length < asked && !self.ends {
                return Ok((self.back - before, Read::So(More::Later)));
            }
        }
        Ok((self.back - before, Read::So(More::Now)))
    }

    /// Holds what came against what was sent.
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

    /// The rest of what is owed will not come.
    pub(super) fn missing(&self, ring: &Ring, trouble: Trouble) -> Failure {
        let expected = Some(ring.at(self.start, self.back, 1)[0]);
        let difference = Difference { connection: self.number, offset: self.back, expected, found: None };
        Failure { trouble, difference: Some(difference) }
    }

    /// Whether our FIN has gone out.
    pub(super) fn has_finished(&self) -> bool {
        self.phase == Phase::Finished
    }

    /// Sends the FIN.
    pub(super) fn finish(&mut self) -> Result<(), Failure> {
        if self.phase == Phase::Open {
            self.phase = Phase::Finished;
            self.stream.shutdown(Shutdown::Write).map_err(|error| Failure::from(&error))?;
        }
        Ok(())
    }

    /// Makes the closing that follows a reset.
    pub(super) fn reset(&self) {
        // At worst it closes like any other.
        let _ = SockRef::from(&self.stream).set_linger(Some(Duration::ZERO));
    }
}
