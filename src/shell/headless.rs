//! The headless mode: prints what happens as NDJSON on standard output.
//!
//! Of a lesson only the clients, the load generators and the switches are played; the rest needs the dashboard.
//!
//! An output that takes nothing does not block this loop: timers and signals still work. It does block the server's
//! feed; the overload policy says what the server does then. Once the shutdown has begun, the output has a few
//! seconds for the rest, and the lines that it did not take are counted. An output whose reader is gone ends the
//! program without an error.

mod delivery;
mod grace_period;
mod outcome;
mod printer;

use std::io;
use std::ops::ControlFlow;
use std::os::fd::AsFd;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::app::AppEvent;
use crate::app::action::Action;
use crate::event::Command;
use crate::server::{FactReceiver, Server, WakeOn};

use crate::event::codec::LineKinds;
use crate::shell::demo::clients::DemoClients;
use crate::shell::demo::lesson::{Script, Speed};
use crate::shell::headless::delivery::{Delivery, NextStep, RunState};
use crate::shell::headless::grace_period::{GracePeriod, Verdict};
use crate::shell::headless::outcome::PrintOutcome;
pub(crate) use crate::shell::headless::printer::add_text;
use crate::shell::inbox::{Inbox, Input};
use crate::shell::shutdown::Shutdown;
use crate::shell::signals::SignalSet;
use crate::shell::sink::{OutputWriter, WriteProgress};
use crate::shell::terminal::hangup;
use crate::shell::timers::{Interval, TimerSchedule};
use crate::shell::{shutdown, signals};

/// The longest wait when no timer is set and nothing wakes the loop.
const IDLE: Duration = Duration::from_secs(60);

/// The interval at which the loop checks whether a load process has ended.
const LOAD_CHECK_INTERVAL: Duration = Duration::from_secs(1);

/// The time that the output has after the second request to stop.
const FORCED_OUTPUT_TIMEOUT: Duration = shutdown::FORCE_TIMEOUT.saturating_add(Duration::from_millis(100));

/// Prints what happens until the server has stopped or the reader of the output is gone. If there is a lesson, it is
/// played at this speed meanwhile.
///
/// # Errors
///
/// When the output cannot be written for another reason than a missing reader, or when it did not take everything.
pub(crate) fn run(
    server: &Server,
    feed: FactReceiver,
    schedule: TimerSchedule,
    kinds: LineKinds,
    lesson: Option<(Script, Speed)>,
) -> Result<()> {
    let (inbox, poster) = Inbox::new(feed.waker());
    signals::handle(SignalSet::Stop, poster.clone()).context("signals cannot be taken")?;
    let demo_clients =
        DemoClients::new(server.addresses(), lesson, poster.clone()).context("no client can be started")?;
    let output = io::stdout().as_fd().try_clone_to_owned().context("there is no standard output")?;
    let watched = output.try_clone().context("standard output cannot be watched")?;
    let gone = poster.clone();
    hangup::on_hangup(watched, move || gone.post(Input::Hangup))
        .context("standard output cannot be watched")?;
    let output = OutputWriter::new(output).context("standard output cannot be used")?;
    let delivery = Delivery::start(output, kinds, move || poster.wake());
    let delivery = delivery.context("standard output cannot be written")?;
    let load_checks = Interval::new(LOAD_CHECK_INTERVAL);
    Headless { server, feed, inbox, schedule, demo_clients, load_checks, delivery, stopping: None }
        .follow()?
        .into_result()
}

struct Headless<'a> {
    server: &'a Server,
    feed: FactReceiver,
    inbox: Inbox,
    schedule: TimerSchedule,
    demo_clients: DemoClients,
    /// When to check the load processes. The loop does not wake up just for this.
    load_checks: Interval,
    delivery: Delivery,
    stopping: Option<Stopping>,
}

/// The time limits of a shutdown in progress.
struct Stopping {
    server: Shutdown,
    output: GracePeriod,
}

