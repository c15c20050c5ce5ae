//! The loop of the dashboard: take inputs and facts, update the app, draw a frame when it is due.
//!
//! One thread waits in one place. The first fact after a pause is taken at once; the facts of the rest of that frame
//! accumulate and are taken together, unless they become too many. A key takes precedence over facts that are still
//! to be taken: with a thousand busy threads the scheduler gives this one its time slice of a millisecond only now
//! and then. Nothing is drawn when nothing changed, or while the terminal has not taken the last frame.

mod frames;
mod pace;
mod parting;

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};
use std::vec;

use anyhow::{Context, Result};
use jiff::tz::TimeZone;
use ratatui::crossterm::event::Event as Typed;
use ratatui::layout::Size;
use tracing::warn;

use crate::app::{App, Clipboard, Effect, Event, Palette, Setup};
use crate::bytes::stamp::stamp;
use crate::logging;
use crate::model::event::Stamped;
use crate::model::{Budget, Hurt, Moment, Pain};
use crate::server::{Bell, Feed, Server};
use crate::ui::{self, guard::Charset, logs::Logs};

use super::inbox::{Inbox, Input};
use super::input::{self, Reading};
use super::lesson::{Script, Speed};
use super::process::Sampler;
use super::screen::{Notice, Screen};
use super::signals::{self, Taken};
use super::stage::Stage;
use super::tally::Tally;
use super::timing::{Beat, Clock, Due};
use frames::Frames;
use pace::{Because, Pace};

/// The number of facts that are applied between two checks for keys: well under a millisecond of work.
const BITE: usize = 256;

/// The interval at which ages and rates are updated without any event.
const TICK: Duration = Duration::from_secs(1);

/// Shows the dashboard until the user quits, then restores the terminal and shuts the server down. If there is a
/// lesson, it is played at this speed meanwhile.
///
/// # Errors
///
/// When the terminal cannot be set up or read.
pub(super) fn run(
    server: &Server,
    feed: Feed,
    clock: Clock,
    budget: Budget,
    lesson: Option<(Script, Speed)>,
    charset: Charset,
) -> Result<()> {
    let bell = feed.bell();
    let (inbox, poster) = Inbox::new(Arc::clone(&bell));
    signals::watch(Taken::Terminal, poster.clone()).context("signals cannot be taken")?;
    let notices = poster.clone();
    let screen = Screen::enter(charset, move |notice| match notice {
        Notice::Ready => notices.wake(),
        Notice::Gone => notices.post(Input::Gone),
    });
    let screen = screen.context("the terminal cannot show the dashboard (use --headless)")?;
    let stage = Stage::new(server.addresses(), lesson, poster.clone()).context("no client can be started")?;
    let reading = input::read(poster).context("no keys can be read from the terminal (use --headless)")?;
    let app = App::new(setup(server, &feed, budget));
    let (known, readings) = (feed.now(), Beat::new(clock.between_readings()));
    let mut dashboard = Dashboard {
        server,
        feed,
        bell,
        inbox,
        clock,
        screen,
        reading,
        stage,
        app,
        logs: Logs::new(),
        sampler: Sampler::new(),
        tally: Tally::default(),
        pace: Pace::new(),
        frames: Frames::default(),
        tick: Beat::new(TICK),
        readings,
        known,
        facts: Vec::new().into_iter(),
        drained: known,
        end: None,
    };
    let end = dashboard.follow()?;
    parting::part(dashboard, end)
}

/// Collects what the app has to know about its environment. The size follows with the first repaint.
fn setup(server: &Server, feed: &Feed, budget: Budget) -> Setup {
    let offset = TimeZone::system().to_offset(stamp(feed.now().0));
    // https://no-color.org: any value but an empty one.
    let mono = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let tmux = std::env::var_os("TMUX").is_some_and(|value| !value.is_empty());
    let limits = server.limits();
    let capacity = [("async", &limits.connections), ("threads", &limits.threads)];
    Setup {
        budget,
        utc_offset_seconds: offset.seconds(),
        theme: if mono { Palette::Mono } else { Palette::Terminal },
        now: feed.now(),
        size: Size::default(),
        capacity: capacity
            .map(|(backend, limit)| format!("{backend} holds {}, set by {}", limit.connections, limit.set_by))
            .to_vec(),
        clipboard: if tmux { Clipboard::Tmux } else { Clipboard::Terminal },
        version: env!("CARGO_PKG_VERSION").to_owned(),
    }
}

/// Why the loop ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum End {
    /// The user, a signal or the configured time stopped the program.
    Asked,
    /// The terminal is gone.
    Gone,
}

/// The state of the loop.
struct Dashboard<'a> {
    server: &'a Server,
    feed: Feed,
    bell: Arc<Bell>,
    inbox: Inbox,
    clock: Clock,
    screen: Screen,
    /// Keys are read until this is dropped.
    reading: Reading,
    stage: Stage,
    app: App,
    logs: Logs,
    sampler: Sampler,
    tally: Tally,
    pace: Pace,
    frames: Frames,
    tick: Beat,
    /// When to sample the resource usage of the process.
    readings: Beat,
    /// The app knows all facts up to this time.
    known: Moment,
    /// Facts that are taken from the feed and not applied to the app yet.
    facts: vec::IntoIter<Stamped>,
    /// The feed was drained at this time.
    drained: Moment,
    end: Option<End>,
}

