//! Scrolls the log pane by single lines.
//!
//! The widget of tui-logger has no getter for its scroll position. It either follows the newest line or keeps one
//! line in its middle; its page keys move the first or the last line of its last rendering there. So this module
//! scrolls by rendering off-screen buffers whose height puts the wanted line first or last. In such a buffer each
//! line is a mark: it identifies a record and one of its lines.

use ratatui::buffer::Buffer;
use ratatui::layout::{Rect, Size};
use ratatui::text::Line;
use ratatui::widgets::Widget;
use tui_logger::{ExtLogRecord, LogFormatter, TuiLoggerWidget, TuiWidgetEvent, TuiWidgetState};

/// The number of lines of a record in a given width; from 1 to 15.
pub(super) type LineCount = fn(usize, &ExtLogRecord) -> usize;

/// More lines than any record has.
const MORE_LINES: usize = 16;
/// The width of a mark.
const MARK_WIDTH: u16 = 20;
/// The height of the off-screen buffers on the way to the oldest line. The cost of one grows with its square.
const STRIDE: u16 = 256;

/// Whether the pane follows new lines.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum ScrollState {
    /// New lines scroll into view.
    Following,
    /// The visible lines stay.
    Paused,
}

/// Whether the pane follows new lines.
pub(super) fn scroll_state(state: &TuiWidgetState) -> ScrollState {
    if middle_mark(state).is_some() { ScrollState::Paused } else { ScrollState::Following }
}

/// Scrolls by `rows` lines towards the newest, or towards the oldest if negative, in a pane of this size. At the newest
/// line the pane follows.
pub(super) fn scroll(state: &TuiWidgetState, size: Size, rows: i32, lines: LineCount) {
    let page = u32::from(size.height.max(1));
    let mut left = rows.unsigned_abs();
    while left > 0 {
        let some = left.min(page);
        if rows < 0 {
            scroll_up(state, size, some as u16, lines);
        } else {
            scroll_down(state, size, some as u16, lines);
        }
        left -= some;
    }
}

/// Scrolls to the oldest line that is kept.
pub(super) fn scroll_to_oldest(state: &TuiWidgetState) {
    // One line per record is enough to find the oldest record.
    let lines: LineCount = |_, _| 1;
    state.transition(TuiWidgetEvent::EscapeKey);
    render_marks(state, MARK_WIDTH, 1, lines);
    state.transition(TuiWidgetEvent::PrevPageKey);
    while let Some(above) = above_middle(state, lines) {
        if above < STRIDE / 2 {
            return step_up(state, MARK_WIDTH, above, lines);
        }
        state.transition(TuiWidgetEvent::PrevPageKey);
    }
}

/// Moves the middle to the first line of its record, because the record may have fewer lines in another width.
pub(super) fn snap_to_first_line(state: &TuiWidgetState) {
    let line = middle_mark(state).and_then(|mark| mark.chars().next_back()?.to_digit(MORE_LINES as u32));
    if let Some(line) = line {
        step_up(state, MARK_WIDTH, line as u16, |_, _| MORE_LINES);
    }
}

fn scroll_up(state: &TuiWidgetState, size: Size, rows: u16, lines: LineCount) {
    let before = scroll_state(state);
    render_marks(state, size.width, size.height, lines);
    state.transition(TuiWidgetEvent::PrevPageKey);
    let first = middle_mark(state);
    let nothing_above =
        first.is_none() || render_marks(state, size.width, 3, lines).first() == first.as_ref();
    if nothing_above {
        state.transition(TuiWidgetEvent::EscapeKey);
        if before == ScrollState::Paused {
            scroll_to_oldest(state);
        }
        return;
    }
    step_up(state, size.width, rows, lines);
    match scroll_state(state) {
        ScrollState::Paused => step_down(state, size.width, size.height / 2, lines),
        ScrollState::Following => scroll_to_oldest(state),
    }
}

