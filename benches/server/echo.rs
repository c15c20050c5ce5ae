//! The table of throughput and latency: our server with its dashboard, our server unobserved, and a minimal echo
//! server, all under the same closed loop.

use std::io;
use std::time::Duration;

use bytewatch::event::BackendKind;

use crate::load::{Clients, LoadModel, Plan, Turn};
use crate::report::{Aggregate, Bound, Report};
use crate::running::{self, Running};
use crate::turns::{MedianRange, in_turns, ratios};
use crate::usage::wait_until_idle;
use crate::watched::{OutputMode, Watched};

const CONNECTIONS: [usize; 4] = [1, 50, 1_000, 10_000];
const SIZES: [usize; 3] = [64, 1_024, 16 * 1_024];
/// The number of connections from which a turn takes longer, so that each has a few messages.
const MANY: usize = 5_000;

/// The results of the rows, for the summary.
#[derive(Default)]
struct Cells {
    throughput: Vec<f64>,
    p99: Vec<f64>,
    short: Vec<f64>,
}

/// Measures and prints the table.
///
/// # Errors
/// Standard output cannot be written.
pub(crate) fn table(report: &mut Report) -> io::Result<()> {
    let (rounds, payload) = (report.options.pick(5, 3), report.options.payload);
    report.line(format_args!(
        "ECHO, closed loop, {payload}, {rounds} pairs: median (least..greatest)\n\
         watched by bare: messages a second, and what 99 of 100 messages took; bare by the shortest echo;\n\
         CPU: % of a core that the load's thread and the servers took\n\
         {:<7} {:>6} {:>5} {:>8}  {:<17} {:<17} {:<17} {}",
        "",
        "conns",
        "bytes",
        "bare/s",
        "watched by bare",
        "its p99 by bare's",
        "bare by short",
        "CPU load bare watched"
    ))?;
    let mut cells = Cells::default();
    for connections in report.options.wanted(&CONNECTIONS) {
        for backend in report.options.backends() {
            for size in SIZES {
                let plan = Plan { connections, size, payload, load_model: LoadModel::ClosedLoop };
                match row(report, backend, plan, rounds, &mut cells) {
                    Ok(row) => report.line(row)?,
                    Err(error) => report.left_out(format_args!("echo {backend} {connections} {size}"), error),
                }
            }
        }
    }
    report.hold("echo: watched by bare", Aggregate::Each, Bound::AtLeast(0.90), "", &cells.throughput);
    report.hold("echo: watched by bare", Aggregate::Median, Bound::AtLeast(0.95), "", &cells.throughput);
    report.hold("echo: watched p99 by bare's", Aggregate::Each, Bound::AtMost(1.25), "", &cells.p99);
    report.hold("echo: bare by the shortest echo", Aggregate::Each, Bound::AtLeast(0.95), "", &cells.short);
    report.line("")
}

/// The servers of a row.
struct Servers {
    bare: Running,
    watched: Watched,
    short: Running,
}

fn row(
    report: &mut Report,
    backend: BackendKind,
    plan: Plan,
    rounds: usize,
    cells: &mut Cells,
) -> io::Result<String> {
    let mut servers = Servers {
        bare: running::bare(backend, "echo")?,
        watched: Watched::start(backend, "echo")?,
        short: running::short(backend)?,
    };
    servers.watched.set_output(OutputMode::Dropped)?;
    let addresses = [servers.bare.address, servers.watched.address, servers.short.address];
    let pids = [servers.bare.pid, servers.watched.pid, servers.short.pid];
    let time = match plan.connections {
        MANY.. => report.options.pick(Duration::from_millis(2_500), Duration::from_millis(1_500)),
        _ => report.options.pick(Duration::from_millis(800), Duration::from_millis(400)),
    };
    let turns = in_turns(rounds, addresses.len(), |candidate| {
        // Only one candidate is connected at a time: descriptors are scarce.
        let turn = Clients::connect(addresses[candidate], plan)?.turn(time, pids[candidate])?;
        wait_until_idle(pids[candidate])?;
        Ok(turn)
    });
    let Plan { connections, size, .. } = plan;
    let missed = servers.watched.finish();
    report.ended(format_args!("echo {backend} {connections} {size}"), missed.as_deref());
    let turns = turns?;
    let of =
        |candidate: usize, figure: fn(&Turn) -> f64| turns[candidate].iter().map(figure).collect::<Vec<_>>();
    let speeds = [0, 1, 2].map(|candidate| of(candidate, |turn| turn.per_second));
    let watched = ratios(&speeds[1], &speeds[0]);
    let p99 = ratios(&of(1, |turn| turn.p99), &of(0, |turn| turn.p99));
    let short = ratios(&speeds[0], &speeds[2]);
    cells.throughput.push(watched.median);
    cells.p99.push(p99.median);
    cells.short.push(short.median);
    let percent = |figures: Vec<f64>| 100.0 * MedianRange::of(&figures).median;
    let load = percent(of(0, |turn| turn.load));
    let [bare, seen] = [0, 1].map(|candidate| percent(of(candidate, |turn| turn.server)));
    Ok(format!(
        "{:<7} {connections:>6} {size:>5} {:>8.0}  {watched:<17} {p99:<17} {short:<17} {load:>8.0} {bare:>4.0} {seen:>7.0}",
        backend.word(),
        MedianRange::of(&speeds[0]).median
    ))
}
