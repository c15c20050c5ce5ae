//! The switches, the newest first: the outcome of each, and how the newest one changed the figures.

use super::{BEFORE_AXIS, FIRM, Fate, Row};
use crate::app::accounts::Figures;
use crate::app::{App, human};
use crate::bytes::safe;
use crate::model::BackendKind;
use crate::model::state::{Outcome, Switch};

/// The row width from which on a switch names both backends.
const BOTH_NAMES: u16 = 44;

/// Returns the rows about all switches for this width in cells.
pub(super) fn rows(app: &App, width: u16) -> Vec<Row> {
    let model = app.model();
    if model.switches.is_empty() && model.switching.is_none() {
        return human::wrap("No switch yet: b moves every live connection to the other backend.", width)
            .into_iter()
            .map(Row::Note)
            .collect();
    }
    let mut rows = Vec::new();
    if let Some((from, to, all, done)) = model.switching {
        let so_far = format!("{} of {}", human::count(done), human::count(all));
        rows.push(Row::Switch(Fate::Running, format!("now      {}: {so_far}", route(from, to, width))));
    }
    for (index, switch) in model.switches.iter().rev().enumerate() {
        rows.extend(told(app, switch, width));
        if index == 0 {
            let did =
                did(app, switch).map(|Changes { threads, memory, p99 }| [threads, memory, p99].join(", "));
            rows.extend(details(Fate::Done, did.as_deref(), width));
        }
    }
    rows
}

fn told(app: &App, switch: &Switch, width: u16) -> Vec<Row> {
    let head = format!(
        "{} {}",
        human::clock(app.model().on_wall_clock(switch.at), app.utc_offset_seconds()),
        route(switch.from, switch.to, width)
    );
    let (fate, head, more) = match &switch.outcome {
        Outcome::Done { connections, micros, outage } => {
            let text = format!("{head}: {} in {}", human::count(*connections), human::duration(*micros));
            // No line is broken between a figure and its unit.
            let figure = |micros| human::duration(micros).replace(' ', FIRM);
            let [p50, p99, max] = [outage.p50, outage.p99, outage.max].map(figure);
            let out =
                (*connections > 0).then(|| format!("each unserved for p50 {p50}, p99 {p99}, max {max}"));
            (Fate::Done, text, out)
        }
        Outcome::Failed { moved_back, detail } => {
            let why = format!("{}; {} moved back", safe::line(detail), human::count(*moved_back));
            (Fate::Failed, format!("{head}: failed"), Some(why))
        }
    };
    let mut rows = vec![Row::Switch(fate, head)];
    rows.extend(details(fate, more.as_deref(), width));
    rows
}

fn details(fate: Fate, text: Option<&str>, width: u16) -> Vec<Row> {
    let lines = text.map(|text| human::wrap(text, width.saturating_sub(2))).unwrap_or_default();
    lines.into_iter().map(|line| Row::Detail(fate, format!("  {}", line.replace(FIRM, " ")))).collect()
}

/// Names the backends of a switch: only the new one where there is little room, because there are only two.
fn route(from: BackendKind, to: BackendKind, width: u16) -> String {
    if width >= BOTH_NAMES { format!("{from} to {to}") } else { format!("to {to}") }
}

/// The changes of figures that a switch has caused, as text.
struct Changes {
    threads: String,
    memory: String,
    p99: String,
}

/// Returns how a switch changed the figures; `None` before they were read again.
fn did(app: &App, switch: &Switch) -> Option<Changes> {
    if !matches!(switch.outcome, Outcome::Done { .. }) {
        return None;
    }
    let change = app.accounts().change(switch.at)?;
    let (before, after) = (&change.before, change.after.as_ref()?);
    let p99 = |figures: &Figures| {
        figures.answers.map_or(super::UNKNOWN.into(), |answers| human::duration(answers.p99))
    };
    Some(Changes {
        threads: became("OS threads", human::count(before.threads), &human::count(after.threads)),
        memory: became("memory", human::size(before.resident), &human::size(after.resident)),
        p99: became("p99", p99(before), &p99(after)),
    })
}

/// Formats a change of a figure, `p99 0.21 → 0.88 ms`: a common unit is shown once, and no line is broken within.
fn became(of: &str, before: String, after: &str) -> String {
    let before = match (before.split_once(' '), after.split_once(' ')) {
        (Some((figure, unit)), Some((_, same))) if unit == same => figure.to_owned(),
        _ => before,
    };
    format!("{of} {before} → {after}").replace(' ', FIRM)
}

/// Describes the newest switch in a few words, or the one that goes on.
pub(super) fn last(app: &App) -> (Fate, String) {
    let model = app.model();
    let (fate, text) = match (model.switching, model.switches.back()) {
        (Some((_, to, all, done)), _) => {
            (Fate::Running, format!("to {to}: {} of {}", human::count(done), human::count(all)))
        }
        (None, None) => (Fate::None, "none yet: b moves every live client".to_owned()),
        (None, Some(switch)) => match (&switch.outcome, did(app, switch)) {
            (Outcome::Failed { detail, .. }, _) => {
                (Fate::Failed, format!("to {} failed: {}", switch.to, safe::line(detail)))
            }
            (Outcome::Done { .. }, Some(Changes { threads, p99, .. })) => {
                // The row above says that they are OS threads.
                (Fate::Done, format!("{}, {p99}", threads.trim_start_matches("OS\u{a0}")).replace(FIRM, " "))
            }
            (Outcome::Done { connections, micros, .. }, None) => {
                let (connections, time) = (human::counted(*connections, "client"), human::duration(*micros));
                (Fate::Done, format!("to {}: {connections} in {time}", switch.to))
            }
        },
    };
    (fate, human::cut(&text, BEFORE_AXIS))
}
