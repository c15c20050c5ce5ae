//! Addresses to listen on.

use std::fmt;
use std::net::SocketAddr;

use crate::event::Address;
use crate::server::net::unix_name::UnixName;

/// An address to listen on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ListenAddress {
    /// An IP address and a TCP port; port 0 means any free port.
    Inet(SocketAddr),
    /// A socket of the Unix domain.
    Unix(UnixListenAddress),
}

/// A socket of the Unix domain to listen on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UnixListenAddress {
    /// Its name.
    pub name: UnixName,
    /// The permissions of its file; `None` leaves them to the umask. A client needs the permission to write.
    pub mode: Option<u32>,
}

impl ListenAddress {
    /// Parses `PATH[,mode=660]` or `@NAME`, as they stand behind `unix:`.
    ///
    /// # Errors
    /// One line that says what is wrong, and what would be valid.
    pub fn parse_unix(text: &str) -> Result<Self, String> {
        let (name, mode) = match text.split_once(',') {
            None => (text, None),
            Some((name, option)) => (name, Some(mode(option)?)),
        };
        let name = UnixName::parse(name)?;
        if mode.is_some() && matches!(name, UnixName::Abstract(_)) {
            return Err("an abstract name has no file, and so no mode".to_owned());
        }
        Ok(Self::Unix(UnixListenAddress { name, mode }))
    }

    /// An address that is shown like this; `None` if it has no name. `mode` is that of a Unix socket.
    pub(in crate::server) fn of(address: &Address, mode: Option<u32>) -> Option<Self> {
        match address {
            Address::Inet(address) => Some(Self::Inet(*address)),
            Address::Unix(address) => {
                Some(Self::Unix(UnixListenAddress { name: UnixName::of(address)?, mode }))
            }
            Address::Untold => None,
        }
    }

    /// The address, if it is one of TCP.
    #[must_use]
    pub const fn inet(&self) -> Option<SocketAddr> {
        match self {
            Self::Inet(address) => Some(*address),
            Self::Unix(_) => None,
        }
    }

    /// Replaces the port by any free one, if the address has a port.
    pub const fn take_any_port(&mut self) {
        if let Self::Inet(address) = self {
            address.set_port(0);
        }
    }

    /// The address alone.
    #[must_use]
    pub fn address(&self) -> Address {
        match self {
            Self::Inet(address) => Address::Inet(*address),
            Self::Unix(unix) => unix.name.address(),
        }
    }
}

/// Parses `mode=660`.
fn mode(option: &str) -> Result<u32, String> {
    let digits = option.strip_prefix("mode=").ok_or_else(|| {
        format!(
            "'{option}' is not an option of a Unix socket: behind the comma stands mode=660, or another mode"
        )
    })?;
    // `from_str_radix` would accept a plus sign.
    let octal = digits.bytes().all(|digit| matches!(digit, b'0'..=b'7'));
    u32::from_str_radix(digits, 8)
        .ok()
        .filter(|&mode| octal && mode <= 0o777)
        .ok_or_else(|| format!("'{digits}' is not a mode: a mode is octal, from 000 to 777, like 660"))
}

impl From<SocketAddr> for ListenAddress {
    fn from(address: SocketAddr) -> Self {
        Self::Inet(address)
    }
}

/// Without the mode, as the address is shown everywhere.
impl fmt::Display for ListenAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.address().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<(String, Option<u32>), String> {
        match ListenAddress::parse_unix(text)? {
            ListenAddress::Unix(unix) => Ok((unix.name.address().to_string(), unix.mode)),
            ListenAddress::Inet(address) => panic!("{address}"),
        }
    }

    #[test]
    fn a_unix_address_may_have_a_mode() {
        assert_eq!(parsed("/run/x.sock"), Ok(("unix:/run/x.sock".to_owned(), None)));
        assert_eq!(parsed("/run/x.sock,mode=660"), Ok(("unix:/run/x.sock".to_owned(), Some(0o660))));
        assert_eq!(parsed("x,mode=0600"), Ok(("unix:x".to_owned(), Some(0o600))));
        assert_eq!(parsed("@x"), Ok(("unix:@x".to_owned(), None)));
    }

    #[test]
    fn a_bad_unix_address_gets_one_line() {
        for (bad, hint) in [
            ("", "unix:PATH"),
            (",mode=660", "unix:PATH"),
            ("x,", "mode=660"),
            ("x,660", "mode=660"),
            ("x,mode=", "not a mode"),
            ("x,mode=668", "not a mode"),
            ("x,mode=+66", "not a mode"),
            ("x,mode=1777", "from 000 to 777"),
            ("@x,mode=660", "no mode"),
        ] {
            let message = parsed(bad).expect_err(bad);
            assert!(message.contains(hint) && !message.contains('\n'), "{bad}: {message}");
        }
    }
}
