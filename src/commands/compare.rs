//! The `compare` command: both backends and other servers under the same load, in turns over several rounds, with the
//! spread of the rounds.
//!
//! Each turn of a backend runs in a process of its own without an observer, so that memory and threads start at zero.
//! Turns alternate within a round, and each round starts with another candidate: other work on the machine affects all
//! of them, and only ratios within a round are compared.

mod candidate;
mod metrics;
mod options;
mod plot;
mod report;
mod turn;
mod usage_probe;

use std::fs::File;
use std::io::{self, ErrorKind, IsTerminal, Write};

use anyhow::{Context, Result};

use crate::commands::load::raise_limits;
use crate::event::BackendKind;

use crate::commands::compare::candidate::Candidate;
pub use crate::commands::compare::candidate::serve;
use crate::commands::compare::metrics::TurnSet;
pub use crate::commands::compare::options::{CompareOptions, HandlerMode, ReportForm};

/// Runs the comparison and prints the results.
///
/// # Errors
///
/// One line: a server cannot be started or reached, or closes connections; the output cannot be written.
pub fn run(options: &CompareOptions) -> Result<()> {
    raise_limits(options.connections.iter().copied().max().unwrap_or(0))?;
    let ours = BackendKind::ALL.map(Candidate::Backend);
    let others =
        options.targets.iter().map(|(name, address)| Candidate::Other(name.clone(), address.clone()));
    let candidates: Vec<_> = ours.into_iter().chain(others).collect();
    let mut out = io::stdout().lock();
    let printed = match options.form {
        ReportForm::Table => report::head(&mut out, options),
        ReportForm::Json => Ok(()),
    };
    is_closed_pipe(printed)?;
    if let Some(path) = &options.plot {
        // The file is created first, so that an error comes before minutes of measuring.
        File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
    }
    let mut turn_sets = Vec::new();
    for &connections in &options.connections {
        let turn_set = measure(options, &candidates, connections)?;
        let printed = match options.form {
            ReportForm::Table => report::table(&mut out, &turn_set),
            ReportForm::Json => report::json(&mut out, options, &turn_set),
        };
        // A reader that closed the output may still want the plot.
        if is_closed_pipe(printed.and_then(|()| out.flush()))? && options.plot.is_none() {
            return Ok(());
        }
        turn_sets.push(turn_set);
    }
    options.plot.as_deref().map_or(Ok(()), |path| plot::draw(path, options, &turn_sets))
}

/// Whether standard output is a closed pipe.
fn is_closed_pipe(printed: io::Result<()>) -> Result<bool> {
    match printed {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(true),
        other => other.map(|()| false).context("cannot print"),
    }
}

/// All turns with this number of connections.
fn measure(options: &CompareOptions, candidates: &[Candidate], connections: usize) -> Result<TurnSet> {
    let mut turn_set = TurnSet::new(connections, candidates.iter().map(Candidate::name).collect());
    for round in 0..options.rounds {
        for at in 0..candidates.len() {
            let index = (round + at) % candidates.len();
            progress(&format!(
                "{connections} connections, round {} of {}: {}",
                round + 1,
                options.rounds,
                candidates[index].name()
            ));
            let metrics = turn::turn(options, &candidates[index], connections);
            progress("");
            let metrics =
                metrics.with_context(|| format!("{} cannot be measured", candidates[index].name()))?;
            turn_set.add(index, metrics);
        }
    }
    Ok(turn_set)
}

/// Rewrites the progress line on the terminal.
fn progress(text: &str) {
    let mut terminal = io::stderr();
    if terminal.is_terminal() {
        // Progress that cannot be written is skipped.
        let _ = write!(terminal, "\r{text}\x1b[K");
    }
}
