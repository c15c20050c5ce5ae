//! The recording that runs, if any: started by the command line or in the dashboard.

use std::io;

use crate::event::Timestamp;
use crate::recording::write::KnownConnection;
use crate::shell::inbox::Poster;
use crate::shell::recorder::open::OpenRecording;
use crate::shell::recorder::sink::{RecordHandle, RecordSink};

/// Starts and ends recordings.
pub(crate) struct Recorder {
    poster: Poster,
    current: Option<RecordHandle>,
    /// A sink that the session has not taken yet.
    started: Option<RecordSink>,
}

impl Recorder {
    /// Records nothing yet.
    pub(crate) const fn new(poster: Poster) -> Self {
        Self { poster, current: None, started: None }
    }

    /// Begins to record what happens from `at` on. `known` are the connections that are open.
    ///
    /// # Errors
    ///
    /// When the thread cannot be started.
    pub(crate) fn start(
        &mut self,
        recording: OpenRecording,
        at: Timestamp,
        known: Vec<KnownConnection>,
    ) -> io::Result<()> {
        let poster = self.poster.clone();
        let sink = recording.start(at, known, move || poster.wake())?;
        self.current = Some(sink.handle());
        self.started = Some(sink);
        Ok(())
    }

    /// The sink of a recording that was started since the last call.
    pub(crate) fn take_started(&mut self) -> Option<RecordSink> {
        self.started.take()
    }

    /// The recording that runs, or that has ended and was not [forgotten](Self::forget) yet.
    pub(crate) const fn current(&self) -> Option<&RecordHandle> {
        self.current.as_ref()
    }

    /// Forgets a recording that has ended.
    pub(crate) fn forget(&mut self) {
        self.current = None;
    }
}
