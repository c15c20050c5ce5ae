//! The arguments of `compare`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::command::Command;
use super::help::{self, HelpNotes};
use super::workload_args::WorkloadArgs;
use super::{address, values};
use crate::commands::compare;
use crate::commands::compare::HandlerMode;
use crate::event::{Address, BackendKind};

/// What the help says below the options.
pub(super) const HELP: HelpNotes = HelpNotes {
    notes: "Each backend runs as a process of its own that nobody looks into. Leave the machine alone meanwhile: a difference \
is claimed only if every round shows it.",
    examples: &[
        ("bytewatch compare", "10, 100 and 1000 clients, a table for each"),
        ("bytewatch compare -c 100 --hang", "who waits while one handler sleeps?"),
        ("bytewatch compare -t python=127.0.0.1:9000", "with another echo server that runs already"),
        ("bytewatch compare --svg plot.svg", "a figure, too"),
    ],
    environment: &[],
    units: help::UNITS,
    exit_status: "0 done, 1 a server could not be measured or did not echo, 2 wrong usage.",
};

#[derive(Args)]
pub(super) struct Compare {
    /// How many clients; a table for each
    #[arg(short, long, value_name = "N,…", value_delimiter = ',', default_value = "10,100,1000")]
    #[arg(value_parser = values::number)]
    connections: Vec<usize>,

    /// Another echo server that runs already, repeatable
    #[arg(short, long, value_name = "NAME=ADDRESS", value_parser = target)]
    target: Vec<(String, Address)>,

    #[command(flatten)]
    workload: WorkloadArgs,

    /// How long each turn is measured
    #[arg(long = "for", value_name = "TIME", default_value = "1s", value_parser = values::time)]
    time: Duration,

    /// Turns of each; with fewer than 5 no difference is claimed
    #[arg(long, value_name = "N", default_value = "5", value_parser = values::number)]
    rounds: usize,

    /// Serve one more client, whose handler sleeps for 200ms at each message: who else waits?
    #[arg(long, conflicts_with = "target")]
    hang: bool,

    /// Draw throughput and latencies against connections into this file
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,

    /// Print one JSON object for each table
    #[arg(long)]
    json: bool,
}

impl Compare {
    pub(super) fn into_command(self) -> Result<Command, String> {
        for (at, (name, _)) in self.target.iter().enumerate() {
            let ours = BackendKind::ALL.iter().any(|backend| backend.word() == name);
            if ours || self.target[..at].iter().any(|(other, _)| other == name) {
                return Err(format!("--target needs a name that is not taken, and '{name}' is"));
            }
        }
        Ok(Command::Compare(compare::CompareOptions {
            targets: self.target,
            connections: self.connections,
            size: self.workload.size,
            pipeline: self.workload.pipeline,
            load_model: self.workload.load_model(),
            pattern: self.workload.pattern,
            time: self.time,
            rounds: self.rounds,
            handlers: handlers(self.hang),
            plot: self.svg,
            form: if self.json { compare::ReportForm::Json } else { compare::ReportForm::Table },
        }))
    }
}

/// Converts `--hang`.
pub(super) const fn handlers(hang: bool) -> HandlerMode {
    if hang { HandlerMode::OneBlocks } else { HandlerMode::Normal }
}

/// Parses `NAME=ADDRESS`.
fn target(text: &str) -> Result<(String, Address), String> {
    let (name, at) = text.split_once('=').ok_or("it is a name and an address, like python=127.0.0.1:9000")?;
    if name.is_empty() || name.len() > 18 || !name.chars().all(|letter| letter.is_ascii_graphic()) {
        return Err("its name has 1 to 18 letters, digits and signs".to_owned());
    }
    Ok((name.to_owned(), address::target(at)?))
}