impl Headless<'_> {
    fn follow(&mut self) -> io::Result<PrintOutcome> {
        let waker = Arc::clone(&self.feed.waker());
        loop {
            if self.take_inputs().is_break() {
                return Ok(PrintOutcome::ReaderGone);
            }
            self.keep_time();
            if let Some(error) = self.delivery.failure() {
                if delivery::is_reader_gone(&error) {
                    return Ok(PrintOutcome::ReaderGone);
                }
                self.delivery.give_up(Some(error));
                self.begin_end();
            }
            let state = if self.stopping.is_some() { RunState::Stopping } else { RunState::Running };
            let next = self.delivery.take(&mut self.feed, &mut self.schedule, state)?;
            if let Some(outcome) = self.outcome()? {
                return Ok(outcome);
            }
            if next != NextStep::Print {
                let wake_on = if next == NextStep::AwaitFacts { WakeOn::Fact } else { WakeOn::Urgent };
                let until = self.next();
                waker.wait(wake_on, until);
            }
        }
    }

    /// Handles the inputs. Breaks when the reader of the output is gone.
    fn take_inputs(&mut self) -> ControlFlow<()> {
        while let Some(input) = self.inbox.next() {
            match input {
                Input::Stop => self.end(),
                Input::Hangup => return ControlFlow::Break(()),
                Input::ClientConnect(told) => self.demo_clients.on_connect_result(told),
                _ => {}
            }
        }
        ControlFlow::Continue(())
    }

    fn keep_time(&mut self) {
        let now = Instant::now();
        if self.load_checks.has_elapsed(now) {
            self.demo_clients.check_processes();
        }
        while let Some(event) = self.demo_clients.due(now) {
            match event {
                AppEvent::ActionRequested(Action::SwitchTo(to)) => self.server.command(Command::Switch(to)),
                AppEvent::ActionRequested(Action::SwitchBackend) => {
                    self.server.command(Command::Switch(self.schedule.backend().other()));
                }
                _ => {}
            }
        }
        while let Some(due) = self.schedule.due(now) {
            match due {
                Command::Stop => self.end(),
                Command::Switch(_)
                | Command::Connection(..)
                | Command::StartFault(_)
                | Command::EndFault(_) => self.server.command(due),
            }
        }
    }

    fn end(&mut self) {
        match &mut self.stopping {
            None => self.begin_end(),
            Some(stopping) => {
                stopping.server.force(self.server);
                stopping.output.limit_to(Instant::now(), FORCED_OUTPUT_TIMEOUT);
            }
        }
    }

    fn begin_end(&mut self) {
        if self.stopping.is_none() {
            self.demo_clients.clear();
            let output = GracePeriod::start(Instant::now(), self.delivery.progress().written);
            let server = Shutdown::start(self.server, shutdown::DRAIN_TIMEOUT);
            self.stopping = Some(Stopping { server, output });
        }
    }

    /// The outcome, once printing has ended.
    fn outcome(&mut self) -> io::Result<Option<PrintOutcome>> {
        if self.delivery.is_printed() {
            // After a server that stopped by itself, the output has its time too.
            self.begin_end();
        }
        let Some(stopping) = &mut self.stopping else { return Ok(None) };
        self.delivery.notify_when_written();
        let over = stopping.server.is_done(self.server);
        if over {
            self.delivery.end(self.feed.now())?;
        }
        let WriteProgress { written, waiting, .. } = self.delivery.progress();
        if stopping.output.judge(Instant::now(), written, waiting) == Verdict::GiveUp {
            self.delivery.give_up(None);
        }
        Ok(self.delivery.outcome(over))
    }

    fn next(&mut self) -> Instant {
        let now = Instant::now();
        let hint = self.delivery.hint(now);
        let ending = self.stopping.as_ref().map(|stopping| stopping.server.next()).filter(|at| *at > now);
        let waiting = self.delivery.progress().waiting;
        let look = (self.stopping.is_some() && waiting > 0).then(|| now + grace_period::CHECK_INTERVAL);
        let planned = [self.schedule.next(), self.demo_clients.next(), hint, ending, look];
        planned.into_iter().flatten().min().unwrap_or_else(|| now + IDLE)
    }
}

#[cfg(test)]
mod tests;
