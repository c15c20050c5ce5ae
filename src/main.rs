//! The entry point: parses the command line, runs the subcommand, and turns its result into an exit status.

use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, Result};
use bytewatch::bytes::safe;
use bytewatch::cli::{self, Command, Exit, Surroundings, VARIABLE_PREFIX};
use bytewatch::commands::{compare, decode, demo_fleet, load, replay, watch};
use bytewatch::shell;
use bytewatch::shell::demo::lesson;
use etcetera::BaseStrategy as _;

/// How long to wait for standard error to take the line that says why the program failed.
const STDERR_TIMEOUT: Duration = Duration::from_secs(1);

/// Exit status for wrong usage.
const USAGE_STATUS: u8 = 2;

/// Exit status of `decode --strict` when it found malformed input.
const MALFORMED_STATUS: u8 = 3;

fn main() -> ExitCode {
    let surroundings = Surroundings {
        variable: &|name| std::env::var(name).ok(),
        names: &|| {
            let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
            names.filter(|name| name.starts_with(VARIABLE_PREFIX)).collect()
        },
        read: &read_file,
        config_file: config_file(),
    };
    match cli::parse(std::env::args_os(), &surroundings) {
        Ok(command) => run(command).unwrap_or_else(|error| {
            print_error(&shell::error_chain(&error));
            ExitCode::FAILURE
        }),
        Err(Exit::Usage { message, help }) => {
            print_error(&format!("{message} (see {help})"));
            ExitCode::from(USAGE_STATUS)
        }
        Err(Exit::Help(help)) => {
            // A pipe that the reader closed is not an error.
            let _ = help.print();
            ExitCode::SUCCESS
        }
    }
}

fn run(command: Command) -> Result<ExitCode> {
    match command {
        Command::Print(text) => print(&text).map(|()| ExitCode::SUCCESS),
        Command::Serve(options) => shell::serve(*options).map(|()| ExitCode::SUCCESS),
        Command::Open(options) => shell::open::open(*options).map(|outcome| match outcome {
            shell::open::OpenOutcome::Done => ExitCode::SUCCESS,
            shell::open::OpenOutcome::Different => ExitCode::FAILURE,
        }),
        Command::Lessons => lesson::list().map(|()| ExitCode::SUCCESS),
        Command::Fleet(options) => demo_fleet::run(options).map(|()| ExitCode::SUCCESS),
        Command::Load(options) => load::run(options).map(|outcome| match outcome {
            load::LoadOutcome::Flawless => ExitCode::SUCCESS,
            load::LoadOutcome::Flawed => ExitCode::FAILURE,
        }),
        Command::Replay(options) => replay::run(*options).map(|outcome| match outcome {
            replay::ReplayOutcome::Same => ExitCode::SUCCESS,
            replay::ReplayOutcome::Different => ExitCode::FAILURE,
        }),
        Command::Watch(options) => watch::run(*options).map(|()| ExitCode::SUCCESS),
        Command::Compare(options) => compare::run(&options).map(|()| ExitCode::SUCCESS),
        Command::Candidate(backend, handlers) => {
            compare::serve(backend, handlers).map(|()| ExitCode::SUCCESS)
        }
        Command::Decode(options) => decode::run(&options).map(|outcome| match outcome {
            decode::DecodeOutcome::Fine => ExitCode::SUCCESS,
            decode::DecodeOutcome::Malformed(counts) => {
                print_error(&counts.to_string());
                ExitCode::from(MALFORMED_STATUS)
            }
            decode::DecodeOutcome::Faults(counts) => {
                print_error(&counts.to_string());
                ExitCode::from(MALFORMED_STATUS)
            }
        }),
    }
}

/// The place of the configuration file on this platform, if it has one.
fn config_file() -> Option<PathBuf> {
    let place = etcetera::choose_base_strategy().ok()?;
    Some(place.config_dir().join("bytewatch").join("config.toml"))
}

/// The text of a file; `None` if there is no such file.
fn read_file(path: &Path) -> Result<Option<String>, String> {
    match std::fs::read(path) {
        Ok(bytes) => cli::file_text(bytes).map(Some),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.to_string()),
    }
}

/// Prints a text to standard output. A pipe that the reader closed is not an error.
fn print(text: &str) -> Result<()> {
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(error).context("standard output takes nothing")
        }
        _ => Ok(()),
    }
}

/// Prints an error in one line to standard error.
fn print_error(message: &str) {
    shell::write_stderr(&format!("bytewatch: {}\n", safe::line(message)), STDERR_TIMEOUT);
}
