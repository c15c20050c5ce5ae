//! The headless output: a sink that prints what happens as NDJSON.
//!
//! While the output takes nothing, events wait in the source; the overload policy says what the server does then. Once
//! the session stops, the output has a few seconds for the rest, and the lines that it did not take are counted. An
//! output whose reader is gone ends the program without an error.

mod grace_period;
mod lost_events;
mod messages;
mod printer;

use std::io::{self, ErrorKind};
use std::mem;
use std::os::fd::AsFd;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use tracing::warn;

use crate::bytes::frame::Framing;
use crate::event::codec::LineKinds;
use crate::event::{Demand, Event, ServerEvent, Stamped, Timestamp};
use crate::shell::headless::grace_period::{Decision, GracePeriod};
use crate::shell::headless::lost_events::{LostEvents, LostReason};
pub(crate) use crate::shell::headless::printer::{Printer, add_text};
use crate::shell::inbox::{Input, Poster};
use crate::shell::record_queue::{OutputWriter, RecordQueue, WriteProgress};
use crate::shell::shutdown;
use crate::shell::sink::{Sink, SinkState};
use crate::shell::terminal::hangup;

/// Printed lines are sent to the output when they reach this size, or when no events are left.
const BATCH: usize = 128 * 1024;

/// When the output has taken nothing for this long, a hint is logged once.
const HINT_AFTER: Duration = Duration::from_secs(5);

/// An output is called stuck when it has taken nothing for this long.
const STUCK_AFTER: Duration = Duration::from_secs(1);

/// The time that the output has after the second request to stop.
const FORCED_OUTPUT_TIMEOUT: Duration = shutdown::FORCE_TIMEOUT.saturating_add(Duration::from_millis(100));

/// Prints events to one output.
pub(crate) struct NdjsonSink {
    printer: Printer,
    queue: Arc<RecordQueue>,
    phase: OutputPhase,
    hint: StallHint,
    /// The time limit of the output, once the session stops.
    grace: Option<GracePeriod>,
}

/// What happens to events.
#[derive(Debug)]
enum OutputPhase {
    /// Events are printed.
    Printing,
    /// The last line is printed and sent to the output.
    Printed,
    /// Events are counted as lost, because the output takes no more.
    CountingLost(LostEvents),
}

/// Whether the hint that the output takes nothing was logged.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum StallHint {
    Pending,
    Logged,
}

impl NdjsonSink {
    /// Prints lines of these kinds to standard output. Messages are told apart by `framing`.
    ///
    /// # Errors
    ///
    /// When standard output cannot be used, or a thread cannot be started.
    pub(crate) fn to_stdout(kinds: LineKinds, framing: Framing, poster: Poster) -> Result<Self> {
        let output = io::stdout().as_fd().try_clone_to_owned().context("there is no standard output")?;
        let watched = output.try_clone().context("standard output cannot be watched")?;
        let gone = poster.clone();
        hangup::on_hangup(watched, move || gone.post(Input::ReaderGone))
            .context("standard output cannot be watched")?;
        let output = OutputWriter::new(output).context("standard output cannot be used")?;
        let sink = Self::start(output, kinds, move || poster.wake());
        let mut sink = sink.context("standard output cannot be written")?;
        sink.printer.frame_by(framing);
        Ok(sink)
    }

    /// Starts a thread that writes lines of these kinds to `output`. It calls `notify` when the output has room again
    /// or has failed.
    ///
    /// # Errors
    ///
    /// When the thread cannot be started.
    pub(crate) fn start(
        output: OutputWriter,
        kinds: LineKinds,
        notify: impl Fn() + Send + Sync + 'static,
    ) -> io::Result<Self> {
        Ok(Self {
            printer: Printer::new(kinds),
            queue: RecordQueue::start(output, notify)?,
            phase: OutputPhase::Printing,
            hint: StallHint::Pending,
            grace: None,
        })
    }

    /// Stops printing. From now on events are counted as lost.
    fn give_up(&mut self, failed: Option<io::Error>) {
        if let OutputPhase::CountingLost(_) = self.phase {
            return;
        }
        let taken = self.queue.progress().taken_nothing_since;
        let why = match failed {
            Some(error) => LostReason::Failed(error),
            None if taken.is_some_and(|since| since.elapsed() >= STUCK_AFTER) => LostReason::TakesNothing,
            None => LostReason::TakesTooLittle,
        };
        self.flush();
        let events = self.queue.close();
        self.phase = OutputPhase::CountingLost(LostEvents { why, events });
    }

