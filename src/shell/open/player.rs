//! The timeline of a recording: which events are due, as time goes by.

use std::time::{Duration, Instant};

use crate::app::{Pace, PlaySpeed, Playback, TimelineStep};
use crate::event::Timestamp;

/// How far a jump goes, in microseconds of playing.
const JUMP: u64 = 10_000_000;

/// Whether an event is due.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Due {
    Now,
    /// At this time; `None` if the recording is not played.
    At(Option<Instant>),
}

/// What a step leads to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Stepped {
    GoOn,
    /// The events are to come from the start again.
    FromStart,
}

/// The position on the timeline.
#[derive(Clone, Copy, Debug)]
pub(super) struct Player {
    pace: Pace,
    speed: PlaySpeed,
    /// The time up to which events were due at `since`; `None` until the first event says when the recording begins.
    cursor: Option<Timestamp>,
    since: Instant,
    /// The time of the first event, once it is known.
    first: Option<Timestamp>,
    /// The time of the newest event that was passed on.
    newest: Timestamp,
}

impl Player {
    /// A player that shows everything at once, or plays at this speed.
    pub(super) fn new(speed: Option<PlaySpeed>, now: Instant) -> Self {
        let pace = if speed.is_some() { Pace::Playing } else { Pace::Whole };
        let speed = speed.unwrap_or_default();
        Self { pace, speed, cursor: None, since: now, first: None, newest: Timestamp::default() }
    }

    /// What is shown of it.
    pub(super) fn playback(&self, now: Instant) -> Playback {
        Playback { pace: self.pace, speed: self.speed, at: self.at(now) }
    }

    /// The time up to which events are shown.
    fn at(&self, now: Instant) -> Timestamp {
        match (self.pace, self.cursor) {
            (Pace::Whole, _) | (_, None) => self.newest,
            (Pace::Paused, Some(cursor)) => cursor,
            (Pace::Playing, Some(cursor)) => {
                let passed = u64::try_from(now.saturating_duration_since(self.since).as_micros());
                cursor.plus_micros(self.speed.distance(passed.unwrap_or(u64::MAX)))
            }
        }
    }

    /// When an event of this time is due. The first one begins the timeline.
    pub(super) fn due(&mut self, event: Timestamp, now: Instant) -> Due {
        let first = *self.first.get_or_insert(event);
        if self.cursor.is_none_or(|cursor| cursor < first) {
            (self.cursor, self.since) = (Some(first), now);
        }
        if self.pace == Pace::Whole || event <= self.at(now) {
            return Due::Now;
        }
        let wait = self.speed.time_for(event.micros_since(self.at(now)));
        let at = now.checked_add(Duration::from_micros(wait));
        Due::At(at.filter(|_| self.pace == Pace::Playing))
    }

    /// Notes that an event of this time was passed on.
    pub(super) fn passed(&mut self, event: Timestamp) {
        self.newest = self.newest.max(event);
    }

    /// Notes that every event was passed on: the whole recording is shown.
    pub(super) const fn end(&mut self) {
        self.pace = Pace::Whole;
    }

    /// Takes a step.
    ///
    /// # Errors
    ///
    /// Why it cannot be taken.
    pub(super) fn step(
        &mut self,
        step: TimelineStep,
        can_restart: bool,
        now: Instant,
    ) -> Result<Stepped, &'static str> {
        let at = self.at(now);
        let jump = self.speed.distance(JUMP);
        match (step, self.pace) {
            (TimelineStep::Play, Pace::Whole) => {
                let stepped = from_start(can_restart)?;
                self.restart(Pace::Playing, None, now);
                return Ok(stepped);
            }
            (TimelineStep::Play, Pace::Paused) => self.move_to(at, Pace::Playing, now),
            (TimelineStep::Play, Pace::Playing) => self.move_to(at, Pace::Paused, now),
            (TimelineStep::Faster, pace) => {
                self.move_to(at, pace, now);
                self.speed = self.speed.faster();
            }
            (TimelineStep::Slower, pace) => {
                self.move_to(at, pace, now);
                self.speed = self.speed.slower();
            }
            (TimelineStep::Ahead, Pace::Whole) => return Err("the whole recording is shown"),
            (TimelineStep::Ahead, pace) => self.move_to(at.plus_micros(jump), pace, now),
            (TimelineStep::Back, pace) => {
                let stepped = from_start(can_restart)?;
                let pace = if pace == Pace::Whole { Pace::Paused } else { pace };
                self.restart(pace, Some(Timestamp(at.0.saturating_sub(jump))), now);
                return Ok(stepped);
            }
            (TimelineStep::Whole, _) => self.pace = Pace::Whole,
        }
        Ok(Stepped::GoOn)
    }

    /// Shows the recording up to this time.
    ///
    /// # Errors
    ///
    /// Why it cannot be shown.
    pub(super) fn go_to(
        &mut self,
        to: Timestamp,
        can_restart: bool,
        now: Instant,
    ) -> Result<Stepped, &'static str> {
        match self.pace {
            Pace::Paused | Pace::Playing if to >= self.at(now) => {
                self.move_to(to, self.pace, now);
                Ok(Stepped::GoOn)
            }
            Pace::Whole | Pace::Paused | Pace::Playing => {
                let stepped = from_start(can_restart)?;
                let pace = if self.pace == Pace::Whole { Pace::Paused } else { self.pace };
                self.restart(pace, Some(to), now);
                Ok(stepped)
            }
        }
    }

    fn move_to(&mut self, at: Timestamp, pace: Pace, now: Instant) {
        if self.cursor.is_some() {
            self.cursor = Some(at);
        }
        (self.pace, self.since) = (pace, now);
    }

    fn restart(&mut self, pace: Pace, cursor: Option<Timestamp>, now: Instant) {
        let speed = self.speed;
        *self = Self { pace, speed, cursor, since: now, first: None, newest: Timestamp::default() };
    }
}

