//! The headless mode: prints what happens as NDJSON on standard output.
//!
//! Of a lesson only the clients, the load generators and the switches are played; the rest needs the dashboard.
//!
//! An output that takes nothing does not block this loop: timers and signals still work. It does block the server's
//! feed; the overload policy says what the server does then. Once the shutdown has begun, the output has a few
//! seconds for the rest, and the lines that it did not take are counted. An output whose reader is gone ends the
//! program without an error.

mod delivery;
mod grace;
mod outcome;
mod printer;

use std::io;
use std::ops::ControlFlow;
use std::os::fd::AsFd;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::app::Event;
use crate::app::command::Command;
use crate::server::{Feed, Patience, Server};

use super::ending::{self, Ending};
use super::inbox::{Inbox, Input};
use super::kinds::Kinds;
use super::lesson::{Script, Speed};
use super::signals::{self, Taken};
use super::sink::{Output, Standing};
use super::stage::Stage;
use super::timing::{Beat, Clock, Due};
use super::watch;
use delivery::{Course, Delivery, Next};
use grace::{Grace, Verdict};
use outcome::Outcome;
pub(super) use printer::add_text;

/// The longest wait when no timer is set and nothing wakes the loop.
const IDLE: Duration = Duration::from_secs(60);

/// The interval at which the loop checks whether a load process has ended.
const LOOK: Duration = Duration::from_secs(1);

/// The time that the output has after the second request to stop.
const HURRIED: Duration = ending::HURRIED.saturating_add(Duration::from_millis(100));

/// Prints what happens until the server has stopped or the reader of the output is gone. If there is a lesson, it is
/// played at this speed meanwhile.
///
/// # Errors
///
/// When the output cannot be written for another reason than a missing reader, or when it did not take everything.
pub(super) fn run(
    server: &Server,
    feed: Feed,
    clock: Clock,
    kinds: Kinds,
    lesson: Option<(Script, Speed)>,
) -> Result<()> {
    let (inbox, poster) = Inbox::new(feed.bell());
    signals::watch(Taken::Ends, poster.clone()).context("signals cannot be taken")?;
    let stage = Stage::new(server.addresses(), lesson, poster.clone()).context("no client can be started")?;
    let output = io::stdout().as_fd().try_clone_to_owned().context("there is no standard output")?;
    let watched = output.try_clone().context("standard output cannot be watched")?;
    let gone = poster.clone();
    watch::gone(watched, move || gone.post(Input::Gone)).context("standard output cannot be watched")?;
    let output = Output::new(output).context("standard output cannot be used")?;
    let delivery = Delivery::start(output, kinds, move || poster.wake());
    let delivery = delivery.context("standard output cannot be written")?;
    let looks = Beat::new(LOOK);
    Printing { server, feed, inbox, clock, stage, looks, delivery, stopping: None }.follow()?.told()
}

struct Printing<'a> {
    server: &'a Server,
    feed: Feed,
    inbox: Inbox,
    clock: Clock,
    stage: Stage,
    /// When to check the load processes. The loop does not wake up just for this.
    looks: Beat,
    delivery: Delivery,
    stopping: Option<Stopping>,
}

/// The time limits of a shutdown in progress.
struct Stopping {
    server: Ending,
    output: Grace,
}

impl Printing<'_> {
    fn follow(&mut self) -> io::Result<Outcome> {
        let bell = Arc::clone(&self.feed.bell());
        loop {
            if self.take_inputs().is_break() {
                return Ok(Outcome::Enough);
            }
            self.keep_time();
            if let Some(error) = self.delivery.failure() {
                if delivery::is_unread(&error) {
                    return Ok(Outcome::Enough);
                }
                self.delivery.give_up(Some(error));
                self.begin_end();
            }
            let course = if self.stopping.is_some() { Course::Ending } else { Course::Running };
            let next = self.delivery.take(&mut self.feed, &mut self.clock, course)?;
            if let Some(outcome) = self.outcome()? {
                return Ok(outcome);
            }
            if next != Next::Print {
                let patience = if next == Next::Facts { Patience::Any } else { Patience::Urgent };
                let until = self.next();
                bell.wait(patience, until);
            }
        }
    }

    /// Handles the inputs. Breaks when the reader of the output is gone.
    fn take_inputs(&mut self) -> ControlFlow<()> {
        while let Some(input) = self.inbox.next() {
            match input {
                Input::End => self.end(),
                Input::Gone => return ControlFlow::Break(()),
                Input::Told(told) => self.stage.told(told),
                _ => {}
            }
        }
        ControlFlow::Continue(())
    }

    fn keep_time(&mut self) {
        let now = Instant::now();
        if self.looks.has_come(now) {
            self.stage.look();
        }
        while let Some(event) = self.stage.due(now) {
            match event {
                Event::Asked(Command::SwitchTo(to)) => self.server.switch(to),
                Event::Asked(Command::SwitchBackend) => self.server.switch(self.clock.backend().other()),
                _ => {}
            }
        }
        while let Some(due) = self.clock.due(now) {
            match due {
                Due::Switch(to) => self.server.switch(to),
                Due::Stop => self.end(),
            }
        }
    }

    fn end(&mut self) {
        match &mut self.stopping {
            None => self.begin_end(),
            Some(stopping) => {
                stopping.server.hurry(self.server);
                stopping.output.hurry(Instant::now(), HURRIED);
            }
        }
    }

    fn begin_end(&mut self) {
        if self.stopping.is_none() {
            self.stage.clear();
            let output = Grace::begin(Instant::now(), self.delivery.standing().written);
            let server = Ending::begin(self.server, ending::IN_ORDER);
            self.stopping = Some(Stopping { server, output });
        }
    }

    /// The outcome, once printing has ended.
    fn outcome(&mut self) -> io::Result<Option<Outcome>> {
        if self.delivery.is_printed() {
            // After a server that stopped by itself, the output has its time too.
            self.begin_end();
        }
        let Some(stopping) = &mut self.stopping else { return Ok(None) };
        self.delivery.tell_when_written();
        let over = stopping.server.is_over(self.server);
        if over {
            self.delivery.end(self.feed.now())?;
        }
        let Standing { written, waiting, .. } = self.delivery.standing();
        if stopping.output.judge(Instant::now(), written, waiting) == Verdict::GiveUp {
            self.delivery.give_up(None);
        }
        Ok(self.delivery.outcome(over))
    }

    fn next(&mut self) -> Instant {
        let now = Instant::now();
        let hint = self.delivery.hint(now);
        let ending = self.stopping.as_ref().map(|stopping| stopping.server.next()).filter(|at| *at > now);
        let waiting = self.delivery.standing().waiting;
        let look = (self.stopping.is_some() && waiting > 0).then(|| now + grace::LOOK);
        let planned = [self.clock.next(), self.stage.next(), hint, ending, look];
        planned.into_iter().flatten().min().unwrap_or_else(|| now + IDLE)
    }
}

#[cfg(test)]
mod tests;
