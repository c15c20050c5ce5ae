//! The one loop of the program: inputs, events, timers, sinks, a frame, and then a wait in one place.
//!
//! While the app has bytes to search and nothing else is to be done, it gets the time for that in short turns.
//! Events go from the source to every sink and to the app of the dashboard, in slices, so that keys come between them.
//! Without a dashboard, the clients, the loads and the switches of a lesson are played; all other steps need one.
//! Nothing here blocks. A sink that is not ready leaves the events in the source, and the overload policy says what
//! the server does then; timers and signals still work. Once the session stops, the events are taken in any case, up to
//! a limit, because the source needs the room to complete its stop.

mod pending;
mod search_turn;
mod stopping;

use std::io;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use ratatui::layout::Size;

use crate::app::{AppEvent, Effect, RecordingNews};
use crate::event::{Demand, Event, ServerEvent, Stamped, Timestamp};
use crate::logging;
use crate::server::{ConsumerWaker, WakeOn};
use crate::shell::dashboard;
use crate::shell::dashboard::{Dashboard, Redraw, Wait};
use crate::shell::effects::{EffectTargets, StopReason};
use crate::shell::inbox::{Inbox, Input};
use crate::shell::session::pending::PendingEvents;
use crate::shell::session::search_turn::SearchTurn;
use crate::shell::session::stopping::Stopping;
use crate::shell::sink::{Sink, SinkState};
use crate::shell::terminal::screen::Screen;
use crate::shell::timers::{Interval, TimerSchedule};
use crate::shell::totals::RunTotals;

/// The number of bytes that are passed on to sinks between two checks for inputs and for their room.
const BYTES_PER_TURN: usize = 64 << 10;

/// The largest number of bytes that are taken from the source and not passed on yet, while sinks are not ready.
const MAX_BACKLOG: usize = 64 << 20;

/// The interval at which ages and rates are updated without any event, and load processes are checked.
const TICK: Duration = Duration::from_secs(1);

/// The longest wait when no timer is set and nothing wakes the loop.
const IDLE: Duration = Duration::from_secs(60);

/// A source, what its events are for, and what may happen meanwhile.
pub(crate) struct Session {
    targets: EffectTargets,
    sinks: Vec<Box<dyn Sink>>,
    inbox: Inbox,
    timers: TimerSchedule,
    waker: Arc<ConsumerWaker>,
    totals: RunTotals,
    events: PendingEvents,
    tick: Interval,
    /// When a sink has to be checked at the latest.
    next_check: Option<Instant>,
    /// Why a sink that is not there any more did not write everything; the first of them.
    detached: Result<()>,
    /// Whether no event follows, as the sinks know.
    ended: bool,
    stopping: Option<Stopping>,
    /// What the source was told that is needed.
    demand: Option<Demand>,
}

impl Session {
    /// A session that is ready to run.
    pub(crate) fn new(
        mut targets: EffectTargets,
        sinks: Vec<Box<dyn Sink>>,
        inbox: Inbox,
        timers: TimerSchedule,
    ) -> Self {
        targets.set_up_terminal(Screen::repaint);
        let mut session = Self {
            waker: targets.source.waker(),
            events: PendingEvents::new(targets.source.now()),
            targets,
            sinks,
            inbox,
            timers,
            totals: RunTotals::default(),
            tick: Interval::new(TICK),
            next_check: None,
            detached: Ok(()),
            ended: false,
            stopping: None,
            demand: None,
        };
        session.set_demand();
        session
    }

    /// Runs until the source has stopped and the sinks have written everything, or the reader of the output is gone.
    ///
    /// # Errors
    ///
    /// When a sink did not write everything, or the totals cannot be printed on the terminal.
    pub(crate) fn run(mut self) -> Result<()> {
        self.follow()?;
        self.stopping.map_or(Ok(()), |stopping| stopping.finish(&self.totals))?;
        self.sinks.iter_mut().try_for_each(|sink| sink.finish())?;
        self.detached
        // The built-in clients are waited for when their owner is dropped, here.
    }

    fn follow(&mut self) -> io::Result<()> {
        loop {
            let ControlFlow::Continue(redraw) = self.take_inputs() else { return Ok(()) };
            self.add_recording();
            self.set_demand();
            let wake_on = self.take_events(redraw);
            self.keep_time();
            if let Some(reason) = self.targets.stop.take() {
                self.stop(reason);
            }
            self.end_events();
            if self.check_sinks().is_break() {
                return Ok(());
            }
            if let Some(dashboard) = &mut self.targets.dashboard {
                dashboard.draw(redraw)?;
            }
            let turn = search_turn::take(&mut self.targets, Instant::now);
            // What was found is still to be drawn.
            if let Some(wake_on) = wake_on.filter(|_| turn == SearchTurn::Nothing) {
                self.wait(wake_on);
            }
        }
    }

