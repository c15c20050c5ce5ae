//! The shutdown: asks the server to stop, gives it time to finish its connections, and limits every wait.

use std::time::{Duration, Instant};

use crate::server::Server;

/// How long connections may take to finish.
pub(super) const IN_ORDER: Duration = Duration::from_secs(10);

/// How long the output may take for the rest after the connections have finished.
pub(super) const OUTPUT: Duration = Duration::from_secs(5);

/// How long connections may take to finish when the terminal is gone.
pub(super) const ABANDONED: Duration = Duration::from_millis(500);

/// How long the server may take to close the remaining connections by force.
pub(super) const HURRIED: Duration = Duration::from_millis(150);

/// A shutdown in progress.
#[derive(Debug)]
pub(super) struct Ending {
    deadline: Instant,
    stage: Stage,
}

/// The phase of a shutdown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stage {
    /// Connections may finish.
    Finishing,
    /// The server closes the remaining connections by force.
    Cut,
    /// The shutdown is complete, or the server is not waited for any longer.
    Over,
}

impl Ending {
    /// Asks the server to stop and gives its connections `limit` to finish.
    pub(super) fn begin(server: &Server, limit: Duration) -> Self {
        server.stop();
        Self { deadline: Instant::now() + limit, stage: Stage::Finishing }
    }

    /// Makes the server close the remaining connections by force.
    pub(super) fn hurry(&mut self, server: &Server) {
        if self.stage == Stage::Finishing {
            server.stop();
            *self = Self { deadline: Instant::now() + HURRIED, stage: Stage::Cut };
        }
    }

    /// Reduces the remaining time to `limit`, if it is longer.
    pub(super) fn shorten(&mut self, limit: Duration) {
        self.deadline = self.deadline.min(Instant::now() + limit);
    }

    /// When the current phase times out.
    pub(super) const fn next(&self) -> Instant {
        self.deadline
    }

    /// Whether the server is not waited for any longer. Forces the server when the time to finish is over.
    pub(super) fn is_over(&mut self, server: &Server) -> bool {
        if Instant::now() >= self.deadline {
            match self.stage {
                Stage::Finishing => self.hurry(server),
                Stage::Cut | Stage::Over => self.stage = Stage::Over,
            }
        }
        self.stage == Stage::Over
    }
}
