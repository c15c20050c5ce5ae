//! The table with one row per figure, for a pane that is wide but low.

use super::aspects::{ASPECTS, AspectLines, Figure, Wording};
use super::backend_stats::{both, both_backends};
use crate::app::backends::row::BackendRow;
use crate::app::backends::switches;
use crate::app::{App, format};

/// Aspects that move below the table if the pane is too low for all rows, the least important first. Heads, clients and
/// latencies always stay.
const YIELD_ORDER: [&str; 5] = ["close", "accept", "errors", "read", "write"];

/// Returns the rows of the table, the most important of them in the first `height`.
pub(super) fn rows(app: &App, height: u16) -> Vec<BackendRow> {
    let mut rows = vec![heads(app)];
    rows.extend(aspects(app));
    rows.extend(latencies(app));
    let (status, text) = switches::newest(app);
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
fn aspects(app: &App) -> impl Iterator<Item = BackendRow> {
    ASPECTS.iter().flat_map(move |aspect| {
        let figures = aspect.figures.iter().filter(|figure| figure.lines != AspectLines::FullOnly);
        figures.enumerate().map(move |(nth, figure)| {
            let (name, calls) = if nth == 0 {
                (aspect.name, aspect.calls(app.upstreams(), &app.model().encryption).short)
            } else {
                ("", ["", ""])
            };
            BackendRow::Aspect(name, calls, short(app, figure))
        })
    })
}

/// Returns a figure of both backends in short wording.
pub(super) fn short(app: &App, figure: &Figure) -> [String; 2] {
    both(app, |stats| Some((figure.parts)(stats, Wording::Short)?.join(", ")))
}

/// Returns the heads of the columns: how many connections each backend serves.
pub(super) fn heads(app: &App) -> BackendRow {
    BackendRow::Heads(
        both_backends(app)
            .map(|stats| format!("{}, {}", stats.backend, format::plural(stats.live, "connection"))),
    )
}

/// Returns the latencies, a row for each backend.
pub(super) fn latencies(app: &App) -> impl Iterator<Item = BackendRow> {
    both_backends(app).into_iter().zip(["latency", ""]).map(|(stats, label)| {
        let figures = stats.answers().map(|answers| {
            let [p50, p99, max] = [answers.p50, answers.p99, answers.max].map(format::duration_compact);
            format!("p50 {p50:>6} p99 {p99:>6} max {max:>6}")
        });
        let figures = figures.unwrap_or_else(|| {
            let never = stats.figures().is_none();
            if never { "has not served yet" } else { "no answer in 10 s" }.to_owned()
        });
        BackendRow::Latency(label, stats.backend, figures, stats.answers().map(|answers| answers.shape))
    })
}
