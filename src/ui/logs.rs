//! The log pane. Its lines and its state belong to the logger; this composes the logger's two widgets around one state.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;
use tui_logger::{
    ExtLogRecord, LogFormatter, TuiLoggerTargetWidget, TuiLoggerWidget, TuiWidgetEvent, TuiWidgetState,
};

use super::glyphs;
use super::paint::{self, Keys};
use super::theme::{Role, Theme};
use crate::app::{App, Lines, LogsCommand, Targets, human};
use crate::bytes::safe;

/// Cells for the list of targets, where there is room.
const TARGETS: u16 = 30;
/// Lines that one event may take; the rest is cut.
const MOST_LINES: usize = 6;
/// No more characters of a message are looked at: it is wrapped anew for every frame.
const LONGEST: usize = 2_000;
/// Lines after the first are moved in by so many cells.
const INDENT: u16 = 2;

/// The state of the log pane, which the logger's widgets change while they draw: where it is scrolled to, which target
/// is selected, which levels are shown.
#[derive(Default)]
pub struct Logs {
    state: TuiWidgetState,
}

impl Logs {
    /// Nothing selected, following the newest, the list of targets hidden.
    #[must_use]
    pub fn new() -> Self {
        let logs = Self::default();
        // The logger begins with the list shown and then would let the keys for rows move in it unseen.
        logs.state.transition(TuiWidgetEvent::HideKey);
        logs
    }

    /// Does what the user wants; takes effect with the next frame.
    pub fn apply(&self, command: LogsCommand) {
        self.state.transition(match command {
            LogsCommand::ToggleTargets => TuiWidgetEvent::HideKey,
            LogsCommand::FocusTarget => TuiWidgetEvent::FocusKey,
            LogsCommand::TargetDown => TuiWidgetEvent::DownKey,
            LogsCommand::TargetUp => TuiWidgetEvent::UpKey,
            LogsCommand::ShowLess => TuiWidgetEvent::LeftKey,
            LogsCommand::ShowMore => TuiWidgetEvent::RightKey,
            LogsCommand::CaptureLess => TuiWidgetEvent::MinusKey,
            LogsCommand::CaptureMore => TuiWidgetEvent::PlusKey,
            LogsCommand::PageUp => TuiWidgetEvent::PrevPageKey,
            LogsCommand::PageDown => TuiWidgetEvent::NextPageKey,
            LogsCommand::Follow => TuiWidgetEvent::EscapeKey,
        });
    }

    pub(super) fn draw(&self, buf: &mut Buffer, area: Rect, app: &App, theme: Theme, keys: Keys) {
        let beside = match (app.logs().lines, app.logs().targets) {
            (Lines::Selected, _) => "only the selected target",
            (Lines::All, Targets::Shown) => "levels: shown reversed, recorded plain",
            (Lines::All, Targets::Hidden) => "",
        };
        let inner = paint::pane(buf, area, theme, keys, ("4 Logs", beside));
        if inner.is_empty() {
            return;
        }
        let lines = match app.logs().targets {
            Targets::Hidden => inner,
            Targets::Shown => self.targets(buf, inner, theme),
        };
        TuiLoggerWidget::default()
            .state(&self.state)
            .formatter(Box::new(Formatter { theme }))
            .render(lines, buf);
    }

    /// Draws the list of targets; returns what is left beside it. The logger's widget writes over its right edge, hence
    /// a buffer of its own.
    fn targets(&self, buf: &mut Buffer, area: Rect, theme: Theme) -> Rect {
        let width = TARGETS.min(area.width / 2);
        let list = Rect { width, ..area };
        let mut own = Buffer::empty(list);
        TuiLoggerTargetWidget::default()
            .style_show(theme.style(Role::Selected))
            .style_hide(theme.style(Role::Text))
            .style_off(theme.style(Role::Dim))
            .highlight_style(theme.style(Role::Focus))
            .state(&self.state)
            .render(list, &mut own);
        buf.merge(&own);
        let edge = Rect { x: area.x + width, width: 1, ..area };
        for line in 0..area.height {
            paint::left(buf, paint::row(edge, line), glyphs::AXIS, theme.style(Role::Border));
        }
        Rect { x: area.x + width + 1, width: area.width.saturating_sub(width + 1), ..area }
    }
}

/// Time, level, target, message; wrapped lines are moved in.
struct Formatter {
    theme: Theme,
}

impl LogFormatter for Formatter {
    fn min_width(&self) -> u16 {
        20
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
        let head = human::width(&time) + 7;
        let width = u16::try_from(width).unwrap_or(u16::MAX);
        let indent = if width >= 60 { head } else { INDENT };
        // The first line is shorter by its head: room for it is kept at its start, and taken off again.
        let target = safe::line(event.target());
        let room = "x".repeat(usize::from(head - indent));
        let message: String = event.msg().chars().take(LONGEST).collect();
        let text = format!("{room}{target}: {}", safe::line(&message));
        let mut wrapped = human::wrap(&text, width.saturating_sub(indent).max(8));
        if wrapped.len() > MOST_LINES {
            wrapped.truncate(MOST_LINES);
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
