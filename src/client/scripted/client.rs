//! One scripted client: its output queue, and whether it reads.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr};
use std::time::Duration;

use mio::net::TcpStream;
use mio::{Interest, Registry, Token};
use socket2::{Domain, Protocol, SockRef, Socket, Type};

/// The segment size of Ethernet. Segments of the loopback have 64 KiB, and the system sizes the server's buffer for
/// twenty of them.
const SEGMENT_SIZE: u32 = 1_400;
/// The size of both socket buffers.
const SOCKET_BUFFER: usize = 16 * 1024;
/// The connect timeout; the server is on this machine.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
/// The size of the buffer into which received bytes are read and dropped.
const READ_SIZE: usize = 16 * 1024;
/// The limit on queued bytes while the server does not read.
const MAX_QUEUED: usize = 4 << 20;

/// Whether the client reads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum ReadState {
    /// The client reads and drops what comes back.
    On,
    /// The client does not read.
    Paused,
}

/// The state of the client's sending side.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum WriteHalf {
    Open,
    /// FIN follows the queued bytes.
    Closing,
    /// FIN is sent.
    Closed,
}

/// The connection is closed or has failed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Disconnected;

/// A connected client.
#[derive(Debug)]
pub(super) struct ScriptedClient {
    stream: TcpStream,
    unsent: Vec<u8>,
    messages: Vec<Vec<u8>>,
    /// The index of the next message.
    next_message: usize,
    reading: ReadState,
    write_half: WriteHalf,
}

impl ScriptedClient {
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
        socket.set_tcp_mss(SEGMENT_SIZE)?;
        socket.set_recv_buffer_size(SOCKET_BUFFER)?;
        socket.set_send_buffer_size(SOCKET_BUFFER)?;
        socket.connect_timeout(&server.into(), CONNECT_TIMEOUT)?;
        socket.set_tcp_nodelay(true)?;
        socket.set_nonblocking(true)?;
        let mut stream = TcpStream::from_std(socket.into());
        let address = stream.local_addr()?;
        registry.register(&mut stream, token, Interest::READABLE | Interest::WRITABLE)?;
        let client = Self {
            stream,
            unsent: Vec::new(),
            messages: Vec::new(),
            next_message: 0,
            reading: ReadState::On,
            write_half: WriteHalf::Open,
        };
        Ok((client, address))
    }

    /// Writes and reads after an event of the poll.
    pub(super) fn serve(&mut self) -> Result<(), Disconnected> {
        self.write()?;
        self.read()
    }

    pub(super) fn send(&mut self, bytes: &[u8]) -> Result<(), Disconnected> {
        if self.write_half == WriteHalf::Open && self.unsent.len() + bytes.len() <= MAX_QUEUED {
            self.unsent.extend_from_slice(bytes);
        }
        self.write()
    }

    /// Sets the messages to send, starting at the first.
    pub(super) fn set_messages(&mut self, messages: Vec<Vec<u8>>) -> Result<(), Disconnected> {
        (self.messages, self.next_message) = (messages, 0);
        Ok(())
    }

    /// Sends the next message, unless the last one is still queued: a blocking call could not send it either.
    pub(super) fn send_next(&mut self) -> Result<(), Disconnected> {
        if self.messages.is_empty() || !self.unsent.is_empty() {
            return Ok(());
        }
        self.next_message %= self.messages.len();
        self.unsent.extend_from_slice(&self.messages[self.next_message]);
        self.next_message += 1;
        self.write()
    }

    pub(super) fn set_reading(&mut self, reading: ReadState) -> Result<(), Disconnected> {
        self.reading = reading;
        // mio reports edges only: the event for bytes that have arrived came before.
        self.read()
    }

    pub(super) fn finish(&mut self) -> Result<(), Disconnected> {
        self.messages.clear();
        if self.write_half == WriteHalf::Open {
            self.write_half = WriteHalf::Closing;
        }
        self.write()
    }

    pub(super) fn reset(&mut self) -> Result<(), Disconnected> {
        // If this fails, the connection closes with FIN.
        let _ = SockRef::from(&self.stream).set_linger(Some(Duration::ZERO));
        Err(Disconnected)
    }

    fn write(&mut self) -> Result<(), Disconnected> {
        while !self.unsent.is_empty() {
            match self.stream.write(&self.unsent) {
                Ok(length) => drop(self.unsent.drain(..length)),
                // The poll reports when the socket has room.
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return Err(Disconnected),
            }
        }
        if self.write_half == WriteHalf::Closing {
            self.write_half = WriteHalf::Closed;
            return self.stream.shutdown(Shutdown::Write).map_err(|_| Disconnected);
        }
        Ok(())
    }

    fn read(&mut self) -> Result<(), Disconnected> {
        let mut dropped = [0; READ_SIZE];
        while self.reading == ReadState::On {
            match self.stream.read(&mut dropped) {
                Ok(0) => return Err(Disconnected),
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return Err(Disconnected),
            }
        }
        Ok(())
    }
}