    /// Logs once that the output takes nothing. Returns when to check again.
    fn hint(&mut self, now: Instant, progress: WriteProgress) -> Option<Instant> {
        let due = progress.taken_nothing_since? + HINT_AFTER;
        if self.hint == StallHint::Logged || matches!(self.phase, OutputPhase::CountingLost(_)) {
            return None;
        }
        if due > now {
            return Some(due);
        }
        self.hint = StallHint::Logged;
        warn!(
            "standard output has taken nothing for {} s, {} events wait (what the server does then: --overload)",
            HINT_AFTER.as_secs(),
            progress.waiting
        );
        None
    }

    /// Gives an output up that will not take the rest in time. `pending` events are not printed yet. Returns when to
    /// check again.
    fn check_output(&mut self, now: Instant, pending: u64) -> Option<Instant> {
        let grace = self.grace.as_mut()?;
        self.queue.notify_when_written();
        let WriteProgress { written, waiting, .. } = self.queue.progress();
        let waiting = waiting + self.printer.out.records() + pending;
        match grace.decide(now, written, waiting) {
            Decision::GiveUp => {
                self.give_up(None);
                None
            }
            Decision::Wait => (waiting > 0).then(|| now + grace_period::CHECK_INTERVAL),
        }
    }

    /// Prints an event, or counts it as lost.
    fn take_one(&mut self, event: &Stamped) {
        let printed = match &mut self.phase {
            OutputPhase::Printing => self.printer.print(event),
            OutputPhase::Printed => Ok(()),
            OutputPhase::CountingLost(lost) => {
                lost.events += self.printer.lines_of(&event.event);
                Ok(())
            }
        };
        if let Err(error) = printed {
            self.give_up(Some(error));
        }
        if self.printer.out.len() >= BATCH {
            self.flush();
        }
    }
}

impl Sink for NdjsonSink {
    fn demand(&self) -> Demand {
        self.printer.demand()
    }

    fn is_ready(&mut self) -> bool {
        match self.phase {
            OutputPhase::Printing => self.queue.has_room(),
            OutputPhase::Printed | OutputPhase::CountingLost(_) => true,
        }
    }

    fn take(&mut self, events: &[Stamped]) {
        events.iter().for_each(|event| self.take_one(event));
    }

    fn flush(&mut self) {
        self.queue.send(&mut self.printer.out);
    }

    fn stop(&mut self, now: Instant) {
        match &mut self.grace {
            None => self.grace = Some(GracePeriod::start(now, self.queue.progress().written)),
            Some(grace) => grace.limit_to(now, FORCED_OUTPUT_TIMEOUT),
        }
    }

    fn end(&mut self, at: Timestamp) {
        match &mut self.phase {
            OutputPhase::Printing => match self.printer.end(at) {
                Ok(()) => {
                    self.flush();
                    self.phase = OutputPhase::Printed;
                }
                Err(error) => self.give_up(Some(error)),
            },
            OutputPhase::Printed => {}
            OutputPhase::CountingLost(lost) => {
                lost.events += self.printer.lines_of(&Event::Server(ServerEvent::Stopped));
            }
        }
    }

    fn check(&mut self, now: Instant, pending: u64) -> SinkState {
        let was_lost = matches!(self.phase, OutputPhase::CountingLost(_));
        match self.queue.failure() {
            Some(error) if error.kind() == ErrorKind::BrokenPipe => return SinkState::ReaderGone,
            None => {}
            failed => self.give_up(failed),
        }
        let hint = self.hint(now, self.queue.progress());
        let next = hint.into_iter().chain(self.check_output(now, pending)).min();
        match self.phase {
            OutputPhase::Printing => SinkState::Open(next),
            OutputPhase::Printed if self.queue.progress().waiting > 0 => SinkState::Open(next),
            OutputPhase::Printed => SinkState::Written,
            // First it counts the events that wait for it.
            OutputPhase::CountingLost(_) if !was_lost => SinkState::Open(Some(now)),
            OutputPhase::CountingLost(_) => SinkState::Failed,
        }
    }

    fn finish(&mut self) -> Result<()> {
        match mem::replace(&mut self.phase, OutputPhase::Printed) {
            OutputPhase::Printing | OutputPhase::Printed => Ok(()),
            OutputPhase::CountingLost(lost) => lost.into_result(),
        }
    }
}

impl Drop for NdjsonSink {
    fn drop(&mut self) {
        // This ends the writing thread.
        self.queue.close();
    }
}
