//! Listeners of the Unix domain, and the files that they bind to.
//!
//! A program that ends at once leaves its file behind, and no other can bind to it then. So a file without a
//! listener is removed, and one with a listener is left alone: a connect shows which it is.

use std::fs;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, PermissionsExt as _};
use std::os::unix::net::{SocketAddr, UnixListener, UnixStream};
use std::path::Path;
use std::sync::Arc;

use socket2::{Domain, SockAddr, SockRef, Socket, Type};

use crate::server::net::listen_address::UnixListenAddress;
use crate::server::net::unix_name::UnixName;

/// Why a Unix socket cannot be listened on.
#[derive(Debug)]
pub(in crate::server) enum UnixBindError {
    /// A program listens there.
    InUse,
    /// The file there is not a socket.
    NotASocket,
    /// Any other error of the system.
    Other(io::Error),
}

impl From<io::Error> for UnixBindError {
    fn from(error: io::Error) -> Self {
        Self::Other(error)
    }
}

/// A listener of the Unix domain. Its file is removed with the last clone of it.
#[derive(Debug)]
pub(in crate::server) struct BoundUnixListener {
    /// `None` for an abstract name. It is dropped before the socket is closed: a client that finds the file finds a
    /// listener, and as long as the socket is open no other file gets the same inode.
    file: Option<Arc<SocketFile>>,
    listener: UnixListener,
    mode: Option<u32>,
}

impl BoundUnixListener {
    /// Binds and listens, without blocking.
    ///
    /// # Errors
    /// The name is in use, or the system refuses it.
    pub(in crate::server) fn bind(wanted: &UnixListenAddress, backlog: i32) -> Result<Self, UnixBindError> {
        let address = wanted.name.socket_address()?;
        let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
        match (socket.bind(&address), &wanted.name) {
            (Err(error), UnixName::Path(path)) if error.kind() == io::ErrorKind::AddrInUse => {
                remove_if_dead(path, &address)?;
                // Another program may be quicker.
                socket.bind(&address).map_err(in_use)?;
            }
            (bound, _) => bound.map_err(in_use)?,
        }
        let file = match &wanted.name {
            UnixName::Path(path) => Some(Arc::new(SocketFile::at(path)?)),
            UnixName::Abstract(_) => None,
        };
        if let (UnixName::Path(path), Some(mode)) = (&wanted.name, wanted.mode) {
            // Before `listen`: until then no client can connect.
            fs::set_permissions(path, fs::Permissions::from_mode(mode))?;
        }
        socket.listen(backlog)?;
        socket.set_nonblocking(true)?;
        Ok(Self { file, listener: socket.into(), mode: wanted.mode })
    }

    /// The permissions that were asked for, of its file.
    pub(in crate::server) const fn mode(&self) -> Option<u32> {
        self.mode
    }

    /// Accepts one client.
    ///
    /// # Errors
    /// The errors of `accept`.
    pub(in crate::server) fn accept(&self) -> io::Result<(UnixStream, SocketAddr)> {
        let (stream, peer) = self.listener.accept()?;
        // Urgent data stays in the stream, as with TCP. Systems without urgent data in this domain refuse the option.
        let _ = SockRef::from(&stream).set_out_of_band_inline(true);
        Ok((stream, peer))
    }

    /// The address that it is bound to.
    ///
    /// # Errors
    /// The errors of `getsockname`.
    pub(in crate::server) fn local_address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// One more descriptor of the same listener.
    ///
    /// # Errors
    /// No descriptor is left.
    pub(in crate::server) fn try_clone(&self) -> io::Result<Self> {
        Ok(Self { file: self.file.clone(), listener: self.listener.try_clone()?, mode: self.mode })
    }
}

impl AsFd for BoundUnixListener {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.listener.as_fd()
    }
}

fn in_use(error: io::Error) -> UnixBindError {
    match error.kind() {
        io::ErrorKind::AddrInUse => UnixBindError::InUse,
        _ => UnixBindError::Other(error),
    }
}

/// Removes the file of a listener that has ended. A link is not followed.
fn remove_if_dead(path: &Path, address: &SockAddr) -> Result<(), UnixBindError> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error.into()),
        Ok(file) if !file.file_type().is_socket() => return Err(UnixBindError::NotASocket),
        Ok(_) => {}
    }
    let probe = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    // A listener whose backlog is full would make this wait.
    probe.set_nonblocking(true)?;
    match probe.connect(address) {
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => Ok(fs::remove_file(path)?),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Ok(()) => Err(UnixBindError::InUse),
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Err(UnixBindError::InUse),
        Err(error) => Err(error.into()),
    }
}

/// The file of a listener. Dropping this removes the file, unless another one has taken its place.
#[derive(Debug)]
struct SocketFile {
    path: Arc<Path>,
    identity: Identity,
}

/// What tells one file from all others.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Identity {
    device: u64,
    inode: u64,
}

impl SocketFile {
    fn at(path: &Arc<Path>) -> io::Result<Self> {
        Ok(Self { path: Arc::clone(path), identity: Identity::of(path)? })
    }
}

