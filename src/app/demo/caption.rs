//! The caption above the footer: the text of a lesson, and the faults that are announced or active.

use crate::app::backends::faults;
use crate::app::backends::faults::{FaultKeys, FaultStage, PaneFocus};
use crate::app::demo::lesson::LessonClock;
use crate::app::demo::state::Demo;
use crate::app::focus::Pane;
use crate::app::format;
use crate::app::keymap::Keymap;
use crate::event::{Fault, Timestamp};

/// The largest number of caption rows.
pub const MOST: u16 = 6;
/// The largest number of rows for the text of a lesson on wide screens.
const LESSON_ROWS_WIDE: usize = 3;
/// The largest number of rows for the text of a lesson on narrow screens.
const LESSON_ROWS_NARROW: usize = 5;
/// How long a page of a text stays that has more than one, in microseconds.
const PAGE_STAYS: u64 = 4_000_000;
/// Screens with fewer columns are narrow.
const SHORT: u16 = 60;
/// Cells before the text: a bar and a space.
pub const MARGIN: u16 = 2;

/// One line of the caption.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum CaptionLine {
    /// Text of a lesson.
    Lesson(String),
    /// A fault that has been announced.
    Announced(String),
    /// A fault that is active.
    Active(String),
}

/// Returns the caption as lines for this width and number of rows; the text is safe to print. A text that is too long
/// for them is shown page after page.
#[must_use]
pub(crate) fn lines(
    demo: &Demo,
    keys: FaultKeys<'_>,
    width: u16,
    rows: u16,
    now: Timestamp,
) -> Vec<CaptionLine> {
    let room = width.saturating_sub(MARGIN).max(1);
    let said = lesson_text(demo);
    let most = if width < SHORT { LESSON_ROWS_NARROW } else { LESSON_ROWS_WIDE };
    let active_faults =
        active_faults(demo, keys, room, if said.is_empty() { rows.min(2) } else { rows.min(2) / 2 });
    let left = usize::from(rows).saturating_sub(active_faults.len()).min(most);
    let said = if said.is_empty() { Vec::new() } else { page(&said, room, left, now) };
    said.into_iter().map(CaptionLine::Lesson).chain(active_faults).collect()
}

/// Returns the lines of the page whose turn it is.
fn page(text: &str, room: u16, rows: usize, now: Timestamp) -> Vec<String> {
    let lines = format::wrap(text, room);
    let pages = lines.len().div_ceil(rows.max(1)) as u64;
    let number = now.0 / PAGE_STAYS % pages.max(1);
    lines.into_iter().skip(number as usize * rows).take(rows).collect()
}

/// Returns the text of the lesson behind the caption's number. A paused lesson says so even where it has no text.
fn lesson_text(demo: &Demo) -> String {
    let said = demo.caption();
    match demo.lesson() {
        Some(place) if !said.is_empty() || place.playing == LessonClock::Paused => place.words() + said,
        _ => said.to_owned(),
    }
}

/// Returns where the keys of the faults are looked up.
#[must_use]
pub(crate) const fn fault_keys(keymap: &Keymap, focus: Pane) -> FaultKeys<'_> {
    let pane = match focus {
        Pane::Backends => PaneFocus::Focused,
        Pane::Clients | Pane::Stream | Pane::Logs => PaneFocus::Unfocused,
    };
    FaultKeys { keymap, pane }
}

/// Returns the number of rows that the caption needs on a screen of this width.
#[must_use]
pub(crate) fn wanted(demo: &Demo, keymap: &Keymap, focus: Pane, width: u16) -> u16 {
    lines(demo, fault_keys(keymap, focus), width, MOST, Timestamp(0)).len() as u16
}

fn active_faults(demo: &Demo, keys: FaultKeys<'_>, room: u16, rows: u16) -> Vec<CaptionLine> {
    let going: Vec<_> = demo.faults().going().collect();
    let soon = going.iter().any(|stage| matches!(stage, FaultStage::Announced(..)));
    let text = match going[..] {
        [] => return Vec::new(),
        [stage] if rows > 1 => faults::sentence(stage, &client_that_hangs(demo, stage), keys),
        _ => {
            let all: Vec<_> = going
                .iter()
                .map(|&stage| faults::brief(stage, &client_that_hangs(demo, stage), keys))
                .collect();
            format::truncate(&all.join("  "), room)
        }
    };
    let line = if soon { CaptionLine::Announced } else { CaptionLine::Active };
    format::clip(&text, room, usize::from(rows)).into_iter().map(line).collect()
}

/// Returns the label of the client whose handler sleeps.
fn client_that_hangs(demo: &Demo, stage: FaultStage) -> String {
    match stage {
        FaultStage::Active(Fault::Hang(id)) | FaultStage::Announced(Fault::Hang(id), _) => {
            demo.names().label_of(id)
        }
        _ => String::new(),
    }
}
