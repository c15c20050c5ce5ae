//! What a recording has, or what a replay has played of it: no server runs whose backends could be compared.

use crate::app::backends::backend_stats::both_backends;
use crate::app::backends::row::BackendRow;
use crate::app::context::Context;
use crate::app::format;
use crate::bytes::safe;
use crate::event::{CloseReason, Direction};

/// Returns the rows for this width in cells.
pub(super) fn rows(context: Context<'_>, width: u16) -> Vec<BackendRow> {
    let model = context.model();
    let totals = &model.totals;
    let mut rows = files(context, width);
    if let Some(reading) = context.world.reading {
        rows.push(BackendRow::Total("read of the file", format::size(reading.read)));
    }
    let count = |label, number: u64| BackendRow::Total(label, format::count(number));
    let bytes = |label, number: u64| BackendRow::Total(label, format::plural(number, "byte"));
    rows.push(count("connections", totals.seen));
    rows.push(bytes("received by the server", totals.bytes[Direction::Received]));
    rows.push(bytes("sent by the server", totals.bytes[Direction::Sent]));
    if totals.missed_bytes > 0 {
        rows.push(bytes("of these not in the file", totals.missed_bytes));
    }
    rows.push(BackendRow::Blank);
    rows.push(BackendRow::Label("how the connections end"));
    let ended = |reason| both_backends(context).iter().map(|stats| stats.ended(reason)).sum::<u64>();
    for reason in CloseReason::ALL {
        let number = ended(reason);
        if number > 0 {
            rows.push(count(reason.state_labels()[0], number));
        }
    }
    rows.push(count("not at all", model.live()));
    rows
}

/// The names of the files, over several rows if need be.
fn files(context: Context<'_>, width: u16) -> Vec<BackendRow> {
    let Some(opened) = &context.world.setup.opened else { return Vec::new() };
    let names = opened.both().map_or_else(|| vec![opened.first.clone()], Vec::from);
    names.iter().flat_map(|name| format::wrap(&safe::line(name), width)).map(BackendRow::Note).collect()
}
