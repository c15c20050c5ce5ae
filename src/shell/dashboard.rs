//! The loop of the dashboard: take inputs and events, update the app, draw a frame when it is due.
//!
//! One thread waits in one place. The first event after a pause is taken at once; the events of the rest of that frame
//! accumulate and are taken together, unless they become too many. A key takes precedence over events that are still
//! to be taken: with a thousand busy threads the scheduler gives this one its time slice of a millisecond only now
//! and then. Nothing is drawn when nothing changed, or while the terminal has not taken the last frame.

mod frame_pacer;
mod frame_times;
mod shutdown;

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};
use std::vec;

use anyhow::{Context, Result};
use jiff::tz::TimeZone;
use ratatui::crossterm::event::Event as Typed;
use ratatui::layout::Size;
use tracing::warn;

use crate::app::{App, AppEvent, Clipboard, Effect, Palette, Setup};
use crate::bytes::stamp::stamp;
use crate::event::{Command, Stamped, Timestamp};
use crate::logging;
use crate::model::Budget;
use crate::server::{ConsumerWaker, FactReceiver, Server};
use crate::ui::{self, guard::Charset, logs::Logs};

use crate::shell::dashboard::frame_pacer::{FramePacer, Redraw};
use crate::shell::dashboard::frame_times::FrameTimes;
use crate::shell::demo::clients::DemoClients;
use crate::shell::demo::lesson::{Script, Speed};
use crate::shell::inbox::{Inbox, Input};
use crate::shell::signals;
use crate::shell::signals::SignalSet;
use crate::shell::terminal::input;
use crate::shell::terminal::input::InputGuard;
use crate::shell::terminal::screen::{Notice, Screen};
use crate::shell::timers::{Interval, TimerSchedule};
use crate::shell::totals::RunTotals;
use crate::shell::usage::Sampler;

/// The number of events that are applied between two checks for keys: well under a millisecond of work.
const FACTS_PER_TURN: usize = 256;

/// The interval at which ages and rates are updated without any event.
const TICK: Duration = Duration::from_secs(1);

/// Shows the dashboard until the user quits, then restores the terminal and shuts the server down. If there is a
/// lesson, it is played at this speed meanwhile.
///
/// # Errors
///
/// When the terminal cannot be set up or read.
pub(crate) fn run(
    server: &Server,
    feed: FactReceiver,
    schedule: TimerSchedule,
    budget: Budget,
    lesson: Option<(Script, Speed)>,
    charset: Charset,
) -> Result<()> {
    let waker = feed.waker();
    let (inbox, poster) = Inbox::new(Arc::clone(&waker));
    signals::handle(SignalSet::StopAndTerminal, poster.clone()).context("signals cannot be taken")?;
    let notices = poster.clone();
    let screen = Screen::enter(charset, move |notice| match notice {
        Notice::Ready => notices.wake(),
        Notice::Gone => notices.post(Input::Hangup),
    });
    let screen = screen.context("the terminal cannot show the dashboard (use --headless)")?;
    let demo_clients =
        DemoClients::new(server.addresses(), lesson, poster.clone()).context("no client can be started")?;
    let input_guard =
        input::read(poster).context("no keys can be read from the terminal (use --headless)")?;
    let app = App::new(setup(server, &feed, budget));
    let (known_until, sampling) = (feed.now(), Interval::new(schedule.sample_interval()));
    let mut dashboard = Dashboard {
        server,
        feed,
        waker,
        inbox,
        schedule,
        screen,
        input_guard,
        demo_clients,
        app,
        logs: Logs::new(),
        sampler: Sampler::new(),
        totals: RunTotals::default(),
        pacer: FramePacer::new(),
        frames: FrameTimes::default(),
        tick: Interval::new(TICK),
        sampling,
        known_until,
        events: Vec::new().into_iter(),
        drained_at: known_until,
        exit: None,
    };
    let end = dashboard.follow()?;
    shutdown::shut_down(dashboard, end)
}

/// Collects what the app has to know about its environment. The size follows with the first repaint.
fn setup(server: &Server, feed: &FactReceiver, budget: Budget) -> Setup {
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
enum ExitReason {
    /// The user, a signal or the configured time stopped the program.
    Requested,
    /// The terminal is gone.
    Hangup,
}

/// The state of the loop.
struct Dashboard<'a> {
    server: &'a Server,
    feed: FactReceiver,
    waker: Arc<ConsumerWaker>,
    inbox: Inbox,
    schedule: TimerSchedule,
    screen: Screen,
    /// Keys are read until this is dropped.
    input_guard: InputGuard,
    demo_clients: DemoClients,
    app: App,
    logs: Logs,
    sampler: Sampler,
    totals: RunTotals,
    pacer: FramePacer,
    frames: FrameTimes,
    tick: Interval,
    /// When to sample the resource usage of the process.
    sampling: Interval,
    /// The app knows all events up to this time.
    known_until: Timestamp,
    /// Events that are taken from the feed and not applied to the app yet.
    events: vec::IntoIter<Stamped>,
    /// The feed was drained at this time.
    drained_at: Timestamp,
    exit: Option<ExitReason>,
}

