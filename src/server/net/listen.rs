//! The listening sockets. They live as long as the program, so a switch refuses no client.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};

use socket2::{Domain, Protocol, Socket, Type};

use crate::event::Address;
use crate::server::net::latency_sampler::enable_receive_timestamps;
use crate::server::net::listen_address::{ListenAddress, UnixListenAddress};
use crate::server::net::listener::Listener;
use crate::server::net::tcp_options::set_for_connections;
use crate::server::net::tls::TlsSetupError;
use crate::server::net::unix_listener::{BoundUnixListener, UnixBindError};

/// Connects that may wait to be accepted. The standard library asks for 128, which a burst overflows; the kernel then
/// drops the SYN and the client tries again a second later. The kernel caps this at `net.core.somaxconn`.
const BACKLOG: i32 = 4096;

/// Why the server could not start.
#[expect(missing_docs, reason = "each variant says what its fields are")]
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Two of our own addresses overlap: they are equal, or one of them is the wildcard address.
    #[error("{address} overlaps with {other}, which is listened on too; leave one of them away")]
    Overlap { address: Address, other: Address },
    /// Another program listens there.
    #[error("{address} is in use by another program; {}", suggestion(.address))]
    InUse { address: SocketAddr },
    /// Port 0 was asked for, and no port is free.
    #[error("no port of {} is free; end a program that has many of them, or name a port", address.ip())]
    NoPort { address: SocketAddr },
    /// The port needs privileges that the user does not have.
    #[error("{address} needs more rights than this user has; choose a port from 1024 on")]
    Denied { address: SocketAddr },
    /// No interface of this machine has the address.
    #[error("{address} is not an address of this machine; try {}", here(.address))]
    NotHere { address: SocketAddr },
    /// Another program listens on a Unix socket.
    #[error("{address} is in use by another program; end that program, or choose another name")]
    UnixInUse { address: Address },
    /// The path of a Unix socket is that of another file.
    #[error("{address} is a file that is not a socket; remove it, or choose another path")]
    NotASocket { address: Address },
    /// Any other error of the system.
    #[error("cannot listen on {address}")]
    Listen { address: Address, source: io::Error },
    /// A certificate or a key cannot be used.
    #[error("cannot use TLS: {0}")]
    Tls(#[from] TlsSetupError),
    /// The system gave us no thread or no event loop.
    #[error("cannot start serving: {0}; end some processes, or raise `ulimit -u` or the cgroup's pids.max")]
    Serve(io::Error),
}

fn suggestion(taken: &SocketAddr) -> String {
    let free = (1..=20)
        .filter_map(|step| taken.port().checked_add(step))
        .find(|&port| TcpListener::bind(with_port(taken, port)).is_ok());
    // `--listen PORT` alone means 127.0.0.1.
    let shown = |port: u16| match taken.ip() {
        IpAddr::V4(Ipv4Addr::LOCALHOST) => port.to_string(),
        _ => with_port(taken, port).to_string(),
    };
    let any = format!("`--listen {}` for any free port", shown(0));
    match free {
        Some(port) => format!("try `--listen {}`, which is free, or {any}", shown(port)),
        None => format!("try {any}"),
    }
}

/// Two addresses of the same family that every machine has.
fn here(address: &SocketAddr) -> String {
    let (own, all) = match address {
        SocketAddr::V4(_) => ("127.0.0.1", "0.0.0.0"),
        SocketAddr::V6(_) => ("[::1]", "[::]"),
    };
    format!("{own}:{port} or {all}:{port}", port = address.port())
}

/// The address, including its interface, with another port.
const fn with_port(address: &SocketAddr, port: u16) -> SocketAddr {
    let mut other = *address;
    other.set_port(port);
    other
}

/// Listens on all addresses, or on none. The sockets stay non-blocking for ever: the flag belongs to the open file,
/// which both backends share.
pub(in crate::server) fn listen(addresses: &[ListenAddress]) -> Result<Vec<Listener>, StartError> {
    addresses
        .iter()
        .enumerate()
        .map(|(index, address)| {
            let before = &addresses[..index];
            match address {
                ListenAddress::Inet(address) => listen_on_tcp(*address, before).map(Listener::Tcp),
                ListenAddress::Unix(unix) => listen_on_unix(unix, before).map(Listener::Unix),
            }
        })
        .collect()
}

fn listen_on_tcp(address: SocketAddr, before: &[ListenAddress]) -> Result<TcpListener, StartError> {
    bind(address).map_err(|source| match source.kind() {
        io::ErrorKind::AddrInUse if address.port() == 0 => StartError::NoPort { address },
        io::ErrorKind::AddrInUse => {
            let mut inet = before.iter().filter_map(ListenAddress::inet);
            match inet.find(|&other| overlap(other, address)) {
                Some(other) => StartError::Overlap { address: address.into(), other: other.into() },
                None => StartError::InUse { address },
            }
        }
        io::ErrorKind::PermissionDenied => StartError::Denied { address },
        io::ErrorKind::AddrNotAvailable => StartError::NotHere { address },
        _ => StartError::Listen { address: address.into(), source },
    })
}

