//! The table of switches between the backends under live connections: their duration, the outage of each connection,
//! and what clients notice.

use std::io;
use std::time::{Duration, Instant};

use bytewatch::event::BackendKind;
use jiff::Timestamp;
use serde_json::Value;

use crate::figures::{percentile, shown_seconds};
use crate::headless::Headless;
use crate::load::{Clients, Keep, LoadModel, Plan, RoundTrip, Stats};
use crate::report::{Aggregate, Bound, Report};
use crate::turns::MedianRange;
use crate::watched::Watched;

const CONNECTIONS: [usize; 1] = [10_000];
/// The interval between two switches.
const EVERY: Duration = Duration::from_secs(3);
/// The interval at which a calm client sends.
const CALM: Duration = Duration::from_secs(1);
/// The number of clients in a closed loop.
const BUSY: [usize; 2] = [0, 100];

/// What requests the switches and reports them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Source {
    /// `--headless --switch-every`, and the lines that it prints.
    Lines,
    /// The key of the dashboard, and its pane of backends.
    Screen,
}

/// A switch as it was reported.
#[derive(Clone, Debug)]
struct ReportedSwitch {
    to: BackendKind,
    /// Nanoseconds since the clients' start.
    from: u64,
    until: u64,
    seconds: f64,
    /// Outages of a connection in milliseconds: p50, p99, the longest.
    outage: Option<[f64; 3]>,
}

/// The results of a run.
struct Run {
    switches: Vec<ReportedSwitch>,
    round_trips: Vec<RoundTrip>,
    /// Connections that broke or echoed other bytes, and switches that failed.
    failures: Vec<String>,
}

/// The figures of all rows, for the summary.
#[derive(Default)]
struct Cells {
    seconds: Vec<f64>,
    outage: [Vec<f64>; 2],
    failures: Vec<f64>,
}

/// Measures and prints the table.
///
/// # Errors
/// Standard output cannot be written.
pub(crate) fn table(report: &mut Report) -> io::Result<()> {
    let times = report.options.pick(5, 2);
    report.line(format_args!(
        "SWITCH, live connections that send once a second, some in a closed loop; {times} times each way\n\
         outage: in which nobody serves a connection, ms; round trip: the longest of each client that had a\n\
         message under way, ms; else: of messages outside the switches\n\
         {:<8} {:>6} {:>4} {:<10}  {:<18} {:>14} {:>14} {:>6} {:>6}",
        "told by", "conns", "busy", "way", "seconds", "outage p50/p99", "trip p99/max", "else", "failed"
    ))?;
    let mut cells = Cells::default();
    for connections in report.options.wanted(&CONNECTIONS) {
        for source in [Source::Lines, Source::Screen] {
            for busy in BUSY {
                let plan = Plan {
                    connections,
                    size: 64,
                    payload: report.options.payload,
                    load_model: LoadModel::Mixed { busy, every: CALM },
                };
                match run(report, source, plan, times) {
                    Ok(run) => rows(report, source, (connections, busy), &run, &mut cells)?,
                    Err(error) => {
                        report.left_out(format_args!("switch {connections} {source:?} {busy} busy"), error);
                    }
                }
            }
        }
    }
    report.hold("switch: seconds in all", Aggregate::Each, Bound::AtMost(1.5), " s", &cells.seconds);
    report.hold(
        "switch: outage p99, to threads",
        Aggregate::Each,
        Bound::AtMost(10.0),
        " ms",
        &cells.outage[1],
    );
    report.hold(
        "switch: outage p99, to async",
        Aggregate::Each,
        Bound::AtMost(25.0),
        " ms",
        &cells.outage[0],
    );
    report.hold("switch: connections that failed", Aggregate::Each, Bound::AtMost(0.0), "", &cells.failures);
    report.line("")
}

fn run(report: &mut Report, source: Source, plan: Plan, times: usize) -> io::Result<Run> {
    let name = format!("switch told by {source:?}");
    match source {
        Source::Lines => {
            let every = format!("{}ms", EVERY.as_millis());
            let server = Headless::start(BackendKind::Async, &["--switch-every".to_owned(), every])?;
            let address = server.address;
            let mut lines = Lines { began: None, live: plan.connections as u64 };
            let run = talk(address, plan, times, |run, stats| {
                server.lines.try_iter().for_each(|line| lines.take(&line, run, stats));
            });
            report.ended(name, server.finish().as_deref());
            run
        }
        Source::Screen => {
            let mut server = Watched::start(BackendKind::Async, "echo")?;
            let address = server.address;
            let mut keys = Keys { pressed: None, known: None, next: None, to: BackendKind::Threads };
            let run = talk(address, plan, times, |run, stats| {
                if let Err(error) = keys.look(&mut server, run, stats) {
                    run.failures.push(error.to_string());
                }
            });
            report.ended(name, server.finish().as_deref());
            run
        }
    }
}

