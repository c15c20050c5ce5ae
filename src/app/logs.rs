//! The pane of the log. Its records are global to the process, so only what it shows is kept here; its actions leave the
//! app as effects.

use crate::app::action::{LogsAction, Motion};
use crate::app::context::Context;
use crate::app::effect::Effect;
use crate::app::layout::inner;
use crate::app::outcome::Outcome;

/// What the log pane shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct LogsView {
    /// Whether the list of targets is visible.
    pub targets: Targets,
    /// The lines that are shown.
    pub lines: Lines,
}

/// Whether the list of targets is visible.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Targets {
    /// The list is hidden.
    #[default]
    Hidden,
    /// The list is visible.
    Shown,
}

/// Which log lines are shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Lines {
    /// The lines of all targets.
    #[default]
    All,
    /// The lines of the selected target.
    Selected,
}

impl LogsView {
    /// Forwards an action to the log. Level keys change the selected target: while the list of targets is hidden, the
    /// user could not see which one that is, so such a key shows the list first.
    pub(crate) fn act(&mut self, action: LogsAction) -> Outcome {
        if action == LogsAction::ToggleTargets || self.targets == Targets::Hidden {
            self.targets = match self.targets {
                Targets::Hidden => Targets::Shown,
                Targets::Shown => Targets::Hidden,
            };
            return Outcome::effect(Effect::Logs(LogsAction::ToggleTargets));
        }
        if action == LogsAction::FocusTarget {
            self.lines = match self.lines {
                Lines::All => Lines::Selected,
                Lines::Selected => Lines::All,
            };
        }
        Outcome::effect(Effect::Logs(action))
    }

    /// Moves within the pane: single rows are targets while their list is visible, and lines otherwise.
    pub(crate) fn scroll(self, motion: Motion, context: Context<'_>) -> Outcome {
        let page = i32::from(inner(context.layout.logs).height).max(1);
        let half = (page / 2).max(1);
        let action = match (motion, self.targets) {
            (Motion::RowUp, Targets::Shown) => LogsAction::TargetUp,
            (Motion::RowDown, Targets::Shown) => LogsAction::TargetDown,
            (Motion::RowUp, Targets::Hidden) => LogsAction::Scroll(-1),
            (Motion::RowDown, Targets::Hidden) => LogsAction::Scroll(1),
            (Motion::PageUp, _) => LogsAction::Scroll(-page),
            (Motion::PageDown, _) => LogsAction::Scroll(page),
            (Motion::HalfUp, _) => LogsAction::Scroll(-half),
            (Motion::HalfDown, _) => LogsAction::Scroll(half),
            (Motion::Start, _) => LogsAction::Oldest,
            (Motion::End, _) => LogsAction::Follow,
            (Motion::Rows(rows), _) => LogsAction::Scroll(rows),
        };
        Outcome::effect(Effect::Logs(action))
    }
}
