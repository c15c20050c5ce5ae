//! Child processes that run our load generator, so that the server's cost and its clients' cost are measured apart.

use std::collections::VecDeque;
use std::io::{self, Read as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::client::load::Workload;
use crate::event::FaultKind;
use crate::event::fault::{BURST_CLIENTS, IDLE_CLIENTS};

use crate::client::scripted::ClientName;
use crate::client::self_exe;

/// The time that a process has to end after SIGTERM before it is killed.
const EXIT_LIMIT: Duration = Duration::from_secs(3);
/// The interval of polling for the end of processes.
const POLL_INTERVAL: Duration = Duration::from_millis(2);
/// The run time of a load; no lesson is longer.
const RUN_TIME: &str = "24h";
/// The largest part of standard error that is read.
const MAX_STDERR: u64 = 1_024;

/// The load that a process generates.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct LoadSpec {
    /// The workload of its clients.
    pub(crate) workload: Workload,
    /// The number of clients.
    pub(crate) many: usize,
    /// The size of a message in bytes.
    pub(crate) size: u64,
    /// Messages per second in total; a closed loop without it.
    pub(crate) rate: Option<usize>,
}

impl LoadSpec {
    /// The load that causes this fault, if clients cause it.
    pub(crate) const fn of(fault: FaultKind) -> Option<Self> {
        let (workload, many, size) = match fault {
            FaultKind::Hang | FaultKind::Work => return None,
            FaultKind::SlowReader => (Workload::SlowReader, 1, 64 * 1024),
            FaultKind::Idle => (Workload::Idle, IDLE_CLIENTS, 1_024),
            FaultKind::Burst => (Workload::Bursty, BURST_CLIENTS, 1_024),
        };
        Some(Self { workload, many, size, rate: None })
    }
}

/// What a load process was started for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum LoadOwner {
    /// A lesson, under this name.
    Lesson(ClientName),
    /// A fault that clients cause.
    Fault(FaultKind),
}

impl LoadOwner {
    /// The name that is shown for the clients.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Lesson(name) => name.to_string(),
            Self::Fault(fault) => fault.word().to_owned(),
        }
    }
}

/// A load process that ended without being asked to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct EarlyExit {
    /// What it was started for.
    pub(crate) owner: LoadOwner,
    /// Why it ended, in one line.
    pub(crate) why: String,
}

#[derive(Debug)]
struct LoadProcess {
    owner: LoadOwner,
    child: Child,
}

/// All load processes. Dropping this ends them.
#[derive(Debug)]
pub(crate) struct LoadProcesses {
    /// The TCP address of the server, if it has one.
    address: Option<SocketAddr>,
    /// The number of processes started, modulo 253.
    started: u8,
    running: Vec<LoadProcess>,
    /// Processes that were asked to end, each with its deadline.
    ending: VecDeque<(Child, Instant)>,
}

impl LoadProcesses {
    /// Creates an empty set for the server at `address`.
    pub(crate) const fn new(address: Option<SocketAddr>) -> Self {
        Self { address, started: 0, running: Vec::new(), ending: VecDeque::new() }
    }

    /// Starts a process, and returns the address that its clients connect from, if it is theirs alone. Does nothing if
    /// `owner` has a process already.
    ///
    /// # Errors
    ///
    /// The server has no TCP address, or the process cannot be started.
    pub(crate) fn start(&mut self, owner: LoadOwner, plan: &LoadSpec) -> io::Result<Option<IpAddr>> {
        if self.running.iter().any(|process| process.owner == owner) {
            return Ok(None);
        }
        let no_address = "the built-in clients need a TCP address, and there is only a Unix socket";
        let address = self.address.ok_or_else(|| io::Error::other(no_address))?;
        let mut command = self_exe::command()?;
        command.args(["load", &address.to_string(), "--for", RUN_TIME, "--json"]);
        command.args(["--kind", &format!("{}={}", plan.workload.word(), plan.many)]);
        command.args(["--size", &plan.size.to_string()]);
        if let Some(rate) = plan.rate {
            command.args(["--rate", &rate.to_string()]);
        }
        let source = self.source();
        if let Some(source) = source {
            command.args(["--source", &source.to_string()]);
        }
        // The pipe of standard output is never read: it closes with this process, however this process ends, and the
        // load ends with it. Standard error is read when the load has ended.
        let command = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        self.running.push(LoadProcess { owner, child: command.spawn()? });
        Ok(source)
    }

    /// A loopback address that no other client uses, so that the clients of a load can be told from others.
    fn source(&mut self) -> Option<IpAddr> {
        if !matches!(self.address?.ip(), IpAddr::V4(ip) if ip.is_loopback()) {
            return None;
        }
        // 127.0.0.2 to 127.0.0.254, in turn.
        self.started = self.started % 253 + 1;
        let source = IpAddr::from([127, 0, 0, self.started + 1]);
        // Where the loopback has only 127.0.0.1, loads connect from there like all others.
        TcpListener::bind((source, 0)).is_ok().then_some(source)
    }

