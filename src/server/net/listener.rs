//! The listening socket of a server: of TCP, or of the Unix domain.

use std::io;
use std::net::TcpListener;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};

use crate::event::Address;
use crate::server::net::socket::{Socket, unix_address, unix_peer};
use crate::server::net::unix_listener::BoundUnixListener;

/// A listening socket.
#[derive(Debug)]
pub(in crate::server) enum Listener {
    /// A listener of TCP.
    Tcp(TcpListener),
    /// A listener of the Unix domain.
    Unix(BoundUnixListener),
}

/// A client that was accepted.
#[derive(Debug)]
pub(in crate::server) struct Accepted {
    /// Its socket, which blocks.
    pub(in crate::server) socket: Socket,
    /// Its address.
    pub(in crate::server) peer: Address,
}

impl Listener {
    /// Accepts one client.
    ///
    /// # Errors
    /// The errors of `accept`; `WouldBlock` if no client waits.
    pub(in crate::server) fn accept(&self) -> io::Result<Accepted> {
        match self {
            Self::Tcp(listener) => {
                let (stream, peer) = listener.accept()?;
                Ok(Accepted { socket: stream.into(), peer: peer.into() })
            }
            Self::Unix(listener) => {
                let (stream, peer) = listener.accept()?;
                let peer = unix_peer(&peer, &stream);
                Ok(Accepted { socket: stream.into(), peer })
            }
        }
    }

    /// The address that it listens on, with its actual port.
    ///
    /// # Errors
    /// The errors of `getsockname`.
    pub(in crate::server) fn local_address(&self) -> io::Result<Address> {
        match self {
            Self::Tcp(listener) => listener.local_addr().map(Address::Inet),
            Self::Unix(listener) => listener.local_address().map(|address| unix_address(&address)),
        }
    }

    /// The permissions that were asked for, of the file of a Unix socket.
    pub(in crate::server) const fn file_mode(&self) -> Option<u32> {
        match self {
            Self::Tcp(_) => None,
            Self::Unix(listener) => listener.mode(),
        }
    }

    /// One more descriptor of the same listener.
    ///
    /// # Errors
    /// No descriptor is left.
    pub(in crate::server) fn try_clone(&self) -> io::Result<Self> {
        Ok(match self {
            Self::Tcp(listener) => Self::Tcp(listener.try_clone()?),
            Self::Unix(listener) => Self::Unix(listener.try_clone()?),
        })
    }
}

impl AsFd for Listener {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Self::Tcp(listener) => listener.as_fd(),
            Self::Unix(listener) => listener.as_fd(),
        }
    }
}

impl AsRawFd for Listener {
    fn as_raw_fd(&self) -> RawFd {
        self.as_fd().as_raw_fd()
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpStream;

    use super::*;

    #[test]
    fn a_client_is_accepted_with_its_address() {
        let listener = Listener::Tcp(TcpListener::bind("127.0.0.1:0").unwrap());
        let address = listener.try_clone().unwrap().local_address().unwrap();
        let mut client = TcpStream::connect(address.inet().unwrap()).unwrap();
        let Accepted { socket, peer } = listener.accept().unwrap();
        assert_eq!(peer, client.local_addr().unwrap().into());
        client.write_all(b"x").unwrap();
        assert_eq!((&socket).read(&mut [0; 4]).unwrap(), 1);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_unix_client_is_shown_by_its_name_or_its_process() {
        use std::os::linux::net::SocketAddrExt as _;
        use std::os::unix::net::{SocketAddr, UnixStream};

        use crate::event::{ProcessCredentials, UnixAddress};
        use crate::server::net::listen_address::UnixListenAddress;
        use crate::server::net::unix_name::UnixName;

        let text = format!("bytewatch-{}-listener", std::process::id());
        let name = UnixName::parse(&format!("@{text}")).unwrap();
        let address = UnixAddress::Abstract(text.as_bytes().into());
        let wanted = UnixListenAddress { name, mode: None };
        let listener = Listener::Unix(BoundUnixListener::bind(&wanted, 8).unwrap());
        assert_eq!(listener.local_address().unwrap(), Address::Unix(address.clone()));
        assert_eq!(listener.accept().unwrap_err().kind(), io::ErrorKind::WouldBlock);
        let client = UnixStream::connect_addr(&SocketAddr::from_abstract_name(&text).unwrap()).unwrap();
        let Accepted { socket, peer } = listener.accept().unwrap();
        let Address::Unix(UnixAddress::Unnamed(Some(ProcessCredentials { pid, .. }))) = peer else {
            panic!("{peer}");
        };
        assert_eq!(u32::try_from(pid).unwrap(), std::process::id());
        assert_eq!(socket.local_address().unwrap(), Address::Unix(address));
        drop(client);
    }
}
