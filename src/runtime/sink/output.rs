//! A descriptor that is written to, without a system call that lasts as long as its reader likes, where that is possible.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, IsTerminal, Seek, SeekFrom, Write};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};

use nix::errno::Errno;
use nix::libc::{O_NOCTTY, O_NONBLOCK};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::socket::{MsgFlags, send};

/// A pipe takes as much as this in one piece, or says that it cannot.
const PIECE: usize = 4096;

/// What records are written to.
#[derive(Debug)]
pub(in crate::runtime) struct Output {
    file: File,
    way: Way,
}

/// How it is written to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Way {
    /// The descriptor does not block.
    NonBlocking,
    /// A call for sockets that does not block.
    Socket,
    /// It may block: in pieces, each when the output says that it takes one.
    Pieces,
    /// A file: a write ends without a reader.
    Whole,
}

impl Output {
    /// For a descriptor. A pipe or a terminal is opened once more: the mode of a descriptor belongs to everybody who
    /// shares it, and other programs expect one that blocks.
    ///
    /// # Errors
    ///
    /// When the system does not say what the descriptor is.
    pub(in crate::runtime) fn new(descriptor: OwnedFd) -> io::Result<Self> {
        let file = File::from(descriptor);
        let kind = file.metadata()?.file_type();
        if kind.is_socket() {
            return Ok(Self { file, way: Way::Socket });
        }
        if !kind.is_fifo() && !file.is_terminal() {
            return Ok(Self { file, way: Way::Whole });
        }
        let path = format!("/proc/self/fd/{}", file.as_raw_fd());
        match OpenOptions::new().write(true).custom_flags(O_NONBLOCK | O_NOCTTY).open(path) {
            Ok(file) => Ok(Self { file, way: Way::NonBlocking }),
            // It belongs to another user, or the last reader is gone.
            Err(_) => Ok(Self { file, way: Way::Pieces }),
        }
    }

    /// Waits until the output takes something, or has failed, which the next write tells.
    ///
    /// # Errors
    ///
    /// When it cannot be waited for.
    pub(super) fn wait(&self) -> io::Result<()> {
        if self.way == Way::Whole {
            return Ok(());
        }
        loop {
            match poll(&mut [PollFd::new(self.file.as_fd(), PollFlags::POLLOUT)], PollTimeout::NONE) {
                Err(Errno::EINTR) => {}
                Err(error) => return Err(error.into()),
                Ok(_) => return Ok(()),
            }
        }
    }

    /// Writes the start of `bytes`; returns how much of them, which may be nothing.
    ///
    /// # Errors
    ///
    /// Those of the output.
    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = match self.way {
            Way::NonBlocking | Way::Whole => self.file.write(bytes),
            Way::Pieces => {
                let mut ready = [PollFd::new(self.file.as_fd(), PollFlags::POLLOUT)];
                if poll(&mut ready, PollTimeout::ZERO) == Ok(0) {
                    return Ok(0);
                }
                self.file.write(&bytes[..bytes.len().min(PIECE)])
            }
            Way::Socket => {
                let flags = MsgFlags::MSG_DONTWAIT | MsgFlags::MSG_NOSIGNAL;
                send(self.file.as_raw_fd(), bytes, flags).map_err(io::Error::from)
            }
        };
        match written {
            Ok(0) => Err(ErrorKind::WriteZero.into()),
            Err(error) if matches!(error.kind(), ErrorKind::Interrupted | ErrorKind::WouldBlock) => Ok(0),
            other => other,
        }
    }

    /// Takes back this number of the bytes that were written last, if this is a file that ends with them.
    pub(super) fn take_back(&mut self, bytes: usize) {
        let mut cut = || -> io::Result<()> {
            let (known, end) = (self.file.metadata()?, self.file.stream_position()?);
            if bytes > 0 && known.is_file() && known.len() == end {
                let whole = end.saturating_sub(bytes as u64);
                self.file.set_len(whole)?;
                self.file.seek(SeekFrom::Start(whole))?;
            }
            Ok(())
        };
        // An output that has failed may refuse this, too; then it ends within a record.
        let _ = cut();
    }
}
