//! The results of a comparison, as tables with sentences and as JSON.

use std::io::{self, Write};
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::figures::{Cell, FEWEST, Figure, Spread, Standing};
use super::{Handlers, Options};
use crate::app::human;
use crate::model::hurt::HANG_MICROS;
use crate::runtime::json;
use crate::runtime::load::report as load;
use crate::server::load::{BUSY, Pace};

/// The width of the column of quantity names, of a candidate's column, and of the column that compares the second of
/// two candidates to the first.
const NAMES: usize = 25;
const COLUMN: usize = 17;
const STANDING: usize = 21;
/// Ratios from here on are shown as `over 1000`.
const GREAT: f64 = 1_000.0;
/// Ratios up to here are shown as `under 0.01`.
const SMALL: f64 = 0.01;
/// The widest spread in percent that is shown exactly.
const WIDE: f64 = 99.0;
/// The width at which sentences wrap, and their indent.
const WIDTH: u16 = 80;
const INDENT: u16 = 12;

/// Prints what is compared.
///
/// # Errors
/// Errors of `out`.
pub(super) fn head(out: &mut impl Write, options: &Options) -> io::Result<()> {
    let rounds = human::counted(options.rounds as u64, "round");
    let seconds = options.time.as_secs_f64();
    let sends = load::sending(options.size, &options.pattern, Some((options.pace, options.pipeline)));
    paragraph(out, "compare", &format!("{rounds} of {seconds:.1} s each in turns; {sends}"))?;
    if options.handlers == Handlers::OneHangs {
        let hangs = human::duration(HANG_MICROS);
        let text = format!("beside them one more client, whose handler sleeps {hangs} at each message");
        paragraph(out, "", &text)?;
    }
    paragraph(
        out,
        "",
        &format!(
            "a figure is the median of the rounds, ± half of what lies between the least and the greatest; \
             a difference is claimed if each of at least {FEWEST} rounds shows it, by a tenth or more"
        ),
    )
}

/// Prints the table of one number of connections, and what it shows in words.
///
/// # Errors
/// Errors of `out`.
pub(super) fn table(out: &mut impl Write, cell: &Cell) -> io::Result<()> {
    let many = cell.names.len();
    let names: Vec<_> = cell.names.iter().map(|name| format!("{name:>COLUMN$}")).collect();
    let connections = human::counted(cell.connections as u64, "connection");
    let by = if many == 2 { format!("{} by {}", cell.names[1], cell.names[0]) } else { String::new() };
    writeln!(out, "{}", format!("\n{connections:<NAMES$}{}{by:>STANDING$}", names.concat()).trim_end())?;
    for figure in Figure::COMPARED.into_iter().chain([Figure::Errors]) {
        let spreads: Vec<_> = (0..many).map(|who| cell.spread(who, figure)).collect();
        let wanted = match figure {
            Figure::Errors => spreads.iter().flatten().any(|spread| spread.greatest > 0.0),
            _ => spreads.iter().any(Option::is_some),
        };
        if !wanted {
            continue;
        }
        let columns: Vec<_> =
            spreads.iter().map(|spread| format!("{:>COLUMN$}", shown(figure, *spread))).collect();
        let by = if many == 2 { cell.standing(1, 0, figure) } else { None };
        let by = by.map(|by| match by {
            Standing::Differs(ratio) => ratios(ratio),
            Standing::NoneShown => "no difference shown".to_owned(),
        });
        let row =
            format!("{:<NAMES$}{}{:>STANDING$}", figure.names().0, columns.concat(), by.unwrap_or_default());
        writeln!(out, "{}", row.trim_end())?;
    }
    for (who, other) in pairs(cell).filter(|_| many > 2) {
        said(out, cell, who, other)?;
    }
    let busy = (0..many).filter_map(|who| cell.spread(who, Figure::OwnShare));
    let busy = busy.map(|spread| spread.median).fold(0.0, f64::max);
    if busy >= BUSY {
        let percent = 100.0 * busy;
        let text =
            format!("the load took {percent:.0} % of a core: a server may be faster than it could ask");
        paragraph(out, "note", &text)?;
    }
    Ok(())
}

/// Formats the median ratio with the smallest and the largest: `0.57 (0.47..0.62)`.
fn ratios(Spread { least, median, greatest }: Spread) -> String {
    if least >= GREAT {
        return format!("over {GREAT:.0}");
    }
    if greatest <= SMALL {
        return format!("under {SMALL}");
    }
    let digits = if median < 10.0 { 2 } else { 0 };
    format!("{median:.digits$} ({least:.digits$}..{greatest:.digits$})")
}

