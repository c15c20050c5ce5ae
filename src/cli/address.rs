//! Parsing of addresses. Every error message says what would be valid.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};

use crate::event::Address;
use crate::event::host_port::{self, HostPort};
use crate::server::{ListenAddress, UnixName};

/// The purpose of an address.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Purpose {
    Listen,
    Connect,
}

/// Parses an address to listen on: `PORT`, `HOST:PORT` or `[V6]:PORT`; port 0 means any free one. For a host name with
/// several addresses the first one is used. An IPv6 address may have an interface, by name or number:
/// `[fe80::1%eth0]:PORT`. A socket of the Unix domain is `unix:PATH`, `unix:PATH,mode=660` or `unix:@NAME`.
pub(super) fn listen(text: &str) -> Result<ListenAddress, String> {
    match text.strip_prefix("unix:") {
        Some(unix) => ListenAddress::parse_unix(unix),
        None => address(text, Purpose::Listen).map(ListenAddress::Inet),
    }
}

/// Parses an address to listen on, in the syntax of [`listen`], without options of its own.
pub(super) fn plain_listen(text: &str) -> Result<Address, String> {
    match text.strip_prefix("unix:") {
        Some(unix) => UnixName::parse(unix).map(|name| name.address()),
        None => address(text, Purpose::Listen).map(Address::Inet),
    }
}

/// Parses an address to be controlled at, in the syntax of [`listen`].
pub(super) fn api(text: &str) -> Result<SocketAddr, String> {
    if text.starts_with("unix:") {
        return Err("it is a TCP address: PORT, HOST:PORT or [V6]:PORT, like 8474".to_owned());
    }
    address(text, Purpose::Listen)
}

/// Parses an address to connect to, in the syntax of [`listen`]; its port is not 0. A Unix domain socket is `unix:PATH`
/// or `unix:@NAME`.
pub(super) fn target(text: &str) -> Result<Address, String> {
    if let Some(unix) = text.strip_prefix("unix:") {
        return UnixName::parse(unix).map(|name| name.address());
    }
    let address = address(text, Purpose::Connect)?;
    if address.port() == 0 {
        return Err("no server has port 0: a port goes from 1 to 65535".to_owned());
    }
    Ok(address.into())
}

/// Parses a port number; 0 means any free one.
pub(super) fn port(text: &str) -> Result<u16, String> {
    host_port::port(text).ok_or_else(|| format!("'{text}' is not a port: a port goes from 0 to 65535"))
}

fn address(text: &str, purpose: Purpose) -> Result<SocketAddr, String> {
    let address = match text.parse() {
        Ok(address) => address,
        Err(_) => resolved(text, purpose)?,
    };
    with_interface(address)
}

fn resolved(text: &str, purpose: Purpose) -> Result<SocketAddr, String> {
    if let Some(inner) = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) {
        return Err(format!("it has no port: [{inner}]:7777 is one with a port"));
    }
    let (host, port) = match HostPort::of(text) {
        HostPort::Port(number) => return Ok(SocketAddr::from((Ipv4Addr::LOCALHOST, port(number)?))),
        HostPort::BareIpv6 => {
            return Err(format!("an IPv6 address stands in brackets, with a port: {}", bracketed(text)));
        }
        HostPort::NoPort => {
            return Err("it has no port: write PORT, HOST:PORT or [V6]:PORT, like 127.0.0.1:7777".to_owned());
        }
        HostPort::HostAndPort { host, port: number } => (host, port(number)?),
    };
    if host.is_empty() {
        return Err(match purpose {
            Purpose::Listen => format!(
                "it has no host: 0.0.0.0:{port} listens on every IPv4 address, [::]:{port} on every IPv6 address"
            ),
            Purpose::Connect => format!("it has no host: 127.0.0.1:{port} is this machine"),
        });
    }
    let host = host_port::without_brackets(host)?;
    let unknown = || match host.split_once('%') {
        Some((address, interface)) if address.parse::<Ipv6Addr>().is_ok() => {
            format!("this machine has no interface '{interface}'")
        }
        _ => format!("no address is known for the host '{host}'"),
    };
    (host, port).to_socket_addrs().map_err(|_| unknown())?.next().ok_or_else(unknown)
}

/// Suggests the correct form of an IPv6 address without brackets. The group behind its last colon may be meant as a
/// port.
fn bracketed(text: &str) -> String {
    let whole = format!("[{text}]:7777");
    match text.rsplit_once(':') {
        Some((host, number)) if host.parse::<Ipv6Addr>().is_ok() && port(number).is_ok() => {
            format!("[{host}]:{number} if {number} is the port, otherwise {whole}")
        }
        _ => whole,
    }
}

