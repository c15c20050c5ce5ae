//! Running a command that is given bytes of the stream.

use std::env;
use std::os::unix::process::ExitStatusExt as _;
use std::process::Command;

use crate::app::{PipeEnd, PipeResult, PipeText, PipedBytes};
use crate::shell::inbox::{Input, Poster};
use crate::shell::program::{self, End, Finished, Isolation, Running, Task, Written};

/// The number of bytes that are kept of the output, and as many of the errors.
const KEPT: usize = 256 << 10;

/// What runs commands, one at a time.
pub(super) struct Piper {
    poster: Poster,
    /// The command that runs, or that has run last. It is killed when the dashboard ends.
    running: Option<Running>,
}

impl Piper {
    pub(super) const fn new(poster: Poster) -> Self {
        Self { poster, running: None }
    }

    /// Runs a command. Its end is posted.
    pub(super) fn run(&mut self, piped: PipedBytes) {
        let poster = self.poster.clone();
        let (command, isolation) = shell(&piped.command);
        let task = Task { command, isolation, input: piped.bytes, kept: KEPT, limit: None };
        match program::start(task, move |finished| poster.post(Input::PipeEnded(result(finished)))) {
            Ok(running) => self.running = Some(running),
            Err(error) => {
                let end = PipeEnd::NotStarted(error.to_string());
                let (output, errors) = (PipeText::default(), PipeText::default());
                self.poster.post(Input::PipeEnded(PipeResult { end, output, errors }));
            }
        }
    }

    /// Kills the command, if it still runs.
    pub(super) fn stop(&self) {
        if let Some(running) = &self.running {
            running.stop();
        }
    }
}

/// A shell that runs a command: without the terminal where `setsid` is installed, and otherwise in the background of it,
/// where it is stopped if it reads from the terminal.
fn shell(command: &str) -> (Command, Isolation) {
    let words = ["-c", command];
    let paths = env::var_os("PATH").unwrap_or_default();
    if env::split_paths(&paths).any(|folder| folder.join("setsid").is_file()) {
        let mut setsid = Command::new("setsid");
        setsid.arg("sh").args(words);
        return (setsid, Isolation::Own);
    }
    let mut shell = Command::new("sh");
    shell.args(words);
    (shell, Isolation::Group)
}

fn result(finished: Finished) -> PipeResult {
    let text = |Written { bytes, length }| PipeText { bytes: bytes.into(), length };
    let end = match finished.end {
        End::Exited(status) => match (status.code(), status.signal()) {
            (Some(code), _) => PipeEnd::Exited(code),
            (None, signal) => PipeEnd::Signalled(signal.unwrap_or(0)),
        },
        End::TimedOut | End::Stopped => PipeEnd::Stopped,
    };
    PipeResult { end, output: text(finished.output), errors: text(finished.errors) }
}
