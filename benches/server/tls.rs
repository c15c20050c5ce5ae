//! The table of TLS: echo over TLS beside plain echo, and the memory of idle connections. Processor time is that of the
//! server alone.

use std::io;
use std::thread;
use std::time::{Duration, Instant};

use bytewatch::event::BackendKind;

use crate::certificate::Certificate;
use crate::headless::Headless;
use crate::load::{Clients, LoadModel, Plan, Stats, Turn};
use crate::report::{Aggregate, Bound, Report};
use crate::running;
use crate::turns::{MedianRange, in_turns, ratios};
use crate::usage::{resident, wait_until_idle};

/// A load, and the bound on the processor time for a message and back by that of plain echo, on `async`.
struct Load {
    connections: usize,
    size: usize,
    bound: f64,
}

const LOADS: [Load; 3] = [
    Load { connections: 50, size: 1_024, bound: 1.6 },
    Load { connections: 1, size: 16 * 1_024, bound: 2.4 },
    Load { connections: 50, size: 16 * 1_024, bound: 2.4 },
];

/// The numbers of idle connections.
const IDLE: [usize; 2] = [1_000, 3_500];
/// What each connection echoes before its memory is measured again.
const BULK: usize = 1 << 20;
const BULK_MESSAGE: usize = 16 * 1_024;
/// The time after which that memory is to be returned.
const RETURNED_AFTER: Duration = Duration::from_secs(1);
/// Clients that wait longer than this for their messages have failed.
const TIMEOUT: Duration = Duration::from_secs(60);
/// The bound on the KiB of an idle connection.
const IDLE_KIB: f64 = 10.0;

/// Measures and prints the table.
///
/// # Errors
/// Standard output cannot be written, or no certificate can be made.
pub(crate) fn table(report: &mut Report) -> io::Result<()> {
    let certificate = Certificate::new()?;
    let (rounds, payload) = (report.options.pick(7, 3), report.options.payload);
    report.line(format_args!(
        "TLS, echo in a closed loop, unobserved, {payload}, {rounds} rounds: median (least..greatest)\n\
         {:<7} {:>6} {:>6}  {:>14} {:>14}  {:<19}  {}",
        "", "conns", "bytes", "plain CPU, µs", "TLS CPU, µs", "TLS by plain", "a second, TLS"
    ))?;
    for load in LOADS {
        if report.options.wanted(&[load.connections]).is_empty() {
            continue;
        }
        let mut on_async = Vec::new();
        for backend in report.options.backends() {
            match echo(report, &certificate, backend, &load, rounds) {
                Ok((ratio, row)) => {
                    if backend == BackendKind::Async {
                        on_async.push(ratio);
                    }
                    report.line(row)?;
                }
                Err(error) => report.left_out(format_args!("tls {backend} {}", load.size), error),
            }
        }
        let what = format!("tls: CPU by plain, async {} x {} B", load.connections, load.size);
        report.hold(&what, Aggregate::Each, Bound::AtMost(load.bound), "", &on_async);
    }
    idle(report, &certificate)
}

/// Measures a row: the ratio of the processor times, and the text.
fn echo(
    report: &Report,
    certificate: &Certificate,
    backend: BackendKind,
    load: &Load,
    rounds: usize,
) -> io::Result<(f64, String)> {
    let &Load { connections, size, .. } = load;
    let plan = Plan { connections, size, payload: report.options.payload, load_model: LoadModel::ClosedLoop };
    let servers = [running::bare(backend, "echo")?, running::bare_tls(backend, certificate)?];
    let time = report.options.pick(Duration::from_millis(1_500), Duration::from_millis(500));
    let turns = in_turns(rounds, servers.len(), |candidate| {
        let server = &servers[candidate];
        let tls = (candidate == 1).then_some(&certificate.clients);
        let turn = Clients::connect_with(server.address, plan, tls)?.turn(time, server.pid)?;
        wait_until_idle(server.pid)?;
        Ok(turn)
    })?;
    let cpu = |turns: &[Turn]| -> Vec<f64> {
        turns.iter().map(|turn| 1e6 * turn.server / turn.per_second).collect()
    };
    let [plain, encrypted] = [&turns[0], &turns[1]].map(|turns| cpu(turns));
    let ratio = ratios(&encrypted, &plain);
    let rates: Vec<f64> = turns[1].iter().map(|turn| turn.per_second).collect();
    let row = format!(
        "{:<7} {connections:>6} {size:>6}  {:>14.1} {:>14.1}  {ratio:<19}  {:>13.0}",
        backend.word(),
        MedianRange::of(&plain).median,
        MedianRange::of(&encrypted).median,
        MedianRange::of(&rates).median
    );
    Ok((ratio.median, row))
}

