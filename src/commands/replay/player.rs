//! Plays one side of one connection on a socket.

use std::io::{ErrorKind, Read as _};
use std::net::Shutdown;
use std::os::fd::AsFd as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use socket2::Socket;

use crate::commands::replay::outcome::{Deviation, Played};
use crate::event::Timestamp;
use crate::recording::replay::{Action, Arrived, ArrivedCounter, Expected, Ignored, Party, Script, compare};
use crate::shell::open::PlaySpeed;

/// The largest number of bytes that are read beyond those that are expected.
const MOST_EXTRA: usize = 1 << 20;
/// How long a signal may wait to be seen.
const SIGNAL_INTERVAL: Duration = Duration::from_millis(100);
/// The largest read.
const READ_SIZE: usize = 64 * 1024;

/// How a connection is played.
#[derive(Clone, Copy, Debug)]
pub(super) struct Manner<'a> {
    /// The side that is played.
    pub(super) own: Party,
    pub(super) ignored: &'a Ignored,
    /// `None` is as fast as the other side goes.
    pub(super) speed: Option<PlaySpeed>,
    pub(super) timeout: Duration,
    /// Whether everything is to end.
    pub(super) stop: &'a AtomicBool,
}

/// How the stream of the other side has ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum PeerEnd {
    Open,
    Finished,
    Reset,
}

/// Why a connection is not played to its end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Halt {
    /// Nothing more comes from the other side within the time.
    Silent,
    /// The other side does not end within the time.
    Unfinished,
    /// The other side takes no bytes within the time.
    Stuck,
    /// The other side has ended.
    Ended,
    /// The other side sends much more than it did.
    TooMuch,
    /// A signal arrived.
    Stopped,
}

/// A connection that is played.
struct Player<'a> {
    socket: &'a Socket,
    manner: Manner<'a>,
    expected: Expected,
    left_out: Vec<std::ops::Range<usize>>,
    counter: ArrivedCounter<'a>,
    arrived: Vec<u8>,
    peer: PeerEnd,
    /// The number of bytes that had arrived when we sent the last ones.
    arrived_at_send: usize,
    /// How much of the other side's stream the steps so far need.
    due: usize,
    opened: Timestamp,
    started: Instant,
}

/// Plays a connection on this socket, and compares what comes back.
pub(super) fn play(socket: &Socket, script: &Script, manner: Manner<'_>) -> Played {
    let other = manner.own.other();
    let expected = script.expected_of(other);
    let mut player = Player {
        socket,
        manner,
        left_out: manner.ignored.ranges(&expected.bytes),
        expected,
        counter: ArrivedCounter::new(manner.ignored),
        arrived: Vec::new(),
        peer: PeerEnd::Open,
        arrived_at_send: 0,
        due: 0,
        opened: script.opened,
        started: Instant::now(),
    };
    let halt = player.steps(script).err();
    let Player { mut expected, arrived, peer, due, .. } = player;
    // What was not asked for cannot have come.
    if matches!(halt, Some(Halt::Silent | Halt::Stuck | Halt::Ended | Halt::Stopped)) {
        expected.bytes.truncate(due.max(arrived.len()));
    }
    let compared = compare(&expected, &arrived, manner.ignored);
    let word = other.word();
    let detail = match halt {
        Some(halt) => halt.detail(word, peer, compared.found > 0, manner.timeout),
        None => different_end(script, other, peer),
    };
    let deviation = detail.map(|detail| Deviation { offset: arrived.len() as u64, detail });
    Played { connection: script.connection, compared, deviation }
}

/// What is different about the end of the other side, if it was recorded.
fn different_end(script: &Script, other: Party, peer: PeerEnd) -> Option<String> {
    let recorded = script.steps.iter().rev().find_map(|step| match step.action {
        Action::Finish if step.by == other => Some(PeerEnd::Finished),
        Action::Reset if step.by == other => Some(PeerEnd::Reset),
        _ => None,
    })?;
    let is_cut = script.steps.iter().any(|step| step.by != other && step.action == Action::Reset);
    let word = other.word();
    match (recorded, peer) {
        (PeerEnd::Finished, PeerEnd::Reset) if !is_cut => {
            Some(format!("the {word} reset the connection, where it had finished"))
        }
        (PeerEnd::Reset, PeerEnd::Finished) => {
            Some(format!("the {word} finished, where it had reset the connection"))
        }
        _ => None,
    }
}

