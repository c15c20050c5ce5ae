//! The `compare` command: both backends and other servers under the same load, in turns over several rounds, with the
//! spread of the rounds.
//!
//! Each turn of a backend runs in a process of its own without an observer, so that memory and threads start at zero.
//! Turns alternate within a round, and each round starts with another candidate: other work on the machine affects all
//! of them, and only ratios within a round are compared.

mod account;
mod contender;
mod figures;
mod picture;
mod report;
mod turn;

use std::fs::File;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::model::BackendKind;
use crate::runtime::load::make_room;
use crate::server::load::{Pace, Pattern};

use contender::Contender;
pub use contender::serve;
use figures::Cell;

/// What to compare, and under which load.
#[derive(Clone, Debug)]
pub struct Options {
    /// Servers besides the two backends, by their names in the table.
    pub targets: Vec<(String, SocketAddr)>,
    /// The numbers of connections; each gets a table of its own.
    pub connections: Vec<usize>,
    /// The size of a message in bytes.
    pub size: usize,
    /// The number of messages in flight on each connection.
    pub pipeline: usize,
    /// When messages are sent.
    pub pace: Pace,
    /// The content of the messages.
    pub pattern: Pattern,
    /// The length of the measurement of one turn.
    pub time: Duration,
    /// The number of turns of each candidate in each table.
    pub rounds: usize,
    /// Whether one more client is connected whose handler blocks.
    pub handlers: Handlers,
    /// The output format.
    pub form: Form,
    /// The file for a plot of the results, as SVG.
    pub picture: Option<PathBuf>,
}

/// How a server's handlers behave.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Handlers {
    /// All handlers answer at once.
    Sound,
    /// The handler of the first connection sleeps at each message, for
    /// [`HANG_MICROS`](crate::model::hurt::HANG_MICROS), and its client always has one message in flight.
    OneHangs,
}

/// The output format.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// Tables for people, with what they show in words.
    Table,
    /// One JSON object for each number of connections.
    Json,
}

/// Runs the comparison and prints the results.
///
/// # Errors
///
/// One line: a server cannot be started or reached, or closes connections; the output cannot be written.
pub fn run(options: &Options) -> Result<()> {
    make_room(options.connections.iter().copied().max().unwrap_or(0))?;
    let ours = BackendKind::ALL.map(Contender::Backend);
    let others = options.targets.iter().map(|(name, address)| Contender::Other(name.clone(), *address));
    let contenders: Vec<_> = ours.into_iter().chain(others).collect();
    let mut out = io::stdout().lock();
    let printed = match options.form {
        Form::Table => report::head(&mut out, options),
        Form::Json => Ok(()),
    };
    is_over(printed)?;
    if let Some(path) = &options.picture {
        // The file is created first, so that an error comes before minutes of measuring.
        File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
    }
    let mut cells = Vec::new();
    for &connections in &options.connections {
        let cell = measure(options, &contenders, connections)?;
        let printed = match options.form {
            Form::Table => report::table(&mut out, &cell),
            Form::Json => report::json(&mut out, options, &cell),
        };
        // A reader that closed the output may still want the plot.
        if is_over(printed.and_then(|()| out.flush()))? && options.picture.is_none() {
            return Ok(());
        }
        cells.push(cell);
    }
    options.picture.as_deref().map_or(Ok(()), |path| picture::draw(path, options, &cells))
}

/// Whether standard output is a closed pipe.
fn is_over(printed: io::Result<()>) -> Result<bool> {
    match printed {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(true),
        other => other.map(|()| false).context("cannot print"),
    }
}

/// All turns with this number of connections.
fn measure(options: &Options, contenders: &[Contender], connections: usize) -> Result<Cell> {
    let mut cell = Cell::new(connections, contenders.iter().map(Contender::name).collect());
    for round in 0..options.rounds {
        for at in 0..contenders.len() {
            let who = (round + at) % contenders.len();
            progress(&format!(
                "{connections} connections, round {} of {}: {}",
                round + 1,
                options.rounds,
                contenders[who].name()
            ));
            let figures = turn::turn(options, &contenders[who], connections);
            progress("");
            let figures =
                figures.with_context(|| format!("{} cannot be measured", contenders[who].name()))?;
            cell.add(who, figures);
        }
    }
    Ok(cell)
}

/// Rewrites the progress line on the terminal.
fn progress(text: &str) {
    let mut terminal = io::stderr();
    if terminal.is_terminal() {
        // Progress that cannot be written is skipped.
        let _ = write!(terminal, "\r{text}\x1b[K");
    }
}
