//! The rows of the pane of backends, as text: both backends side by side, then the switches, then limits.

use super::App;
use super::accounts::Figures;
use super::human;
use crate::bytes::safe;
use crate::model::BackendKind;
use crate::model::state::{Outcome, Switch};

/// A row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Row {
    /// The names of the two backends.
    Heads,
    /// One figure of both, in the order of [`BackendKind::ALL`].
    Figure(String, [String; 2]),
    /// What the figures below are about.
    Label(String),
    /// A figure of the whole program.
    Total(String, String),
    /// A switch: what became of it, and in which words.
    Switch(Fate, String),
    /// More about the row above.
    Detail(Fate, String),
    /// Something that is always so.
    Note(String),
    /// Nothing.
    Blank,
}

/// What became of a switch.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fate {
    /// All were handed over.
    Done,
    /// All were kept where they were.
    Failed,
    /// It goes on.
    Running,
}

/// Where nothing is known.
const UNKNOWN: &str = "-";
/// Cells of a row that a switch needs to name both backends.
const BOTH_NAMES: u16 = 44;

/// All rows, for a pane that is so many cells wide within its border.
#[must_use]
pub fn rows(app: &App, width: u16) -> Vec<Row> {
    let mut rows = figures(app);
    rows.extend(switches(app, width));
    rows.push(Row::Blank);
    let model = app.model();
    rows.push(Row::Total("history memory".into(), human::size_of(model.memory(), model.budget().memory)));
    if let Some(frame) = app.accounts().frame() {
        let [p50, p99] = [frame.p50, frame.p99].map(human::duration);
        rows.push(Row::Total("frame".into(), format!("{p50}, p99 {p99}")));
    }
    for line in app.capacity() {
        rows.extend(human::wrap(&safe::line(line), width).into_iter().map(Row::Note));
    }
    rows
}

fn figures(app: &App) -> Vec<Row> {
    let known = BackendKind::ALL.map(|backend| app.accounts().of(backend));
    let row = |label: &str, value: &dyn Fn(&Figures) -> Option<String>| {
        let cell = |figures: &Option<Figures>| {
            figures.as_ref().and_then(value).unwrap_or_else(|| UNKNOWN.to_owned())
        };
        Row::Figure(label.to_owned(), [cell(&known[0]), cell(&known[1])])
    };
    let live = BackendKind::ALL.map(|backend| human::count(app.model().live_on(backend)));
    let mut rows = vec![Row::Heads, Row::Figure("connections".into(), live)];
    rows.extend([
        row("OS threads", &|figures| Some(human::count(figures.threads))),
        row("resident memory", &|figures| Some(human::size(figures.resident))),
        row("descriptors", &|figures| Some(human::count(figures.descriptors))),
        row("CPU, % of a core", &|figures| figures.pace.map(|pace| percent(pace.cpu_permille))),
        row("bytes/s", &|figures| figures.pace.map(|pace| human::size(pace.bytes))),
        Row::Label("context switches/s".into()),
        row("  voluntary", &|figures| figures.pace.map(|pace| human::count(pace.voluntary))),
        row("  involuntary", &|figures| figures.pace.map(|pace| human::count(pace.involuntary))),
    ]);
    rows
}

fn percent(permille: u64) -> String {
    format!("{}.{}", permille / 10, permille % 10)
}

fn switches(app: &App, width: u16) -> Vec<Row> {
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
        rows.push(Row::Switch(Fate::Running, format!("now      {}: {so_far}", way(from, to, width))));
    }
    rows.extend(model.switches.iter().rev().flat_map(|switch| switch_rows(app, switch, width)));
    rows
}

/// A space at which no line is broken.
const FIRM: &str = "\u{a0}";

fn switch_rows(app: &App, switch: &Switch, width: u16) -> Vec<Row> {
    let head = format!(
        "{} {}",
        human::clock(switch.at, app.utc_offset_seconds()),
        way(switch.from, switch.to, width)
    );
    let (fate, head, more) = match &switch.outcome {
        Outcome::Done { connections, micros, outage } => {
            let text = format!("{head}: {} in {}", human::count(*connections), human::duration(*micros));
            // A figure stays with its unit.
            let figure = |micros| human::duration(micros).replace(' ', FIRM);
            let [p50, p99, max] = [outage.p50, outage.p99, outage.max].map(figure);
            let out = (*connections > 0).then(|| format!("each out p50 {p50}, p99 {p99}, max {max}"));
            (Fate::Done, text, out)
        }
        Outcome::Failed { moved_back, detail } => {
            let why = format!("{}; {} moved back", safe::line(detail), human::count(*moved_back));
            (Fate::Failed, format!("{head}: failed"), Some(why))
        }
    };
    let lines = more.map(|more| human::wrap(&more, width.saturating_sub(2))).unwrap_or_default();
    let mut rows = vec![Row::Switch(fate, head)];
    rows.extend(lines.into_iter().map(|line| Row::Detail(fate, format!("  {}", line.replace(FIRM, " ")))));
    rows
}

/// Where there is little room, only where it went: there are but two.
fn way(from: BackendKind, to: BackendKind, width: u16) -> String {
    if width >= BOTH_NAMES { format!("{from} to {to}") } else { format!("to {to}") }
}
