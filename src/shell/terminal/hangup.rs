//! Detects that the reader of an output is gone, without writing to it.

use std::os::fd::{AsFd, OwnedFd};
use std::{io, thread};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

/// The poll(2) events of a descriptor whose other end is gone. The kernel reports them even if they are not requested.
pub(crate) const HANGUP: PollFlags = PollFlags::POLLERR.union(PollFlags::POLLHUP).union(PollFlags::POLLNVAL);

/// Calls `then` on a thread of its own when the other end of `output` is gone. For a regular file that never happens.
///
/// # Errors
///
/// When the thread cannot be started.
pub(crate) fn on_hangup(output: OwnedFd, then: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let watch = move || {
        loop {
            let mut watched = [PollFd::new(output.as_fd(), PollFlags::empty())];
            match poll(&mut watched, PollTimeout::NONE) {
                Err(Errno::EINTR) => {}
                // The descriptor cannot be polled; the next write will fail.
                Err(_) => return,
                Ok(_) if watched[0].revents().is_some_and(|events| events.intersects(HANGUP)) => {
                    return then();
                }
                Ok(_) => {}
            }
        }
    };
    thread::Builder::new()
        .name("output-watch".to_owned())
        .spawn(watch)
        .map_err(crate::client::thread_error::with_advice)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_closed_pipe_is_noticed_without_a_write() {
        let (reader, writer) = io::pipe().unwrap();
        let (sender, notices) = mpsc::channel();
        on_hangup(writer.into(), move || sender.send(()).unwrap()).unwrap();
        assert!(notices.try_recv().is_err(), "the reader is there");
        drop(reader);
        notices.recv_timeout(Duration::from_secs(10)).unwrap();
    }
}