    /// Adds the sink of a recording that was started.
    fn add_recording(&mut self) {
        if let Some(sink) = self.targets.recorder.take_started() {
            self.sinks.push(Box::new(sink));
        }
    }

    /// Removes sinks that are not needed any more.
    fn remove_sinks(&mut self, detached: &[usize]) {
        for index in detached.iter().rev() {
            let finished = self.sinks.remove(*index).finish();
            self.detached = std::mem::replace(&mut self.detached, Ok(())).and(finished);
        }
        if !detached.is_empty() {
            self.set_demand();
            self.targets.report_recording();
        }
    }

    /// Tells the source what the sinks and the dashboard need.
    fn set_demand(&mut self) {
        let sinks = self.sinks.iter().map(|sink| sink.demand());
        let all = sinks.chain(self.targets.dashboard.as_ref().map(Dashboard::demand));
        let all = all.fold(Demand::COUNTS, Demand::union);
        if self.demand.replace(all) != Some(all) {
            self.targets.source.set_demand(all);
        }
    }

    /// Handles all inputs. Breaks when the reader of the output is gone.
    fn take_inputs(&mut self) -> ControlFlow<(), Redraw> {
        let mut redraw = Redraw::Data;
        let mut set_up: Option<fn(&mut Screen) -> io::Result<Size>> = None;
        while let Some(input) = self.inbox.next() {
            redraw = Redraw::Input;
            match input {
                Input::Terminal(event) => {
                    if let Some(event) = dashboard::app_event(event) {
                        self.targets.update(event);
                    }
                }
                // Dragging the border of the terminal sends many; only the last size matters.
                Input::Resized => {
                    set_up.get_or_insert(Screen::repaint);
                }
                Input::Continued => set_up = Some(Screen::reenter),
                Input::Suspend => self.targets.suspend(),
                Input::Stop => self.request_stop(),
                Input::TerminalGone => match &mut self.stopping {
                    None => self.stop(StopReason::TerminalGone),
                    Some(stopping) => stopping.hang_up(),
                },
                Input::ReaderGone => return ControlFlow::Break(()),
                Input::TmuxAnswered { copied, failure } => self.targets.tmux_answered(copied, failure),
                Input::PipeEnded(result) => self.targets.update(AppEvent::Piped(result)),
                #[cfg(feature = "fleet")]
                Input::Command(command) => self.targets.carry_out(Effect::Server(command)),
                Input::ClientConnect(result) => self.targets.demo_clients.on_connect_result(result),
            }
        }
        if let Some(set_up) = set_up {
            self.targets.set_up_terminal(set_up);
        }
        ControlFlow::Continue(redraw)
    }

    fn keep_time(&mut self) {
        let now = Instant::now();
        if let Some(stopping) = &mut self.stopping {
            return stopping.notify(now, &self.totals);
        }
        if self.tick.has_elapsed(now) {
            logging::collect();
            self.targets.report_recording();
            // Not the time of the clock: when events lag behind it, the rates of the last second would be 0.
            self.targets.update(AppEvent::Ticked(self.events.known_until()));
            for event in self.targets.demo_clients.check_processes() {
                self.targets.update(event);
            }
        }
        let at = self.targets.source.now();
        if let Some(sample) = self.targets.dashboard.as_mut().and_then(|shown| shown.sample(now, at)) {
            self.targets.update(sample);
        }
        while let Some(request) = self.targets.demo_clients.due(now) {
            self.targets.follow_lesson(request, self.timers.backend());
        }
        for command in self.targets.repeats.due(now) {
            self.targets.carry_out(Effect::Server(command));
        }
        while let Some(command) = self.timers.due(now) {
            self.targets.carry_out(Effect::Server(command));
        }
    }

    fn wait(&self, wake_on: WakeOn) {
        let now = Instant::now();
        let planned = match &self.stopping {
            Some(stopping) => [stopping.next(now), None, None],
            None => [self.timers.next(), self.targets.demo_clients.next(), self.targets.repeats.next()],
        };
        let rest = self.events.rest_until().filter(|_| wake_on == WakeOn::Urgent);
        let until = planned.into_iter().chain([self.next_check, rest]).flatten().min();
        let until = until.unwrap_or_else(|| now + IDLE);
        let wait = match &self.targets.dashboard {
            Some(dashboard) => dashboard.wait(now, until.min(self.tick.next())),
            // The loop does not wake up just for the load processes.
            None => Wait { wake_on, until },
        };
        let wake_on = if wake_on == WakeOn::Urgent { wake_on } else { wait.wake_on };
        self.waker.wait(wake_on, wait.until);
    }
}

