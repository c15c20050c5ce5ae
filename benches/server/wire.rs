//! The connection of a client, with TLS or without. It does not block.

use std::io::{self, ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use mio::net::TcpStream;
use mio::{Interest, Registry, Token};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection};
use socket2::SockRef;

/// How long a handshake waits for the server.
const TIMEOUT: Duration = Duration::from_secs(10);

/// A connected stream. With TLS, a write takes bytes that the socket may take only later, at a flush.
pub(crate) struct Wire {
    stream: TcpStream,
    tls: Option<Box<ClientConnection>>,
}

impl Wire {
    /// Connects, and with TLS waits for the end of the handshake. The connection is reset when it is dropped.
    ///
    /// # Errors
    /// The server does not listen, or the handshake fails.
    pub(crate) fn connect(server: SocketAddr, tls: Option<&Arc<ClientConfig>>) -> io::Result<Self> {
        let mut stream = std::net::TcpStream::connect(server)?;
        stream.set_nodelay(true)?;
        SockRef::from(&stream).set_linger(Some(Duration::ZERO))?;
        let tls = tls.map(|config| handshake(config, server, &mut stream)).transpose()?;
        stream.set_nonblocking(true)?;
        Ok(Self { stream: TcpStream::from_std(stream), tls })
    }

    /// Registers the socket with a poll.
    ///
    /// # Errors
    /// The system cannot poll one more socket.
    pub(crate) fn register(&mut self, registry: &Registry, token: Token) -> io::Result<()> {
        registry.register(&mut self.stream, token, Interest::READABLE | Interest::WRITABLE)
    }
}

fn handshake(
    config: &Arc<ClientConfig>,
    server: SocketAddr,
    stream: &mut std::net::TcpStream,
) -> io::Result<Box<ClientConnection>> {
    stream.set_read_timeout(Some(TIMEOUT))?;
    let name = ServerName::IpAddress(server.ip().into());
    let mut tls = ClientConnection::new(Arc::clone(config), name).map_err(io::Error::other)?;
    while tls.is_handshaking() || tls.wants_write() {
        tls.complete_io(stream)?;
    }
    Ok(Box::new(tls))
}

impl Read for Wire {
    /// Reads until `space` is full or the socket is empty.
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        let Some(tls) = &mut self.tls else { return self.stream.read(space) };
        let mut length = 0;
        while length < space.len() {
            match tls.reader().read(&mut space[length..]) {
                Ok(0) => break,
                Ok(read) => length += read,
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    match tls.read_tls(&mut self.stream) {
                        Err(error) if error.kind() == ErrorKind::WouldBlock && length > 0 => break,
                        read => read?,
                    };
                    tls.process_new_packets().map_err(io::Error::other)?;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(length)
    }
}

impl Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Some(tls) = &mut self.tls else { return self.stream.write(bytes) };
        let length = tls.writer().write(bytes)?;
        self.flush()?;
        if length == 0 { Err(ErrorKind::WouldBlock.into()) } else { Ok(length) }
    }

    /// Writes what the socket takes now.
    fn flush(&mut self) -> io::Result<()> {
        let Some(tls) = &mut self.tls else { return Ok(()) };
        while tls.wants_write() {
            match tls.write_tls(&mut self.stream) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                written => written?,
            };
        }
        Ok(())
    }
}