fn listen_on_unix(
    wanted: &UnixListenAddress,
    before: &[ListenAddress],
) -> Result<BoundUnixListener, StartError> {
    let address = wanted.name.address();
    if before.iter().any(|other| other.address() == address) {
        return Err(StartError::Overlap { other: address.clone(), address });
    }
    BoundUnixListener::bind(wanted, BACKLOG).map_err(|error| match error {
        UnixBindError::InUse => StartError::UnixInUse { address },
        UnixBindError::NotASocket => StartError::NotASocket { address },
        UnixBindError::Other(source) => StartError::Listen { address, source },
    })
}

/// Whether two addresses overlap: they are equal, or one of them is the wildcard address of the family, with the same
/// port.
fn overlap(one: SocketAddr, other: SocketAddr) -> bool {
    let alike = one.is_ipv4() == other.is_ipv4() && one.port() == other.port();
    alike && (one == other || one.ip().is_unspecified() || other.ip().is_unspecified())
}

fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    if address.is_ipv6() {
        // `[::]` means IPv6 alone, on every system; a user who wants both families names both.
        socket.set_only_v6(true)?;
    }
    set_for_connections(&socket)?;
    enable_receive_timestamps(&socket);
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    socket.set_nonblocking(true)?;
    Ok(socket.into())
}

/// Warns about each address that other machines can reach. A warning also appears without a dashboard.
pub(in crate::server) fn warn_of_exposure(addresses: &[SocketAddr]) {
    for address in addresses.iter().filter(|address| !address.ip().is_loopback()) {
        tracing::warn!(target: "bytewatch::listen", "listening on {address}: other machines can reach this port");
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use super::*;

    #[test]
    fn a_cause_stands_once_in_its_line() {
        let system = || io::Error::from_raw_os_error(11);
        let address = SocketAddr::from(([127, 0, 0, 1], 7777));
        for error in
            [StartError::Serve(system()), StartError::Listen { address: address.into(), source: system() }]
        {
            let source = error.source().map(ToString::to_string).unwrap_or_default();
            let line = format!("{error}: {source}");
            assert_eq!(line.matches(&system().to_string()).count(), 1, "{line}");
        }
        assert!(StartError::Serve(system()).to_string().contains("pids.max"));
    }

    #[test]
    fn a_port_in_use_is_named_and_another_suggested() {
        let taken = bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
        let address = taken.local_addr().unwrap();
        let error = listen(&[address.into()]).unwrap_err().to_string();
        assert!(error.starts_with(&format!("{address} is in use")) && error.contains("--listen"), "{error}");
        assert!(!error.contains('\n'));
    }

    #[test]
    fn what_is_suggested_is_of_the_same_host_and_free() {
        for own in ["127.0.0.2:0", "[::1]:0"] {
            let taken = bind(own.parse().unwrap()).unwrap();
            let error = listen(&[taken.local_addr().unwrap().into()]).unwrap_err().to_string();
            let proposed = error.split("`--listen ").nth(1).unwrap().split('`').next().unwrap();
            let address: SocketAddr = proposed.parse().unwrap();
            assert_eq!(address.ip(), own.parse::<SocketAddr>().unwrap().ip());
            assert!(error.ends_with(&format!("or `--listen {own}` for any free port")), "{error}");
        }
        let address = "127.0.0.1:0".parse().unwrap();
        let none = StartError::NoPort { address }.to_string();
        assert_eq!(none, "no port of 127.0.0.1 is free; end a program that has many of them, or name a port");
    }

    #[test]
    fn an_address_within_another_is_not_another_program() {
        let free = bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap().local_addr().unwrap().port();
        let here: SocketAddr = ([127, 0, 0, 1], free).into();
        let all: SocketAddr = ([0, 0, 0, 0], free).into();
        for addresses in [[all, here], [here, all]] {
            let error = listen(&addresses.map(ListenAddress::from)).unwrap_err().to_string();
            assert_eq!(
                error,
                format!(
                    "{} overlaps with {}, which is listened on too; leave one of them away",
                    addresses[1], addresses[0]
                )
            );
        }
    }

    #[test]
    fn an_address_of_another_machine_is_said_so() {
        let error = listen(&[SocketAddr::from(([192, 0, 2, 1], 7777)).into()]).unwrap_err();
        assert!(matches!(error, StartError::NotHere { .. }), "{error}");
        assert!(error.to_string().ends_with("try 127.0.0.1:7777 or 0.0.0.0:7777"), "{error}");
    }

    #[test]
    fn both_families_listen() {
        let addresses = ["127.0.0.1:0", "[::1]:0"].map(|text| text.parse::<SocketAddr>().unwrap().into());
        let listeners = listen(&addresses);
        assert_eq!(listeners.unwrap().len(), 2);
    }
}
