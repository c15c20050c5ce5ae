//! Figures that belong to no aspect of the table: process, memory, frame times, limits.

use super::Row;
use super::side::both;
use crate::app::{App, human};
use crate::bytes::safe;

/// Returns the rows for this width in cells.
pub(super) fn rows(app: &App, width: u16) -> Vec<Row> {
    let mut rows = vec![
        Row::NarrowHeads,
        Row::Figure("resident memory", both(app, |side| Some(human::size(side.figures()?.resident)))),
        Row::Figure("descriptors", both(app, |side| Some(human::count(side.figures()?.descriptors)))),
        Row::Figure("bytes/s", both(app, |side| side.pace().map(|pace| human::size(pace.bytes)))),
        Row::Label("context switches/s"),
        Row::Figure("  voluntary", both(app, |side| side.pace().map(|pace| human::count(pace.voluntary)))),
        Row::Figure(
            "  involuntary",
            both(app, |side| side.pace().map(|pace| human::count(pace.involuntary))),
        ),
        Row::Blank,
    ];
    let model = app.model();
    rows.push(Row::Total("history memory", human::size_of(model.memory(), model.budget().memory)));
    if let Some(frame) = app.accounts().frame() {
        let [p50, p99] = [frame.p50, frame.p99].map(human::duration);
        rows.push(Row::Total("frame", format!("{p50}, p99 {p99}")));
    }
    for line in app.capacity() {
        rows.extend(human::wrap(&safe::line(line), width).into_iter().map(Row::Note));
    }
    rows
}
