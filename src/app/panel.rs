//! The rows of the pane of backends, as text: what each of them calls, what that does now, and what it costs, as a
//! textbook has it; then the switches, then limits. How they stand beside each other is a matter of `ui`.

mod compact;
mod full;
mod narrow;
mod rest;
mod side;
mod switches;

use ratatui::layout::Size;

use super::App;
use crate::model::BackendKind;
use crate::model::spread::Shape;

/// Which backend stands on the left, and which on the right.
pub const SIDES: [BackendKind; 2] = [BackendKind::Threads, BackendKind::Async];
/// A pane this wide within its border has room for calls and figures of both.
pub const WIDE: u16 = 77;
/// A wide one this high has room for a line for the calls and one for the figures.
pub const HIGH: u16 = 19;
/// Cells of a wide row before the first of the two columns: what an aspect is called, and a space.
pub const LABEL: u16 = 8;
/// Cells between the two columns of a wide row: a rule, and a space on either side.
pub const BETWEEN: u16 = 3;
/// Cells of a wide row before the bars of the latencies, a space included.
pub const BEFORE_BARS: u16 = 49;
/// What stands before the axis of wide rows, behind its label, is no wider than this.
const BEFORE_AXIS: u16 = BEFORE_BARS - 1 - LABEL;
/// A space at which no line is broken.
const FIRM: &str = "\u{a0}";

/// A row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Row {
    /// The names of the two backends and what they serve, above columns of text.
    Heads([String; 2]),
    /// An aspect in one line: what it is called, the calls of both, their figures; in the order of [`SIDES`].
    Aspect(&'static str, [&'static str; 2], [String; 2]),
    /// What an aspect is called, and the calls of both, with all their words.
    Calls(&'static str, [&'static str; 2]),
    /// Figures of both, below their calls.
    Words([String; 2]),
    /// What an aspect is called, and figures of both that need no calls.
    Named(&'static str, [String; 2]),
    /// The latencies of a backend in a wide row: what it is about, the figures, the bars.
    Latency(&'static str, BackendKind, String, Option<Shape>),
    /// The axis of time below bars in wide rows, and what stands before it.
    Axis(Fate, &'static str, String),
    /// The names of the two backends, above columns of numbers.
    NarrowHeads,
    /// One figure of both, in the order of [`SIDES`].
    Figure(&'static str, [String; 2]),
    /// The latencies of a backend as bars, in a narrow row.
    Bars(BackendKind, Option<Shape>),
    /// The axis of time below them.
    NarrowAxis,
    /// What the figures below are about.
    Label(&'static str),
    /// A figure of the whole program.
    Total(&'static str, String),
    /// A switch: what became of it, and in which words.
    Switch(Fate, String),
    /// More about the row above.
    Detail(Fate, String),
    /// Something that is always so.
    Note(String),
    /// Nothing.
    Blank,
}

/// What became of a switch.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fate {
    /// All were handed over.
    Done,
    /// All were kept where they were.
    Failed,
    /// It goes on.
    Running,
    /// There was none.
    None,
}

/// Where nothing is known.
pub const UNKNOWN: &str = "-";

/// All rows, for a pane that has this number of cells within its border.
#[must_use]
pub fn rows(app: &App, area: Size) -> Vec<Row> {
    let mut rows = if area.width < WIDE {
        narrow::rows(app, area)
    } else if area.height < HIGH {
        compact::rows(app, area.height)
    } else {
        full::rows(app, area.width)
    };
    if area.width < WIDE {
        rows.push(Row::Blank);
    }
    rows.extend(switches::rows(app, area.width));
    rows.push(Row::Blank);
    rows.extend(rest::rows(app, area.width));
    rows
}
