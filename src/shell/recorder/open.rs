//! A recording before it begins.

use std::io::{self, ErrorKind};
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use tracing::info;

use crate::event::Timestamp;
use crate::recording::write::KnownConnection;
use crate::shell::recorder::options::RecordOptions;
use crate::shell::recorder::output::RecordOutput;
use crate::shell::recorder::queue::EventQueue;
use crate::shell::recorder::sink::RecordSink;
use crate::shell::recorder::thread;

/// A file that is open for a recording.
pub(crate) struct OpenRecording(RecordOutput);

impl OpenRecording {
    /// Opens the file, or the directory.
    ///
    /// # Errors
    ///
    /// Those of the file; [`ErrorKind::AlreadyExists`] if it exists and may not be replaced.
    pub(crate) fn create(options: RecordOptions) -> io::Result<Self> {
        RecordOutput::create(options).map(Self)
    }

    /// Opens what the command line names.
    ///
    /// # Errors
    ///
    /// One line that says what to do.
    pub(crate) fn of_command_line(options: RecordOptions) -> Result<Self> {
        let path = options.path.clone();
        match Self::create(options) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                bail!("{} exists; --record-replace records over it", path.display())
            }
            opened => opened.with_context(|| format!("cannot record to {}", path.display())),
        }
    }

    /// Begins to record what happens from `at` on. `known` are the connections that are open. The thread calls `notify`
    /// when the recording has ended.
    ///
    /// # Errors
    ///
    /// When the thread cannot be started.
    pub(crate) fn start(
        self,
        at: Timestamp,
        known: Vec<KnownConnection>,
        notify: impl FnOnce() + Send + 'static,
    ) -> io::Result<RecordSink> {
        let Self(output) = self;
        let (path, queue) = (output.path().clone(), Arc::<EventQueue>::default());
        thread::start(Arc::clone(&queue), output, at, known, notify)?;
        info!("recording to {}", path.display());
        Ok(RecordSink::new(path, queue))
    }
}
