//! The lines that the log pane shows of the log: those of the records that the levels let through, wrapped at a width.
//! Only the records that a move passes are wrapped.

use log::LevelFilter;
use ratatui::text::Line;

use super::formatter;
use crate::log_records::{Collected, Log, RecordNumber};
use crate::ui::theme::Theme;

/// A line of a record.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct LinePosition {
    pub(super) record: RecordNumber,
    /// 0 is the first line of the record.
    pub(super) line: usize,
}

/// The lines that are shown of a log.
#[derive(Clone, Copy)]
pub(super) struct ShownLines<'a> {
    pub(super) log: &'a Log,
    /// Records up to this level are shown, by target.
    pub(super) levels: &'a [LevelFilter],
    /// The width that records are wrapped at.
    pub(super) width: u16,
}

impl<'a> ShownLines<'a> {
    fn shows(&self, collected: &Collected) -> bool {
        self.levels.get(collected.target.index()).is_none_or(|level| collected.record.level <= *level)
    }

    fn since(&self, number: RecordNumber) -> impl Iterator<Item = (RecordNumber, &'a Collected)> {
        self.log.since(number).filter(|(_, collected)| self.shows(collected))
    }

    fn before(&self, number: RecordNumber) -> impl Iterator<Item = (RecordNumber, &'a Collected)> {
        self.log.before(number).filter(|(_, collected)| self.shows(collected))
    }

    fn count(&self, collected: &Collected) -> usize {
        formatter::lines(&collected.record, self.width, Theme::default()).len()
    }

    /// Whether tui-logger keeps the records of the newest page of `height` lines.
    pub(super) fn widget_has_newest(&self, height: usize) -> bool {
        let (mut newest, others) = self.log.newest();
        // Each record has at least one line.
        !others || newest.by_ref().filter(|collected| self.shows(collected)).take(height).count() == height
    }

    /// The first line of the newest page of `height` lines.
    pub(super) fn newest_top(&self, height: usize) -> Option<LinePosition> {
        self.last_top(height).or_else(|| self.oldest())
    }

    /// The oldest line.
    pub(super) fn oldest(&self) -> Option<LinePosition> {
        self.since(self.log.first()).next().map(|(record, _)| LinePosition { record, line: 0 })
    }

    fn newest(&self) -> Option<LinePosition> {
        let (record, collected) = self.before(self.log.end()).next()?;
        Some(LinePosition { record, line: self.count(collected) - 1 })
    }

    /// The top line of the page of `height` lines at the end; `None` if all lines fit into one page.
    pub(super) fn last_top(&self, height: usize) -> Option<LinePosition> {
        let top = self.up(self.newest()?, height.saturating_sub(1));
        (Some(top) != self.oldest()).then_some(top)
    }

    /// The line at `position`, if its record is kept and shown; else the next line that is.
    pub(super) fn at_or_after(&self, position: LinePosition) -> Option<LinePosition> {
        let (record, _) = self.since(position.record).next()?;
        Some(LinePosition { record, line: if record == position.record { position.line } else { 0 } })
    }

    /// The line that is `rows` lines above a shown line, or the oldest line.
    pub(super) fn up(&self, from: LinePosition, rows: usize) -> LinePosition {
        if rows <= from.line {
            return LinePosition { line: from.line - rows, ..from };
        }
        let mut left = rows - from.line;
        let mut at = LinePosition { line: 0, ..from };
        for (record, collected) in self.before(from.record) {
            let count = self.count(collected);
            at = LinePosition { record, line: count.saturating_sub(left) };
            if left <= count {
                break;
            }
            left -= count;
        }
        at
    }

    /// The line that is `rows` lines below a shown line, or the newest line.
    pub(super) fn down(&self, from: LinePosition, rows: usize) -> LinePosition {
        let mut left = rows;
        let mut at = from;
        for (record, collected) in self.since(from.record) {
            let first = if record == from.record { from.line } else { 0 };
            let below = self.count(collected).saturating_sub(first + 1);
            at = LinePosition { record, line: first + left.min(below) };
            if left <= below {
                break;
            }
            left -= below + 1;
        }
        at
    }

    /// The lines from a shown line on, formatted in this theme.
    pub(super) fn lines(&self, from: LinePosition, theme: Theme) -> impl Iterator<Item = Line<'static>> {
        let width = self.width;
        let lines = self
            .since(from.record)
            .flat_map(move |(_, collected)| formatter::lines(&collected.record, width, theme));
        lines.skip(from.line)
    }
}
