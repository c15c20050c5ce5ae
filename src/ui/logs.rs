//! The log pane. tui-logger owns the records and the state of its two widgets, which this module composes into one
//! pane.

mod log_scroll;

use std::cell::Cell;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;
use tui_logger::{
    ExtLogRecord, LogFormatter, TuiLoggerTargetWidget, TuiLoggerWidget, TuiWidgetEvent, TuiWidgetState,
};

use super::glyphs;
use super::paint::{self, Focus, Title};
use super::theme::{Role, Theme};
use crate::app::layout::inner;
use crate::app::{App, Lines, LogsAction, Targets, format};
use crate::bytes::safe;
use log_scroll::{ScrollState, scroll_state};

/// The common prefix of the targets of this crate, which is not shown.
const CRATE_PREFIX: &str = concat!(env!("CARGO_CRATE_NAME"), "::");
/// Cells before the target in the list of targets: a letter per level, and a colon.
const LEVELS_WIDTH: u16 = 6;
/// The largest width of the list of targets.
const TARGETS_WIDTH: u16 = 30;
/// In a narrower area no lines are shown.
const MIN_WIDTH: u16 = 20;
/// The largest number of lines per record; the rest is truncated.
const MAX_LINES: usize = 6;
/// The largest number of characters of a message that are shown. The limit matters because every frame wraps it again.
const MAX_CHARS: usize = 2_000;
/// The indentation of all lines of a record but the first, in cells.
const INDENT: u16 = 2;

/// The state of the log pane: scroll position, selected target, shown levels. The widgets of tui-logger change it when
/// they are rendered.
#[derive(Default)]
pub struct Logs {
    state: TuiWidgetState,
    /// The width of the lines in the last frame.
    width: Cell<u16>,
}

impl Logs {
    /// A pane that follows the newest record, with the list of targets hidden.
    #[must_use]
    pub fn new() -> Self {
        let logs = Self::default();
        // A new state has the list shown, and the keys for rows would move the selection in it.
        logs.state.transition(TuiWidgetEvent::HideKey);
        logs
    }

    /// Applies an action of the user; the next frame shows the result. `app` provides the layout.
    pub fn apply(&self, action: LogsAction, app: &App) {
        self.state.transition(match action {
            LogsAction::ToggleTargets => TuiWidgetEvent::HideKey,
            LogsAction::FocusTarget => TuiWidgetEvent::FocusKey,
            LogsAction::TargetDown => TuiWidgetEvent::DownKey,
            LogsAction::TargetUp => TuiWidgetEvent::UpKey,
            LogsAction::ShowLess => TuiWidgetEvent::LeftKey,
            LogsAction::ShowMore => TuiWidgetEvent::RightKey,
            LogsAction::CaptureLess => TuiWidgetEvent::MinusKey,
            LogsAction::CaptureMore => TuiWidgetEvent::PlusKey,
            LogsAction::Follow => TuiWidgetEvent::EscapeKey,
            LogsAction::Oldest => return log_scroll::scroll_to_oldest(&self.state),
            LogsAction::Scroll(rows) => return self.scroll(rows, app),
        });
    }

    fn scroll(&self, rows: i32, app: &App) {
        let area = split(inner(app.layout().logs), app.logs().targets).lines;
        if has_room(area) {
            self.set_width(area.width);
            log_scroll::scroll(&self.state, area.as_size(), rows, |width, event| {
                Formatter { theme: Theme::default() }.format(width, event).len()
            });
        }
    }

    pub(super) fn draw(&self, buf: &mut Buffer, area: Rect, app: &App, theme: Theme, focus: Focus) {
        let Areas { targets: list, lines } = split(inner(area), app.logs().targets);
        // Rendering the list updates the selected target, which the lines depend on, and both decide the title.
        let drawn = [self.list(list, theme), self.lines(lines, theme)];
        paint::pane(buf, area, theme, focus, Title { name: "4 Logs", details: &self.details(app) });
        for part in drawn.iter().filter(|part| !part.area.is_empty()) {
            // Not `Buffer::merge`, which counts cells in 16 bits.
            for position in part.area.intersection(buf.area).positions() {
                buf[position] = part[position].clone();
            }
        }
        let edge = Rect { x: list.x + list.width, width: u16::from(!list.is_empty()), ..list };
        for line in 0..edge.height {
            paint::left(buf, paint::row(edge, line), glyphs::AXIS, theme.style(Role::Border));
        }
    }

    /// The details of the title: whether the pane is paused, and which lines it shows.
    fn details(&self, app: &App) -> String {
        let paused = (scroll_state(&self.state) == ScrollState::Paused).then_some("paused");
        let list = match (app.logs().lines, app.logs().targets) {
            (Lines::Selected, _) => Some("only the selected target"),
            (Lines::All, Targets::Shown) => Some("levels: shown reversed, recorded plain"),
            (Lines::All, Targets::Hidden) => None,
        };
        let parts: Vec<_> = paused.into_iter().chain(list).collect();
        parts.join(&format!(" {} ", glyphs::DOT))
    }

