//! Decides when to draw the next frame, and how long events may accumulate.

use std::time::{Duration, Instant};

use crate::server::WakeOn;

/// The interval between frames while data flows: people do not see more of a moving text.
const FRAME_INTERVAL: Duration = Duration::from_millis(33);

/// The interval between frames while very much flows: taking in and drawing it would slow down the server that is
/// looked at.
const BUSY_FRAME_INTERVAL: Duration = Duration::from_millis(50);

/// With this number of events in one drain, very much flows.
const MANY_EVENTS: usize = 1_000;

/// The interval between frames after a key, when the user waits for the response.
const INPUT_FRAME_INTERVAL: Duration = Duration::from_millis(16);

/// The longest interval between frames on a slow line.
const LONGEST_INTERVAL: Duration = Duration::from_secs(1);

/// A terminal that takes nothing for as long as this was stopped, or is gone; that says nothing about its line.
const STOPPED: Duration = Duration::from_secs(3);

/// How long a line counts as slow after a frame has waited for it. Then the interval shrinks by an eighth each frame,
/// because the line may have become faster.
const SLOW_FOR: Duration = Duration::from_secs(5);

/// Why the screen has to be redrawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Redraw {
    /// The source reported events, or time passed.
    Data,
    /// The user pressed a key or used the mouse.
    Input,
}

/// What the loop waits for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Wait {
    /// Which wake-ups end the wait.
    pub(crate) wake_on: WakeOn,
    /// When the wait ends at the latest.
    pub(crate) until: Instant,
}

/// Paces the frames of the loop. All times are arguments, so it needs no clock.
#[derive(Debug)]
pub(super) struct FramePacer {
    drawn: Option<Instant>,
    change: Option<Redraw>,
    accumulating_until: Option<Instant>,
    /// The interval between frames while data flows.
    interval: Duration,
    /// A frame that is due waits until the terminal has taken the last one.
    held_up: bool,
    /// The interval between frames that the line can follow; zero if it follows all.
    slowed: Duration,
    /// Until when it stays that long.
    slow_until: Option<Instant>,
}

impl FramePacer {
    /// A pacer before the first frame, with nothing to draw.
    pub(super) const fn new() -> Self {
        Self {
            drawn: None,
            change: None,
            accumulating_until: None,
            interval: FRAME_INTERVAL,
            held_up: false,
            slowed: Duration::ZERO,
            slow_until: None,
        }
    }

    /// Notes that something visible changed.
    pub(super) fn changed(&mut self, redraw: Redraw) {
        if self.change != Some(Redraw::Input) {
            self.change = Some(redraw);
        }
    }

    /// Notes that this number of events was taken at `now`: the following ones may accumulate for the time of a frame.
    pub(super) fn events_taken(&mut self, now: Instant, events: usize) {
        self.interval = if events < MANY_EVENTS { FRAME_INTERVAL } else { BUSY_FRAME_INTERVAL };
        self.accumulating_until = Some(now + self.interval);
    }

    /// Notes whether the terminal has taken the last frame, while another one is due. A slow line gets frames at an
    /// interval at which it is free for half of the time, so that what follows a key does not wait behind frames without
    /// one. Buffers hide for a while that frames come too fast, so the interval is kept.
    pub(super) fn terminal_ready(&mut self, now: Instant, ready: bool) {
        if ready && self.held_up {
            let took = self.drawn.map_or(Duration::ZERO, |drawn| now.saturating_duration_since(drawn));
            if took < STOPPED {
                self.slowed = (2 * took).max(self.slowed * 3 / 2).min(LONGEST_INTERVAL);
                self.slow_until = Some(now + SLOW_FOR);
            }
        }
        self.held_up = !ready;
    }

    /// Whether a frame is due.
    pub(super) fn frame_due(&self, now: Instant) -> bool {
        self.draw_at().is_some_and(|at| at.is_none_or(|at| at <= now))
    }

    /// Whether a frame is due that the user waits for.
    pub(super) fn input_frame_due(&self, now: Instant) -> bool {
        self.change == Some(Redraw::Input) && self.frame_due(now)
    }

    /// Notes that a frame was drawn at `now`.
    pub(super) fn frame_drawn(&mut self, now: Instant) {
        self.drawn = Some(now);
        self.change = None;
        if self.slow_until.is_none_or(|until| until <= now) {
            self.slowed = self.slowed * 7 / 8;
        }
    }

    /// How long to wait, at the latest until `next`.
    pub(super) fn wait(&self, now: Instant, next: Instant) -> Wait {
        // A frame that is due and was not drawn waits for the terminal, which wakes the loop when it is ready.
        let draw = self.draw_at().flatten().filter(|at| *at > now);
        let until = draw.map_or(next, |at| at.min(next));
        match self.accumulating_until {
            Some(gathered) if gathered > now => Wait { wake_on: WakeOn::Urgent, until: until.min(gathered) },
            _ => Wait { wake_on: WakeOn::Event, until },
        }
    }

