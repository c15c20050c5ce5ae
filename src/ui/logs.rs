//! The log pane.
//!
//! All of its state is here: what it shows follows from this state, the log and the layout, and drawing changes nothing.
//! The two widgets of tui-logger draw the list of targets and, while the pane follows, the lines. They keep a scroll
//! position, a selection and levels of their own, which cannot be read, and few of which can be set. So every frame
//! gives them a new state that is made from the one here. While the pane is paused it draws the lines itself, from the
//! copy of tui-logger's records in [`log_records`], with the formatter that the widget uses.

mod formatter;
mod levels;
mod scroll;
mod shown_lines;
mod target_list;

use log::LevelFilter;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;
use tui_logger::{TuiLoggerWidget, TuiWidgetState};

use super::glyphs;
use super::paint::{self, Focus, Title};
use super::theme::{Role, Theme};
use crate::app::action::Action;
use crate::app::focus::Pane;
use crate::app::format;
use crate::app::keymap::Keymap;
use crate::app::layout::inner;
use crate::app::screen::Screen;
use crate::app::{Lines, LogsAction, LogsView, Targets};
use crate::log_records::{self, Log, TargetId};
use formatter::{Formatter, MIN_WIDTH};
use levels::{ShownLevels, ShownTargets};
use scroll::{Position, View};
use shown_lines::ShownLines;
use target_list::TargetList;

/// The largest width of the list of targets.
const TARGETS_WIDTH: u16 = 30;

/// The state of the log pane.
#[derive(Debug, Default)]
pub struct Logs {
    position: Position,
    list: TargetList,
    shown: ShownLevels,
}

impl Logs {
    /// A pane that follows the newest record.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Applies an action of the user; the next frame shows the result. `screen` provides the layout, and
    /// what is shown.
    pub fn apply(&mut self, action: LogsAction, screen: Screen<'_>) {
        let (view, area) = (*screen.logs, screen.context.layout.logs);
        let log = &mut *log_records::collected();
        let Areas { targets, lines: area } = split(inner(area), view.targets);
        self.apply_to_targets(action, log, targets.height);
        let levels = self.levels(log, view);
        let lines = ShownLines { log, levels: &levels, width: area.width };
        let height = usize::from(area.height);
        self.position = match action {
            LogsAction::Follow => Position::Following,
            LogsAction::Oldest => scroll::oldest(&lines, height),
            LogsAction::Scroll(rows) if has_room(area) => scroll::scroll(self.position, &lines, height, rows),
            LogsAction::Scroll(_)
            | LogsAction::ToggleTargets
            | LogsAction::FocusTarget
            | LogsAction::TargetDown
            | LogsAction::TargetUp
            | LogsAction::ShowLess
            | LogsAction::ShowMore
            | LogsAction::CaptureLess
            | LogsAction::CaptureMore => self.position,
        };
        // With other levels or another target, the lines may fit into the pane, or none are left after its place.
        if has_room(area) && scroll::view(self.position, &lines, height) == View::Newest {
            self.position = Position::Following;
        }
    }

    /// Applies an action to the list of targets, which has this height, and to the levels of the selected one.
    fn apply_to_targets(&mut self, action: LogsAction, log: &mut Log, height: u16) {
        match action {
            LogsAction::TargetDown => self.list.select_next(log, height),
            LogsAction::TargetUp => self.list.select_previous(log, height),
            LogsAction::FocusTarget => self.list.keep_selected(log),
            LogsAction::ShowLess => self.step_shown(log, ShownLevels::show_less),
            LogsAction::ShowMore => self.step_shown(log, ShownLevels::show_more),
            LogsAction::CaptureLess => self.step_captured(log, LevelFilter::decrement_severity),
            LogsAction::CaptureMore => self.step_captured(log, LevelFilter::increment_severity),
            LogsAction::ToggleTargets | LogsAction::Follow | LogsAction::Oldest | LogsAction::Scroll(_) => {}
        }
    }

    fn step_shown(&mut self, log: &Log, step: fn(&mut ShownLevels, &Log, TargetId)) {
        self.list.keep_selected(log);
        if let Some(target) = self.list.selected(log) {
            step(&mut self.shown, log, target);
        }
    }

