//! The wait timeline of a client: one bar per half second, higher for a longer wait, blank where no answer came.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::app::clients::columns::ColumnSpan;
use crate::event::Timestamp;
use crate::model::Connection;
use crate::ui::theme::Role;
use crate::ui::{glyphs, paint};

/// Waits of at least this many microseconds are noticeable to a person.
const NOTICEABLE: u32 = 100_000;
/// Logarithm (base 2) of the wait in microseconds up to which the lowest bar is drawn: less than a millisecond.
const LOWEST_LOG2: u32 = 9;
/// Logarithm (base 2) of the wait in microseconds from which the highest bar is drawn: a second.
const HIGHEST_LOG2: u32 = 20;

/// Whether a person notices a wait of `micros`.
pub(super) const fn is_noticeable(micros: u32) -> bool {
    micros >= NOTICEABLE
}

/// Draws the timeline with the newest half second at its right end.
pub(super) fn draw(
    buf: &mut Buffer,
    area: Rect,
    span: &ColumnSpan,
    known: &Connection,
    now: Timestamp,
    style: &dyn Fn(Role) -> Style,
) {
    let many = usize::from(span.width);
    for (x, wait) in (area.x + span.x..).zip(known.waits.slots(now, many)) {
        let Some(wait) = wait else { continue };
        let role = match (known.closed.is_some(), is_noticeable(wait)) {
            (true, _) => Role::Dim,
            (false, true) => Role::Warn,
            (false, false) => Role::Good,
        };
        let cell = Rect { x, width: 1, ..area }.intersection(area);
        paint::left(buf, cell, bar(wait), style(role));
    }
}

/// The bar for a wait, on a logarithmic scale.
fn bar(micros: u32) -> &'static str {
    let doublings = micros.max(1).ilog2().clamp(LOWEST_LOG2, HIGHEST_LOG2) - LOWEST_LOG2;
    let top = glyphs::BARS.len() as u32 - 1;
    glyphs::BARS[(doublings * top / (HIGHEST_LOG2 - LOWEST_LOG2)) as usize]
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
