//! Child processes that run our load generator, so that the server's cost and its clients' cost are measured apart.

use std::collections::VecDeque;
use std::io::{self, Read as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::model::Hurt;
use crate::model::hurt::{BURST_CLIENTS, IDLE_CLIENTS};
use crate::server::load::Kind;

use super::cast::Name;
use super::program;

/// The time that a process has to end after SIGTERM before it is killed.
const LIMIT: Duration = Duration::from_secs(3);
/// The interval of polling for the end of processes.
const GLANCE: Duration = Duration::from_millis(2);
/// The run time of a load; no lesson is longer.
const TIME: &str = "24h";
/// The largest part of standard error that is read.
const LINE: u64 = 1_024;

/// The load that a process generates.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Plan {
    /// The workload of its clients.
    pub(super) kind: Kind,
    /// The number of clients.
    pub(super) many: usize,
    /// The size of a message in bytes.
    pub(super) size: u64,
    /// Messages per second in total; a closed loop without it.
    pub(super) rate: Option<usize>,
}

impl Plan {
    /// The load that causes this fault, if clients cause it.
    pub(super) const fn of(hurt: Hurt) -> Option<Self> {
        let (kind, many, size) = match hurt {
            Hurt::Hang | Hurt::Work => return None,
            Hurt::SlowReader => (Kind::SlowReader, 1, 64 * 1024),
            Hurt::Idle => (Kind::Idle, IDLE_CLIENTS, 1_024),
            Hurt::Burst => (Kind::Bursty, BURST_CLIENTS, 1_024),
        };
        Some(Self { kind, many, size, rate: None })
    }
}

/// What a load process was started for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Whose {
    /// A lesson, under this name.
    Lesson(Name),
    /// A fault that clients cause.
    Hurt(Hurt),
}

impl Whose {
    /// The name that is shown for the clients.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Lesson(name) => name.to_string(),
            Self::Hurt(hurt) => hurt.word().to_owned(),
        }
    }
}

/// A load process that ended without being asked to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Ended {
    /// What it was started for.
    pub(super) whose: Whose,
    /// Why it ended, in one line.
    pub(super) why: String,
}

#[derive(Debug)]
struct Crowd {
    whose: Whose,
    child: Child,
}

/// All load processes. Dropping this ends them.
#[derive(Debug)]
pub(super) struct Crowds {
    /// The address of the server.
    address: SocketAddr,
    /// The number of processes started, modulo 253.
    begun: u8,
    here: Vec<Crowd>,
    /// Processes that were asked to end, each with its deadline.
    leaving: VecDeque<(Child, Instant)>,
}

impl Crowds {
    /// Creates an empty set for the server at `address`.
    pub(super) const fn new(address: SocketAddr) -> Self {
        Self { address, begun: 0, here: Vec::new(), leaving: VecDeque::new() }
    }

    /// Starts a process, and returns the address that its clients connect from, if it is theirs alone. Does nothing if
    /// `whose` has a process already.
    ///
    /// # Errors
    ///
    /// The process cannot be started.
    pub(super) fn begin(&mut self, whose: Whose, plan: &Plan) -> io::Result<Option<IpAddr>> {
        if self.here.iter().any(|crowd| crowd.whose == whose) {
            return Ok(None);
        }
        let mut command = program::again()?;
        command.args(["load", &self.address.to_string(), "--for", TIME, "--json"]);
        command.args(["--kind", &format!("{}={}", plan.kind.word(), plan.many)]);
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
        self.here.push(Crowd { whose, child: command.spawn()? });
        Ok(source)
    }

    /// A loopback address that no other client uses, so that the clients of a load can be told from others.
    fn source(&mut self) -> Option<IpAddr> {
        if !matches!(self.address.ip(), IpAddr::V4(ip) if ip.is_loopback()) {
            return None;
        }
        // 127.0.0.2 to 127.0.0.254, in turn.
        self.begun = self.begun % 253 + 1;
        let source = IpAddr::from([127, 0, 0, self.begun + 1]);
        // Where the loopback has only 127.0.0.1, loads connect from there like all others.
        TcpListener::bind((source, 0)).is_ok().then_some(source)
    }

