//! The table for a narrow pane: for each aspect the calls, and below them the figures; then the latencies. Figures without
//! room in the table follow below it, one per row.

use ratatui::layout::Size;

use super::aspects::{ASPECTS, Aspect, CLIENTS, Lines};
use super::side::{Side, both, percent, sides};
use super::{BETWEEN, LABEL, Row, compact};
use crate::app::{App, human};
use crate::model::event::CloseReason;

/// The least size for the table; a smaller pane lists figures.
const TABLE: Size = Size { width: 36, height: 13 };
/// From this column width on, the figures of clients fit into one line, and their CPU time into another.
const ROOMY: u16 = 24;
/// The separators between the parts of a figure; where there is little room, the last parts are left out.
const SEPARATORS: [&str; 3] = [", ", " of ", " waits "];
/// Blocks that move below the table if the pane is too low for all of them, the least important first.
const YIELDING: [&str; 6] = ["max", "bars", "close", "accept", "errors", "write"];

/// Returns the rows of the table, and the figures below it.
pub(super) fn rows(app: &App, area: Size) -> Vec<Row> {
    if area.width < TABLE.width || area.height < TABLE.height {
        let mut rows = vec![Row::NarrowHeads];
        rows.extend(latency_figures(app));
        rows.extend(bars(app));
        rows.extend(clients(app));
        rows.extend(costs(app));
        rows.extend(calls(app));
        return rows;
    }
    let mut rows = table(app, area);
    rows.push(Row::Blank);
    rows.extend(costs(app));
    rows.extend(behind(app));
    rows
}

