//! Latency histograms: bars over a logarithmic time axis, which is equal for all of them.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::model::histogram::{BUCKETS_PER_DECADE, Buckets};
use crate::ui::theme::{Role, Theme};
use crate::ui::{glyphs, paint};

/// The first column of the latencies that a person notices: from 100 ms.
const NOTICEABLE: usize = 5 * BUCKETS_PER_DECADE;
/// The labels of the axis, each with the power of ten of a microsecond at which it stands.
const TICKS: [(usize, &str); 3] = [(1, "10 µs"), (3, "1 ms"), (5, "100 ms")];

/// Draws one bucket per cell. Every bucket that is not empty has a bar.
pub(super) fn draw(buf: &mut Buffer, area: Rect, shape: Option<&Buckets>, theme: Theme, role: Role) {
    let Some(shape) = shape else { return };
    let highest = u128::from(shape.iter().copied().max().unwrap_or(0)).max(1);
    for (column, (x, &times)) in (area.x..area.x + area.width).zip(shape).enumerate() {
        let level = (u128::from(times) * glyphs::BARS.len() as u128).div_ceil(highest);
        let Some(glyph) = level.checked_sub(1).map(|level| glyphs::BARS[level as usize]) else { continue };
        let role = if column >= NOTICEABLE && role != Role::Dim { Role::Warn } else { role };
        paint::left(buf, Rect { x, width: 1, ..area }, glyph, theme.style(role));
    }
}

/// Draws the axis below the bars.
pub(super) fn axis(buf: &mut Buffer, area: Rect, theme: Theme) {
    for (decade, text) in TICKS {
        let before = ((decade * BUCKETS_PER_DECADE) as u16).min(area.width);
        let place = Rect { x: area.x + before, width: area.width - before, ..area };
        paint::left(buf, place, &format!("{}{text}", glyphs::TIME_TICK), theme.style(Role::Dim));
    }
}
