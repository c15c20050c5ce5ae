//! The entry point: parses the command line, runs the subcommand, and turns its result into an exit status.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use bytewatch::bytes::safe;
use bytewatch::cli::{self, Command, Exit};
use bytewatch::commands::{compare, decode, load};
use bytewatch::shell;
use bytewatch::shell::demo::lesson;

/// How long to wait for standard error to take the line that says why the program failed.
const STDERR_TIMEOUT: Duration = Duration::from_secs(1);

/// Exit status for wrong usage.
const USAGE_STATUS: u8 = 2;

/// Exit status of `decode --strict` when it found malformed input.
const MALFORMED_STATUS: u8 = 3;

fn main() -> ExitCode {
    match cli::parse(std::env::args_os()) {
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
        Command::Serve(options) => shell::serve(*options).map(|()| ExitCode::SUCCESS),
        Command::Lessons => lesson::list().map(|()| ExitCode::SUCCESS),
        Command::Load(options) => load::run(options).map(|outcome| match outcome {
            load::LoadOutcome::Flawless => ExitCode::SUCCESS,
            load::LoadOutcome::Flawed => ExitCode::FAILURE,
        }),
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
        }),
    }
}

/// Prints an error in one line to standard error.
fn print_error(message: &str) {
    shell::write_stderr(&format!("bytewatch: {}\n", safe::line(message)), STDERR_TIMEOUT);
}
