//! A row of the comparison, and the widths that all rows share.

use crate::event::{BackendKind, FaultKind};
use crate::model::histogram::Buckets;

/// The backends in the left column and in the right one.
pub const BACKEND_ORDER: [BackendKind; 2] = [BackendKind::Threads, BackendKind::Async];
/// A pane of this inner width has room for calls and figures of both backends.
pub const WIDE: u16 = 77;
/// A wide pane of this inner height has room for the calls and the figures on separate rows.
pub const HIGH: u16 = 19;
/// Cells of a wide row before the two columns: the name of the aspect, and a space.
pub const LABEL: u16 = 8;
/// Cells between the two columns of a wide row: a rule with a space on either side.
pub const BETWEEN: u16 = 3;
/// Cells of the key of a stress test, a gap included.
pub const TEST_KEY: u16 = 5;
/// Cells of the name of a stress test, a gap included.
pub const TEST_NAME: u16 = 14;
/// Cells of a wide row before the histogram of latencies, a space included.
pub const HISTOGRAM_X: u16 = 49;
/// Cells for the text before the axis of a histogram, behind the label.
pub(super) const AXIS_TEXT_WIDTH: u16 = HISTOGRAM_X - 1 - LABEL;
/// A no-break space: no line is broken here.
pub(super) const NBSP: &str = "\u{a0}";

/// A row of the Backends pane. Pairs are in the order of [`BACKEND_ORDER`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum BackendRow {
    /// The names of the two backends and the numbers of their connections, above columns of text.
    Heads([String; 2]),
    /// An aspect in one row: its name, the calls of both backends, their figures.
    Aspect(&'static str, [&'static str; 2], [String; 2]),
    /// The name of an aspect and the calls of both backends in full.
    Calls(&'static str, [&'static str; 2]),
    /// The figures of both backends, below their calls.
    Words([String; 2]),
    /// The name of an aspect and figures of both backends, without calls.
    Named(&'static str, [String; 2]),
    /// The latencies of a backend in a wide row: label, backend, figures, histogram.
    Latency(&'static str, BackendKind, String, Option<Buckets>),
    /// The time axis below histograms in wide rows: the status, label and text before it.
    Axis(SwitchStatus, &'static str, String),
    /// The names of the two backends, above columns of numbers.
    NarrowHeads,
    /// The name of a figure and its values for both backends.
    Figure(&'static str, [String; 2]),
    /// The latencies of a backend as a histogram in a narrow row.
    Bars(BackendKind, Option<Buckets>),
    /// The time axis below histograms in narrow rows.
    NarrowAxis,
    /// A heading of the figures below.
    Label(&'static str),
    /// The name and value of a figure of the whole program.
    Total(&'static str, String),
    /// A switch: its status and its description.
    Switch(SwitchStatus, String),
    /// Details of the switch in the row above.
    Detail(SwitchStatus, String),
    /// A fixed text.
    Note(String),
    /// A stress test; further lines of its description have neither key nor name.
    StressTest {
        /// Which it is; a click on any of its rows runs it.
        kind: FaultKind,
        /// How the user begins and ends it.
        key: String,
        /// Its name.
        name: &'static str,
        /// What it does, and what one sees.
        text: String,
    },
    /// An empty row.
    Blank,
}

/// The status of a switch.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SwitchStatus {
    /// All connections were handed over.
    Done,
    /// The switch was rolled back.
    Failed,
    /// The switch goes on.
    Running,
    /// There was no switch.
    None,
}

/// Shown instead of an unknown figure.
pub const UNKNOWN: &str = "-";
