//! The thread that writes to the terminal, so that a terminal that takes no output never blocks the loop.

use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::os::fd::AsFd;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use parking_lot::{Condvar, Mutex};

/// What the loop is notified of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Notice {
    /// Everything is written, after [`TerminalWriter::ready`] said that it was not.
    Ready,
    /// The terminal is gone.
    Gone,
}

/// How a wait for the terminal ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Flushed {
    /// Everything is written.
    Written,
    /// The terminal is gone or abandoned.
    Gone,
    /// The terminal did not take everything in time.
    Stuck,
}

/// The queue of bytes for the terminal, and the state of the thread that writes them.
#[derive(Debug, Default)]
pub(super) struct TerminalWriter {
    state: Mutex<WriterState>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct WriterState {
    waiting: Vec<u8>,
    writer: Writer,
    ready_request: ReadyRequest,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Writer {
    #[default]
    Idle,
    Writing,
    /// Nothing is written any more.
    Ended,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum ReadyRequest {
    #[default]
    None,
    Pending,
}

impl TerminalWriter {
    /// Starts the thread that writes to `file`.
    ///
    /// # Errors
    ///
    /// When the thread cannot be started.
    pub(super) fn start(file: File, notify: impl Fn(Notice) + Send + 'static) -> io::Result<Arc<Self>> {
        let terminal_writer = Arc::new(Self::default());
        let writer = Arc::clone(&terminal_writer);
        thread::Builder::new()
            .name("screen".to_owned())
            .spawn(move || writer.run(file, notify))
            .map_err(crate::client::thread_error::with_advice)?;
        Ok(terminal_writer)
    }

    /// Queues bytes for the terminal. Never blocks.
    pub(super) fn send(&self, mut bytes: Vec<u8>) {
        let mut state = self.state.lock();
        if state.writer != Writer::Ended {
            state.waiting.append(&mut bytes);
            self.changed.notify_all();
        }
    }

    /// Whether everything is written. If not, [`Notice::Ready`] follows when it is.
    pub(super) fn ready(&self) -> bool {
        let mut state = self.state.lock();
        let ready = state.flushed() == Some(Flushed::Written);
        state.ready_request = if ready { ReadyRequest::None } else { ReadyRequest::Pending };
        ready
    }

    /// Waits until everything is written, at most for `limit`.
    pub(super) fn flush(&self, limit: Duration) -> Flushed {
        let deadline = Instant::now() + limit;
        let mut state = self.state.lock();
        loop {
            if let Some(flushed) = state.flushed() {
                return flushed;
            }
            if self.changed.wait_until(&mut state, deadline).timed_out() {
                return state.flushed().unwrap_or(Flushed::Stuck);
            }
        }
    }

    /// Stops writing and discards the queue.
    pub(super) fn abandon(&self) {
        let mut state = self.state.lock();
        state.writer = Writer::Ended;
        state.waiting = Vec::new();
        self.changed.notify_all();
    }

    fn run(&self, mut file: File, notify: impl Fn(Notice)) {
        while let Some(bytes) = self.take() {
            let written = write(&mut file, &bytes);
            let mut state = self.state.lock();
            if state.writer == Writer::Ended {
                return;
            }
            if written.is_err() {
                drop(state);
                self.abandon();
                return notify(Notice::Gone);
            }
            state.writer = Writer::Idle;
            let ready_request = if state.waiting.is_empty() {
                std::mem::take(&mut state.ready_request)
            } else {
                ReadyRequest::None
            };
            self.changed.notify_all();
            drop(state);
            if ready_request == ReadyRequest::Pending {
                notify(Notice::Ready);
            }
        }
    }

    /// Waits for bytes to write; `None` once writing has been stopped.
    fn take(&self) -> Option<Vec<u8>> {
        let mut state = self.state.lock();
        while state.waiting.is_empty() && state.writer != Writer::Ended {
            self.changed.wait(&mut state);
        }
        if state.writer == Writer::Ended {
            return None;
        }
        state.writer = Writer::Writing;
        Some(std::mem::take(&mut state.waiting))
    }
}

impl WriterState {
    fn flushed(&self) -> Option<Flushed> {
        match self.writer {
            Writer::Ended => Some(Flushed::Gone),
            Writer::Idle if self.waiting.is_empty() => Some(Flushed::Written),
            Writer::Idle | Writer::Writing => None,
        }
    }
}

/// Writes all bytes, even if another program has left the descriptor non-blocking.
fn write(file: &mut File, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match file.write(bytes) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(written) => bytes = &bytes[written..],
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                // The result does not matter: the next write shows the state.
                let _ = poll(&mut [PollFd::new(file.as_fd(), PollFlags::POLLOUT)], PollTimeout::NONE);
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::os::fd::OwnedFd;
    use std::sync::mpsc::{self, Receiver};

    use super::*;

    const LONG: Duration = Duration::from_secs(10);

    fn terminal_writer() -> (Arc<TerminalWriter>, io::PipeReader, Receiver<Notice>) {
        let (reader, writer) = io::pipe().unwrap();
        let (sender, notices) = mpsc::channel();
        let terminal_writer = TerminalWriter::start(File::from(OwnedFd::from(writer)), move |notice| {
            sender.send(notice).unwrap();
        });
        (terminal_writer.unwrap(), reader, notices)
    }

    #[test]
    fn everything_arrives_in_order() {
        let (terminal_writer, mut reader, _notices) = terminal_writer();
        terminal_writer.send(b"one ".to_vec());
        terminal_writer.send(b"two ".to_vec());
        assert_eq!(terminal_writer.flush(LONG), Flushed::Written);
        terminal_writer.send(b"three".to_vec());
        let mut got = [0; 13];
        reader.read_exact(&mut got).unwrap();
        assert_eq!(&got, b"one two three");
    }

    #[test]
    fn a_stuck_terminal_blocks_no_caller_and_notifies_when_it_goes_on() {
        let (terminal_writer, mut reader, notices) = terminal_writer();
        // More than a pipe holds.
        let frame = vec![b'x'; 1 << 20];
        terminal_writer.send(frame.clone());
        assert!(!terminal_writer.ready());
        assert_eq!(terminal_writer.flush(Duration::ZERO), Flushed::Stuck);
        assert_eq!(notices.try_recv(), Err(mpsc::TryRecvError::Empty));
        let mut got = vec![0; frame.len()];
        reader.read_exact(&mut got).unwrap();
        assert_eq!(notices.recv_timeout(LONG), Ok(Notice::Ready));
        assert!(terminal_writer.ready() && got == frame);
    }

    #[test]
    fn a_terminal_that_is_gone_is_reported_once_and_written_to_no_more() {
        let (terminal_writer, reader, notices) = terminal_writer();
        drop(reader);
        terminal_writer.send(b"x".to_vec());
        assert_eq!(notices.recv_timeout(LONG), Ok(Notice::Gone));
        terminal_writer.send(b"y".to_vec());
        assert_eq!(terminal_writer.flush(LONG), Flushed::Gone);
        assert!(!terminal_writer.ready());
        assert_eq!(notices.recv_timeout(LONG), Err(mpsc::RecvTimeoutError::Disconnected));
    }

    #[test]
    fn an_abandoned_terminal_is_given_nothing_more() {
        let (terminal_writer, mut reader, _notices) = terminal_writer();
        terminal_writer.abandon();
        terminal_writer.send(b"x".to_vec());
        assert_eq!(terminal_writer.flush(LONG), Flushed::Gone);
        drop(terminal_writer);
        let mut got = Vec::new();
        reader.read_to_end(&mut got).unwrap();
        assert_eq!(got, b"");
    }
}
