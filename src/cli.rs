//! The command line: parses it into a command, or into one clear line that says what is wrong.
//!
//! It only converts words to values, and opens or starts nothing.

mod address;
mod command;
mod compare;
mod demo;
mod fault_args;
mod load;
mod relay;
mod serve;
mod server_args;
mod suggestion;
mod tls_args;
mod usage_error;
mod values;
mod workload_args;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser};

use crate::commands::decode;
use crate::event::BackendKind;

pub use self::command::Command;
use self::serve::Serve;

/// Why the program exits without running a command.
#[derive(Debug)]
pub enum Exit {
    /// Help or the version was requested: print it, exit status 0.
    Help(clap::Error),
    /// Wrong usage: exit status 2.
    Usage {
        /// One line that says what is wrong.
        message: String,
        /// The command line that prints the matching help.
        help: String,
    },
}

/// The text below the options in the help of `serve`.
const UNITS: &str = "Times are written 500ms, 2s, 1m, 1h; sizes 512, 64KiB, 1GiB.
Exit status: 0 done, 1 failed, 2 wrong usage.";

/// The text below the options in `-h`.
const SHORT_HELP: &str = "In the dashboard, press ? for the keys. --help has examples, too.

Times are written 500ms, 2s, 1m, 1h; sizes 512, 64KiB, 1GiB.
Exit status: 0 done, 1 failed, 2 wrong usage, 3 malformed bytes and decode --strict.";

/// The text below the options in `--help`.
const LONG_HELP: &str = "Examples:
  bytewatch                           echo on 127.0.0.1:7777, with a dashboard: press ? there for the keys
  bytewatch 9000 --service discard    take what comes to port 9000, and answer nothing
  bytewatch --reply 'OK\\r\\n'          answer each read with a line
  bytewatch --headless | jq -c 'select(.event == \"decoded\")'
                                      no dashboard: one JSON object a line
  bytewatch relay 127.0.0.1:6379      stand between clients and a real server
  bytewatch demo                      clients that come with the program show what there is to see
  bytewatch decode --anatomy FILE     the characters of a file, bit by bit
  bytewatch load 7777                 fifty clients of an echo server

Environment:
  BYTEWATCH_LOG  what is logged: error, warn, info, debug or trace, or target=level,…
  NO_COLOR       if it is set and not empty: no colours

Times are written 500ms, 2s, 1m, 1h; sizes 512, 64KiB, 1GiB.
Exit status: 0 done, 1 failed (one line says why and what to do), 2 wrong usage, 3 malformed bytes and decode --strict.";

/// Parses the command line; `args` starts with the name of the program.
///
/// # Errors
///
/// [`Exit`] if help was requested or the usage is wrong.
pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Command, Exit> {
    let args: Vec<OsString> = args.into_iter().collect();
    // A command is the first word, if there is one: options may not precede it.
    let subcommands = usage_error::shown_subcommands(&Cli::command());
    let asked = args.get(1).and_then(|word| subcommands.iter().find(|name| *word == name.as_str()));
    let help = match asked {
        Some(command) => format!("bytewatch {command} --help"),
        None => "bytewatch --help".to_owned(),
    };
    let cli = Cli::try_parse_from(args).map_err(|error| match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Exit::Help(error),
        _ => Exit::Usage {
            message: usage_error::sentence(&error, asked.map(String::as_str), &subcommands),
            help: help.clone(),
        },
    })?;
    let command = match cli.command {
        None => cli.serve.into_options().map(Box::new).map(Command::Serve),
        Some(Subcommand::Serve(serve)) => serve.into_options().map(Box::new).map(Command::Serve),
        Some(Subcommand::Relay(relay)) => relay.into_options().map(Box::new).map(Command::Serve),
        Some(Subcommand::Demo(demo)) => demo.into_command(),
        Some(Subcommand::Load(load)) => load.into_command(),
        Some(Subcommand::Compare(compare)) => compare.into_command(),
        Some(Subcommand::Candidate { backend, hang }) => {
            Ok(Command::Candidate(backend, compare::handlers(hang)))
        }
        Some(Subcommand::Decode(decode)) => Ok(Command::Decode(decode.into())),
    };
    command.map_err(|message| Exit::Usage { message, help })
}

/// A TCP endpoint you can look into: who is connected, which bytes go which way, which characters they are
#[derive(Parser)]
#[command(name = "bytewatch", version, args_conflicts_with_subcommands = true)]
#[command(after_help = SHORT_HELP, after_long_help = LONG_HELP)]
struct Cli {
    #[command(subcommand)]
    command: Option<Subcommand>,
    #[command(flatten)]
    serve: Serve,
}

#[derive(clap::Subcommand)]
enum Subcommand {
    /// Listen and serve (this is also what happens without a command)
    #[command(after_help = UNITS)]
    Serve(Serve),
    /// Stand between clients and a real server, and look at what they say
    #[command(after_help = relay::HELP)]
    Relay(relay::RelayArgs),
    /// Serve, with built-in clients that give the dashboard something to show
    #[command(after_help = demo::HELP)]
    Demo(demo::DemoArgs),
    /// Be many clients of an echo server, and compare every byte that comes back
    #[command(after_help = load::HELP)]
    Load(load::Load),
    /// Put both backends under the same load, in turns, and say what differs
    #[command(after_help = compare::HELP)]
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
    Decode(Decode),
}

#[derive(Args)]
#[command(
    after_help = "Into a pipe goes the text with one U+FFFD for each malformed part. A terminal is shown nothing \
that it would obey, and malformed parts in red, unless NO_COLOR is set.
Exit status: 0 done, 1 failed, 2 wrong usage, 3 malformed and --strict."
)]
#[expect(clippy::struct_excessive_bools, reason = "they are flags: each is there or not")]
struct Decode {
    /// The file to read; standard input if it is - or left out
    file: Option<PathBuf>,

    /// Take each character apart: offset, bytes, bits, code point, name; each malformed part: the rule that it breaks
    #[arg(long)]
    anatomy: bool,

    /// Only the malformed parts: offset, bytes, reason, rule (or, with --anatomy, their anatomy)
    #[arg(long)]
    malformed: bool,

    /// One JSON object a line: what each read decodes to; with --anatomy or --malformed, each character or part
    #[arg(long)]
    json: bool,

    /// Read it as UTF-8, ASCII, Latin-1, windows-1252, UTF-16LE, Shift_JIS or any other label of the web; guess what it is (guess); print all names (list)
    #[arg(short, long, value_name = "NAME", default_value = "UTF-8", value_parser = values::encoding)]
    encoding: decode::EncodingChoice,

    /// End with exit status 3 when anything was malformed, and say where on standard error
    #[arg(long)]
    strict: bool,
}

impl From<Decode> for decode::DecodeOptions {
    fn from(args: Decode) -> Self {
        let notation = if args.json { decode::Notation::Json } else { decode::Notation::Line };
        Self {
            file: args.file.filter(|path| path.as_os_str() != "-"),
            encoding: args.encoding,
            form: match (args.anatomy, args.malformed) {
                (false, false) if args.json => decode::Form::JsonObjects,
                (false, false) => decode::Form::Text,
                (false, true) => decode::Form::Malformed(notation),
                (true, false) => decode::Form::Anatomy(decode::Scope::All, notation),
                (true, true) => decode::Form::Anatomy(decode::Scope::Malformed, notation),
            },
            strictness: if args.strict { decode::Strictness::Strict } else { decode::Strictness::Lenient },
        }
    }
}

#[cfg(test)]
mod tests;