/// Runs the clients while `look` follows the switches, until there were enough of them.
fn talk(
    address: std::net::SocketAddr,
    plan: Plan,
    times: usize,
    mut look: impl FnMut(&mut Run, &Stats),
) -> io::Result<Run> {
    let mut clients = Clients::connect(address, plan)?;
    let mut run = Run { switches: Vec::new(), round_trips: Vec::new(), failures: Vec::new() };
    clients.warm_up()?;
    clients.stats.restart(Keep::RoundTrips);
    let latest = Instant::now() + (EVERY * 4) * times as u32;
    let mut enough = None;
    clients.run(|stats, now| {
        look(&mut run, stats);
        let counts =
            BackendKind::ALL.map(|to| run.switches.iter().filter(|reported| reported.to == to).count());
        if enough.is_none() && counts.iter().all(|count| *count >= times) {
            // Messages that were in flight during the last switch must come back.
            enough = Some(now + CALM);
        }
        now >= enough.unwrap_or(latest)
    })?;
    if enough.is_none() {
        let reported = run.switches.len();
        run.failures.push(format!("only {reported} of {} switches were told", 2 * times));
    }
    run.round_trips = std::mem::take(&mut clients.stats.round_trips);
    run.failures.append(&mut clients.stats.failures);
    // Failures are recorded already, but for messages that are missing at the end.
    let failed = run.failures.len();
    match clients.finish() {
        Err(error) if failed == 0 => run.failures.push(error.to_string()),
        _ => {}
    }
    Ok(run)
}

/// Reads the lines that the headless program prints.
struct Lines {
    began: Option<u64>,
    /// Switches of fewer connections came before all clients were connected.
    live: u64,
}

impl Lines {
    fn take(&mut self, line: &Value, run: &mut Run, stats: &Stats) {
        let at = line["at"].as_str().and_then(|at| at.parse().ok()).map(|at: Timestamp| since(stats, at));
        match line["event"].as_str() {
            Some("switching") => self.began = at,
            Some("switched") if line["connections"].as_u64() == Some(self.live) => {
                let to = BackendKind::ALL.into_iter().find(|kind| line["to"] == kind.word());
                let micros = |field: &str| line[field].as_f64();
                let outages = ["outage_p50_micros", "outage_p99_micros", "outage_max_micros"];
                let outage = match outages.map(micros) {
                    [Some(half), Some(most), Some(max)] => Some([half / 1e3, most / 1e3, max / 1e3]),
                    _ => None,
                };
                if let (Some(to), Some(from), Some(until), Some(micros)) =
                    (to, self.began.take(), at, micros("micros"))
                {
                    run.switches.push(ReportedSwitch { to, from, until, seconds: micros / 1e6, outage });
                }
            }
            Some("switch-failed") => run.failures.push(line.to_string()),
            _ => {}
        }
    }
}

/// Nanoseconds from the clients' start to a time of day.
fn since(stats: &Stats, at: Timestamp) -> u64 {
    let ago = Timestamp::now().duration_since(at).as_nanos();
    let now = i128::try_from(stats.began.elapsed().as_nanos()).unwrap_or(0);
    u64::try_from(now - ago).unwrap_or(0)
}

/// Presses the key, and reads the pane of backends.
struct Keys {
    pressed: Option<Instant>,
    /// The row of the newest switch at the last key press.
    known: Option<String>,
    next: Option<Instant>,
    to: BackendKind,
}

