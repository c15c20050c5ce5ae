//! The table of resident memory under load: the program with its dashboard and a limit on the bytes that it keeps, at
//! the start, at its peak, and some seconds after all clients have left. The peak is the kernel's own count (`VmHWM`),
//! so a short one is not missed, and it includes the time in which the clients leave.

use std::io;
use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};

use bytewatch::event::BackendKind;

use crate::bulk::{Back, pour};
use crate::churn::{BESIDE, Churn, CloseKind, Sources};
use crate::load::{Clients, LoadModel, Plan, Stats};
use crate::options::RESIDENT_ROWS;
use crate::payload::{Corpus, Payload};
use crate::report::{Aggregate, Bound, Report};
use crate::usage::{peak_resident, resident, wait_until_idle};
use crate::watched::{OutputMode, Watched};

/// The time from the end of the last client until memory is measured again.
const LEFT: Duration = Duration::from_secs(5);
/// Clients that wait longer than this for their messages have failed.
const TIMEOUT: Duration = Duration::from_secs(60);
const MIB: f64 = 1_024.0 * 1_024.0;
/// The bound on the peak: this multiple of `--memory`, and this many MiB more per connection.
const OF_MEMORY: f64 = 1.5;
const OF_CONNECTION: f64 = 40.0 / 1_024.0;
/// The bound on the MiB beyond the start that remain when all clients have left.
const LEFT_OVER: f64 = 64.0;

/// A row, which is measured on each backend.
struct Case {
    name: &'static str,
    /// The number of concurrent clients, without and with `--quick`.
    connections: (usize, usize),
    service: &'static str,
    /// `--memory`, in MiB.
    memory: u32,
    options: &'static [&'static str],
    load: Load,
}

/// What the clients do.
#[derive(Clone, Copy, Debug)]
enum Load {
    /// Each sends a message of `size` bytes as soon as its last one is back: `times` messages on average.
    Messages { size: usize, times: usize },
    /// Each sends as fast as it can for a time, without and with `--quick`.
    Bulk { seconds: (u64, u64) },
    /// Each connects, sends a short message and resets, repeatedly for a time, without and with `--quick`.
    Churn { seconds: (u64, u64) },
}

const CASES: [Case; 5] = [
    Case {
        name: RESIDENT_ROWS[0],
        connections: (9_900, 1_000),
        service: "echo",
        memory: 64,
        options: &[],
        load: Load::Messages { size: 4 * 1_024, times: 16 },
    },
    Case {
        name: RESIDENT_ROWS[1],
        connections: (9_000, 1_000),
        service: "echo",
        memory: 64,
        options: &[],
        load: Load::Messages { size: 16 * 1_024, times: 2 },
    },
    Case {
        name: RESIDENT_ROWS[2],
        connections: (64, 64),
        service: "discard",
        memory: 64,
        options: &["--history", "2MiB"],
        load: Load::Bulk { seconds: (5, 2) },
    },
    Case {
        name: RESIDENT_ROWS[3],
        connections: (64, 64),
        service: "discard",
        memory: 64,
        options: &[],
        load: Load::Bulk { seconds: (5, 2) },
    },
    Case {
        name: RESIDENT_ROWS[4],
        connections: (BESIDE, BESIDE),
        service: "echo",
        memory: 32,
        options: &["--switch-every", "1s"],
        load: Load::Churn { seconds: (10, 4) },
    },
];

/// The resident memory of a server in MiB.
#[derive(Clone, Copy, Debug)]
struct Resident {
    start: f64,
    peak: f64,
    after: f64,
}

/// Measures and prints the table.
///
/// # Errors
/// Standard output cannot be written.
pub(crate) fn table(report: &mut Report) -> io::Result<()> {
    let (times, payload) = (report.options.pick(3, 1), report.options.payload);
    report.line(format_args!(
        "RESIDENT, the watched program under load, MiB: at start, at most, {} s after all clients left;\n\
         the highest of {times} servers, {payload};\n\
         bounds: {OF_MEMORY} x --memory + {} KiB for each connection; start + {LEFT_OVER} MiB\n\
         {:<10} {:<7} {:>6} {:>8} {:>8} {:>8} {:>8} {:>8}",
        LEFT.as_secs(),
        OF_CONNECTION * 1_024.0,
        "",
        "",
        "conns",
        "start",
        "peak",
        "bound",
        "after",
        "bound"
    ))?;
    let (mut peaks, mut left) = (Vec::new(), Vec::new());
    for case in CASES {
        let connections = report.options.pick(case.connections.0, case.connections.1);
        if !report.options.wants_row(case.name) || report.options.wanted(&[connections]).is_empty() {
            continue;
        }
        let bound = OF_MEMORY * f64::from(case.memory) + OF_CONNECTION * connections as f64;
        for backend in report.options.backends() {
            let name = format!("{:<10} {:<7}", case.name, backend.word());
            match highest(report, &case, backend, connections, times) {
                Ok(Resident { start, peak, after }) => {
                    peaks.push(peak / bound);
                    left.push(after - start);
                    report.line(format_args!(
                        "{name} {connections:>6} {start:>8.1} {peak:>8.1} {bound:>8.1} {after:>8.1} {:>8.1}",
                        start + LEFT_OVER
                    ))?;
                }
                Err(error) => report.left_out(format_args!("resident {name} {connections}"), error),
            }
        }
    }
    report.hold("resident: peak by its bound", Aggregate::Each, Bound::AtMost(1.0), "", &peaks);
    report.hold(
        "resident: beyond start, all clients left",
        Aggregate::Each,
        Bound::AtMost(LEFT_OVER),
        " MiB",
        &left,
    );
    report.line("")
}

