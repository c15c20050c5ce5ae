//! Timers of the session: automatic switches, automatic stop, and periodic work.

use std::time::{Duration, Instant};

use crate::event::{BackendKind, Command, Event, SwitchEvent};

/// What the program does by itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TimerPlan {
    /// The interval of automatic switches.
    pub(crate) switch_every: Option<Duration>,
    /// The time after which the server stops.
    pub(crate) stop_after: Option<Duration>,
}

/// The schedule of automatic switches and of the automatic stop.
#[derive(Debug)]
pub(crate) struct TimerSchedule {
    switch: Option<Turns>,
    stop: Option<Instant>,
    backend: BackendKind,
    /// Whether a switch is in progress. Its outcome decides where the next one goes.
    switching: Switching,
}

/// When the automatic switches are due.
#[derive(Clone, Copy, Debug)]
struct Turns {
    every: Duration,
    next: Instant,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Switching {
    No,
    Underway,
}

/// The interval between samples of the resource usage without automatic switches, and with slow ones.
const LONGEST_SAMPLE_INTERVAL: Duration = Duration::from_secs(1);
/// The interval between samples of the resource usage with fast switches.
const SHORTEST_SAMPLE_INTERVAL: Duration = Duration::from_millis(100);
/// The number of samples between two switches: all but one or two of them cover one backend alone.
const SAMPLES_PER_TURN: u32 = 5;

/// A periodic timer.
#[derive(Debug)]
pub(crate) struct Interval {
    every: Duration,
    at: Instant,
}

impl Interval {
    /// A timer that expires at once, and then in this interval.
    pub(crate) fn new(every: Duration) -> Self {
        Self { every, at: Instant::now() }
    }

    /// When the timer expires next.
    pub(crate) const fn next(&self) -> Instant {
        self.at
    }

    /// Whether the timer has expired; if so, it expires next a whole interval after `now`.
    pub(crate) fn has_elapsed(&mut self, now: Instant) -> bool {
        let come = now >= self.at;
        if come {
            self.at = now + self.every;
        }
        come
    }
}

impl TimerSchedule {
    /// The interval between samples of the resource usage. It is short enough that some samples cover one backend
    /// alone.
    pub(crate) fn sample_interval(&self) -> Duration {
        self.switch.map_or(LONGEST_SAMPLE_INTERVAL, |turns| {
            (turns.every / SAMPLES_PER_TURN).clamp(SHORTEST_SAMPLE_INTERVAL, LONGEST_SAMPLE_INTERVAL)
        })
    }

    /// Starts the schedule while `backend` serves.
    pub(crate) fn start(plan: TimerPlan, backend: BackendKind) -> Self {
        let now = Instant::now();
        Self {
            // A time that is too far away for `Instant` never comes.
            switch: plan.switch_every.and_then(|every| Some(Turns { every, next: now.checked_add(every)? })),
            stop: plan.stop_after.and_then(|after| now.checked_add(after)),
            backend,
            switching: Switching::No,
        }
    }

    /// The serving backend according to the events so far.
    pub(crate) const fn backend(&self) -> BackendKind {
        self.backend
    }

    /// When the next command is due, if any.
    pub(crate) fn next(&self) -> Option<Instant> {
        self.switch.map(|turns| turns.next).into_iter().chain(self.stop).min()
    }

    /// The next command that is due at `now`. To be called until it returns `None`.
    pub(crate) fn due(&mut self, now: Instant) -> Option<Command> {
        if self.stop.is_some_and(|at| at <= now) {
            (self.stop, self.switch) = (None, None);
            return Some(Command::Stop);
        }
        let turns = self.switch.as_mut()?;
        if turns.next > now {
            return None;
        }
        // Counted from now, not from when the turn was due, so missed turns are not caught up.
        turns.next = now.checked_add(turns.every)?;
        match self.switching {
            Switching::Underway => None,
            Switching::No => Some(Command::Switch(self.backend.other())),
        }
    }

    /// Updates the serving backend from an event.
    pub(crate) fn observe(&mut self, event: &Event) {
        let Event::Switch(switch) = event else { return };
        match switch {
            SwitchEvent::Started { .. } => self.switching = Switching::Underway,
            SwitchEvent::Completed { to: serving, .. } | SwitchEvent::Failed { from: serving, .. } => {
                self.backend = *serving;
                self.switching = Switching::No;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Outage;

    const SECOND: Duration = Duration::from_secs(1);
    const FROM: BackendKind = BackendKind::Async;
    const TO: BackendKind = BackendKind::Threads;

    fn schedule(switch_every: Option<Duration>, stop_after: Option<Duration>) -> (TimerSchedule, Instant) {
        let schedule = TimerSchedule::start(TimerPlan { switch_every, stop_after }, FROM);
        (schedule, Instant::now())
    }

    #[test]
    fn nothing_is_due_without_a_plan() {
        let (mut schedule, now) = schedule(None, None);
        assert_eq!(schedule.next(), None);
        assert_eq!(schedule.due(now + 1000 * SECOND), None);
    }

    #[test]
    fn it_switches_back_and_forth_as_the_server_confirms() {
        let (mut schedule, now) = schedule(Some(SECOND), None);
        assert!(schedule.next().is_some_and(|at| at <= now + SECOND));
        assert_eq!(schedule.due(now - SECOND), None);
        assert_eq!(schedule.due(now + SECOND), Some(Command::Switch(TO)));
        assert_eq!(schedule.due(now + SECOND), None, "once a turn");
        schedule.observe(&Event::Switch(SwitchEvent::Started { from: FROM, to: TO, connections: 1 }));
        assert_eq!(schedule.due(now + 2 * SECOND), None, "one at a time");
        schedule.observe(&Event::Switch(SwitchEvent::Completed {
            from: FROM,
            to: TO,
            connections: 1,
            micros: 1,
            outage: Outage::default(),
        }));
        assert_eq!(schedule.due(now + 3 * SECOND), Some(Command::Switch(FROM)));
        schedule.observe(&Event::Switch(SwitchEvent::Failed {
            from: TO,
            to: FROM,
            moved_back: 0,
            detail: String::new(),
        }));
        assert_eq!(
            schedule.due(now + 9 * SECOND),
            Some(Command::Switch(FROM)),
            "a failed switch is tried again"
        );
        assert_eq!(schedule.due(now + 9 * SECOND), None, "missed turns are not made up for");
    }

    #[test]
    fn accounts_are_read_some_times_between_two_switches() {
        let every = |switch: Option<Duration>| schedule(switch, None).0.sample_interval();
        assert_eq!(every(None), SECOND);
        assert_eq!(every(Some(60 * SECOND)), SECOND);
        assert_eq!(every(Some(SECOND)), SECOND / 5);
        assert_eq!(every(Some(SECOND / 1000)), SECOND / 10);
    }

    #[test]
    fn an_interval_elapses_once_a_period() {
        let mut interval = Interval::new(SECOND);
        let start = interval.next();
        assert!(
            !interval.has_elapsed(start - SECOND)
                && interval.has_elapsed(start)
                && !interval.has_elapsed(start)
        );
        assert!(interval.has_elapsed(start + 5 * SECOND), "and what was slept through is not made up for");
        assert_eq!(interval.next(), start + 6 * SECOND);
    }

    #[test]
    fn it_stops_once_and_switches_no_more() {
        let (mut schedule, now) = schedule(Some(SECOND), Some(2 * SECOND));
        assert_eq!(schedule.due(now + 5 * SECOND), Some(Command::Stop));
        assert_eq!(schedule.due(now + 5 * SECOND), None);
        assert_eq!(schedule.next(), None);
    }
}
