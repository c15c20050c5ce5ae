//! The table for a narrow pane: for each aspect the calls, and below them the figures; then the latencies. Figures without
//! room in the table follow below it, one per row.

use ratatui::layout::Size;

use super::aspects::{ASPECTS, Aspect, AspectLines, CLIENTS};
use super::backend_stats::{BackendStats, both, both_backends, percent};
use crate::app::backends::compact;
use crate::app::backends::row::{BETWEEN, BackendRow, LABEL, UNKNOWN};
use crate::app::context::Context;
use crate::app::format;

/// The least size for the table; a smaller pane lists figures.
const TABLE: Size = Size { width: 36, height: 13 };
/// From this column width on, the figures of clients fit into one line, and their CPU time into another.
const ROOMY: u16 = 24;
/// The separators between the parts of a figure; where there is little room, the last parts are left out.
const SEPARATORS: [&str; 3] = [", ", " of ", " owing "];
/// Blocks that move below the table if the pane is too low for all of them, the least important first.
const YIELD_ORDER: [&str; 6] = ["max", "bars", "close", "accept", "errors", "write"];

/// Returns the rows of the table, and the figures below it.
pub(super) fn rows(context: Context<'_>, area: Size) -> Vec<BackendRow> {
    if area.width < TABLE.width || area.height < TABLE.height {
        let mut rows = vec![BackendRow::NarrowHeads];
        rows.extend(latency_figures(context));
        rows.extend(bars(context));
        rows.extend(clients(context));
        rows.extend(costs(context));
        rows.extend(calls(context));
        return rows;
    }
    let mut rows = table(context, area);
    rows.extend([BackendRow::Blank, BackendRow::NarrowHeads]);
    rows.extend(costs(context));
    rows.extend(behind(context));
    rows
}

/// Returns heads, aspects and latencies, the most important of them in the first rows.
fn table(context: Context<'_>, area: Size) -> Vec<BackendRow> {
    let column = (area.width - LABEL - BETWEEN) / 2;
    let mut blocks = vec![Block { name: "", rows: vec![heads(context, column)] }];
    blocks.extend(ASPECTS.iter().map(|aspect| {
        let calls = BackendRow::Calls(
            aspect.name,
            aspect.calls(context.upstreams(), &context.model().encryption).short,
        );
        let rows = std::iter::once(calls).chain(figures(context, aspect, column)).collect();
        Block { name: aspect.name, rows }
    }));
    blocks.push(Block { name: "latency", rows: latencies(context) });
    let longest = vec![BackendRow::Named("", summaries(context, "max", |answers| answers.max))];
    blocks.push(Block { name: "max", rows: longest });
    blocks.push(Block { name: "bars", rows: bars(context) });
    let mut behind = Vec::new();
    for name in YIELD_ORDER {
        let all: usize = blocks.iter().map(|block| block.rows.len()).sum();
        if all <= usize::from(area.height) {
            break;
        }
        let place = blocks.iter().position(|block| block.name == name);
        behind.extend(place.map(|place| blocks.remove(place)));
    }
    blocks.into_iter().chain(behind.into_iter().rev()).flat_map(|block| block.rows).collect()
}

/// Rows that move together.
struct Block {
    name: &'static str,
    rows: Vec<BackendRow>,
}

fn figures(context: Context<'_>, aspect: &Aspect, column: u16) -> Vec<BackendRow> {
    if aspect.name == CLIENTS && column < ROOMY {
        return clients_in_two_lines(context).into();
    }
    let figures = aspect.figures.iter().filter(|figure| figure.lines != AspectLines::FullOnly);
    let text = |figure| compact::short(context, figure).map(|figure| in_short(&figure, column));
    figures.map(|figure| BackendRow::Words(text(figure))).collect()
}

/// Returns the heads of the columns: how many connections each backend serves, in as many words as fit.
fn heads(context: Context<'_>, column: u16) -> BackendRow {
    BackendRow::Heads(both_backends(context).map(|stats| {
        // A mark and a space stand before the text.
        let fits = |text: &String| format::width(text) + 2 <= column;
        let words = stats.serves(context).map(|words| format!("{}, {words}", stats.backend));
        words.into_iter().find(fits).unwrap_or_else(|| stats.backend.to_string())
    }))
}

/// Returns the number of threads, and in a line of its own the memory of each client.
fn clients_in_two_lines(context: Context<'_>) -> [BackendRow; 2] {
    let threads = |stats: &BackendStats| Some(format!("{} threads", format::count(stats.figures()?.threads)));
    let memory = both_backends(context).map(|stats| {
        let each = stats.figures().and_then(|figures| figures.each);
        each.map(|each| format!("{} each", format::size(each))).unwrap_or_default()
    });
    [BackendRow::Words(both(context, threads)), BackendRow::Words(memory)]
}

/// Returns as many parts of a figure as fit, and at least the first.
fn in_short(figure: &str, column: u16) -> String {
    let mut figure = figure;
    while format::width(figure) > column {
        let Some(at) = SEPARATORS.iter().filter_map(|between| figure.rfind(between)).max() else { break };
        figure = &figure[..at];
    }
    format::truncate(figure, column)
}

