//! The program: parse, configure, compose.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use bytewatch::bytes::safe;
use bytewatch::cli::{self, Command, Nothing};
use bytewatch::runtime::{self, compare, decode, lesson, load};

/// How long standard error may take for a line that says why the program ends.
const PATIENCE: Duration = Duration::from_secs(1);

/// The usage was wrong.
const WRONG: u8 = 2;

/// `decode --strict` found something malformed.
const MALFORMED: u8 = 3;

fn main() -> ExitCode {
    match cli::parse(std::env::args_os()) {
        Ok(command) => run(command).unwrap_or_else(|error| {
            complain(&runtime::reasons(&error));
            ExitCode::FAILURE
        }),
        Err(Nothing::Wrong { message, help }) => {
            complain(&format!("{message} (see {help})"));
            ExitCode::from(WRONG)
        }
        Err(Nothing::Told(help)) => {
            // A reader that closed the pipe has seen enough: that is no error.
            let _ = help.print();
            ExitCode::SUCCESS
        }
    }
}

fn run(command: Command) -> Result<ExitCode> {
    match command {
        Command::Serve(options) => runtime::serve(options).map(|()| ExitCode::SUCCESS),
        Command::Lessons => lesson::list().map(|()| ExitCode::SUCCESS),
        Command::Load(options) => load::run(options).map(|outcome| match outcome {
            load::Outcome::Flawless => ExitCode::SUCCESS,
            load::Outcome::Flawed => ExitCode::FAILURE,
        }),
        Command::Compare(options) => compare::run(&options).map(|()| ExitCode::SUCCESS),
        Command::Contender(backend, handlers) => {
            compare::serve(backend, handlers).map(|()| ExitCode::SUCCESS)
        }
        Command::Decode(options) => decode::run(&options).map(|outcome| match outcome {
            decode::Outcome::Fine => ExitCode::SUCCESS,
            decode::Outcome::Malformed(tally) => {
                complain(&tally.to_string());
                ExitCode::from(MALFORMED)
            }
        }),
    }
}

/// Says in one line what went wrong.
fn complain(message: &str) {
    runtime::say(&format!("bytewatch: {}\n", safe::line(message)), PATIENCE);
}
