//! The prompt for a time on the timeline of a recording.

use crate::app::action::{Edit, TimelineAction};
use crate::app::context::Context;
use crate::app::effect::Effect;
use crate::app::outcome::{Outcome, Request};
use crate::app::overlay::Overlay;
use crate::app::overlay::text_input::TextInput;
use crate::app::recording::{self, Pace, Playback};
use crate::bytes::{quantity, stamp};
use crate::event::Timestamp;

/// The longest time, in bytes.
const LONGEST: usize = 64;

const DAY: u64 = 86_400_000_000;

/// What is typed in the prompt.
#[derive(Debug)]
pub struct TimePrompt {
    input: TextInput,
}

impl Default for TimePrompt {
    fn default() -> Self {
        Self { input: TextInput::limited(LONGEST) }
    }
}

impl TimePrompt {
    /// Returns what is typed.
    #[must_use]
    pub const fn input(&self) -> &TextInput {
        &self.input
    }

    /// Changes what is typed.
    pub(crate) fn edit(&mut self, edit: Edit) -> Outcome {
        self.input.edit(edit);
        Outcome::default().clear_status()
    }

    /// Adds text that was pasted.
    pub(crate) fn paste(&mut self, text: &str) {
        self.input.paste(text);
    }

    /// Executes an action on the timeline.
    pub(crate) fn act(&mut self, action: TimelineAction, context: Context<'_>) -> Outcome {
        if context.world.setup.opened.is_none() {
            return Outcome::error(recording::NO_TIMELINE);
        }
        if context.replay().is_some() {
            return Outcome::error(recording::NO_STEPS);
        }
        match action {
            TimelineAction::Step(step) => Outcome::effect(Effect::Timeline(step)),
            TimelineAction::AskTime => {
                self.input.edit(Edit::Clear);
                Outcome::request(Request::Open(Overlay::Time)).clear_status()
            }
            TimelineAction::GoToTime => self.go(context),
            TimelineAction::Cancel => Outcome::request(Request::Close),
        }
    }

    fn go(&self, context: Context<'_>) -> Outcome {
        let Some(Playback { pace, at, .. }) = context.world.reading.map(|reading| reading.playback) else {
            return Outcome::error("nothing has been read yet");
        };
        match time(self.input.text().trim(), at, pace, context.utc_offset_seconds()) {
            Some(to) => Outcome::request(Request::Close).and_effect(Effect::GoToTime(to)).clear_status(),
            None => Outcome::error("a time is 12:34:56, 2026-01-31T12:34:56Z, or +90s and -2m from here"),
        }
    }
}

/// Reads a time: of day, with a date, or relative to the time that is shown. A time of day is that of the day that is shown,
/// or of the day before where everything is shown and nothing can come later.
fn time(text: &str, shown: Timestamp, pace: Pace, utc_offset_seconds: i32) -> Option<Timestamp> {
    let relative = |text: &str| Some(quantity::millis(text).ok()?.saturating_mul(1_000));
    if let Some(ahead) = text.strip_prefix('+') {
        return Some(shown.plus_micros(relative(ahead)?));
    }
    if let Some(back) = text.strip_prefix('-') {
        return Some(Timestamp(shown.0.saturating_sub(relative(back)?)));
    }
    let Some(of_day) = time_of_day(text) else { return stamp::parse(text).map(Timestamp) };
    let offset = i64::from(utc_offset_seconds) * 1_000_000;
    let local = shown.0.saturating_add_signed(offset);
    let to = local - local % DAY + of_day;
    let to = if to > local && pace == Pace::Whole { to.saturating_sub(DAY) } else { to };
    Some(Timestamp(to.saturating_add_signed(-offset)))
}

/// Reads `12:34`, `12:34:56` or `12:34:56.789` as microseconds since midnight.
fn time_of_day(text: &str) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let parts: Vec<&str> = whole.split(':').collect();
    let (hours, minutes, seconds) = match parts[..] {
        [hours, minutes] if !text.contains('.') => (hours, minutes, "0"),
        [hours, minutes, seconds] => (hours, minutes, seconds),
        _ => return None,
    };
    let number = |text: &str, limit: u64| {
        let number = text.parse::<u64>().ok().filter(|_| is_number(text))?;
        (number < limit).then_some(number)
    };
    let seconds = (number(hours, 24)? * 60 + number(minutes, 60)?) * 60 + number(seconds, 60)?;
    let micros = match fraction {
        "" if text.ends_with('.') => return None,
        "" => 0,
        digits if digits.len() <= 6 => number(&format!("{digits:0<6}"), 1_000_000)?,
        _ => return None,
    };
    Some(seconds * 1_000_000 + micros)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(text: &str, pace: Pace, utc_offset_seconds: i32) -> Option<u64> {
        // One o'clock on the third day.
        let shown = Timestamp(2 * DAY + 3_600_000_000);
        time(text, shown, pace, utc_offset_seconds).map(Timestamp::second)
    }

    #[test]
    fn times_of_day_are_of_the_day_that_is_shown_or_of_the_one_before() {
        let day = DAY / 1_000_000;
        assert_eq!(seconds("00:30", Pace::Whole, 0), Some(2 * day + 1_800));
        assert_eq!(seconds("23:30:01", Pace::Whole, 0), Some(day + 84_601), "nothing is later");
        assert_eq!(seconds("23:30:01", Pace::Paused, 0), Some(2 * day + 84_601));
        assert_eq!(seconds("02:30", Pace::Whole, 7_200), Some(2 * day + 1_800), "two o'clock is midnight");
        assert_eq!(seconds("23:00", Pace::Paused, -7_200), Some(2 * day + 3_600), "the day before, there");
        let exact = time("00:00:01.25", Timestamp(DAY), Pace::Paused, 0);
        assert_eq!(exact, Some(Timestamp(DAY + 1_250_000)));
    }

    #[test]
    fn other_times_are_relative_or_have_a_date() {
        let here = 2 * DAY / 1_000_000 + 3_600;
        assert_eq!(seconds("+90s", Pace::Whole, 0), Some(here + 90));
        assert_eq!(seconds("-2m", Pace::Playing, 0), Some(here - 120));
        assert_eq!(seconds("-1000h", Pace::Playing, 0), Some(0));
        assert_eq!(seconds("1970-01-01T00:00:07Z", Pace::Whole, 3_600), Some(7));
        for wrong in
            ["", "+", "+soon", "7", "24:00", "12:60", "12:3x", "12:34.5", "1:2:3.", "+1:2", "1:2:3.1234567"]
        {
            assert_eq!(seconds(wrong, Pace::Whole, 0), None, "{wrong}");
        }
    }
}
