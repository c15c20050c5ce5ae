//! How long a client waited: the kernel says when its bytes arrived, so also for how long nobody came to read them.
//!
//! A read that asks for that costs a tenth of a microsecond more. So it is asked once in each turn of a coarse clock (1 to
//! 4 ms) and connection: of quiet clients every wait is known, of busy ones enough.

use std::io::{self, IoSliceMut, Read as _};
use std::net::TcpStream;
use std::os::fd::AsFd;
use std::time::{Duration, SystemTime};

use nix::sys::time::TimeSpec;
use nix::time::{ClockId, clock_gettime};

use crate::model::ConnectionId;
use crate::model::work::Answer;

/// A wait that is longer than this is a clock that was set.
const BELIEVABLE: Duration = Duration::from_secs(3_600);

/// Time since some moment, in steps of a few milliseconds, for next to nothing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub(super) struct Coarse(u64);

impl Coarse {
    /// Now.
    pub(super) fn now() -> Self {
        #[cfg(target_os = "linux")]
        const CLOCK: ClockId = ClockId::CLOCK_MONOTONIC_COARSE;
        #[cfg(not(target_os = "linux"))]
        const CLOCK: ClockId = ClockId::CLOCK_MONOTONIC;
        let time = clock_gettime(CLOCK).map_or(Duration::ZERO, Duration::from);
        // Its steps are no shorter than a millisecond, also where the system has only a fine one.
        Self(u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
    }

    /// From `earlier` to here.
    pub(super) const fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }

    /// As a number, for an atomic.
    pub(super) const fn number(self) -> u64 {
        self.0
    }

    /// The one of this number.
    pub(super) const fn of(number: u64) -> Self {
        Self(number)
    }
}

/// Has the kernel note when bytes arrive, for every socket that is accepted from this one.
pub(super) fn note_arrivals(listener: &impl AsFd) {
    #[cfg(target_os = "linux")]
    {
        // Without it waits are counted from the read on.
        let _ = nix::sys::socket::setsockopt(listener, nix::sys::socket::sockopt::ReceiveTimestampns, &true);
    }
    #[cfg(not(target_os = "linux"))]
    let _ = listener;
}

/// The waits of one connection.
#[derive(Debug, Default)]
pub(super) struct Waits {
    /// When a read was last made, and when one was last looked at.
    read_at: Coarse,
    looked_at: Coarse,
    /// When what was read last arrived, if that was looked at.
    arrived: Option<SystemTime>,
    /// So many reads have not been looked at since, and how long the one waited that was.
    unlooked: u32,
    last_micros: u32,
}

/// How long a client waited, and what that says of the reads before it that were not looked at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Waited {
    micros: u32,
    before: (u32, u32),
}

impl Waits {
    /// Reads from a socket.
    ///
    /// # Errors
    /// Those of `recv`.
    pub(super) fn receive(&mut self, mut socket: &TcpStream, space: &mut [u8]) -> io::Result<usize> {
        self.read_at = Coarse::now();
        self.arrived = None;
        if self.read_at == self.looked_at {
            let length = socket.read(space)?;
            self.unlooked += 1;
            return Ok(length);
        }
        let (length, arrived) = receive_stamped(socket, space)?;
        self.looked_at = self.read_at;
        self.arrived = Some(arrived);
        Ok(length)
    }

    /// When the last read was made.
    pub(super) const fn read_at(&self) -> Coarse {
        self.read_at
    }

    /// The client has what it waited for. Nothing where that was not looked at.
    pub(super) fn over(&mut self) -> Option<Waited> {
        let waited = self.arrived.take()?.elapsed().unwrap_or_default();
        if waited > BELIEVABLE {
            return None;
        }
        let micros = u32::try_from(waited.as_micros()).unwrap_or(u32::MAX);
        let before = (self.last_micros, std::mem::take(&mut self.unlooked));
        self.last_micros = micros;
        Some(Waited { micros, before })
    }
}

impl Waited {
    /// The same, as it is told.
    pub(super) fn answers(self, connection: ConnectionId) -> impl Iterator<Item = Answer> {
        let told = [self.before, (self.micros, 1)].into_iter().filter(|&(_, times)| times > 0);
        told.map(move |(micros, stands_for)| Answer { connection, micros, stands_for })
    }
}

/// Reads, and says when the last of what was read arrived.
#[cfg(target_os = "linux")]
fn receive_stamped(socket: &TcpStream, space: &mut [u8]) -> io::Result<(usize, SystemTime)> {
    use nix::sys::socket::{ControlMessageOwned, MsgFlags, recvmsg};
    use std::os::fd::AsRawFd as _;

    /// Room for one time and its head, aligned as the head has to be.
    #[repr(align(8))]
    struct Room([u8; 64]);

    let mut room = Room([0; 64]);
    let mut parts = [IoSliceMut::new(space)];
    let message = recvmsg::<()>(socket.as_raw_fd(), &mut parts, Some(&mut room.0), MsgFlags::empty())?;
    let stamp = message.cmsgs().ok().and_then(|mut all| {
        all.find_map(|one| match one {
            ControlMessageOwned::ScmTimestampns(time) => Some(time),
            _ => None,
        })
    });
    let arrived =
        stamp.map_or_else(SystemTime::now, |time: TimeSpec| SystemTime::UNIX_EPOCH + Duration::from(time));
    Ok((message.bytes, arrived))
}

#[cfg(not(target_os = "linux"))]
fn receive_stamped(mut socket: &TcpStream, space: &mut [u8]) -> io::Result<(usize, SystemTime)> {
    let length = socket.read(space)?;
    Ok((length, SystemTime::now()))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn what_lay_in_the_kernel_is_waited_for() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        note_arrivals(&listener);
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (socket, _) = listener.accept().unwrap();
        let mut waits = Waits::default();
        client.write_all(b"hello").unwrap();
        // The subject of this test: nobody comes to read for so long.
        std::thread::sleep(Duration::from_millis(30));
        let mut space = [0; 16];
        assert_eq!(waits.receive(&socket, &mut space).unwrap(), 5);
        let answers: Vec<_> = waits.over().unwrap().answers(ConnectionId(7)).collect();
        assert_eq!(answers.len(), 1);
        assert!(cfg!(not(target_os = "linux")) || answers[0].micros >= 29_000, "{answers:?}");
        assert_eq!((answers[0].connection, answers[0].stands_for), (ConnectionId(7), 1));
    }

    #[test]
    fn reads_that_are_not_looked_at_are_stood_for_by_the_one_before() {
        let mut waits =
            Waits { arrived: Some(SystemTime::now()), unlooked: 0, last_micros: 9, ..Waits::default() };
        assert!(waits.over().is_some());
        assert!(waits.over().is_none(), "once");
        waits = Waits { arrived: Some(SystemTime::now()), unlooked: 3, last_micros: 9, ..waits };
        let answers: Vec<_> = waits.over().unwrap().answers(ConnectionId(1)).collect();
        assert_eq!((answers[0].micros, answers[0].stands_for, answers[1].stands_for), (9, 3, 1));
        assert_eq!(waits.unlooked, 0);
    }
}