impl Dashboard<'_> {
    fn follow(&mut self) -> Result<End> {
        let taken = self.screen.repaint();
        self.resized(taken);
        loop {
            let because = self.take_inputs();
            if because != Because::Pressed && !self.pace.is_pressed_for(Instant::now()) {
                self.take_facts();
            }
            self.keep_time();
            if let Some(end) = self.end {
                return Ok(end);
            }
            if self.app.take_dirty() {
                self.pace.changed(because);
            }
            self.draw()?;
            if self.facts.len() > 0 {
                continue;
            }
            let next = self.tick.next().min(self.readings.next());
            let next = self.clock.next().into_iter().chain(self.stage.next()).fold(next, Instant::min);
            let wait = self.pace.wait(Instant::now(), next);
            self.bell.wait(wait.patience, wait.until);
        }
    }

    fn take_inputs(&mut self) -> Because {
        let mut because = Because::Reported;
        let mut size = None;
        while let Some(input) = self.inbox.next() {
            because = Because::Pressed;
            match input {
                Input::Terminal(Typed::Key(key)) => self.update(Event::Key(key)),
                Input::Terminal(Typed::Mouse(mouse)) => self.update(Event::Mouse(mouse)),
                Input::Terminal(Typed::Paste(text)) => self.update(Event::Pasted(text)),
                Input::Terminal(_) => {}
                // Dragging the border of the terminal sends many; only the last size matters.
                Input::Resized => size = Some(Input::Resized),
                Input::Continued => size = Some(Input::Continued),
                Input::Suspend => self.carry_out(Effect::Suspend),
                Input::End => self.end = Some(End::Asked),
                Input::Gone => self.end = Some(End::Gone),
                Input::Told(told) => self.stage.told(told),
            }
        }
        match size {
            Some(Input::Continued) => {
                let taken = self.screen.retake();
                self.resized(taken);
            }
            Some(_) => {
                let taken = self.screen.repaint();
                self.resized(taken);
            }
            None => {}
        }
        because
    }

    /// Applies the next facts to the app.
    fn take_facts(&mut self) {
        if self.facts.len() == 0 {
            let mut facts = Vec::new();
            self.drained = self.feed.drain(&mut facts);
            if !facts.is_empty() {
                self.pace.took_facts(Instant::now());
            }
            self.facts = facts.into_iter();
        }
        let facts: Vec<_> = self.facts.by_ref().take(BITE).collect();
        for stamped in &facts {
            self.tally.observe(&stamped.fact);
            self.clock.observe(&stamped.fact);
        }
        if !facts.is_empty() {
            self.update(Event::Reported(facts));
        }
        if self.facts.len() == 0 {
            self.known = self.drained;
        }
    }

    fn keep_time(&mut self) {
        let now = Instant::now();
        if self.tick.has_come(now) {
            logging::collect();
            // Not the time of the clock: when facts lag behind it, the rates of the last second would be 0.
            self.update(Event::Ticked(self.known));
            for event in self.stage.look() {
                self.update(event);
            }
        }
        if self.readings.has_come(now) {
            let sample = self.sampler.sample(self.feed.now(), self.frames.time());
            self.update(Event::Sampled(sample));
        }
        while let Some(event) = self.stage.due(now) {
            self.update(event);
        }
        while let Some(due) = self.clock.due(now) {
            match due {
                Due::Switch(to) => self.server.switch(to),
                Due::Stop => self.end = Some(End::Asked),
            }
        }
    }

    fn draw(&mut self) -> io::Result<()> {
        let now = Instant::now();
        if self.pace.is_due(now) && self.screen.ready() {
            logging::collect();
            self.screen.draw(|frame| ui::draw(frame, &self.app, &self.logs))?;
            self.frames.drew(now.elapsed());
            self.pace.drew(now);
        }
        Ok(())
    }

    fn update(&mut self, event: Event) {
        for effect in self.app.update(event) {
            self.carry_out(effect);
        }
    }

    /// Carries out an effect of the app. No other function does.
    fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::Switch(to) => self.server.switch(to),
            Effect::Close(connection, how) => self.server.close(connection, how),
            Effect::Hurt(pain) => self.hurt(pain),
            Effect::Heal(hurt) => self.heal(hurt),
            Effect::Quit => self.end = Some(End::Asked),
            Effect::Suspend => {
                let taken = self.screen.suspend();
                self.resized(taken);
            }
            Effect::Mouse(pointer) => self.screen.give_mouse(pointer),
            Effect::Repaint => {
                let taken = self.screen.repaint();
                self.resized(taken);
            }
            Effect::Logs(command) => {
                self.logs.apply(command, &self.app);
                logging::follow_levels();
            }
            Effect::Lesson(control) => self.stage.control(control, Instant::now()),
            Effect::Copy(text) => {
                if let Err(error) = self.screen.copy(&text) {
                    warn!(%error, "nothing was copied");
                }
            }
        }
    }

    /// Starts a fault. The server handles faults of the handlers, and the built-in clients handle faults of clients.
    fn hurt(&mut self, pain: Pain) {
        self.server.hurt(pain);
        if let Some(event) = self.stage.hurt(pain) {
            self.update(event);
        }
    }

    fn heal(&mut self, hurt: Hurt) {
        self.server.heal(hurt);
        self.stage.heal(hurt);
    }

    /// Handles the result of setting up the terminal: it has a new size and is blank, or it is gone.
    fn resized(&mut self, taken: io::Result<Size>) {
        match taken {
            Ok(Size { width, height }) => {
                // Every cell must be drawn, even if the app does not change.
                self.pace.changed(Because::Pressed);
                self.update(Event::Resized { width, height });
            }
            Err(error) => {
                warn!(%error, "the terminal is lost");
                self.end = Some(End::Gone);
            }
        }
    }
}
