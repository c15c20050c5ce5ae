//! The sink of a recording.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use tracing::{info, warn};

use crate::event::{Demand, Stamped, Timestamp};
use crate::shell::recorder::queue::{EventQueue, Progress, QueueOwner};
use crate::shell::shutdown;
use crate::shell::sink::{Sink, SinkState};

/// Records events.
pub(crate) struct RecordSink {
    path: PathBuf,
    queue: QueueOwner,
    /// When the rest is not waited for any longer, once the session stops.
    give_up_at: Option<Instant>,
    /// Why it is not complete.
    failed: Option<String>,
}

/// What is known of a recording, and its end, from outside of the sink.
#[derive(Clone, Debug)]
pub(crate) struct RecordHandle {
    path: PathBuf,
    queue: Arc<EventQueue>,
}

impl RecordHandle {
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// How far it is.
    pub(crate) fn progress(&self) -> Progress {
        self.queue.progress()
    }

    /// Ends the recording.
    pub(crate) fn end(&self, at: Timestamp) {
        self.queue.end(at);
    }
}

impl RecordSink {
    /// The sink that fills this queue, from which a thread records to `path`.
    pub(super) const fn new(path: PathBuf, queue: Arc<EventQueue>) -> Self {
        Self { path, queue: QueueOwner(queue), give_up_at: None, failed: None }
    }

    /// What to watch and to end it with.
    pub(crate) fn handle(&self) -> RecordHandle {
        RecordHandle { path: self.path.clone(), queue: Arc::clone(&self.queue.0) }
    }

    fn is_late(&self, now: Instant) -> bool {
        self.give_up_at.is_some_and(|at| at <= now)
    }

    /// Notes that the recording is over. Says what is not in it.
    fn over(&mut self, progress: &Progress, end: Result<(), String>) {
        let (path, bytes) = (self.path.display(), progress.written);
        let missed = match progress.missed {
            0 => String::new(),
            missed => format!("; {missed} reads and writes are not recorded"),
        };
        match end {
            Ok(()) => info!("recorded {bytes} bytes to {path}{missed}"),
            Err(why) => {
                let line = format!("the recording {path} ended after {bytes} bytes: {why}{missed}");
                warn!("{line}");
                self.failed = Some(line);
            }
        }
    }
}

impl Sink for RecordSink {
    fn demand(&self) -> Demand {
        Demand::EVERY_BYTE
    }

    fn is_ready(&mut self) -> bool {
        true
    }

    fn take(&mut self, events: &[Stamped]) {
        self.queue.0.push(events);
    }

    fn flush(&mut self) {}

    fn stop(&mut self, now: Instant) {
        let limit = match self.give_up_at {
            None => shutdown::DRAIN_TIMEOUT + shutdown::OUTPUT_TIMEOUT,
            Some(_) => shutdown::FORCE_TIMEOUT + Duration::from_millis(100),
        };
        self.give_up_at = Some(now + limit);
    }

    fn end(&mut self, at: Timestamp) {
        self.queue.0.end(at);
    }

    fn check(&mut self, now: Instant, _pending: u64) -> SinkState {
        let progress = self.queue.0.progress();
        match &progress.end {
            Some(end) => {
                self.over(&progress, end.clone());
                SinkState::Detached
            }
            None if self.is_late(now) => {
                self.over(&progress, Err("the rest was not written in time".to_owned()));
                SinkState::Detached
            }
            None => SinkState::Open(self.give_up_at),
        }
    }

    fn finish(&mut self) -> Result<()> {
        match self.failed.take() {
            Some(line) => bail!(line),
            None => Ok(()),
        }
    }
}
