//! Formats a log record as time, level, target and message. Wrapped lines are indented.

use log::Level;
use ratatui::text::{Line, Span};
use tui_logger::{ExtLogRecord, LogFormatter};

use crate::app::format;
use crate::bytes::safe;
use crate::log_records::LogRecord;
use crate::ui::glyphs;
use crate::ui::theme::{Role, Theme};

/// The common prefix of the targets of this crate, which is not shown.
pub(super) const CRATE_PREFIX: &str = concat!(env!("CARGO_CRATE_NAME"), "::");
/// In a narrower area no lines are shown.
pub(super) const MIN_WIDTH: u16 = 20;
/// The largest number of lines per record; the rest is truncated.
const MAX_LINES: usize = 6;
/// The largest number of characters of a message that are shown. The limit matters because every frame wraps it again.
const MAX_CHARS: usize = 2_000;
/// The indentation of all lines of a record but the first, in cells.
const INDENT: u16 = 2;

/// The formatter of the widget of tui-logger, in this theme.
pub(super) struct Formatter(pub(super) Theme);

impl LogFormatter for Formatter {
    fn min_width(&self) -> u16 {
        MIN_WIDTH
    }

    fn format(&self, width: usize, event: &ExtLogRecord) -> Vec<Line<'_>> {
        // `logging::collect` puts the time before the text.
        let (time, text) = event.msg().split_once(' ').unwrap_or(("", event.msg()));
        let parts = Parts { time, level: event.level, target: event.target(), text };
        parts.lines(u16::try_from(width).unwrap_or(u16::MAX), self.0)
    }
}

/// Formats a record in this width, as the widget of tui-logger does with [`Formatter`]. There is at least one line.
pub(super) fn lines(record: &LogRecord, width: u16, theme: Theme) -> Vec<Line<'static>> {
    let time = record.time_of_day();
    Parts { time: &time, level: record.level, target: record.target, text: &record.text }.lines(width, theme)
}

/// The parts of a record, whether tui-logger keeps it or [`crate::log_records`].
struct Parts<'a> {
    time: &'a str,
    level: Level,
    target: &'a str,
    text: &'a str,
}

impl Parts<'_> {
    fn lines(&self, width: u16, theme: Theme) -> Vec<Line<'static>> {
        let (level, role) = match self.level {
            Level::Error => ("ERROR", Role::Bad),
            Level::Warn => ("WARN ", Role::Warn),
            Level::Info => ("INFO ", Role::Good),
            Level::Debug => ("DEBUG", Role::Dim),
            Level::Trace => ("TRACE", Role::Dim),
        };
        let head = format::width(self.time) + 7;
        let indent = if width >= 60 { head } else { INDENT };
        // The first line has less room, because time and level precede it: a placeholder takes their place while
        // wrapping.
        let target = safe::line(self.target.strip_prefix(CRATE_PREFIX).unwrap_or(self.target));
        let room = "x".repeat(usize::from(head - indent));
        let message: String = self.text.chars().take(MAX_CHARS).collect();
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
                    Span::styled(format!("{} ", self.time), theme.style(Role::Dim)),
                    Span::styled(format!("{level} "), theme.style(role)),
                    Span::styled(format!("{target}{colon}"), theme.style(Role::Dim)),
                    Span::styled(message.to_owned(), theme.style(Role::Text)),
                ]
            } else {
                vec![Span::raw(" ".repeat(usize::from(indent))), Span::styled(line, theme.style(Role::Text))]
            };
            lines.push(Line::from(spans));
        }
        lines
    }
}
