//! Names of Unix domain sockets: the path of a file, or a name in the abstract namespace of Linux.

use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::sync::Arc;

use socket2::SockAddr;

use crate::event::{Address, UnixAddress};

/// The most bytes of a name: `sun_path` has 108, and one of them is the zero that ends a path or begins an abstract
/// name. Other systems have less; they refuse the name at the bind or the connect.
const LONGEST: usize = 107;

/// The name of a Unix domain socket that a server listens on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum UnixName {
    /// A file.
    Path(Arc<Path>),
    /// A name in the abstract namespace of Linux, without its leading zero byte.
    Abstract(Arc<[u8]>),
}

impl UnixName {
    /// Parses `PATH` or `@NAME`, as they stand behind `unix:`.
    ///
    /// # Errors
    /// One line that says what is wrong with the name.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (name, what) = match text.strip_prefix('@') {
            Some(name) => (name, "an abstract name"),
            None => (text, "the path of a Unix socket"),
        };
        match name.len() {
            0 => return Err("it has no name: write unix:PATH, or unix:@NAME for an abstract name".to_owned()),
            1..=LONGEST => {}
            length => return Err(format!("{what} has at most {LONGEST} bytes, and this one has {length}")),
        }
        if name.contains('\0') {
            return Err(format!("{what} has no zero byte"));
        }
        if !text.starts_with('@') {
            return Ok(Self::Path(Path::new(name).into()));
        }
        if cfg!(not(target_os = "linux")) {
            return Err("only Linux has abstract names: write unix:PATH".to_owned());
        }
        Ok(Self::Abstract(name.as_bytes().into()))
    }

    /// The name in an address, if there is one.
    pub(in crate::server) fn of(address: &UnixAddress) -> Option<Self> {
        match address {
            UnixAddress::Path(path) => Some(Self::Path(Arc::clone(path))),
            UnixAddress::Abstract(name) => Some(Self::Abstract(Arc::clone(name))),
            UnixAddress::Unnamed(_) => None,
        }
    }

    /// The address for `bind` and `connect`.
    ///
    /// # Errors
    /// The name is too long for this system.
    pub(in crate::server) fn socket_address(&self) -> io::Result<SockAddr> {
        match self {
            Self::Path(path) => SockAddr::unix(path),
            Self::Abstract(name) => SockAddr::unix(OsStr::from_bytes(&[b"\0", &name[..]].concat())),
        }
    }

    /// The address, as events have it.
    #[must_use]
    pub fn address(&self) -> Address {
        Address::Unix(match self {
            Self::Path(path) => UnixAddress::Path(Arc::clone(path)),
            Self::Abstract(name) => UnixAddress::Abstract(Arc::clone(name)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Result<String, String> {
        UnixName::parse(text).map(|name| name.address().to_string())
    }

    #[test]
    fn a_name_is_a_path_or_abstract() {
        assert_eq!(shown("/run/a b"), Ok("unix:/run/a b".to_owned()));
        assert_eq!(shown("relative"), Ok("unix:relative".to_owned()));
        assert_eq!(shown("@name"), Ok("unix:@name".to_owned()));
        for (bad, hint) in [("", "unix:PATH"), ("@", "unix:PATH"), ("a\0b", "zero byte")] {
            let message = shown(bad).expect_err(bad);
            assert!(message.contains(hint) && !message.contains('\n'), "{bad:?}: {message}");
        }
    }

    #[test]
    fn the_longest_name_is_one_that_the_system_takes() {
        for mark in ["", "@"] {
            let longest = UnixName::parse(&format!("{mark}{}", "x".repeat(107))).unwrap();
            assert!(longest.socket_address().is_ok());
            let message = shown(&format!("{mark}{}", "x".repeat(108))).unwrap_err();
            assert!(message.contains("at most 107 bytes, and this one has 108"), "{message}");
        }
    }
}