fn from_start(can_restart: bool) -> Result<Stepped, &'static str> {
    if can_restart { Ok(Stepped::FromStart) } else { Err("what came through a pipe cannot be read again") }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: u64 = 1_000_000_000;

    fn at(seconds: u64) -> Timestamp {
        Timestamp(START + seconds * 1_000_000)
    }

    fn seconds(number: u64) -> Duration {
        Duration::from_secs(number)
    }

    #[test]
    fn everything_is_due_unless_it_is_played() {
        let now = Instant::now();
        let mut player = Player::new(None, now);
        assert_eq!(player.due(at(0), now), Due::Now);
        assert_eq!(player.due(at(500), now), Due::Now);
        player.passed(at(500));
        assert_eq!(player.playback(now).at, at(500));
        assert!(player.step(TimelineStep::Ahead, true, now).is_err());
        assert!(player.step(TimelineStep::Play, false, now).is_err(), "a pipe");
        assert_eq!(player.playback(now).pace, Pace::Whole);
    }

    #[test]
    fn playing_follows_the_clock_at_its_speed() {
        let now = Instant::now();
        let mut player = Player::new(PlaySpeed::parse("2"), now);
        assert_eq!(player.due(at(0), now), Due::Now, "the first event begins it");
        assert_eq!(player.due(at(4), now), Due::At(Some(now + seconds(2))));
        assert_eq!(player.due(at(4), now + seconds(2)), Due::Now);
        let now = now + seconds(3);
        player.step(TimelineStep::Faster, true, now).unwrap();
        assert_eq!(player.due(at(10), now), Due::At(Some(now + seconds(1))));
        player.step(TimelineStep::Play, true, now).unwrap();
        assert_eq!(player.due(at(10), now + seconds(100)), Due::At(None), "paused");
        assert_eq!(player.playback(now + seconds(100)).at, at(6));
        player.step(TimelineStep::Ahead, true, now).unwrap();
        assert_eq!((player.due(at(46), now), player.due(at(47), now)), (Due::Now, Due::At(None)));
        player.end();
        assert_eq!((player.playback(now).pace, player.due(at(9_000), now)), (Pace::Whole, Due::Now));
    }

    #[test]
    fn a_time_is_gone_to_from_either_side() {
        let now = Instant::now();
        let mut player = Player::new(None, now);
        player.due(at(0), now);
        player.passed(at(100));
        assert!(player.go_to(at(40), false, now).is_err(), "a pipe");
        assert_eq!(player.go_to(at(40), true, now), Ok(Stepped::FromStart));
        assert_eq!((player.due(at(40), now), player.due(at(41), now)), (Due::Now, Due::At(None)));
        assert_eq!(player.go_to(at(60), false, now), Ok(Stepped::GoOn), "ahead, a pipe can follow");
        assert_eq!((player.due(at(60), now), player.due(at(61), now)), (Due::Now, Due::At(None)));
        player.step(TimelineStep::Play, true, now).unwrap();
        assert_eq!(player.go_to(Timestamp(0), true, now), Ok(Stepped::FromStart));
        assert_eq!(player.due(at(0), now), Due::Now);
        assert_eq!(player.due(at(2), now), Due::At(Some(now + seconds(2))), "it plays on, from the start");
    }

    #[test]
    fn a_jump_back_begins_again_and_stops_there() {
        let now = Instant::now();
        let mut player = Player::new(None, now);
        player.due(at(0), now);
        player.passed(at(100));
        assert_eq!(player.step(TimelineStep::Back, true, now), Ok(Stepped::FromStart));
        assert_eq!((player.due(at(0), now), player.due(at(90), now)), (Due::Now, Due::Now));
        assert_eq!(player.due(at(91), now), Due::At(None));
        for _ in 0..20 {
            assert_eq!(player.step(TimelineStep::Back, true, now), Ok(Stepped::FromStart));
            player.due(at(0), now);
        }
        assert_eq!(player.playback(now).at, at(0), "never before the start");
        assert_eq!(player.step(TimelineStep::Play, true, now), Ok(Stepped::GoOn));
        assert_eq!(player.due(at(5), now), Due::At(Some(now + seconds(5))));
    }
}
