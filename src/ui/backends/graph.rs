//! The throughput graph of the last minutes. Received bytes grow up from the middle and sent bytes hang down from it,
//! because with the echo service the two curves would otherwise cover each other.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::context::Context;
use crate::app::format;
use crate::event::Direction;
use crate::ui::glyphs;
use crate::ui::paint::{self, Focus, Title};
use crate::ui::theme::{Role, Theme};

/// Cells for the vertical axis and its labels.
const AXIS_WIDTH: u16 = 9;

/// Draws the throughput pane.
pub(crate) fn draw(buf: &mut Buffer, area: Rect, context: Context<'_>, theme: Theme) {
    let title = Title { name: "Throughput", details: "bytes per second" };
    let inner = paint::pane(buf, area, theme, Focus::Unfocused, title);
    if inner.height < 3 || inner.width < AXIS_WIDTH + 8 {
        return;
    }
    let plot = Rect {
        x: inner.x + AXIS_WIDTH,
        y: inner.y + 1,
        width: inner.width - AXIS_WIDTH,
        height: inner.height - 2,
    };
    let seconds = usize::from(plot.width * SECONDS);
    let shown = Direction::ALL.map(|direction| newest(context, direction, seconds));
    let peaks = shown.each_ref().map(|values| values.iter().copied().max().unwrap_or(0));
    legend(buf, paint::row(inner, 0), context, theme, Direction::Received, peaks[0]);
    legend(buf, paint::row(inner, inner.height - 1), context, theme, Direction::Sent, peaks[1]);
    let scale = round_up(scale_target(&shown));
    let middle = plot.height / 2;
    let halves = [
        Rect { height: middle, ..plot },
        Rect { y: plot.y + middle + 1, height: plot.height - middle - 1, ..plot },
    ];
    draw_half(buf, halves[0], theme.style(Role::Received), &shown[0], scale, middle, Grows::Up);
    draw_half(buf, halves[1], theme.style(Role::Sent), &shown[1], scale, middle, Grows::Down);
    axes(buf, inner, plot, theme, scale);
}

/// The direction in which the columns of a half grow.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Grows {
    Up,
    Down,
}

fn newest(context: Context<'_>, direction: Direction, seconds: usize) -> Vec<u64> {
    let history = context.model().rates[direction].history(context.now());
    let skip = history.len().saturating_sub(seconds);
    history.skip(skip).collect()
}

fn legend(buf: &mut Buffer, line: Rect, context: Context<'_>, theme: Theme, direction: Direction, peak: u64) {
    let (glyph, role) = match direction {
        Direction::Received => (glyphs::RECEIVED, Role::Received),
        Direction::Sent => (glyphs::SENT, Role::Sent),
    };
    let now = context.model().rates[direction].per_second(context.now());
    let (now, peak) = (format::size(now), format::size(peak));
    let whole = format!("{glyph} {direction} {now}/s");
    let variants = [
        (whole.clone(), format!("peak {peak}/s")),
        (whole.clone(), format!("peak {peak}")),
        (format!("{glyph} {now}/s"), format!("peak {peak}/s")),
        (format!("{glyph} {now}/s"), format!("peak {peak}")),
        (whole, String::new()),
        (format!("{glyph} {now}/s"), String::new()),
    ];
    let needed = |(text, peak): &(String, String)| {
        format::width(text) + format::width(peak) + if peak.is_empty() { 0 } else { 2 }
    };
    let fitting = variants.iter().find(|variant| needed(variant) <= line.width);
    if let Some((text, peak)) = fitting.or(variants.last()) {
        let rest = paint::left(buf, line, text, theme.style(role));
        paint::right(buf, rest, peak, theme.style(Role::Dim));
    }
}

/// Draws one half of the graph: a cell shows two seconds side by side and is four dots high. The newest is on the
/// right.
fn draw_half(
    buf: &mut Buffer,
    area: Rect,
    style: ratatui::style::Style,
    values: &[u64],
    scale: u64,
    height: u16,
    grows: Grows,
) {
    let levels = u128::from(height) * 4;
    let dots = |back: usize| {
        let value = values.len().checked_sub(back).map_or(0, |index| values[index]);
        (u128::from(value) * levels).div_ceil(u128::from(scale)) as usize
    };
    let cut = |dots: usize| dots > usize::from(height) * 4;
    for (back, x) in (0..usize::from(area.width)).zip((area.x..area.x + area.width).rev()) {
        let (left, right) = (dots(2 * back + 2), dots(2 * back + 1));
        let whole = (left, right);
        for away in 0..area.height {
            let below = usize::from(away) * 4;
            let (left, right) = (left.saturating_sub(below), right.saturating_sub(below));
            if left + right == 0 {
                break;
            }
            let (glyph, y) = match grows {
                Grows::Up => (glyphs::dots_up(left, right), area.y + area.height - 1 - away),
                Grows::Down => (glyphs::dots_down(left, right), area.y + away),
            };
            // A column that exceeds the scale ends with an arrow.
            let ends = away + 1 == area.height && (cut(whole.0) || cut(whole.1));
            let glyph = match (ends, grows) {
                (true, Grows::Up) => glyphs::BEYOND_UP,
                (true, Grows::Down) => glyphs::BEYOND_DOWN,
                (false, _) => glyph,
            };
            if let Some(cell) = buf.cell_mut((x, y)) {
                cell.set_char(glyph).set_style(style);
            }
        }
    }
}

