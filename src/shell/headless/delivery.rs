//! Delivers events from the feed to the output: takes them while the output has room and prints them. Once the output
//! takes no more, they are counted as lost.

use std::collections::VecDeque;
use std::io::{self, ErrorKind};
use std::mem;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tracing::warn;

use crate::event::codec::LineKinds;
use crate::event::{Event, ServerEvent, Stamped, StreamEvent, Timestamp};
use crate::server::FactReceiver;
use crate::shell::sink::{OutputWriter, Sink, WriteProgress};
use crate::shell::timers::TimerSchedule;

use crate::shell::headless::outcome::{LostEvents, LostReason, PrintOutcome};
use crate::shell::headless::printer::Printer;

/// Printed lines are sent to the output when they reach this size, or when no events are left.
const BATCH: usize = 128 * 1024;

/// The largest number of bytes that are taken from the feed and not printed yet, once the shutdown has begun.
const MAX_BACKLOG: usize = 64 << 20;

/// When the output has taken nothing for this long, a hint is logged once.
const HINT_AFTER: Duration = Duration::from_secs(5);

/// An output is called stuck when it has taken nothing for this long.
const STUCK_AFTER: Duration = Duration::from_secs(1);

/// Delivers events to one output.
pub(super) struct Delivery {
    printer: Printer,
    sink: Arc<Sink>,
    /// Events that are taken from the feed and not printed yet.
    events: VecDeque<Stamped>,
    phase: DeliveryPhase,
    hint: StallHint,
}

/// What happens to events.
#[derive(Debug)]
enum DeliveryPhase {
    /// Events are printed.
    Printing,
    /// The last line is printed and sent to the output.
    Printed,
    /// Events are counted as lost, because the output takes no more.
    CountingLost(LostEvents, ServerState),
}

/// Whether the server has stopped, while events are counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum ServerState {
    Running,
    Stopped,
}

/// Whether the hint that the output takes nothing was logged.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum StallHint {
    Pending,
    Logged,
}

/// Whether the shutdown has begun.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum RunState {
    /// The server runs.
    Running,
    /// The shutdown has begun. The server needs room in its feed to complete it.
    Stopping,
}

/// What to do next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum NextStep {
    /// Print more at once.
    Print,
    /// Wait for events.
    AwaitFacts,
    /// Wait for the output.
    AwaitOutput,
}

impl Delivery {
    /// Starts a thread that writes lines of these kinds to `output`. It calls `notify` when the output has room again
    /// or has failed.
    ///
    /// # Errors
    ///
    /// When the thread cannot be started.
    pub(super) fn start(
        output: OutputWriter,
        kinds: LineKinds,
        notify: impl Fn() + Send + Sync + 'static,
    ) -> io::Result<Self> {
        Ok(Self {
            printer: Printer::new(kinds),
            sink: Sink::start(output, notify)?,
            events: VecDeque::new(),
            phase: DeliveryPhase::Printing,
            hint: StallHint::Pending,
        })
    }

    /// Takes and prints the next events, if the output has room for them.
    ///
    /// # Errors
    ///
    /// None in practice: lines are printed to memory.
    pub(super) fn take(
        &mut self,
        feed: &mut FactReceiver,
        schedule: &mut TimerSchedule,
        state: RunState,
    ) -> io::Result<NextStep> {
        match self.phase {
            DeliveryPhase::Printed => Ok(NextStep::AwaitOutput),
            DeliveryPhase::CountingLost(..) => {
                self.drain(feed, schedule);
                self.count_facts();
                Ok(NextStep::AwaitFacts)
            }
            DeliveryPhase::Printing if self.sink.has_room() => self.print(feed, schedule),
            DeliveryPhase::Printing => {
                if state == RunState::Stopping && self.backlog() < MAX_BACKLOG {
                    self.drain(feed, schedule);
                }
                Ok(NextStep::AwaitOutput)
            }
        }
    }

    /// Prints at most one batch.
    fn print(&mut self, feed: &mut FactReceiver, schedule: &mut TimerSchedule) -> io::Result<NextStep> {
        if self.events.is_empty() {
            self.drain(feed, schedule);
        }
        let next = if self.events.is_empty() { NextStep::AwaitFacts } else { NextStep::Print };
        while self.printer.out.len() < BATCH {
            let Some(stamped) = self.events.pop_front() else { break };
            if stamped.event == Event::Server(ServerEvent::Stopped) {
                self.end(stamped.at)?;
                return Ok(NextStep::AwaitOutput);
            }
            self.printer.print(&stamped)?;
        }
        if next == NextStep::AwaitFacts || self.printer.out.len() >= BATCH {
            self.sink.send(&mut self.printer.out);
        }
        Ok(next)
    }

