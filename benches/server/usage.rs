//! The resource usage of processes as the operating system counts it.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;
use nix::time::clock_getcpuclockid;
use nix::unistd::Pid;

/// The processor time that the load's thread and a server use between two points in time.
pub(crate) struct CpuShare {
    server: u32,
    began: Instant,
    load: Duration,
    served: Family,
}

impl CpuShare {
    /// Starts the measurement, on the thread of the load.
    ///
    /// # Errors
    /// There is no such process.
    pub(crate) fn begin(server: u32) -> io::Result<Self> {
        let served = Family::of(server)?;
        Ok(Self { server, began: Instant::now(), load: of_this_thread()?, served })
    }

    /// The cores that the load's thread used, and that the server used.
    ///
    /// # Errors
    /// The server has ended.
    pub(crate) fn end(self) -> io::Result<(f64, f64)> {
        let time = self.began.elapsed().as_secs_f64();
        let load = of_this_thread()?.saturating_sub(self.load);
        let served = Family::of(self.server)?.used_since(&self.served);
        Ok((load.as_secs_f64() / time, served.as_secs_f64() / time))
    }
}

fn of_this_thread() -> io::Result<Duration> {
    let usage = getrusage(UsageWho::RUSAGE_THREAD)?;
    let micros = (usage.user_time() + usage.system_time()).num_microseconds();
    Ok(Duration::from_micros(u64::try_from(micros).unwrap_or(0)))
}

/// The processor time of a process so far, user and system, of all threads. The times in /proc are rounded down to ticks
/// of 10 ms, which is more than a process that serves one connection uses.
///
/// # Errors
/// There is no such process.
pub(crate) fn of_process(pid: u32) -> io::Result<Duration> {
    let pid = Pid::from_raw(i32::try_from(pid).map_err(io::Error::other)?);
    Ok(Duration::from(clock_getcpuclockid(pid)?.now()?))
}

/// A process and its descendants: some servers are started by another process, or fork for each connection.
struct Family(Vec<Member>);

#[derive(Clone, Copy, Debug)]
struct Member {
    pid: u32,
    /// Its processor time.
    used: Duration,
}

impl Family {
    fn of(pid: u32) -> io::Result<Self> {
        let mut members = vec![Member { pid, used: of_process(pid)? }];
        let names = fs::read_dir("/proc")?.flatten().map(|entry| entry.file_name());
        let running = names.filter_map(|name| name.to_str()?.parse::<u32>().ok());
        // A process may end while the list is read.
        let parents: Vec<_> = running.filter_map(|pid| Some((pid, parent(pid)?))).collect();
        let mut at = 0;
        while at < members.len() {
            let children = parents.iter().filter(|(_, parent)| *parent == members[at].pid);
            let children: Vec<_> =
                children.filter_map(|&(pid, _)| Some(Member { pid, used: of_process(pid).ok()? })).collect();
            members.extend(children);
            at += 1;
        }
        Ok(Self(members))
    }

    /// The processor time of the members since an earlier look. What a member used that has ended is not known.
    fn used_since(&self, earlier: &Self) -> Duration {
        let before: HashMap<u32, Duration> =
            earlier.0.iter().map(|member| (member.pid, member.used)).collect();
        let used = |member: &Member| {
            member.used.saturating_sub(before.get(&member.pid).copied().unwrap_or(Duration::ZERO))
        };
        self.0.iter().map(used).sum()
    }
}

fn parent(pid: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name, in brackets, may contain anything.
    let (_, fields) = stat.rsplit_once(')')?;
    fields.split_whitespace().nth(1)?.parse().ok()
}

/// The resident memory of a process and of its descendants in bytes.
///
/// # Errors
/// There is no such process.
pub(crate) fn resident(pid: u32) -> io::Result<u64> {
    Family::of(pid)?.0.iter().map(|member| status_bytes(member.pid, "VmRSS")).sum()
}

/// The peak of the resident memory of a process in bytes.
///
/// # Errors
/// There is no such process.
pub(crate) fn peak_resident(pid: u32) -> io::Result<u64> {
    status_bytes(pid, "VmHWM")
}

/// A size from the status of a process in bytes.
fn status_bytes(pid: u32, field: &str) -> io::Result<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kib.map(|kib| kib * 1024).ok_or_else(|| io::Error::other(format!("process {pid} tells no {field}")))
}

/// Waits until a process is nearly idle, for a few seconds at most: the rest of one turn must not fall into the next.
///
/// # Errors
/// There is no such process.
pub(crate) fn wait_until_idle(pid: u32) -> io::Result<()> {
    const GLANCE: Duration = Duration::from_millis(50);
    /// A dashboard keeps drawing.
    const NEXT_TO_NOTHING: Duration = Duration::from_millis(10);
    let latest = Instant::now() + Duration::from_secs(5);
    let mut before = Family::of(pid)?;
    while Instant::now() < latest {
        std::thread::sleep(GLANCE);
        let now = Family::of(pid)?;
        // Processes that serve connections end with them.
        if now.used_since(&before) <= NEXT_TO_NOTHING && now.0.len() == before.0.len() {
            return Ok(());
        }
        before = now;
    }
    Ok(())
}
