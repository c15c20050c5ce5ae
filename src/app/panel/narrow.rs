//! The table for a column at the side: of each aspect the calls, and below them the figures; then the latencies. What the
//! table has no room for comes behind it, one figure a row.

use ratatui::layout::Size;

use super::side::{both, percent, sides};
use super::{BETWEEN, LABEL, Row, compact};
use crate::app::{App, human};
use crate::model::event::CloseReason;

/// A narrower or lower pane has no room for the table: it lists figures.
const TABLE: Size = Size { width: 36, height: 13 };
/// Columns with this number of cells have room for the figures of clients in one line, and for what the threads cost in another.
const ROOMY: u16 = 24;
/// What separates the parts of a figure; where there is little room, the last parts are left out.
const SEPARATORS: [&str; 3] = [", ", " of ", " waits "];
/// Aspects that go below the table where it is lower than all of them together, the first of these first.
const YIELDING: [&str; 6] = ["max", "bars", "close", "accept", "errors", "write"];

/// The rows of the table, and of what comes behind it.
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

/// Heads, aspects and latencies, the most telling of them in the first rows.
fn table(app: &App, area: Size) -> Vec<Row> {
    let column = (area.width - LABEL - BETWEEN) / 2;
    let mut parts: Vec<(&str, Vec<Row>)> = vec![("", vec![heads(app, column)])];
    let mut label = "";
    for row in compact::aspects(app) {
        let Row::Aspect(name, calls, figures) = row else { continue };
        if !name.is_empty() {
            label = name;
            parts.push((name, vec![Row::Calls(name, calls)]));
        }
        if let Some((_, rows)) = parts.last_mut() {
            match label {
                "clients" if column < ROOMY && name.is_empty() => {}
                "clients" if column < ROOMY => rows.extend(in_two_lines(&figures)),
                _ => rows.push(Row::Words(figures.map(|figure| in_short(&figure, column)))),
            }
        }
    }
    parts.push(("latency", latencies(app)));
    parts.push(("max", vec![Row::Named("", summaries(app, "max", |answers| answers.max))]));
    parts.push(("bars", bars(app)));
    let mut behind = Vec::new();
    for label in YIELDING {
        let all: usize = parts.iter().map(|(_, rows)| rows.len()).sum();
        if all <= usize::from(area.height) {
            break;
        }
        let place = parts.iter().position(|(known, _)| *known == label);
        behind.extend(place.map(|place| parts.remove(place)));
    }
    parts.into_iter().chain(behind.into_iter().rev()).flat_map(|(_, rows)| rows).collect()
}

/// How many connections each backend serves, in as many words as there is room for.
fn heads(app: &App, column: u16) -> Row {
    Row::Heads(sides(app).map(|side| {
        let whole = format!("{}, {}", side.backend, human::counted(side.live, "connection"));
        let brief = format!("{}, {}", side.backend, human::short(side.live));
        // A mark and a space stand before it.
        let fits = |text: &String| human::width(text) + 2 <= column;
        [whole, brief].into_iter().find(fits).unwrap_or_else(|| side.backend.to_string())
    }))
}

/// `8 threads 27.0 KiB`, the memory of each client in a line of its own.
fn in_two_lines(figures: &[String; 2]) -> [Row; 2] {
    let halves = figures.each_ref().map(|figure| match figure.split_once(" threads ") {
        Some((threads, memory)) => (format!("{threads} threads"), format!("{memory} each")),
        None => (figure.clone(), String::new()),
    });
    let [(left, left_each), (right, right_each)] = halves;
    [Row::Words([left, right]), Row::Words([left_each, right_each])]
}

/// As many of the parts of a figure as there is room for, and at least the first.
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

/// What the table has no room for.
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
