//! Decides when to draw the next frame, and how long facts may accumulate.

use std::time::{Duration, Instant};

use crate::server::Patience;

/// The interval between frames while data flows: people do not see more of a moving text.
const FRAME: Duration = Duration::from_millis(33);

/// The interval between frames after a key, when the user waits for the response.
const HURRIED: Duration = Duration::from_millis(16);

/// Why the screen has to be redrawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Because {
    /// The server reported facts, or time passed.
    Reported,
    /// The user pressed a key or used the mouse.
    Pressed,
}

/// What the loop waits for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Wait {
    /// Which wake-ups end the wait.
    pub(super) patience: Patience,
    /// When the wait ends at the latest.
    pub(super) until: Instant,
}

/// Paces the frames of the loop. All times are arguments, so it needs no clock.
#[derive(Debug)]
pub(super) struct Pace {
    drawn: Option<Instant>,
    change: Option<Because>,
    gathering: Option<Instant>,
}

impl Pace {
    /// A pacer before the first frame, with nothing to draw.
    pub(super) const fn new() -> Self {
        Self { drawn: None, change: None, gathering: None }
    }

    /// Notes that something visible changed.
    pub(super) fn changed(&mut self, because: Because) {
        if self.change != Some(Because::Pressed) {
            self.change = Some(because);
        }
    }

    /// Notes that facts were taken at `now`: the following ones may accumulate for the time of a frame.
    pub(super) fn took_facts(&mut self, now: Instant) {
        self.gathering = Some(now + FRAME);
    }

    /// Whether a frame is due.
    pub(super) fn is_due(&self, now: Instant) -> bool {
        self.draw_at().is_some_and(|at| at.is_none_or(|at| at <= now))
    }

    /// Whether a frame is due that the user waits for.
    pub(super) fn is_pressed_for(&self, now: Instant) -> bool {
        self.change == Some(Because::Pressed) && self.is_due(now)
    }

    /// Notes that a frame was drawn at `now`.
    pub(super) fn drew(&mut self, now: Instant) {
        self.drawn = Some(now);
        self.change = None;
    }

    /// How long to wait, at the latest until `next`.
    pub(super) fn wait(&self, now: Instant, next: Instant) -> Wait {
        // A frame that is due and was not drawn waits for the terminal, which wakes the loop when it is ready.
        let draw = self.draw_at().flatten().filter(|at| *at > now);
        let until = draw.map_or(next, |at| at.min(next));
        match self.gathering {
            Some(gathered) if gathered > now => {
                Wait { patience: Patience::Urgent, until: until.min(gathered) }
            }
            _ => Wait { patience: Patience::Any, until },
        }
    }

    /// When the next frame may be drawn: `None` if none is needed, `Some(None)` if immediately.
    fn draw_at(&self) -> Option<Option<Instant>> {
        let distance = match self.change? {
            Because::Reported => FRAME,
            Because::Pressed => HURRIED,
        };
        Some(self.drawn.map(|drawn| drawn + distance))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MILLI: Duration = Duration::from_millis(1);

    #[test]
    fn the_first_frame_is_drawn_at_once_and_only_if_there_is_something() {
        let now = Instant::now();
        let mut pace = Pace::new();
        assert!(!pace.is_due(now));
        pace.changed(Because::Reported);
        assert!(pace.is_due(now));
        pace.drew(now);
        assert!(!pace.is_due(now + Duration::from_secs(9)));
    }

    #[test]
    fn facts_wait_for_the_frame_and_keys_hardly() {
        let now = Instant::now();
        let mut pace = Pace::new();
        pace.changed(Because::Reported);
        pace.drew(now);
        pace.changed(Because::Reported);
        assert!(!pace.is_due(now + 20 * MILLI) && pace.is_due(now + 33 * MILLI));
        pace.changed(Because::Pressed);
        pace.changed(Because::Reported);
        assert!(
            !pace.is_due(now + 10 * MILLI) && pace.is_due(now + 16 * MILLI),
            "at most 60 frames a second"
        );
        assert!(!pace.is_pressed_for(now + 10 * MILLI) && pace.is_pressed_for(now + 16 * MILLI));
        pace.drew(now + 16 * MILLI);
        pace.changed(Because::Reported);
        assert!(!pace.is_pressed_for(now + 60 * MILLI), "nobody waits for this one");
    }

    #[test]
    fn what_follows_facts_gathers_for_a_frame() {
        let now = Instant::now();
        let next = now + Duration::from_secs(1);
        let wait = |patience, until| Wait { patience, until };
        let mut pace = Pace::new();
        assert_eq!(pace.wait(now, next), wait(Patience::Any, next));
        pace.took_facts(now);
        assert_eq!(pace.wait(now, next), wait(Patience::Urgent, now + FRAME));
        assert_eq!(pace.wait(now + FRAME, next), wait(Patience::Any, next));
        pace.drew(now);
        pace.changed(Because::Pressed);
        assert_eq!(pace.wait(now, next), wait(Patience::Urgent, now + HURRIED));
        assert_eq!(pace.wait(now, now + MILLI).until, now + MILLI);
    }

    #[test]
    fn a_frame_that_waits_for_the_terminal_makes_nobody_spin() {
        let now = Instant::now();
        let next = now + Duration::from_secs(1);
        let mut pace = Pace::new();
        pace.changed(Because::Reported);
        assert_eq!(pace.wait(now, next), Wait { patience: Patience::Any, until: next });
    }
}
