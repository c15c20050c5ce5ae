//! One scripted client: its output queue, and whether it reads.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr};
use std::time::Duration;

use mio::net::TcpStream;
use mio::{Interest, Registry, Token};
use socket2::{Domain, Protocol, SockRef, Socket, Type};

/// The segment size of Ethernet. Segments of the loopback have 64 KiB, and the system sizes the server's buffer for
/// twenty of them.
const SEGMENT: u32 = 1_400;
/// The size of both socket buffers.
const BUFFER: usize = 16 * 1024;
/// The connect timeout; the server is on this machine.
const CONNECT_WITHIN: Duration = Duration::from_secs(1);
/// The size of the buffer into which received bytes are read and dropped.
const PIECE: usize = 16 * 1024;
/// The limit on queued bytes while the server does not read.
const MOST: usize = 4 << 20;

/// Whether the client reads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Ear {
    /// The client reads and drops what comes back.
    Hears,
    /// The client does not read.
    Deaf,
}

/// The state of the client's sending side.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Words {
    More,
    /// FIN follows the queued bytes.
    Last,
    /// FIN is sent.
    Said,
}

/// The connection is closed or has failed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Gone;

/// A connected client.
#[derive(Debug)]
pub(super) struct Client {
    stream: TcpStream,
    unsent: Vec<u8>,
    messages: Vec<Vec<u8>>,
    /// The index of the next message.
    turn: usize,
    ear: Ear,
    words: Words,
}

impl Client {
    /// Connects, and returns the local address.
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
        // Before connect(2), because the handshake negotiates them.
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

    /// Writes and reads after an event of the poll.
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

    /// Sets the messages to send, starting at the first.
    pub(super) fn talk(&mut self, messages: Vec<Vec<u8>>) -> Result<(), Gone> {
        (self.messages, self.turn) = (messages, 0);
        Ok(())
    }

    /// Sends the next message, unless the last one is still queued: a blocking call could not send it either.
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
        // mio reports edges only: the event for bytes that have arrived came before.
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
        // If this fails, the connection closes with FIN.
        let _ = SockRef::from(&self.stream).set_linger(Some(Duration::ZERO));
        Err(Gone)
    }

    fn write(&mut self) -> Result<(), Gone> {
        while !self.unsent.is_empty() {
            match self.stream.write(&self.unsent) {
                Ok(length) => drop(self.unsent.drain(..length)),
                // The poll reports when the socket has room.
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