    /// Asks a process to end, if there is one for `owner`. Returns at once.
    pub(crate) fn end(&mut self, owner: &LoadOwner) {
        if let Some(at) = self.running.iter().position(|process| process.owner == *owner) {
            let process = self.running.remove(at);
            self.terminate(process);
        }
    }

    /// Asks all processes to end. Returns at once.
    pub(crate) fn end_all(&mut self) {
        while let Some(process) = self.running.pop() {
            self.terminate(process);
        }
    }

    fn terminate(&mut self, process: LoadProcess) {
        let pid = i32::try_from(process.child.id()).map(Pid::from_raw);
        // A process that cannot get the signal has ended.
        let _ = pid.map(|pid| kill(pid, Signal::SIGTERM));
        self.ending.push_back((process.child, Instant::now() + EXIT_LIMIT));
    }

    /// Kills processes that are past their deadline, and returns those that ended by themselves.
    pub(crate) fn reap(&mut self) -> Vec<EarlyExit> {
        self.ending.retain_mut(|(child, until)| {
            if Instant::now() >= *until {
                // A process that cannot be killed has ended.
                let _ = child.kill();
            }
            matches!(child.try_wait(), Ok(None))
        });
        let mut ended = Vec::new();
        self.running.retain_mut(|process| {
            let running = matches!(process.child.try_wait(), Ok(None));
            if !running {
                ended.push(EarlyExit { owner: process.owner.clone(), why: stderr_line(&mut process.child) });
            }
            running
        });
        ended
    }
}

impl Drop for LoadProcesses {
    fn drop(&mut self) {
        self.end_all();
        while !self.ending.is_empty() {
            self.reap();
            thread::sleep(POLL_INTERVAL);
        }
    }
}

/// What an ended process wrote to standard error, as the reason.
fn stderr_line(child: &mut Child) -> String {
    let mut said = String::new();
    // An error text that cannot be read is skipped.
    let _ = child.stderr.take().map(|pipe| pipe.take(MAX_STDERR).read_to_string(&mut said));
    match said.trim().trim_start_matches("bytewatch: ") {
        "" => "its clients are gone".to_owned(),
        said => said.to_owned(),
    }
}

/// The address at which a server that listens on `listening` can be reached from this machine.
pub(crate) fn reachable(listening: SocketAddr) -> SocketAddr {
    let mut address = listening;
    if address.ip().is_unspecified() {
        address.set_ip(match address {
            SocketAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    address
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn all_addresses_are_reached_on_the_loopback() {
        for (listening, there) in [
            ("0.0.0.0:7", "127.0.0.1:7"),
            ("[::]:7", "[::1]:7"),
            ("127.0.0.9:7", "127.0.0.9:7"),
            ("[::1]:7", "[::1]:7"),
        ] {
            assert_eq!(reachable(listening.parse().unwrap()), there.parse().unwrap());
        }
    }

    #[test]
    fn some_faults_are_loads() {
        for fault in FaultKind::ALL {
            let by_clients = matches!(fault, FaultKind::SlowReader | FaultKind::Idle | FaultKind::Burst);
            assert_eq!(LoadSpec::of(fault).is_some(), by_clients, "{fault:?}");
        }
        assert_eq!(LoadSpec::of(FaultKind::Idle).unwrap().many, IDLE_CLIENTS);
    }

    #[test]
    fn a_process_that_does_not_end_is_killed() {
        let mut processes = LoadProcesses::new(Some("127.0.0.1:7".parse().unwrap()));
        let child = Command::new("sleep").arg("1000").spawn().unwrap();
        let process = format!("/proc/{}", child.id());
        // The deadline has passed, and the process never got a signal.
        processes.ending.push_back((child, Instant::now()));
        drop(processes);
        assert!(!std::path::Path::new(&process).exists());
    }

    #[test]
    fn a_process_that_ends_early_is_reported_with_its_error() {
        let mut processes = LoadProcesses::new(Some("127.0.0.1:7".parse().unwrap()));
        let mut command = Command::new("sh");
        command.args(["-c", "echo 'bytewatch: no room' >&2"]).stderr(Stdio::piped());
        let child = command.spawn().unwrap();
        let owner = LoadOwner::Fault(FaultKind::Idle);
        processes.running.push(LoadProcess { owner: owner.clone(), child });
        let until = Instant::now() + Duration::from_secs(30);
        let ended = loop {
            let ended = processes.reap();
            if !ended.is_empty() {
                break ended;
            }
            assert!(Instant::now() < until);
            thread::sleep(POLL_INTERVAL);
        };
        assert_eq!(ended, [EarlyExit { owner, why: "no room".to_owned() }]);
        assert!(processes.reap().is_empty(), "once");
    }
}