fn axes(buf: &mut Buffer, inner: Rect, plot: Rect, theme: Theme, scale: u64) {
    let style = theme.style(Role::Dim);
    let middle = plot.height / 2;
    for line in 0..plot.height {
        let labels = Rect { y: plot.y + line, width: AXIS_WIDTH, height: 1, ..inner };
        let (text, glyph) = if line == middle {
            ("0".to_owned(), glyphs::ORIGIN)
        } else if line == 0 || line + 1 == plot.height && line == 2 * middle {
            (format::size(scale), glyphs::TICK)
        } else {
            (String::new(), glyphs::AXIS)
        };
        paint::right(buf, labels, &format!("{text}{glyph}"), style);
    }
    let axis = Rect { y: plot.y + middle, height: 1, ..plot };
    paint::left(buf, axis, &glyphs::TIME_AXIS.repeat(usize::from(plot.width)), style);
    if let Some(TimeLabel { column, text }) = time_label(plot.width) {
        let from = Rect { x: axis.x + column, width: axis.width - column, ..axis };
        paint::left(buf, from, &format!("{}{text} ", glyphs::TIME_TICK), style);
    }
    paint::right(buf, axis, " now", style);
}

/// Seconds per column of cells.
const SECONDS: u16 = 2;

/// The candidates for the label of the time axis, in seconds ago.
const TIME_LABELS: [u16; 13] = [10, 20, 30, 60, 90, 120, 180, 240, 300, 360, 480, 600, 900];

/// A label of the time axis.
#[derive(PartialEq, Eq, Debug)]
struct TimeLabel {
    /// The column that shows the labelled time.
    column: u16,
    text: String,
}

/// The label of the time axis: the earliest of [`TIME_LABELS`] that fits into `columns`.
fn time_label(columns: u16) -> Option<TimeLabel> {
    let seconds = TIME_LABELS.into_iter().rfind(|seconds| seconds / SECONDS <= columns)?;
    let text =
        if seconds % 60 == 0 { format!("{} min ago", seconds / 60) } else { format!("{seconds} s ago") };
    Some(TimeLabel { column: columns - seconds / SECONDS, text })
}

/// Seconds that exceed the others by this factor do not set the scale. They are cut off at its end.
const OUTLIER: u64 = 8;
/// At most one in this number of seconds may be an outlier.
const OUTLIERS: usize = 12;

/// The value that the scale must cover: the highest one without outliers, which would flatten all others.
fn scale_target(shown: &[Vec<u64>; 2]) -> u64 {
    let mut values: Vec<_> = shown.iter().flatten().copied().filter(|&value| value > 0).collect();
    values.sort_unstable_by(|a, b| b.cmp(a));
    let highest = values.first().copied().unwrap_or(0);
    let usual = values.get(values.len() / OUTLIERS).copied().unwrap_or(highest);
    if highest / OUTLIER >= usual { usual.saturating_mul(2) } else { highest }
}

/// Rounds up to 1, 2, 5, 10, … of a unit, so that the axis has a round label and seldom changes.
fn round_up(peak: u64) -> u64 {
    let mut unit = 1024_u64;
    while peak > 500 * unit && unit < 1 << 50 {
        unit *= 1024;
    }
    let steps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];
    steps.into_iter().map(|step| step * unit).find(|&step| step >= peak).unwrap_or(peak)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_on_the_axis_of_time_is_round_and_stands_where_it_says() {
        let mark = |columns| time_label(columns).map(|label| (columns - label.column, label.text));
        assert_eq!(mark(4), None);
        assert_eq!(mark(5), Some((5, "10 s ago".to_owned())));
        assert_eq!(mark(53), Some((45, "90 s ago".to_owned())));
        assert_eq!(mark(60), Some((60, "2 min ago".to_owned())));
        assert_eq!(mark(119), Some((90, "3 min ago".to_owned())));
    }
}