/// The highest figures of several servers: the memory that one gives back differs from run to run.
fn highest(
    report: &mut Report,
    case: &Case,
    backend: BackendKind,
    connections: usize,
    times: usize,
) -> io::Result<Resident> {
    let mut highest = measure(report, case, backend, connections)?;
    for _ in 1..times {
        let next = measure(report, case, backend, connections)?;
        highest.start = highest.start.max(next.start);
        highest.peak = highest.peak.max(next.peak);
        highest.after = highest.after.max(next.after);
    }
    Ok(highest)
}

/// Measures one server from its start until all clients have left it.
fn measure(
    report: &mut Report,
    case: &Case,
    backend: BackendKind,
    connections: usize,
) -> io::Result<Resident> {
    let memory = format!("{}MiB", case.memory);
    let options = [case.options, &["--memory", &memory]].concat();
    let mut server = Watched::start_with(backend, case.service, &options)?;
    server.set_output(OutputMode::Dropped)?;
    let figures = under_load(report, case, (server.address, server.pid), connections);
    report.ended(format_args!("resident {} {backend}", case.name), server.finish().as_deref());
    figures
}

fn under_load(
    report: &Report,
    case: &Case,
    (address, pid): (SocketAddr, u32),
    connections: usize,
) -> io::Result<Resident> {
    let mib = |bytes: u64| bytes as f64 / MIB;
    let payload = report.options.payload;
    let time = |seconds: (u64, u64)| Duration::from_secs(report.options.pick(seconds.0, seconds.1));
    wait_until_idle(pid)?;
    let start = mib(resident(pid)?);
    match case.load {
        Load::Messages { size, times } => {
            let plan = Plan { connections, size, payload, load_model: LoadModel::ClosedLoop };
            messages(address, plan, times)?;
        }
        Load::Bulk { seconds } => bulk(address, pid, payload, connections, time(seconds))?,
        Load::Churn { seconds } => {
            let (corpus, mut sources) = (Corpus::new(payload), Sources::default());
            // A reset leaves no port in TIME_WAIT.
            let mut churn = Churn::new(address, CloseKind::Rst, &corpus, &mut sources)?;
            churn.go_on(Instant::now() + time(seconds))?;
        }
    }
    thread::sleep(LEFT);
    let after = mib(resident(pid)?);
    Ok(Resident { start, peak: mib(peak_resident(pid)?), after })
}

/// Connects all clients, then runs them until `times` messages of each, on average, have come back.
fn messages(address: SocketAddr, plan: Plan, times: usize) -> io::Result<()> {
    let mut clients = Clients::connect(address, plan)?;
    let (all, latest) = ((times * plan.connections) as u64, Instant::now() + TIMEOUT);
    let done = |stats: &Stats| stats.messages >= all && stats.silent == 0;
    clients.run(|stats, now| done(stats) || !stats.failures.is_empty() || now >= latest)?;
    clients.check()?;
    if !done(&clients.stats) {
        let (came, silent) = (clients.stats.messages, clients.stats.silent);
        let why = format!("only {came} of {all} messages came back, to {silent} clients none");
        return Err(io::Error::other(why));
    }
    clients.finish()
}

/// Runs clients that each send as fast as they can for a time, each on a thread of its own.
fn bulk(
    address: SocketAddr,
    pid: u32,
    payload: Payload,
    connections: usize,
    time: Duration,
) -> io::Result<()> {
    let corpus = Corpus::new(payload);
    thread::scope(|scope| {
        let send = || pour(address, pid, &corpus, Back::Nothing, time).map(drop);
        let senders: Vec<_> = (0..connections).map(|_| scope.spawn(send)).collect();
        senders.into_iter().try_for_each(|sender| {
            sender.join().unwrap_or_else(|_| Err(io::Error::other("a client broke off")))
        })
    })
}
