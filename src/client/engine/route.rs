//! Where clients connect to, and with which sockets.

use std::ffi::OsStr;
use std::io::{self, ErrorKind};
use std::net::{IpAddr, SocketAddr};
use std::os::unix::ffi::OsStrExt as _;
use std::time::Duration;

use nix::sys::socket::setsockopt;
use nix::sys::socket::sockopt::IpBindAddressNoPort;
use socket2::{Protocol, SockAddr, Socket, Type};

use crate::event::Address;
use crate::event::UnixAddress;

/// The segment size of Ethernet. Segments of the loopback have 64 KiB, and the system sizes the server's buffer for
/// twenty of them.
const SEGMENT_SIZE: u32 = 1_400;
/// The size of each small buffer.
const SMALL_BUFFER: usize = 16 * 1024;

/// Where clients connect to, and how.
#[derive(Debug)]
pub(in crate::client) struct Route {
    pub(super) target: SockAddr,
    /// The address that clients connect from; the system chooses one if there is none.
    source: Option<SockAddr>,
    /// The time after which a connect fails.
    pub(super) timeout: Duration,
    buffers: SocketBuffers,
}

/// The buffers of a client's socket.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::client) enum SocketBuffers {
    /// As the system sizes them.
    Default,
    /// Small ones, with small segments, as if the connection crossed a network: a client that does not read blocks the
    /// server after a few hundred kilobytes, not after ten megabytes.
    Small,
}

impl Route {
    /// Creates a route to `target`, on which a connect fails after `timeout`.
    ///
    /// # Errors
    /// No socket can be connected to this address: it is too long, or has no name.
    pub(in crate::client) fn new(
        target: &Address,
        timeout: Duration,
        buffers: SocketBuffers,
    ) -> io::Result<Self> {
        let target = match target {
            Address::Inet(address) => (*address).into(),
            Address::Unix(UnixAddress::Path(path)) => SockAddr::unix(path)?,
            Address::Unix(UnixAddress::Abstract(name)) => {
                SockAddr::unix(OsStr::from_bytes(&[&[0], &**name].concat()))?
            }
            Address::Unix(UnixAddress::Unnamed(_)) | Address::Untold => {
                return Err(io::Error::new(
                    ErrorKind::InvalidInput,
                    "a socket without a name has no address",
                ));
            }
        };
        Ok(Self { target, source: None, timeout, buffers })
    }

    /// This route from the address `source`. A connection to a Unix domain socket has no source address.
    pub(in crate::client) fn from(self, source: Option<IpAddr>) -> Self {
        let source = source.filter(|_| !self.target.is_unix()).map(|ip| SocketAddr::new(ip, 0).into());
        Self { source, ..self }
    }

    /// Creates a socket that can be connected along the route.
    pub(super) fn socket(&self) -> io::Result<Socket> {
        let inet = !self.target.is_unix();
        let kind = Type::STREAM.nonblocking();
        let socket = Socket::new(self.target.domain(), kind, inet.then_some(Protocol::TCP))?;
        if self.buffers == SocketBuffers::Small {
            // Before connect(2), because the handshake negotiates them.
            if inet {
                socket.set_tcp_mss(SEGMENT_SIZE)?;
            }
            socket.set_recv_buffer_size(SMALL_BUFFER)?;
            socket.set_send_buffer_size(SMALL_BUFFER)?;
        }
        if inet {
            // A failure only makes a measurement less exact.
            let _ = socket.set_tcp_nodelay(true);
        }
        if let Some(source) = &self.source {
            // The port is chosen at connect(2): a port chosen at bind(2) could not be one that an old connection
            // still has.
            let _ = setsockopt(&socket, IpBindAddressNoPort, &true);
            socket.bind(source)?;
        }
        Ok(socket)
    }
}
