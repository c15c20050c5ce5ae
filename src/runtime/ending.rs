//! The end in order: the server is asked to stop, what it still does is followed, and nobody waits for ever.

use std::time::{Duration, Instant};

use crate::server::Server;

/// How long connections may take to finish.
pub(super) const IN_ORDER: Duration = Duration::from_secs(10);

/// How long the output may take for what is left when they have.
pub(super) const OUTPUT: Duration = Duration::from_secs(5);

/// How long, when nobody is left to look at it.
pub(super) const ABANDONED: Duration = Duration::from_millis(500);

/// How long the server may take to cut what is left.
pub(super) const HURRIED: Duration = Duration::from_millis(150);

/// An end that has begun.
#[derive(Debug)]
pub(super) struct Ending {
    deadline: Instant,
    stage: Stage,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stage {
    Finishing,
    Cut,
    Over,
}

impl Ending {
    /// Asks the server to stop; its connections have `limit` to finish.
    pub(super) fn begin(server: &Server, limit: Duration) -> Self {
        server.stop();
        Self { deadline: Instant::now() + limit, stage: Stage::Finishing }
    }

    /// Cuts what is left.
    pub(super) fn hurry(&mut self, server: &Server) {
        if self.stage == Stage::Finishing {
            server.stop();
            *self = Self { deadline: Instant::now() + HURRIED, stage: Stage::Cut };
        }
    }

    /// Leaves `limit` from now, where it was more.
    pub(super) fn shorten(&mut self, limit: Duration) {
        self.deadline = self.deadline.min(Instant::now() + limit);
    }

    /// When to look again at the latest.
    pub(super) const fn next(&self) -> Instant {
        self.deadline
    }

    /// Whether to wait no longer for the server's last word.
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