/// How long after the start of a connection a step is due.
fn delay(speed: PlaySpeed, opened: Timestamp, at: Timestamp) -> Duration {
    Duration::from_micros(speed.time_for(at.micros_since(opened)))
}

impl Halt {
    /// What happened, as far as the difference of bytes does not say it.
    fn detail(self, word: &str, peer: PeerEnd, has_difference: bool, timeout: Duration) -> Option<String> {
        let waited = || format!("{} ms", timeout.as_millis());
        match self {
            Self::Silent => Some(format!("the {word} sent nothing for {}", waited())),
            Self::Unfinished => Some(format!("the {word} has not ended the connection within {}", waited())),
            Self::Stuck => Some(format!("the {word} took no bytes for {}", waited())),
            Self::TooMuch if has_difference => None,
            Self::TooMuch => Some(format!("the {word} sends much more than was recorded")),
            Self::Stopped => Some("stopped by a signal".to_owned()),
            Self::Ended if has_difference => None,
            Self::Ended => match peer {
                PeerEnd::Reset => Some(format!("the {word} reset the connection too early")),
                PeerEnd::Finished | PeerEnd::Open => Some(format!("the {word} finished too early")),
            },
        }
    }
}

impl Player<'_> {
    fn steps(&mut self, script: &Script) -> Result<(), Halt> {
        for step in &script.steps {
            if step.by == self.manner.own {
                self.pause_until(step.at)?;
                match &step.action {
                    Action::Bytes(bytes) => self.send(bytes)?,
                    Action::Missing(_) => {}
                    Action::Finish => {
                        // A socket that the other side has closed is finished as well.
                        let _ = self.socket.shutdown(Shutdown::Write);
                    }
                    Action::Reset => {
                        self.receive()?;
                        // The socket is closed next.
                        let _ = self.socket.set_linger(Some(Duration::ZERO));
                        return Ok(());
                    }
                }
                continue;
            }
            match &step.action {
                Action::Bytes(bytes) => self.await_bytes(bytes.len())?,
                Action::Missing(bytes) => self.await_bytes(*bytes as usize)?,
                Action::Finish | Action::Reset => self.await_end()?,
            }
        }
        self.receive()
    }

    /// Sends bytes, and reads meanwhile: the other side may do the same.
    fn send(&mut self, mut left: &[u8]) -> Result<(), Halt> {
        self.arrived_at_send = self.arrived.len();
        let mut deadline = Instant::now() + self.manner.timeout;
        while !left.is_empty() {
            if self.peer == PeerEnd::Reset {
                return Err(Halt::Ended);
            }
            if !self.wait(PollFlags::POLLOUT, deadline)? {
                return Err(Halt::Stuck);
            }
            let before = self.arrived.len();
            self.receive()?;
            match self.socket.send(left) {
                Ok(sent) => {
                    left = &left[sent..];
                    deadline = Instant::now() + self.manner.timeout;
                }
                Err(error) => match error.kind() {
                    ErrorKind::WouldBlock | ErrorKind::Interrupted => {
                        if self.arrived.len() > before {
                            deadline = Instant::now() + self.manner.timeout;
                        }
                    }
                    _ => {
                        self.receive()?;
                        self.peer = PeerEnd::Reset;
                    }
                },
            }
        }
        Ok(())
    }

    /// Waits until these bytes of the other side have come as well.
    fn await_bytes(&mut self, length: usize) -> Result<(), Halt> {
        self.due += length;
        let target = Arrived::of_prefix(self.due, &self.left_out);
        let mut deadline = Instant::now() + self.manner.timeout;
        loop {
            let before = self.arrived.len();
            self.receive()?;
            if self.is_reached(target) {
                return Ok(());
            }
            if self.peer != PeerEnd::Open {
                return Err(Halt::Ended);
            }
            if self.arrived.len() > before {
                deadline = Instant::now() + self.manner.timeout;
            }
            if !self.wait(PollFlags::empty(), deadline)? {
                return Err(Halt::Silent);
            }
        }
    }

    /// Whether as much has come as was recorded. What is left out may have any length, but something has to come in its place.
    fn is_reached(&mut self, target: Arrived) -> bool {
        let arrived = self.counter.count(&self.arrived);
        let has_answer = arrived.ends_ignored && self.arrived.len() > self.arrived_at_send;
        arrived.counted > target.counted
            || arrived.counted == target.counted && (!target.ends_ignored || has_answer)
    }

    fn await_end(&mut self) -> Result<(), Halt> {
        let mut deadline = Instant::now() + self.manner.timeout;
        loop {
            let before = self.arrived.len();
            self.receive()?;
            if self.peer != PeerEnd::Open {
                return Ok(());
            }
            if self.arrived.len() > before {
                deadline = Instant::now() + self.manner.timeout;
            }
            if !self.wait(PollFlags::empty(), deadline)? {
                return Err(Halt::Unfinished);
            }
        }
    }

    /// Waits for the time of a step, if times are kept.
    fn pause_until(&mut self, at: Timestamp) -> Result<(), Halt> {
        let Some(speed) = self.manner.speed else { return Ok(()) };
        let Some(due) = self.started.checked_add(delay(speed, self.opened, at)) else { return Ok(()) };
        while self.wait(PollFlags::empty(), due)? {
            self.receive()?;
        }
        Ok(())
    }

    /// Waits until the socket can be read, or is ready for what is asked, and says whether that was before the deadline.
    fn wait(&self, wanted: PollFlags, deadline: Instant) -> Result<bool, Halt> {
        let reading = if self.peer == PeerEnd::Open { PollFlags::POLLIN } else { PollFlags::empty() };
        loop {
            if self.manner.stop.load(Ordering::Acquire) {
                return Err(Halt::Stopped);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(false);
            }
            let flags = reading | wanted;
            if flags.is_empty() {
                // A socket that has ended would be ready for its end all the time.
                std::thread::sleep(left.min(SIGNAL_INTERVAL));
                continue;
            }
            let mut sockets = [PollFd::new(self.socket.as_fd(), flags)];
            // A millisecond more: the time is rounded down.
            let limit = left.min(SIGNAL_INTERVAL) + Duration::from_millis(1);
            let limit = PollTimeout::try_from(limit).unwrap_or(PollTimeout::from(100_u8));
            match poll(&mut sockets, limit) {
                Ok(0) | Err(Errno::EINTR) => {}
                // A poll that fails tells nothing; the system call that follows does.
                Ok(_) | Err(_) => return Ok(true),
            }
        }
    }

    /// Takes everything that has come.
    fn receive(&mut self) -> Result<(), Halt> {
        let mut buffer = [0; READ_SIZE];
        while self.peer == PeerEnd::Open {
            let mut socket = self.socket;
            match socket.read(&mut buffer) {
                Ok(0) => self.peer = PeerEnd::Finished,
                Ok(read) => self.arrived.extend_from_slice(&buffer[..read]),
                Err(error) => match error.kind() {
                    ErrorKind::WouldBlock => break,
                    ErrorKind::Interrupted => {}
                    _ => self.peer = PeerEnd::Reset,
                },
            }
            if self.arrived.len() > self.expected.bytes.len() + MOST_EXTRA {
                return Err(Halt::TooMuch);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_due_at_the_speed_that_is_asked_for() {
        let due = |speed: &str, at| delay(PlaySpeed::parse(speed).unwrap(), Timestamp(1_000), Timestamp(at));
        assert_eq!(due("1", 2_001_000), Duration::from_secs(2));
        assert_eq!(due("10", 2_001_000), Duration::from_millis(200));
        assert_eq!(due("0.5", 2_001_000), Duration::from_secs(4));
        assert_eq!(due("1", 0), Duration::ZERO);
    }
}
