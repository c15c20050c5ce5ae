//! The arguments of `load`.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::command::Command;
use super::help::{self, HelpNotes};
use super::workload_args::WorkloadArgs;
use super::{address, values};
use crate::bytes::suggestion;
use crate::client::load::{Plan, Workload};
use crate::commands::load;
use crate::event::Address;

/// The default number of clients.
const DEFAULT_CLIENTS: usize = 50;

/// What the help says below the options.
pub(super) const HELP: HelpNotes = HelpNotes {
    notes: "Kinds of clients:
  steady       one message after another; in a closed loop as soon as the last one is back, with --rate at its time
  bursty       16 times --pipeline messages at once, then silent for 200ms
  slow-reader  always sends, and reads 4KiB ten times a second
  slow-sender  a fiftieth of a message (a byte at least) fifty times a second
  idle         connected and silent
  churn        connects, has one message echoed, closes; again and again
  half-close   sends one message and FIN, reads to the end; again and again
  reset        sends one message, resets the connection; again and again",
    examples: &[
        ("bytewatch load 7777", "fifty clients for ten seconds"),
        ("bytewatch load 7777 -c 1000 --rate 5000 --for 1m", "5000 messages a second from a thousand clients"),
        ("bytewatch load 7777 -k steady,idle=1000,churn", "several kinds at once"),
        ("bytewatch load 7777 -p malformed --json", "malformed UTF-8; one JSON object instead of a table"),
    ],
    environment: &[],
    units: help::UNITS,
    exit_status: "0 every byte came back as it was sent, 1 it did not or a connection failed, 2 wrong usage.",
};

#[derive(Args)]
pub(super) struct Load {
    /// The server: PORT, HOST:PORT, or an IPv6 address in brackets and :PORT; unix:PATH or unix:@NAME
    #[arg(value_parser = address::target)]
    target: Address,

    /// How many clients [default: 50]
    #[arg(short, long, value_name = "N", value_parser = values::number)]
    connections: Option<usize>,

    /// What they do; KIND=N for N clients of one kind, the others share --connections
    #[arg(short, long, value_name = "KIND[=N],…", value_delimiter = ',', default_value = "steady")]
    #[arg(value_parser = kind)]
    kind: Vec<(Workload, Option<usize>)>,

    #[command(flatten)]
    workload: WorkloadArgs,

    /// How long to measure, from when all are connected
    #[arg(long = "for", value_name = "TIME", default_value = "10s", value_parser = values::time)]
    time: Duration,

    /// Connect them one after another within this time
    #[arg(long, value_name = "TIME", value_parser = values::time)]
    ramp: Option<Duration>,

    /// Send the bytes of this file, again and again
    #[arg(long, value_name = "FILE", conflicts_with = "pattern")]
    file: Option<PathBuf>,

    /// Connect from this address of this machine
    #[arg(long, value_name = "IP", hide = true)]
    source: Option<IpAddr>,

    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,
}

impl Load {
    pub(super) fn into_command(self) -> Result<Command, String> {
        let open: Vec<_> = self.kind.iter().filter(|(_, many)| many.is_none()).collect();
        if open.is_empty() && self.connections.is_some() {
            return Err("--connections has nothing to count: each kind says how many".to_owned());
        }
        let connections = self.connections.unwrap_or(DEFAULT_CLIENTS.max(open.len()));
        if connections < open.len() {
            return Err(format!("--connections {connections} is less than one for each kind"));
        }
        if self.workload.rate.is_some() && self.kind.iter().all(|(kind, _)| *kind != Workload::Steady) {
            return Err("--rate is for steady clients, and --kind names none".to_owned());
        }
        if self.source.is_some() && matches!(self.target, Address::Unix(_)) {
            return Err("--source is for a TCP address, and the target is a Unix socket".to_owned());
        }
        let mut rest = (0..open.len()).map(|at| share(connections, open.len(), at));
        let groups = self.kind.iter().map(|&(kind, many)| (kind, many.or_else(|| rest.next()).unwrap_or(0)));
        Ok(Command::Load(load::LoadOptions {
            plan: Plan {
                target: self.target,
                source: self.source,
                groups: groups.collect(),
                size: self.workload.size,
                pipeline: self.workload.pipeline,
                load_model: self.workload.load_model(),
                pattern: self.workload.pattern,
                ramp: self.ramp.unwrap_or_default(),
                time: self.time,
            },
            recorded: self.file,
            form: if self.json { load::SummaryForm::Json } else { load::SummaryForm::Table },
        }))
    }
}

/// The size of part `at` if `whole` is split into `parts` parts that differ by at most 1.
const fn share(whole: usize, parts: usize, at: usize) -> usize {
    whole / parts + if at < whole % parts { 1 } else { 0 }
}

/// Parses `steady` or `steady=100`.
fn kind(text: &str) -> Result<(Workload, Option<usize>), String> {
    let (word, many) = text.split_once('=').map_or((text, None), |(word, many)| (word, Some(many)));
    let known = Workload::ALL.into_iter().find(|kind| kind.word() == word);
    let kind = known.ok_or_else(|| {
        let words = Workload::ALL.map(Workload::word);
        let meant = suggestion::nearest(word, words).map(|meant| format!("; did you mean {meant}?"));
        format!("it is one of {}{}", words.join(", "), meant.unwrap_or_default())
    })?;
    Ok((kind, many.map(values::number).transpose()?))
}