/// Returns heads, aspects and latencies, the most important of them in the first rows.
fn table(app: &App, area: Size) -> Vec<Row> {
    let column = (area.width - LABEL - BETWEEN) / 2;
    let mut blocks = vec![Block { name: "", rows: vec![heads(app, column)] }];
    blocks.extend(ASPECTS.iter().map(|aspect| {
        let calls = Row::Calls(aspect.name, aspect.short_calls);
        let rows = std::iter::once(calls).chain(figures(app, aspect, column)).collect();
        Block { name: aspect.name, rows }
    }));
    blocks.push(Block { name: "latency", rows: latencies(app) });
    let longest = vec![Row::Named("", summaries(app, "max", |answers| answers.max))];
    blocks.push(Block { name: "max", rows: longest });
    blocks.push(Block { name: "bars", rows: bars(app) });
    let mut behind = Vec::new();
    for name in YIELDING {
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
    rows: Vec<Row>,
}

fn figures(app: &App, aspect: &Aspect, column: u16) -> Vec<Row> {
    if aspect.name == CLIENTS && column < ROOMY {
        return clients_in_two_lines(app).into();
    }
    let figures = aspect.figures.iter().filter(|figure| figure.lines != Lines::FullOnly);
    let text = |figure| compact::short(app, figure).map(|figure| in_short(&figure, column));
    figures.map(|figure| Row::Words(text(figure))).collect()
}

/// Returns the heads of the columns: how many connections each backend serves, in as many words as fit.
fn heads(app: &App, column: u16) -> Row {
    Row::Heads(sides(app).map(|side| {
        let whole = format!("{}, {}", side.backend, human::counted(side.live, "connection"));
        let brief = format!("{}, {}", side.backend, human::short(side.live));
        // A mark and a space stand before the text.
        let fits = |text: &String| human::width(text) + 2 <= column;
        [whole, brief].into_iter().find(fits).unwrap_or_else(|| side.backend.to_string())
    }))
}

/// Returns the number of threads, and in a line of its own the memory of each client.
fn clients_in_two_lines(app: &App) -> [Row; 2] {
    let threads = |side: &Side| Some(format!("{} threads", human::count(side.figures()?.threads)));
    let memory = sides(app).map(|side| {
        let each = side.figures().and_then(|figures| figures.each);
        each.map(|each| format!("{} each", human::size(each))).unwrap_or_default()
    });
    [Row::Words(both(app, threads)), Row::Words(memory)]
}

/// Returns as many parts of a figure as fit, and at least the first.
fn in_short(figure: &str, column: u16) -> String {
    let mut figure = figure;
    while human::width(figure) > column {
        let Some(at) = SEPARATORS.iter().filter_map(|between| figure.rfind(between)).max() else { break };
        figure = &figure[..at];
    }
    human::cut(figure, column)
}

fn summaries(app: &App, name: &str, of: impl Fn(&crate::app::accounts::Summary) -> u64) -> [String; 2] {
    both(app, |side| side.answers().map(|answers| format!("{name} {}", human::tight(of(answers)))))
}

fn latencies(app: &App) -> Vec<Row> {
    vec![
        Row::Named("latency", summaries(app, "p50", |answers| answers.p50)),
        Row::Named("", summaries(app, "p99", |answers| answers.p99)),
    ]
}

fn latency_figures(app: &App) -> Vec<Row> {
    vec![
        Row::Figure("latency p50", both(app, |side| Some(human::duration(side.answers()?.p50)))),
        Row::Figure("  p99", both(app, |side| Some(human::duration(side.answers()?.p99)))),
        Row::Figure("  max", both(app, |side| Some(human::duration(side.answers()?.max)))),
    ]
}

fn bars(app: &App) -> Vec<Row> {
    let bars = sides(app).map(|side| Row::Bars(side.backend, side.answers().map(|answers| answers.shape)));
    bars.into_iter().chain([Row::NarrowAxis]).collect()
}

fn clients(app: &App) -> Vec<Row> {
    vec![
        Row::Figure("connections", both(app, |side| Some(human::count(side.live)))),
        Row::Figure("  OS threads", both(app, |side| Some(human::count(side.figures()?.threads)))),
        Row::Figure("  memory each", both(app, |side| Some(human::size(side.figures()?.each?)))),
    ]
}

fn costs(app: &App) -> Vec<Row> {
    vec![
        Row::Figure(
            "ctx switches/s",
            both(app, |side| side.pace().map(|pace| human::short(pace.voluntary + pace.involuntary))),
        ),
        Row::Figure("lag p99", both(app, |side| Some(human::duration(side.lags()?.p99)))),
        Row::Figure("CPU %", both(app, |side| side.pace().map(|pace| percent(pace.cpu_permille)))),
        Row::Figure("blocked", both(app, |side| Some(human::count(side.done.blocked.0)))),
        Row::Figure(
            "  longest",
            both(app, |side| Some(side.done.blocked.1).filter(|&most| most > 0).map(human::duration)),
        ),
    ]
}

fn calls(app: &App) -> Vec<Row> {
    let mut rows = vec![
        Row::Figure("accepts/s", both(app, |side| side.pace().map(|pace| human::short(pace.accepts)))),
        Row::Figure("reads/s", both(app, |side| side.pace().map(|pace| human::short(pace.reads)))),
        Row::Figure("writes/s", both(app, |side| side.pace().map(|pace| human::short(pace.writes)))),
        Row::Figure("closed by FIN", both(app, |side| Some(human::short(side.ended_by_fin())))),
        Row::Figure(
            "closed by RST",
            both(app, |side| {
                Some(human::short(side.ended(CloseReason::PeerReset) + side.ended(CloseReason::WeReset)))
            }),
        ),
    ];
    rows.extend(behind(app));
    rows.push(Row::Figure("errors", both(app, |side| Some(human::short(side.errors())))));
    rows
}

/// Returns the figures that have no room in the table.
fn behind(app: &App) -> Vec<Row> {
    vec![
        Row::Figure("to first byte", both(app, |side| Some(human::duration(side.first_bytes()?.p99)))),
        Row::Figure("bytes a read", both(app, |side| side.pace().map(|pace| human::size(pace.read_bytes)))),
        Row::Figure("partial sends/s", both(app, |side| side.pace().map(|pace| human::short(pace.partial)))),
        Row::Figure(
            "in send, per s",
            both(app, |side| side.pace().map(|pace| human::duration(pace.owing_micros))),
        ),
        Row::Figure("closed otherwise", both(app, |side| Some(human::short(side.ended_otherwise())))),
        Row::Figure("refused", both(app, |side| Some(human::short(side.done.refused)))),
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
            ("9/s waits 1 ms/s", "9/s"),
            ("12/s of 6 B", "12/s of 6 B"),
            ("blocked 3, max 203 ms", "blocked 3"),
            ("1,234,567,890,123 of 4", "1,234,567,89…"),
        ] {
            assert_eq!(in_short(figure, 13), short);
        }
    }
}