fn summaries(
    context: Context<'_>,
    name: &str,
    of: impl Fn(&crate::app::backends::metrics::WindowSummary) -> u64,
) -> [String; 2] {
    both(context, |stats| {
        let figure = stats.answers().map(|answers| format::duration_compact(of(answers)));
        Some(format!("{name} {}", figure.as_deref().unwrap_or(UNKNOWN)))
    })
}

fn latencies(context: Context<'_>) -> Vec<BackendRow> {
    vec![
        BackendRow::Named("latency", summaries(context, "p50", |answers| answers.p50)),
        BackendRow::Named("", summaries(context, "p99", |answers| answers.p99)),
    ]
}

fn latency_figures(context: Context<'_>) -> Vec<BackendRow> {
    vec![
        BackendRow::Figure(
            "latency p50",
            both(context, |stats| Some(format::duration(stats.answers()?.p50))),
        ),
        BackendRow::Figure("  p99", both(context, |stats| Some(format::duration(stats.answers()?.p99)))),
        BackendRow::Figure("  max", both(context, |stats| Some(format::duration(stats.answers()?.max)))),
    ]
}

fn bars(context: Context<'_>) -> Vec<BackendRow> {
    // An axis alone says nothing.
    if both_backends(context).iter().all(|stats| stats.answers().is_none()) {
        return Vec::new();
    }
    let bars = both_backends(context)
        .map(|stats| BackendRow::Bars(stats.backend, stats.answers().map(|answers| answers.shape)));
    bars.into_iter().chain([BackendRow::NarrowAxis]).collect()
}

fn clients(context: Context<'_>) -> Vec<BackendRow> {
    vec![
        BackendRow::Figure("connections", both(context, |stats| Some(format::count(stats.live)))),
        BackendRow::Figure(
            "  OS threads",
            both(context, |stats| Some(format::count(stats.figures()?.threads))),
        ),
        BackendRow::Figure(
            "  memory each",
            both(context, |stats| Some(format::size(stats.figures()?.each?))),
        ),
    ]
}

fn costs(context: Context<'_>) -> Vec<BackendRow> {
    vec![
        BackendRow::Figure(
            "ctx switches/s",
            both(context, |stats| {
                stats.rates().map(|rates| format::count_compact(rates.voluntary + rates.involuntary))
            }),
        ),
        BackendRow::Figure(
            "timer late p99",
            both(context, |stats| Some(format::duration(stats.scheduling_delays()?.p99))),
        ),
        BackendRow::Figure(
            "CPU %",
            both(context, |stats| stats.rates().map(|rates| percent(rates.cpu_permille))),
        ),
        BackendRow::Figure("blocked", both(context, |stats| Some(format::count(stats.done.blocked.0)))),
        BackendRow::Figure(
            "  longest",
            both(context, |stats| Some(stats.done.blocked.1).filter(|&most| most > 0).map(format::duration)),
        ),
    ]
}

fn calls(context: Context<'_>) -> Vec<BackendRow> {
    let mut rows = vec![
        BackendRow::Figure(
            "accepts/s",
            both(context, |stats| stats.rates().map(|rates| format::count_compact(rates.accepts))),
        ),
        BackendRow::Figure(
            "reads/s",
            both(context, |stats| stats.rates().map(|rates| format::count_compact(rates.reads))),
        ),
        BackendRow::Figure(
            "writes/s",
            both(context, |stats| stats.rates().map(|rates| format::count_compact(rates.writes))),
        ),
        BackendRow::Figure(
            "closed by FIN",
            both(context, |stats| Some(format::count_compact(stats.ended_by_fin()))),
        ),
        BackendRow::Figure(
            "closed by RST",
            both(context, |stats| Some(format::count_compact(stats.ended_by_rst()))),
        ),
    ];
    rows.extend(behind(context));
    rows.push(BackendRow::Figure(
        "errors",
        both(context, |stats| Some(format::count_compact(stats.errors()))),
    ));
    rows
}

/// Returns the figures that have no room in the table.
fn behind(context: Context<'_>) -> Vec<BackendRow> {
    vec![
        BackendRow::Figure(
            "to first byte",
            both(context, |stats| Some(format::duration(stats.first_bytes()?.p99))),
        ),
        BackendRow::Figure(
            "bytes a read",
            both(context, |stats| stats.rates().map(|rates| format::size(rates.read_bytes))),
        ),
        BackendRow::Figure(
            "partial sends/s",
            both(context, |stats| stats.rates().map(|rates| format::count_compact(rates.partial))),
        ),
        BackendRow::Figure(
            "in send, per s",
            both(context, |stats| stats.rates().map(|rates| format::duration(rates.blocked_micros))),
        ),
        BackendRow::Figure(
            "closed otherwise",
            both(context, |stats| Some(format::count_compact(stats.ended_otherwise()))),
        ),
        BackendRow::Figure("refused", both(context, |stats| Some(format::count_compact(stats.done.refused)))),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_parts_of_a_figure_stay() {
        for (figure, short) in [
            ("12/s, first byte 1.2 ms", "12/s"),
            ("123k/s of 64 KiB", "123k/s"),
            ("9/s owing 1 ms/s", "9/s"),
            ("12/s of 6 B", "12/s of 6 B"),
            ("blocked 3, max 203 ms", "blocked 3"),
            ("1,234,567,890,123 of 4", "1,234,567,89…"),
        ] {
            assert_eq!(in_short(figure, 13), short);
        }
    }
}
