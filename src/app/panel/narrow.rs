//! The table for a column at the side: one figure a row, what the eye looks for first at the top.

use super::Row;
use super::side::{both, percent, sides};
use crate::app::{App, human};
use crate::model::event::CloseReason;

/// The rows of the table.
pub(super) fn rows(app: &App) -> Vec<Row> {
    let mut rows = vec![Row::NarrowHeads];
    rows.extend(latencies(app));
    rows.extend(clients(app));
    rows.extend(calls(app));
    rows
}

fn latencies(app: &App) -> Vec<Row> {
    let mut rows = vec![
        Row::Figure("latency p50", both(app, |side| Some(human::duration(side.answers()?.p50)))),
        Row::Figure("  p99", both(app, |side| Some(human::duration(side.answers()?.p99)))),
        Row::Figure("  max", both(app, |side| Some(human::duration(side.answers()?.max)))),
    ];
    rows.extend(sides(app).map(|side| Row::Bars(side.backend, side.answers().map(|answers| answers.shape))));
    rows.push(Row::NarrowAxis);
    rows
}

fn clients(app: &App) -> Vec<Row> {
    vec![
        Row::Figure("connections", both(app, |side| Some(human::count(side.live)))),
        Row::Figure("  OS threads", both(app, |side| Some(human::count(side.figures()?.threads)))),
        Row::Figure("  memory each", both(app, |side| Some(human::size(side.figures()?.each?)))),
        Row::Figure(
            "  switches/s",
            both(app, |side| side.pace().map(|pace| human::short(pace.voluntary + pace.involuntary))),
        ),
        Row::Figure("  lag p99", both(app, |side| Some(human::duration(side.lags()?.p99)))),
        Row::Figure("  CPU %", both(app, |side| side.pace().map(|pace| percent(pace.cpu_permille)))),
        Row::Figure("blocked", both(app, |side| Some(human::count(side.done.blocked.0)))),
        Row::Figure(
            "  at most",
            both(app, |side| Some(side.done.blocked.1).filter(|&most| most > 0).map(human::duration)),
        ),
    ]
}

fn calls(app: &App) -> Vec<Row> {
    vec![
        Row::Figure("accepts/s", both(app, |side| side.pace().map(|pace| human::short(pace.accepts)))),
        Row::Figure("  first byte", both(app, |side| Some(human::duration(side.first_bytes()?.p99)))),
        Row::Figure("reads/s", both(app, |side| side.pace().map(|pace| human::short(pace.reads)))),
        Row::Figure("  bytes each", both(app, |side| side.pace().map(|pace| human::size(pace.read_bytes)))),
        Row::Figure("writes/s", both(app, |side| side.pace().map(|pace| human::short(pace.writes)))),
        Row::Figure("  partial/s", both(app, |side| side.pace().map(|pace| human::short(pace.partial)))),
        Row::Figure(
            "  waits a s",
            both(app, |side| side.pace().map(|pace| human::duration(pace.owing_micros))),
        ),
        Row::Figure("closed by FIN", both(app, |side| Some(human::short(side.ended_by_fin())))),
        Row::Figure(
            "  by RST",
            both(app, |side| {
                Some(human::short(side.ended(CloseReason::PeerReset) + side.ended(CloseReason::WeReset)))
            }),
        ),
        Row::Figure("  otherwise", both(app, |side| Some(human::short(side.ended_otherwise())))),
        Row::Figure("errors", both(app, |side| Some(human::short(side.errors())))),
        Row::Figure("  refused", both(app, |side| Some(human::short(side.done.refused)))),
    ]
}
