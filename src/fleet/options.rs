//! Where the broker is, what is published to it, and what is obeyed.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;

use crate::fleet::subject::{Name, Prefix};

/// The port of NATS.
const DEFAULT_PORT: u16 = 4222;

/// What to say where this program was built without the cargo feature.
pub const NOT_BUILT_IN: &str =
    "this bytewatch was built without NATS: build it with cargo install --path . --features fleet";

/// The address of a broker.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BrokerUrl {
    host: String,
    port: u16,
    has_tls: bool,
}

impl BrokerUrl {
    /// Parses `nats://HOST[:PORT]` or `tls://HOST[:PORT]`.
    ///
    /// # Errors
    ///
    /// What is wrong, and what would be right. Names and passwords are refused: other users see command lines.
    pub fn parse(text: &str) -> Result<Self, String> {
        let form = || "it is nats://HOST:PORT or tls://HOST:PORT".to_owned();
        let (scheme, rest) = text.split_once("://").ok_or_else(form)?;
        let has_tls = match scheme {
            "nats" => false,
            "tls" => true,
            _ => return Err(form()),
        };
        if rest.contains('@') {
            return Err(
                "a user or a password does not belong here, where others see it: use --bus-creds FILE, or \
BYTEWATCH_BUS_USER and BYTEWATCH_BUS_PASSWORD"
                    .to_owned(),
            );
        }
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (host, port) = match rest.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => {
                (host, port.parse().ok().filter(|port| *port > 0).ok_or_else(form)?)
            }
            _ => (rest, DEFAULT_PORT),
        };
        let address = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        let is_right = match address {
            Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
            None => {
                let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
                !host.is_empty() && host.len() <= 253 && host.bytes().all(is_allowed)
            }
        };
        if !is_right {
            return Err(form());
        }
        Ok(Self { host: host.to_owned(), port, has_tls })
    }

    /// The host, without brackets, and the port.
    #[must_use]
    pub fn host_and_port(&self) -> (&str, u16) {
        (self.host.trim_start_matches('[').trim_end_matches(']'), self.port)
    }

    /// Whether only this machine is reached.
    #[must_use]
    pub fn is_local(&self) -> bool {
        let (address, _) = self.host_and_port();
        self.host == "localhost" || address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }

    /// Whether TLS is asked for.
    #[must_use]
    pub const fn has_tls(&self) -> bool {
        self.has_tls
    }
}

impl fmt::Display for BrokerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.has_tls { "tls" } else { "nats" };
        write!(f, "{scheme}://{}:{}", self.host, self.port)
    }
}

/// How the broker is connected to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BusOptions {
    /// Its address.
    pub url: BrokerUrl,
    /// A file with a key of this user, as NATS makes them.
    pub credentials: Option<PathBuf>,
    /// The certificates that its certificate has to be signed by, instead of those that the system trusts (PEM).
    pub roots: Option<PathBuf>,
    /// The certificate of this client, and its key (PEM).
    pub client: Option<ClientCertificate>,
    /// The first part of every subject.
    pub prefix: Prefix,
    /// Whether text may go unencrypted to other machines.
    pub is_plain: bool,
}

/// The files of a certificate.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ClientCertificate {
    /// The certificate.
    pub certificate: PathBuf,
    /// Its key.
    pub key: PathBuf,
}

impl BusOptions {
    /// Whether the connection has to be encrypted.
    #[must_use]
    pub fn needs_tls(&self) -> bool {
        let is_meant = self.url.has_tls() || self.roots.is_some() || self.client.is_some();
        is_meant || !self.url.is_local() && !self.is_plain
    }
}

/// How much is published.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum PublishWhat {
    /// Counters and the life of connections, without addresses.
    Counts,
    /// Addresses, too.
    #[default]
    Peers,
    /// The bytes of a connection, too, while a watcher asks for them.
    Bytes,
}

/// An action that watchers may ask for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Obeyed {
    /// Switch the backend.
    Switch,
    /// Close a connection.
    Close,
    /// Reset a connection.
    Reset,
}

/// Who publishes what.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PublishOptions {
    /// The broker.
    pub bus: BusOptions,
    /// How much.
    pub what: PublishWhat,
    /// The name of the host, if it is not the one that the system tells.
    pub host: Option<Name>,
    /// The name of this program on it, if it is not its first port.
    pub instance: Option<Name>,
    /// What watchers may do here.
    pub obeys: Vec<Obeyed>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_brokers() {
        for (text, shown, is_local) in [
            ("nats://127.0.0.1:4333", "nats://127.0.0.1:4333", true),
            ("nats://localhost", "nats://localhost:4222", true),
            ("tls://[::1]:1", "tls://[::1]:1", true),
            ("nats://[2001:db8::1]", "nats://[2001:db8::1]:4222", false),
            ("nats://bus.example/", "nats://bus.example:4222", false),
        ] {
            let url = BrokerUrl::parse(text).unwrap();
            assert_eq!((url.to_string().as_str(), url.is_local()), (shown, is_local));
        }
        for text in [
            "",
            "bus:4222",
            "http://bus",
            "nats://",
            "nats://bus:0",
            "nats://bus:x",
            "nats://a b",
            "nats://[::1",
        ] {
            assert!(BrokerUrl::parse(text).unwrap_err().starts_with("it is nats://"), "{text}");
        }
        assert!(BrokerUrl::parse("nats://me:secret@bus").unwrap_err().contains("BYTEWATCH_BUS_PASSWORD"));
    }

    #[test]
    fn plain_text_stays_on_this_machine() {
        let options = |url: &str, is_plain, roots: Option<&str>| BusOptions {
            url: BrokerUrl::parse(url).unwrap(),
            credentials: None,
            roots: roots.map(PathBuf::from),
            client: None,
            prefix: Prefix::default(),
            is_plain,
        };
        assert!(!options("nats://127.0.0.1", false, None).needs_tls());
        assert!(options("nats://bus", false, None).needs_tls());
        assert!(!options("nats://bus", true, None).needs_tls());
        assert!(options("tls://localhost", true, None).needs_tls());
        assert!(options("nats://localhost", false, Some("ca.pem")).needs_tls());
    }
}
