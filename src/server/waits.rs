//! How long a client waited: the kernel says when its bytes arrived, so also for how long nobody came to read them.
//!
//! A read that asks for that costs a few tenths of a microsecond more, here and where it is told. So it is asked of every
//! read that comes a while after the one before, and of every sixteenth of the others, which stands for all of those: by
//! counting and not by time, or long waits would be met more often than they happen.

use std::io::{self, IoSliceMut, Read as _};
use std::net::TcpStream;
use std::os::fd::AsFd;
use std::time::{Duration, SystemTime};

use nix::sys::time::TimeSpec;
use nix::time::{ClockId, clock_gettime};

use crate::model::ConnectionId;
use crate::model::work::Answer;

/// A read that comes so long after the one before is looked at.
const QUIET: Duration = Duration::from_millis(20);
/// Of the other reads, one of this number is looked at.
const ONE_OF: u32 = 16;
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

    /// So long before.
    pub(super) fn before(self, time: Duration) -> Self {
        Self(self.0.saturating_sub(u64::try_from(time.as_millis()).unwrap_or(u64::MAX)))
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
    /// When a read was last made.
    read_at: Coarse,
    /// The number of reads since the last one that was looked at. The next one that is looked at stands for them.
    unlooked: u32,
    /// What was read last, if that was looked at.
    looked: Option<Looked>,
}

#[derive(Clone, Copy, Debug)]
struct Looked {
    arrived: SystemTime,
    stands_for: u32,
}

/// How long a client waited, and for how many waits that stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Waited {
    micros: u32,
    stands_for: u32,
}

impl Waits {
    /// Reads from a socket.
    ///
    /// # Errors
    /// Those of `recv`.
    pub(super) fn receive(&mut self, mut socket: &TcpStream, space: &mut [u8]) -> io::Result<usize> {
        let now = Coarse::now();
        let quiet = now.since(self.read_at) >= QUIET;
        self.looked = None;
        if !quiet && self.unlooked + 1 < ONE_OF {
            let length = socket.read(space)?;
            (self.read_at, self.unlooked) = (now, self.unlooked + 1);
            return Ok(length);
        }
        let (length, arrived) = receive_stamped(socket, space)?;
        let stands_for = if quiet { 1 } else { 1 + std::mem::take(&mut self.unlooked) };
        (self.read_at, self.looked) = (now, Some(Looked { arrived, stands_for }));
        Ok(length)
    }

    /// When the last read was made.
    pub(super) const fn read_at(&self) -> Coarse {
        self.read_at
    }

    /// The client has what it waited for. Nothing where that was not looked at.
    pub(super) fn over(&mut self) -> Option<Waited> {
        let Looked { arrived, stands_for } = self.looked.take()?;
        let waited = arrived.elapsed().unwrap_or_default();
        let micros = u32::try_from(waited.as_micros()).unwrap_or(u32::MAX);
        (waited <= BELIEVABLE).then_some(Waited { micros, stands_for })
    }
}

impl Waited {
    /// The same, as it is told.
    pub(super) const fn answer(self, connection: ConnectionId) -> Answer {
        Answer { connection, micros: self.micros, stands_for: self.stands_for }
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
        // The kernel begins to note arrivals a little after the first socket asks for it.
        let waited = (0..100).find_map(|_| {
            client.write_all(b"hello").unwrap();
            // The subject of this test: nobody comes to read for so long.
            std::thread::sleep(Duration::from_millis(30));
            assert_eq!(waits.receive(&socket, &mut [0; 16]).unwrap(), 5);
            let answer = waits.over().unwrap().answer(ConnectionId(7));
            assert!(waits.over().is_none(), "once");
            assert_eq!((answer.connection, answer.stands_for), (ConnectionId(7), 1));
            Some(answer.micros).filter(|&micros| micros >= 29_000)
        });
        assert!(waited.is_some() || cfg!(not(target_os = "linux")));
    }

    #[test]
    fn all_reads_are_stood_for() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (socket, _) = listener.accept().unwrap();
        let mut waits = Waits::default();
        let mut looked = Vec::new();
        for _ in 0..10 * ONE_OF {
            client.write_all(b"x").unwrap();
            assert_eq!(waits.receive(&socket, &mut [0; 4]).unwrap(), 1);
            looked.extend(waits.over().map(|waited| waited.stands_for));
        }
        assert_eq!(looked[0], 1, "nothing came before the first");
        assert_eq!(looked.iter().sum::<u32>() + waits.unlooked, 10 * ONE_OF);
        assert!(looked.contains(&ONE_OF), "{looked:?}");
    }
}
