//! The resource usage of processes as the operating system counts it; percentiles; parsing of times as a screen shows
//! them.

use std::fs;
use std::io;
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;

/// The clock ticks per second of the times in /proc, on every Linux there is.
const TICK: Duration = Duration::from_millis(10);

/// The processor time that the load's thread and a server use between two points in time.
pub(crate) struct Share {
    server: u32,
    began: Instant,
    load: Duration,
    served: Duration,
}

impl Share {
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
pub(crate) fn most_resident(pid: u32) -> io::Result<u64> {
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
pub(crate) fn settle(pid: u32) -> io::Result<()> {
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

/// The value that `percent` of 100 figures do not exceed (nearest rank); NaN without figures. Not `hdrhistogram`, which
/// holds integers: the figures are few, and fractions.
pub(crate) fn percentile(mut figures: Vec<f64>, percent: f64) -> f64 {
    figures.sort_unstable_by(f64::total_cmp);
    let rank = (figures.len() as f64 * percent / 100.0).ceil() as usize;
    figures.get(rank.saturating_sub(1)).copied().unwrap_or(f64::NAN)
}

/// Parses a time at the start of a text such as `310 ms` or `1.2 s`, in seconds.
pub(crate) fn shown_seconds(text: &str) -> Option<f64> {
    let mut words = text.split_whitespace();
    let number: f64 = words.next()?.parse().ok()?;
    let unit = words.next()?;
    let unit = unit.trim_end_matches(|letter: char| !letter.is_alphabetic());
    let of_a_second = match unit {
        "s" => 1.0,
        "ms" => 1e-3,
        "µs" => 1e-6,
        _ => return None,
    };
    Some(number * of_a_second)
}
