//! The end of a session: the time that the source has to finish, and what the user is told after the dashboard has
//! left the terminal.

use std::io::{self, Write};
use std::mem;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::event::Command;
use crate::shell::dashboard::Dashboard;
use crate::shell::effects::StopReason;
use crate::shell::shutdown;
use crate::shell::source::Source;
use crate::shell::terminal::screen::Restored;
use crate::shell::totals;
use crate::shell::totals::RunTotals;

/// The time after which a message tells the user what the program still waits for.
const NOTICE_DELAY: Duration = Duration::from_millis(500);

/// A session that stops.
pub(super) struct Stopping {
    phase: StopPhase,
    /// When the phase times out.
    deadline: Instant,
    /// Whether the next signal does not come from the user: a lost terminal also sends one.
    expects_hangup: bool,
    /// What became of the terminal, if there was a dashboard.
    terminal: Option<Restored>,
    /// When to say what the program still waits for.
    notice_at: Option<Instant>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum StopPhase {
    /// Connections may finish.
    Draining,
    /// The source closes the remaining connections by force.
    Forced,
}

impl Stopping {
    /// Asks the source to stop.
    pub(super) fn start(source: &mut dyn Source) -> Self {
        source.command(Command::Stop);
        let deadline = Instant::now() + shutdown::DRAIN_TIMEOUT;
        Self { phase: StopPhase::Draining, deadline, expects_hangup: false, terminal: None, notice_at: None }
    }

    /// Takes the dashboard off the terminal.
    pub(super) fn leave(&mut self, dashboard: Dashboard, reason: StopReason) {
        let restored = match reason {
            StopReason::Requested => dashboard.leave(),
            StopReason::TerminalGone => {
                self.expects_hangup = true;
                dashboard.abandon()
            }
        };
        match restored {
            Restored::Usable => self.notice_at = Some(Instant::now() + NOTICE_DELAY),
            Restored::Stuck => {}
            Restored::Gone => self.hang_up(),
        }
        self.terminal = Some(restored);
    }

    /// Notes that the terminal is gone, so no user waits for the end.
    pub(super) fn hang_up(&mut self) {
        self.deadline = self.deadline.min(Instant::now() + shutdown::HANGUP_TIMEOUT);
    }

    /// Handles a further request to stop: makes the source stop by force. Returns whether it was the user's.
    pub(super) fn request(&mut self, source: &mut dyn Source) -> bool {
        let by_user = !mem::take(&mut self.expects_hangup);
        if by_user {
            self.force(source);
        }
        by_user
    }

    /// Whether the source is not waited for any longer. Forces it when the time to finish is over.
    pub(super) fn is_over(&mut self, source: &mut dyn Source) -> bool {
        let late = Instant::now() >= self.deadline;
        let over = late && self.phase == StopPhase::Forced;
        if late {
            self.force(source);
        }
        over
    }

    fn force(&mut self, source: &mut dyn Source) {
        if self.phase == StopPhase::Draining {
            self.phase = StopPhase::Forced;
            self.deadline = Instant::now() + shutdown::FORCE_TIMEOUT;
            source.command(Command::Stop);
        }
    }

    /// Says what the program still waits for, if that takes long.
    pub(super) fn notify(&mut self, now: Instant, totals: &RunTotals) {
        if self.notice_at.take_if(|at| *at <= now).is_some() && print_pending(totals).is_err() {
            self.hang_up();
        }
    }

    /// When there is something to do after `now`.
    pub(super) fn next(&self, now: Instant) -> Option<Instant> {
        let deadline = Some(self.deadline).filter(|at| *at > now);
        deadline.into_iter().chain(self.notice_at).min()
    }

    /// Prints the totals where the dashboard was.
    ///
    /// # Errors
    ///
    /// When they cannot be printed on a terminal that is there.
    pub(super) fn finish(&self, totals: &RunTotals) -> Result<()> {
        match self.terminal {
            Some(Restored::Usable) => {
                writeln!(io::stdout(), "{totals}").context("the counts cannot be printed")
            }
            Some(Restored::Stuck | Restored::Gone) | None => Ok(()),
        }
    }
}

fn print_pending(totals: &RunTotals) -> io::Result<()> {
    match totals.live() {
        0 => Ok(()),
        live => writeln!(io::stdout(), "waiting for {} to finish (Ctrl-C cuts)", totals::connections(live)),
    }
}
