//! The table of key latencies: from a key press until the screen shows its effect, while the server is as busy as its
//! clients can make it.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use bytewatch::event::BackendKind;

use crate::figures::{percentile, shown_seconds};
use crate::load::{Clients, LoadModel, Plan};
use crate::payload::random_numbers;
use crate::report::{Aggregate, Bound, Report};
use crate::watched::{Visibility, Watched};

/// The number of connections, and the size of a message in bytes.
const LOADS: [(usize, usize); 3] = [(50, 16 * 1_024), (1_000, 1_024), (10_000, 64)];
/// The key that opens the help, and the one that closes it.
const KEY: &[u8] = b"?";
/// The text that is on the screen while the help is open.
const SIGN: &str = "Help · bytewatch";
/// The pause between an answer and the next key in milliseconds.
const PAUSE: [u64; 2] = [10, 110];

/// Measures and prints the table.
///
/// # Errors
/// Standard output cannot be written.
pub(crate) fn table(report: &mut Report) -> io::Result<()> {
    let (presses, payload) = (report.options.pick(200, 40), report.options.payload);
    report.line(format_args!(
        "KEYS, closed loop, {payload}; {presses} presses of ? at times by chance: ms until a frame shows it;\n\
         frame: what the dashboard says of its own frames, if it does\n\
         {:<7} {:>6} {:>5}  {:>7} {:>7} {:>7}  {:>12}  {}",
        "", "conns", "bytes", "p50", "p99", "longest", "messages/s", "frame"
    ))?;
    let (mut cells, mut frames) = (Vec::new(), Vec::new());
    for (connections, size) in LOADS {
        if report.options.wanted(&[connections]).is_empty() {
            continue;
        }
        for backend in report.options.backends() {
            let plan = Plan { connections, size, payload, load_model: LoadModel::ClosedLoop };
            match row(report, backend, plan, presses) {
                Ok((p99, frame, row)) => {
                    cells.push(p99);
                    frames.extend(frame);
                    report.line(row)?;
                }
                Err(error) => report.left_out(format_args!("keys {backend} {connections} {size}"), error),
            }
        }
    }
    report.hold("keys: p99 under full load", Aggregate::Each, Bound::AtMost(50.0), " ms", &cells);
    report.hold("keys: the dashboard's frames, p99", Aggregate::Each, Bound::AtMost(8.0), " ms", &frames);
    report.line("")
}

fn row(
    report: &mut Report,
    backend: BackendKind,
    plan: Plan,
    presses: usize,
) -> io::Result<(f64, Option<f64>, String)> {
    let mut server = Watched::start(backend, "echo")?;
    let address = server.address;
    let (busy, stop) = (AtomicBool::new(false), AtomicBool::new(false));
    let (times, frame, load) = thread::scope(|scope| {
        let load = scope.spawn(|| {
            let talked = talk(address, plan, &busy, &stop);
            // The waiting thread is released.
            busy.store(true, Ordering::Release);
            talked
        });
        while !busy.load(Ordering::Acquire) {
            thread::sleep(Duration::from_millis(1));
        }
        let times = press(&mut server, presses);
        let frame = server.wait(|screen| Some(own_word(screen))).flatten();
        stop.store(true, Ordering::Release);
        (times, frame, load.join())
    });
    let Plan { connections, size, .. } = plan;
    report.ended(format_args!("keys {backend} {connections} {size}"), server.finish().as_deref());
    let per_second = load.map_err(|_| io::Error::other("the load broke off"))??;
    let times = times?;
    let [half, most, longest] = [50.0, 99.0, 100.0].map(|percent| percentile(times.clone(), percent));
    let row = format!(
        "{:<7} {connections:>6} {size:>5}  {half:>7.1} {most:>7.1} {longest:>7.1}  {per_second:>12.0}  {}",
        backend.word(),
        frame.as_deref().unwrap_or("-")
    );
    let frame = frame.and_then(|frame| shown_seconds(frame.rsplit_once("p99 ")?.1));
    Ok((most, frame.map(|seconds| 1e3 * seconds), row))
}

/// Runs full load until it is stopped; returns the number of messages per second.
fn talk(address: std::net::SocketAddr, plan: Plan, busy: &AtomicBool, stop: &AtomicBool) -> io::Result<f64> {
    let mut clients = Clients::connect(address, plan)?;
    clients.warm_up()?;
    busy.store(true, Ordering::Release);
    let began = std::time::Instant::now();
    let before = clients.stats.messages;
    clients.run(|stats, _| stop.load(Ordering::Acquire) || !stats.failures.is_empty())?;
    let messages = clients.stats.messages - before;
    let per_second = messages as f64 / began.elapsed().as_secs_f64();
    clients.finish()?;
    Ok(per_second)
}

/// Measures the latency of each key in milliseconds.
fn press(server: &mut Watched, presses: usize) -> io::Result<Vec<f64>> {
    let (mut random, mut times) = (random_numbers(), Vec::with_capacity(presses));
    for at in 0..presses {
        thread::sleep(Duration::from_millis(PAUSE[0] + random.u64(..PAUSE[1] - PAUSE[0])));
        let presence = if at % 2 == 0 { Visibility::Shown } else { Visibility::Gone };
        let took = server.press_until(KEY, SIGN, presence)?;
        let took = took.ok_or_else(|| io::Error::other(format!("key {at} never showed on the screen")))?;
        times.push(took.as_secs_f64() * 1e3);
    }
    Ok(times)
}

/// The pane of backends' text on frames.
fn own_word(screen: &vt100::Screen) -> Option<String> {
    screen.rows(0, screen.size().1.get()).find_map(|row| {
        // The text lies right of the border between two panes.
        let figures = row.rsplit_once("││")?.1.trim_end_matches('│').trim().strip_prefix("frame")?;
        Some(figures.split_whitespace().collect::<Vec<_>>().join(" "))
    })
}