impl Dashboard<'_> {
    fn follow(&mut self) -> Result<ExitReason> {
        let taken = self.screen.repaint();
        self.resized(taken);
        loop {
            let redraw = self.take_inputs();
            if redraw != Redraw::Input && !self.pacer.input_frame_due(Instant::now()) {
                self.take_facts();
            }
            self.keep_time();
            if let Some(end) = self.exit {
                return Ok(end);
            }
            if self.app.take_dirty() {
                self.pacer.changed(redraw);
            }
            self.draw()?;
            if self.events.len() > 0 {
                continue;
            }
            let next = self.tick.next().min(self.sampling.next());
            let next =
                self.schedule.next().into_iter().chain(self.demo_clients.next()).fold(next, Instant::min);
            let wait = self.pacer.wait(Instant::now(), next);
            self.waker.wait(wait.wake_on, wait.until);
        }
    }

    fn take_inputs(&mut self) -> Redraw {
        let mut redraw = Redraw::Data;
        let mut size = None;
        while let Some(input) = self.inbox.next() {
            redraw = Redraw::Input;
            match input {
                Input::Terminal(Typed::Key(key)) => self.update(AppEvent::Key(key)),
                Input::Terminal(Typed::Mouse(mouse)) => self.update(AppEvent::Mouse(mouse)),
                Input::Terminal(Typed::Paste(text)) => self.update(AppEvent::Pasted(text)),
                Input::Terminal(_) => {}
                // Dragging the border of the terminal sends many; only the last size matters.
                Input::Resized => size = Some(Input::Resized),
                Input::Continued => size = Some(Input::Continued),
                Input::Suspend => self.carry_out(Effect::Suspend),
                Input::Stop => self.exit = Some(ExitReason::Requested),
                Input::Hangup => self.exit = Some(ExitReason::Hangup),
                Input::ClientConnect(told) => self.demo_clients.on_connect_result(told),
            }
        }
        match size {
            Some(Input::Continued) => {
                let taken = self.screen.reenter();
                self.resized(taken);
            }
            Some(_) => {
                let taken = self.screen.repaint();
                self.resized(taken);
            }
            None => {}
        }
        redraw
    }

    /// Applies the next events to the app.
    fn take_facts(&mut self) {
        if self.events.len() == 0 {
            let mut events = Vec::new();
            self.drained_at = self.feed.drain(&mut events);
            if !events.is_empty() {
                self.pacer.facts_taken(Instant::now());
            }
            self.events = events.into_iter();
        }
        let events: Vec<_> = self.events.by_ref().take(FACTS_PER_TURN).collect();
        for stamped in &events {
            self.totals.observe(&stamped.event);
            self.schedule.observe(&stamped.event);
        }
        if !events.is_empty() {
            self.update(AppEvent::Reported(events));
        }
        if self.events.len() == 0 {
            self.known_until = self.drained_at;
        }
    }

    fn keep_time(&mut self) {
        let now = Instant::now();
        if self.tick.has_elapsed(now) {
            logging::collect();
            // Not the time of the clock: when events lag behind it, the rates of the last second would be 0.
            self.update(AppEvent::Ticked(self.known_until));
            for event in self.demo_clients.check_processes() {
                self.update(event);
            }
        }
        if self.sampling.has_elapsed(now) {
            let sample = self.sampler.sample(self.feed.now(), self.frames.percentiles());
            self.update(AppEvent::Sampled(sample));
        }
        while let Some(event) = self.demo_clients.due(now) {
            self.update(event);
        }
        while let Some(due) = self.schedule.due(now) {
            self.command(due);
        }
    }

    fn draw(&mut self) -> io::Result<()> {
        let now = Instant::now();
        if self.pacer.frame_due(now) && self.screen.ready() {
            logging::collect();
            self.screen.draw(|frame| ui::draw(frame, &self.app, &self.logs))?;
            self.frames.record(now.elapsed());
            self.pacer.frame_drawn(now);
        }
        Ok(())
    }

    fn update(&mut self, event: AppEvent) {
        for effect in self.app.update(event) {
            self.carry_out(effect);
        }
    }

    /// Carries out an effect of the app. No other function does.
    fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::Server(command) => self.command(command),
            Effect::Quit => self.exit = Some(ExitReason::Requested),
            Effect::Suspend => {
                let taken = self.screen.suspend();
                self.resized(taken);
            }
            Effect::Mouse(pointer) => self.screen.set_pointer(pointer),
            Effect::Repaint => {
                let taken = self.screen.repaint();
                self.resized(taken);
            }
            Effect::Logs(action) => {
                self.logs.apply(action, &self.app);
                logging::apply_levels();
            }
            Effect::Lesson(control) => self.demo_clients.control(control, Instant::now()),
            Effect::Copy(text) => {
                if let Err(error) = self.screen.copy(&text) {
                    warn!(%error, "nothing was copied");
                }
            }
        }
    }

    /// Passes a command on. The server handles faults of the handlers, and the built-in clients handle faults of
    /// clients. The program ends with the server.
    fn command(&mut self, command: Command) {
        match command {
            Command::Switch(_) | Command::Connection(..) => self.server.command(command),
            Command::Stop => self.exit = Some(ExitReason::Requested),
            Command::StartFault(fault) => {
                self.server.command(command);
                if let Some(event) = self.demo_clients.start_fault(fault) {
                    self.update(event);
                }
            }
            Command::EndFault(kind) => {
                self.server.command(command);
                self.demo_clients.end_fault(kind);
            }
        }
    }

    /// Handles the result of setting up the terminal: it has a new size and is blank, or it is gone.
    fn resized(&mut self, taken: io::Result<Size>) {
        match taken {
            Ok(Size { width, height }) => {
                // Every cell must be drawn, even if the app does not change.
                self.pacer.changed(Redraw::Input);
                self.update(AppEvent::Resized { width, height });
            }
            Err(error) => {
                warn!(%error, "the terminal is lost");
                self.exit = Some(ExitReason::Hangup);
            }
        }
    }
}
