//! Conversion of the server's time to wall-clock time.

use super::Model;
use crate::event::ids::Timestamp;

/// The largest number of clock steps that are kept. Times before the oldest one are converted without an offset.
const KEPT: usize = 64;

/// The steps of the wall clock, oldest first.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct WallClock(Vec<ClockStep>);

/// From when on the wall clock is ahead of the clock that stamps events, and by how many microseconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct ClockStep {
    since: Timestamp,
    ahead: i64,
}

impl WallClock {
    /// Records that the wall clock was set forward by `micros` microseconds.
    pub(super) fn step(&mut self, at: Timestamp, micros: i64) {
        let ahead = self.0.last().map_or(0, |step| step.ahead).saturating_add(micros);
        if self.0.len() == KEPT {
            self.0.remove(0);
        }
        self.0.push(ClockStep { since: at, ahead });
    }

    /// The wall-clock time at `at`.
    pub(super) fn at(&self, at: Timestamp) -> Timestamp {
        let step = self.0.iter().rev().find(|step| step.since <= at);
        Timestamp(at.0.saturating_add_signed(step.map_or(0, |step| step.ahead)))
    }
}

impl Model {
    /// The wall-clock time at `at`.
    #[must_use]
    pub fn on_wall_clock(&self, at: Timestamp) -> Timestamp {
        self.wall_clock.at(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_happened_before_a_step_keeps_its_time() {
        let mut wall = WallClock::default();
        assert_eq!(wall.at(Timestamp(10)), Timestamp(10));
        wall.step(Timestamp(20), 100);
        wall.step(Timestamp(30), -150);
        assert_eq!([10, 19, 20, 29, 30, 70].map(|at| wall.at(Timestamp(at)).0), [10, 19, 120, 129, 0, 20]);
        (0..200).for_each(|_| wall.step(Timestamp(40), 1));
        assert_eq!((wall.0.len(), wall.at(Timestamp(50))), (KEPT, Timestamp(200)));
    }
}
