//! Addresses of the servers that a relay connects to.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;

use crate::bytes::protocol::proxy_header::Version;
use crate::bytes::safe;
use crate::event::host_port::{self, HostPort};
use crate::server::net::unix_name::UnixName;

/// The address of a server that a relay connects to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Upstream {
    /// An IP address and a TCP port.
    Inet(SocketAddr),
    /// A host whose name is resolved for each connect.
    Host(HostAndPort),
    /// A socket of the Unix domain.
    Unix(UnixName),
}

/// The settings of a relay.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RelayConfig {
    /// The upstream of each listener, in their order.
    pub upstreams: Vec<Upstream>,
    /// How long a connect to an upstream may take.
    pub connect_timeout: Duration,
    /// TLS to the upstreams; `None` for none.
    pub tls: Option<UpstreamTlsConfig>,
    /// The version of the PROXY header that each upstream is sent first; `None` for no header.
    pub send_proxy: Option<Version>,
}

/// TLS on the side of the upstream.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UpstreamTlsConfig {
    /// The name that the certificate has to be valid for; by default that of the host.
    pub name: Option<ServerName<'static>>,
    /// Which certificates are accepted.
    pub trust: Trust,
}

/// Which certificates of an upstream are accepted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Trust {
    /// Those that the operating system trusts.
    System,
    /// Those that a certificate in this file vouches for.
    File(PathBuf),
    /// Every certificate.
    Everything,
}

/// The name of a host, and a TCP port.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HostAndPort {
    /// The name; also an IPv6 address with the name of an interface.
    pub host: Arc<str>,
    /// The port.
    pub port: u16,
}

impl Upstream {
    /// Parses `HOST:PORT`, `[V6]:PORT`, `PORT` of this machine, `unix:PATH` or `unix:@NAME`. It looks up no name.
    ///
    /// # Errors
    /// One line that says what is wrong, and what would be valid.
    pub fn parse(text: &str) -> Result<Self, String> {
        if let Some(name) = text.strip_prefix("unix:") {
            return UnixName::parse(name).map(Self::Unix);
        }
        let (host, port) = match HostPort::of(text) {
            HostPort::Port(number) => {
                return Ok(Self::Inet(SocketAddr::from((Ipv4Addr::LOCALHOST, port(number)?))));
            }
            HostPort::BareIpv6 => {
                return Err(format!("an IPv6 address stands in brackets, with a port: [{text}]:PORT"));
            }
            HostPort::HostAndPort { host, port: number } if !number.ends_with(']') => (host, port(number)?),
            HostPort::NoPort | HostPort::HostAndPort { .. } => {
                return Err("it has no port: write HOST:PORT, [V6]:PORT, PORT or unix:PATH".to_owned());
            }
        };
        let host = host_port::without_brackets(host)?;
        if host.is_empty() {
            return Err(format!("it has no host: 127.0.0.1:{port} is this machine"));
        }
        // No name has invisible characters or such that change a terminal; they are shown as something else.
        let shown = safe::line(host);
        if host.contains(char::is_whitespace) || shown != host {
            return Err(format!("'{shown}' is not the name of a host"));
        }
        Ok(match (text.parse(), host.parse()) {
            (Ok(address), _) => Self::Inet(address),
            (_, Ok(ip)) => Self::Inet(SocketAddr::new(ip, port)),
            _ => Self::Host(HostAndPort { host: host.into(), port }),
        })
    }
}

fn port(text: &str) -> Result<u16, String> {
    host_port::port(text)
        .filter(|&port| port != 0)
        .ok_or_else(|| format!("'{text}' is not the port of a server: that goes from 1 to 65535"))
}

/// As on the command line.
impl fmt::Display for Upstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Inet(address) => address.fmt(f),
            Self::Host(host) => host.fmt(f),
            Self::Unix(name) => name.address().fmt(f),
        }
    }
}

impl fmt::Display for HostAndPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (host, port) = (safe::line(&self.host), self.port);
        f.pad(&if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upstream_is_shown_as_it_is_written() {
        for (text, shown) in [
            ("6379", "127.0.0.1:6379"),
            ("10.0.0.1:80", "10.0.0.1:80"),
            ("[::1]:80", "[::1]:80"),
            ("[fe80::1%3]:80", "[fe80::1%3]:80"),
            ("[fe80::1%eth0]:80", "[fe80::1%eth0]:80"),
            ("example.org:443", "example.org:443"),
            ("unix:/run/a,b", "unix:/run/a,b"),
            ("unix:@x", "unix:@x"),
        ] {
            assert_eq!(Upstream::parse(text).map(|upstream| upstream.to_string()), Ok(shown.to_owned()));
        }
        assert!(matches!(Upstream::parse("example.org:443"), Ok(Upstream::Host(_))));
        assert!(matches!(Upstream::parse("[fe80::1%eth0]:80"), Ok(Upstream::Host(_))));
        assert!(matches!(Upstream::parse("[::1]:80"), Ok(Upstream::Inet(_))));
    }

    #[test]
    fn a_bad_upstream_gets_one_line() {
        for (bad, hint) in [
            ("", "no port"),
            ("example.org", "no port"),
            ("[::1]", "no port"),
            ("::1", "[::1]:PORT"),
            ("0", "from 1 to 65535"),
            ("a:0", "from 1 to 65535"),
            ("a:65536", "from 1 to 65535"),
            ("a:+1", "from 1 to 65535"),
            (":80", "no host"),
            ("a b:80", "not the name of a host"),
            ("a\u{1b}[m:80", "not the name of a host"),
            ("a\u{202e}b:80", "not the name of a host"),
            ("[a]:80", "brackets"),
            ("[::1:80", "brackets"),
            ("unix:", "unix:PATH"),
        ] {
            let message = Upstream::parse(bad).expect_err(bad);
            assert!(message.contains(hint) && !message.contains('\n'), "{bad}: {message}");
        }
    }
}
