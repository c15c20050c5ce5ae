//! Figures that belong to no aspect of the table: process, memory, frame times, limits.

use super::backend_stats::both;
use crate::app::backends::row::BackendRow;
use crate::app::context::Context;
use crate::app::format;
use crate::bytes::safe;

/// Returns the rows for this width in cells.
pub(super) fn rows(context: Context<'_>, width: u16) -> Vec<BackendRow> {
    let mut rows = vec![
        BackendRow::NarrowHeads,
        BackendRow::Figure(
            "resident memory",
            both(context, |stats| Some(format::size(stats.figures()?.resident))),
        ),
        BackendRow::Figure(
            "descriptors",
            both(context, |stats| Some(format::count(stats.figures()?.descriptors))),
        ),
        BackendRow::Figure(
            "bytes/s",
            both(context, |stats| stats.rates().map(|rates| format::size(rates.bytes))),
        ),
        BackendRow::Label("context switches/s"),
        BackendRow::Figure(
            "  voluntary",
            both(context, |stats| stats.rates().map(|rates| format::count(rates.voluntary))),
        ),
        BackendRow::Figure(
            "  involuntary",
            both(context, |stats| stats.rates().map(|rates| format::count(rates.involuntary))),
        ),
        BackendRow::Blank,
    ];
    let model = context.model();
    rows.push(BackendRow::Total(
        "history memory",
        format::size_within(model.memory(), model.budget().memory),
    ));
    if let Some(frame) = context.world.metrics.frame() {
        let [p50, p99] = [frame.p50, frame.p99].map(format::duration);
        rows.push(BackendRow::Total("frame", format!("{p50}, p99 {p99}")));
    }
    for line in &context.world.setup.capacity {
        rows.extend(format::wrap(&safe::line(line), width).into_iter().map(BackendRow::Note));
    }
    rows
}