fn scroll_down(state: &TuiWidgetState, size: Size, rows: u16, lines: LineCount) {
    render_marks(state, size.width, size.height, lines);
    state.transition(TuiWidgetEvent::NextPageKey);
    step_down(state, size.width, rows, lines);
    let last = middle_mark(state);
    if last.is_none() || render_marks(state, size.width, 3, lines).last() == last.as_ref() {
        state.transition(TuiWidgetEvent::EscapeKey);
    } else {
        step_up(state, size.width, size.height - 1 - size.height / 2, lines);
    }
}

/// Moves the middle `rows` lines up; follows if there is no such line.
fn step_up(state: &TuiWidgetState, width: u16, rows: u16, lines: LineCount) {
    step(state, width, rows, 2 * rows, lines, TuiWidgetEvent::PrevPageKey);
}

/// Moves the middle `rows` lines down; follows if there is no such line.
fn step_down(state: &TuiWidgetState, width: u16, rows: u16, lines: LineCount) {
    step(state, width, rows, 2 * rows + 1, lines, TuiWidgetEvent::NextPageKey);
}

/// Renders a buffer of `height` lines, in which the wanted line is the last one in the direction of the page key
/// `then`, and presses that key.
fn step(state: &TuiWidgetState, width: u16, rows: u16, height: u16, lines: LineCount, then: TuiWidgetEvent) {
    let Some(middle) = middle_mark(state).filter(|_| rows > 0) else { return };
    let drawn = render_marks(state, width, height, lines);
    let above = drawn.iter().position(|mark| *mark == middle).unwrap_or(0);
    let below = drawn.len().saturating_sub(above + 1);
    let (there, behind) = if then == TuiWidgetEvent::PrevPageKey { (above, below) } else { (below, above) };
    if there >= usize::from(rows) && behind < usize::from(height - 1 - rows) {
        // At an end of the log the widget shows more lines of the other side, so a lower buffer is needed.
        render_marks(state, width, rows + 1 + behind as u16, lines);
    }
    state.transition(then);
}

/// The number of lines above the middle, up to [`STRIDE`]; `None` if the pane follows.
fn above_middle(state: &TuiWidgetState, lines: LineCount) -> Option<u16> {
    let middle = middle_mark(state)?;
    let drawn = render_marks(state, MARK_WIDTH, STRIDE, lines);
    drawn.iter().position(|mark| *mark == middle).map(|above| above as u16)
}

/// The mark of the line in the middle; `None` if the pane follows or is empty.
fn middle_mark(state: &TuiWidgetState) -> Option<String> {
    let drawn = render_marks(state, MARK_WIDTH, 1, |_, _| MORE_LINES);
    // A pane that follows shows the last line of the last record, and no record really has `MORE_LINES`.
    drawn.into_iter().next().filter(|mark| !mark.ends_with('f'))
}

/// The lines that the widget renders in a pane of this size, as marks. Its page keys refer to this rendering
/// afterwards.
fn render_marks(state: &TuiWidgetState, width: u16, height: u16, lines: LineCount) -> Vec<String> {
    let area = Rect { x: 0, y: 0, width, height };
    let mut drawn = Buffer::empty(area);
    TuiLoggerWidget::default()
        .state(state)
        .formatter(Box::new(MarkFormatter(lines)))
        .render(area, &mut drawn);
    let row = |y| (0..width).map(|x| drawn[(x, y)].symbol()).collect::<String>().trim_end().to_owned();
    (0..height).map(row).filter(|mark| !mark.is_empty()).collect()
}

struct MarkFormatter(LineCount);

impl LogFormatter for MarkFormatter {
    fn min_width(&self) -> u16 {
        MARK_WIDTH
    }

    fn format(&self, width: usize, event: &ExtLogRecord) -> Vec<Line<'_>> {
        let address = std::ptr::from_ref(event).addr();
        (0..(self.0)(width, event)).map(|line| Line::raw(format!("{address:x} {line:x}"))).collect()
    }
}