/// Rejects a link-local address without an interface: the system would not know which one to use.
fn with_interface(address: SocketAddr) -> Result<SocketAddr, String> {
    match address {
        SocketAddr::V6(v6) if v6.ip().is_unicast_link_local() && v6.scope_id() == 0 => Err(format!(
            "{} is a link-local address, which needs its interface: [{}%INTERFACE]:{}, where INTERFACE is a name \
             that `ip address` shows",
            v6.ip(),
            v6.ip(),
            v6.port()
        )),
        other => Ok(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Result<String, String> {
        listen(text).map(|address| address.to_string())
    }

    #[test]
    fn an_address_is_a_port_or_a_host_and_a_port() {
        assert_eq!(shown("80").as_deref(), Ok("127.0.0.1:80"));
        assert_eq!(shown("0.0.0.0:0").as_deref(), Ok("0.0.0.0:0"));
        assert_eq!(shown("[::]:65535").as_deref(), Ok("[::]:65535"));
        assert!(listen("localhost:7").unwrap().inet().unwrap().ip().is_loopback());
        assert_eq!(shown("unix:/run/x.sock,mode=660").as_deref(), Ok("unix:/run/x.sock"));
        assert_eq!(shown("unix:@x").as_deref(), Ok("unix:@x"));
        for (bad, hint) in [
            ("", "no port"),
            ("nonsense", "no port"),
            ("65536", "not a port: a port goes"),
            ("1.2.3.4:", "not a port"),
            ("1.2.3.4:+80", "not a port"),
            ("::1", "[::1]:7777"),
            ("[localhost]:80", "brackets are for an IPv6 address"),
            ("[::1:80", "brackets are for an IPv6 address"),
            ("1.2.3.4.5.invalid:80", "no address is known"),
            ("unix:", "unix:PATH"),
            ("unix:x,mode=rw", "a mode is octal"),
        ] {
            let message = listen(bad).expect_err(bad);
            assert!(message.contains(hint) && !message.contains('\n'), "{bad}: {message}");
        }
    }

    #[test]
    fn what_is_proposed_is_an_address_itself() {
        assert_eq!(listen("[::1]").unwrap_err(), "it has no port: [::1]:7777 is one with a port");
        assert_eq!(
            listen("::1:8080").unwrap_err(),
            "an IPv6 address stands in brackets, with a port: [::1]:8080 if 8080 is the port, otherwise [::1:8080]:7777"
        );
        for proposed in ["[::1]:7777", "[::1]:8080", "[::1:8080]:7777", "0.0.0.0:80", "[::]:80"] {
            assert_eq!(shown(proposed).as_deref(), Ok(proposed));
        }
        assert!(listen(":80").unwrap_err().ends_with("[::]:80 on every IPv6 address"));
        assert_eq!(target(":80").unwrap_err(), "it has no host: 127.0.0.1:80 is this machine");
        assert!(target("0").unwrap_err().contains("port 0"));
    }

    #[test]
    fn a_target_may_be_a_unix_socket() {
        for text in ["unix:/run/a b", "unix:x", "unix:@name", "unix:@/x@y"] {
            assert_eq!(target(text).unwrap().to_string(), text);
        }
        assert_eq!(
            target("unix:@n"),
            Ok(Address::Unix(crate::event::UnixAddress::Abstract(b"n"[..].into())))
        );
        for (bad, why) in [("unix:", "unix:PATH"), ("unix:@", "unix:@NAME"), ("unix:a\0b", "no zero byte")] {
            assert!(target(bad).unwrap_err().contains(why), "{bad}");
        }
        assert!(target(&format!("unix:{}", "x".repeat(107))).is_ok());
        let long = format!("unix:@{}", "x".repeat(108));
        assert!(target(&long).unwrap_err().ends_with("at most 107 bytes, and this one has 108"));
    }

    #[test]
    fn an_interface_is_a_name_or_a_number() {
        // On Linux the loopback interface has number 1.
        for text in ["[fe80::1%lo]:80", "[fe80::1%1]:80", "fe80::1%lo:80"] {
            assert_eq!(shown(text).as_deref(), Ok("[fe80::1%1]:80"), "{text}");
        }
        assert_eq!(listen("[fe80::1%nosuch]:80").unwrap_err(), "this machine has no interface 'nosuch'");
        for text in ["[fe80::1]:80", "[febf::1%0]:80"] {
            for message in [listen(text).unwrap_err(), target(text).unwrap_err()] {
                assert!(message.contains("%INTERFACE]:80"), "{text}: {message}");
            }
        }
    }
}
