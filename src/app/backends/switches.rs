//! The switches, the newest first: the outcome of each, and how the newest one changed the figures.

use crate::app::action::Action;
use crate::app::backends::metrics::Figures;
use crate::app::backends::row::{AXIS_TEXT_WIDTH, BackendRow, NBSP, SwitchStatus};
use crate::app::context::Context;
use crate::app::format;
use crate::bytes::safe;
use crate::event::BackendKind;
use crate::model::state::{Outcome, Switch};

/// What is said about the switches of a recording.
const NOT_RECORDED: &str = "This recording tells of no switch. No recording tells what the backends cost.";

/// The row width from which on a switch names both backends.
const BOTH_NAMES: u16 = 44;

/// Returns the rows about all switches for this width in cells.
pub(super) fn rows(context: Context<'_>, width: u16) -> Vec<BackendRow> {
    let model = context.model();
    if model.switches.is_empty() && model.switching.is_none() {
        let text = if context.world.setup.opened.is_some() {
            NOT_RECORDED.to_owned()
        } else {
            let key = context.keymap().way_to(Action::SwitchBackend);
            format!("{key} moves every live connection to the other backend.")
        };
        return format::wrap(&text, width).into_iter().map(BackendRow::Note).collect();
    }
    let mut rows = Vec::new();
    if let Some((from, to, all, done)) = model.switching {
        let so_far = format!("{} of {}", format::count(done), format::count(all));
        rows.push(BackendRow::Switch(
            SwitchStatus::Running,
            format!("now      {}: {so_far}", route(from, to, width)),
        ));
    }
    for (index, switch) in model.switches.iter().rev().enumerate() {
        rows.extend(outcome_rows(context, switch, width));
        if index == 0 {
            let effect = effect_of(context, switch)
                .map(|Changes { threads, memory, p99 }| join([Some(threads), Some(memory), p99]));
            rows.extend(details(SwitchStatus::Done, effect.as_deref(), width));
        }
    }
    rows
}

fn outcome_rows(context: Context<'_>, switch: &Switch, width: u16) -> Vec<BackendRow> {
    let head = format!(
        "{} {}",
        format::clock(context.model().on_wall_clock(switch.at), context.utc_offset_seconds()),
        route(switch.from, switch.to, width)
    );
    let (status, head, more) = match &switch.outcome {
        Outcome::Done { connections, micros, outage } => {
            let moved = format::plural(*connections, "connection");
            let took = format::duration(*micros);
            let text = format!("{head}: {moved} in {took}");
            let short = || format!("{head}: {} in {took}", format::count(*connections));
            let text = if format::width(&text) <= width { text } else { short() };
            // No line is broken between a figure and its unit.
            let figure = |micros| format::duration(micros).replace(' ', NBSP);
            let [p50, p99, max] = [outage.p50, outage.p99, outage.max].map(figure);
            let out =
                (*connections > 0).then(|| format!("each unserved for p50 {p50}, p99 {p99}, max {max}"));
            (SwitchStatus::Done, text, out)
        }
        Outcome::Failed { moved_back, detail } => {
            let why = format!("{}; {} moved back", safe::line(detail), format::count(*moved_back));
            (SwitchStatus::Failed, format!("{head}: failed"), Some(why))
        }
    };
    let mut rows = vec![BackendRow::Switch(status, head)];
    rows.extend(details(status, more.as_deref(), width));
    rows
}

fn details(status: SwitchStatus, text: Option<&str>, width: u16) -> Vec<BackendRow> {
    let lines = text.map(|text| format::wrap(text, width.saturating_sub(2))).unwrap_or_default();
    lines
        .into_iter()
        .map(|line| BackendRow::Detail(status, format!("  {}", line.replace(NBSP, " "))))
        .collect()
}

/// Names the backends of a switch: only the new one where there is little room, because there are only two.
fn route(from: BackendKind, to: BackendKind, width: u16) -> String {
    if width >= BOTH_NAMES { format!("{from} to {to}") } else { format!("to {to}") }
}

/// The changes of figures that a switch has caused, as text.
struct Changes {
    threads: String,
    memory: String,
    /// Unknown while nothing was answered before or after it.
    p99: Option<String>,
}

/// Returns how a switch changed the figures; `None` before they were read again.
fn effect_of(context: Context<'_>, switch: &Switch) -> Option<Changes> {
    if !matches!(switch.outcome, Outcome::Done { .. }) {
        return None;
    }
    let change = context.world.metrics.change(switch.at)?;
    let (before, after) = (&change.before, change.after.as_ref()?);
    let p99 = |figures: &Figures| Some(format::duration(figures.answers?.p99));
    let answered = p99(before).zip(p99(after));
    Some(Changes {
        threads: change_of("OS threads", format::count(before.threads), &format::count(after.threads)),
        memory: change_of("memory", format::size(before.resident), &format::size(after.resident)),
        p99: answered.map(|(before, after)| change_of("p99", before, &after)),
    })
}

/// Joins what is known.
fn join<const N: usize>(parts: [Option<String>; N]) -> String {
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// Formats a change of a figure, `p99 0.21 → 0.88 ms`: a common unit is shown once, and no line is broken within.
fn change_of(of: &str, before: String, after: &str) -> String {
    let before = match (before.split_once(' '), after.split_once(' ')) {
        (Some((figure, unit)), Some((_, same))) if unit == same => figure.to_owned(),
        _ => before,
    };
    format!("{of} {before} → {after}").replace(' ', NBSP)
}

/// Describes the newest switch in a few words, or the one that goes on.
pub(super) fn newest(context: Context<'_>) -> (SwitchStatus, String) {
    let model = context.model();
    let (status, text) = match (model.switching, model.switches.back()) {
        (Some((_, to, all, done)), _) => {
            (SwitchStatus::Running, format!("to {to}: {} of {}", format::count(done), format::count(all)))
        }
        (None, None) if context.world.setup.opened.is_some() => {
            (SwitchStatus::None, "not recorded".to_owned())
        }
        (None, None) => {
            let key = context.keymap().way_to(Action::SwitchBackend);
            (SwitchStatus::None, format!("none yet: {key} moves every live client"))
        }
        (None, Some(switch)) => match (&switch.outcome, effect_of(context, switch)) {
            (Outcome::Failed { detail, .. }, _) => {
                (SwitchStatus::Failed, format!("to {} failed: {}", switch.to, safe::line(detail)))
            }
            (Outcome::Done { .. }, Some(Changes { threads, p99, .. })) => {
                // The row above says that they are OS threads.
                (
                    SwitchStatus::Done,
                    join([Some(threads.trim_start_matches("OS\u{a0}").to_owned()), p99]).replace(NBSP, " "),
                )
            }
            (Outcome::Done { connections, micros, .. }, None) => {
                let (connections, time) = (format::plural(*connections, "client"), format::duration(*micros));
                (SwitchStatus::Done, format!("to {}: {connections} in {time}", switch.to))
            }
        },
    };
    (status, format::truncate(&text, AXIS_TEXT_WIDTH))
}
