//! Decides how long the output may take, once the shutdown has begun.

use std::time::{Duration, Instant};

use crate::shell::shutdown;

/// An output that takes nothing, or too little, is given up after this time.
const MIN_TIME: Duration = Duration::from_secs(2);

/// The total time of an output that is fast enough to take the rest within this time.
const MAX_TIME: Duration = shutdown::OUTPUT_TIMEOUT;

/// The interval at which the output is judged while something is left.
pub(super) const CHECK_INTERVAL: Duration = Duration::from_millis(100);

/// What to do about records that are not written yet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Decision {
    /// Wait: the output may still take them.
    Wait,
    /// Give up: the output will not take them in time.
    GiveUp,
}

/// The time limit of an output. It counts from when something was left for the output, because an output that had taken
/// everything, while connections took their time, is not late.
#[derive(Clone, Copy, Debug)]
pub(super) struct GracePeriod {
    /// `None` while nothing is left.
    since: Option<Instant>,
    /// The number of records that were written at `since`.
    written: u64,
    /// The output is given up at this time in any case.
    deadline: Option<Instant>,
}

impl GracePeriod {
    /// Starts the time limit at `now`, when the output had taken `written` records.
    pub(super) const fn start(now: Instant, written: u64) -> Self {
        Self { since: Some(now), written, deadline: None }
    }

    /// Limits the remaining time to `limit`, counted from the first call.
    pub(super) fn limit_to(&mut self, now: Instant, limit: Duration) {
        self.deadline.get_or_insert(now + limit);
    }

    /// Whether to wait for an output that has taken `written` records since its start, with `waiting` left.
    pub(super) fn decide(&mut self, now: Instant, written: u64, waiting: u64) -> Decision {
        if waiting == 0 {
            (self.since, self.written) = (None, written);
            return Decision::Wait;
        }
        let elapsed = now.saturating_duration_since(*self.since.get_or_insert(now));
        let left = MAX_TIME.saturating_sub(elapsed);
        let taken = u128::from(written.saturating_sub(self.written));
        let enough = taken * left.as_micros() >= u128::from(waiting) * elapsed.as_micros();
        let over = self.deadline.is_some_and(|deadline| deadline <= now);
        if over || left.is_zero() || elapsed >= MIN_TIME && !enough {
            Decision::GiveUp
        } else {
            Decision::Wait
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MILLI: Duration = Duration::from_millis(1);

    #[test]
    fn an_output_that_takes_nothing_is_left_soon() {
        let start = Instant::now();
        let mut grace = GracePeriod::start(start, 70);
        assert_eq!(grace.decide(start + 1_999 * MILLI, 70, 5), Decision::Wait);
        assert_eq!(grace.decide(start + 2_000 * MILLI, 70, 5), Decision::GiveUp);
    }

    #[test]
    fn an_output_that_can_take_the_rest_in_time_gets_it() {
        let start = Instant::now();
        let mut grace = GracePeriod::start(start, 0);
        // 100 in two seconds make 150 in the three that are left.
        assert_eq!(grace.decide(start + 2_000 * MILLI, 100, 150), Decision::Wait);
        assert_eq!(grace.decide(start + 2_000 * MILLI, 100, 151), Decision::GiveUp);
        assert_eq!(grace.decide(start + 4_000 * MILLI, 200, 50), Decision::Wait);
        assert_eq!(grace.decide(start + 4_000 * MILLI, 100, 150), Decision::GiveUp, "it has stopped since");
        assert_eq!(grace.decide(start + 5_000 * MILLI, 249, 1), Decision::GiveUp, "there is a limit");
    }

    #[test]
    fn time_counts_from_when_something_is_left() {
        let start = Instant::now();
        let mut grace = GracePeriod::start(start, 0);
        assert_eq!(grace.decide(start, 10, 0), Decision::Wait);
        // After nine seconds without any event a connection has ended.
        assert_eq!(grace.decide(start + 9_000 * MILLI, 10, 1), Decision::Wait);
        assert_eq!(grace.decide(start + 10_999 * MILLI, 10, 1), Decision::Wait);
        assert_eq!(grace.decide(start + 11_000 * MILLI, 10, 1), Decision::GiveUp);
    }

    #[test]
    fn a_second_request_does_not_wait() {
        let start = Instant::now();
        let mut grace = GracePeriod::start(start, 0);
        grace.limit_to(start, 100 * MILLI);
        grace.limit_to(start + 50 * MILLI, 100 * MILLI);
        assert_eq!(grace.decide(start + 99 * MILLI, 1_000, 1), Decision::Wait);
        assert_eq!(
            grace.decide(start + 100 * MILLI, 1_000, 1),
            Decision::GiveUp,
            "asking more often adds no time"
        );
        assert_eq!(grace.decide(start + 200 * MILLI, 1_001, 0), Decision::Wait, "nothing is left");
    }
}
