//! The resource usage of processes as the operating system counts it.

use std::fs;
use std::io;
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;

/// The clock ticks per second of the times in /proc, on every Linux there is.
const TICK: Duration = Duration::from_millis(10);

/// The processor time that the load's thread and a server use between two points in time.
pub(crate) struct CpuShare {
    server: u32,
    began: Instant,
    load: Duration,
    served: Duration,
}

impl CpuShare {
    /// Starts the measurement, on the thread of the load.
    ///
    /// # Errors
    /// There is no such process.
    pub(crate) fn begin(server: u32) -> io::Result<Self> {
        Ok(Self { server, began: Instant::now(), load: of_this_thread()?, served: of_process(server)? })
    }

    /// The cores that the load's thread used, and that the server used.
    ///
    /// # Errors
    /// The server has ended.
    pub(crate) fn end(self) -> io::Result<(f64, f64)> {
        let time = self.began.elapsed().as_secs_f64();
        let load = of_this_thread()?.saturating_sub(self.load);
        let served = of_process(self.server)?.saturating_sub(self.served);
        Ok((load.as_secs_f64() / time, served.as_secs_f64() / time))
    }
}

fn of_this_thread() -> io::Result<Duration> {
    let usage = getrusage(UsageWho::RUSAGE_THREAD)?;
    let micros = (usage.user_time() + usage.system_time()).num_microseconds();
    Ok(Duration::from_micros(u64::try_from(micros).unwrap_or(0)))
}

/// The processor time of a process so far, user and system, of all threads.
///
/// # Errors
/// There is no such process.
pub(crate) fn of_process(pid: u32) -> io::Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The name, in brackets, may contain anything.
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
    let ticks = fields.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<u32>().ok());
    Ok(TICK * ticks.sum::<u32>())
}

/// The resident memory of a process in bytes.
///
/// # Errors
/// There is no such process.
pub(crate) fn resident(pid: u32) -> io::Result<u64> {
    status_bytes(pid, "VmRSS")
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
    let latest = Instant::now() + Duration::from_secs(5);
    let mut before = of_process(pid)?;
    while Instant::now() < latest {
        std::thread::sleep(GLANCE);
        let now = of_process(pid)?;
        // A dashboard keeps drawing.
        if now.saturating_sub(before) <= TICK {
            return Ok(());
        }
        before = now;
    }
    Ok(())
}
