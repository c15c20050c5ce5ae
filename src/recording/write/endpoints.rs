//! The addresses of a conversation: those of the sockets, or made-up ones.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use crate::event::{Address, ConnectionId};

/// The port of our end of a socket that has none.
const MADE_UP_LOCAL_PORT: u16 = 60_000;
/// The port of the other end.
const MADE_UP_PEER_PORT: u16 = 60_001;

/// The port of an upstream that has none.
const MADE_UP_UPSTREAM_PORT: u16 = 60_002;

/// The two ends of a conversation, both of the same family.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Endpoints {
    pub(super) peer: SocketAddr,
    pub(super) local: SocketAddr,
}

impl Endpoints {
    /// The ends of a connection. An end without an IP address gets one of the loopback network: our end 127.0.0.1, the
    /// other one the number of the connection as 127.x.y.z, so that each connection is a conversation of its own.
    pub(super) fn new(connection: ConnectionId, peer: &Address, local: &Address) -> Self {
        let made_up = || {
            let [.., x, y, z] = connection.0.to_be_bytes();
            SocketAddr::new(Ipv4Addr::new(127, x, y, z).into(), MADE_UP_PEER_PORT)
        };
        let ours = || SocketAddr::new(Ipv4Addr::LOCALHOST.into(), MADE_UP_LOCAL_PORT);
        let peer = peer.inet().map_or_else(made_up, canonical);
        let local = local.inet().map_or_else(ours, canonical);
        if peer.is_ipv4() == local.is_ipv4() {
            return Self { peer, local };
        }
        Self { peer: mapped(peer), local: mapped(local) }
    }

    /// The ends of the upstream's side of a connection: the client and the upstream.
    pub(super) fn of_upstream(connection: ConnectionId, upstream: &Address, client: &Address) -> Self {
        let client = Self::new(connection, client, upstream).peer;
        let made_up = SocketAddr::new(Ipv4Addr::LOCALHOST.into(), MADE_UP_UPSTREAM_PORT);
        let upstream = upstream.inet().map_or(made_up, canonical);
        if upstream.is_ipv4() == client.is_ipv4() {
            return Self { peer: upstream, local: client };
        }
        Self { peer: mapped(upstream), local: mapped(client) }
    }

    pub(super) const fn is_ipv4(&self) -> bool {
        self.peer.is_ipv4()
    }
}

/// The IPv4 address that an IPv6 socket shows as an address of its own family.
fn canonical(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}

fn mapped(address: SocketAddr) -> SocketAddr {
    match address.ip() {
        IpAddr::V4(ip) => SocketAddr::new(ip.to_ipv6_mapped().into(), address.port()),
        IpAddr::V6(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::event::UnixAddress;

    fn inet(text: &str) -> Address {
        Address::Inet(text.parse().unwrap())
    }

    #[test]
    fn the_ends_are_of_one_family() {
        let ends = Endpoints::new(ConnectionId(1), &inet("[::ffff:10.0.0.1]:5"), &inet("10.0.0.2:80"));
        assert_eq!(
            (ends.peer.to_string(), ends.local.to_string()),
            ("10.0.0.1:5".into(), "10.0.0.2:80".into())
        );
        let mixed = Endpoints::new(ConnectionId(1), &inet("10.0.0.1:5"), &inet("[::1]:80"));
        assert!(!mixed.is_ipv4() && mixed.peer.is_ipv6() && mixed.local.is_ipv6());
    }

    #[test]
    fn unix_sockets_get_addresses_that_tell_the_connections_apart() {
        let path = Address::Unix(UnixAddress::Path(Path::new("/run/app").into()));
        let unnamed = Address::Unix(UnixAddress::Unnamed(None));
        let ends = |id| Endpoints::new(ConnectionId(id), &unnamed, &path);
        assert_eq!(ends(7).peer.to_string(), "127.0.0.7:60001");
        assert_eq!(ends(7).local.to_string(), "127.0.0.1:60000");
        assert_eq!(ends(0x01_02_03).peer.to_string(), "127.1.2.3:60001");
    }
}