    fn step_captured(&mut self, log: &mut Log, step: fn(&LevelFilter) -> LevelFilter) {
        self.list.keep_selected(log);
        let Some(id) = self.list.selected(log) else { return };
        let target = &log.targets()[id.index()];
        let captured = step(&target.captured);
        tui_logger::set_level_for_target(&target.name, captured);
        self.shown.capture(log, id, captured);
        log.set_captured(id, captured);
    }

    /// The level up to which the lines of each target are shown, in the order of [`Log::targets`].
    fn levels(&self, log: &Log, view: LogsView) -> Vec<LevelFilter> {
        let shown = match (view.lines, self.list.selected(log)) {
            (Lines::All, _) | (Lines::Selected, None) => ShownTargets::All,
            (Lines::Selected, Some(target)) => ShownTargets::Only(target),
        };
        self.shown.all(log, shown)
    }

    pub(super) fn draw(
        &self,
        buf: &mut Buffer,
        area: Rect,
        keymap: &Keymap,
        shown: LogsView,
        theme: Theme,
        focus: Focus,
    ) {
        let log = &*log_records::collected();
        let Areas { targets: list, lines: area_of_lines } = split(inner(area), shown.targets);
        let levels = self.levels(log, shown);
        let lines = ShownLines { log, levels: &levels, width: area_of_lines.width };
        let view = scroll::view(self.position, &lines, usize::from(area_of_lines.height));
        paint::pane(
            buf,
            area,
            theme,
            focus,
            Title { name: &keymap.pane_title(Pane::Logs), details: &details(view, shown) },
        );
        let state = widget_state(log, &levels);
        if log.newest().0.next().is_none() {
            let key = keymap.way_to(Action::Logs(LogsAction::ToggleTargets));
            let text = format!("Nothing logged yet. {key} lists what can be logged, and in which detail.");
            let lines = format::clip(&text, area_of_lines.width, usize::from(area_of_lines.height));
            for (line, text) in area_of_lines.rows().zip(lines) {
                paint::left(buf, line, &text, theme.style(Role::Dim));
            }
        } else if has_room(area_of_lines) {
            draw_lines(buf, area_of_lines, view, &lines, &state, theme);
        }
        let drawn = self.list.draw(log, &state, list, theme);
        for position in list.intersection(buf.area).positions() {
            buf[position] = drawn[position].clone();
        }
        let edge = Rect { x: list.x + list.width, width: u16::from(!list.is_empty()), ..list };
        for line in 0..edge.height {
            paint::left(buf, paint::row(edge, line), glyphs::AXIS, theme.style(Role::Border));
        }
    }
}

/// Draws the newest lines by the widget of tui-logger. Draws older lines from our own records, and also the newest ones
/// if tui-logger does not keep them because hidden records have come since.
fn draw_lines(
    buf: &mut Buffer,
    area: Rect,
    view: View,
    lines: &ShownLines<'_>,
    state: &TuiWidgetState,
    theme: Theme,
) {
    let height = usize::from(area.height);
    let top = match view {
        View::Newest if lines.widget_has_newest(height) => {
            let widget = TuiLoggerWidget::default().state(state);
            return widget.formatter(Box::new(Formatter(theme))).render(area, buf);
        }
        View::Newest => lines.newest_top(height),
        View::From(top) => Some(top),
    };
    let Some(top) = top else { return };
    for (line, row) in lines.lines(top, theme).zip(area.rows()) {
        line.render(row, buf);
    }
}

/// The details of the title: whether the pane is paused, and which lines it shows.
fn details(view: View, shown: LogsView) -> String {
    let paused = matches!(view, View::From(_)).then_some("paused");
    let list = match (shown.lines, shown.targets) {
        (Lines::Selected, _) => Some("only the selected target"),
        (Lines::All, Targets::Shown) => Some("E error to T trace: reversed shown, plain recorded"),
        (Lines::All, Targets::Hidden) => None,
    };
    let parts: Vec<_> = paused.into_iter().chain(list).collect();
    parts.join(&format!(" {} ", glyphs::DOT))
}

/// A new state of the widgets with these shown levels. It follows the newest record.
fn widget_state(log: &Log, levels: &[LevelFilter]) -> TuiWidgetState {
    log.targets().iter().zip(levels).fold(TuiWidgetState::new(), |state, (target, level)| {
        state.set_level_for_target(&target.name, *level)
    })
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
