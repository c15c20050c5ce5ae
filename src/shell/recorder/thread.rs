//! The thread that records.

use std::io;
use std::sync::Arc;
use std::thread;

use crate::event::Timestamp;
use crate::recording::write::KnownConnection;
use crate::shell::recorder::output::RecordOutput;
use crate::shell::recorder::queue::{self, EventQueue, Work};

/// Starts the thread. It calls `notify` when the recording has ended.
///
/// # Errors
///
/// When the thread cannot be started.
pub(super) fn start(
    queue: Arc<EventQueue>,
    mut output: RecordOutput,
    at: Timestamp,
    known: Vec<KnownConnection>,
    notify: impl FnOnce() + Send + 'static,
) -> io::Result<()> {
    let run = move || {
        let begun = output.begin(at, &known).map_err(Failure::from);
        let (end, unwritten) = match begun.and_then(|()| record(&queue, &mut output)) {
            Ok(()) => (Ok(()), 0),
            Err(Failure { error, untried }) => (Err(error.to_string()), output.unwritten() + untried),
        };
        queue.finish(end, output.written(), unwritten);
        // The file is closed before anybody is told.
        drop(output);
        notify();
    };
    thread::Builder::new().name("recorder".to_owned()).spawn(run).map(drop)
}

/// Why the recording failed.
struct Failure {
    error: io::Error,
    /// The reads and writes that were taken and never given to the file.
    untried: u64,
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self { error, untried: 0 }
    }
}

/// Records until the end, or until that fails.
fn record(queue: &EventQueue, output: &mut RecordOutput) -> Result<(), Failure> {
    loop {
        match queue.next() {
            Work::Take { events, cost } => {
                for (index, event) in events.iter().enumerate() {
                    output
                        .take(event)
                        .map_err(|error| Failure { error, untried: queue::missed(&events[index + 1..]) })?;
                }
                output.set_may_wait(queue.done(cost, output.written()));
            }
            Work::Rest => {
                output.flush()?;
                output.set_may_wait(queue.done(0, output.written()));
            }
            Work::End { at, missed } => {
                output.miss(missed);
                return Ok(output.end(at)?);
            }
        }
    }
}
