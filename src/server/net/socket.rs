//! The socket of a connection: of TCP, or of the Unix domain.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};
use std::os::unix::net::{SocketAddr as UnixSocketAddr, UnixStream};
use std::sync::Arc;
use std::time::Duration;

use rustix::net::{RecvFlags, SendFlags, recv, send};

use crate::event::{Address, ProcessCredentials, UnixAddress};
use crate::server::net::c_library;

/// A connected stream socket.
#[derive(Debug)]
pub(in crate::server) enum Socket {
    /// A socket of TCP.
    Tcp(TcpStream),
    /// A stream socket of the Unix domain.
    Unix(UnixStream),
}

/// Calls the same method of either kind of socket.
macro_rules! either {
    ($socket:expr, $stream:ident => $call:expr) => {
        match $socket {
            Socket::Tcp($stream) => $call,
            Socket::Unix($stream) => $call,
        }
    };
}

impl Socket {
    /// Ends one direction, or both.
    ///
    /// # Errors
    /// The errors of `shutdown`.
    pub(in crate::server) fn shutdown(&self, how: Shutdown) -> io::Result<()> {
        either!(self, stream => stream.shutdown(how))
    }

    /// Sets whether calls return `WouldBlock` instead of waiting.
    ///
    /// # Errors
    /// The errors of `ioctl`.
    pub(in crate::server) fn set_nonblocking(&self, nonblocking: bool) -> io::Result<()> {
        either!(self, stream => stream.set_nonblocking(nonblocking))
    }

    /// Sets how long a blocking read waits; `None` waits for ever.
    ///
    /// # Errors
    /// The errors of `setsockopt`; a limit of zero is refused.
    pub(in crate::server) fn set_read_timeout(&self, limit: Option<Duration>) -> io::Result<()> {
        either!(self, stream => stream.set_read_timeout(limit))
    }

    /// Sets how long a blocking write waits; `None` waits for ever.
    ///
    /// # Errors
    /// The errors of `setsockopt`; a limit of zero is refused.
    pub(in crate::server) fn set_write_timeout(&self, limit: Option<Duration>) -> io::Result<()> {
        either!(self, stream => stream.set_write_timeout(limit))
    }

    /// Takes the pending error of the socket. The kernel reports an error once: after this call a reset connection
    /// reads as one that has ended. So call it only while a connect is under way.
    ///
    /// # Errors
    /// The errors of `getsockopt`.
    pub(in crate::server) fn take_error(&self) -> io::Result<Option<io::Error>> {
        either!(self, stream => stream.take_error())
    }

    /// The address of the peer. A Unix peer without a name is told by its process.
    ///
    /// # Errors
    /// The errors of `getpeername`: `NotConnected` before a connect is complete, and after a reset.
    pub(in crate::server) fn peer_address(&self) -> io::Result<Address> {
        match self {
            Self::Tcp(stream) => stream.peer_addr().map(Address::Inet),
            Self::Unix(stream) => {
                let address = stream.peer_addr()?;
                Ok(Address::Unix(
                    named(&address).unwrap_or_else(|| UnixAddress::Unnamed(credentials(stream))),
                ))
            }
        }
    }

    /// Our own address. An accepted Unix socket has that of its listener; one that has connected has no name.
    ///
    /// # Errors
    /// The errors of `getsockname`.
    pub(in crate::server) fn local_address(&self) -> io::Result<Address> {
        match self {
            Self::Tcp(stream) => stream.local_addr().map(Address::Inet),
            Self::Unix(stream) => stream.local_addr().map(|address| unix_address(&address)),
        }
    }

    /// Whether this is a socket of TCP. Only those have urgent data, kernel receive timestamps, `TCP_NODELAY` and RST.
    pub(in crate::server) const fn is_tcp(&self) -> bool {
        matches!(self, Self::Tcp(_))
    }

    /// The size of the kernel's send queue: of TCP the bytes that the peer has not acknowledged. Of a Unix socket it is
    /// the memory for what the peer has not read, which is more than the bytes themselves; zero means the same.
    ///
    /// # Errors
    /// The errors of `ioctl`.
    pub(in crate::server) fn unsent(&self) -> io::Result<usize> {
        Ok(c_library::send_queue(self.as_fd())?)
    }
}

/// The address of a Unix socket; one without a name is of an unknown process.
pub(in crate::server) fn unix_address(address: &UnixSocketAddr) -> Address {
    Address::Unix(named(address).unwrap_or(UnixAddress::Unnamed(None)))
}

/// The address of the peer of a Unix socket: its name, or the process behind it.
pub(in crate::server) fn unix_peer(address: &UnixSocketAddr, stream: &UnixStream) -> Address {
    Address::Unix(named(address).unwrap_or_else(|| UnixAddress::Unnamed(credentials(stream))))
}

/// The name of a Unix socket, if it has one.
fn named(address: &UnixSocketAddr) -> Option<UnixAddress> {
    #[cfg(target_os = "linux")]
    if let Some(name) = std::os::linux::net::SocketAddrExt::as_abstract_name(address) {
        return Some(UnixAddress::Abstract(name.into()));
    }
    address.as_pathname().map(|path| UnixAddress::Path(Arc::from(path)))
}

/// The process that opened the peer's end. It may have given the socket to another one since.
#[cfg(target_os = "linux")]
fn credentials(stream: &UnixStream) -> Option<ProcessCredentials> {
    let peer = nix::sys::socket::getsockopt(stream, nix::sys::socket::sockopt::PeerCredentials).ok()?;
    Some(ProcessCredentials { pid: peer.pid(), uid: peer.uid() })
}

