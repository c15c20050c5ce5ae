//! The table of relays: ours, with and without a dashboard, beside haproxy, socat and a minimal relay on tokio. All
//! relay the same echo clients to the same echo server, in turns. Processor time is that of the relay alone.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use bytewatch::event::BackendKind;

use crate::load::{Clients, LoadModel, Plan, Turn};
use crate::relays::{Relay, RelayKind};
use crate::report::{Aggregate, Bound, Report};
use crate::running;
use crate::turns::{MedianRange, in_turns, ratios};
use crate::usage::{resident, wait_until_idle};

/// The connections and sizes of messages. The last one is a single stream of large messages.
const LOADS: [(usize, usize); 3] = [(50, 1_024), (1_000, 1_024), (1, 16 * 1_024)];
/// The number of idle connections, each of which takes two descriptors of the relay.
const IDLE: usize = 4_500;

/// The figures that must keep a bound, over all loads.
#[derive(Default)]
struct Cells {
    by_haproxy: Vec<f64>,
    by_bare: Vec<f64>,
    cpu_by_socat: Vec<f64>,
    rate_by_socat: Vec<f64>,
    threads_by_tokio: Vec<f64>,
}

/// Measures and prints the table.
///
/// # Errors
/// Standard output cannot be written.
pub(crate) fn table(report: &mut Report) -> io::Result<()> {
    let (rounds, payload) = (report.options.pick(7, 3), report.options.payload);
    let kinds = installed(report);
    report.line(format_args!(
        "RELAY, closed loop to one echo server, {payload}, {rounds} rounds: median (least..greatest)\n\
         CPU of the relay for a message and back, by that of tokio; messages a second by tokio's"
    ))?;
    let mut cells = Cells::default();
    let wanted = report.options.wanted(&LOADS.map(|(connections, _)| connections));
    for (connections, size) in LOADS.into_iter().filter(|(connections, _)| wanted.contains(connections)) {
        let plan = Plan { connections, size, payload, load_model: LoadModel::ClosedLoop };
        if let Err(error) = block(report, &kinds, plan, rounds, &mut cells) {
            report.left_out(format_args!("relay {connections} {size}"), error);
        }
    }
    let hold = |report: &mut Report, what: &str, bound: Bound, cells: &[f64]| {
        report.hold(what, Aggregate::Each, bound, "", cells);
    };
    hold(report, "relay: CPU, async watched by haproxy", Bound::AtMost(1.1), &cells.by_haproxy);
    hold(report, "relay: messages, watched by bare", Bound::AtLeast(0.9), &cells.by_bare);
    hold(report, "relay: messages, ours by socat", Bound::AtLeast(1.0), &cells.rate_by_socat);
    hold(report, "relay: CPU, ours by socat", Bound::AtMost(1.0), &cells.cpu_by_socat);
    hold(report, "relay: CPU, threads bare by tokio", Bound::AtMost(2.2), &cells.threads_by_tokio);
    if report.options.wanted(&[IDLE]).is_empty() {
        return report.line("");
    }
    idle(report, &kinds)
}

/// The relays that can be run here; the others are reported.
fn installed(report: &Report) -> Vec<RelayKind> {
    let mut kinds = RelayKind::all(&report.options.backends());
    kinds.retain(|kind| match kind.program() {
        Some(program) if !running::is_installed(program) => {
            report
                .left_out(format_args!("relay {}", kind.name()), format_args!("{program} is not installed"));
            false
        }
        _ => true,
    });
    kinds
}

/// The turns of one relay.
struct Measured {
    kind: RelayKind,
    turns: Vec<Turn>,
}

impl Measured {
    /// The processor time per message in microseconds, turn by turn.
    fn cpu(&self) -> Vec<f64> {
        self.turns.iter().map(|turn| 1e6 * turn.server / turn.per_second).collect()
    }

    fn rates(&self) -> Vec<f64> {
        self.turns.iter().map(|turn| turn.per_second).collect()
    }
}

/// Measures all relays under one load and prints a row for each.
fn block(
    report: &mut Report,
    kinds: &[RelayKind],
    plan: Plan,
    rounds: usize,
    cells: &mut Cells,
) -> io::Result<()> {
    let upstream = running::short(BackendKind::Async)?;
    let mut relays = Vec::new();
    for &kind in kinds {
        match Relay::start(kind, upstream.address) {
            Ok(relay) => relays.push((kind, relay)),
            // All others are compared with it.
            Err(error) if kind == RelayKind::Tokio => return Err(error),
            Err(error) => report.left_out(format_args!("relay {}", kind.name()), error),
        }
    }
    let time = report.options.pick(Duration::from_millis(1_500), Duration::from_millis(500));
    let turns = in_turns(rounds, relays.len(), |number| {
        let (_, relay) = &relays[number];
        let turn = Clients::connect(relay.address(), plan)?.turn(time, relay.pid())?;
        // The connections to the upstream end after those of the clients.
        wait_until_idle(relay.pid())?;
        wait_until_idle(upstream.pid)?;
        Ok(turn)
    });
    let Plan { connections, size, .. } = plan;
    let names: Vec<RelayKind> = relays.iter().map(|(kind, _)| *kind).collect();
    for (kind, relay) in relays {
        finish(report, kind, relay);
    }
    let measured: Vec<_> =
        names.into_iter().zip(turns?).map(|(kind, turns)| Measured { kind, turns }).collect();
    report.line(format_args!(
        "{:<34} {:>8}  {:<19} {:>9}  {}",
        format!("{connections} x {size} bytes"),
        "CPU, µs",
        "by tokio",
        "a second",
        "by tokio"
    ))?;
    for one in &measured {
        report.line(row(one, &measured))?;
    }
    cells.take(&measured, connections);
    Ok(())
}