    /// Prints the last line, if all known events are printed.
    ///
    /// # Errors
    ///
    /// None in practice: lines are printed to memory.
    pub(super) fn end(&mut self, at: Timestamp) -> io::Result<()> {
        if matches!(self.phase, DeliveryPhase::Printing) && self.events.is_empty() {
            self.printer.end(at)?;
            self.sink.send(&mut self.printer.out);
            self.phase = DeliveryPhase::Printed;
        }
        Ok(())
    }

    /// Takes all events from the feed and appends them to those that are not printed yet.
    fn drain(&mut self, feed: &mut FactReceiver, schedule: &mut TimerSchedule) {
        let (old, mut new) = if self.events.is_empty() {
            (VecDeque::new(), Vec::from(mem::take(&mut self.events)))
        } else {
            (mem::take(&mut self.events), Vec::new())
        };
        feed.drain(&mut new);
        new.iter().for_each(|stamped| schedule.observe(&stamped.event));
        self.events = old;
        if self.events.is_empty() {
            self.events = new.into();
        } else {
            self.events.extend(new);
        }
    }

    /// The size in bytes of the events that are taken from the feed and not printed.
    fn backlog(&self) -> usize {
        let length = |stamped: &Stamped| match &stamped.event {
            Event::Stream(_, StreamEvent::Bytes { data, .. }) => data.len(),
            _ => 0,
        };
        self.events.iter().map(|stamped| size_of::<Stamped>() + length(stamped)).sum()
    }

    fn count_facts(&mut self) {
        let DeliveryPhase::CountingLost(lost, server) = &mut self.phase else { return };
        for Stamped { event, .. } in self.events.drain(..) {
            lost.events += self.printer.lines_of(&event);
            if event == Event::Server(ServerEvent::Stopped) {
                *server = ServerState::Stopped;
            }
        }
    }

    /// Whether the last line is printed.
    pub(super) const fn is_printed(&self) -> bool {
        matches!(self.phase, DeliveryPhase::Printed)
    }

    /// The progress of the output. Events that are not printed yet count as waiting, too.
    pub(super) fn progress(&self) -> WriteProgress {
        let progress = self.sink.progress();
        let waiting = progress.waiting + self.printer.out.records() + self.events.len() as u64;
        WriteProgress { waiting, ..progress }
    }

    /// Requests a call of `notify` once everything is written.
    pub(super) fn notify_when_written(&self) {
        self.sink.notify_when_written();
    }

    /// The error of the output, if it has failed. Returned only once.
    pub(super) fn failure(&self) -> Option<io::Error> {
        self.sink.failure()
    }

    /// Stops printing. From now on events are counted as lost.
    pub(super) fn give_up(&mut self, failed: Option<io::Error>) {
        let server = match self.phase {
            DeliveryPhase::Printing => ServerState::Running,
            DeliveryPhase::Printed => ServerState::Stopped,
            DeliveryPhase::CountingLost(..) => return,
        };
        let taken = self.sink.progress().taken_nothing_since;
        let mut lost = LostEvents::new(match failed {
            Some(error) => LostReason::Failed(error),
            None if taken.is_some_and(|since| since.elapsed() >= STUCK_AFTER) => LostReason::TakesNothing,
            None => LostReason::TakesTooLittle,
        });
        lost.events = self.sink.close() + self.printer.out.records();
        self.phase = DeliveryPhase::CountingLost(lost, server);
        self.count_facts();
    }

    /// The outcome, once printing has ended. `over` says that the server is not waited for any longer.
    pub(super) fn outcome(&mut self, over: bool) -> Option<PrintOutcome> {
        match &mut self.phase {
            DeliveryPhase::Printed if self.sink.progress().waiting == 0 => Some(PrintOutcome::Printed),
            DeliveryPhase::CountingLost(lost, server) if over || *server == ServerState::Stopped => {
                Some(PrintOutcome::Lost(mem::replace(lost, LostEvents::new(LostReason::TakesNothing))))
            }
            _ => None,
        }
    }

    /// Logs once that the output takes nothing. Returns when to check again.
    pub(super) fn hint(&mut self, now: Instant) -> Option<Instant> {
        let WriteProgress { waiting, taken_nothing_since, .. } = self.sink.progress();
        let due = taken_nothing_since? + HINT_AFTER;
        if self.hint == StallHint::Logged || matches!(self.phase, DeliveryPhase::CountingLost(..)) {
            return None;
        }
        if due > now {
            return Some(due);
        }
        self.hint = StallHint::Logged;
        warn!(
            "standard output has taken nothing for {} s, {waiting} events wait (what the server does then: --overload)",
            HINT_AFTER.as_secs()
        );
        None
    }
}

impl Drop for Delivery {
    fn drop(&mut self) {
        // This ends the writing thread.
        self.sink.close();
    }
}

/// Whether the output failed because its reader is gone.
pub(super) fn is_reader_gone(error: &io::Error) -> bool {
    error.kind() == ErrorKind::BrokenPipe
}
