//! The table with one row per figure, for a pane that is wide but low.

use super::aspects::{ASPECTS, AspectLines, Figure, Wording};
use super::backend_stats::{both, both_backends};
use crate::app::backends::row::BackendRow;
use crate::app::backends::switches;
use crate::app::context::Context;
use crate::app::format;

/// Aspects that move below the table if the pane is too low for all rows, the least important first. Heads, clients and
/// latencies always stay.
const YIELD_ORDER: [&str; 5] = ["close", "accept", "errors", "read", "write"];

/// Returns the rows of the table, the most important of them in the first `height`.
pub(super) fn rows(context: Context<'_>, height: u16) -> Vec<BackendRow> {
    let mut rows = vec![heads(context)];
    rows.extend(aspects(context));
    rows.extend(latencies(context));
    let (status, text) = switches::newest(context);
    rows.push(BackendRow::Axis(status, "switch", text));
    let mut below = Vec::new();
    for label in YIELD_ORDER {
        if rows.len() <= usize::from(height) {
            break;
        }
        let place =
            rows.iter().position(|row| matches!(row, BackendRow::Aspect(known, ..) if *known == label));
        below.extend(place.map(|place| rows.remove(place)));
    }
    rows.extend(below.into_iter().rev());
    rows
}

/// Returns the aspects in short wording: one row for each figure, the first with the name and the calls.
fn aspects(context: Context<'_>) -> impl Iterator<Item = BackendRow> {
    ASPECTS.iter().flat_map(move |aspect| {
        let figures = aspect.figures.iter().filter(|figure| figure.lines != AspectLines::FullOnly);
        figures.enumerate().map(move |(nth, figure)| {
            let (name, calls) = if nth == 0 {
                (aspect.name, aspect.calls(context.upstreams(), &context.model().encryption).short)
            } else {
                ("", ["", ""])
            };
            BackendRow::Aspect(name, calls, short(context, figure))
        })
    })
}

/// Returns a figure of both backends in short wording.
pub(super) fn short(context: Context<'_>, figure: &Figure) -> [String; 2] {
    both(context, |stats| Some((figure.parts)(stats, Wording::Short)?.join(", ")))
}

/// Returns the heads of the columns: how many connections each backend serves.
pub(super) fn heads(context: Context<'_>) -> BackendRow {
    BackendRow::Heads(
        both_backends(context).map(|stats| format!("{}, {}", stats.backend, stats.serves(context)[0])),
    )
}

/// Returns the latencies, a row for each backend.
pub(super) fn latencies(context: Context<'_>) -> impl Iterator<Item = BackendRow> {
    both_backends(context).into_iter().zip(["latency", ""]).map(|(stats, label)| {
        let figures = stats.answers().map(|answers| {
            let [p50, p99, max] = [answers.p50, answers.p99, answers.max].map(format::duration_compact);
            format!("p50 {p50:>6} p99 {p99:>6} max {max:>6}")
        });
        let figures = figures.unwrap_or_else(|| {
            let text = match stats.figures() {
                None => "has not served yet",
                Some(_) => "no answer in 10 s",
            };
            text.to_owned()
        });
        BackendRow::Latency(label, stats.backend, figures, stats.answers().map(|answers| answers.shape))
    })
}