    /// Asks a process to end, if there is one for `whose`. Returns at once.
    pub(super) fn end(&mut self, whose: &Whose) {
        if let Some(at) = self.here.iter().position(|crowd| crowd.whose == *whose) {
            let crowd = self.here.remove(at);
            self.dismiss(crowd);
        }
    }

    /// Asks all processes to end. Returns at once.
    pub(super) fn end_all(&mut self) {
        while let Some(crowd) = self.here.pop() {
            self.dismiss(crowd);
        }
    }

    fn dismiss(&mut self, crowd: Crowd) {
        let pid = i32::try_from(crowd.child.id()).map(Pid::from_raw);
        // A process that cannot get the signal has ended.
        let _ = pid.map(|pid| kill(pid, Signal::SIGTERM));
        self.leaving.push_back((crowd.child, Instant::now() + LIMIT));
    }

    /// Kills processes that are past their deadline, and returns those that ended by themselves.
    pub(super) fn look(&mut self) -> Vec<Ended> {
        self.leaving.retain_mut(|(child, until)| {
            if Instant::now() >= *until {
                // A process that cannot be killed has ended.
                let _ = child.kill();
            }
            matches!(child.try_wait(), Ok(None))
        });
        let mut ended = Vec::new();
        self.here.retain_mut(|crowd| {
            let here = matches!(crowd.child.try_wait(), Ok(None));
            if !here {
                ended.push(Ended { whose: crowd.whose.clone(), why: complaint(&mut crowd.child) });
            }
            here
        });
        ended
    }
}

impl Drop for Crowds {
    fn drop(&mut self) {
        self.end_all();
        while !self.leaving.is_empty() {
            self.look();
            thread::sleep(GLANCE);
        }
    }
}

/// What an ended process wrote to standard error, as the reason.
fn complaint(child: &mut Child) -> String {
    let mut said = String::new();
    // An error text that cannot be read is skipped.
    let _ = child.stderr.take().map(|pipe| pipe.take(LINE).read_to_string(&mut said));
    match said.trim().trim_start_matches("bytewatch: ") {
        "" => "its clients are gone".to_owned(),
        said => said.to_owned(),
    }
}

/// The address at which a server that listens on `listening` can be reached from this machine.
pub(super) fn reachable(listening: SocketAddr) -> SocketAddr {
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
    fn clients_make_some_of_it_hurt() {
        for hurt in Hurt::ALL {
            let by_clients = matches!(hurt, Hurt::SlowReader | Hurt::Idle | Hurt::Burst);
            assert_eq!(Plan::of(hurt).is_some(), by_clients, "{hurt:?}");
        }
        assert_eq!(Plan::of(Hurt::Idle).unwrap().many, IDLE_CLIENTS);
    }

    #[test]
    fn who_does_not_end_is_killed() {
        let mut crowds = Crowds::new("127.0.0.1:7".parse().unwrap());
        let child = Command::new("sleep").arg("1000").spawn().unwrap();
        let process = format!("/proc/{}", child.id());
        // The deadline has passed, and the process never got a signal.
        crowds.leaving.push_back((child, Instant::now()));
        drop(crowds);
        assert!(!std::path::Path::new(&process).exists());
    }

    #[test]
    fn who_ends_early_is_told_with_what_it_said() {
        let mut crowds = Crowds::new("127.0.0.1:7".parse().unwrap());
        let mut command = Command::new("sh");
        command.args(["-c", "echo 'bytewatch: no room' >&2"]).stderr(Stdio::piped());
        let child = command.spawn().unwrap();
        let whose = Whose::Hurt(Hurt::Idle);
        crowds.here.push(Crowd { whose: whose.clone(), child });
        let until = Instant::now() + Duration::from_secs(30);
        let ended = loop {
            let ended = crowds.look();
            if !ended.is_empty() {
                break ended;
            }
            assert!(Instant::now() < until);
            thread::sleep(GLANCE);
        };
        assert_eq!(ended, [Ended { whose, why: "no room".to_owned() }]);
        assert!(crowds.look().is_empty(), "once");
    }
}
