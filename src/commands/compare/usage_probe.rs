//! The resource usage of a server's process, which the process reports on request.

use std::io::{self, BufRead, BufReader, Write};
use std::process::{ChildStdin, ChildStdout};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};

use serde::{Deserialize, Serialize};

use crate::event::Timestamp;
use crate::model::process::FrameTime;
use crate::shell::usage::Sampler;

/// One reading of the resource usage.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub(super) struct Usage {
    /// The current number of threads.
    pub(super) threads: u64,
    /// The current resident memory in bytes.
    pub(super) resident: u64,
    /// Voluntary context switches of all threads since the start.
    pub(super) voluntary: u64,
    /// Involuntary context switches of all threads since the start.
    pub(super) involuntary: u64,
    /// Processor time of all threads since the start.
    pub(super) cpu_micros: u64,
}

/// Answers each line of standard input with a reading, until the input ends.
pub(super) fn answer_requests() -> io::Result<()> {
    let mut sampler = Sampler::new();
    for line in io::stdin().lines() {
        line?;
        let sample = sampler.sample(Timestamp(0), FrameTime::default());
        let usage = Usage {
            threads: sample.threads,
            resident: sample.resident,
            voluntary: sample.voluntary,
            involuntary: sample.involuntary,
            cpu_micros: sample.cpu_micros,
        };
        let mut out = io::stdout().lock();
        serde_json::to_writer(&mut out, &usage)?;
        writeln!(out)?;
        out.flush()?;
    }
    Ok(())
}

/// Reads the usage of a process on a thread of its own: with a thousand busy threads the process takes a while to
/// answer, and the load must not wait for it.
pub(super) struct UsageProbe {
    ask: Sender<u64>,
    answers: Receiver<(u64, Usage)>,
    thread: JoinHandle<()>,
}

impl UsageProbe {
    /// Starts the thread for the process behind these pipes.
    pub(super) fn begin(mut input: ChildStdin, mut output: BufReader<ChildStdout>) -> Self {
        let ((ask, asked), (answer, answers)) = (channel(), channel());
        let thread = thread::spawn(move || {
            for messages in asked {
                let mut line = String::new();
                let read = writeln!(input).and_then(|()| output.read_line(&mut line));
                // A process that does not answer has ended, which the load reports.
                let Some(usage) = read.ok().and_then(|_| serde_json::from_str(&line).ok()) else { return };
                if answer.send((messages, usage)).is_err() {
                    return;
                }
            }
        });
        Self { ask, answers, thread }
    }

    /// Requests a reading now, labelled with the number of messages that have come back.
    pub(super) fn request(&self, messages: u64) {
        // The send fails only if the process has ended.
        let _ = self.ask.send(messages);
    }

    /// Waits for the next reading.
    pub(super) fn wait(&self) -> Option<(u64, Usage)> {
        self.answers.recv().ok()
    }

    /// Closes the standard input of the process; returns all readings that were not waited for.
    pub(super) fn end(self) -> Vec<(u64, Usage)> {
        drop(self.ask);
        // A thread that panicked has sent its readings before.
        let _ = self.thread.join();
        self.answers.iter().collect()
    }
}
