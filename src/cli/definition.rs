//! The definition of the command line, from which the help, completions, manual pages and names of settings come.

use std::path::PathBuf;

use clap::Parser;

use super::help::{self, HelpNotes};
use super::serve::Serve;
use super::{
    compare, decode, demo, generated, load, open, relay, replay, serve, settings_listing, values, watch,
};
use crate::event::BackendKind;

/// What the help of the program itself says below its options.
const HELP: HelpNotes = HelpNotes {
    notes: "In the dashboard, press ? for the keys.",
    examples: &[
        ("bytewatch", "echo on 127.0.0.1:7777, with a dashboard: press ? there for the keys"),
        ("bytewatch 9000 --service discard", "take what comes to port 9000, and answer nothing"),
        ("bytewatch --reply 'OK\\r\\n'", "answer each read with a line"),
        (
            "bytewatch --headless | jq -c 'select(.event == \"decoded\")'",
            "no dashboard: one JSON object a line",
        ),
        ("bytewatch relay 127.0.0.1:6379", "stand between clients and a real server"),
        ("bytewatch demo", "clients that come with the program show what there is to see"),
        ("bytewatch open FILE", "look into a capture of tcpdump or Wireshark"),
        ("bytewatch replay FILE --to 6379", "ask a server again what was recorded, and compare"),
        ("bytewatch decode --anatomy FILE", "the characters of a file, bit by bit"),
        ("bytewatch load 7777", "fifty clients of an echo server"),
    ],
    environment: &[
        help::LOG,
        help::NO_COLOR,
        (
            "BYTEWATCH_HISTORY",
            "any option, in capitals; BYTEWATCH_CONFIG is the file with settings: see bytewatch config --help",
        ),
    ],
    units: help::UNITS,
    exit_status: "0 done, 1 failed (one line says why and what to do), 2 wrong usage, 3 malformed bytes and decode --strict.",
};

/// A TCP endpoint you can look into: who is connected, which bytes go which way, which characters they are
#[derive(Parser)]
#[command(name = "bytewatch", version, args_conflicts_with_subcommands = true)]
#[command(after_help = HELP.short(), after_long_help = HELP.long())]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) command: Option<Subcommand>,

    /// Read the settings from this file; none reads none [default: the place that bytewatch config --path prints]
    #[arg(long, value_name = "FILE", global = true, help_heading = "Settings")]
    config: Option<PathBuf>,

    #[command(flatten)]
    pub(super) serve: Serve,
}

#[derive(clap::Subcommand)]
pub(super) enum Subcommand {
    /// Listen and serve (this is also what happens without a command)
    #[command(after_help = serve::HELP.short(), after_long_help = serve::HELP.long())]
    Serve(Serve),
    /// Stand between clients and a real server, and look at what they say
    #[command(after_help = relay::HELP.short(), after_long_help = relay::HELP.long())]
    Relay(relay::RelayArgs),
    /// Serve, with built-in clients that give the dashboard something to show
    #[command(after_help = demo::HELP.short(), after_long_help = demo::HELP.long())]
    Demo(demo::DemoArgs),
    /// Be many clients of an echo server, and compare every byte that comes back
    #[command(after_help = load::HELP.short(), after_long_help = load::HELP.long())]
    Load(load::Load),
    /// Put both backends under the same load, in turns, and say what differs
    #[command(after_help = compare::HELP.short(), after_long_help = compare::HELP.long())]
    Compare(compare::Compare),
    /// Be one of those who are compared
    #[command(name = "contender", hide = true)]
    Candidate {
        #[arg(value_parser = values::backend())]
        backend: BackendKind,
        #[arg(long)]
        hang: bool,
    },
    /// Turn bytes (a file or standard input) into characters
    #[command(after_help = decode::HELP.short(), after_long_help = decode::HELP.long())]
    Decode(decode::Decode),
    /// Look into a recording: pcapng, pcap, or NDJSON of bytewatch
    #[command(after_help = open::HELP.short(), after_long_help = open::HELP.long())]
    Open(open::Open),
    /// Play one side of a recording to a real program, and compare what comes back
    #[command(after_help = replay::HELP.short(), after_long_help = replay::HELP.long())]
    Replay(replay::Replay),
    /// Follow what the bytewatches of many machines publish
    #[command(after_help = watch::HELP.short(), after_long_help = watch::HELP.long())]
    Watch(watch::Watch),
    /// Print the settings in effect, each with where it came from
    #[command(after_help = settings_listing::HELP.short(), after_long_help = settings_listing::HELP.long())]
    Config(settings_listing::ConfigArgs),
    /// Print the completions for a shell
    #[command(after_help = generated::COMPLETIONS_HELP.short(), after_long_help = generated::COMPLETIONS_HELP.long())]
    Completions(generated::Completions),
    /// Print the manual page, for man
    #[command(after_help = generated::MAN_HELP.short(), after_long_help = generated::MAN_HELP.long())]
    Man(generated::Man),
}