/// The pairs of candidates, each with every earlier one.
fn pairs(cell: &Cell) -> impl Iterator<Item = (usize, usize)> + use<> {
    let many = cell.names.len();
    (0..many).flat_map(move |other| (other + 1..many).map(move |who| (who, other)))
}

/// Prints how one candidate compares to another, in words.
fn said(out: &mut impl Write, cell: &Cell, who: usize, other: usize) -> io::Result<()> {
    let (mut shown, mut not_shown) = (Vec::new(), Vec::new());
    for figure in Figure::COMPARED {
        let name = figure.names().0;
        match cell.standing(who, other, figure) {
            Some(Standing::Differs(ratio)) => shown.push(format!("{name} {}", ratios(ratio))),
            Some(Standing::NoneShown) => not_shown.push(name),
            None => {}
        }
    }
    let of = format!("{} by {}", cell.names[who], cell.names[other]);
    let shown = if shown.is_empty() { "nothing".to_owned() } else { shown.join(", ") };
    paragraph(out, "shown", &format!("{of}: {shown}"))?;
    if not_shown.is_empty() {
        return Ok(());
    }
    paragraph(out, "", &format!("no difference shown: {}", not_shown.join(", ")))
}

fn paragraph(out: &mut impl Write, name: &str, text: &str) -> io::Result<()> {
    let lines = human::wrap(text, WIDTH - INDENT);
    lines.iter().enumerate().try_for_each(|(at, line)| {
        let name = if at == 0 { name } else { "" };
        writeln!(out, "{name:<width$}{line}", width = usize::from(INDENT))
    })
}

/// Formats a value in its unit.
fn shown(figure: Figure, spread: Option<Spread>) -> String {
    let Some(Spread { least, median, greatest }) = spread else { return "-".to_owned() };
    let value = match figure {
        Figure::Messages | Figure::Connections | Figure::Threads | Figure::Errors => {
            human::count(median as u64)
        }
        Figure::Half | Figure::Ninety | Figure::NinetyNine | Figure::Most => {
            load::time(Duration::from_secs_f64(median))
        }
        Figure::Memory => human::size(median as u64),
        Figure::Processor | Figure::Voluntary | Figure::Involuntary | Figure::OwnShare => {
            format!("{median:.2}")
        }
    };
    let around = 50.0 * (greatest - least) / median;
    match around {
        _ if value == "0.00" => value,
        0.5..=WIDE => format!("{value} ±{around:.0} %"),
        _ if around > WIDE => format!("{value} ±{WIDE:.0}+ %"),
        _ => value,
    }
}

/// Prints one JSON object.
///
/// # Errors
/// Errors of `out`.
pub(super) fn json(out: &mut impl Write, options: &Options, cell: &Cell) -> io::Result<()> {
    let all = || Figure::COMPARED.into_iter().chain([Figure::Errors, Figure::OwnShare]);
    let contender = |who: usize| {
        let figures = all()
            .filter_map(|figure| Some((figure.names().1.to_owned(), numbers(cell.spread(who, figure)?))));
        (cell.names[who].clone(), Value::Object(figures.collect()))
    };
    let contenders: Map<_, _> = (0..cell.names.len()).map(contender).collect();
    let standings: Vec<_> = pairs(cell)
        .flat_map(|(who, other)| Figure::COMPARED.map(|figure| (who, other, figure)))
        .filter_map(|(who, other, figure)| {
            let (shown, ratio) = match cell.standing(who, other, figure)? {
                Standing::Differs(ratio) => (true, numbers(ratio)),
                Standing::NoneShown => (false, Value::Null),
            };
            let (who, other) = (&cell.names[who], &cell.names[other]);
            Some(json!({"who": who, "by": other, "figure": figure.names().1, "shown": shown, "ratio": ratio}))
        })
        .collect();
    json::line(out, |object| {
        object.add("event", "comparison")?;
        object.add("connections", cell.connections)?;
        object.add("rounds", options.rounds)?;
        object.add("seconds", options.time.as_secs_f64())?;
        object.add("size", options.size)?;
        object.add("pattern", options.pattern.word())?;
        match options.pace {
            Pace::Closed => object.add("pipeline", options.pipeline)?,
            Pace::Open(rate) => object.add("rate", rate)?,
        }
        if options.handlers == Handlers::OneHangs {
            object.add("hang_micros", HANG_MICROS)?;
        }
        object.add("contenders", contenders)?;
        object.add("differences", standings)
    })
}

fn numbers(Spread { least, median, greatest }: Spread) -> Value {
    json!({"median": median, "least": least, "greatest": greatest})
}
