//! The table of the cost of idle connections: resident memory per connection, and the processor time of a dashboard
//! that shows them.

use std::io;
use std::thread;
use std::time::{Duration, Instant};

use bytewatch::event::BackendKind;

use crate::load::{Clients, LoadModel, Plan};
use crate::report::{Aggregate, Bound, Report};
use crate::running;
use crate::turns::{MedianRange, in_turns};
use crate::usage::{of_process, resident, wait_until_idle};
use crate::watched::{OutputMode, Watched};

const CONNECTIONS: [usize; 1] = [10_000];
/// The time for which an idle server is observed.
const SILENCE: Duration = Duration::from_secs(5);

/// The results of one server.
#[derive(Clone, Copy, Debug, Default)]
struct Idle {
    /// Resident bytes per connection, beyond those of the server without any.
    bytes: f64,
    /// Processor time in percent of a core.
    cpu: f64,
}

/// Measures and prints the table.
///
/// # Errors
/// Standard output cannot be written.
pub(crate) fn table(report: &mut Report) -> io::Result<()> {
    let rounds = report.options.pick(5, 1);
    report.line(format_args!(
        "MEMORY, silent connections, {rounds} pairs: resident bytes of each, beyond the server that has none;\n\
         CPU: % of a core while nothing happens, over {} s\n\
         {:<7} {:>6}  {:>10} {:>10}  {:<28}  {}",
        SILENCE.as_secs(),
        "",
        "conns",
        "bare",
        "watched",
        "watched less bare",
        "CPU bare watched"
    ))?;
    let (mut cells, mut cpu) = (Vec::new(), Vec::new());
    for connections in report.options.wanted(&CONNECTIONS) {
        for backend in report.options.backends() {
            match row(report, backend, connections, rounds) {
                Ok((beyond, busy, row)) => {
                    cells.push(beyond);
                    cpu.push(busy);
                    report.line(row)?;
                }
                Err(error) => report.left_out(format_args!("memory {backend} {connections}"), error),
            }
        }
    }
    report.hold("memory: of a connection, beyond bare", Aggregate::Each, Bound::AtMost(2048.0), " B", &cells);
    report.hold("memory: CPU while nothing happens", Aggregate::Each, Bound::AtMost(2.0), " %", &cpu);
    report.line("")
}

/// Measures a row: the watched server's extra bytes per connection, its CPU, and the text.
fn row(
    report: &mut Report,
    backend: BackendKind,
    connections: usize,
    rounds: usize,
) -> io::Result<(f64, f64, String)> {
    let plan =
        Plan { connections, size: 64, payload: report.options.payload, load_model: LoadModel::ClosedLoop };
    // Each measurement has a new server: memory that was once needed is not given back.
    let idle = in_turns(rounds, 2, |candidate| {
        if candidate == 0 {
            let server = running::bare(backend, "echo")?;
            return idle(server.pid, || Clients::connect(server.address, plan));
        }
        let mut server = Watched::start(backend, "echo")?;
        server.set_output(OutputMode::Dropped)?;
        let figures = idle(server.pid, || {
            let clients = Clients::connect(server.address, plan)?;
            // Waits until the dashboard shows all connections.
            server.set_output(OutputMode::Parsed)?;
            let live = format!("{} live", bytewatch::app::format::count(connections as u64));
            let shown = server.wait(|screen| screen.contents().contains(&live).then_some(()));
            server.set_output(OutputMode::Dropped)?;
            shown.map(|()| clients).ok_or_else(|| io::Error::other("the dashboard never shows all clients"))
        });
        report.ended(format_args!("memory {backend} {connections}"), server.finish().as_deref());
        figures
    })?;
    let of =
        |candidate: usize, figure: fn(&Idle) -> f64| idle[candidate].iter().map(figure).collect::<Vec<_>>();
    let [bare, watched] = [0, 1].map(|candidate| of(candidate, |idle| idle.bytes));
    let beyond: Vec<f64> = watched.iter().zip(&bare).map(|(watched, bare)| watched - bare).collect();
    let beyond = MedianRange::of(&beyond);
    let [still, busy] = [0, 1].map(|candidate| MedianRange::of(&of(candidate, |idle| idle.cpu)).median);
    let row = format!(
        "{:<7} {connections:>6}  {:>10.0} {:>10.0}  {:<28}  {still:>8.1} {busy:>7.1}",
        backend.word(),
        MedianRange::of(&bare).median,
        MedianRange::of(&watched).median,
        format!("{:.0} ({:.0}..{:.0})", beyond.median, beyond.min, beyond.max)
    );
    Ok((beyond.median, busy, row))
}

fn idle(pid: u32, connect: impl FnOnce() -> io::Result<Clients>) -> io::Result<Idle> {
    wait_until_idle(pid)?;
    let empty = resident(pid)?;
    let clients = connect()?;
    wait_until_idle(pid)?;
    let (busy, began) = (of_process(pid)?, Instant::now());
    thread::sleep(SILENCE);
    let cpu = 100.0 * (of_process(pid)?.saturating_sub(busy)).as_secs_f64() / began.elapsed().as_secs_f64();
    let grown = resident(pid)?.saturating_sub(empty);
    let connections = clients.len();
    clients.finish()?;
    Ok(Idle { bytes: grown as f64 / connections as f64, cpu })
}
