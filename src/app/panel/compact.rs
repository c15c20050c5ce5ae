//! The table in one line an aspect, for a pane that is wide but low.

use super::Row;
use super::side::{Side, both, sides};
use super::switches;
use crate::app::{App, human};
use crate::model::BackendKind;
use crate::model::event::CloseReason;

/// Rows that go below the table where it is lower than all of them together, the first of these first: heads, clients and
/// latencies never do.
const YIELDING: [&str; 5] = ["close", "accept", "errors", "read", "write"];

/// The rows of the table, the most telling of them in the first `height`.
pub(super) fn rows(app: &App, height: u16) -> Vec<Row> {
    let mut rows = vec![heads(app)];
    rows.extend(aspects(app));
    rows.extend(latencies(app));
    let (fate, text) = switches::last(app);
    rows.push(Row::Axis(fate, "switch", text));
    let mut below = Vec::new();
    for label in YIELDING {
        if rows.len() <= usize::from(height) {
            break;
        }
        let place = rows.iter().position(|row| matches!(row, Row::Aspect(known, ..) if *known == label));
        below.extend(place.map(|place| rows.remove(place)));
    }
    rows.extend(below.into_iter().rev());
    rows
}

pub(super) fn aspects(app: &App) -> Vec<Row> {
    vec![
        Row::Aspect("accept", ["own thread", "when ready"], both(app, accepting)),
        Row::Aspect("read", ["recv blocks", "recv if ready"], both(app, reading)),
        Row::Aspect("write", ["send blocks", "send if ready"], both(app, writing)),
        Row::Aspect("close", ["drain, close", "same, on loop"], both(app, |side| Some(closing(side)))),
        Row::Aspect("clients", ["own thread", "own task"], both(app, holding)),
        Row::Aspect("", ["", ""], both(app, running)),
        Row::Aspect("errors", ["end 1 thread", "end 1 task"], both(app, |side| Some(failing(side)))),
    ]
}

fn accepting(side: &Side) -> Option<String> {
    let mut text = format!("{}/s", human::short(side.pace()?.accepts));
    if let Some(first) = side.first_bytes() {
        text.push_str(&format!(", first byte {}", human::tight(first.p99)));
    }
    Some(text)
}

fn reading(side: &Side) -> Option<String> {
    let pace = side.pace()?;
    let rate = human::short(pace.reads);
    Some(if pace.reads == 0 {
        format!("{rate}/s")
    } else {
        format!("{rate}/s of {}", human::size(pace.read_bytes))
    })
}

/// What a full socket does: it holds a thread in `send`, and of an event loop it takes a part.
fn writing(side: &Side) -> Option<String> {
    let pace = side.pace()?;
    let mut text = format!("{}/s", human::short(pace.writes));
    match side.backend {
        BackendKind::Threads if pace.owing_micros > 0 => {
            text.push_str(&format!(" waits {}/s", human::rough(pace.owing_micros)));
        }
        BackendKind::Async if pace.partial > 0 => {
            text.push_str(&format!(", {} partial", human::short(pace.partial)));
        }
        _ => {}
    }
    Some(text)
}

/// The closed connections by what ended them: FIN, RST, anything else.
fn closing(side: &Side) -> String {
    let fin = side.ended_by_fin();
    let rst = side.ended(CloseReason::PeerReset) + side.ended(CloseReason::WeReset);
    let mut text = format!("{} FIN, {} RST", human::short(fin), human::short(rst));
    if side.ended_otherwise() > 0 {
        text.push_str(&format!(", {} bad", human::short(side.ended_otherwise())));
    }
    text
}

fn holding(side: &Side) -> Option<String> {
    let figures = side.figures()?;
    let threads = format!("{} threads", human::count(figures.threads));
    Some(figures.each.map_or(threads.clone(), |each| format!("{threads} {}", human::size(each))))
}

fn running(side: &Side) -> Option<String> {
    let pace = side.pace()?;
    let switches = human::short(pace.voluntary + pace.involuntary);
    let mut text = format!("CPU {}%, ctx {switches}/s", pace.cpu_permille / 10);
    if let Some(lag) = side.lags() {
        text.push_str(&format!(", lag {}", human::tight(lag.p99)));
    }
    Some(text)
}

fn failing(side: &Side) -> String {
    let (times, longest) = side.done.blocked;
    let mut told = Vec::new();
    if times > 0 {
        told.push(format!("blocked {}, max {}", human::short(times), human::tight(longest)));
    }
    told.extend(side.failures());
    if told.is_empty() { "none".to_owned() } else { told.join(", ") }
}

/// How many connections each backend serves.
pub(super) fn heads(app: &App) -> Row {
    Row::Heads(
        sides(app).map(|side| format!("{}, {}", side.backend, human::counted(side.live, "connection"))),
    )
}

/// A row of each backend.
pub(super) fn latencies(app: &App) -> impl Iterator<Item = Row> {
    sides(app).into_iter().zip(["latency", ""]).map(|(side, label)| {
        let figures = side.answers().map(|answers| {
            let [p50, p99, max] = [answers.p50, answers.p99, answers.max].map(human::tight);
            format!("p50 {p50:>6} p99 {p99:>6} max {max:>6}")
        });
        let figures = figures.unwrap_or_else(|| {
            let never = side.figures().is_none();
            if never { "has not served yet" } else { "no answer in 10 s" }.to_owned()
        });
        Row::Latency(label, side.backend, figures, side.answers().map(|answers| answers.shape))
    })
}
