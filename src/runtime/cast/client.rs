//! One client: what it still has to send, and whether it reads.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr};
use std::time::Duration;

use mio::net::TcpStream;
use mio::{Interest, Registry, Token};
use socket2::{Domain, Protocol, SockRef, Socket, Type};

/// A segment of Ethernet. The loopback's is 64 KiB, and the system makes the server's buffer for twenty of them.
const SEGMENT: u32 = 1_400;
/// What the system keeps for a client that does not read, and for a server that does not.
const BUFFER: usize = 16 * 1024;
/// The server is on this machine.
const CONNECT_WITHIN: Duration = Duration::from_secs(1);
/// What is not read is not kept either.
const PIECE: usize = 16 * 1024;
/// More than this is not kept for a server that does not read.
const MOST: usize = 4 << 20;

/// Whether it reads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Ear {
    /// All that comes back, to drop it.
    Hears,
    /// Nothing.
    Deaf,
}

/// What is still to come from it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Words {
    More,
    /// FIN, behind what is to go out.
    Last,
    /// Nothing: FIN has gone out.
    Said,
}

/// The connection is over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Gone;

/// A connected client.
#[derive(Debug)]
pub(super) struct Client {
    stream: TcpStream,
    unsent: Vec<u8>,
    messages: Vec<Vec<u8>>,
    /// Which of them is the next.
    turn: usize,
    ear: Ear,
    words: Words,
}

impl Client {
    /// Connects, and says from where.
    ///
    /// # Errors
    ///
    /// The server cannot be reached.
    pub(super) fn connect(
        server: SocketAddr,
        registry: &Registry,
        token: Token,
    ) -> io::Result<(Self, SocketAddr)> {
        let socket = Socket::new(Domain::for_address(server), Type::STREAM, Some(Protocol::TCP))?;
        // Before connecting: they are agreed upon then.
        socket.set_tcp_mss(SEGMENT)?;
        socket.set_recv_buffer_size(BUFFER)?;
        socket.set_send_buffer_size(BUFFER)?;
        socket.connect_timeout(&server.into(), CONNECT_WITHIN)?;
        socket.set_tcp_nodelay(true)?;
        socket.set_nonblocking(true)?;
        let mut stream = TcpStream::from_std(socket.into());
        let address = stream.local_addr()?;
        registry.register(&mut stream, token, Interest::READABLE | Interest::WRITABLE)?;
        let client = Self {
            stream,
            unsent: Vec::new(),
            messages: Vec::new(),
            turn: 0,
            ear: Ear::Hears,
            words: Words::More,
        };
        Ok((client, address))
    }

    /// The system has word of it.
    pub(super) fn serve(&mut self) -> Result<(), Gone> {
        self.write()?;
        self.read()
    }

    pub(super) fn send(&mut self, bytes: &[u8]) -> Result<(), Gone> {
        if self.words == Words::More && self.unsent.len() + bytes.len() <= MOST {
            self.unsent.extend_from_slice(bytes);
        }
        self.write()
    }

    /// Has these messages, and begins with the first.
    pub(super) fn talk(&mut self, messages: Vec<Vec<u8>>) -> Result<(), Gone> {
        (self.messages, self.turn) = (messages, 0);
        Ok(())
    }

    /// Sends the next message, unless the last one is still on its way out: a blocking call could not send it either.
    pub(super) fn turn(&mut self) -> Result<(), Gone> {
        if self.messages.is_empty() || !self.unsent.is_empty() {
            return Ok(());
        }
        self.turn %= self.messages.len();
        self.unsent.extend_from_slice(&self.messages[self.turn]);
        self.turn += 1;
        self.write()
    }

    pub(super) fn turn_ear(&mut self, ear: Ear) -> Result<(), Gone> {
        self.ear = ear;
        // The system has said already that there is something.
        self.read()
    }

    pub(super) fn finish(&mut self) -> Result<(), Gone> {
        self.messages.clear();
        if self.words == Words::More {
            self.words = Words::Last;
        }
        self.write()
    }

    pub(super) fn reset(&mut self) -> Result<(), Gone> {
        // At worst it closes like any other.
        let _ = SockRef::from(&self.stream).set_linger(Some(Duration::ZERO));
        Err(Gone)
    }

    fn write(&mut self) -> Result<(), Gone> {
        while !self.unsent.is_empty() {
            match self.stream.write(&self.unsent) {
                Ok(length) => drop(self.unsent.drain(..length)),
                // The system will say when.
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return Err(Gone),
            }
        }
        if self.words == Words::Last {
            self.words = Words::Said;
            return self.stream.shutdown(Shutdown::Write).map_err(|_| Gone);
        }
        Ok(())
    }

    fn read(&mut self) -> Result<(), Gone> {
        let mut dropped = [0; PIECE];
        while self.ear == Ear::Hears {
            match self.stream.read(&mut dropped) {
                Ok(0) => return Err(Gone),
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return Err(Gone),
            }
        }
        Ok(())
    }
}
