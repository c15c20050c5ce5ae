//! The `load` command: progress while it runs, a table or a JSON object at the end.

pub(crate) mod report;

use std::fs;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::ops::ControlFlow;
use std::os::fd::AsFd as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use crate::app::format;
use crate::client::load;
use crate::client::load::{Pattern, Plan, Stats};
use crate::event::Address;
use crate::server::{Limits, SocketsPerConnection};

use crate::shell::terminal::hangup;

/// What to run, and how to print the results.
#[derive(Clone, Debug)]
pub struct LoadOptions {
    /// The load to generate.
    pub plan: Plan,
    /// A file whose bytes are sent instead of the plan's pattern.
    pub recorded: Option<PathBuf>,
    /// The output format.
    pub form: SummaryForm,
}

/// The output format.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SummaryForm {
    /// A table for people; with progress on standard error, if that is a terminal.
    Table,
    /// One JSON object.
    Json,
}

/// The outcome of a run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LoadOutcome {
    /// Every byte was echoed as it was sent, and no connection failed.
    Flawless,
    /// Some bytes or connections failed; the output says which.
    Flawed,
}

/// The interval of the progress line.
const PROGRESS_INTERVAL: Duration = Duration::from_secs(1);

/// Runs a load until its time is over, a signal arrives or standard output is closed, and prints the results.
///
/// # Errors
///
/// One line: the file cannot be read, no server answers at the target, this machine cannot hold the connections, or the
/// output cannot be written.
pub fn run(mut options: LoadOptions) -> Result<LoadOutcome> {
    if let Some(path) = &options.recorded {
        let recorded = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        if recorded.is_empty() {
            bail!("{} is empty: there is nothing to send", path.display());
        }
        options.plan.pattern = Pattern::Recorded(recorded);
    }
    let plan = &options.plan;
    raise_limits(plan.groups.iter().map(|&(_, many)| many).sum())?;
    let signals = Signals::take()?;
    signals.watch_output();
    let mut progress = Progress::new(options.form, plan.time);
    let summary = load::run(plan, &mut |stats| {
        progress.update(stats);
        signals.check()
    });
    progress.clear();
    let summary = summary.map_err(|error| unreachable(&plan.target, &error))?;
    let mut out = io::stdout().lock();
    let printed = match options.form {
        SummaryForm::Table => report::table(&mut out, plan, &summary),
        SummaryForm::Json => report::json(&mut out, plan, &summary),
    };
    match printed.and_then(|()| out.flush()) {
        // A reader that closed the pipe has read enough: that is not an error.
        Err(error) if error.kind() != ErrorKind::BrokenPipe => return Err(error).context("cannot print"),
        _ => {}
    }
    Ok(if summary.is_flawless() { LoadOutcome::Flawless } else { LoadOutcome::Flawed })
}

/// Raises the limits of this process as far as the system allows.
///
/// # Errors
///
/// The limits do not allow `wanted` connections.
pub(crate) fn raise_limits(wanted: usize) -> Result<()> {
    let room = Limits::find(None, 0, SocketsPerConnection::Client).connections;
    if wanted > room.connections {
        bail!("{wanted} connections are more than {}, which {} allows", room.connections, room.set_by);
    }
    Ok(())
}

fn unreachable(target: &Address, error: &io::Error) -> anyhow::Error {
    match error.kind() {
        ErrorKind::ConnectionRefused => {
            anyhow!("nothing is listening on {target}; start a server there first")
        }
        ErrorKind::TimedOut => anyhow!("nothing answers at {target}"),
        ErrorKind::OutOfMemory => {
            anyhow!("this machine has no ports or descriptors left for connections to {target}")
        }
        ErrorKind::ConnectionAborted => anyhow!("{target} closes connections as soon as they are open"),
        _ => anyhow!("the load on {target} failed: {error}"),
    }
}

/// The first signal ends the run in order, a second one ends the program. A signal that is sent both to a process and
/// to its group, as timeout(1) does, counts once.
struct Signals {
    received: Arc<AtomicBool>,
    handled: Arc<AtomicBool>,
}

impl Signals {
    fn take() -> Result<Self> {
        let signals = Self { received: Arc::default(), handled: Arc::default() };
        for signal in [SIGINT, SIGTERM] {
            flag::register_conditional_default(signal, Arc::clone(&signals.handled))
                .and_then(|_| flag::register(signal, Arc::clone(&signals.received)))
                .context("signals cannot be taken")?;
        }
        Ok(signals)
    }

    /// Ends the run when standard output is closed: the results could not be read. If that cannot be watched, the run
    /// goes on.
    fn watch_output(&self) {
        let received = Arc::clone(&self.received);
        let output = io::stdout().as_fd().try_clone_to_owned();
        let _ = output
            .and_then(|output| hangup::on_hangup(output, move || received.store(true, Ordering::Release)));
    }

    /// Breaks the run after the first signal; from then on a signal ends the program.
    fn check(&self) -> ControlFlow<()> {
        if !self.received.load(Ordering::Acquire) {
            return ControlFlow::Continue(());
        }
        self.handled.store(true, Ordering::Release);
        ControlFlow::Break(())
    }
}

/// The progress line on the terminal, which is rewritten in place.
struct Progress {
    wanted: bool,
    time: Duration,
    printed_at: Instant,
    messages: u64,
}

impl Progress {
    fn new(form: SummaryForm, time: Duration) -> Self {
        let wanted = form == SummaryForm::Table && io::stderr().is_terminal();
        Self { wanted, time, printed_at: Instant::now(), messages: 0 }
    }

    fn update(&mut self, stats: &Stats) {
        let since = self.printed_at.elapsed();
        if !self.wanted || since < PROGRESS_INTERVAL {
            return;
        }
        let rate = stats.messages.saturating_sub(self.messages) as f64 / since.as_secs_f64();
        (self.printed_at, self.messages) = (Instant::now(), stats.messages);
        let p99 = stats.latency.percentile(99.0).map_or_else(|| "-".to_owned(), report::time);
        let errors: u64 = stats.errors.values().sum();
        // Progress that cannot be written is skipped.
        let _ = write!(
            io::stderr(),
            "\r{:.0} of {:.0} s · {} · {} messages/s · p99 {p99} · {}\x1b[K",
            stats.time().as_secs_f64().min(self.time.as_secs_f64()),
            self.time.as_secs_f64(),
            format::plural(stats.open as u64, "connection"),
            format::count(rate as u64),
            if errors == 0 { "no errors".to_owned() } else { format::plural(errors, "error") },
        );
    }

    fn clear(&self) {
        if self.wanted {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}
