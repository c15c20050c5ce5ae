//! The address of a proxy as Toxiproxy's clients write it.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::net::lookup_host;
use tokio::time::timeout;

/// The longest time that a name may take to be resolved.
const LOOKUP_LIMIT: Duration = Duration::from_secs(5);

/// Finds the address of `HOST:PORT`. Without a host, `:PORT` is every IPv4 address of this machine, and no text at all is
/// any port of 127.0.0.1.
///
/// # Errors
/// It is not an address, or the name has none.
pub(super) async fn resolve(text: &str) -> io::Result<SocketAddr> {
    if text.is_empty() {
        return Ok((Ipv4Addr::LOCALHOST, 0).into());
    }
    if let Some(port) = text.strip_prefix(':').and_then(|port| port.parse::<u16>().ok()) {
        return Ok((Ipv4Addr::UNSPECIFIED, port).into());
    }
    if let Ok(address) = text.parse() {
        return Ok(address);
    }
    let invalid = |why: String| io::Error::new(io::ErrorKind::InvalidInput, format!("'{text}': {why}"));
    let found = timeout(LOOKUP_LIMIT, lookup_host(text)).await;
    let found = found.map_err(|_| invalid("the name was not resolved in time".to_owned()))?;
    let found: Vec<_> = found.map_err(|error| invalid(error.to_string()))?.collect();
    let first = found.iter().find(|address| address.is_ipv4()).or(found.first());
    first.copied().ok_or_else(|| invalid("the name has no address".to_owned()))
}

/// Whether a listener at `current` is one that `wanted` asks for. Any port is fine where port 0 is asked for.
pub(super) fn is_same(current: SocketAddr, wanted: SocketAddr) -> bool {
    current == wanted || wanted.port() == 0 && current.ip() == wanted.ip()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(text: &str) -> io::Result<SocketAddr> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(resolve(text))
    }

    #[test]
    fn an_address_may_lack_a_host_or_have_a_name() {
        for (text, address) in [
            ("", "127.0.0.1:0"),
            (":81", "0.0.0.0:81"),
            ("127.0.0.1:82", "127.0.0.1:82"),
            ("[::1]:83", "[::1]:83"),
            ("localhost:84", "127.0.0.1:84"),
        ] {
            assert_eq!(resolved(text).unwrap(), address.parse().unwrap(), "{text}");
        }
        for wrong in ["80", "127.0.0.1", "127.0.0.1:65536", "a b:80", ":x"] {
            assert_eq!(resolved(wrong).unwrap_err().kind(), io::ErrorKind::InvalidInput, "{wrong}");
        }
    }

    #[test]
    fn port_0_is_any_port() {
        let address = |text: &str| text.parse().unwrap();
        assert!(is_same(address("127.0.0.1:80"), address("127.0.0.1:0")));
        assert!(!is_same(address("127.0.0.1:80"), address("127.0.0.2:0")));
        assert!(!is_same(address("127.0.0.1:80"), address("127.0.0.1:81")));
    }
}