    fn lines(&self, area: Rect, theme: Theme) -> Buffer {
        let draw = || {
            let mut drawn = Buffer::empty(area);
            let formatter = Box::new(Formatter { theme });
            TuiLoggerWidget::default().state(&self.state).formatter(formatter).render(area, &mut drawn);
            drawn
        };
        if !has_room(area) {
            return Buffer::empty(area);
        }
        self.set_width(area.width);
        let drawn = draw();
        let blank = drawn.content.iter().take(usize::from(area.width)).all(|cell| cell.symbol() == " ");
        if !blank || scroll_state(&self.state) == ScrollState::Following {
            return drawn;
        }
        // Blank at the top: the filter (other target, other levels) may have left no lines where the pane was paused.
        self.state.transition(TuiWidgetEvent::EscapeKey);
        draw()
    }

    /// Prepares the state for lines of `width` cells.
    fn set_width(&self, width: u16) {
        if self.width.replace(width) != width {
            // With the new width the record may have fewer lines than the line number that the widget remembers.
            log_scroll::snap_to_first_line(&self.state);
        }
    }

    /// The list of targets, without the common prefix. The widget of tui-logger writes beyond its right edge, so it is
    /// rendered into a buffer of its own.
    fn list(&self, area: Rect, theme: Theme) -> Buffer {
        let mut wide = Buffer::empty(Rect { width: area.width + CRATE_PREFIX.len() as u16, ..area });
        TuiLoggerTargetWidget::default()
            .style_show(theme.style(Role::Selected))
            .style_hide(theme.style(Role::Text))
            .style_off(theme.style(Role::Dim))
            .highlight_style(theme.style(Role::Focus))
            .state(&self.state)
            .render(if area.is_empty() { area } else { wide.area }, &mut wide);
        let mut list = Buffer::empty(area);
        for row in area.rows() {
            let target = row.x + LEVELS_WIDTH;
            let begins = |(x, letter): (u16, char)| wide[(x, row.y)].symbol().starts_with(letter);
            let own = area.width > LEVELS_WIDTH && (target..).zip(CRATE_PREFIX.chars()).all(begins);
            for x in row.x..row.x + row.width {
                let from = if own && x >= target { x + CRATE_PREFIX.len() as u16 } else { x };
                list[(x, row.y)] = wide[(from, row.y)].clone();
            }
        }
        list
    }
}

/// The two parts of the pane. The rule between them belongs to neither.
struct Areas {
    targets: Rect,
    lines: Rect,
}

/// Splits the pane into the list of targets and the lines.
fn split(area: Rect, targets: Targets) -> Areas {
    match targets {
        Targets::Hidden => Areas { targets: Rect { width: 0, ..area }, lines: area },
        Targets::Shown => {
            let width = TARGETS_WIDTH.min(area.width / 2);
            let taken = (width + 1).min(area.width);
            Areas {
                targets: Rect { width, ..area },
                lines: Rect { x: area.x + taken, width: area.width - taken, ..area },
            }
        }
    }
}

const fn has_room(lines: Rect) -> bool {
    lines.width >= MIN_WIDTH && lines.height > 0
}

/// Formats a record as time, level, target and message. Wrapped lines are indented.
struct Formatter {
    theme: Theme,
}

impl LogFormatter for Formatter {
    fn min_width(&self) -> u16 {
        MIN_WIDTH
    }

    fn format(&self, width: usize, event: &ExtLogRecord) -> Vec<Line<'_>> {
        let (level, role) = match event.level {
            log::Level::Error => ("ERROR", Role::Bad),
            log::Level::Warn => ("WARN ", Role::Warn),
            log::Level::Info => ("INFO ", Role::Good),
            log::Level::Debug => ("DEBUG", Role::Dim),
            log::Level::Trace => ("TRACE", Role::Dim),
        };
        let time = event.timestamp.strftime("%H:%M:%S%.3f").to_string();
        let head = format::width(&time) + 7;
        let width = u16::try_from(width).unwrap_or(u16::MAX);
        let indent = if width >= 60 { head } else { INDENT };
        // The first line has less room, because time and level precede it: a placeholder takes their place while
        // wrapping.
        let target = safe::line(event.target().strip_prefix(CRATE_PREFIX).unwrap_or(event.target()));
        let room = "x".repeat(usize::from(head - indent));
        let message: String = event.msg().chars().take(MAX_CHARS).collect();
        let text = format!("{room}{target}: {}", safe::line(&message));
        let mut wrapped = format::wrap(&text, width.saturating_sub(indent).max(8));
        if wrapped.len() > MAX_LINES {
            wrapped.truncate(MAX_LINES);
            wrapped.extend([glyphs::CUT.to_owned()]);
        }
        let mut lines = Vec::with_capacity(wrapped.len());
        for (index, line) in wrapped.into_iter().enumerate() {
            let spans = if index == 0 {
                let rest = line.get(room.len()..).unwrap_or_default().to_owned();
                let (target, message) = rest.split_once(": ").map_or((rest.as_str(), ""), |parts| parts);
                let colon = if message.is_empty() { "" } else { ": " };
                vec![
                    Span::styled(format!("{time} "), self.theme.style(Role::Dim)),
                    Span::styled(format!("{level} "), self.theme.style(role)),
                    Span::styled(format!("{target}{colon}"), self.theme.style(Role::Dim)),
                    Span::styled(message.to_owned(), self.theme.style(Role::Text)),
                ]
            } else {
                vec![
                    Span::raw(" ".repeat(usize::from(indent))),
                    Span::styled(line, self.theme.style(Role::Text)),
                ]
            };
            lines.push(Line::from(spans));
        }
        lines
    }
}
