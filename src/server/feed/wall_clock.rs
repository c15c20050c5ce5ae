//! Detects that the wall clock was set, or that the machine was suspended.
//!
//! Events are stamped by a clock that never goes back, so that order, ages and rates are right whatever happens to the
//! wall clock. This module compares the two clocks: [`ServerEvent::ClockStepped`] reports the difference.

use std::time::{Duration, Instant, SystemTime};

use nix::time::{ClockId, clock_gettime};

use crate::event::{Event, ServerEvent};

/// A smaller difference, in microseconds, is not a step: the two clocks cannot be read at the same moment.
const LEAST_STEP: u64 = 10_000;

/// A reading that took longer than this is not precise enough.
const LONGEST_READING: Duration = Duration::from_millis(1);

/// The clocks at one moment, in microseconds.
#[derive(Clone, Copy, Debug)]
struct ClockReading {
    /// The time since the queue was created, by the monotonic clock.
    steady: u64,
    /// The time since the Unix epoch, by the wall clock.
    wall: u64,
    /// How long the machine has been suspended since boot.
    slept: u64,
}

/// Compares the wall clock with the monotonic clock.
#[derive(Debug)]
pub(super) struct WallClockMonitor {
    /// The wall clock when the queue was created.
    began_at: u64,
    /// The sum of all steps since then.
    ahead: i64,
    slept: u64,
}

impl WallClockMonitor {
    /// Starts the comparison; `began_at` is the wall clock when the queue was created.
    pub(super) fn new(began_at: u64) -> Self {
        Self { began_at, ahead: 0, slept: slept() }
    }

    /// The step since the last call, if there was one.
    pub(super) fn step(&mut self, began: Instant) -> Option<Event> {
        let event = self.compare(read(began)?);
        if let Some(Event::Server(ServerEvent::ClockStepped { micros, suspended })) = event {
            tracing::info!(target: "bytewatch::clock", "{}", in_words(micros, suspended));
        }
        event
    }

    fn compare(&mut self, now: ClockReading) -> Option<Event> {
        let expected = self.began_at.saturating_add(now.steady);
        let ahead = signed(now.wall).saturating_sub(signed(expected));
        let step = ahead.saturating_sub(self.ahead);
        if step.unsigned_abs() < LEAST_STEP {
            return None;
        }
        let suspended = now.slept.saturating_sub(self.slept);
        (self.ahead, self.slept) = (ahead, now.slept);
        Some(Event::Server(ServerEvent::ClockStepped { micros: step, suspended }))
    }
}

fn in_words(step: i64, suspended: u64) -> String {
    let way = if step < 0 { "back" } else { "forward" };
    let (step, suspended) = (Duration::from_micros(step.unsigned_abs()), Duration::from_micros(suspended));
    let in_suspend =
        if suspended.is_zero() { String::new() } else { format!(", {suspended:?} of it in suspend") };
    format!("the wall clock was set {way} by {step:?}{in_suspend}")
}

fn signed(micros: u64) -> i64 {
    i64::try_from(micros).unwrap_or(i64::MAX)
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

/// Reads the clocks. Returns `None` if the reading took too long.
fn read(began: Instant) -> Option<ClockReading> {
    let before = Instant::now();
    let wall = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    if before.elapsed() > LONGEST_READING {
        return None;
    }
    Some(ClockReading { steady: micros(before.duration_since(began)), wall: micros(wall), slept: slept() })
}

fn slept() -> u64 {
    let read = |clock| clock_gettime(clock).map_or(Duration::ZERO, Duration::from);
    micros(read(ClockId::CLOCK_BOOTTIME).saturating_sub(read(ClockId::CLOCK_MONOTONIC)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: u64 = 3_600_000_000;
    const BEGAN: u64 = 400_000 * HOUR;

    fn wall() -> WallClockMonitor {
        WallClockMonitor { began_at: BEGAN, ahead: 0, slept: 7 }
    }

    fn at(steady: u64, wall: u64, slept: u64) -> ClockReading {
        ClockReading { steady, wall: BEGAN + wall, slept }
    }

    #[test]
    fn a_clock_without_a_step_is_not_reported() {
        let mut wall = wall();
        assert_eq!(wall.compare(at(HOUR, HOUR, 7)), None);
        assert_eq!(
            wall.compare(at(2 * HOUR, 2 * HOUR + LEAST_STEP - 1, 7)),
            None,
            "readings differ a little"
        );
    }

    #[test]
    fn a_clock_that_was_set_is_reported_once_in_either_direction() {
        let mut wall = wall();
        let step = |hours: i64, suspended| {
            Some(Event::Server(ServerEvent::ClockStepped { micros: hours * HOUR as i64, suspended }))
        };
        assert_eq!(wall.compare(at(5, HOUR + 5, 7)), step(1, 0));
        assert_eq!(wall.compare(at(6, HOUR + 6, 7)), None);
        assert_eq!(wall.compare(at(HOUR, 0, 7)), step(-2, 0));
        assert_eq!(wall.compare(at(HOUR + 1, 1, 7)), None);
        assert_eq!(wall.compare(at(HOUR + 1, 3 * HOUR + 1, 3 * HOUR + 7)), step(3, 3 * HOUR), "it slept");
    }

    #[test]
    fn a_step_is_logged_in_words() {
        assert_eq!(in_words(-7_200_000_000, 0), "the wall clock was set back by 7200s");
        let slept = "the wall clock was set forward by 3.5s, 3.000001s of it in suspend";
        assert_eq!(in_words(3_500_000, 3_000_001), slept);
    }

    #[test]
    fn absurd_clocks_are_survived() {
        let mut wall = wall();
        assert!(wall.compare(ClockReading { steady: 0, wall: u64::MAX, slept: 0 }).is_some());
        assert!(wall.compare(ClockReading { steady: u64::MAX, wall: 0, slept: 0 }).is_some());
    }

    #[test]
    fn the_clocks_of_this_machine_agree_with_themselves() {
        let (began, mut wall) =
            (Instant::now(), read(Instant::now()).map(|now| WallClockMonitor::new(now.wall)).unwrap());
        assert_eq!(wall.step(began), None);
    }
}