    /// When the next frame may be drawn: `None` if none is needed, `Some(None)` if immediately.
    fn draw_at(&self) -> Option<Option<Instant>> {
        let change = self.change?;
        Some(self.drawn.map(|drawn| match change {
            Redraw::Data => drawn + self.interval.max(self.slowed),
            Redraw::Input => drawn + INPUT_FRAME_INTERVAL,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MILLI: Duration = Duration::from_millis(1);

    #[test]
    fn the_first_frame_is_drawn_at_once_and_only_if_there_is_something() {
        let now = Instant::now();
        let mut pacer = FramePacer::new();
        assert!(!pacer.frame_due(now));
        pacer.changed(Redraw::Data);
        assert!(pacer.frame_due(now));
        pacer.frame_drawn(now);
        assert!(!pacer.frame_due(now + Duration::from_secs(9)));
    }

    #[test]
    fn events_wait_for_the_frame_and_keys_hardly() {
        let now = Instant::now();
        let mut pacer = FramePacer::new();
        pacer.changed(Redraw::Data);
        pacer.frame_drawn(now);
        pacer.changed(Redraw::Data);
        assert!(!pacer.frame_due(now + 20 * MILLI) && pacer.frame_due(now + 33 * MILLI));
        pacer.changed(Redraw::Input);
        pacer.changed(Redraw::Data);
        assert!(
            !pacer.frame_due(now + 10 * MILLI) && pacer.frame_due(now + 16 * MILLI),
            "at most 60 frames a second"
        );
        assert!(!pacer.input_frame_due(now + 10 * MILLI) && pacer.input_frame_due(now + 16 * MILLI));
        pacer.frame_drawn(now + 16 * MILLI);
        pacer.changed(Redraw::Data);
        assert!(!pacer.input_frame_due(now + 60 * MILLI), "nobody waits for this one");
    }

    #[test]
    fn a_slow_terminal_gets_fewer_frames_for_a_while_but_keys_do_not_wait() {
        let now = Instant::now();
        let mut pacer = FramePacer::new();
        pacer.changed(Redraw::Data);
        pacer.terminal_ready(now, true);
        pacer.frame_drawn(now);
        pacer.changed(Redraw::Data);
        pacer.terminal_ready(now + 33 * MILLI, false);
        pacer.terminal_ready(now + 400 * MILLI, true);
        assert!(!pacer.frame_due(now + 790 * MILLI) && pacer.frame_due(now + 800 * MILLI));
        assert_eq!(pacer.wait(now + 400 * MILLI, now + 9_000 * MILLI).until, now + 800 * MILLI);
        pacer.changed(Redraw::Input);
        assert!(pacer.frame_due(now + 401 * MILLI), "a key does not wait");
        pacer.frame_drawn(now + 401 * MILLI);
        pacer.changed(Redraw::Data);
        pacer.terminal_ready(now + 834 * MILLI, true);
        assert!(!pacer.frame_due(now + 1_200 * MILLI), "a buffer has taken this one");
        let mut at = now + 1_201 * MILLI;
        for _ in 0..60 {
            assert!(pacer.frame_due(at));
            pacer.frame_drawn(at);
            pacer.changed(Redraw::Data);
            pacer.terminal_ready(at, true);
            at = pacer.wait(at, at + 9_000 * MILLI).until;
        }
        pacer.frame_drawn(at);
        pacer.changed(Redraw::Data);
        assert!(pacer.frame_due(at + 33 * MILLI), "the line has become faster");
        pacer.terminal_ready(at + 33 * MILLI, false);
        pacer.terminal_ready(at + 60_000 * MILLI, true);
        pacer.frame_drawn(at + 60_001 * MILLI);
        pacer.changed(Redraw::Data);
        assert!(pacer.frame_due(at + 60_034 * MILLI), "it was stopped, and is not slow");
    }

    #[test]
    fn what_follows_events_gathers_for_a_frame() {
        let now = Instant::now();
        let next = now + Duration::from_secs(1);
        let wait = |wake_on, until| Wait { wake_on, until };
        let mut pacer = FramePacer::new();
        assert_eq!(pacer.wait(now, next), wait(WakeOn::Event, next));
        pacer.events_taken(now, MANY_EVENTS);
        assert_eq!(pacer.wait(now, next), wait(WakeOn::Urgent, now + BUSY_FRAME_INTERVAL));
        pacer.events_taken(now, MANY_EVENTS - 1);
        assert_eq!(pacer.wait(now, next), wait(WakeOn::Urgent, now + FRAME_INTERVAL));
        assert_eq!(pacer.wait(now + FRAME_INTERVAL, next), wait(WakeOn::Event, next));
        pacer.frame_drawn(now);
        pacer.changed(Redraw::Input);
        assert_eq!(pacer.wait(now, next), wait(WakeOn::Urgent, now + INPUT_FRAME_INTERVAL));
        assert_eq!(pacer.wait(now, now + MILLI).until, now + MILLI);
    }

    #[test]
    fn a_frame_that_waits_for_the_terminal_causes_no_busy_loop() {
        let now = Instant::now();
        let next = now + Duration::from_secs(1);
        let mut pacer = FramePacer::new();
        pacer.changed(Redraw::Data);
        assert_eq!(pacer.wait(now, next), Wait { wake_on: WakeOn::Event, until: next });
    }
}
