//! The table of the stalled terminal: the server's throughput while the terminal takes no output, and the first frames
//! when it takes output again.

use std::io;
use std::net::TcpStream;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use bytewatch::event::BackendKind;

use crate::load::{Clients, LoadModel, Plan};
use crate::report::{Aggregate, Bound, Report};
use crate::running;
use crate::turns::{MedianRange, in_turns, ratios};
use crate::usage::wait_until_idle;
use crate::watched::{OutputMode, Watched};

const CONNECTIONS: usize = 50;
const SIZE: usize = 16 * 1_024;
/// The number of further clients that connect while the terminal is stalled.
const LATE: usize = 7;
/// The time limit for a frame; two frames of any dashboard take less.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The results of a turn.
#[derive(Clone, Copy, Debug)]
struct Stall {
    per_second: f64,
    /// The number of frames that showed neither the state at the stall nor the newest.
    between: usize,
    /// The time until a frame showed the newest state, in milliseconds.
    took: f64,
}

/// Measures and prints the table.
///
/// # Errors
/// Standard output cannot be written.
pub(crate) fn table(report: &mut Report) -> io::Result<()> {
    let ((rounds, seconds), payload) = (report.options.pick((5, 10), (1, 3)), report.options.payload);
    report.line(format_args!(
        "STALLED, the terminal takes no output for {seconds} s; {CONNECTIONS} x {SIZE} bytes, closed loop, {payload}, {rounds} pairs\n\
         between: frames after those on their way and before the one that shows the newest; ms until that\n\
         {:<7} {:>10}  {:<22} {:>7} {:>6}",
        "", "bare/s", "stalled by bare", "between", "ms"
    ))?;
    let (mut cells, mut between) = (Vec::new(), Vec::new());
    for backend in report.options.backends() {
        match row(report, backend, rounds, Duration::from_secs(seconds)) {
            Ok((median, frames, row)) => {
                cells.push(median);
                between.push(frames as f64);
                report.line(row)?;
            }
            Err(error) => report.left_out(format_args!("stalled {backend}"), error),
        }
    }
    report.hold("stalled: watched by bare", Aggregate::Each, Bound::AtLeast(0.90), "", &cells);
    report.hold("stalled: old frames before the newest", Aggregate::Each, Bound::AtMost(0.0), "", &between);
    report.line("")
}

fn row(
    report: &mut Report,
    backend: BackendKind,
    rounds: usize,
    time: Duration,
) -> io::Result<(f64, usize, String)> {
    let plan = Plan {
        connections: CONNECTIONS,
        size: SIZE,
        payload: report.options.payload,
        load_model: LoadModel::ClosedLoop,
    };
    let bare = running::bare(backend, "echo")?;
    let mut watched = Watched::start(backend, "echo")?;
    let pid = watched.pid;
    let turns = in_turns(rounds, 2, |candidate| {
        if candidate == 0 {
            let clients = Clients::connect(bare.address, plan)?;
            let per_second = clients.turn(time, bare.pid)?.per_second;
            wait_until_idle(bare.pid)?;
            return Ok(Stall { per_second, between: 0, took: f64::NAN });
        }
        let stall = stall(&mut watched, plan, time)?;
        wait_until_idle(pid)?;
        Ok(stall)
    });
    report.ended(format_args!("stalled {backend}"), watched.finish().as_deref());
    let turns = turns?;
    let [bare, stalled] = [0, 1]
        .map(|candidate: usize| turns[candidate].iter().map(|turn| turn.per_second).collect::<Vec<_>>());
    let ratio = ratios(&stalled, &bare);
    let between = turns[1].iter().map(|turn| turn.between).max().unwrap_or(0);
    let row = format!(
        "{:<7} {:>10.0}  {ratio:<22} {between:>7} {:>6.0}",
        backend.word(),
        MedianRange::of(&bare).median,
        MedianRange::of(&turns[1].iter().map(|turn| turn.took).collect::<Vec<_>>()).median
    );
    Ok((ratio.median, between, row))
}

/// Runs one turn in which the terminal takes no output.
fn stall(watched: &mut Watched, plan: Plan, time: Duration) -> io::Result<Stall> {
    let (address, pid) = (watched.address, watched.pid);
    let clients = Clients::connect(address, plan)?;
    let before = sign(plan.connections);
    let head = |screen: &vt100::Screen| screen.rows(0, screen.size().1.get()).next();
    let shown = watched.wait(|screen| head(screen).filter(|head| head.contains(&before)));
    shown.ok_or_else(|| io::Error::other("the dashboard never shows all clients"))?;
    watched.set_output(OutputMode::Stalled)?;
    let (done, ended) = channel();
    thread::scope(|scope| {
        let load = scope.spawn(move || {
            let turn = clients.turn(time, pid);
            // The receiver is closed only after a failure.
            let _ = done.send(());
            turn
        });
        // Early enough to be reported in this turn, late enough to differ from the state at the stall.
        let waited = ended.recv_timeout(time / 2);
        let late: Vec<TcpStream> = match waited {
            Err(RecvTimeoutError::Timeout) => {
                (0..LATE).map(|_| TcpStream::connect(address)).collect::<io::Result<_>>()?
            }
            _ => Vec::new(),
        };
        let turn = load.join().map_err(|_| io::Error::other("the load broke off"))??;
        // The clients of the load have left.
        let (between, took) = newest(watched, &before, &sign(late.len()))?;
        Ok(Stall { per_second: turn.per_second, between, took })
    })
}

/// The first line's text for this number of live connections.
fn sign(live: usize) -> String {
    format!(" {live} live")
}

/// Takes output again until a frame shows the newest state; returns the number of frames that showed neither it nor the
/// state before, and the time in milliseconds.
fn newest(watched: &mut Watched, before: &str, sign: &str) -> io::Result<(usize, f64)> {
    wait_until_idle(watched.pid)?;
    watched.heads();
    watched.set_output(OutputMode::Parsed)?;
    let (began, mut between) = (Instant::now(), 0);
    while began.elapsed() < TIMEOUT {
        for head in watched.heads() {
            if head.contains(sign) {
                return Ok((between, began.elapsed().as_secs_f64() * 1e3));
            }
            between += usize::from(!head.contains(before));
        }
        thread::sleep(Duration::from_millis(1));
    }
    Err(io::Error::other(format!("no frame shows{sign} when output is taken again")))
}
