//! TCP sockets of this machine as the kernel lists them, and the memory and files of a process.

use std::fs;
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use crate::harness::LIMIT;

/// The state of a connect that is under way.
const SYN_SENT: u8 = 2;

/// A socket as the kernel lists it. Ports tell loopback sockets apart.
struct TcpSocket {
    local: u16,
    remote: u16,
    state: u8,
    /// Bytes that were written and not acknowledged.
    unsent: u64,
    /// Bytes that arrived and were not read.
    unread: u64,
}

fn sockets() -> Vec<TcpSocket> {
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"].map(|path| fs::read_to_string(path).unwrap_or_default());
    tables.iter().flat_map(|table| table.lines().skip(1)).filter_map(socket).collect()
}

fn socket(line: &str) -> Option<TcpSocket> {
    let mut fields = line.split_whitespace().skip(1);
    let mut port = || u16::from_str_radix(fields.next()?.rsplit(':').next()?, 16).ok();
    let (local, remote) = (port()?, port()?);
    let state = u8::from_str_radix(fields.next()?, 16).ok()?;
    let (unsent, unread) = fields.next()?.split_once(':')?;
    let size = |hex| u64::from_str_radix(hex, 16).ok();
    Some(TcpSocket { local, remote, state, unsent: size(unsent)?, unread: size(unread)? })
}

/// Waits until a condition holds.
#[track_caller]
pub(crate) fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + LIMIT;
    while !holds() {
        assert!(Instant::now() < deadline, "waited in vain until {what}");
        thread::sleep(Duration::from_millis(2));
    }
}

/// The number of connects to a port that are under way.
pub(crate) fn connects_under_way(port: u16) -> usize {
    sockets().iter().filter(|socket| socket.remote == port && socket.state == SYN_SENT).count()
}

/// The ports of a connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Ports {
    local: u16,
    remote: u16,
}

impl Ports {
    pub(crate) fn of(stream: &TcpStream) -> Self {
        let [local, remote] =
            [stream.local_addr(), stream.peer_addr()].map(|address| address.unwrap().port());
        Self { local, remote }
    }

    /// The ports as the other end sees them.
    const fn reversed(self) -> Self {
        Self { local: self.remote, remote: self.local }
    }

    fn find(self) -> Option<TcpSocket> {
        sockets().into_iter().find(|socket| socket.local == self.local && socket.remote == self.remote)
    }
}

/// Waits until the other end's kernel has all that was written.
#[track_caller]
pub(crate) fn wait_until_acknowledged(stream: &TcpStream) {
    let ports = Ports::of(stream);
    wait_until("all is acknowledged", || ports.find().is_none_or(|socket| socket.unsent == 0));
}

/// Waits until something has arrived that was not read.
#[track_caller]
pub(crate) fn wait_until_readable(stream: &TcpStream) {
    let ports = Ports::of(stream);
    wait_until("bytes arrive", || ports.find().is_some_and(|socket| socket.unread > 0));
}

/// Waits until the other end of a connection, which belongs to another process, has gone.
#[track_caller]
pub(crate) fn wait_until_gone(ports: Ports) {
    wait_until("the other end has gone", || ports.reversed().find().is_none());
}

/// The resident memory of a process in bytes.
pub(crate) fn resident(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.split_whitespace().next().unwrap().parse::<u64>().unwrap() * 1_024
}

/// The number of files that a process has open, sockets included.
pub(crate) fn open_files(pid: u32) -> usize {
    fs::read_dir(format!("/proc/{pid}/fd")).unwrap().count()
}
