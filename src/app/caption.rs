//! The caption above the footer: the text of a lesson, and the faults that are announced or active.

use super::hurts::{self, Keys, Stage};
use super::lesson::Playing;
use super::{App, Pane, human};
use crate::model::Pain;

/// The largest number of caption rows.
pub const MOST: u16 = 6;
/// The largest number of rows for the text of a lesson on wide screens.
const SAID_WIDE: usize = 3;
/// The largest number of rows for the text of a lesson on narrow screens.
const SAID_NARROW: usize = 5;
/// Screens with fewer columns are narrow.
const SHORT: u16 = 60;
/// Cells before the text: a bar and a space.
pub const MARGIN: u16 = 2;

/// One line of the caption.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Line {
    /// Text of a lesson.
    Said(String),
    /// A fault that has been announced.
    Soon(String),
    /// A fault that is active.
    Now(String),
}

/// Returns the caption as lines for this width and number of rows; the text is safe to print.
#[must_use]
pub fn lines(app: &App, width: u16, rows: u16) -> Vec<Line> {
    let room = width.saturating_sub(MARGIN).max(1);
    let said = said(app);
    let most = if width < SHORT { SAID_NARROW } else { SAID_WIDE };
    let hurting = hurting(app, room, if said.is_empty() { rows.min(2) } else { rows.min(2) / 2 });
    let left = usize::from(rows).saturating_sub(hurting.len()).min(most);
    let said = if said.is_empty() { Vec::new() } else { clip(&said, room, left) };
    said.into_iter().map(Line::Said).chain(hurting).collect()
}

/// Returns the text of the lesson behind the caption's number. A paused lesson says so even where it has no text.
fn said(app: &App) -> String {
    let said = app.presenting().said();
    match app.presenting().lesson() {
        Some(place) if !said.is_empty() || place.playing == Playing::Paused => place.words() + said,
        _ => said.to_owned(),
    }
}

/// Returns the number of rows that the caption needs on a screen of this width.
#[must_use]
pub(super) fn wanted(app: &App, width: u16) -> u16 {
    lines(app, width, MOST).len() as u16
}

fn hurting(app: &App, room: u16, rows: u16) -> Vec<Line> {
    let keys = if app.focus() == Pane::Backends { Keys::Here } else { Keys::Elsewhere };
    let going: Vec<_> = app.presenting().hurts().going().collect();
    let soon = going.iter().any(|stage| matches!(stage, Stage::Announced(..)));
    let text = match going[..] {
        [] => return Vec::new(),
        [stage] if rows > 1 => hurts::sentence(stage, &who(app, stage), keys),
        _ => {
            let all: Vec<_> =
                going.iter().map(|&stage| hurts::brief(stage, &who(app, stage), keys)).collect();
            human::cut(&all.join("  "), room)
        }
    };
    let line = if soon { Line::Soon } else { Line::Now };
    clip(&text, room, usize::from(rows)).into_iter().map(line).collect()
}

/// Returns the label of the client whose handler sleeps.
fn who(app: &App, stage: Stage) -> String {
    match stage {
        Stage::On(Pain::Hang(id)) | Stage::Announced(Pain::Hang(id), _) => app.called(id),
        _ => String::new(),
    }
}

/// Wraps a text and truncates it after `most` lines.
fn clip(text: &str, width: u16, most: usize) -> Vec<String> {
    let mut lines = human::wrap(text, width);
    if lines.len() > most {
        let rest = lines.split_off(most.saturating_sub(1)).join(" ");
        lines.extend((most > 0).then(|| human::cut(&rest, width)));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_long_is_cut_at_its_end() {
        assert_eq!(clip("one two three four", 9, 2), ["one two", "three fo…"]);
        assert_eq!(clip("one two three", 9, 2), ["one two", "three"]);
        assert_eq!(clip("one two three", 9, 0), [""; 0]);
    }
}
