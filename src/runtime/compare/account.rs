//! What a server's process takes of the machine, told by itself whenever it is asked.

use std::io::{self, BufRead, BufReader, Write};
use std::process::{ChildStdin, ChildStdout};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};

use serde::{Deserialize, Serialize};

use crate::model::Moment;
use crate::model::process::FrameTime;
use crate::runtime::process::Sampler;

/// One reading of all accounts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub(super) struct Account {
    /// Now.
    pub(super) threads: u64,
    /// Bytes, now.
    pub(super) resident: u64,
    /// Since the process began, of all its threads.
    pub(super) voluntary: u64,
    /// The same.
    pub(super) involuntary: u64,
    /// Processor time, the same.
    pub(super) cpu_micros: u64,
}

/// Answers each line of standard input with a reading, until it ends.
pub(super) fn tell() -> io::Result<()> {
    let mut sampler = Sampler::new();
    for line in io::stdin().lines() {
        line?;
        let sample = sampler.sample(Moment(0), FrameTime::default());
        let account = Account {
            threads: sample.threads,
            resident: sample.resident,
            voluntary: sample.voluntary,
            involuntary: sample.involuntary,
            cpu_micros: sample.cpu_micros,
        };
        let mut out = io::stdout().lock();
        serde_json::to_writer(&mut out, &account)?;
        writeln!(out)?;
        out.flush()?;
    }
    Ok(())
}

/// Asks a process, on a thread of its own: with a thousand busy threads it takes a while to answer, and the load has
/// better things to do than to wait.
pub(super) struct Asking {
    ask: Sender<u64>,
    answers: Receiver<(u64, Account)>,
    thread: JoinHandle<()>,
}

impl Asking {
    /// Of the process behind these pipes.
    pub(super) fn begin(mut input: ChildStdin, mut output: BufReader<ChildStdout>) -> Self {
        let ((ask, asked), (answer, answers)) = (channel(), channel());
        let thread = thread::spawn(move || {
            for messages in asked {
                let mut line = String::new();
                let read = writeln!(input).and_then(|()| output.read_line(&mut line));
                // A process that does not answer has ended; the load will say so.
                let Some(account) = read.ok().and_then(|_| serde_json::from_str(&line).ok()) else { return };
                if answer.send((messages, account)).is_err() {
                    return;
                }
            }
        });
        Self { ask, answers, thread }
    }

    /// Asks for a reading now, with the number of messages that have come back.
    pub(super) fn ask(&self, messages: u64) {
        // The other thread has ended if the process has.
        let _ = self.ask.send(messages);
    }

    /// Waits for the next answer.
    pub(super) fn wait(&self) -> Option<(u64, Account)> {
        self.answers.recv().ok()
    }

    /// All answers that were not waited for. The process hears that it is over.
    pub(super) fn end(self) -> Vec<(u64, Account)> {
        drop(self.ask);
        // It has sent all it had.
        let _ = self.thread.join();
        self.answers.iter().collect()
    }
}