fn finish(report: &mut Report, kind: RelayKind, relay: Relay) {
    let missed = match relay {
        Relay::Running(_) | Relay::Haproxy { .. } => return,
        Relay::Watched(watched) => watched.finish(),
    };
    report.ended(format_args!("relay {}", kind.name()), missed.as_deref());
}

fn row(one: &Measured, all: &[Measured]) -> String {
    let median = |figures: &[f64]| MedianRange::of(figures).median;
    let (cpu, rates) = (one.cpu(), one.rates());
    // Tokio's relay is always there, and the first.
    let tokio = &all[0];
    format!(
        "{:<34} {:>8.1}  {:<19} {:>9.0}  {}",
        one.kind.name(),
        median(&cpu),
        ratios(&cpu, &tokio.cpu()).to_string(),
        median(&rates),
        ratios(&rates, &tokio.rates())
    )
}

impl Cells {
    fn take(&mut self, all: &[Measured], connections: usize) {
        let find = |wanted: RelayKind| all.iter().find(|one| one.kind == wanted);
        let tokio = &all[0];
        for one in all {
            let (cpu, rates) = (one.cpu(), one.rates());
            match one.kind {
                RelayKind::Watched(backend) => {
                    if let Some(bare) = find(RelayKind::Bare(backend)) {
                        self.by_bare.push(ratios(&rates, &bare.rates()).median);
                    }
                    if let Some(haproxy) = find(RelayKind::Haproxy)
                        && backend == BackendKind::Async
                        && connections > 1
                    {
                        self.by_haproxy.push(ratios(&cpu, &haproxy.cpu()).median);
                    }
                    if let Some(socat) = find(RelayKind::Socat) {
                        self.rate_by_socat.push(ratios(&rates, &socat.rates()).median);
                        self.cpu_by_socat.push(ratios(&cpu, &socat.cpu()).median);
                    }
                }
                RelayKind::Bare(BackendKind::Threads) => {
                    self.threads_by_tokio.push(ratios(&cpu, &tokio.cpu()).median);
                }
                RelayKind::Tokio
                | RelayKind::Haproxy
                | RelayKind::Socat
                | RelayKind::Bare(BackendKind::Async) => {}
            }
        }
    }
}

/// Measures and prints the memory of idle connections.
fn idle(report: &mut Report, kinds: &[RelayKind]) -> io::Result<()> {
    let rounds = report.options.pick(3, 1);
    report.line(format_args!(
        "{:<34} {:>8}  resident bytes of each, {rounds} relays",
        format!("{IDLE} idle connections"),
        ""
    ))?;
    let (mut on_async, mut on_threads) = (Vec::new(), Vec::new());
    // A process for each connection needs no table.
    for &kind in kinds.iter().filter(|kind| **kind != RelayKind::Socat) {
        let measured = (0..rounds).map(|_| idle_bytes(report, kind)).collect::<io::Result<Vec<f64>>>();
        let bytes = match measured {
            Ok(bytes) => MedianRange::of(&bytes),
            Err(error) => {
                report.left_out(format_args!("relay, idle: {}", kind.name()), error);
                continue;
            }
        };
        match kind {
            RelayKind::Bare(BackendKind::Async) => on_async.push(bytes.median / 1_024.0),
            RelayKind::Bare(BackendKind::Threads) => on_threads.push(bytes.median / 1_024.0),
            RelayKind::Tokio | RelayKind::Haproxy | RelayKind::Socat | RelayKind::Watched(_) => {}
        }
        report.line(format_args!(
            "{:<34} {:>8.0}  ({:.0}..{:.0})",
            kind.name(),
            bytes.median,
            bytes.min,
            bytes.max
        ))?;
    }
    let mut hold = |what: &str, bound: f64, cells: &[f64]| {
        report.hold(what, Aggregate::Each, Bound::AtMost(bound), " KiB", cells);
    };
    hold("relay: of an idle connection, async", 2.6, &on_async);
    hold("relay: of an idle connection, threads", 21.0, &on_threads);
    report.line("")
}

/// The resident bytes of an idle connection, beyond those of a relay without any.
fn idle_bytes(report: &mut Report, kind: RelayKind) -> io::Result<f64> {
    let upstream = running::short(BackendKind::Async)?;
    let relay = Relay::start(kind, upstream.address)?;
    let grown = grown(report, relay.address(), relay.pid());
    finish(report, kind, relay);
    Ok(grown? as f64 / IDLE as f64)
}

fn grown(report: &Report, address: SocketAddr, pid: u32) -> io::Result<u64> {
    let payload = report.options.payload;
    let plan = Plan { connections: IDLE, size: 64, payload, load_model: LoadModel::ClosedLoop };
    wait_until_idle(pid)?;
    let empty = resident(pid)?;
    let clients = Clients::connect(address, plan)?;
    wait_until_idle(pid)?;
    let grown = resident(pid)?.saturating_sub(empty);
    clients.finish()?;
    Ok(grown)
}
