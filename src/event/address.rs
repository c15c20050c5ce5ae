//! Addresses of sockets: of the Internet, or of a Unix domain socket.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use crate::bytes::safe;

/// The address of one end of a connection, or of a listener.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Address {
    /// An IP address and a TCP port.
    Inet(SocketAddr),
    /// A Unix domain socket.
    Unix(UnixAddress),
    /// An address of a connection of another machine, which does not tell it.
    Untold,
}

/// The address of a Unix domain socket.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum UnixAddress {
    /// A file.
    Path(Arc<Path>),
    /// A name in the abstract namespace of Linux, without its leading zero byte.
    Abstract(Arc<[u8]>),
    /// A socket without a name, as most clients have; then the process behind it, where the system tells it.
    Unnamed(Option<ProcessCredentials>),
}

/// The process that opened a Unix domain socket.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ProcessCredentials {
    /// The number of the process.
    pub pid: i32,
    /// The number of its user.
    pub uid: u32,
}

impl Address {
    /// The IP address and the port, if there are any.
    #[must_use]
    pub const fn inet(&self) -> Option<SocketAddr> {
        match self {
            Self::Inet(address) => Some(*address),
            Self::Unix(_) | Self::Untold => None,
        }
    }

    /// Whether only this machine can reach the address.
    #[must_use]
    pub const fn is_local(&self) -> bool {
        match self {
            Self::Inet(address) => address.ip().to_canonical().is_loopback(),
            Self::Unix(_) => true,
            Self::Untold => false,
        }
    }

    /// Reads an address as its `Display` writes it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let Some(unix) = text.strip_prefix("unix:") else { return text.parse().ok().map(Self::Inet) };
        Some(Self::Unix(if unix.is_empty() {
            UnixAddress::Unnamed(None)
        } else if let Some(name) = unix.strip_prefix('@') {
            UnixAddress::Abstract(name.as_bytes().into())
        } else if let Some(process) = ProcessCredentials::parse(unix) {
            UnixAddress::Unnamed(Some(process))
        } else {
            UnixAddress::Path(Path::new(unix).into())
        }))
    }
}

impl ProcessCredentials {
    fn parse(text: &str) -> Option<Self> {
        let (pid, uid) = text.strip_prefix("pid=")?.split_once(",uid=")?;
        Some(Self { pid: pid.parse().ok()?, uid: uid.parse().ok()? })
    }
}

impl From<SocketAddr> for Address {
    fn from(address: SocketAddr) -> Self {
        Self::Inet(address)
    }
}

impl<I: Into<IpAddr>> From<(I, u16)> for Address {
    fn from(address: (I, u16)) -> Self {
        Self::Inet(address.into())
    }
}

/// As on the command line, on screen and in JSON: `127.0.0.1:7777`, `[::1]:7777`, `unix:/path`, `unix:@name`. A socket
/// without a name is shown by its process, `unix:pid=12,uid=0`, or as `unix:`.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::Inet(address) => return address.fmt(f),
            Self::Unix(UnixAddress::Path(path)) => format!("unix:{}", safe::line(&path.to_string_lossy())),
            Self::Unix(UnixAddress::Abstract(name)) => {
                format!("unix:@{}", safe::line(&String::from_utf8_lossy(name)))
            }
            Self::Unix(UnixAddress::Unnamed(Some(ProcessCredentials { pid, uid }))) => {
                format!("unix:pid={pid},uid={uid}")
            }
            Self::Unix(UnixAddress::Unnamed(None)) => "unix:".to_owned(),
            Self::Untold => "not told".to_owned(),
        };
        f.pad(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_shown_as_they_are_written() {
        let inet = Address::from("[::1]:80".parse::<SocketAddr>().unwrap());
        assert_eq!(inet.to_string(), "[::1]:80");
        let unix = |address| Address::Unix(address).to_string();
        assert_eq!(unix(UnixAddress::Path(Path::new("/run/a b").into())), "unix:/run/a b");
        assert_eq!(unix(UnixAddress::Abstract(b"name"[..].into())), "unix:@name");
        let process = ProcessCredentials { pid: 12, uid: 0 };
        assert_eq!(unix(UnixAddress::Unnamed(Some(process))), "unix:pid=12,uid=0");
        assert_eq!(unix(UnixAddress::Unnamed(None)), "unix:");
    }

    #[test]
    fn a_path_cannot_command_the_terminal() {
        let address = Address::Unix(UnixAddress::Path(Path::new("/a\u{1b}[2J").into()));
        assert!(!address.to_string().contains('\u{1b}'));
    }
}
