//! The table with all its words: of each aspect the calls, and below them the figures.

use super::side::{Side, both, percent, sides};
use super::{BEFORE_AXIS, BETWEEN, FIRM, Fate, LABEL, Row, compact};
use crate::app::{App, human};
use crate::model::BackendKind;
use crate::model::event::CloseReason;

/// The rows of the table, for this number of cells.
pub(super) fn rows(app: &App, width: u16) -> Vec<Row> {
    let column = (width - LABEL - BETWEEN) / 2;
    let mut rows = vec![compact::heads(app)];
    rows.push(Row::Calls("accept", ["poll, accept on its own thread", "wait until readable, then accept"]));
    rows.push(Row::Words(both(app, accepting)));
    rows.push(Row::Calls("read", ["blocking recv", "recv when readable"]));
    rows.push(Row::Words(both(app, reading)));
    rows.push(Row::Calls("write", ["blocking send until all is out", "send, the rest when writable"]));
    rows.push(Row::Words(both(app, writing)));
    rows.push(Row::Calls("close", ["shutdown, drain, close", "the same, on the loop"]));
    rows.extend(lists(app, column, closing));
    rows.push(Row::Calls("clients", ["a thread each, 256 KiB of stack", "a task each, all on one thread"]));
    rows.push(Row::Words(both(app, holding)));
    rows.push(Row::Words(both(app, running)));
    rows.push(Row::Words(both(app, lagging)));
    let calls = ["end that thread's connection only", "end that task's connection only"];
    rows.push(Row::Calls("errors", calls));
    rows.extend(lists(app, column, failing));
    rows.extend(compact::latencies(app));
    rows.push(Row::Axis(Fate::None, "", counting(app)));
    rows
}

/// Lists of both, in as many rows as the longer one needs.
fn lists(app: &App, column: u16, list: fn(&Side) -> Vec<String>) -> Vec<Row> {
    let lines = sides(app).map(|side| {
        let firm: Vec<_> = list(&side).into_iter().map(|part| part.replace(' ', FIRM)).collect();
        human::wrap(&firm.join(", "), column)
    });
    let line = |side: usize, row: usize| -> String {
        lines[side].get(row).map(|line| line.replace(FIRM, " ")).unwrap_or_default()
    };
    let most = lines[0].len().max(lines[1].len());
    (0..most).map(|row| Row::Words([line(0, row), line(1, row)])).collect()
}

fn accepting(side: &Side) -> Option<String> {
    let mut text = format!("{}/s", human::short(side.pace()?.accepts));
    if let Some(first) = side.first_bytes() {
        let [p50, p99] = [first.p50, first.p99].map(human::tight);
        text.push_str(&format!(", 1st byte {p50}, p99 {p99}"));
    }
    Some(text)
}

fn reading(side: &Side) -> Option<String> {
    let pace = side.pace()?;
    let rate = human::short(pace.reads);
    Some(if pace.reads == 0 {
        format!("{rate}/s")
    } else {
        format!("{rate}/s, {} a read", human::size(pace.read_bytes))
    })
}

fn writing(side: &Side) -> Option<String> {
    let pace = side.pace()?;
    let [writes, partial] = [pace.writes, pace.partial].map(human::short);
    Some(format!("{writes}/s, {partial} partial, waits {}/s", human::rough(pace.owing_micros)))
}

/// Whose FIN or RST ended it, or what else.
fn closing(side: &Side) -> Vec<String> {
    let by = |whose: &str, fin: CloseReason, rst: CloseReason| {
        let flags = [(side.ended(fin), "FIN"), (side.ended(rst), "RST")];
        let told: Vec<_> = flags
            .into_iter()
            .filter(|(times, _)| *times > 0)
            .map(|(times, flag)| format!("{} {flag}", human::short(times)))
            .collect();
        (!told.is_empty()).then(|| format!("{whose} {}", told.join(" ")))
    };
    let flags = [
        by("client", CloseReason::PeerFinished, CloseReason::PeerReset),
        by("we", CloseReason::WeFinished, CloseReason::WeReset),
    ];
    let others = [CloseReason::IdleTimeout, CloseReason::Timeout, CloseReason::Refused, CloseReason::Error];
    let others = others.into_iter().map(|reason| (side.ended(reason), reason.label()));
    let others =
        others.filter(|(times, _)| *times > 0).map(|(times, word)| format!("{} {word}", human::short(times)));
    listed(flags.into_iter().flatten().chain(others))
}

/// What there is, or that there is nothing.
fn listed(parts: impl Iterator<Item = String>) -> Vec<String> {
    let parts: Vec<_> = parts.collect();
    if parts.is_empty() { vec!["none".to_owned()] } else { parts }
}

fn holding(side: &Side) -> Option<String> {
    let figures = side.figures()?;
    let threads = human::counted(figures.threads, "OS thread");
    Some(figures.each.map_or(threads.clone(), |each| format!("{threads}, {} each", human::size(each))))
}

fn running(side: &Side) -> Option<String> {
    let pace = side.pace()?;
    let switches = human::short(pace.voluntary + pace.involuntary);
    Some(format!("{switches} ctx switches/s, CPU {} %", percent(pace.cpu_permille)))
}

fn lagging(side: &Side) -> Option<String> {
    let lag = side.lags()?;
    let whose = match side.backend {
        BackendKind::Threads => "scheduler",
        BackendKind::Async => "loop",
    };
    Some(format!("{whose} lag p99 {}", human::duration(lag.p99)))
}

fn failing(side: &Side) -> Vec<String> {
    let (times, longest) = side.done.blocked;
    let blocked = format!("blocked {}, longest {}", human::counted(times, "time"), human::duration(longest));
    listed((times > 0).then_some(blocked).into_iter().chain(side.failures()))
}

fn counting(app: &App) -> String {
    let counts = sides(app).map(|side| side.answers().map_or(0, |answers| answers.count));
    let [threads, tasks] = counts.map(human::short);
    human::cut(&format!("answers in 10 s: {threads} and {tasks}"), BEFORE_AXIS)
}
