//! How long one client waited for its answers: a cell a half second, higher for longer, blank where no answer came.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::app::columns::Span;
use crate::model::{Connection, Moment};
use crate::ui::theme::Role;
use crate::ui::{glyphs, paint};

/// Microseconds from which on somebody who waits feels it.
const FELT: u32 = 100_000;
/// Doublings of a microsecond that have the lowest bar: less than a millisecond.
const LOWEST: u32 = 9;
/// Those that have the highest one: a second.
const HIGHEST: u32 = 20;

/// Whether such a wait is felt.
pub(super) const fn is_felt(micros: u32) -> bool {
    micros >= FELT
}

/// Draws the lane, the newest half second at its right end.
pub(super) fn draw(
    buf: &mut Buffer,
    area: Rect,
    span: &Span,
    (known, now): (&Connection, Moment),
    style: &dyn Fn(Role) -> Style,
) {
    let many = usize::from(span.width);
    for (x, wait) in (area.x + span.x..).zip(known.waits.slots(now, many)) {
        let Some(wait) = wait else { continue };
        let role = match (known.closed.is_some(), is_felt(wait)) {
            (true, _) => Role::Dim,
            (false, true) => Role::Warn,
            (false, false) => Role::Good,
        };
        let cell = Rect { x, width: 1, ..area }.intersection(area);
        paint::left(buf, cell, bar(wait), style(role));
    }
}

/// On a scale where each doubling adds the same.
fn bar(micros: u32) -> &'static str {
    let doublings = micros.max(1).ilog2().clamp(LOWEST, HIGHEST) - LOWEST;
    let top = glyphs::BARS.len() as u32 - 1;
    glyphs::BARS[(doublings * top / (HIGHEST - LOWEST)) as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_grow_from_a_millisecond_to_a_second() {
        let bars = [1, 512, 16_384, 131_072, 524_288, 1_048_576, u32::MAX].map(bar);
        assert_eq!(bars, ["▁", "▁", "▄", "▆", "▇", "█", "█"]);
    }
}
