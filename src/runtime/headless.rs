//! Without a dashboard: what happens, as one JSON object a line on standard output.
//!
//! Of a lesson only the clients, their crowds and the switches are played: the rest is for the dashboard.
//!
//! An output that takes nothing holds this up, and so the server's feed; what the server does then is its overload
//! policy. An output that nobody reads any more ends the program, quietly.

mod printer;

use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::os::fd::AsFd;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::app::Event;
use crate::app::command::Command;
use crate::model::event::Fact;
use crate::server::{Feed, Patience, Server};

use super::ending::{self, Ending};
use super::inbox::{Inbox, Input};
use super::kinds::Kinds;
use super::lesson::Script;
use super::signals::{self, Taken};
use super::stage::Stage;
use super::timing::{Beat, Clock, Due};
use super::watch;
use printer::Printer;
pub(super) use printer::add_text;

/// How long nothing may be looked at, when nothing is planned and nobody rings.
const IDLE: Duration = Duration::from_secs(60);

/// How often it is looked whether a crowd has ended.
const LOOK: Duration = Duration::from_secs(1);

/// Prints what happens until the server has ended or nobody reads any more. Meanwhile a lesson is played, if there is one,
/// so many times faster than written.
///
/// # Errors
///
/// When the output cannot be written, for another reason than that nobody reads it.
pub(super) fn run(
    server: &Server,
    feed: Feed,
    clock: Clock,
    kinds: Kinds,
    lesson: Option<(Script, u32)>,
) -> Result<()> {
    let (inbox, poster) = Inbox::new(feed.bell());
    signals::watch(Taken::Ends, poster.clone()).context("signals cannot be taken")?;
    let stage = Stage::new(server.addresses(), lesson, poster.clone()).context("no client can be started")?;
    // Around the standard library's buffer, which would write at every line.
    let output = io::stdout().as_fd().try_clone_to_owned().context("there is no standard output")?;
    let watched = output.try_clone().context("standard output cannot be watched")?;
    watch::gone(watched, move || poster.post(Input::Gone)).context("standard output cannot be watched")?;
    let mut printing = Printing { server, feed, inbox, clock, stage, looks: Beat::new(LOOK), ending: None };
    match printing.follow(Printer::new(File::from(output), kinds)) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(error).context("standard output cannot be written")
        }
        _ => Ok(()),
    }
}

struct Printing<'a> {
    server: &'a Server,
    feed: Feed,
    inbox: Inbox,
    clock: Clock,
    stage: Stage,
    /// When the crowds are looked after, if something else is to be done anyway.
    looks: Beat,
    ending: Option<Ending>,
}

/// Whether to go on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Onward {
    Yes,
    No,
}

impl Printing<'_> {
    fn follow<W: Write>(&mut self, mut printer: Printer<W>) -> io::Result<()> {
        let bell = Arc::clone(&self.feed.bell());
        let mut facts = Vec::new();
        loop {
            if self.take_inputs() == Onward::No {
                return Ok(());
            }
            self.keep_time();
            self.feed.drain(&mut facts);
            if facts.is_empty() {
                printer.flush()?;
                if self.ending.as_mut().is_some_and(|ending| ending.is_over(self.server)) {
                    return printer.end(self.feed.now());
                }
                bell.wait(Patience::Any, self.next());
            }
            for stamped in facts.drain(..) {
                if stamped.fact == Fact::Stopped {
                    return printer.end(stamped.at);
                }
                self.clock.observe(&stamped.fact);
                printer.print(&stamped)?;
            }
        }
    }

    fn take_inputs(&mut self) -> Onward {
        while let Some(input) = self.inbox.next() {
            match input {
                Input::End => self.end(),
                Input::Gone => return Onward::No,
                Input::Told(told) => self.stage.told(told),
                _ => {}
            }
        }
        Onward::Yes
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
        self.stage.clear();
        match &mut self.ending {
            None => self.ending = Some(Ending::begin(self.server, ending::IN_ORDER)),
            Some(ending) => ending.hurry(self.server),
        }
    }

    fn next(&self) -> Instant {
        let planned = self
            .clock
            .next()
            .into_iter()
            .chain(self.stage.next())
            .chain(self.ending.as_ref().map(Ending::next))
            .min();
        planned.unwrap_or_else(|| Instant::now() + IDLE)
    }
}

#[cfg(test)]
mod tests;
