//! The results of a load, as a table and as JSON.

use std::io::{self, Write};
use std::time::Duration;

use crate::app::format;
use crate::client::load::{Latency, LoadModel, Mismatch, Pattern, Plan, Summary, Workload};
use crate::shell::json;

const PERCENTILES: [(&str, &str, f64); 4] =
    [("p50", "p50", 50.0), ("p90", "p90", 90.0), ("p99", "p99", 99.0), ("p99.9", "p999", 99.9)];

/// The percentiles of connect times: there are fewer connects than messages.
const CONNECTING: [(&str, &str, f64); 2] = [PERCENTILES[0], PERCENTILES[2]];

/// A table for people.
///
/// # Errors
/// Errors of `out`.
pub(super) fn table(out: &mut impl Write, plan: &Plan, summary: &Summary) -> io::Result<()> {
    let (stats, seconds) = (&summary.stats, summary.time.as_secs_f64());
    let a_second = |number: u64| (number as f64 / seconds) as u64;
    let mut row = |name: &str, text: &str| writeln!(out, "{name:<12}{text}");
    row("load", &format!("{}, {seconds:.1} s", plan.target))?;
    row("clients", &clients(plan))?;
    let steady = plan.groups.iter().any(|&(workload, _)| workload == Workload::Steady);
    row(
        "messages",
        &describe_messages(plan.size, &plan.pattern, steady.then_some((plan.load_model, plan.pipeline))),
    )?;
    let messages = [stats.messages, a_second(stats.messages)].map(format::count);
    row("came back", &format!("{}, {} a second", messages[0], messages[1]))?;
    let bytes = [stats.compared, a_second(stats.compared)].map(format::size);
    row("compared", &format!("{}, {} a second", bytes[0], bytes[1]))?;
    row("latency", &describe_latency(&stats.latency, &PERCENTILES))?;
    let connections = format::plural(stats.connects.count(), "connection");
    row("connecting", &format!("{connections}: {}", describe_latency(&stats.connects, &CONNECTING)))?;
    row("errors", &errors(summary))?;
    match stats.first_mismatch {
        Some(mismatch) => row("wrong", &describe_mismatch(mismatch))?,
        None if stats.compared == 0 => row("wrong", "nothing came back that could be compared")?,
        None => row("wrong", "nothing: every byte came back as it was sent")?,
    }
    for limit in limits(summary) {
        row("note", &limit)?;
    }
    Ok(())
}

fn errors(summary: &Summary) -> String {
    let errors = summary.stats.errors.iter();
    let texts: Vec<_> =
        errors.map(|(error, times)| format!("{} {}", format::count(*times), error.word())).collect();
    if texts.is_empty() { "none".to_owned() } else { texts.join(", ") }
}

/// The notes on how the load generator itself may have limited the measurement.
fn limits(summary: &Summary) -> Vec<String> {
    let mut limits = Vec::new();
    if summary.is_busy() {
        let percent = 100.0 * summary.own_share.unwrap_or(1.0);
        limits.push(format!(
            "the load itself took {percent:.0} % of a core: it may be what limited this measurement"
        ));
    }
    if let Some(late) = summary.schedule_delay() {
        limits.push(format!(
            "one of 100 messages went out {} or more after it was due: that much is the load's own part",
            time(late)
        ));
    }
    limits
}

