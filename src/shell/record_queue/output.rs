//! A file descriptor that is written to without blocking, where that is possible.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, IsTerminal, Seek, SeekFrom, Write};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};

use nix::errno::Errno;
use nix::libc::{O_NOCTTY, O_NONBLOCK};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::socket::{MsgFlags, send};

/// A pipe that poll(2) reports as writable takes this many bytes without blocking.
const PIPE_BUF: usize = 4096;

/// What records are written to.
#[derive(Debug)]
pub(crate) struct OutputWriter {
    file: File,
    mode: WriteMode,
}

/// How the descriptor is written to without blocking.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum WriteMode {
    /// The descriptor does not block.
    NonBlocking,
    /// A socket, written with `MSG_DONTWAIT`.
    Socket,
    /// The descriptor may block: it is written in small pieces, each after poll(2) reports it as writable.
    Polled,
    /// A regular file or a device: a write does not depend on a reader.
    Blocking,
}

impl OutputWriter {
    /// Wraps a descriptor. A pipe or a terminal is opened once more for non-blocking writes, because the mode is
    /// shared with all programs that have inherited the descriptor, and they expect one that blocks.
    ///
    /// # Errors
    ///
    /// When the type of the descriptor cannot be determined.
    pub(crate) fn new(descriptor: OwnedFd) -> io::Result<Self> {
        let file = File::from(descriptor);
        let kind = file.metadata()?.file_type();
        if kind.is_socket() {
            return Ok(Self { file, mode: WriteMode::Socket });
        }
        if !kind.is_fifo() && !file.is_terminal() {
            return Ok(Self { file, mode: WriteMode::Blocking });
        }
        let path = format!("/proc/self/fd/{}", file.as_raw_fd());
        match OpenOptions::new().write(true).custom_flags(O_NONBLOCK | O_NOCTTY).open(path) {
            Ok(file) => Ok(Self { file, mode: WriteMode::NonBlocking }),
            // This fails if another user owns it, or if the last reader is gone.
            Err(_) => Ok(Self { file, mode: WriteMode::Polled }),
        }
    }

    /// Waits until the output is writable or has failed; the next write returns the error.
    ///
    /// # Errors
    ///
    /// When poll(2) fails.
    pub(super) fn wait(&self) -> io::Result<()> {
        if self.mode == WriteMode::Blocking {
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

    /// Writes the start of `bytes` and returns the number of written bytes, which may be 0.
    ///
    /// # Errors
    ///
    /// Those of the output.
    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = match self.mode {
            WriteMode::NonBlocking | WriteMode::Blocking => self.file.write(bytes),
            WriteMode::Polled => {
                let mut ready = [PollFd::new(self.file.as_fd(), PollFlags::POLLOUT)];
                if poll(&mut ready, PollTimeout::ZERO) == Ok(0) {
                    return Ok(0);
                }
                self.file.write(&bytes[..bytes.len().min(PIPE_BUF)])
            }
            WriteMode::Socket => {
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

    /// Removes the last `bytes` bytes, if the output is a regular file that ends with them.
    pub(super) fn truncate_tail(&mut self, bytes: usize) {
        let mut cut = || -> io::Result<()> {
            let (known, end) = (self.file.metadata()?, self.file.stream_position()?);
            if bytes > 0 && known.is_file() && known.len() == end {
                let whole = end.saturating_sub(bytes as u64);
                self.file.set_len(whole)?;
                self.file.seek(SeekFrom::Start(whole))?;
            }
            Ok(())
        };
        // An output that has failed may refuse this too; then it ends with an incomplete record.
        let _ = cut();
    }
}
