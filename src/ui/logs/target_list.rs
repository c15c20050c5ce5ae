//! The list of targets: its selection, and its drawing by the widget of tui-logger.
//!
//! The widget's selection and scroll position have no setters, and it knows its rows only after it was rendered. So each
//! drawing begins with a new state of the widget and presses the keys that lead to the selection here. That is exact:
//! the rows are the targets of tui-logger in the order of their names, and
//! [`logging::collect`](crate::logging::collect) adds each target to tui-logger and to the log together.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;
use tui_logger::{TuiLoggerTargetWidget, TuiWidgetEvent, TuiWidgetState};

use super::formatter::CRATE_PREFIX;
use crate::log_records::{Log, TargetId};
use crate::ui::theme::{Role, Theme};

/// Cells before the target: a letter per level, and a colon.
const LEVELS_WIDTH: u16 = 6;

/// The selection in the list of targets.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct TargetList {
    /// The target that was selected, as long as none was the first one.
    selected: Option<TargetId>,
    /// The row at the top, as of the last change of the selection.
    top: usize,
}

impl TargetList {
    /// The selected target; `None` if nothing has been logged.
    pub(super) fn selected(&self, log: &Log) -> Option<TargetId> {
        self.selected.or_else(|| log.targets_by_name().first().copied())
    }

    /// Keeps the selected target selected when others appear before it.
    pub(super) fn keep_selected(&mut self, log: &Log) {
        self.selected = self.selected(log);
    }

    /// Selects the target in the next row, in a list of this height.
    pub(super) fn select_next(&mut self, log: &Log, height: u16) {
        self.select(log, height, |row| row + 1);
    }

    /// Selects the target in the previous row, in a list of this height.
    pub(super) fn select_previous(&mut self, log: &Log, height: u16) {
        self.select(log, height, |row| row.saturating_sub(1));
    }

    fn select(&mut self, log: &Log, height: u16, to: impl Fn(usize) -> usize) {
        let Some(rows) = self.rows(log, height) else { return };
        let by_name = log.targets_by_name();
        self.selected = by_name.get(to(rows.selected)).copied().or(self.selected(log));
        self.top = self.rows(log, height).map_or(0, |rows| rows.top);
    }

    /// The rows that a list of this height shows.
    fn rows(&self, log: &Log, height: u16) -> Option<Rows> {
        let selected = self.selected(log)?;
        let by_name = log.targets_by_name();
        let visible = usize::from(height).clamp(1, by_name.len());
        let selected = by_name.iter().position(|id| *id == selected)?;
        let top = self.top.clamp((selected + 1).saturating_sub(visible), selected);
        Some(Rows { selected, top: top.min(by_name.len() - visible), visible })
    }

    /// Draws the list, without the common prefix of the targets. `state` is a new state of the widget with the shown
    /// levels. The widget writes beyond its right edge, so it is rendered into a buffer of its own.
    pub(super) fn draw(&self, log: &Log, state: &TuiWidgetState, area: Rect, theme: Theme) -> Buffer {
        let mut list = Buffer::empty(area);
        list.set_style(area, theme.style(Role::Text));
        let Some(Rows { selected, top, visible }) = self.rows(log, area.height).filter(|_| !area.is_empty())
        else {
            return list;
        };
        let mut wide = Buffer::empty(Rect { width: area.width + CRATE_PREFIX.len() as u16, ..area });
        let press = |key, times| (0..times).for_each(|_| state.transition(key));
        let bottom = top + visible - 1;
        // After the first rendering the widget takes keys; after the second one its last row is `bottom`.
        render(state, &mut wide, theme);
        press(TuiWidgetEvent::DownKey, bottom);
        render(state, &mut wide, theme);
        press(TuiWidgetEvent::UpKey, bottom - selected);
        wide.reset();
        wide.set_style(wide.area, theme.style(Role::Text));
        render(state, &mut wide, theme);
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

fn render(state: &TuiWidgetState, buf: &mut Buffer, theme: Theme) {
    TuiLoggerTargetWidget::default()
        .style_show(theme.style(Role::Selected))
        .style_hide(theme.style(Role::Text))
        .style_off(theme.style(Role::Dim))
        .highlight_style(theme.style(Role::Focus))
        .state(state)
        .render(buf.area, buf);
}

/// The rows that a list shows.
struct Rows {
    selected: usize,
    top: usize,
    visible: usize,
}
