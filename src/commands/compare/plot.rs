//! The plot of a comparison: four panels against the number of connections, a line for each candidate.
//!
//! Lines differ in colour and in marker. A bar spans the smallest and the largest value of the rounds. The background
//! is white, so that the plot is legible on any page.

use std::ops::Range;
use std::path::Path;
use std::time::Duration;

use anyhow::{Result, anyhow};
use plotters::coord::Shift;
use plotters::coord::combinators::BindKeyPoints;
use plotters::prelude::*;

use crate::app::format;
use crate::commands::compare::metrics::{MedianRange, Metric, TurnSet};
use crate::commands::compare::options::CompareOptions;
use crate::commands::load::report::{describe_messages, time};
use crate::ui::theme::PLOT_LINES;

const SIZE: (u32, u32) = (960, 640);
/// The height of the head, which holds the description and the legend.
const HEAD: u32 = 72;
const FONT: &str = "sans-serif";
/// The largest number of labels of an axis.
const MOST_LABELS: usize = 7;

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// Draws the results into an SVG file.
///
/// # Errors
///
/// The file cannot be written.
pub(super) fn draw(path: &Path, options: &CompareOptions, turn_sets: &[TurnSet]) -> Result<()> {
    let shown = path.display();
    let root = SVGBackend::new(path, SIZE).into_drawing_area();
    paint(&root, options, turn_sets).map_err(|error| anyhow!("cannot draw {shown}: {error}"))?;
    root.present().map_err(|error| anyhow!("cannot write {shown}: {error}"))
}

type Painted = Result<(), DrawingAreaErrorKind<<SVGBackend<'static> as DrawingBackend>::ErrorType>>;

fn paint(root: &Area<'_>, options: &CompareOptions, turn_sets: &[TurnSet]) -> Painted {
    root.fill(&WHITE)?;
    let (top, panels) = root.split_vertically(HEAD);
    head(&top, options, turn_sets)?;
    // In an open loop the rate of messages is fixed, so that it shows nothing.
    let first = if turn_sets.iter().any(|turn_set| turn_set.spread(0, Metric::Messages).is_some()) {
        Metric::Messages
    } else {
        Metric::Connections
    };
    let metrics = [first, Metric::P50, Metric::P99, Metric::P999];
    for (area, metric) in panels.split_evenly((2, 2)).iter().zip(metrics) {
        panel(root, area, metric, turn_sets)?;
    }
    Ok(())
}

fn head(area: &Area<'_>, options: &CompareOptions, turn_sets: &[TurnSet]) -> Painted {
    let sent =
        describe_messages(options.size, &options.pattern, Some((options.load_model, options.pipeline)));
    let rounds = format::plural(options.rounds as u64, "round");
    let text = format!("{sent}; median, least and greatest of {rounds}");
    area.draw(&Text::new(text, (16, 14), (FONT, 15).into_font()))?;
    let mut x = 24;
    for (candidate, name) in turn_sets.iter().take(1).flat_map(|turn_set| turn_set.names.iter().enumerate()) {
        area.draw(&PathElement::new(vec![(x, 50), (x + 28, 50)], color(candidate).stroke_width(2)))?;
        area.draw(&marker(candidate, (x + 14, 50)))?;
        area.draw(&Text::new(name.clone(), (x + 36, 42), (FONT, 16).into_font()))?;
        x += 64 + 10 * i32::from(format::width(name));
    }
    Ok(())
}

/// Draws one quantity against connections. Both axes are logarithmic, but for rates, whose axis starts at zero.
fn panel(root: &Area<'_>, area: &Area<'_>, metric: Metric, turn_sets: &[TurnSet]) -> Painted {
    let of = |turn_set: &TurnSet, candidate: usize| {
        turn_set.spread(candidate, metric).map(|spread| (turn_set.connections as f64, spread))
    };
    let many = turn_sets.first().map_or(0, |turn_set| turn_set.names.len());
    let lines: Vec<Vec<(f64, MedianRange)>> = (0..many)
        .map(|candidate| turn_sets.iter().filter_map(|turn_set| of(turn_set, candidate)).collect())
        .collect();
    let (x, y) = bounds(&lines);
    let from_zero = matches!(metric, Metric::Messages | Metric::Connections);
    let mut chart = ChartBuilder::on(area);
    chart.margin(12).margin_right(24).x_label_area_size(36).y_label_area_size(72);
    chart.caption(metric.names().0, (FONT, 17));
    let value = |value: &f64| match metric {
        Metric::Messages | Metric::Connections => format::count(*value as u64),
        _ => time(Duration::from_secs_f64(*value)),
    };
    let connections = |count: &f64| format::count(*count as u64);
    let measured = spread_out(turn_sets.iter().map(|turn_set| turn_set.connections as f64));
    let places_of_y = ticks(&y);
    let mut places = Vec::new();
    // Linear and logarithmic axes have different types, so a function cannot hold the common part.
    macro_rules! mesh {
        ($y:expr) => {{
            let mut chart = chart.build_cartesian_2d(x.log_scale().with_key_points(measured), $y)?;
            let mut mesh = chart.configure_mesh();
            mesh.x_desc("connections").x_label_formatter(&connections).y_label_formatter(&value);
            mesh.label_style((FONT, 13)).axis_desc_style((FONT, 14)).light_line_style(WHITE);
            mesh.x_labels(6).y_labels(6).draw()?;
            for (candidate, line) in lines.iter().enumerate() {
                let medians = line.iter().map(|&(x, spread)| (x, spread.median));
                chart.draw_series(LineSeries::new(medians.clone(), color(candidate).stroke_width(2)))?;
                let bar = |&(x, spread): &(f64, MedianRange)| {
                    PathElement::new(
                        vec![(x, spread.least), (x, spread.greatest)],
                        color(candidate).mix(0.4).stroke_width(4),
                    )
                };
                chart.draw_series(line.iter().map(bar))?;
                places.extend(medians.map(|at| (candidate, chart.backend_coord(&at))));
            }
        }};
    }
    if from_zero {
        mesh!(0.0..y.end);
    } else {
        mesh!(y.log_scale().with_key_points(places_of_y));
    }
    places.into_iter().try_for_each(|(candidate, at)| root.draw(&marker(candidate, at)))
}

