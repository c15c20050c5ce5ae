//! The scroll position of the log pane.
//!
//! A pause holds the line in the middle of the pane, so that a higher pane shows more of what was before and after it.
//! Only at the oldest line it holds that one.

use super::shown_lines::{LinePosition, ShownLines};

/// Whether the pane follows new lines, and which lines it shows if not.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Position {
    /// New lines scroll into view.
    #[default]
    Following,
    /// The visible lines stay.
    Paused(Anchor),
}

/// The line that a pause holds in the middle of the pane.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Anchor {
    middle: LinePosition,
    /// The width that the lines of the record are counted at. At another width its first line is held.
    width: u16,
}

/// What the pane shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum View {
    /// The newest lines.
    Newest,
    /// The lines from this one on. They fill the pane.
    From(LinePosition),
}

/// What a pane of `height` lines shows at this position.
pub(super) fn view(position: Position, lines: &ShownLines<'_>, height: usize) -> View {
    let Position::Paused(Anchor { middle, width }) = position else { return View::Newest };
    let Some(last_top) = lines.last_top(height) else { return View::Newest };
    let line = if width == lines.width { middle.line } else { 0 };
    lines.at_or_after(LinePosition { line, ..middle }).map_or(View::Newest, |middle| {
        let top = lines.up(middle, height / 2);
        View::From(top.min(last_top))
    })
}

/// Scrolls by `rows` lines towards the newest, or towards the oldest if negative. At the newest line the pane follows.
pub(super) fn scroll(position: Position, lines: &ShownLines<'_>, height: usize, rows: i32) -> Position {
    let Some(last_top) = lines.last_top(height) else { return Position::Following };
    let top = match view(position, lines, height) {
        View::Newest => last_top,
        View::From(top) => top,
    };
    let distance = usize::try_from(rows.unsigned_abs()).unwrap_or(usize::MAX);
    let top = if rows < 0 { lines.up(top, distance) } else { lines.down(top, distance) };
    if top >= last_top {
        return Position::Following;
    }
    // The oldest line is held at the top: a lower pane shows it as well.
    let middle = if Some(top) == lines.oldest() { top } else { lines.down(top, height / 2) };
    Position::Paused(Anchor { middle, width: lines.width })
}

/// Scrolls to the oldest line that is kept. If all lines fit into the pane, it follows.
pub(super) fn oldest(lines: &ShownLines<'_>, height: usize) -> Position {
    match lines.oldest() {
        Some(middle) if lines.last_top(height).is_some() => {
            Position::Paused(Anchor { middle, width: lines.width })
        }
        Some(_) | None => Position::Following,
    }
}

#[cfg(test)]
mod tests;
