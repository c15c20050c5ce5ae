//! The shutdown: asks the server to stop, gives it time to finish its connections, and limits every wait.

use std::time::{Duration, Instant};

use crate::event::Command;
use crate::server::Server;

/// How long connections may take to finish.
pub(crate) const DRAIN_TIMEOUT: Duration = Duration::from_secs(10);

/// How long the output may take for the rest after the connections have finished.
pub(crate) const OUTPUT_TIMEOUT: Duration = Duration::from_secs(5);

/// How long connections may take to finish when the terminal is gone.
pub(crate) const HANGUP_TIMEOUT: Duration = Duration::from_millis(500);

/// How long the server may take to close the remaining connections by force.
pub(crate) const FORCE_TIMEOUT: Duration = Duration::from_millis(150);

/// A shutdown in progress.
#[derive(Debug)]
pub(crate) struct Shutdown {
    deadline: Instant,
    phase: ShutdownPhase,
}

/// The phase of a shutdown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum ShutdownPhase {
    /// Connections may finish.
    Draining,
    /// The server closes the remaining connections by force.
    Forced,
    /// The shutdown is complete, or the server is not waited for any longer.
    Done,
}

impl Shutdown {
    /// Asks the server to stop and gives its connections `limit` to finish.
    pub(crate) fn start(server: &Server, limit: Duration) -> Self {
        server.command(Command::Stop);
        Self { deadline: Instant::now() + limit, phase: ShutdownPhase::Draining }
    }

    /// Makes the server close the remaining connections by force.
    pub(crate) fn force(&mut self, server: &Server) {
        if self.phase == ShutdownPhase::Draining {
            server.command(Command::Stop);
            *self = Self { deadline: Instant::now() + FORCE_TIMEOUT, phase: ShutdownPhase::Forced };
        }
    }

    /// Reduces the remaining time to `limit`, if it is longer.
    pub(crate) fn shorten(&mut self, limit: Duration) {
        self.deadline = self.deadline.min(Instant::now() + limit);
    }

    /// When the current phase times out.
    pub(crate) const fn next(&self) -> Instant {
        self.deadline
    }

    /// Whether the server is not waited for any longer. Forces the server when the time to finish is over.
    pub(crate) fn is_done(&mut self, server: &Server) -> bool {
        if Instant::now() >= self.deadline {
            match self.phase {
                ShutdownPhase::Draining => self.force(server),
                ShutdownPhase::Forced | ShutdownPhase::Done => self.phase = ShutdownPhase::Done,
            }
        }
        self.phase == ShutdownPhase::Done
    }
}