/// The ranges of both axes, with some margin.
fn bounds(lines: &[Vec<(f64, MedianRange)>]) -> (Range<f64>, Range<f64>) {
    let all = || lines.iter().flatten();
    let least = |of: &dyn Fn(&(f64, MedianRange)) -> f64| all().map(of).fold(f64::INFINITY, f64::min);
    let greatest = |of: &dyn Fn(&(f64, MedianRange)) -> f64| all().map(of).fold(0.0, f64::max);
    let x = least(&|(x, _)| *x) / 1.4..greatest(&|(x, _)| *x) * 1.4;
    let y = least(&|(_, spread)| spread.least) / 1.5..greatest(&|(_, spread)| spread.greatest) * 1.15;
    let check_echo =
        |range: Range<f64>| if range.start > 0.0 && range.end.is_finite() { range } else { 1.0..10.0 };
    (check_echo(x), check_echo(y))
}

/// The positions of labels on a logarithmic axis.
fn ticks(range: &Range<f64>) -> Vec<f64> {
    let decades = range.start.log10().floor() as i32..=range.end.log10().ceil() as i32;
    let of = |steps: &[f64]| -> Vec<f64> {
        let all = decades.clone().flat_map(|decade| steps.iter().map(move |step| step * 10_f64.powi(decade)));
        all.filter(|place| range.contains(place)).collect()
    };
    [&[1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0][..], &[1.0, 2.0, 5.0], &[1.0, 3.0]]
        .into_iter()
        .map(of)
        .find(|places| places.len() <= MOST_LABELS)
        .unwrap_or_else(|| of(&[1.0]))
}

/// The numbers of connections, in ascending order, that are far enough apart for legible labels.
fn spread_out(connections: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut sorted: Vec<_> = connections.collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let (first, last) = (sorted.first().copied().unwrap_or(1.0), sorted.last().copied().unwrap_or(1.0));
    let apart = (last / first).powf(1.0 / MOST_LABELS as f64);
    let mut chosen: Vec<f64> = Vec::new();
    for many in sorted {
        if chosen.last().is_none_or(|before| many >= before * apart && many > *before) {
            chosen.push(many);
        }
    }
    chosen
}

fn color(candidate: usize) -> RGBColor {
    let [red, green, blue] = PLOT_LINES[candidate % PLOT_LINES.len()];
    RGBColor(red, green, blue)
}

/// The marker of a candidate, which has a shape of its own besides its colour.
fn marker<'a>(candidate: usize, at: (i32, i32)) -> DynElement<'a, SVGBackend<'a>, (i32, i32)> {
    let style = color(candidate).filled();
    match candidate % 3 {
        0 => Circle::new(at, 5, style).into_dyn(),
        1 => TriangleMarker::new(at, 7, style).into_dyn(),
        _ => Rectangle::new([(at.0 - 5, at.1 - 5), (at.0 + 5, at.1 + 5)], style).into_dyn(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_range_has_labels_and_not_too_many() {
        for start in [1e-6, 3e-5, 0.02, 7.0] {
            for factor in [1.6, 3.0, 12.0, 250.0, 1e5] {
                let places = ticks(&(start..start * factor));
                assert!((1..=MOST_LABELS).contains(&places.len()), "{start} {factor}: {places:?}");
            }
        }
        assert_eq!(ticks(&(0.9..25.0)), [1.0, 2.0, 5.0, 10.0, 20.0]);
    }

    #[test]
    fn measured_numbers_of_connections_are_labels_unless_they_are_too_near() {
        assert_eq!(spread_out([5.0, 50.0].into_iter()), [5.0, 50.0]);
        assert_eq!(spread_out([1000.0, 10.0, 100.0, 101.0].into_iter()), [10.0, 100.0, 1000.0]);
        assert_eq!(spread_out([7.0].into_iter()), [7.0]);
    }
}
