//! Sockets for a replay: to a server, or for clients.

use std::ffi::OsStr;
use std::io::{self, ErrorKind};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::time::Duration;

use anyhow::{Result, anyhow};
use nix::errno::Errno;
use socket2::{Domain, Protocol, SockAddr, Socket, Type};

use crate::event::{Address, UnixAddress};

/// The number of clients that may wait to be accepted.
const BACKLOG: i32 = 1_024;

fn socket_address(address: &Address) -> io::Result<SockAddr> {
    match address {
        Address::Inet(address) => Ok((*address).into()),
        Address::Unix(UnixAddress::Path(path)) => SockAddr::unix(path),
        Address::Unix(UnixAddress::Abstract(name)) => {
            SockAddr::unix(OsStr::from_bytes(&[&[0], &**name].concat()))
        }
        Address::Unix(UnixAddress::Unnamed(_)) | Address::Untold => {
            Err(io::Error::new(ErrorKind::InvalidInput, "a socket without a name has no address"))
        }
    }
}

fn socket(address: &SockAddr) -> io::Result<Socket> {
    let protocol = (!address.is_unix()).then_some(Protocol::TCP);
    Socket::new(address.domain(), Type::STREAM, protocol)
}

/// Connects to a server.
///
/// # Errors
///
/// Those of connect(2); also when it takes too long.
pub(super) fn connect(target: &Address, timeout: Duration) -> io::Result<Socket> {
    let target = socket_address(target)?;
    let socket = socket(&target)?;
    socket.connect_timeout(&target, timeout)?;
    prepared(socket)
}

/// The address of this end of a connection.
pub(super) fn local(socket: &Socket) -> Address {
    address(socket.local_addr())
}

/// The address of the other end of a connection.
pub(super) fn peer(socket: &Socket) -> Address {
    address(socket.peer_addr())
}

/// A socket of a Unix domain that connects has no name, as a rule.
fn address(named: io::Result<SockAddr>) -> Address {
    let inet = named.ok().and_then(|address| address.as_socket());
    inet.map_or(Address::Unix(UnixAddress::Unnamed(None)), Address::from)
}

/// Why a server cannot be connected to, in words.
pub(super) fn words(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::TimedOut => "it does not answer".to_owned(),
        _ => match error.raw_os_error() {
            Some(number) => Errno::from_raw(number).desc().to_lowercase(),
            None => error.to_string(),
        },
    }
}

/// A connected socket whose calls do not block.
fn prepared(socket: Socket) -> io::Result<Socket> {
    socket.set_nonblocking(true)?;
    // A Unix domain socket has no such option, and does not need it.
    let _ = socket.set_tcp_nodelay(true);
    Ok(socket)
}

/// A socket that accepts clients. The file of a Unix domain socket is removed with it.
#[derive(Debug)]
pub(super) struct Listener {
    socket: Socket,
    address: Address,
}

impl Listener {
    /// Listens.
    ///
    /// # Errors
    ///
    /// One line with that of bind(2) or listen(2).
    pub(super) fn bind(address: &Address) -> Result<Self> {
        Self::try_bind(address).map_err(|error| anyhow!("cannot listen on {address}: {error}"))
    }

    fn try_bind(address: &Address) -> io::Result<Self> {
        let name = socket_address(address)?;
        let socket = socket(&name)?;
        if name.domain() == Domain::IPV6 {
            socket.set_only_v6(true)?;
        }
        if !name.is_unix() {
            socket.set_reuse_address(true)?;
        }
        socket.bind(&name)?;
        socket.listen(BACKLOG)?;
        socket.set_nonblocking(true)?;
        Ok(Self { socket, address: address.clone() })
    }

    /// The address, with the port that the system chose.
    pub(super) fn address(&self) -> Address {
        let bound = self.socket.local_addr().ok().and_then(|address| address.as_socket());
        bound.map_or_else(|| self.address.clone(), Address::from)
    }

    /// The socket, to wait for a client.
    pub(super) const fn socket(&self) -> &Socket {
        &self.socket
    }

    /// Accepts a client that waits; `None` if there is none.
    ///
    /// # Errors
    ///
    /// Those of accept(2) that the next client would meet as well.
    pub(super) fn accept(&self) -> io::Result<Option<Socket>> {
        match self.socket.accept() {
            Ok((socket, _)) => prepared(socket).map(Some),
            Err(error) => match error.kind() {
                ErrorKind::WouldBlock | ErrorKind::Interrupted | ErrorKind::ConnectionAborted => Ok(None),
                _ => Err(error),
            },
        }
    }

    fn path(&self) -> Option<&Path> {
        match &self.address {
            Address::Unix(UnixAddress::Path(path)) => Some(path),
            Address::Unix(UnixAddress::Abstract(_) | UnixAddress::Unnamed(_))
            | Address::Inet(_)
            | Address::Untold => None,
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        if let Some(path) = self.path() {
            // Without its file no client could connect anyway.
            let _ = std::fs::remove_file(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_of_a_unix_socket_is_removed_and_no_other_one_is() {
        let path = std::env::temp_dir().join(format!("bytewatch-replay-{}.socket", std::process::id()));
        let address = Address::Unix(UnixAddress::Path(path.as_path().into()));
        let listener = Listener::bind(&address).unwrap();
        let why = Listener::bind(&address).unwrap_err().to_string();
        assert!(why.starts_with("cannot listen on unix:") && why.contains("in use"), "{why}");
        let client = connect(&address, Duration::from_secs(60)).unwrap();
        let accepted = listener.accept().unwrap();
        assert!(accepted.is_some() && listener.accept().unwrap().is_none());
        drop((client, listener));
        assert!(!path.exists());
    }
}