/// The resident KiB of a connection, beyond those of a program without any.
#[derive(Clone, Copy, Debug)]
struct Idle {
    at_first: f64,
    after_bulk: f64,
}

/// Measures and prints the memory of idle connections.
fn idle(report: &mut Report, certificate: &Certificate) -> io::Result<()> {
    let rounds = report.options.pick(3, 1);
    report.line(format_args!(
        "idle connections of the program without a dashboard: resident KiB of each, {rounds} programs\n\
         {:<7} {:>6}  {:<19} {} s after {} KiB of each",
        "",
        "conns",
        "after the handshake",
        RETURNED_AFTER.as_secs(),
        BULK / 1_024
    ))?;
    let (mut at_first, mut after_bulk) = (Vec::new(), Vec::new());
    for connections in report.options.wanted(&IDLE) {
        for backend in report.options.backends() {
            let measured =
                (0..rounds).map(|_| idle_bytes(report, certificate, backend, connections)).collect();
            let measured: Vec<Idle> = match measured {
                Ok(measured) => measured,
                Err::<_, io::Error>(error) => {
                    report.left_out(format_args!("tls, idle: {backend} {connections}"), error);
                    continue;
                }
            };
            let spread =
                |figure: fn(&Idle) -> f64| MedianRange::of(&measured.iter().map(figure).collect::<Vec<_>>());
            let [first, bulk] = [spread(|idle| idle.at_first), spread(|idle| idle.after_bulk)];
            if backend == BackendKind::Async {
                at_first.push(first.median);
                after_bulk.push(bulk.median);
            }
            report.line(format_args!("{:<7} {connections:>6}  {first:<19} {bulk}", backend.word()))?;
        }
    }
    let mut hold = |what: &str, cells: &[f64]| {
        report.hold(what, Aggregate::Each, Bound::AtMost(IDLE_KIB), " KiB", cells);
    };
    hold("tls: of an idle connection, async", &at_first);
    hold("tls: of it 1 s after 1 MiB, async", &after_bulk);
    report.line("")
}

fn idle_bytes(
    report: &mut Report,
    certificate: &Certificate,
    backend: BackendKind,
    connections: usize,
) -> io::Result<Idle> {
    let program = Headless::start(backend, &certificate.options())?;
    let measured = grown(report, certificate, &program, connections);
    report.ended(format_args!("tls, idle: {backend} {connections}"), program.finish().as_deref());
    measured
}

fn grown(
    report: &Report,
    certificate: &Certificate,
    program: &Headless,
    connections: usize,
) -> io::Result<Idle> {
    let (pid, payload) = (program.pid(), report.options.payload);
    let plan = Plan { connections, size: BULK_MESSAGE, payload, load_model: LoadModel::ClosedLoop };
    wait_until_idle(pid)?;
    let empty = resident(pid)?;
    let kib = |pid| {
        let grown = resident(pid)?.saturating_sub(empty);
        io::Result::Ok(grown as f64 / 1_024.0 / connections as f64)
    };
    let mut clients = Clients::connect_with(program.address, plan, Some(&certificate.clients))?;
    thread::sleep(RETURNED_AFTER);
    let at_first = kib(pid)?;
    let (all, latest) = ((connections * BULK / BULK_MESSAGE) as u64, Instant::now() + TIMEOUT);
    let done = |stats: &Stats| stats.messages >= all && stats.silent == 0;
    clients.run(|stats, now| done(stats) || !stats.failures.is_empty() || now >= latest)?;
    clients.settle()?;
    if !done(&clients.stats) {
        let came = clients.stats.messages;
        return Err(io::Error::other(format!("only {came} of {all} messages came back")));
    }
    thread::sleep(RETURNED_AFTER);
    let after_bulk = kib(pid)?;
    clients.finish()?;
    Ok(Idle { at_first, after_bulk })
}