impl Keys {
    fn look(&mut self, server: &mut Watched, run: &mut Run, stats: &Stats) -> io::Result<()> {
        let now = Instant::now();
        let Some(pressed) = self.pressed else {
            if now >= *self.next.get_or_insert(now + EVERY / 2) {
                self.pressed = Some(now);
                server.press(b"b")?;
            }
            return Ok(());
        };
        let row = server.now(newest).flatten().filter(|row| Some(row) != self.known.as_ref());
        let Some(row) = row else { return Ok(()) };
        let seconds = seconds(&row).ok_or_else(|| io::Error::other(format!("no time in {row:?}")));
        // A row that cannot be parsed also means that the switch is over.
        let nanos = |at: Instant| u64::try_from((at - stats.began).as_nanos()).unwrap_or(u64::MAX);
        (self.pressed, self.known, self.next) = (None, Some(row), Some(now + EVERY / 2));
        let (from, until) = (nanos(pressed), nanos(now));
        run.switches.push(ReportedSwitch { to: self.to, from, until, seconds: seconds?, outage: None });
        self.to = self.to.other();
        Ok(())
    }
}

/// The text of the newest finished switch, from its time of day on.
fn newest(screen: &vt100::Screen) -> Option<String> {
    let over = |row: &str| {
        BackendKind::ALL.into_iter().find_map(|to| {
            let (before, outcome) = row.rsplit_once(&format!(" to {to}: "))?;
            let outcome = outcome.split('│').next()?.trim_end();
            let begun = before.rsplit('│').next()?;
            (outcome.contains(" in ") || outcome.contains("failed")).then(|| format!("{begun}: {outcome}"))
        })
    };
    screen.rows(0, screen.size().1.get()).find_map(|row| over(&row))
}

/// The duration in a row such as `12:00:00 async to threads: 10,000 in 310 ms`.
fn seconds(row: &str) -> Option<f64> {
    shown_seconds(row.rsplit_once(" in ")?.1)
}

fn rows(
    report: &mut Report,
    source: Source,
    (connections, busy): (usize, usize),
    run: &Run,
    cells: &mut Cells,
) -> io::Result<()> {
    let word = if source == Source::Lines { "headless" } else { "screen" };
    let under = |trip: &RoundTrip, reported: &ReportedSwitch| {
        trip.sent < reported.until && trip.sent + u64::from(trip.took) > reported.from
    };
    let outside =
        run.round_trips.iter().filter(|trip| !run.switches.iter().any(|reported| under(trip, reported)));
    let outside = percentile(outside.map(|trip| f64::from(trip.took) / 1e6).collect(), 99.0);
    for to in [BackendKind::Threads, BackendKind::Async] {
        let reported: Vec<&ReportedSwitch> =
            run.switches.iter().filter(|reported| reported.to == to).collect();
        let seconds = MedianRange::of(&reported.iter().map(|reported| reported.seconds).collect::<Vec<_>>());
        let outage = |which: usize| {
            let figures: Vec<f64> =
                reported.iter().filter_map(|reported| reported.outage).map(|o| o[which]).collect();
            (!figures.is_empty()).then(|| MedianRange::of(&figures).median)
        };
        let longest: Vec<f64> =
            reported.iter().flat_map(|reported| longest(run, connections, reported, under)).collect();
        cells.seconds.push(seconds.median);
        cells.outage[to as usize].extend(outage(1));
        let outages = match (outage(0), outage(1)) {
            (Some(half), Some(most)) => format!("{half:.1}/{most:.1}"),
            _ => "-".to_owned(),
        };
        let round_trips =
            format!("{:.1}/{:.1}", percentile(longest.clone(), 99.0), percentile(longest, 100.0));
        report.line(format_args!(
            "{word:<8} {connections:>6} {busy:>4} to {:<7}  {seconds:<18} {outages:>14} {round_trips:>14} {outside:>6.1} {:>6}",
            to.word(),
            run.failures.len(),
        ))?;
    }
    cells.failures.push(run.failures.len() as f64);
    for failure in run.failures.iter().take(3) {
        report.line(format_args!("  {failure}"))?;
    }
    Ok(())
}

/// The longest round trip, in milliseconds, of each client with a message in flight during a switch.
fn longest(
    run: &Run,
    connections: usize,
    reported: &ReportedSwitch,
    under: impl Fn(&RoundTrip, &ReportedSwitch) -> bool,
) -> Vec<f64> {
    let mut longest = vec![0; connections];
    for trip in run.round_trips.iter().filter(|trip| under(trip, reported)) {
        let known = &mut longest[trip.client as usize];
        *known = trip.took.max(*known);
    }
    longest.into_iter().filter(|took| *took > 0).map(|took| f64::from(took) / 1e6).collect()
}