/// Events.
impl Session {
    /// Passes the next events on to the sinks and to the app, if all are ready. Returns what to wait for; `None` if
    /// there are more events.
    fn take_events(&mut self, redraw: Redraw) -> Option<WakeOn> {
        let dashboard = self.targets.dashboard.as_ref();
        let (shown, held_back) =
            (dashboard.is_some(), dashboard.is_some_and(|shown| shown.holds_events_back(redraw)));
        if held_back {
            return self.events.is_empty().then_some(WakeOn::Event);
        }
        if !self.sinks.iter_mut().all(|sink| sink.is_ready()) {
            if self.stopping.is_some() && self.events.bytes() < MAX_BACKLOG {
                self.drain();
            }
            return Some(WakeOn::Urgent);
        }
        if self.events.is_empty() {
            if !shown && self.events.rest_until().is_some() {
                return Some(WakeOn::Urgent);
            }
            self.drain();
        }
        let events = self.events.next_slice(if self.sinks.is_empty() { usize::MAX } else { BYTES_PER_TURN });
        // Without a dashboard, which lets events accumulate, another look is worth it before a short batch is written.
        let last = self.events.is_empty() && (shown || events.is_empty());
        self.pass_on(events);
        if last {
            self.sinks.iter_mut().for_each(|sink| sink.flush());
        }
        last.then_some(WakeOn::Event)
    }

    fn pass_on(&mut self, mut events: Vec<Stamped>) {
        for event in &events {
            self.totals.observe(&event.event);
            self.timers.observe(&event.event);
        }
        let end = events.pop_if(|last| last.event == Event::Server(ServerEvent::Stopped));
        if !events.is_empty() {
            self.sinks.iter_mut().for_each(|sink| sink.take(&events));
            self.targets.update(AppEvent::Reported(events));
        }
        if let Some(Stamped { at, .. }) = end {
            self.tell_end(at);
        }
    }

    fn drain(&mut self) {
        if self.targets.source.take_restart() {
            self.totals = RunTotals::default();
            self.targets.update(AppEvent::Reading(RecordingNews::Restarted));
        }
        let taken = self.events.drain(self.targets.source.as_mut());
        self.targets.tell_news();
        if let Some(dashboard) = self.targets.dashboard.as_mut().filter(|_| taken > 0) {
            dashboard.events_taken(taken);
        }
    }
}

/// The end.
impl Session {
    /// Handles a request of the user to stop; a second one means at once.
    fn request_stop(&mut self) {
        let Some(stopping) = &mut self.stopping else { return self.stop(StopReason::Requested) };
        if stopping.request(self.targets.source.as_mut()) {
            self.stop_sinks();
        }
    }

    /// Begins to stop, if that has not begun.
    fn stop(&mut self, reason: StopReason) {
        if self.stopping.is_some() {
            return;
        }
        self.targets.demo_clients.clear();
        let mut stopping = Stopping::start(self.targets.source.as_mut());
        self.stop_sinks();
        if let Some(dashboard) = self.targets.dashboard.take() {
            stopping.leave(dashboard, reason);
            self.set_demand();
        }
        self.stopping = Some(stopping);
    }

    fn stop_sinks(&mut self) {
        let now = Instant::now();
        self.sinks.iter_mut().for_each(|sink| sink.stop(now));
    }

    /// Ends the events of a source that is not waited for any longer. Stops the session of one that has stopped by
    /// itself, unless its events are still looked at.
    fn end_events(&mut self) {
        if self.ended {
            if self.targets.dashboard.is_none() {
                self.stop(StopReason::Requested);
            }
            return;
        }
        let source = self.targets.source.as_mut();
        let over = self.stopping.as_mut().is_some_and(|stopping| stopping.is_over(source));
        let at = source.now();
        if over && self.events.is_empty() {
            self.tell_end(at);
        }
    }

    /// Tells the sinks that no event follows.
    fn tell_end(&mut self, at: Timestamp) {
        self.ended = true;
        self.sinks.iter_mut().for_each(|sink| sink.end(at));
    }

    /// Looks after the sinks. Breaks when the session is over.
    fn check_sinks(&mut self) -> ControlFlow<()> {
        let (now, pending) = (Instant::now(), self.events.len());
        let (mut open, mut failed, mut detached) = (false, false, Vec::new());
        self.next_check = None;
        for (index, sink) in self.sinks.iter_mut().enumerate() {
            match sink.check(now, pending) {
                SinkState::Open(next) => {
                    open = true;
                    self.next_check = self.next_check.into_iter().chain(next).min();
                }
                SinkState::Written => {}
                SinkState::Detached => detached.push(index),
                SinkState::Failed => failed = true,
                SinkState::ReaderGone => return ControlFlow::Break(()),
            }
        }
        self.remove_sinks(&detached);
        if failed && self.stopping.is_none() {
            self.stop(StopReason::Requested);
            // The next turn is taken at once: from now on the time of the other sinks is limited.
            self.next_check = Some(now);
        }
        let over = self.stopping.is_some() && self.ended && self.events.is_empty();
        if over && !open { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

#[cfg(test)]
mod tests;
