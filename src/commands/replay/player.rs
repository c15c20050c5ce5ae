//! Plays one side of one connection on a socket.

use std::io::{ErrorKind, Read as _};
use std::net::Shutdown;
use std::ops::Range;
use std::os::fd::AsFd as _;
use std::time::{Duration, Instant};

use bytes::Bytes;
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use socket2::Socket;

use crate::commands::replay::control::Control;
use crate::commands::replay::halt::{Ending, Halt, PeerEnd, different_end};
use crate::commands::replay::news::Outlet;
use crate::commands::replay::outcome::{Deviation, Played};
use crate::commands::replay::told::{Ends, Told};
use crate::event::Timestamp;
use crate::recording::replay::{
    Action, Arrived, ArrivedCounter, Compared, Comparison, Ignored, Party, Script,
};
use crate::shell::open::PlaySpeed;

/// The largest number of bytes that are read beyond those that are expected.
const MOST_EXTRA: usize = 1 << 20;
/// How long a signal may wait to be seen.
const SIGNAL_INTERVAL: Duration = Duration::from_millis(100);
/// A difference that is not whole is told with each of its bytes while it is shorter than this.
const SHORT: u64 = 64;
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
    /// Whether to go on.
    pub(super) control: &'a Control,
    /// Where it is told what happens.
    pub(super) outlet: &'a Outlet,
}

/// A connection that is played.
struct Player<'a> {
    socket: &'a Socket,
    manner: Manner<'a>,
    told: Told<'a>,
    left_out: &'a [Range<usize>],
    counter: ArrivedCounter<'a>,
    comparison: Comparison<'a>,
    /// The number of differences that were told.
    differences: usize,
    /// Where the one that is not whole was when it was told.
    unfinished: Option<Range<u64>>,
    arrived: Vec<u8>,
    /// How much of that counts.
    counted: Arrived,
    peer: PeerEnd,
    /// Whether we have reset the connection.
    is_cut: bool,
    /// The side that finished first, if one did.
    first: Option<Party>,
    /// The number of bytes that had arrived when we sent the last ones.
    arrived_at_send: usize,
    /// How much of the other side's stream the steps so far need.
    due: usize,
    /// The largest number of bytes of the other side that are taken.
    most: usize,
    opened: Timestamp,
    started: Instant,
}

/// Plays a connection on this socket, which is to be closed then, and compares what comes back.
pub(super) fn play(socket: &Socket, ends: Ends, script: &Script, manner: Manner<'_>) -> Played {
    let other = manner.own.other();
    let expected = script.expected_of(other);
    let left_out = manner.ignored.ranges(&expected.bytes);
    let mut player = Player {
        socket,
        manner,
        told: Told::opened(manner.outlet, script.connection, ends),
        left_out: &left_out,
        counter: ArrivedCounter::new(manner.ignored),
        comparison: Comparison::new(&expected, &left_out),
        differences: 0,
        unfinished: None,
        arrived: Vec::new(),
        counted: Arrived::default(),
        peer: PeerEnd::Open,
        is_cut: false,
        first: None,
        arrived_at_send: 0,
        due: 0,
        most: expected.bytes.len() + MOST_EXTRA,
        opened: script.opened,
        started: Instant::now(),
    };
    let halt = player.steps(script).err();
    player.end(halt, script, expected.bytes.len())
}

/// How long after the start of a connection a step is due.
fn delay(speed: PlaySpeed, opened: Timestamp, at: Timestamp) -> Duration {
    Duration::from_micros(speed.time_for(at.micros_since(opened)))
}

