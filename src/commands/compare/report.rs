//! The results of a comparison, as tables with sentences and as JSON.

use std::io::{self, Write};
use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::app::format;
use crate::client::load::{BUSY_SHARE, LoadModel};
use crate::commands::compare::metrics::{Comparison, MIN_ROUNDS, MedianRange, Metric, TurnSet};
use crate::commands::compare::options::{CompareOptions, HandlerMode};
use crate::commands::load::report as load;
use crate::event::fault::HANG_MICROS;
use crate::shell::json;

/// The width of the column of quantity names, of a candidate's column, and of the column that compares the second of
/// two candidates to the first.
const NAME_WIDTH: usize = 25;
const CANDIDATE_WIDTH: usize = 17;
const COMPARISON_WIDTH: usize = 21;
/// Ratios from here on are shown as `over 1000`.
const MAX_RATIO: f64 = 1_000.0;
/// Ratios up to here are shown as `under 0.01`.
const MIN_RATIO: f64 = 0.01;
/// The widest spread in percent that is shown exactly.
const MAX_SPREAD: f64 = 99.0;
/// The width at which sentences wrap, and their indent.
const WIDTH: u16 = 80;
const INDENT: u16 = 12;

/// Prints what is compared.
///
/// # Errors
/// Errors of `out`.
pub(super) fn head(out: &mut impl Write, options: &CompareOptions) -> io::Result<()> {
    let rounds = format::plural(options.rounds as u64, "round");
    let seconds = options.time.as_secs_f64();
    let sends =
        load::describe_messages(options.size, &options.pattern, Some((options.load_model, options.pipeline)));
    paragraph(out, "compare", &format!("{rounds} of {seconds:.1} s each in turns; {sends}"))?;
    if options.handlers == HandlerMode::OneBlocks {
        let hangs = format::duration(HANG_MICROS);
        let text = format!("beside them one more client, whose handler sleeps {hangs} at each message");
        paragraph(out, "", &text)?;
    }
    paragraph(
        out,
        "",
        &format!(
            "a figure is the median of the rounds, ± half of what lies between the least and the greatest; \
             a difference is claimed if each of at least {MIN_ROUNDS} rounds shows it, by a tenth or more"
        ),
    )
}

/// Prints the table of one number of connections, and what it shows in words.
///
/// # Errors
/// Errors of `out`.
pub(super) fn table(out: &mut impl Write, turn_set: &TurnSet) -> io::Result<()> {
    let many = turn_set.names.len();
    let names: Vec<_> = turn_set.names.iter().map(|name| format!("{name:>CANDIDATE_WIDTH$}")).collect();
    let connections = format::plural(turn_set.connections as u64, "connection");
    let by =
        if many == 2 { format!("{} by {}", turn_set.names[1], turn_set.names[0]) } else { String::new() };
    writeln!(
        out,
        "{}",
        format!("\n{connections:<NAME_WIDTH$}{}{by:>COMPARISON_WIDTH$}", names.concat()).trim_end()
    )?;
    for metric in Metric::COMPARED.into_iter().chain([Metric::Errors]) {
        let spreads: Vec<_> = (0..many).map(|candidate| turn_set.spread(candidate, metric)).collect();
        let wanted = match metric {
            Metric::Errors => spreads.iter().flatten().any(|spread| spread.greatest > 0.0),
            _ => spreads.iter().any(Option::is_some),
        };
        if !wanted {
            continue;
        }
        let columns: Vec<_> = spreads
            .iter()
            .map(|spread| format!("{:>CANDIDATE_WIDTH$}", format_value(metric, *spread)))
            .collect();
        let by = if many == 2 { turn_set.compare(1, 0, metric) } else { None };
        let by = by.map(|by| match by {
            Comparison::Differs(ratio) => format_ratios(ratio),
            Comparison::NotShown => "no difference shown".to_owned(),
        });
        let row = format!(
            "{:<NAME_WIDTH$}{}{:>COMPARISON_WIDTH$}",
            metric.names().0,
            columns.concat(),
            by.unwrap_or_default()
        );
        writeln!(out, "{}", row.trim_end())?;
    }
    for (candidate, other) in pairs(turn_set).filter(|_| many > 2) {
        print_comparison(out, turn_set, candidate, other)?;
    }
    let busy = (0..many).filter_map(|candidate| turn_set.spread(candidate, Metric::OwnShare));
    let busy = busy.map(|spread| spread.median).fold(0.0, f64::max);
    if busy >= BUSY_SHARE {
        let percent = 100.0 * busy;
        let text =
            format!("the load took {percent:.0} % of a core: a server may be faster than it could ask");
        paragraph(out, "note", &text)?;
    }
    Ok(())
}

/// Formats the median ratio with the smallest and the largest: `0.57 (0.47..0.62)`.
fn format_ratios(MedianRange { least, median, greatest }: MedianRange) -> String {
    if least >= MAX_RATIO {
        return format!("over {MAX_RATIO:.0}");
    }
    if greatest <= MIN_RATIO {
        return format!("under {MIN_RATIO}");
    }
    let digits = if median < 10.0 { 2 } else { 0 };
    format!("{median:.digits$} ({least:.digits$}..{greatest:.digits$})")
}