impl Identity {
    fn of(path: &Path) -> io::Result<Self> {
        let file = fs::symlink_metadata(path)?;
        Ok(Self { device: file.dev(), inode: file.ino() })
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        if Identity::of(&self.path).is_ok_and(|there| there == self.identity) {
            // If this fails, the file is found dead by the next program that binds to it.
            let _ = fs::remove_file(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    /// A directory of one test. Dropping this removes it.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("bytewatch-{}-{name}", std::process::id()));
            fs::create_dir(&path).unwrap();
            Self(path)
        }

        fn file(&self, name: &str) -> PathBuf {
            self.0.join(name)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            fs::remove_dir_all(&self.0).unwrap();
        }
    }

    fn bind(path: &Path, mode: Option<u32>) -> Result<BoundUnixListener, UnixBindError> {
        let name = UnixName::Path(path.into());
        BoundUnixListener::bind(&UnixListenAddress { name, mode }, 1)
    }

    #[test]
    fn the_file_has_the_mode_and_goes_with_the_last_clone() {
        let folder = Folder::new("mode");
        let path = folder.file("socket");
        let listener = bind(&path, Some(0o640)).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
        let clone = listener.try_clone().unwrap();
        drop(listener);
        let client = UnixStream::connect(&path).unwrap();
        assert_eq!(clone.accept().unwrap().0.local_addr().unwrap().as_pathname(), Some(&*path));
        drop((clone, client));
        assert!(!path.exists());
    }

    #[test]
    fn a_file_that_was_left_over_is_replaced() {
        let folder = Folder::new("dead");
        let path = folder.file("socket");
        // The standard library leaves the file.
        drop(UnixListener::bind(&path).unwrap());
        assert!(path.exists());
        let listener = bind(&path, None).unwrap();
        assert!(UnixStream::connect(&path).is_ok());
        drop(listener);
    }

    #[test]
    fn a_listener_that_lives_is_left_alone() {
        let folder = Folder::new("alive");
        let path = folder.file("socket");
        let first = bind(&path, None).unwrap();
        assert!(matches!(bind(&path, None), Err(UnixBindError::InUse)));
        // The first attempt has connected, and fills the backlog; then connects are refused in another way.
        let mut clients = Vec::new();
        let full = loop {
            let client = Socket::new(Domain::UNIX, Type::STREAM, None).unwrap();
            client.set_nonblocking(true).unwrap();
            match client.connect(&SockAddr::unix(&path).unwrap()) {
                Ok(()) => clients.push(client),
                Err(error) => break error,
            }
        };
        assert_eq!(full.kind(), io::ErrorKind::WouldBlock);
        assert!(matches!(bind(&path, None), Err(UnixBindError::InUse)));
        assert!(path.exists());
        drop(first);
    }

    #[test]
    fn a_file_that_is_not_a_socket_is_left_alone() {
        let folder = Folder::new("file");
        let (path, link) = (folder.file("file"), folder.file("link"));
        fs::write(&path, "text").unwrap();
        std::os::unix::fs::symlink(folder.file("nowhere"), &link).unwrap();
        for path in [&path, &link] {
            assert!(matches!(bind(path, None), Err(UnixBindError::NotASocket)), "{path:?}");
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), "text");
        assert!(matches!(bind(&folder.file("no/such"), None), Err(UnixBindError::Other(_))));
    }

    #[test]
    fn a_file_that_has_taken_the_place_stays() {
        let folder = Folder::new("replaced");
        let path = folder.file("socket");
        let first = bind(&path, None).unwrap();
        fs::remove_file(&path).unwrap();
        let second = bind(&path, None).unwrap();
        drop(first);
        assert!(UnixStream::connect(&path).is_ok());
        drop(second);
        assert!(!path.exists());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn an_abstract_name_is_free_again_at_once() {
        let name = UnixName::parse(&format!("@bytewatch-{}-abstract", std::process::id())).unwrap();
        let wanted = UnixListenAddress { name, mode: None };
        let listener = BoundUnixListener::bind(&wanted, 1).unwrap();
        assert!(matches!(BoundUnixListener::bind(&wanted, 1), Err(UnixBindError::InUse)));
        drop(listener);
        assert!(BoundUnixListener::bind(&wanted, 1).is_ok());
    }

    #[test]
    fn urgent_data_stays_in_the_stream() {
        let folder = Folder::new("urgent");
        let path = folder.file("socket");
        let listener = bind(&path, None).unwrap();
        let client = UnixStream::connect(&path).unwrap();
        let (mut stream, _) = listener.accept().unwrap();
        let sender = SockRef::from(&client);
        if sender.send_out_of_band(b"!").is_ok() {
            sender.send(b"x").unwrap();
            sender.shutdown(std::net::Shutdown::Both).unwrap();
            let mut text = String::new();
            io::Read::read_to_string(&mut stream, &mut text).unwrap();
            assert_eq!(text, "!x");
        }
    }
}