impl Player<'_> {
    /// Ends the comparison, and tells what it came to.
    fn end(self, halt: Option<Halt>, script: &Script, recorded: usize) -> Played {
        let Player { manner, told, comparison, differences, arrived, peer, is_cut, first, due, .. } = self;
        // What was not asked for cannot have come.
        let length = match halt {
            Some(Halt::Silent | Halt::Stuck | Halt::Ended | Halt::Stopped) => due.max(arrived.len()),
            Some(Halt::Unfinished | Halt::TooMuch) | None => recorded,
        };
        let compared = comparison.finish(&arrived, &manner.ignored.ranges(&arrived), length);
        for difference in compared.told.iter().skip(differences) {
            told.differs(difference.clone());
        }
        let other = manner.own.other();
        let detail = match halt {
            Some(halt) => halt.detail(other.word(), peer, compared.found > 0, manner.timeout),
            None => different_end(script, other, peer),
        };
        let ending = Ending { own: manner.own, peer, is_cut, first, halt };
        told.closed(ending.reason(), detail.clone());
        let deviation = detail.map(|detail| Deviation { offset: arrived.len() as u64, detail });
        let Compared { told, found } = compared;
        Played { connection: script.connection, found, told: told.len() as u64, deviation }
    }

    fn steps(&mut self, script: &Script) -> Result<(), Halt> {
        for step in &script.steps {
            if step.by == self.manner.own {
                self.pause_until(step.at)?;
                match &step.action {
                    Action::Bytes(bytes) => self.send(bytes.clone())?,
                    Action::Missing(_) => {}
                    Action::Finish => {
                        self.finished(self.manner.own);
                        // A socket that the other side has closed is finished as well.
                        let _ = self.socket.shutdown(Shutdown::Write);
                    }
                    Action::Reset => {
                        self.receive()?;
                        // The socket is closed next.
                        let _ = self.socket.set_linger(Some(Duration::ZERO));
                        self.is_cut = true;
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

    fn finished(&mut self, by: Party) {
        self.first.get_or_insert(by);
        self.told.finished(by);
    }

    /// Sends bytes, and reads meanwhile: the other side may do the same.
    fn send(&mut self, mut left: Bytes) -> Result<(), Halt> {
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
            match self.socket.send(&left) {
                Ok(sent) => {
                    self.told.bytes(self.manner.own, left.split_to(sent));
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
        let target = Arrived::of_prefix(self.due, self.left_out);
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
    fn is_reached(&self, target: Arrived) -> bool {
        let arrived = self.counted;
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

    /// Waits while the user pauses everything, and for the time of a step, if times are kept.
    fn pause_until(&mut self, at: Timestamp) -> Result<(), Halt> {
        while self.manner.control.is_paused() {
            let began = Instant::now();
            while self.wait(PollFlags::empty(), began + SIGNAL_INTERVAL)? && self.peer == PeerEnd::Open {
                self.receive()?;
            }
            // What was to come later comes as much later.
            self.started += began.elapsed();
        }
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
            if self.manner.control.is_stopped() {
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

    /// Takes everything that has come, and compares it.
    fn receive(&mut self) -> Result<(), Halt> {
        let before = self.arrived.len();
        let received = self.read();
        if self.arrived.len() > before {
            self.counted = self.counter.count(&self.arrived);
            self.comparison.advance(&self.arrived, self.counter.left_out(), self.counter.settled());
            for difference in &self.comparison.found().told[self.differences..] {
                self.told.differs(difference.clone());
                self.differences += 1;
            }
            self.tell_unfinished();
        }
        received
    }

    /// Tells a difference that is not whole, as far as it has come; a long one only once it has doubled.
    fn tell_unfinished(&mut self) {
        let unfinished =
            self.comparison.unfinished().map(|difference| (difference, difference.place.clone()));
        let Some((difference, place)) = unfinished else {
            self.unfinished = None;
            return;
        };
        let length = place.end - place.start;
        let before = self.unfinished.as_ref().filter(|before| before.start == place.start);
        let before = before.map(|before| before.end - before.start);
        let is_worth_it =
            before.is_none_or(|before| length > before && (length < SHORT || length >= 2 * before));
        if is_worth_it {
            self.told.differing(difference.clone());
            self.unfinished = Some(place);
        }
    }

    /// Reads everything that has come.
    fn read(&mut self) -> Result<(), Halt> {
        let mut buffer = [0; READ_SIZE];
        let other = self.manner.own.other();
        while self.peer == PeerEnd::Open {
            let mut socket = self.socket;
            match socket.read(&mut buffer) {
                Ok(0) => {
                    self.peer = PeerEnd::Finished;
                    self.finished(other);
                }
                Ok(read) => {
                    self.arrived.extend_from_slice(&buffer[..read]);
                    self.told.bytes(other, Bytes::copy_from_slice(&buffer[..read]));
                }
                Err(error) => match error.kind() {
                    ErrorKind::WouldBlock => break,
                    ErrorKind::Interrupted => {}
                    _ => self.peer = PeerEnd::Reset,
                },
            }
            if self.arrived.len() > self.most {
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