/// One JSON object.
///
/// # Errors
/// Errors of `out`.
pub(super) fn json(out: &mut impl Write, plan: &Plan, summary: &Summary) -> io::Result<()> {
    let (stats, seconds) = (&summary.stats, summary.time.as_secs_f64());
    json::line(out, |object| {
        object.add("event", "load")?;
        object.show("target", &plan.target)?;
        object.add(
            "clients",
            Map(plan.groups.iter().map(|&(workload, many)| (workload.word(), many as u64)).collect()),
        )?;
        object.add("size", plan.size)?;
        object.add("pattern", plan.pattern.word())?;
        match plan.load_model {
            LoadModel::ClosedLoop => object.add("pipeline", plan.pipeline)?,
            LoadModel::OpenLoop(rate) => object.add("rate", rate)?,
        }
        object.add("seconds", seconds)?;
        object.add("messages", stats.messages)?;
        object.add("messages_per_second", stats.messages as f64 / seconds)?;
        object.add("sent", stats.sent)?;
        object.add("compared", stats.compared)?;
        object.add("latency_micros", Map(micros(&stats.latency)))?;
        object.add("connections", stats.connects.count())?;
        object.add("connect_micros", Map(micros(&stats.connects)))?;
        object.add("late_micros", Map(micros(&stats.schedule_delay)))?;
        let errors = stats.errors.iter().map(|(error, times)| (error.word(), *times)).collect();
        object.add("errors", Map(errors))?;
        if let Some(Mismatch { connection, offset, expected, found }) = stats.first_mismatch {
            let place = [Some(("connection", connection)), Some(("offset", offset))];
            let bytes =
                [("expected", expected), ("found", found)].map(|(key, byte)| Some((key, u64::from(byte?))));
            object.add("first_difference", Map(place.into_iter().chain(bytes).flatten().collect()))?;
        }
        object.add("own_share", summary.own_share)?;
        object.add("limited_by_itself", summary.is_limited_by_itself())
    })
}

/// A JSON object of numbers that keeps their order.
struct Map(Vec<(&'static str, u64)>);

impl serde::Serialize for Map {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().copied())
    }
}

fn clients(plan: &Plan) -> String {
    let groups = plan
        .groups
        .iter()
        .map(|(workload, many)| format!("{} {}", format::count(*many as u64), workload.word()));
    groups.collect::<Vec<_>>().join(", ")
}

/// Describes the messages; with `steady`, also how steady clients send them.
pub(crate) fn describe_messages(
    size: usize,
    pattern: &Pattern,
    steady: Option<(LoadModel, usize)>,
) -> String {
    let model = match steady {
        None => String::new(),
        Some((LoadModel::ClosedLoop, pipeline)) => format!(", closed loop, {pipeline} under way each"),
        Some((LoadModel::OpenLoop(rate), _)) => {
            format!(", open loop, {} a second", format::count(rate as u64))
        }
    };
    let pattern = match pattern {
        Pattern::Random => "random bytes",
        Pattern::Ascii => "ASCII",
        Pattern::Text => "UTF-8 text",
        Pattern::Malformed => "text with malformed parts",
        Pattern::Recorded(_) => "the file",
    };
    format!("{} of {pattern}{model}", format::size(size as u64))
}

fn describe_latency(latency: &Latency, percentiles: &[(&str, &str, f64)]) -> String {
    if latency.count() == 0 {
        return "-".to_owned();
    }
    let parts =
        percentiles.iter().filter_map(|(name, _, percent)| Some((*name, latency.percentile(*percent)?)));
    let parts = parts.chain(latency.max().map(|longest| ("longest", longest)));
    parts.map(|(name, took)| format!("{name} {}", time(took))).collect::<Vec<_>>().join("  ")
}

fn micros(latency: &Latency) -> Vec<(&'static str, u64)> {
    let micros = |took: Duration| u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    let parts =
        PERCENTILES.iter().filter_map(|(_, key, percent)| Some((*key, latency.percentile(*percent)?)));
    parts
        .chain(latency.max().map(|longest| ("max", longest)))
        .map(|(key, took)| (key, micros(took)))
        .collect()
}

/// A time in three digits, with its unit.
pub(crate) fn time(took: Duration) -> String {
    format::duration(u64::try_from(took.as_micros()).unwrap_or(u64::MAX))
}

/// Describes a mismatch and its position.
fn describe_mismatch(mismatch: Mismatch) -> String {
    let Mismatch { connection, offset, expected, found } = mismatch;
    let byte = |byte: u8| {
        let shown = if byte.is_ascii_graphic() { format!(" '{}'", char::from(byte)) } else { String::new() };
        format!("{byte:02x}{shown}")
    };
    let what = match (expected, found) {
        (Some(expected), Some(found)) => format!("{} came back instead of {}", byte(found), byte(expected)),
        (Some(expected), None) => format!("{} never came back", byte(expected)),
        (None, found) => format!("{} came back, which was never sent", found.map(byte).unwrap_or_default()),
    };
    format!("connection {connection}, offset {offset}: {what}")
}