/// The pairs of candidates, each with every earlier one.
fn pairs(turn_set: &TurnSet) -> impl Iterator<Item = (usize, usize)> + use<> {
    let many = turn_set.names.len();
    (0..many).flat_map(move |other| (other + 1..many).map(move |candidate| (candidate, other)))
}

/// Prints how one candidate compares to another, in words.
fn print_comparison(
    out: &mut impl Write,
    turn_set: &TurnSet,
    candidate: usize,
    other: usize,
) -> io::Result<()> {
    let (mut shown, mut not_shown) = (Vec::new(), Vec::new());
    for metric in Metric::COMPARED {
        let name = metric.names().0;
        match turn_set.compare(candidate, other, metric) {
            Some(Comparison::Differs(ratio)) => shown.push(format!("{name} {}", format_ratios(ratio))),
            Some(Comparison::NotShown) => not_shown.push(name),
            None => {}
        }
    }
    let of = format!("{} by {}", turn_set.names[candidate], turn_set.names[other]);
    let shown = if shown.is_empty() { "nothing".to_owned() } else { shown.join(", ") };
    paragraph(out, "shown", &format!("{of}: {shown}"))?;
    if not_shown.is_empty() {
        return Ok(());
    }
    paragraph(out, "", &format!("no difference shown: {}", not_shown.join(", ")))
}

fn paragraph(out: &mut impl Write, name: &str, text: &str) -> io::Result<()> {
    let lines = format::wrap(text, WIDTH - INDENT);
    lines.iter().enumerate().try_for_each(|(at, line)| {
        let name = if at == 0 { name } else { "" };
        writeln!(out, "{name:<width$}{line}", width = usize::from(INDENT))
    })
}

/// Formats a value in its unit.
fn format_value(metric: Metric, spread: Option<MedianRange>) -> String {
    let Some(MedianRange { least, median, greatest }) = spread else { return "-".to_owned() };
    let value = match metric {
        Metric::Messages | Metric::Connections | Metric::Threads | Metric::Errors => {
            format::count(median as u64)
        }
        Metric::P50 | Metric::P90 | Metric::P99 | Metric::P999 => load::time(Duration::from_secs_f64(median)),
        Metric::Memory => format::size(median as u64),
        Metric::Processor | Metric::Voluntary | Metric::Involuntary | Metric::OwnShare => {
            format!("{median:.2}")
        }
    };
    let around = 50.0 * (greatest - least) / median;
    match around {
        _ if value == "0.00" => value,
        0.5..=MAX_SPREAD => format!("{value} ±{around:.0} %"),
        _ if around > MAX_SPREAD => format!("{value} ±{MAX_SPREAD:.0}+ %"),
        _ => value,
    }
}

/// Prints one JSON object.
///
/// # Errors
/// Errors of `out`.
pub(super) fn json(out: &mut impl Write, options: &CompareOptions, turn_set: &TurnSet) -> io::Result<()> {
    let all = || Metric::COMPARED.into_iter().chain([Metric::Errors, Metric::OwnShare]);
    let object_of = |candidate: usize| {
        let metrics = all().filter_map(|metric| {
            Some((metric.names().1.to_owned(), numbers(turn_set.spread(candidate, metric)?)))
        });
        (turn_set.names[candidate].clone(), Value::Object(metrics.collect()))
    };
    let candidates: Map<_, _> = (0..turn_set.names.len()).map(object_of).collect();
    let comparisons: Vec<_> = pairs(turn_set)
        .flat_map(|(candidate, other)| Metric::COMPARED.map(|metric| (candidate, other, metric)))
        .filter_map(|(candidate, other, metric)| {
            let (shown, ratio) = match turn_set.compare(candidate, other, metric)? {
                Comparison::Differs(ratio) => (true, numbers(ratio)),
                Comparison::NotShown => (false, Value::Null),
            };
            let (candidate, other) = (&turn_set.names[candidate], &turn_set.names[other]);
            Some(json!({"who": candidate, "by": other, "figure": metric.names().1, "shown": shown, "ratio": ratio}))
        })
        .collect();
    json::line(out, |object| {
        object.add("event", "comparison")?;
        object.add("connections", turn_set.connections)?;
        object.add("rounds", options.rounds)?;
        object.add("seconds", options.time.as_secs_f64())?;
        object.add("size", options.size)?;
        object.add("pattern", options.pattern.word())?;
        match options.load_model {
            LoadModel::ClosedLoop => object.add("pipeline", options.pipeline)?,
            LoadModel::OpenLoop(rate) => object.add("rate", rate)?,
        }
        if options.handlers == HandlerMode::OneBlocks {
            object.add("hang_micros", HANG_MICROS)?;
        }
        object.add("contenders", candidates)?;
        object.add("differences", comparisons)
    })
}

fn numbers(MedianRange { least, median, greatest }: MedianRange) -> Value {
    json!({"median": median, "least": least, "greatest": greatest})
}
