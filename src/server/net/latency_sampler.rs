//! Latency samples: the kernel reports when a client's bytes arrived, so the samples include the time before anyone
//! read them.
//!
//! A read with a receive timestamp costs a few tenths of a microsecond more, for the call and for the sample. So the
//! sampler takes every read that comes a while after the one before, and every sixteenth of the others, weighted for
//! all of those. It samples by count and not by time, which would hit long waits more often than they happen.

use std::io::{self, IoSliceMut, Read as _};
use std::num::NonZeroU64;
use std::os::fd::AsFd;
use std::time::{Duration, SystemTime};

use nix::sys::time::TimeSpec;
use nix::time::{ClockId, clock_gettime};

use crate::event::ConnectionId;
use crate::event::activity::ResponseTime;
use crate::server::net::socket::Socket;

/// A read that comes this long after the one before is always sampled.
const IDLE_GAP: Duration = Duration::from_millis(20);
/// One in this number of the other reads is sampled.
const SAMPLE_EVERY: u32 = 16;
/// A longer latency is not plausible: the wall clock was set.
const MAX_PLAUSIBLE: Duration = Duration::from_secs(3_600);

/// A moment of the coarse monotonic clock, in milliseconds. Its steps are a few milliseconds, and reading it costs
/// next to nothing.
///
/// The milliseconds are counted from 1, so that an `Option` of a moment takes no more memory: each connection has one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(in crate::server) struct CoarseInstant(NonZeroU64);

impl Default for CoarseInstant {
    fn default() -> Self {
        Self::from_millis(0)
    }
}

impl CoarseInstant {
    /// The time now.
    pub(in crate::server) fn now() -> Self {
        #[cfg(target_os = "linux")]
        const CLOCK: ClockId = ClockId::CLOCK_MONOTONIC_COARSE;
        #[cfg(not(target_os = "linux"))]
        const CLOCK: ClockId = ClockId::CLOCK_MONOTONIC;
        let time = clock_gettime(CLOCK).map_or(Duration::ZERO, Duration::from);
        // Whole milliseconds, also on systems that have only a fine clock.
        Self::from_millis(u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
    }

    /// The time from `earlier` to this moment.
    pub(in crate::server) const fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.as_millis().saturating_sub(earlier.as_millis()))
    }

    /// The moment that was `time` earlier.
    pub(in crate::server) fn before(self, time: Duration) -> Self {
        let millis = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        Self::from_millis(self.as_millis().saturating_sub(millis))
    }

    /// The value in milliseconds, for an atomic.
    pub(in crate::server) const fn as_millis(self) -> u64 {
        self.0.get() - 1
    }

    /// The moment of a value in milliseconds.
    pub(in crate::server) const fn from_millis(millis: u64) -> Self {
        Self(NonZeroU64::MIN.saturating_add(millis))
    }
}

/// Enables the kernel's receive timestamps for every socket that is accepted from this one.
pub(in crate::server) fn enable_receive_timestamps(listener: &impl AsFd) {
    #[cfg(target_os = "linux")]
    {
        // Without them latencies are measured from the read on.
        let _ = nix::sys::socket::setsockopt(listener, nix::sys::socket::sockopt::ReceiveTimestampns, &true);
    }
    #[cfg(not(target_os = "linux"))]
    let _ = listener;
}

/// Samples the latencies of one connection.
#[derive(Debug, Default)]
pub(in crate::server) struct LatencySampler {
    /// The time of the last read.
    read_at: CoarseInstant,
    /// The number of reads since the last sample. The next sample stands for these, too.
    unsampled: u32,
    /// The number of reads for which the last one stands.
    weight: u32,
    /// When the bytes of the last read arrived, in nanoseconds of the wall clock; `None` if it was not sampled.
    arrived: Option<NonZeroU64>,
}

/// The latency of an answer, and the number of answers that it stands for.
#[derive(Clone, Copy, Debug)]
pub(in crate::server) struct LatencySample {
    micros: u32,
    weight: u32,
}

impl LatencySampler {
    /// Reads from a socket.
    ///
    /// # Errors
    /// The errors of `recv`.
    pub(in crate::server) fn receive(&mut self, mut socket: &Socket, space: &mut [u8]) -> io::Result<usize> {
        let now = CoarseInstant::now();
        let after_gap = now.since(self.read_at) >= IDLE_GAP;
        self.arrived = None;
        if !after_gap && self.unsampled + 1 < SAMPLE_EVERY {
            let length = socket.read(space)?;
            (self.read_at, self.unsampled) = (now, self.unsampled + 1);
            return Ok(length);
        }
        let (length, arrived) = receive_stamped(socket, space)?;
        self.weight = if after_gap { 1 } else { 1 + std::mem::take(&mut self.unsampled) };
        (self.read_at, self.arrived) = (now, nanos_since_epoch(arrived));
        Ok(length)
    }

