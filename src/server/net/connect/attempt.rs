//! The connect to one address.

use std::io;
use std::net::SocketAddr;

use nix::errno::Errno;
use socket2::{Domain, Protocol, SockAddr, Type};

use crate::event::Address;
use crate::server::net::socket::Socket;
use crate::server::net::tcp_options::set_for_connections;
use crate::server::net::unix_name::UnixName;

/// An address that can be connected to.
#[derive(Clone, Debug)]
pub(super) enum Target {
    Inet(SocketAddr),
    Unix(UnixName),
}

impl Target {
    pub(super) fn address(&self) -> Address {
        match self {
            Self::Inet(address) => Address::Inet(*address),
            Self::Unix(name) => name.address(),
        }
    }
}

/// A connect that did not fail at once.
#[derive(Debug)]
pub(super) enum Begun {
    /// The attempt has begun, and may be complete.
    UnderWay(Socket),
    /// The attempt has not begun: the backlog of a listener of the Unix domain is full.
    BacklogFull,
}

/// Begins to connect, without blocking.
pub(super) fn begin(target: &Target) -> io::Result<Begun> {
    let (socket, address) = match target {
        Target::Inet(address) => {
            let domain = Domain::for_address(*address);
            let socket = socket2::Socket::new(domain, Type::STREAM, Some(Protocol::TCP))?;
            set_for_connections(&socket)?;
            (socket, SockAddr::from(*address))
        }
        Target::Unix(name) => {
            let socket = socket2::Socket::new(Domain::UNIX, Type::STREAM, None)?;
            // Systems without urgent data in this domain refuse the option.
            let _ = socket.set_out_of_band_inline(true);
            (socket, name.socket_address()?)
        }
    };
    socket.set_nonblocking(true)?;
    let result = socket.connect(&address);
    let error = result.err().map(|error| (Errno::from_raw(error.raw_os_error().unwrap_or(0)), error));
    match (error, target) {
        (Some((Errno::EAGAIN, _)), Target::Unix(_)) => Ok(Begun::BacklogFull),
        // A connect that a signal interrupts goes on.
        (None | Some((Errno::EINPROGRESS | Errno::EINTR, _)), Target::Inet(_)) => {
            Ok(Begun::UnderWay(Socket::Tcp(socket.into())))
        }
        (None | Some((Errno::EINPROGRESS | Errno::EINTR, _)), Target::Unix(_)) => {
            Ok(Begun::UnderWay(Socket::Unix(socket.into())))
        }
        (Some((_, error)), _) => Err(error),
    }
}

/// What has become of a connect that has begun.
#[derive(Debug)]
pub(super) enum Checked {
    Connected(Address),
    /// It was complete, and the peer has reset the connection since.
    Reset,
    UnderWay,
}

/// Looks whether a connect is complete: a socket that has no error may still wait for an answer, and then has no peer.
pub(super) fn check(socket: &Socket) -> io::Result<Checked> {
    if let Some(error) = socket.take_error()? {
        return if was_connected(&error) { Ok(Checked::Reset) } else { Err(error) };
    }
    match socket.peer_address() {
        Ok(peer) if socket.is_tcp() && socket.local_address()? == peer => {
            // A port of this machine without a listener may be given to the connect itself.
            Err(io::Error::from_raw_os_error(Errno::ECONNREFUSED as i32))
        }
        Ok(peer) => Ok(Checked::Connected(peer)),
        Err(error) if error.kind() == io::ErrorKind::NotConnected => Ok(Checked::UnderWay),
        Err(error) => Err(error),
    }
}

/// Whether only a connection that was complete can have this error: a RST is `ECONNREFUSED` before that, and `EPIPE`
/// after a FIN.
fn was_connected(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe)
}

#[cfg(test)]
mod tests {
    use std::net::{Shutdown, TcpListener};
    use std::os::fd::AsFd as _;
    use std::time::Duration;

    use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

    use super::*;

    #[test]
    fn a_socket_that_is_connected_to_itself_is_refused() {
        let socket = socket2::Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
        socket.connect(&socket.local_addr().unwrap()).unwrap();
        let error = check(&Socket::Tcp(socket.into())).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
    }

    #[test]
    fn a_reset_behind_a_complete_connect_is_no_refusal() {
        for finishes in [false, true] {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let begun = begin(&Target::Inet(listener.local_addr().unwrap())).unwrap();
            let Begun::UnderWay(socket) = begun else { panic!("{begun:?}") };
            let (there, _) = listener.accept().unwrap();
            if finishes {
                there.shutdown(Shutdown::Write).unwrap();
            }
            socket2::SockRef::from(&there).set_linger(Some(Duration::ZERO)).unwrap();
            drop(there);
            // An error is reported though none is asked for.
            let mut polled = [PollFd::new(socket.as_fd(), PollFlags::empty())];
            while !polled[0].revents().is_some_and(|events| events.contains(PollFlags::POLLERR)) {
                assert_ne!(poll(&mut polled, PollTimeout::from(30_000_u16)).unwrap(), 0);
            }
            assert!(matches!(check(&socket), Ok(Checked::Reset)), "FIN first: {finishes}");
        }
    }

    #[test]
    fn urgent_data_stays_in_the_stream_and_small_writes_are_sent_at_once() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let begun = begin(&Target::Inet(listener.local_addr().unwrap())).unwrap();
        let Begun::UnderWay(socket) = begun else { panic!("{begun:?}") };
        let options = socket2::SockRef::from(&socket);
        assert!(options.out_of_band_inline().unwrap() && options.tcp_nodelay().unwrap());
        assert!(options.keepalive().unwrap() && options.nonblocking().unwrap());
    }
}