#[cfg(not(target_os = "linux"))]
fn credentials(_stream: &UnixStream) -> Option<ProcessCredentials> {
    None
}

impl Read for &Socket {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        let (length, _) = recv(self, space, RecvFlags::empty())?;
        Ok(length)
    }
}

impl Write for &Socket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(send(self, bytes, SendFlags::NOSIGNAL)?)
    }

    fn flush(&mut self) -> io::Result<()> {
        // Sockets buffer nothing in this process.
        Ok(())
    }
}

impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        either!(self, stream => stream.as_fd())
    }
}

impl AsRawFd for Socket {
    fn as_raw_fd(&self) -> RawFd {
        either!(self, stream => stream.as_raw_fd())
    }
}

impl From<TcpStream> for Socket {
    fn from(stream: TcpStream) -> Self {
        Self::Tcp(stream)
    }
}

impl From<UnixStream> for Socket {
    fn from(stream: UnixStream) -> Self {
        Self::Unix(stream)
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    #[cfg(target_os = "linux")]
    use std::os::unix::fs::MetadataExt as _;
    use std::time::Instant;

    use super::*;

    /// Two ends of a connection.
    struct Pair {
        near: Socket,
        far: Socket,
    }

    fn tcp() -> Pair {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let far = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        Pair { near: listener.accept().unwrap().0.into(), far: far.into() }
    }

    fn unix() -> Pair {
        let (near, far) = UnixStream::pair().unwrap();
        Pair { near: near.into(), far: far.into() }
    }

    fn both() -> [Pair; 2] {
        let pairs = [tcp(), unix()];
        for end in pairs.iter().flat_map(|pair| [&pair.near, &pair.far]) {
            // A test that fails ends.
            end.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
            end.set_write_timeout(Some(Duration::from_secs(10))).unwrap();
        }
        pairs
    }

    fn until_sent(socket: &Socket) {
        let end = Instant::now() + Duration::from_secs(10);
        while socket.unsent().unwrap() > 0 {
            assert!(Instant::now() < end, "{} bytes stay unsent", socket.unsent().unwrap());
            std::thread::yield_now();
        }
    }

    #[test]
    fn bytes_and_the_half_close_go_both_ways() {
        for Pair { near, far } in both() {
            (&near).write_all(b"hello").unwrap();
            near.shutdown(Shutdown::Write).unwrap();
            let mut text = String::new();
            (&far).read_to_string(&mut text).unwrap();
            assert_eq!(text, "hello");
            (&far).write_all(b"answer").unwrap();
            let mut answer = [0; 6];
            (&near).read_exact(&mut answer).unwrap();
            assert_eq!(&answer, b"answer");
        }
    }

    #[test]
    fn a_socket_that_does_not_block_says_so() {
        for Pair { near, far } in both() {
            near.set_nonblocking(true).unwrap();
            let error = (&near).read(&mut [0; 1]).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
            assert!(near.take_error().unwrap().is_none());
            drop(far);
        }
    }

    #[test]
    fn a_reset_reaches_a_peer_of_tcp_alone() {
        let [tcp, unix] = both();
        for pair in [&tcp, &unix] {
            socket2::SockRef::from(&pair.near).set_linger(Some(Duration::ZERO)).unwrap();
        }
        drop((tcp.near, unix.near));
        let error = (&tcp.far).read(&mut [0; 1]).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
        assert_eq!((&unix.far).read(&mut [0; 1]).unwrap(), 0, "a Unix peer reads the end");
    }

    #[test]
    fn a_unix_peer_whose_bytes_are_unread_reads_a_reset() {
        let Pair { near, far } = unix();
        (&far).write_all(b"x").unwrap();
        drop(near);
        let error = (&far).read(&mut [0; 1]).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
    }

    #[test]
    fn the_send_queue_of_tcp_empties_before_the_peer_reads() {
        let Pair { near, far } = tcp();
        (&near).write_all(b"hello").unwrap();
        until_sent(&near);
        drop(far);
    }

    #[test]
    fn the_send_queue_of_a_unix_socket_empties_when_the_peer_reads() {
        let Pair { near, far } = unix();
        assert_eq!(near.unsent().unwrap(), 0);
        (&near).write_all(b"hello").unwrap();
        assert!(near.unsent().unwrap() >= 5);
        (&far).read_exact(&mut [0; 5]).unwrap();
        until_sent(&near);
    }

    #[test]
    fn a_full_send_queue_is_counted() {
        let Pair { near, far } = tcp();
        near.set_nonblocking(true).unwrap();
        let block = [0; 64 * 1024];
        let error = loop {
            if let Err(error) = (&near).write(&block) {
                break error;
            }
        };
        assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
        assert!(near.unsent().unwrap() > 0, "the peer reads nothing");
        drop(far);
    }

    #[test]
    fn addresses_of_tcp_are_those_of_the_other_end() {
        let Pair { near, far } = tcp();
        assert!(near.is_tcp());
        assert_eq!(near.peer_address().unwrap(), far.local_address().unwrap());
        assert_eq!(near.local_address().unwrap(), far.peer_address().unwrap());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_unix_peer_without_a_name_is_shown_by_its_process() {
        let Pair { near, far } = unix();
        assert!(!near.is_tcp());
        let pid = i32::try_from(std::process::id()).unwrap();
        let uid = std::fs::metadata("/proc/self").unwrap().uid();
        let process = UnixAddress::Unnamed(Some(ProcessCredentials { pid, uid }));
        assert_eq!(near.peer_address().unwrap(), Address::Unix(process));
        assert_eq!(far.local_address().unwrap(), Address::Unix(UnixAddress::Unnamed(None)));
    }
}