    /// The time of the last read, by the coarse clock.
    pub(in crate::server) const fn read_at(&self) -> CoarseInstant {
        self.read_at
    }

    /// Finishes the sample: the client has its answer. Returns `None` if the read was not sampled.
    pub(in crate::server) fn finish(&mut self) -> Option<LatencySample> {
        let arrived = SystemTime::UNIX_EPOCH + Duration::from_nanos(self.arrived.take()?.get());
        let (sample, weight) = (arrived.elapsed().unwrap_or_default(), self.weight);
        let micros = u32::try_from(sample.as_micros()).unwrap_or(u32::MAX);
        (sample <= MAX_PLAUSIBLE).then_some(LatencySample { micros, weight })
    }
}

impl LatencySample {
    /// The sample as an event of this connection.
    pub(in crate::server) const fn answer(self, connection: ConnectionId) -> ResponseTime {
        ResponseTime { connection, micros: self.micros, weight: self.weight }
    }
}

/// A time of the wall clock in nanoseconds, if it has any: 64 bits last until the year 2554.
fn nanos_since_epoch(time: SystemTime) -> Option<NonZeroU64> {
    let nanos = time.duration_since(SystemTime::UNIX_EPOCH).ok()?.as_nanos();
    NonZeroU64::new(u64::try_from(nanos).ok()?)
}

/// Reads, and returns the arrival time of the last of the bytes; of a Unix socket, the time of the read.
fn receive_stamped(mut socket: &Socket, space: &mut [u8]) -> io::Result<(usize, SystemTime)> {
    if socket.is_tcp() {
        return receive_with_timestamp(socket, space);
    }
    // The kernel stamps nothing in this domain. A call that takes control messages would receive the descriptors that
    // a client may send along; a plain read discards them.
    let length = socket.read(space)?;
    Ok((length, SystemTime::now()))
}

#[cfg(target_os = "linux")]
fn receive_with_timestamp(socket: &Socket, space: &mut [u8]) -> io::Result<(usize, SystemTime)> {
    use nix::sys::socket::{ControlMessageOwned, MsgFlags, recvmsg};
    use std::os::fd::AsRawFd as _;

    /// Space for one timestamp and its header, with the header's alignment.
    #[repr(align(8))]
    struct ControlSpace([u8; 64]);

    let mut room = ControlSpace([0; 64]);
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
fn receive_with_timestamp(mut socket: &Socket, space: &mut [u8]) -> io::Result<(usize, SystemTime)> {
    let length = socket.read(space)?;
    Ok((length, SystemTime::now()))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::net::{TcpListener, TcpStream};

    use super::*;

    #[test]
    fn what_lay_in_the_kernel_is_waited_for() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        enable_receive_timestamps(&listener);
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let socket = Socket::from(listener.accept().unwrap().0);
        let mut sampler = LatencySampler::default();
        // The kernel begins to record arrivals a little after the first socket asks for it.
        let sample = (0..100).find_map(|_| {
            client.write_all(b"hello").unwrap();
            // The subject of this test: the bytes are not read for this time.
            std::thread::sleep(Duration::from_millis(30));
            assert_eq!(sampler.receive(&socket, &mut [0; 16]).unwrap(), 5);
            let answer = sampler.finish().unwrap().answer(ConnectionId(7));
            assert!(sampler.finish().is_none(), "once");
            assert_eq!((answer.connection, answer.weight), (ConnectionId(7), 1));
            Some(answer.micros).filter(|&micros| micros >= 29_000)
        });
        assert!(sample.is_some() || cfg!(not(target_os = "linux")));
    }

    #[test]
    fn all_reads_are_stood_for() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let socket = Socket::from(listener.accept().unwrap().0);
        let mut sampler = LatencySampler::default();
        let mut arrival = Vec::new();
        for _ in 0..10 * SAMPLE_EVERY {
            client.write_all(b"x").unwrap();
            assert_eq!(sampler.receive(&socket, &mut [0; 4]).unwrap(), 1);
            arrival.extend(sampler.finish().map(|sample| sample.weight));
        }
        assert_eq!(arrival[0], 1, "nothing came before the first");
        assert_eq!(arrival.iter().sum::<u32>() + sampler.unsampled, 10 * SAMPLE_EVERY);
        assert!(arrival.contains(&SAMPLE_EVERY), "{arrival:?}");
    }
}
